"""The sky: its colours, sun and moon, stars and clouds."""

from collections.abc import Sequence

from llamabot_images.sketch.canvas import Pen, gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix, rgb
from llamabot_images.sketch.ornaments import ORNAMENTS
from llamabot_images.sketch.palette import COLOURS
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import Point, oval, ring_part, rounded_box, star

__all__ = ["draw_cloud", "draw_clouds", "draw_light", "draw_moon", "draw_sky", "draw_stars", "hang_up", "light_spot"]


def draw_sky(scene: Scene, horizon: float) -> None:
    """Fill the picture with sky, and hang up what the brief or chance wants in it.

    :param horizon: Where the land begins, as a share of the height.
    """
    image = scene.canvas.image
    high = max(2, round(image.height * horizon))
    image.paste(scene.palette.sky[-1], (0, high, image.width, max(high, image.height)))
    image.paste(gradient((image.width, high), scene.palette.sky), (0, 0))
    dice = scene.chance.stream("sky")
    if scene.night or scene.brief.has("star"):
        draw_stars(scene, dice, horizon)
    hang_up(scene, dice, horizon, ("aurora",))
    if not {"rain", "storm"} & set(scene.brief.weather) or scene.brief.has("sun") or scene.brief.has("moon"):
        draw_light(scene, dice, horizon)
    hang_up(scene, dice, horizon, ("rainbow", "planet"))
    draw_clouds(scene, dice, horizon)
    hang_up(scene, dice, horizon, ("fireworks", "birds"))
    if not scene.night and dice.sometimes(0.35):
        ORNAMENTS["birds"](scene, dice, horizon)


def hang_up(scene: Scene, dice: Chance, horizon: float, names: Sequence[str]) -> None:
    """Draw those of the ornaments *names* that the brief asks for."""
    for name in names:
        if scene.brief.has(name):
            ORNAMENTS[name](scene, dice, horizon)


def draw_stars(scene: Scene, dice: Chance, horizon: float, many: float = 1.0) -> None:
    """Scatter stars over the sky, a few of them with rays."""
    area = scene.width * scene.height * horizon
    for i in range(int(min(130 * area * many, 700))):
        x, y = dice.between(0, scene.width), scene.height * horizon * dice.between(0, 1) ** 1.3
        size, shine = dice.between(0.0012, 0.0036), dice.between(0.35, 1.0)
        fill = mix(scene.palette.sky[0], (255, 252, 236), shine)
        if i % 16 == 0:
            scene.pen.poly(star(x, y, size * 5, inner=0.16, tips=4), (255, 250, 226))
        else:
            scene.pen.dot(x, y, size, fill)


def light_spot(scene: Scene, horizon: float) -> Point:
    """Return where sun or moon stands."""
    dice = scene.chance.stream("light")
    if scene.palette.time in ("sunset", "dawn"):
        return scene.width * dice.between(0.3, 0.7), scene.height * horizon * dice.between(0.7, 0.8)
    return scene.width * dice.pick((0.2, 0.26, 0.74, 0.8)), scene.height * horizon * dice.between(0.24, 0.38)


def draw_light(scene: Scene, dice: Chance, horizon: float) -> None:
    """Draw sun or moon, with the glow around it."""
    x, y = light_spot(scene, horizon)
    glow = scene.palette.glow
    if scene.night or (scene.brief.has("moon") and not scene.brief.has("sun")):
        word = scene.brief.colour_of("moon")
        draw_moon(scene.pen.at(x, y, dice.between(0.07, 0.095)), rgb(COLOURS[word]) if word else glow, dice)
        return
    radius = 0.13 if scene.palette.time in ("sunset", "dawn") else 0.075
    for reach, strength in ((5.4, 0.5), (2.4, 0.5)):
        scene.pen.glow(x, y, radius * reach, glow, strength)
    scene.pen.form(oval(x, y, radius, radius, count=72), lighter(glow, 0.35), mix(glow, (255, 170, 90), 0.5), 0.5)


def draw_moon(pen: Pen, colour: RGB, dice: Chance) -> None:
    """Draw a full or a crescent moon of radius 1."""
    pen.glow(0, 0, 5.5, colour, 0.32)
    pen.glow(0, 0, 2.4, colour, 0.5)
    if dice.sometimes(0.45):
        edge = ring_part(0, 0, 1, 1, 60, 300, -30, count=40)
        pen.form(
            [*edge, *reversed(ring_part(0.42, -0.25, 0.86, 0.86, 76, 284, -30, count=40))],
            colour,
            darker(colour, 0.3),
            0.3,
        )
        return
    disc = oval(0, 0, 1, 1, count=64)
    pen.form(disc, colour, darker(colour, 0.4), 0.45, (0.8, 0.8))
    for x, y, r in (
        (-0.35, -0.25, 0.22),
        (0.3, 0.3, 0.28),
        (0.35, -0.42, 0.13),
        (-0.3, 0.48, 0.14),
        (-0.02, 0.05, 0.1),
    ):
        pen.dot(x, y, r, darker(colour, 0.12))
        pen.dot(x + 0.03, y + 0.04, r * 0.86, darker(colour, 0.07))


def draw_cloud(pen: Pen, colour: RGB, shadow: RGB, dice: Chance) -> None:
    """Draw a cloud with a flat foot, 2 wide, its foot at (0, 0)."""
    puffs = [(-0.62, -0.16, 0.3), (-0.24, -0.34, 0.4), (0.26, -0.3, 0.36), (0.66, -0.14, 0.26)]
    puffs = [(x + dice.between(-0.08, 0.08), y + dice.between(-0.08, 0.05), r) for x, y, r in puffs]
    for x, y, r in puffs:
        pen.dot(x + 0.03, y + 0.05, r, shadow)
    pen.poly(rounded_box(-0.98, -0.26, 0.98, 0.06, 0.16), shadow)
    for x, y, r in puffs:
        pen.dot(x - 0.02, y - 0.01, r * 0.96, colour)
    pen.poly(rounded_box(-0.94, -0.24, 0.9, 0.0, 0.14), colour)


def draw_clouds(scene: Scene, dice: Chance, horizon: float) -> None:
    weather = set(scene.brief.weather)
    many = 5 if scene.brief.has("cloud") or weather & {"rain", "storm", "snow"} else 3
    many = 2 if scene.night and many == 3 else many
    low, high = scene.palette.sky[-1], scene.palette.paper
    share = {"night": 0.1, "sunset": 0.38, "dawn": 0.55}.get(scene.palette.time, 0.8)
    if weather & {"rain", "storm"}:
        low, share = scene.palette.ink, 0.55 if not scene.night else 0.25
    colour = mix(mix(low, scene.palette.sky[1], 0.4), high, share)
    many = round(many * max(1.0, scene.width / 1.3))
    for i in range(many):
        x = (i + dice.between(0.0, 0.8)) / many * scene.width
        y = scene.height * horizon * dice.between(0.1, 0.62)
        size = dice.between(0.07, 0.17)
        draw_cloud(scene.pen.at(x, y, size, flip=i % 2 == 0), colour, mix(colour, scene.palette.sky[0], 0.3), dice)
