"""Sitting bodies, and what the arms do. The base of every figure is (0, 0), its height about 1."""

import math
from collections.abc import Sequence

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import Point, limb, oval, smooth, trace
from llamabot_images.sketch.species import Species
from llamabot_images.sketch.tails import TAILS

__all__ = ["HANDS", "draw_arms", "draw_bird", "draw_llama", "draw_sitting", "draw_wings"]

_TRUNK: Sequence[Point] = trace("-0.13,-0.52 -0.2,-0.38 -0.255,-0.2 -0.24,-0.06 -0.13,0 0.13,0 0.24,-0.06 "
"0.255,-0.2 0.2,-0.38 0.13,-0.52")  # fmt: skip
_CHEST: Sequence[Point] = trace("-0.1,-0.5 -0.15,-0.3 -0.15,-0.1 0,-0.03 0.15,-0.1 0.15,-0.3 0.1,-0.5")  # fmt: skip
_EGG: Sequence[Point] = trace("-0.2,-0.62 -0.27,-0.4 -0.27,-0.2 -0.17,-0.03 0,0 0.17,-0.03 0.27,-0.2 "
"0.27,-0.4 0.2,-0.62 0,-0.7")  # fmt: skip


def draw_sitting(pen: Pen, kind: Species) -> None:
    """Draw tail, trunk and feet of a sitting animal, the shoulders at -0.5."""
    TAILS[kind.tail](pen, kind)
    shape = smooth(_TRUNK)
    pen.poly(shape, kind.coat)
    with pen.inside(shape) as trunk:
        trunk.blob(_CHEST, kind.belly)
        if kind.marking == "tiger":
            _stripes(trunk, kind)
        trunk.shade(shape, darker(kind.coat, 0.7), 0.6, start=0.35, toward=(0.6, 1.0))
        trunk.shade(oval(0, -0.5, 0.3, 0.12), darker(kind.coat, 0.7), 0.6, start=0.0, toward=(0.0, -1.0))
    for side in (-1, 1):
        _foot(pen.at(side * 0.17, -0.045, flip=side < 0), kind)


def _stripes(pen: Pen, kind: Species) -> None:
    for side in (-1, 1):
        for y in (-0.36, -0.26, -0.16):
            pen.blob([(side * 0.3, y - 0.025), (side * 0.14, y + 0.01), (side * 0.3, y + 0.025)], kind.dark)


def _foot(pen: Pen, kind: Species) -> None:
    sole = mix(kind.limb, (240, 150, 140), 0.45)
    pen.form(oval(0, 0, 0.088, 0.072, -12), lighter(kind.limb, 0.06), darker(kind.limb, 0.6), 0.55)
    pen.oval(0.006, 0.018, 0.036, 0.026, sole, turn=-12)
    for x, y in ((-0.036, -0.012), (0.0, -0.033), (0.04, -0.025)):
        pen.dot(x, y, 0.013, sole)


def draw_arms(pen: Pen, limb_colour: RGB, pose: str, width: float = 0.085) -> None:
    """Draw both arms: ``"hold"`` meets in front, ``"raise"`` lifts the right one, ``"rest"``."""
    for side, wanted in ((-1, "rest" if pose == "raise" else pose), (1, pose)):
        arm = limb([(side * x, y) for x, y in _ARMS[wanted]], (width, width, width * 0.9))
        pen.poly(
            limb([(side * x, y) for x, y in _ARMS[wanted]], (width * 1.14, width * 1.14, width * 1.04)),
            darker(limb_colour, 0.16),
        )
        pen.form(arm, lighter(limb_colour, 0.05), darker(limb_colour, 0.6), 0.45)


_ARMS: dict[str, list[Point]] = {
    "hold": [(0.15, -0.46), (0.235, -0.31), (0.165, -0.2)],
    "raise": [(0.15, -0.45), (0.28, -0.4), (0.345, -0.53)],
    "rest": [(0.15, -0.46), (0.215, -0.28), (0.16, -0.16)],
}


# Where the right hand ends up.
HANDS: dict[str, Point] = {pose: path[-1] for pose, path in _ARMS.items()}


def draw_bird(pen: Pen, kind: Species) -> None:
    """Draw tail, trunk and feet of a bird standing upright."""
    TAILS[kind.tail](pen, kind)
    for side in (-1, 1):
        foot = pen.at(side * 0.11, 0.0)
        for x in (-0.045, 0.0, 0.045):
            foot.line([(0, -0.03), (x, 0.012)], 0.026, (240, 156, 60))
    shape = smooth(_EGG)
    pen.poly(shape, kind.coat)
    with pen.inside(shape) as trunk:
        trunk.oval(0, -0.22, 0.205, 0.27, kind.belly)
        if kind.marking == "owl":
            _feathers(trunk, kind)
        trunk.shade(shape, darker(kind.coat, 0.7), 0.55, start=0.4, toward=(0.6, 1.0))


def _feathers(pen: Pen, kind: Species) -> None:
    for row in range(4):
        for i in range(-2, 3):
            x, y = i * 0.08 + (row % 2) * 0.04, -0.36 + row * 0.085
            pen.curve([(x - 0.026, y), (x, y + 0.03), (x + 0.026, y)], 0.012, mix(kind.belly, kind.dark, 0.5))


def draw_wings(pen: Pen, kind: Species, pose: str) -> None:
    """Draw both wings; they do what arms do."""
    for side, wanted in ((-1, "rest" if pose == "raise" else pose), (1, pose)):
        wing = limb([(side * x, y) for x, y in _WINGS[wanted]], (0.1, 0.15, 0.035))
        pen.form(wing, kind.limb, darker(kind.limb, 0.6), 0.5)


_WINGS: dict[str, list[Point]] = {
    "hold": [(0.22, -0.44), (0.27, -0.28), (0.13, -0.2)],
    "raise": [(0.22, -0.42), (0.33, -0.46), (0.38, -0.58)],
    "rest": [(0.22, -0.46), (0.285, -0.28), (0.26, -0.1)],
}


def draw_llama(pen: Pen, kind: Species) -> None:
    """Draw the fleece and the long neck of a llama; its head sits at -0.86."""
    for side in (-1, 1):
        for x in (0.09, 0.17):
            leg = limb([(side * x, -0.2), (side * x, -0.015)], (0.075, 0.06))
            pen.form(leg, kind.limb, darker(kind.limb, 0.6), 0.5)
            pen.oval(side * x, -0.012, 0.036, 0.02, darker(kind.dark, 0.5))
    _fleece(pen, [(0, -0.28, 0.26, 0.17)], kind)
    _fleece(pen, [(0, -0.5, 0.13, 0.22), (0, -0.68, 0.115, 0.16)], kind)


def _fleece(pen: Pen, parts: list[tuple[float, float, float, float]], kind: Species) -> None:
    """Draw ovals (x, y, rx, ry) with a curly edge."""
    for x, y, rx, ry in parts:
        curls = max(9, round(30 * (rx + ry)))
        for i in range(curls):
            angle = 2 * math.pi * i / curls
            pen.dot(
                x + rx * math.cos(angle),
                y + ry * math.sin(angle),
                0.055,
                darker(kind.coat, 0.05 + 0.09 * (math.sin(angle) > 0.3)),
            )
        pen.form(oval(x, y, rx * 1.05, ry * 1.05), kind.coat, darker(kind.coat, 0.6), 0.32, start=0.4)
        for i in range(curls):
            angle = 2.4 * i
            reach = 0.16 + 0.7 * ((i * 0.37) % 1)
            cx, cy = x + rx * reach * math.cos(angle), y + ry * reach * math.sin(angle)
            pen.curve([(cx - 0.022, cy), (cx, cy + 0.02), (cx + 0.022, cy)], 0.008, darker(kind.coat, 0.14))
