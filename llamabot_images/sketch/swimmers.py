"""Animals of the sea and small animals, seen from the side. The base is (0, 0), the height about 1."""

import math
from collections.abc import Callable, Sequence

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.faces import draw_eye
from llamabot_images.sketch.shapes import Point, limb, oval, smooth, trace

__all__ = ["SWIMMERS"]

_BLUSH: RGB = (240, 120, 110)


def _smile(pen: Pen, x: float, y: float, size: float, colour: RGB) -> None:
    pen.curve([(x - size, y), (x, y + 0.5 * size), (x + size, y)], 0.28 * size, colour)


def _fish(pen: Pen, colour: RGB, eyes: str) -> None:
    fin = darker(colour, 0.16)
    pen.form(smooth(trace("-0.3,-0.5 -0.62,-0.78 -0.56,-0.5 -0.62,-0.22")), fin, darker(fin, 0.6), 0.4)
    pen.form(smooth([(-0.18, -0.72), (0.0, -0.96), (0.24, -0.74)]), fin, darker(fin, 0.6), 0.4)
    shape = smooth(trace("-0.4,-0.5 -0.16,-0.74 0.2,-0.78 0.5,-0.5 0.2,-0.22 -0.16,-0.26"))
    pen.poly(shape, colour)
    with pen.inside(shape) as body:
        for x in (-0.22, 0.02):
            body.poly(limb([(x, -0.85), (x + 0.06, -0.5), (x, -0.15)], (0.09, 0.11, 0.09)), (255, 250, 240))
        body.shade(shape, darker(colour, 0.6), 0.5)
        body.glow(0.34, -0.42, 0.08, _BLUSH, 0.6)
    pen.form(smooth(trace("0,-0.46 -0.16,-0.36 -0.1,-0.26 0.06,-0.36")), fin, darker(fin, 0.5), 0.4)
    draw_eye(pen.at(0.3, -0.56, 0.058), eyes, backed=True)
    _smile(pen, 0.42, -0.43, 0.04, darker(colour, 0.6))


def _whale(pen: Pen, colour: RGB, eyes: str) -> None:
    for side in (-1, 1):
        pen.curve(
            [(0.22, -0.78), (0.22, -0.9), (0.22 + side * 0.1, -0.98), (0.22 + side * 0.15, -0.9)],
            0.035,
            (214, 240, 250),
        )
    for fluke in (((-0.58, -0.46), (-0.76, -0.6), (-0.94, -0.64)), ((-0.58, -0.46), (-0.58, -0.7), (-0.47, -0.86))):
        pen.form(limb(fluke, (0.1, 0.17, 0.02)), darker(colour, 0.1), darker(colour, 0.6), 0.4)
    shape = smooth(
        trace(
            "-0.64,-0.56 -0.4,-0.42 -0.2,-0.68 0.2,-0.77 0.58,-0.6 0.68,-0.34 0.5,-0.1 0,-0.03 -0.4,-0.14 -0.62,-0.38"
        )
    )
    pen.poly(shape, colour)
    with pen.inside(shape) as body:
        body.blob(trace("0.8,-0.3 0.4,-0.26 0,-0.24 -0.4,-0.14 -0.4,0.1 0.8,0.1"), lighter(colour, 0.72))
        for i in range(5):
            body.curve(
                [(0.62 - i * 0.02, -0.25 + i * 0.045), (0.2, -0.2 + i * 0.045), (-0.1, -0.17 + i * 0.045)],
                0.009,
                darker(colour, 0.02),
            )
        body.shade(shape, darker(colour, 0.65), 0.45, (-0.3, 1.0))
        body.glow(0.42, -0.3, 0.1, _BLUSH, 0.5)
    pen.form(smooth(trace("0.12,-0.2 -0.04,0.04 -0.14,0.02 -0.08,-0.2")), darker(colour, 0.2), darker(colour, 0.6), 0.4)
    draw_eye(pen.at(0.42, -0.42, 0.045), eyes, backed=True)
    _smile(pen, 0.56, -0.29, 0.05, darker(colour, 0.6))


def _octopus(pen: Pen, colour: RGB, eyes: str) -> None:
    for i, (x, lift) in enumerate(((-0.5, -0.1), (-0.36, 0.0), (-0.12, 0.02), (0.12, 0.02), (0.36, 0.0), (0.5, -0.1))):
        out = math.copysign(0.13, x)
        path = [
            (x * 0.4, -0.4),
            (x * 0.85, -0.2),
            (x + 0.2 * out, lift - 0.05),
            (x + out, lift - 0.07 - 0.05 * (i % 2)),
        ]
        pen.form(limb(path, (0.15, 0.12, 0.09, 0.04)), darker(colour, 0.05 + 0.07 * (i % 2)), darker(colour, 0.6), 0.4)
    head = smooth(trace("-0.2,-0.3 -0.33,-0.6 -0.22,-0.92 0,-1 0.22,-0.92 0.33,-0.6 0.2,-0.3"))
    pen.form(head, colour, darker(colour, 0.6), 0.45)
    pen.oval(-0.13, -0.85, 0.07, 0.045, lighter(colour, 0.55), turn=-30)
    for side in (-1, 1):
        pen.glow(side * 0.19, -0.43, 0.07, _BLUSH, 0.6)
        draw_eye(pen.at(side * 0.12, -0.54, 0.045), eyes, backed=True)
    _smile(pen, 0, -0.43, 0.05, darker(colour, 0.6))


def _turtle(pen: Pen, colour: RGB, eyes: str) -> None:
    skin = mix(colour, (206, 216, 130), 0.55)
    for x, turn in ((-0.34, 20), (0.24, -12)):
        pen.form(oval(x, -0.14, 0.11, 0.17, turn), darker(skin, 0.12), darker(skin, 0.6), 0.4)
    pen.form(smooth([(-0.44, -0.2), (-0.66, -0.16), (-0.44, -0.1)]), skin, darker(skin, 0.6), 0.4)
    pen.form(limb([(0.34, -0.22), (0.5, -0.34), (0.58, -0.48)], (0.17, 0.18, 0.26)), skin, darker(skin, 0.6), 0.35)
    dome = smooth(trace("-0.5,-0.2 -0.4,-0.56 0,-0.78 0.36,-0.56 0.46,-0.2"), closed=False)
    pen.poly(dome, colour)
    with pen.inside(dome) as shell:
        for x, y in ((-0.24, -0.42), (0.02, -0.58), (0.24, -0.38), (0.0, -0.3), (-0.4, -0.26), (0.42, -0.22)):
            shell.poly(oval(x, y, 0.11, 0.1, count=7), darker(colour, 0.24))
        shell.shade(dome, darker(colour, 0.6), 0.5)
    pen.form(limb([(-0.5, -0.19), (0.46, -0.19)], (0.09, 0.09)), lighter(colour, 0.45), darker(colour, 0.4), 0.3)
    pen.glow(0.6, -0.42, 0.06, _BLUSH, 0.6)
    draw_eye(pen.at(0.6, -0.52, 0.04), eyes, backed=True)
    _smile(pen, 0.66, -0.43, 0.03, darker(skin, 0.6))


def _jellyfish(pen: Pen, colour: RGB, eyes: str) -> None:
    pen.glow(0, -0.65, 0.6, lighter(colour, 0.5), 0.5)
    for i, x in enumerate((-0.22, -0.12, 0.0, 0.12, 0.22)):
        sway = 0.05 if i % 2 else -0.05
        pen.curve(
            [(x, -0.46), (x + sway, -0.32), (x - sway, -0.18), (x + sway, -0.02)],
            0.04,
            lighter(colour, 0.25 + 0.1 * (i % 2)),
        )
    bell = smooth(trace("-0.34,-0.46 -0.32,-0.74 0,-0.98 0.32,-0.74 0.34,-0.46 0.17,-0.42 0,-0.46 -0.17,-0.42"))
    pen.form(bell, lighter(colour, 0.2), darker(colour, 0.5), 0.4)
    pen.oval(-0.13, -0.82, 0.08, 0.04, (255, 255, 255), 0.6, turn=-30)
    for side in (-1, 1):
        pen.glow(side * 0.19, -0.55, 0.06, _BLUSH, 0.6)
        draw_eye(pen.at(side * 0.12, -0.62, 0.036), eyes)
    _smile(pen, 0, -0.55, 0.04, darker(colour, 0.6))


def _crab(pen: Pen, colour: RGB, eyes: str) -> None:
    for side in (-1, 1):
        for x in (0.2, 0.3, 0.38):
            pen.curve(
                [(side * x, -0.2), (side * (x + 0.14), -0.16), (side * (x + 0.16), 0.0)], 0.05, darker(colour, 0.2)
            )
        pen.curve([(side * 0.34, -0.34), (side * 0.55, -0.42), (side * 0.56, -0.58)], 0.07, darker(colour, 0.08))
        claw = smooth(
            [
                (side * 0.5, -0.56),
                (side * 0.46, -0.76),
                (side * 0.57, -0.7),
                (side * 0.64, -0.8),
                (side * 0.7, -0.62),
                (side * 0.6, -0.54),
            ]
        )
        pen.form(claw, colour, darker(colour, 0.6), 0.4)
        pen.line([(side * 0.12, -0.45), (side * 0.13, -0.62)], 0.04, colour)
    pen.form(
        smooth(trace("-0.42,-0.32 -0.26,-0.52 0.26,-0.52 0.42,-0.32 0.22,-0.1 -0.22,-0.1")),
        colour,
        darker(colour, 0.6),
        0.5,
    )
    for side in (-1, 1):
        draw_eye(pen.at(side * 0.13, -0.64, 0.05), eyes, backed=True)
        pen.glow(side * 0.24, -0.28, 0.07, lighter(colour, 0.5), 0.6)
    _smile(pen, 0, -0.32, 0.06, darker(colour, 0.6))


def _butterfly(pen: Pen, colour: RGB, eyes: str) -> None:
    upper: Sequence[Point] = trace("0.03,-0.52 0.2,-0.86 0.5,-0.94 0.6,-0.7 0.36,-0.46")
    lower: Sequence[Point] = trace("0.03,-0.46 0.36,-0.42 0.46,-0.2 0.28,-0.04 0.1,-0.2")
    for side in (-1, 1):
        for wing, fill in ((lower, darker(colour, 0.12)), (upper, colour)):
            pen.poly(smooth([(side * x, y) for x, y in wing]), darker(fill, 0.55))
            inner = smooth([(side * (x * 0.86 + 0.03), y * 0.88 - 0.06) for x, y in wing])
            pen.form(inner, fill, darker(fill, 0.5), 0.4, (0.0, 1.0))
        pen.oval(side * 0.4, -0.74, 0.075, 0.06, lighter(colour, 0.7), turn=side * -30)
        pen.dot(side * 0.28, -0.22, 0.05, lighter(colour, 0.6))
        pen.curve([(0, -0.72), (side * 0.06, -0.84), (side * 0.14, -0.9)], 0.014, (52, 40, 50))
    pen.form(limb([(0, -0.68), (0, -0.5), (0, -0.2)], (0.07, 0.09, 0.04)), (66, 50, 60), (20, 14, 24), 0.5)


def _bee(pen: Pen, colour: RGB, eyes: str) -> None:
    for x, turn in ((-0.08, -24), (0.12, 12)):
        pen.oval(x, -0.72, 0.13, 0.22, (236, 246, 252), 0.75, turn=turn)
    shape = smooth(trace("-0.44,-0.36 -0.24,-0.56 0.1,-0.6 0.4,-0.44 0.38,-0.24 0.1,-0.12 -0.24,-0.16"))
    pen.poly(shape, colour)
    with pen.inside(shape) as body:
        for x in (-0.3, -0.1, 0.1):
            body.poly(limb([(x, -0.65), (x + 0.04, -0.36), (x, -0.05)], (0.08, 0.1, 0.08)), (58, 44, 44))
        body.shade(shape, darker(colour, 0.6), 0.45)
        body.glow(0.3, -0.28, 0.06, _BLUSH, 0.6)
    for x in (0.24, 0.32):
        pen.curve([(x, -0.54), (x + 0.05, -0.68), (x + 0.12, -0.7)], 0.018, (58, 44, 44))
    draw_eye(pen.at(0.27, -0.39, 0.042), eyes)
    _smile(pen, 0.34, -0.3, 0.03, (58, 44, 44))


def _snail(pen: Pen, colour: RGB, eyes: str) -> None:
    skin = (238, 204, 152)
    foot = smooth(trace("-0.56,0 -0.3,-0.12 0.24,-0.14 0.36,-0.4 0.56,-0.42 0.6,-0.2 0.46,0"))
    for x in (0.42, 0.52):
        pen.line([(x, -0.36), (x + 0.05, -0.58)], 0.03, skin)
    pen.form(foot, skin, darker(skin, 0.5), 0.4)
    pen.form(oval(-0.08, -0.4, 0.34, 0.33), colour, darker(colour, 0.6), 0.5)
    spiral = [
        (-0.08 + 0.026 * i**0.95 * math.cos(i * 0.6) * 0.42, -0.4 + 0.026 * i**0.95 * math.sin(i * 0.6) * 0.42)
        for i in range(28)
    ]
    pen.curve(spiral, 0.035, lighter(colour, 0.5))
    for x in (0.47, 0.57):
        draw_eye(pen.at(x, -0.6, 0.035), eyes, backed=True)
    _smile(pen, 0.52, -0.24, 0.035, darker(skin, 0.6))


# How to draw it, its usual colour, where its head is (x, y, half width).
SWIMMERS: dict[str, tuple[Callable[[Pen, RGB, str], None], str, tuple[float, float, float]]] = {
    "fish": (_fish, "f28c3c", (0.28, -0.56, 0.2)), "whale": (_whale, "4f7fb5", (0.36, -0.5, 0.26)),
    "octopus": (_octopus, "e0707f", (0, -0.64, 0.3)), "turtle": (_turtle, "5f9a6a", (0.58, -0.5, 0.13)),
    "jellyfish": (_jellyfish, "b58ad8", (0, -0.66, 0.3)), "crab": (_crab, "e2603f", (0, -0.42, 0.3)),
    "butterfly": (_butterfly, "f0913a", (0, -0.7, 0.06)), "bee": (_bee, "f7c948", (0.28, -0.4, 0.17)),
    "snail": (_snail, "c77b58", (0.5, -0.4, 0.12)),
}  # fmt: skip
