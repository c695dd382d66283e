"""Things worn on the head and round the neck. The pen's 1 is half the width of the head, (0, 0) its middle."""

import math
from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter
from llamabot_images.sketch.shapes import limb, oval, ring_part, rounded_box, smooth, star, trace

__all__ = ["ON_HEAD", "ROUND_NECK"]


def _hat(pen: Pen, colour: RGB) -> None:
    crown = smooth(trace("-0.5,-0.68 -0.46,-1.2 -0.2,-1.34 0,-1.28 0.2,-1.34 0.46,-1.2 0.5,-0.68"), closed=False)
    pen.form(crown, colour, darker(colour, 0.6), 0.45, (0.8, 0.4))
    pen.poly(trace("-0.51,-0.86 0.51,-0.86 0.52,-0.68 -0.52,-0.68"), darker(colour, 0.45))
    pen.form(oval(0, -0.66, 0.98, 0.16), darker(colour, 0.08), darker(colour, 0.6), 0.5)


def _top_hat(pen: Pen, colour: RGB) -> None:
    pen.form(trace("-0.46,-0.7 -0.52,-1.55 0.52,-1.55 0.46,-0.7"), colour, darker(colour, 0.7), 0.5, (0.8, 0.4))
    pen.oval(0, -1.55, 0.52, 0.09, lighter(colour, 0.14))
    pen.poly(trace("-0.47,-0.92 0.47,-0.92 0.46,-0.7 -0.46,-0.7"), (200, 60, 64))
    pen.form(oval(0, -0.7, 0.82, 0.13), colour, darker(colour, 0.7), 0.5)


def _wizard(pen: Pen, colour: RGB) -> None:
    cone = smooth(trace("-0.55,-0.68 -0.3,-1.25 -0.05,-1.75 0.3,-2 0.22,-1.72 0.36,-1.25 0.55,-0.68"), closed=False)
    pen.form(cone, colour, darker(colour, 0.7), 0.5, (0.8, 0.3))
    pen.form(oval(0, -0.68, 1.02, 0.17), darker(colour, 0.1), darker(colour, 0.7), 0.5)
    for x, y, r in ((-0.16, -0.98, 0.12), (0.17, -1.2, 0.1), (0.02, -1.52, 0.08)):
        pen.poly(star(x, y, r, turn=x * 90), (255, 216, 110))


def _party(pen: Pen, colour: RGB) -> None:
    cone = [(-0.36, -0.8), (0.36, -0.8), (0.05, -1.65)]
    pen.poly(cone, colour)
    with pen.inside(cone) as inner:
        for y in (-0.92, -1.16, -1.4):
            inner.line([(-0.5, y + 0.1), (0.5, y - 0.1)], 0.09, lighter(colour, 0.65))
        inner.shade(cone, darker(colour, 0.6), 0.4, toward=(0.9, 0.2))
    pen.poly(star(0.05, -1.66, 0.17, inner=0.6, tips=9), (255, 226, 130))


def _crown(pen: Pen, colour: RGB) -> None:
    gold = (246, 196, 72)
    spikes = trace("-0.5,-0.74 -0.58,-1.22 -0.28,-1 0,-1.36 0.28,-1 0.58,-1.22 0.5,-0.74")
    pen.form(spikes, gold, (160, 90, 30), 0.5)
    for x, y in ((-0.58, -1.24), (0, -1.38), (0.58, -1.24)):
        pen.dot(x, y, 0.065, (255, 226, 140))
    for x in (-0.28, 0.0, 0.28):
        pen.dot(x, -0.84, 0.06, colour)


def _santa(pen: Pen, colour: RGB) -> None:
    red = (206, 48, 54)
    cone = smooth(trace("-0.62,-0.66 -0.4,-1.15 0.1,-1.4 0.7,-1.2 0.92,-0.8 0.68,-0.95 0.6,-0.66"), closed=False)
    pen.form(cone, red, darker(red, 0.6), 0.5)
    pen.dot(0.94, -0.74, 0.16, (255, 252, 246))
    pen.form(rounded_box(-0.72, -0.8, 0.72, -0.56, 0.12), (255, 252, 246), (150, 160, 190), 0.3)


def _cap(pen: Pen, colour: RGB) -> None:
    pen.form(
        smooth(trace("-0.66,-0.6 -0.56,-1.06 0,-1.24 0.56,-1.06 0.66,-0.6"), closed=False),
        colour,
        darker(colour, 0.6),
        0.45,
    )
    pen.form(
        smooth(trace("-0.62,-0.66 0,-0.78 0.62,-0.66 0.66,-0.48 0,-0.56 -0.66,-0.48")),
        darker(colour, 0.2),
        darker(colour, 0.6),
        0.4,
    )
    pen.dot(0, -1.23, 0.06, darker(colour, 0.2))


def _beanie(pen: Pen, colour: RGB) -> None:
    pen.poly(star(0, -1.36, 0.2, inner=0.82, tips=13), lighter(colour, 0.7))
    pen.form(
        smooth(trace("-0.72,-0.55 -0.62,-1.05 0,-1.28 0.62,-1.05 0.72,-0.55"), closed=False),
        colour,
        darker(colour, 0.6),
        0.45,
    )
    pen.form(rounded_box(-0.78, -0.74, 0.78, -0.5, 0.1), lighter(colour, 0.28), darker(colour, 0.5), 0.4)


def _chef(pen: Pen, colour: RGB) -> None:
    white = (252, 250, 246)
    for x, y, r in ((-0.4, -1.22, 0.3), (0.4, -1.22, 0.3), (0, -1.36, 0.36)):
        pen.form(oval(x, y, r, r), white, (150, 160, 190), 0.35)
    pen.form(trace("-0.48,-0.66 -0.5,-1.1 0.5,-1.1 0.48,-0.66"), white, (150, 160, 190), 0.35)


def _cowboy(pen: Pen, colour: RGB) -> None:
    crown = smooth(trace("-0.46,-0.7 -0.46,-1.25 -0.2,-1.36 0,-1.22 0.2,-1.36 0.46,-1.25 0.46,-0.7"), closed=False)
    pen.form(crown, colour, darker(colour, 0.6), 0.5, (0.8, 0.4))
    brim = smooth(trace("-1.15,-0.95 -0.7,-0.66 0,-0.6 0.7,-0.66 1.15,-0.95 0.9,-0.56 0,-0.46 -0.9,-0.56"))
    pen.form(brim, darker(colour, 0.1), darker(colour, 0.6), 0.4)


def _bow(pen: Pen, colour: RGB) -> None:
    at = pen.at(0.55, -0.82, turn=24)
    _ribbon(at, colour, 0.34)


def _ribbon(pen: Pen, colour: RGB, size: float) -> None:
    for side in (-1, 1):
        loop = smooth(
            [
                (0, 0),
                (side * 0.6 * size, -0.55 * size),
                (side * size, -0.4 * size),
                (side * size, 0.4 * size),
                (side * 0.6 * size, 0.55 * size),
            ]
        )
        pen.form(loop, colour, darker(colour, 0.6), 0.45)
    pen.dot(0, 0, 0.26 * size, darker(colour, 0.2))


def _wreath(pen: Pen, colour: RGB) -> None:
    for i in range(9):
        angle = math.radians(200 + 140 * i / 8)
        x, y = 0.86 * math.cos(angle), 0.1 + 0.86 * math.sin(angle)
        fill = (108, 160, 96) if i % 2 else lighter(colour, 0.2 * (i % 4))
        pen.poly(star(x, y, 0.19, inner=0.7, tips=6), fill)
        pen.dot(x, y, 0.055, (255, 226, 130))


def _headphones(pen: Pen, colour: RGB) -> None:
    pen.curve(trace("-1,-0.05 -0.86,-0.72 0,-1.06 0.86,-0.72 1,-0.05"), 0.12, darker(colour, 0.35))
    for side in (-1, 1):
        pen.form(rounded_box(side * 1.0 - 0.14, -0.26, side * 1.0 + 0.14, 0.3, 0.14), colour, darker(colour, 0.6), 0.5)


def _glasses(pen: Pen, colour: RGB) -> None:
    frame = darker(colour, 0.35)
    pen.line([(-0.16, -0.04), (0.16, -0.04)], 0.06, frame)
    for side in (-1, 1):
        pen.line([*oval(side * 0.43, -0.01, 0.28, 0.27), (side * 0.43 + 0.28, -0.01)], 0.055, frame)
        pen.oval(side * 0.43, -0.01, 0.26, 0.25, (255, 255, 255), 0.14)
        pen.line([(side * 0.71, -0.03), (side * 0.96, -0.1)], 0.05, frame)


def _sunglasses(pen: Pen, colour: RGB) -> None:
    frame = (34, 30, 42)
    pen.line([(-0.96, -0.12), (0.96, -0.12)], 0.07, frame)
    for side in (-1, 1):
        lens = smooth(
            [(side * 0.12, -0.18), (side * 0.78, -0.2), (side * 0.78, 0.08), (side * 0.5, 0.26), (side * 0.18, 0.14)]
        )
        pen.form(lens, frame, colour, 0.55, (0.2, -1.0))
        pen.line([(side * 0.45 - 0.18, 0.08), (side * 0.45 + 0.02, -0.1)], 0.045, (255, 255, 255))


def _helmet(pen: Pen, colour: RGB) -> None:
    pen.oval(0, 0.0, 1.42, 1.34, (214, 232, 246), 0.2)
    rim = oval(0, 0.0, 1.42, 1.34, count=64)
    pen.line([*rim, rim[0]], 0.1, (238, 242, 248))
    pen.line(ring_part(0, 0, 1.2, 1.12, 195, 240), 0.09, (255, 255, 255))
    pen.form(rounded_box(-0.75, 1.12, 0.75, 1.36, 0.1), (226, 230, 238), (110, 120, 150), 0.4)
    pen.form(rounded_box(-0.34, 1.5, 0.34, 1.96, 0.08), (206, 212, 224), (90, 100, 130), 0.4)
    for x, fill in ((-0.18, (226, 84, 76)), (0.0, (246, 190, 72)), (0.18, (96, 170, 214))):
        pen.dot(x, 1.66, 0.065, fill)
    pen.line([(-0.2, 1.84), (0.2, 1.84)], 0.05, colour)


ON_HEAD: dict[str, Callable[[Pen, RGB], None]] = {
    "hat": _hat, "top hat": _top_hat, "wizard hat": _wizard, "party hat": _party, "crown": _crown,
    "santa hat": _santa, "cap": _cap, "beanie": _beanie, "chef hat": _chef, "cowboy hat": _cowboy,
    "bow": _bow, "wreath": _wreath, "headphones": _headphones, "glasses": _glasses,
    "sunglasses": _sunglasses, "helmet": _helmet,
}  # fmt: skip


def _scarf(pen: Pen, colour: RGB) -> None:
    tail = limb([(0.28, 0.05), (0.36, 0.5), (0.3, 0.85)], (0.26, 0.27, 0.28))
    pen.form(tail, darker(colour, 0.1), darker(colour, 0.6), 0.4)
    for y in (0.72, 0.82):
        pen.line([(0.2, y), (0.42, y)], 0.04, lighter(colour, 0.6))
    pen.form(
        limb(trace("-0.6,-0.1 -0.3,0.08 0,0.13 0.3,0.08 0.6,-0.1"), (0.26, 0.28, 0.28, 0.28, 0.26)),
        colour,
        darker(colour, 0.6),
        0.45,
    )


def _bow_tie(pen: Pen, colour: RGB) -> None:
    _ribbon(pen.at(0, 0.1), colour, 0.36)


def _tie(pen: Pen, colour: RGB) -> None:
    pen.form(trace("-0.08,0.2 0.08,0.2 0.16,0.82 0,1 -0.16,0.82"), colour, darker(colour, 0.6), 0.5)
    pen.poly(trace("-0.13,0.02 0.13,0.02 0.08,0.22 -0.08,0.22"), darker(colour, 0.15))


def _bandana(pen: Pen, colour: RGB) -> None:
    pen.form(
        smooth(trace("-0.55,-0.06 0,0.14 0.55,-0.06 0.3,0.34 0,0.62 -0.3,0.34"), steps=4),
        colour,
        darker(colour, 0.6),
        0.4,
    )
    for x, y in ((-0.2, 0.2), (0.0, 0.36), (0.2, 0.2)):
        pen.dot(x, y, 0.035, lighter(colour, 0.7))


# Drawn below the head; (0, 0) is the throat.
ROUND_NECK: dict[str, Callable[[Pen, RGB], None]] = {
    "scarf": _scarf, "bow tie": _bow_tie, "tie": _tie, "bandana": _bandana,
}  # fmt: skip
