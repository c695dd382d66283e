"""Ears, horns and manes. They are drawn before the head, which covers their roots."""

import math
from collections.abc import Callable, Sequence

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import Point, limb, smooth, star, trace
from llamabot_images.sketch.species import Species

__all__ = ["EARS"]

_PINK: RGB = (240, 160, 150)

# Outlines of the right ear in half widths and half heights of the head.
_SHAPES: dict[str, Sequence[Point]] = {
    "tufted": trace("0.3,-0.75 0.58,-1.3 0.92,-1.5 1.1,-1.3 1.08,-0.9 0.9,-0.4"),
    "cat": trace("0.22,-0.8 0.62,-1.42 0.82,-1.52 0.93,-1.3 0.97,-0.4 0.6,-0.6"),
    "fox": trace("0.2,-0.8 0.66,-1.66 0.84,-1.82 0.95,-1.6 1,-0.35 0.6,-0.6"),
    "floppy": trace("0.45,-0.95 0.95,-0.98 1.25,-0.5 1.32,0.1 1.12,0.42 0.9,0.1 0.8,-0.5"),
    "long": trace("0.12,-0.8 0.14,-1.7 0.32,-2.25 0.55,-2.3 0.66,-1.8 0.6,-0.8"),
    "squirrel": trace("0.35,-0.8 0.58,-1.35 0.78,-1.62 0.88,-1.3 0.92,-0.5"),
    "pig": trace("0.3,-0.85 0.6,-1.3 1.02,-1.38 1.05,-1 0.85,-0.5"),
    "cow": trace("0.7,-0.62 1.1,-0.86 1.5,-0.72 1.45,-0.42 1.1,-0.26 0.75,-0.32"),
    "deer": trace("0.6,-0.7 1,-1.12 1.5,-1.2 1.42,-0.82 1.1,-0.46 0.8,-0.4"),
    "elephant": trace("0.5,-0.75 1.2,-1.15 1.95,-0.8 2.05,0.05 1.6,0.62 1.05,0.5 0.7,0.2"),
    "banana": trace("0.25,-0.8 0.38,-1.5 0.62,-2.05 0.78,-2 0.86,-1.4 0.72,-0.7"),
}  # fmt: skip


def _pair(pen: Pen, kind: Species, points: Sequence[Point], fill: RGB, shadow: float = 0.3) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        shape = smooth([(side * x * rx, y * ry) for x, y in points])
        pen.form(shape, fill, darker(fill, 0.6), shadow)


def _toward(points: Sequence[Point], x: float, y: float, share: float) -> list[Point]:
    """Return *points* shrunk towards (x, y), leaving *share* of their size."""
    return [(x + (px - x) * share, y + (py - y) * share) for px, py in points]


def _shaped(name: str, x: float, y: float, share: float = 0.66) -> Callable[[Pen, Species], None]:
    """Return an ear of the shape *name* with a pink inside whose root is (x, y)."""

    def draw(pen: Pen, kind: Species) -> None:
        _pair(pen, kind, _SHAPES[name], kind.coat)
        _pair(pen, kind, _toward(_SHAPES[name], x, y, share), mix(kind.coat, _PINK, 0.62), 0.2)

    return draw


def _tufted(pen: Pen, kind: Species) -> None:
    _pair(pen, kind, _SHAPES["tufted"], kind.pale)
    _pair(pen, kind, _toward(_SHAPES["tufted"], 0.72, -0.55, 0.72), kind.coat)
    _pair(pen, kind, _toward(_SHAPES["tufted"], 0.76, -0.55, 0.46), kind.dark)


def _fox(pen: Pen, kind: Species) -> None:
    _pair(pen, kind, _SHAPES["fox"], kind.dark)
    _pair(pen, kind, _toward(_SHAPES["fox"], 0.62, -0.35, 0.8), kind.coat)
    _pair(pen, kind, _toward(_SHAPES["fox"], 0.64, -0.4, 0.52), mix(kind.coat, kind.pale, 0.75))


def _floppy(pen: Pen, kind: Species) -> None:
    _pair(pen, kind, _SHAPES["floppy"], kind.dark)


def _disc(x: float, y: float, radius: float, inner: float, pink: float) -> Callable[[Pen, Species], None]:
    def draw(pen: Pen, kind: Species) -> None:
        rx, ry = kind.head
        outer = kind.dark if kind.marking in ("panda", "raccoon") else kind.coat
        for side in (-1, 1):
            pen.dot(side * x * rx, y * ry, radius * rx, darker(outer, 0.1))
            pen.dot(side * x * rx, (y + 0.03) * ry, radius * rx * 0.96, outer)
            pen.dot(side * x * rx * 0.98, (y + 0.08) * ry, inner * rx, mix(darker(outer, 0.25), _PINK, pink))

    return draw


def _koala(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        at = pen.at(side * 1.0 * rx, -0.5 * ry, rx)
        at.poly(star(0, 0, 0.56, inner=0.88, tips=13), kind.coat)
        at.poly(star(side * -0.04, 0.05, 0.4, inner=0.84, tips=11), mix(kind.pale, _PINK, 0.45))


def _mane(pen: Pen, kind: Species) -> None:
    rx = kind.head[0]
    pen.poly(smooth(star(0, 0.02, rx * 1.62, inner=0.88, tips=15)), darker(kind.dark, 0.15))
    pen.form(smooth(star(0, 0.01, rx * 1.5, inner=0.88, tips=15, turn=12)), kind.dark, darker(kind.dark, 0.6), 0.4)
    _disc(0.78, -0.82, 0.3, 0.17, 0.5)(pen, kind)


def _sheep(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        pen.oval(side * 1.12 * rx, -0.02, 0.34 * rx, 0.17 * rx, kind.dark, turn=side * 18)
    for i in range(11):
        angle = math.radians(180 + 180 * i / 10)
        pen.dot(0.86 * rx * math.cos(angle), (0.78 * math.sin(angle) - 0.15) * ry, 0.34 * rx, darker(kind.coat, 0.06))


def _cow(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        horn = limb(
            [(side * 0.5 * rx, -0.8 * ry), (side * 0.8 * rx, -1.1 * ry), (side * 0.72 * rx, -1.4 * ry)],
            (0.07, 0.06, 0.015),
        )
        pen.form(horn, (240, 225, 196), (120, 90, 70), 0.4)
    _shaped("cow", 0.8, -0.5)(pen, kind)


def _antlers(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    wood = (150, 112, 76)
    for side in (-1, 1):
        at = pen.at(side * 0.32 * rx, -0.85 * ry, rx, flip=side < 0)
        at.curve(trace("0,0 0.1,-0.5 0.42,-0.85 0.5,-1.3"), 0.12, wood)
        at.curve([(0.1, -0.45), (-0.02, -0.75), (-0.08, -0.98)], 0.1, wood)
        at.curve([(0.4, -0.82), (0.72, -0.95), (0.85, -1.2)], 0.1, wood)
    _shaped("deer", 0.85, -0.6)(pen, kind)


def _goat(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        horn = limb(
            [(side * 0.3 * rx, -0.8 * ry), (side * 0.5 * rx, -1.5 * ry), (side * 1.0 * rx, -1.8 * ry)],
            (0.08, 0.06, 0.012),
        )
        pen.form(horn, (196, 178, 150), (90, 70, 60), 0.4)
    _shaped("cow", 0.8, -0.5)(pen, kind)
    pen.blob([(-0.22 * rx, 0.8 * ry), (0, 1.5 * ry), (0.22 * rx, 0.8 * ry)], darker(kind.coat, 0.06))


def _quills(pen: Pen, kind: Species) -> None:
    rx = kind.head[0]
    for reach, share, turn in ((1.4, 0.0, 0), (1.24, 0.22, 6), (1.08, 0.4, 0)):
        pen.poly(star(0, -0.03, rx * reach, inner=0.82, tips=23, turn=turn), mix(kind.dark, kind.coat, share))
    _disc(0.8, -0.62, 0.24, 0.14, 0.4)(pen, kind)


def _frog_eyes(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        pen.dot(side * 0.52 * rx, -0.82 * ry, 0.3 * rx, kind.coat)


def _horns(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        horn = limb(
            [(side * 0.4 * rx, -0.8 * ry), (side * 0.55 * rx, -1.25 * ry), (side * 0.8 * rx, -1.6 * ry)],
            (0.09, 0.065, 0.012),
        )
        pen.form(horn, (247, 230, 178), (150, 110, 70), 0.4)
        fin = trace("0.85,-0.4 1.3,-0.75 1.5,-0.5 1.32,-0.28 1.36,0.05 0.9,0.1")
        pen.blob([(side * x * rx, y * ry) for x, y in fin], kind.dark)
    pen.poly([(-0.13 * rx, -0.9 * ry), (0, -1.25 * ry), (0.13 * rx, -0.9 * ry)], kind.dark)


def _owl(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        pen.poly(
            [(side * 0.3 * rx, -0.85 * ry), (side * 0.92 * rx, -1.38 * ry), (side * 0.98 * rx, -0.3 * ry)], kind.dark
        )
        pen.poly(
            [(side * 0.4 * rx, -0.85 * ry), (side * 0.84 * rx, -1.2 * ry), (side * 0.9 * rx, -0.3 * ry)], kind.coat
        )


def _crest(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for lean, tall in ((-0.3, 1.28), (0.0, 1.45), (0.32, 1.32)):
        tip = (lean * rx, -tall * ry)
        pen.poly(
            limb([(lean * 0.2 * rx, -0.85 * ry), (lean * 0.7 * rx, -1.1 * ry), tip], (0.05, 0.06, 0.02)),
            lighter(kind.coat, 0.1),
        )


EARS: dict[str, Callable[[Pen, Species], None]] = {
    "none": lambda pen, kind: None,
    "tufted": _tufted,
    "round": _disc(0.76, -0.78, 0.34, 0.19, 0.3),
    "mouse": _disc(0.92, -0.72, 0.5, 0.34, 0.75),
    "small": _disc(0.8, -0.72, 0.2, 0.11, 0.4),
    "cat": _shaped("cat", 0.66, -0.45),
    "fox": _fox,
    "floppy": _floppy,
    "long": _shaped("long", 0.4, -1.2, 0.62),
    "squirrel": _shaped("squirrel", 0.7, -0.6),
    "pig": _shaped("pig", 0.7, -0.75),
    "cow": _cow,
    "deer": _antlers,
    "goat": _goat,
    "elephant": _shaped("elephant", 1.2, -0.2, 0.74),
    "banana": _shaped("banana", 0.58, -1.0, 0.6),
    "koala": _koala,
    "mane": _mane,
    "sheep": _sheep,
    "quills": _quills,
    "frogeyes": _frog_eyes,
    "horns": _horns,
    "owl": _owl,
    "crest": _crest,
}
