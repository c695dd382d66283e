"""What is between the picture and who looks at it: rain, snow, fog, wind, lightning, leaves at the edge."""

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, mix
from llamabot_images.sketch.landscape import height_at
from llamabot_images.sketch.plants import flower, grass
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import Point, limb, oval, waves

__all__ = ["draw_foreground", "draw_weather"]


def draw_foreground(scene: Scene) -> None:
    """Draw grass and flowers along the lower edge of open country."""
    if scene.place not in ("meadow", "mountains", "forest", "lake", "poster"):
        return
    dice = scene.chance.stream("front")
    if scene.place != "poster":
        _meadow_edge(scene, dice)


def _meadow_edge(scene: Scene, dice: Chance) -> None:
    low = (scene.floor + scene.height) / 2
    edge = waves(-0.05, scene.width + 0.05, low + 0.03, [(0.012, 0.8, dice.between(0, 1))])
    scene.pen.poly([*edge, (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)], scene.land(1.0))
    blooming = scene.place != "forest" or scene.brief.has("flowers")
    for _ in range(round(26 * scene.width)):
        x = scene.width * dice.between(-0.02, 1.02)
        y = height_at(edge, x) + dice.between(0.0, 0.05)
        if blooming and dice.sometimes(0.4 if scene.brief.has("flowers") else 0.22):
            flower(
                scene.pen.at(x, y + 0.02, dice.between(0.07, 0.11)),
                scene.toned(dice.pick((*scene.palette.accent, scene.palette.paper))),
                dice,
            )
        else:
            grass(
                scene.pen.at(x, y + 0.015, dice.between(0.03, 0.06)),
                mix(scene.land(0.85), scene.land(1.0), dice.between(0.0, 0.8)),
                dice,
            )


def draw_weather(scene: Scene) -> None:
    """Draw what falls or drifts, over everything else; indoors it stays outside the window."""
    if scene.place in ("room", "underwater", "space"):
        return
    dice = scene.chance.stream("weather")
    for kind in scene.brief.weather:
        if kind in ("rain", "storm"):
            _rain(scene, dice)
        if kind == "storm":
            _lightning(scene, dice)
        if kind == "snow":
            _snow(scene, dice)
        if kind == "fog":
            _fog(scene, dice)
        if kind == "wind":
            _leaves(scene, dice)
    if scene.place == "winter" and not scene.brief.weather:
        _snow(scene, dice)


def _rain(scene: Scene, dice: Chance) -> None:
    fill = mix(scene.palette.paper, scene.palette.sky[0], 0.2)
    for _ in range(round(min(230 * scene.width * scene.height, 1500))):
        x, y = scene.width * dice.between(-0.05, 1.1), scene.height * dice.between(-0.05, 1.0)
        long, thick = dice.between(0.025, 0.07), dice.between(0.0012, 0.0026)
        tip = (x - long * 0.22, y + long)
        scene.pen.poly(
            [(x - thick, y), (x + thick, y), (tip[0] + thick, tip[1]), (tip[0] - thick, tip[1])],
            fill,
            dice.between(0.25, 0.6),
        )
    for _ in range(round(24 * scene.width)):
        x, y, r = scene.width * dice.between(0, 1), dice.between(scene.floor, scene.height), dice.between(0.012, 0.03)
        ring = oval(x, y, r, r * 0.3)
        inner = oval(x, y, r * 0.8, r * 0.22)
        scene.pen.poly([*ring, ring[0], inner[0], *reversed(inner)], fill, 0.4)


def _lightning(scene: Scene, dice: Chance) -> None:
    x, y = scene.width * dice.pick((0.22, 0.78)), 0.0
    path: list[Point] = [(x, y)]
    while y < scene.floor * 0.62:
        x, y = x + dice.between(-0.06, 0.06), y + dice.between(0.05, 0.09)
        path.append((x, y))
    scene.pen.glow(path[0][0], 0.0, 0.7, (220, 226, 255), 0.5)
    scene.pen.line(path, 0.011, (250, 248, 255))


def _snow(scene: Scene, dice: Chance) -> None:
    for _ in range(round(min(150 * scene.width * scene.height, 1200))):
        x, y, deep = scene.width * dice.between(0, 1), scene.height * dice.between(0, 1), dice.between(0, 1)
        scene.pen.dot(x, y, 0.0025 + 0.008 * deep**3, (255, 255, 255), 0.5 + 0.4 * (1 - deep))


def _fog(scene: Scene, dice: Chance) -> None:
    fill: RGB = mix(scene.palette.sky[-1], scene.palette.paper, 0.35 if not scene.night else 0.1)
    low, wide = scene.height, scene.width
    scene.pen.shade([(-0.1, 0.0), (wide + 0.1, 0.0), (wide + 0.1, low), (-0.1, low)], fill, 0.62, (0.0, 1.0), 0.15)
    for _ in range(round(7 * wide)):
        x, y, r = wide * dice.between(0, 1), dice.between(scene.floor - 0.4, scene.floor + 0.05), dice.between(0.2, 0.4)
        for share in (1.0, 0.72, 0.44):
            scene.pen.oval(x, y, r * share, r * 0.14 * share, fill, 0.13)


def _leaves(scene: Scene, dice: Chance) -> None:
    fills: tuple[RGB, ...] = ((214, 106, 48), (232, 158, 60), (188, 66, 46), (156, 140, 60))
    for _ in range(round(34 * scene.width * scene.height)):
        at = scene.pen.at(
            scene.width * dice.between(0, 1),
            scene.height * dice.between(0, 1),
            dice.between(0.015, 0.032),
            turn=dice.between(0, 360),
        )
        at.poly(limb([(-1, 0), (0, 0.12), (1, 0)], (0.02, 0.85, 0.02)), scene.toned(dice.pick(fills)))
