"""A town by day and by night."""

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.plants import round_tree
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import rounded_box, trace
from llamabot_images.sketch.sky import draw_sky

__all__ = ["city_land", "city_sky", "street_lamp"]

_LIT: tuple[RGB, ...] = ((255, 214, 120), (255, 190, 96), (255, 232, 170), (170, 214, 240))


def city_sky(scene: Scene) -> None:
    """Draw the sky over the town."""
    draw_sky(scene, scene.ground)


def city_land(scene: Scene) -> None:
    """Draw three rows of houses and a street, wet when it rains."""
    dice = scene.chance.stream("city")
    low = scene.floor - 0.045
    for row, depth in enumerate((0.05, 0.36, 0.7)):
        fill = mix(scene.land(depth), scene.palette.sky[-1], 0.42 - 0.2 * row)
        _row(scene, dice, fill, low, row)
        if row < 2:
            scene.pen.shade(
                [(-0.1, low - 0.5), (scene.width + 0.1, low - 0.5), (scene.width + 0.1, low), (-0.1, low)],
                scene.palette.sky[-1],
                0.4 - 0.12 * row,
                (0.0, 1.0),
                0.2,
            )
    _street(scene, dice, low)


def _row(scene: Scene, dice: Chance, fill: RGB, low: float, row: int) -> None:
    tallest = (0.62, 0.46, 0.28)[row] * min(scene.height, 1.25)
    x = -0.05
    while x < scene.width + 0.05:
        wide = dice.between(0.07, 0.15) * (1.0 + 0.25 * row)
        middle = 1.0 - 0.55 * abs((x + wide / 2) / scene.width - 0.5) * (row < 2)
        tall = tallest * dice.between(0.45, 1.0) * middle
        _building(
            scene,
            dice,
            (x, low - tall, x + wide - 0.006, low),
            mix(fill, darker(fill, 0.5), dice.between(0, 0.35)),
            row,
        )
        x += wide


def _building(scene: Scene, dice: Chance, box: tuple[float, float, float, float], fill: RGB, row: int) -> None:
    left, top, right, low = box
    wide = right - left
    pen = scene.pen
    roof = dice.below(6)
    if roof == 0:
        pen.poly([(left, top + 0.005), (left + wide / 2, top - wide * 0.45), (right, top + 0.005)], darker(fill, 0.12))
    elif roof == 1:
        pen.poly([(left, top + 0.005), (left, top - wide * 0.35), (right, top + 0.005)], fill)
    elif roof == 2:
        pen.poly(
            [
                (left + wide * 0.2, top + 0.01),
                (left + wide * 0.2, top - 0.03),
                (right - wide * 0.2, top - 0.03),
                (right - wide * 0.2, top + 0.01),
            ],
            darker(fill, 0.1),
        )
        pen.line([(left + wide / 2, top - 0.03), (left + wide / 2, top - 0.1)], 0.005, fill)
    elif roof == 3:
        pen.poly(rounded_box(left, top - 0.02, right, top + 0.05, 0.03), fill)
    shape = [(left, top), (right, top), (right, low), (left, low)]
    pen.poly(shape, fill)
    pen.poly([(left + wide * 0.66, top), (right, top), (right, low), (left + wide * 0.66, low)], darker(fill, 0.14))
    _windows(scene, dice, box, fill, row)


def _windows(scene: Scene, dice: Chance, box: tuple[float, float, float, float], fill: RGB, row: int) -> None:
    left, top, right, low = box
    gap = 0.019 + 0.008 * row
    across, down = max(1, int((right - left) / gap) - 1), min(26, int((low - top) / (gap * 1.25)) - 1)
    start = left + (right - left - across * gap) / 2 + gap * 0.22
    share = {"night": 0.5, "sunset": 0.3, "dawn": 0.12}.get(scene.palette.time, 0.0) * (0.8 + 0.25 * row)
    dark = darker(fill, 0.25) if not share else mix(fill, scene.palette.ink, 0.35)
    glass = mix(fill, scene.palette.sky[0], 0.55) if scene.palette.time in ("day", "dawn") else dark
    for i in range(across):
        for j in range(down):
            x, y = start + i * gap, top + gap * (0.8 + j * 1.25)
            colour = dice.pick(_LIT) if dice.sometimes(share) else glass
            if row < 2:
                colour = mix(colour, fill, 0.45 - 0.2 * row)
            scene.pen.poly([(x, y), (x + gap * 0.54, y), (x + gap * 0.54, y + gap * 0.72), (x, y + gap * 0.72)], colour)


def _street(scene: Scene, dice: Chance, low: float) -> None:
    wide, high = scene.width, scene.height
    walk, road = mix(scene.land(0.6), scene.palette.paper, 0.16), mix(scene.land(0.95), scene.palette.ink, 0.4)
    scene.pen.poly([(-0.1, low), (wide + 0.1, low), (wide + 0.1, high + 0.1), (-0.1, high + 0.1)], walk)
    for i in range(int(wide / 0.16) + 3):
        x = i * 0.16 - 0.2
        scene.pen.line([(x, low), (x - 0.06 + (x - wide / 2) * 0.16, scene.floor + 0.055)], 0.003, darker(walk, 0.22))
    edge = scene.floor + 0.05
    scene.pen.poly(
        [(-0.1, edge), (wide + 0.1, edge), (wide + 0.1, edge + 0.012), (-0.1, edge + 0.012)], lighter(walk, 0.22)
    )
    shape = [(-0.1, edge + 0.012), (wide + 0.1, edge + 0.012), (wide + 0.1, high + 0.1), (-0.1, high + 0.1)]
    scene.pen.form(shape, road, scene.palette.ink, 0.4)
    for i in range(int(wide / 0.24) + 1):
        x, y = i * 0.24, edge + (high - edge) * 0.55
        scene.pen.poly(
            [(x, y), (x + 0.12, y), (x + 0.115, y + 0.012), (x - 0.008, y + 0.012)],
            mix(road, scene.palette.paper, 0.55),
        )
    if {"rain", "storm"} & set(scene.brief.weather) or scene.night:
        _wet(scene, dice, low, road)
    for x in (0.08, 0.92):
        if not scene.night and dice.sometimes(0.7):
            round_tree(scene.pen.at(wide * x, low + 0.02, 0.3), scene.toned((108, 158, 92)), dice)
        else:
            street_lamp(scene, wide * x, low + 0.03, 0.44)


def _wet(scene: Scene, dice: Chance, low: float, road: RGB) -> None:
    """Mirror the lights in the ground."""
    for _ in range(round(34 * scene.width)):
        x, y = scene.width * dice.between(0, 1), dice.between(low + 0.02, scene.height)
        half, fill = dice.between(0.006, 0.02), dice.pick(_LIT)
        scene.pen.poly([(x - half, y), (x + half, y), (x + half, y + 0.004), (x - half, y + 0.004)], fill, 0.3)
        scene.pen.poly(
            [
                (x - half * 0.5, y - 0.02),
                (x + half * 0.5, y - 0.02),
                (x + half * 0.6, y + 0.05),
                (x - half * 0.6, y + 0.05),
            ],
            fill,
            0.1,
        )


def street_lamp(scene: Scene, x: float, y: float, tall: float) -> None:
    """Draw a street lamp, lit when it is dark."""
    pen, iron = scene.pen.at(x, y, tall), mix((46, 46, 58), scene.palette.ink, 0.4)
    pen.poly(rounded_box(-0.05, -0.06, 0.05, 0.0, 0.02), iron)
    pen.line([(0, 0), (0, -0.84)], 0.03, iron)
    pen.line([(-0.07, -0.78), (0.07, -0.78)], 0.018, iron)
    lit = scene.palette.time in ("night", "sunset")
    pen.poly(trace("-0.06,-0.84 0.06,-0.84 0.085,-0.99 -0.085,-0.99"), (255, 226, 150) if lit else (226, 232, 234))
    pen.poly([(-0.11, -0.985), (0.11, -0.985), (0, -1.07)], iron)
    if lit:
        pen.glow(0, -0.92, 0.75, (255, 214, 130), 0.6)
