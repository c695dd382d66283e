"""Tall animals seen from the side: horses and their like. The base is (0, 0), the height about 1."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix, rgb
from llamabot_images.sketch.faces import draw_eye
from llamabot_images.sketch.shapes import Point, limb, smooth, star, trace

__all__ = ["GALLOPERS"]

_BLUSH: RGB = (240, 120, 110)


@dataclass(frozen=True, slots=True)
class _Build:
    """A tall animal: length of neck and legs, colours of mane and hoofs, what is special."""

    mane: str
    hoof: str
    special: str = ""
    neck: float = 0.0


def _leg(pen: Pen, points: list[Point], fill: RGB, hoof: RGB) -> None:
    pen.form(limb(points, (0.12, 0.085, 0.068)), fill, darker(fill, 0.6), 0.4)
    x, y = points[-1]
    pen.poly([(x - 0.042, y - 0.02), (x + 0.042, y - 0.02), (x + 0.055, y + 0.035), (x - 0.045, y + 0.035)], hoof)


def _horse_like(build: _Build) -> Callable[[Pen, RGB, str], None]:
    def draw(whole: Pen, colour: RGB, eyes: str) -> None:
        pen = whole.at(0, 0, 1 / (1 + 0.8 * build.neck))
        mane, hoof = rgb(build.mane), rgb(build.hoof)
        far = darker(colour, 0.2)
        _leg(pen, [(0.14, -0.36), (0.24, -0.2), (0.2, -0.035)], far, darker(hoof, 0.2))
        _leg(pen, [(-0.3, -0.36), (-0.22, -0.2), (-0.26, -0.035)], far, darker(hoof, 0.2))
        _horse_tail(pen, colour, mane, build)
        _torso(pen, colour, build)
        _leg(pen, [(0.2, -0.34), (0.19, -0.18), (0.15, -0.035)], colour, hoof)
        _leg(pen, [(-0.36, -0.36), (-0.39, -0.2), (-0.36, -0.035)], colour, hoof)
        _horse_head(pen.at(0, -build.neck), colour, mane, build, eyes)

    return draw


def _horse_tail(pen: Pen, colour: RGB, mane: RGB, build: _Build) -> None:
    if build.special in ("giraffe", "camel", "donkey"):
        pen.curve([(-0.42, -0.46), (-0.53, -0.38), (-0.52, -0.24)], 0.03, colour)
        pen.oval(-0.52, -0.21, 0.035, 0.06, mane)
        return
    for i, fill in enumerate(_mane_colours(mane, build)):
        shift = i * 0.035
        path = [(-0.4, -0.47), (-0.56 + shift, -0.46 + shift), (-0.6 + shift, -0.26), (-0.7 + shift, -0.12 + shift)]
        pen.form(limb(path, (0.07, 0.1, 0.1, 0.02)), fill, darker(fill, 0.5), 0.35)


def _mane_colours(mane: RGB, build: _Build) -> tuple[RGB, ...]:
    if build.special == "unicorn":
        return (244, 143, 177), (255, 209, 128), (128, 203, 196), (149, 157, 232)
    return (mane, lighter(mane, 0.12))


def _torso(pen: Pen, colour: RGB, build: _Build) -> None:
    if build.special == "camel":
        for x in (-0.22, 0.06):
            hump = smooth([(x - 0.16, -0.5), (x, -0.74), (x + 0.16, -0.5)])
            pen.form(hump, darker(colour, 0.04), darker(colour, 0.6), 0.4)
    shape = smooth(trace("-0.44,-0.4 -0.36,-0.54 -0.1,-0.53 0.2,-0.56 0.3,-0.4 0.22,-0.27 -0.1,-0.23 -0.38,-0.27"))
    neck = limb([(0.16, -0.42), (0.26, -0.58 - build.neck * 0.5), (0.34, -0.8 - build.neck)], (0.26, 0.19, 0.15))
    for part in (neck, shape):
        pen.poly(part, colour)
        with pen.inside(part) as hide:
            _hide(hide, colour, build)
            hide.shade(part, darker(colour, 0.65), 0.45)


def _hide(pen: Pen, colour: RGB, build: _Build) -> None:
    if build.special == "zebra":
        for i in range(11):
            x = -0.44 + i * 0.08
            pen.poly(limb([(x, -0.6), (x + 0.03, -0.42), (x - 0.01, -0.2)], (0.022, 0.036, 0.012)), (44, 40, 48))
        for y in (-0.62, -0.69, -0.76):
            pen.line([(0.1, y), (0.5, y - 0.06)], 0.026, (44, 40, 48))
    if build.special == "giraffe":
        for i in range(34):
            x, y = -0.42 + (i * 0.137) % 0.9, -0.26 - (i * 0.211) % 0.95
            pen.poly(star(x, y, 0.052, inner=0.86, tips=4, turn=i * 23), (178, 112, 58))


def _horse_head(pen: Pen, colour: RGB, mane: RGB, build: _Build, eyes: str) -> None:
    long = 1.6 if build.special == "donkey" else 1.0
    for x in (0.33, 0.4):
        ear = smooth([(x - 0.03, -0.93), (x - 0.02, -1.02 - 0.06 * long), (x + 0.045, -0.93)])
        pen.form(ear, darker(colour, 0.04), darker(colour, 0.6), 0.4)
    if build.special == "unicorn":
        pen.glow(0.5, -1.12, 0.2, (255, 240, 190), 0.6)
        pen.form([(0.41, -0.97), (0.48, -0.93), (0.57, -1.24)], (255, 214, 120), (200, 130, 60), 0.4)
    if build.special == "giraffe":
        for x in (0.37, 0.44):
            pen.line([(x, -0.95), (x + 0.01, -1.06)], 0.022, darker(colour, 0.3))
            pen.dot(x + 0.01, -1.07, 0.02, mane)
    skull = smooth(trace("0.29,-0.88 0.36,-0.97 0.46,-0.93 0.62,-0.78 0.65,-0.68 0.58,-0.63 0.47,-0.67 0.36,-0.72"))
    pen.poly(skull, colour)
    with pen.inside(skull) as hide:
        hide.oval(0.62, -0.69, 0.1, 0.085, mix(colour, (240, 196, 180), 0.5))
        hide.shade(skull, darker(colour, 0.6), 0.35)
        hide.glow(0.49, -0.74, 0.05, _BLUSH, 0.6)
    pen.oval(0.62, -0.72, 0.011, 0.014, darker(colour, 0.6))
    pen.curve([(0.55, -0.66), (0.59, -0.655), (0.62, -0.67)], 0.011, darker(colour, 0.6))
    draw_eye(pen.at(0.45, -0.83, 0.03), eyes, backed=sum(colour) < 220)
    if build.special != "camel":
        _mane(pen, mane, build)


def _mane(pen: Pen, mane: RGB, build: _Build) -> None:
    if build.special in ("giraffe", "zebra", "donkey"):
        pen.poly(limb([(0.32, -0.98), (0.24, -0.84), (0.17, -0.6 + build.neck)], (0.05, 0.06, 0.03)), mane)
        return
    for i, fill in enumerate(_mane_colours(mane, build)):
        shift = i * 0.026
        path = [
            (0.36 - shift, -0.98 + shift),
            (0.24 + shift, -0.88),
            (0.16 + shift, -0.7),
            (0.06 + shift, -0.56 + shift),
        ]
        pen.form(limb(path, (0.06, 0.1, 0.1, 0.02)), fill, darker(fill, 0.5), 0.3)
    first = _mane_colours(mane, build)[0]
    pen.poly(limb([(0.36, -0.98), (0.43, -0.93), (0.44, -0.87)], (0.06, 0.055, 0.015)), first)


def _dinosaur(pen: Pen, colour: RGB, eyes: str) -> None:
    for x in (-0.28, 0.02):
        pen.form(limb([(x, -0.22), (x + 0.02, -0.03)], (0.14, 0.12)), darker(colour, 0.18), darker(colour, 0.6), 0.4)
    back = limb(
        trace("-0.78,-0.08 -0.52,-0.2 -0.2,-0.32 0.1,-0.34 0.28,-0.56 0.34,-0.82"), (0.02, 0.16, 0.4, 0.36, 0.17, 0.13)
    )
    for i in range(9):
        share = i / 8
        x, y = -0.6 + share * 0.82, -0.22 - 0.3 * math.sin(share * 2.0) - 0.22 * share**3
        pen.poly([(x - 0.05, y + 0.06), (x, y - 0.07), (x + 0.06, y + 0.05)], mix(colour, (246, 166, 80), 0.7))
    pen.form(back, colour, darker(colour, 0.65), 0.5)
    for x in (-0.16, 0.12):
        pen.form(limb([(x, -0.24), (x + 0.01, -0.03)], (0.16, 0.13)), lighter(colour, 0.04), darker(colour, 0.6), 0.4)
    pen.form(
        smooth(trace("0.26,-0.92 0.42,-1 0.58,-0.9 0.6,-0.8 0.44,-0.75 0.3,-0.8")), colour, darker(colour, 0.6), 0.35
    )
    pen.glow(0.49, -0.82, 0.05, _BLUSH, 0.6)
    draw_eye(pen.at(0.44, -0.89, 0.034), eyes)
    pen.curve([(0.5, -0.8), (0.55, -0.79), (0.59, -0.82)], 0.014, darker(colour, 0.6))


_HEAD = (0.44, -0.83, 0.14)

# How to draw it, its usual colour, where its head is (x, y, half width).
GALLOPERS: dict[str, tuple[Callable[[Pen, RGB, str], None], str, tuple[float, float, float]]] = {
    "horse": (_horse_like(_Build("4a2c22", "3a2a28")), "a9683f", _HEAD),
    "unicorn": (_horse_like(_Build("f48fb1", "c9a0dc", "unicorn")), "fbf6f4", _HEAD),
    "zebra": (_horse_like(_Build("2c2830", "2c2830", "zebra")), "f8f5ef", _HEAD),
    "donkey": (_horse_like(_Build("4d4a52", "3a3a40", "donkey")), "9c98a0", _HEAD),
    "camel": (_horse_like(_Build("8a5c34", "6b4a30", "camel")), "d6a566", _HEAD),
    "giraffe": (_horse_like(_Build("8a4f2a", "6b4a30", "giraffe", 0.34)), "f2c668", (0.33, -0.945, 0.1)),
    "dinosaur": (_dinosaur, "6aa86f", (0.44, -0.88, 0.16)),
}  # fmt: skip
