"""Things held in the hands. (0, 0) is where the hands are, 1 about a third of the figure's height."""

import math
from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import limb, oval, ring_part, rounded_box, smooth, star, trace

__all__ = ["IN_FRONT", "RAISED"]

_PAPER: RGB = (253, 246, 230)
_WOOD: RGB = (166, 112, 70)


def _book(pen: Pen, colour: RGB) -> None:
    for side in (-1, 1):
        pages = [(0, -0.24), (side * 0.24, -0.4), (side * 0.55, -0.36), (side * 0.55, 0.2), (0, 0.3)]
        pen.poly(smooth(pages[:3], closed=False) + pages[3:], mix(_PAPER, colour, 0.2))
        sheet = smooth([(0, -0.2), (side * 0.22, -0.36), (side * 0.52, -0.33)], closed=False)
        pen.poly([*sheet, (side * 0.52, 0), (0, 0)], _PAPER)
        board = [(0, -0.2), (side * 0.59, -0.3), (side * 0.59, 0.3), (0, 0.4)]
        pen.form(board, colour if side < 0 else darker(colour, 0.06), darker(colour, 0.6), 0.5)
        frame = [(side * 0.1, -0.13), (side * 0.5, -0.2), (side * 0.5, 0.22), (side * 0.1, 0.28)]
        pen.line([*frame, frame[0]], 0.018, lighter(colour, 0.4))
    pen.line([(0, -0.2), (0, 0.4)], 0.045, darker(colour, 0.3))
    pen.poly(star(-0.3, 0.04, 0.085), lighter(colour, 0.55))


def _cup(pen: Pen, colour: RGB) -> None:
    for i, x in enumerate((-0.09, 0.08)):
        rise = [(x, -0.3), (x + 0.05, -0.4), (x - 0.04, -0.5 - i * 0.06), (x + 0.03, -0.62 - i * 0.08)]
        pen.curve(rise, 0.026, (255, 252, 246))
    pen.poly(ring_part(0.27, 0.0, 0.17, 0.15, 0, 350), colour)
    pen.oval(0.27, 0.0, 0.1, 0.085, darker(colour, 0.4))
    mug = trace("-0.28,-0.22 0.28,-0.22 0.25,0.18 0.16,0.26 -0.16,0.26 -0.25,0.18")
    pen.form(mug, colour, darker(colour, 0.6), 0.5, (0.8, 0.6))
    pen.oval(0, -0.22, 0.28, 0.075, lighter(colour, 0.35))
    pen.oval(0, -0.215, 0.235, 0.052, (124, 74, 44))
    pen.blob(trace("0,0.1 -0.1,-0.01 -0.05,-0.07 0,-0.03 0.05,-0.07 0.1,-0.01"), lighter(colour, 0.6))


def _laptop(pen: Pen, colour: RGB) -> None:
    lid = rounded_box(-0.5, -0.36, 0.5, 0.26, 0.06)
    pen.form(lid, (196, 202, 212), (84, 92, 116), 0.5)
    pen.poly(rounded_box(-0.6, 0.24, 0.6, 0.33, 0.04), (158, 166, 180))
    pen.blob(trace("0,0.08 -0.13,-0.06 -0.07,-0.13 0,-0.08 0.07,-0.13 0.13,-0.06"), colour)


def _ball(pen: Pen, colour: RGB) -> None:
    pen.form(oval(0, 0, 0.32, 0.32), colour, darker(colour, 0.6), 0.6)
    with pen.inside(oval(0, 0, 0.32, 0.32)) as ball:
        ball.curve([(-0.34, -0.08), (0, 0.06), (0.34, -0.08)], 0.07, _PAPER)
        ball.dot(-0.12, -0.16, 0.06, (255, 255, 255), 0.7)


def _heart(pen: Pen, colour: RGB) -> None:
    shape = smooth(trace("0,0.36 -0.36,0 -0.34,-0.26 -0.14,-0.32 0,-0.17 0.14,-0.32 0.34,-0.26 0.36,0"))
    pen.form(shape, colour, darker(colour, 0.5), 0.5)
    pen.oval(-0.17, -0.17, 0.07, 0.05, (255, 255, 255), 0.7, turn=-30)


def _cake(pen: Pen, colour: RGB) -> None:
    pen.poly(rounded_box(-0.46, 0.22, 0.46, 0.28, 0.03), (236, 236, 240))
    pen.form(rounded_box(-0.38, -0.06, 0.38, 0.24, 0.05), (245, 214, 160), (150, 96, 60), 0.4)
    icing = trace(
        "-0.39,-0.12 0.39,-0.12 0.39,0.04 0.28,0.12 0.2,0.03 0.08,0.1 -0.04,0.02 -0.16,0.13 -0.28,0.03 -0.39,0.08"
    )
    pen.poly(smooth(icing, steps=4), colour)
    for x in (-0.2, 0.0, 0.2):
        pen.line([(x, -0.12), (x, -0.28)], 0.035, lighter(colour, 0.5))
        pen.oval(x, -0.35, 0.03, 0.05, (255, 208, 96))


def _gift(pen: Pen, colour: RGB) -> None:
    pen.form(rounded_box(-0.32, -0.18, 0.32, 0.3, 0.03), colour, darker(colour, 0.6), 0.5)
    pen.poly(rounded_box(-0.36, -0.26, 0.36, -0.1, 0.03), darker(colour, 0.1))
    ribbon = lighter(colour, 0.7)
    pen.poly(trace("-0.06,-0.26 0.06,-0.26 0.06,0.3 -0.06,0.3"), ribbon)
    for side in (-1, 1):
        pen.oval(side * 0.12, -0.33, 0.13, 0.07, ribbon, turn=side * -25)


def _guitar(pen: Pen, colour: RGB) -> None:
    at = pen.at(0, 0, turn=-24)
    at.poly(limb([(0.2, 0), (0.9, 0)], (0.09, 0.07)), darker(_WOOD, 0.35))
    at.poly(rounded_box(0.86, -0.07, 1.08, 0.07, 0.02), darker(_WOOD, 0.5))
    body = smooth(
        trace("-0.5,0 -0.36,-0.28 -0.1,-0.2 0.06,-0.16 0.24,-0.2 0.32,0 0.24,0.2 0.06,0.16 -0.1,0.2 -0.36,0.28")
    )
    at.form(body, colour, darker(colour, 0.6), 0.5)
    at.dot(0.02, 0, 0.1, darker(colour, 0.65))
    at.line([(-0.3, 0), (0.9, 0)], 0.018, (255, 244, 220))


def _camera(pen: Pen, colour: RGB) -> None:
    pen.poly(rounded_box(-0.14, -0.32, 0.14, -0.15, 0.04), (60, 62, 74))
    pen.form(rounded_box(-0.4, -0.22, 0.4, 0.26, 0.07), (78, 80, 94), (20, 20, 30), 0.5)
    pen.poly(rounded_box(-0.4, -0.1, 0.4, 0.02, 0.01), colour)
    pen.dot(0, 0.03, 0.2, (208, 212, 220))
    pen.dot(0, 0.03, 0.15, (38, 44, 66))
    pen.dot(-0.05, -0.02, 0.045, (170, 200, 236))


def _bouquet(pen: Pen, colour: RGB) -> None:
    for x in (-0.14, 0.0, 0.14):
        pen.line([(x * 0.3, 0.34), (x, -0.2)], 0.04, (74, 140, 86))
    blooms = ((-0.22, -0.22), (0.22, -0.22), (0.0, -0.36), (-0.1, -0.08), (0.12, -0.08))
    for i, (x, y) in enumerate(blooms):
        _bloom(pen.at(x, y), colour if i % 2 else lighter(colour, 0.45))
    pen.form(trace("-0.2,0 0.2,0 0.06,0.4 -0.06,0.4"), _PAPER, (150, 120, 110), 0.4)


def _bloom(pen: Pen, colour: RGB) -> None:
    for i in range(6):
        angle = i * math.pi / 3
        pen.dot(0.085 * math.cos(angle), 0.085 * math.sin(angle), 0.07, colour)
    pen.dot(0, 0, 0.055, (255, 208, 96))


def _ice_cream(pen: Pen, colour: RGB) -> None:
    pen.form([(-0.17, -0.02), (0.17, -0.02), (0, 0.42)], (226, 166, 96), (130, 80, 50), 0.5)
    pen.form(oval(0, -0.12, 0.22, 0.2), colour, darker(colour, 0.5), 0.4)
    pen.form(oval(0, -0.36, 0.17, 0.16), lighter(colour, 0.5), darker(colour, 0.3), 0.4)
    pen.dot(0.0, -0.54, 0.05, (206, 44, 62))


def _apple(pen: Pen, colour: RGB) -> None:
    shape = smooth(
        trace("0,-0.2 0.16,-0.27 0.33,-0.1 0.26,0.2 0.09,0.32 0,0.28 -0.09,0.32 -0.26,0.2 -0.33,-0.1 -0.16,-0.27")
    )
    pen.form(shape, colour, darker(colour, 0.5), 0.55)
    pen.curve([(0, -0.18), (0.02, -0.3), (0.07, -0.38)], 0.045, (110, 72, 48))
    pen.oval(0.16, -0.35, 0.11, 0.05, (96, 160, 84), turn=-24)
    pen.oval(-0.16, -0.06, 0.05, 0.09, (255, 255, 255), 0.6, turn=20)


def _pizza(pen: Pen, colour: RGB) -> None:
    pen.form([(-0.34, -0.22), (0.34, -0.22), (0.02, 0.42)], (247, 200, 92), (190, 110, 40), 0.4)
    pen.poly(limb([(-0.36, -0.24), (0, -0.3), (0.36, -0.24)], (0.11, 0.12, 0.11)), (206, 142, 78))
    for x, y in ((-0.12, -0.08), (0.14, -0.06), (0.02, 0.14)):
        pen.dot(x, y, 0.075, (204, 62, 50))


def _palette(pen: Pen, colour: RGB) -> None:
    shape = smooth(trace("-0.42,0 -0.26,-0.27 0.14,-0.29 0.42,-0.06 0.32,0.2 0.06,0.14 -0.06,0.28 -0.3,0.24"))
    pen.form(shape, (222, 180, 128), (120, 80, 50), 0.4)
    for i, (x, y) in enumerate(((-0.26, -0.04), (-0.08, -0.16), (0.13, -0.15), (0.28, -0.02))):
        pen.dot(x, y, 0.065, ((214, 66, 60), (246, 190, 60), (70, 140, 200), colour)[i])


# What two hands hold in front of the chest.
IN_FRONT: dict[str, Callable[[Pen, RGB], None]] = {
    "book": _book, "cup": _cup, "laptop": _laptop, "ball": _ball, "heart": _heart, "cake": _cake,
    "gift": _gift, "guitar": _guitar, "camera": _camera, "bouquet": _bouquet, "ice cream": _ice_cream,
    "apple": _apple, "pizza": _pizza, "paints": _palette,
}  # fmt: skip


def _balloon(pen: Pen, colour: RGB) -> None:
    for x, y, fill in ((-0.2, -1.5, lighter(colour, 0.45)), (0.3, -1.62, darker(colour, 0.15)), (0.06, -1.9, colour)):
        pen.curve([(0, 0), (x * 0.3, -0.6), (x, y + 0.3)], 0.02, (240, 234, 226))
        pen.form(
            smooth(
                [
                    (x, y - 0.34),
                    (x + 0.27, y - 0.1),
                    (x + 0.16, y + 0.2),
                    (x, y + 0.3),
                    (x - 0.16, y + 0.2),
                    (x - 0.27, y - 0.1),
                ]
            ),
            fill,
            darker(fill, 0.6),
            0.45,
        )
        pen.oval(x - 0.1, y - 0.13, 0.05, 0.09, (255, 255, 255), 0.65, turn=20)


def _umbrella(pen: Pen, colour: RGB) -> None:
    top, left, right = (-0.55, -2.35), -2.1, 1.0
    pen.line([(0.0, 0.1), (-0.5, -2.3)], 0.05, darker(_WOOD, 0.3))
    rim = -1.55
    edge = [(right + (left - right) * i / 24, rim + 0.1 * abs(math.sin(math.pi * i / 6)) - 0.1) for i in range(25)]
    dome = smooth(
        [(left, rim - 0.1), (-1.75, -2.0), (-1.2, -2.3), top, (0.1, -2.3), (0.65, -2.0), (right, rim - 0.1)],
        closed=False,
    )
    pen.form([*dome, *edge], colour, darker(colour, 0.6), 0.5, (0.7, 0.6))
    for x in (-1.32, -0.55, 0.22):
        pen.curve(
            [(top[0] + (x - top[0]) * 0.1, top[1]), (x + (x - top[0]) * 0.06, -1.95), (x, rim - 0.1)],
            0.02,
            darker(colour, 0.3),
        )
    pen.line([top, (top[0] - 0.02, top[1] - 0.12)], 0.05, darker(_WOOD, 0.3))


def _lantern(pen: Pen, colour: RGB) -> None:
    pen.glow(0.24, 0.36, 1.4, (255, 214, 130), 0.65)
    pen.line([(0, 0), (0.24, -0.02), (0.24, 0.12)], 0.035, (70, 56, 52))
    pen.poly(rounded_box(0.05, 0.12, 0.43, 0.6, 0.06), (70, 56, 52))
    pen.poly(rounded_box(0.1, 0.19, 0.38, 0.53, 0.03), (255, 226, 150))
    pen.oval(0.24, 0.39, 0.06, 0.11, (255, 166, 66))


def _flower(pen: Pen, colour: RGB) -> None:
    pen.curve([(0.0, 0.3), (0.02, -0.1), (0.0, -0.4)], 0.045, (74, 140, 86))
    pen.oval(0.12, -0.04, 0.13, 0.05, (92, 160, 96), turn=-30)
    _bloom(pen.at(0, -0.48, 2.0), colour)


def _wand(pen: Pen, colour: RGB) -> None:
    pen.glow(0.1, -0.5, 0.8, (255, 232, 160), 0.6)
    pen.line([(-0.05, 0.25), (0.1, -0.45)], 0.05, (92, 64, 60))
    pen.poly(star(0.1, -0.5, 0.2), colour)


def _flag(pen: Pen, colour: RGB) -> None:
    pen.line([(0, 0.3), (0, -0.95)], 0.045, _WOOD)
    cloth = [
        *smooth(trace("0,-0.95 0.25,-1 0.5,-0.9 0.75,-0.95"), closed=False),
        *smooth(trace("0.75,-0.5 0.5,-0.45 0.25,-0.55 0,-0.5"), closed=False),
    ]
    pen.form(cloth, colour, darker(colour, 0.6), 0.4)


# What one raised hand holds.
RAISED: dict[str, Callable[[Pen, RGB], None]] = {
    "balloon": _balloon, "umbrella": _umbrella, "lantern": _lantern, "flower": _flower, "wand": _wand,
    "flag": _flag,
}  # fmt: skip
