"""Inside a forest."""

from llamabot_images.sketch.canvas import gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.landscape import draw_ridge, height_at, hilly_ridge
from llamabot_images.sketch.plants import fern, grass, mushroom
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import limb, waves
from llamabot_images.sketch.sky import draw_moon, draw_stars

__all__ = ["forest_back", "forest_land"]


def forest_back(scene: Scene) -> None:
    """Draw the light between the trees."""
    image = scene.canvas.image
    sky = scene.palette.sky
    stops = [mix(sky[0], scene.land(0.4), 0.55), mix(sky[1], scene.land(0.2), 0.35), mix(sky[-1], scene.land(0.0), 0.2)]
    image.paste(gradient(image.size, stops), (0, 0))
    dice = scene.chance.stream("forest light")
    x, y = scene.width * dice.between(0.4, 0.6), scene.floor - 0.42
    if scene.night:
        draw_stars(scene, dice, scene.ground * 0.8)
        draw_moon(scene.pen.at(scene.width * dice.pick((0.3, 0.7)), 0.2 * scene.height, 0.08), scene.palette.glow, dice)
    scene.pen.glow(x, y, 0.75, scene.palette.glow, 0.35 if scene.night else 0.75)


def forest_land(scene: Scene) -> None:
    """Draw trunks in three depths with mist between them, then leaves above and ferns below."""
    dice = scene.chance.stream("forest")
    haze = mix(scene.palette.sky[-1], scene.land(0.2), 0.3)
    for row, depth in enumerate((0.12, 0.42, 0.72)):
        fill = mix(scene.land(depth), haze, 0.5 - 0.22 * row)
        _trunks(scene, dice, fill, row)
        _canopy(scene, dice, fill, row)
        ridge = hilly_ridge(scene, dice, scene.ground - 0.13 + 0.055 * row, 0.02)
        draw_ridge(scene, ridge, fill, 0.35 - 0.12 * row)
        if row == 1:
            _light_beams(scene, dice)
    front = hilly_ridge(scene, dice, scene.ground - 0.03, 0.012)
    draw_ridge(scene, front, scene.land(0.84))
    _undergrowth(scene, dice, [(x, height_at(front, x)) for x in _spread(scene, dice, 9)])


def _spread(scene: Scene, dice: Chance, many: int) -> list[float]:
    """Return places along the picture, none of them in the middle where the figure is."""
    places = [scene.width * dice.between(-0.02, 1.02) for _ in range(round(many * scene.width))]
    return [x for x in places if abs(x - scene.width / 2) > 0.24]


def _trunks(scene: Scene, dice: Chance, fill: RGB, row: int) -> None:
    count = round((11 - 3.2 * row) * max(scene.width, 0.8))
    for i in range(count):
        x = scene.width * (i + dice.between(0.1, 0.9)) / count
        if row == 2 and abs(x - scene.width / 2) < 0.3:
            continue
        thick = (0.022 + 0.026 * row) * dice.between(0.8, 1.3)
        low = scene.floor - 0.1 + 0.05 * row
        lean = dice.between(-0.03, 0.03)
        trunk = limb(
            [(x, low + 0.06), (x + lean * 0.4, low - 0.3), (x + lean, -0.1)], (thick * 1.5, thick, thick * 0.8)
        )
        scene.pen.form(trunk, fill, mix(fill, scene.palette.ink, 0.5), 0.5, (1.0, 0.0), 0.4)
        if row and dice.sometimes(0.6):
            y, side = low - dice.between(0.25, 0.6), dice.pick((-1, 1))
            scene.pen.poly(
                limb(
                    [(x, y), (x + side * 0.06, y - 0.07), (x + side * 0.1, y - 0.16)],
                    (thick * 0.5, thick * 0.35, thick * 0.1),
                ),
                fill,
            )


def _canopy(scene: Scene, dice: Chance, fill: RGB, row: int) -> None:
    """Hang a fringe of leaves from the top."""
    low = scene.height * (0.24 - 0.055 * row) + 0.03 * row
    count = max(1, round(13 * scene.width))
    for i in range(count + 1):
        x = scene.width * i / count + dice.between(-0.03, 0.03)
        edge = abs(x / scene.width - 0.5) * 0.22 * row
        y = low + dice.between(-0.07, 0.04) + edge
        radius = dice.between(0.06, 0.1)
        scene.pen.dot(x, y - radius, radius, fill)
    edge_line = waves(-0.1, scene.width + 0.1, low - 0.035, [(0.02, 0.4, dice.between(0, 1))])
    scene.pen.poly([(-0.1, -0.1), *edge_line, (scene.width + 0.1, -0.1)], fill)
    for _ in range(round(16 * scene.width)):
        x, y, radius = scene.width * dice.between(0, 1), low * dice.between(0.0, 0.75), dice.between(0.018, 0.034)
        for dx, dy in ((-1.1, 0.2), (0.0, -0.3), (1.1, 0.2)):
            scene.pen.oval(x + dx * radius, y + dy * radius, radius, radius * 0.8, lighter(fill, 0.05))


def _light_beams(scene: Scene, dice: Chance) -> None:
    if scene.night:
        return
    for _ in range(3):
        x, wide = scene.width * dice.between(0.2, 0.7), dice.between(0.06, 0.13)
        beam = [(x, -0.05), (x + wide, -0.05), (x + wide * 2.2 + 0.25, scene.floor), (x + 0.2, scene.floor)]
        scene.pen.shade(beam, scene.palette.glow, 0.3, (0.0, -1.0), -0.3, False)


def _undergrowth(scene: Scene, dice: Chance, spots: list[tuple[float, float]]) -> None:
    for x, y in spots:
        pick = dice.below(6)
        at = scene.pen.at(x, y + dice.between(0.01, 0.05), dice.between(0.06, 0.12))
        if pick == 0:
            mushroom(at, scene.toned(dice.pick(scene.palette.accent)), dice)
        elif pick < 4:
            for turn in (-42, -14, 14, 42):
                fern(
                    at.at(0, 0, turn=turn),
                    mix(scene.land(0.6), darker(scene.land(1.0), 0.1), dice.between(0, 0.7)),
                    dice,
                )
        else:
            grass(at, scene.land(0.65), dice)
