"""Trees, bushes, flowers and grass. Each stands on (0, 0) and is about 1 high."""

import math
from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import limb, smooth, trace

__all__ = ["BROADLEAF", "bush", "cactus", "conifer", "fern", "flower", "grass", "mushroom", "palm", "round_tree"]

_BARK: RGB = (110, 78, 60)


def conifer(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a fir with three skirts."""
    pen.poly(trace("-0.035,-0.14 0.035,-0.14 0.045,0 -0.045,0"), mix(_BARK, colour, 0.5))
    for low, high, half in ((-0.1, -0.52, 0.27), (-0.34, -0.76, 0.21), (-0.58, -1.0, 0.15)):
        skirt = [
            (0, high),
            (half * 0.55, (low + high) / 2),
            (half, low),
            (half * 0.3, low - 0.03),
            (-half * 0.3, low + 0.02),
            (-half, low),
            (-half * 0.55, (low + high) / 2),
        ]
        pen.poly(skirt, colour)
        pen.poly(
            [(0, high), (half * 0.55, (low + high) / 2), (half, low), (half * 0.3, low - 0.03), (0.02, low)],
            darker(colour, 0.2),
        )
        if snow:
            pen.poly(
                [
                    (0, high),
                    (half * 0.5, (low + high) / 2),
                    (half * 0.2, (low + high) / 2 - 0.03),
                    (-half * 0.1, (low + high) / 2 + 0.05),
                    (-half * 0.5, (low + high) / 2),
                ],
                (250, 252, 255),
            )


def round_tree(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a tree with a crown of round tufts."""
    trunk = mix(_BARK, darker(colour, 0.5), 0.35)
    pen.poly(limb([(0, 0.0), (0.0, -0.3), (0.02, -0.6)], (0.11, 0.075, 0.05)), trunk)
    pen.line([(0, -0.3), (0.14, -0.5)], 0.035, trunk)
    tufts = [(-0.17, -0.52, 0.19), (0.18, -0.54, 0.2), (-0.09, -0.74, 0.21), (0.11, -0.78, 0.2), (0.0, -0.56, 0.2)]
    for x, y, r in tufts:
        pen.dot(x + 0.02, y + 0.025, r, darker(colour, 0.24))
    for x, y, r in tufts:
        pen.dot(x - 0.015, y - 0.015, r * 0.93, colour)
    for x, y, r in tufts[:4]:
        pen.dot(x - 0.06, y - 0.06, r * 0.42, (250, 252, 255) if snow else lighter(colour, 0.14))


def poplar(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a slim tree like a flame."""
    pen.poly(trace("-0.025,-0.2 0.025,-0.2 0.03,0 -0.03,0"), mix(_BARK, colour, 0.4))
    shape = smooth(trace("0,-1 0.12,-0.66 0.14,-0.36 0,-0.1 -0.14,-0.36 -0.12,-0.66"))
    pen.form(shape, colour, darker(colour, 0.5), 0.6, (1.0, 0.3))


def birch(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a birch with an airy crown."""
    pen.poly(limb([(0, 0.0), (0.01, -0.4), (0.0, -0.8)], (0.06, 0.045, 0.02)), (236, 232, 224))
    for y in (-0.08, -0.2, -0.31, -0.42):
        pen.line([(-0.02, y), (0.01, y - 0.01)], 0.014, (70, 64, 70))
    for x, y, rx, ry in (
        (-0.12, -0.6, 0.15, 0.12),
        (0.12, -0.66, 0.16, 0.13),
        (0.0, -0.84, 0.15, 0.15),
        (0.02, -0.58, 0.12, 0.1),
    ):
        pen.oval(x, y, rx, ry, colour)
        pen.oval(x - 0.03, y - 0.03, rx * 0.6, ry * 0.55, lighter(colour, 0.12))


BROADLEAF: tuple[Callable[[Pen, RGB, Chance, bool], None], ...] = (round_tree, poplar, birch)


def palm(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a leaning palm."""
    trunk = limb([(0, 0.0), (0.04, -0.4), (0.16, -0.8)], (0.085, 0.06, 0.05))
    pen.form(trunk, (150, 110, 78), (60, 40, 40), 0.5, (1.0, 0.2))
    with pen.inside(trunk) as bark:
        for i in range(6):
            bark.line([(-0.1, -0.08 - i * 0.12), (0.2, -0.11 - i * 0.12)], 0.014, (106, 76, 58))
    for i, (dx, dy) in enumerate(
        ((-0.42, 0.14), (-0.36, -0.1), (-0.12, -0.24), (0.2, -0.2), (0.4, -0.04), (0.42, 0.2))
    ):
        leaf = limb(
            [(0.16, -0.8), (0.16 + dx * 0.5, -0.84 + dy * 0.4 - 0.06), (0.16 + dx, -0.8 + dy)], (0.04, 0.1, 0.01)
        )
        pen.form(leaf, colour if i % 2 else darker(colour, 0.14), darker(colour, 0.6), 0.35)
    for x in (0.13, 0.19):
        pen.dot(x, -0.77, 0.035, (112, 76, 54))


def cactus(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a cactus with two arms and a flower."""
    for arm in ([(0.02, -0.3), (0.22, -0.32), (0.24, -0.58)], [(-0.02, -0.44), (-0.2, -0.46), (-0.22, -0.68)]):
        pen.form(limb(arm, (0.11, 0.11, 0.1)), colour, darker(colour, 0.6), 0.4)
    trunk = limb([(0, 0), (0, -0.5), (0, -0.9)], (0.19, 0.2, 0.17))
    pen.form(trunk, colour, darker(colour, 0.6), 0.5, (1.0, 0.2))
    for x in (-0.045, 0.0, 0.045):
        pen.line([(x, -0.05), (x, -0.9)], 0.01, lighter(colour, 0.22))
    for turn in (-50, 0, 50):
        pen.at(0, -0.97, turn=turn).oval(0, -0.04, 0.025, 0.05, (244, 120, 150))


def mushroom(pen: Pen, colour: RGB, dice: Chance, snow: bool = False) -> None:
    """Draw a toadstool with spots."""
    stem = smooth(trace("-0.14,-0.6 -0.15,-0.2 -0.2,0 0.2,0 0.15,-0.2 0.14,-0.6"))
    pen.form(stem, (252, 240, 220), (150, 110, 100), 0.45)
    cap = smooth(trace("-0.5,-0.5 -0.4,-0.82 0,-1 0.4,-0.82 0.5,-0.5 0,-0.43"))
    pen.poly(cap, colour)
    with pen.inside(cap) as inner:
        for x, y, r in ((-0.28, -0.66, 0.08), (0.02, -0.83, 0.1), (0.28, -0.64, 0.085), (-0.05, -0.56, 0.06)):
            inner.dot(x, y, r, (255, 248, 238))
        inner.shade(cap, darker(colour, 0.6), 0.5)


def bush(pen: Pen, colour: RGB, dice: Chance) -> None:
    """Draw a low round bush, 2 wide."""
    for x, y, r in ((-0.6, -0.24, 0.4), (0.0, -0.5, 0.55), (0.6, -0.26, 0.42)):
        pen.dot(x + 0.04, y + 0.06, r, darker(colour, 0.18))
        pen.dot(x - 0.02, y, r * 0.93, colour)
        pen.dot(x - 0.14, y - 0.12, r * 0.4, lighter(colour, 0.1))
    pen.poly(trace("-0.95,-0.2 0.95,-0.2 0.95,0.05 -0.95,0.05"), darker(colour, 0.12))


def flower(pen: Pen, colour: RGB, dice: Chance) -> None:
    """Draw one of four kinds of flower."""
    stem = (84, 142, 88)
    lean = dice.between(-0.1, 0.1)
    pen.curve([(0, 0), (lean * 0.4, -0.4), (lean, -0.8)], 0.05, stem)
    pen.oval(0.12, -0.3, 0.15, 0.055, lighter(stem, 0.1), turn=-35)
    pen.oval(-0.12, -0.22, 0.14, 0.05, stem, turn=35)
    at = pen.at(lean, -0.82)
    _BLOOMS[dice.below(len(_BLOOMS))](at, colour)


def _daisy(pen: Pen, colour: RGB) -> None:
    for i in range(8):
        angle = math.pi * i / 4
        pen.oval(0.15 * math.cos(angle), 0.15 * math.sin(angle), 0.12, 0.06, colour, turn=45 * i)
    pen.dot(0, 0, 0.085, (252, 206, 92))


def _tulip(pen: Pen, colour: RGB) -> None:
    pen.form(
        smooth(trace("-0.15,-0.22 -0.17,0.02 0,0.13 0.17,0.02 0.15,-0.22 0.07,-0.08 0,-0.24 -0.07,-0.08"), steps=4),
        colour,
        darker(colour, 0.5),
        0.4,
    )


def _bell(pen: Pen, colour: RGB) -> None:
    for i in range(4):
        pen.oval((-0.07, 0.08)[i % 2], 0.12 - i * 0.13, 0.095 - i * 0.012, 0.08, lighter(colour, 0.12 * (i % 2)))


def _poppy(pen: Pen, colour: RGB) -> None:
    for x, y in ((-0.1, -0.03), (0.1, -0.03), (0.0, 0.06), (0, -0.1)):
        pen.oval(x, y, 0.13, 0.12, lighter(colour, 0.1) if y < -0.05 else colour)
    pen.dot(0, -0.01, 0.06, (56, 40, 52))


_BLOOMS: tuple[Callable[[Pen, RGB], None], ...] = (_daisy, _tulip, _bell, _poppy)


def grass(pen: Pen, colour: RGB, dice: Chance) -> None:
    """Draw a tuft of grass."""
    for _ in range(5):
        lean, tall = dice.between(-0.5, 0.5), dice.between(0.6, 1.0)
        x = dice.between(-0.2, 0.2)
        pen.poly(
            [
                (x - 0.05, 0),
                (x + lean * 0.4, -tall * 0.6),
                (x + lean, -tall),
                (x + lean * 0.4 + 0.05, -tall * 0.55),
                (x + 0.06, 0),
            ],
            lighter(colour, dice.between(0, 0.12)),
        )


def fern(pen: Pen, colour: RGB, dice: Chance) -> None:
    """Draw a big leaf with a midrib, growing upwards."""
    lean = dice.between(-0.3, 0.3)
    pen.form(
        limb([(0, 0), (lean * 0.3, -0.5), (lean, -1.0)], (0.06, 0.3, 0.02)),
        colour,
        darker(colour, 0.6),
        0.5,
        (1.0, 0.4),
    )
    pen.curve([(0, 0), (lean * 0.3, -0.5), (lean, -0.94)], 0.02, lighter(colour, 0.25))
