"""Tails. They are drawn before the body, which covers their roots."""

import math
from collections.abc import Callable, Sequence

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, mix
from llamabot_images.sketch.shapes import Point, limb, smooth, trace
from llamabot_images.sketch.species import Species

__all__ = ["TAILS"]

_SWEEP: Sequence[Point] = trace("0.1,-0.07 0.32,-0.06 0.47,-0.16 0.49,-0.34 0.42,-0.5")


def _limb(pen: Pen, path: Sequence[Point], widths: Sequence[float], fill: RGB) -> list[Point]:
    shape = limb(path, widths)
    pen.form(shape, fill, darker(fill, 0.6), 0.45)
    return shape


def _ringed(light: float) -> Callable[[Pen, Species], None]:
    """Return a bushy tail with rings that are *light* of the way to the pale colour."""

    def draw(pen: Pen, kind: Species) -> None:
        curve = smooth(_SWEEP, closed=False, steps=14)
        pale, other = mix(kind.coat, kind.pale, light), kind.coat if light else kind.dark
        for i, (x, y) in enumerate(curve):
            share = i / (len(curve) - 1)
            ring = pale if share > 0.16 and int(share * 12) % 2 else other
            fill = kind.dark if share > 0.9 else ring
            pen.dot(x, y, 0.05 + 0.034 * math.sin(math.pi * min(1.0, share * 0.72 + 0.22)), fill)
        pen.shade(
            limb(_SWEEP, (0.11, 0.15, 0.17, 0.16, 0.12)), darker(kind.dark, 0.5), 0.5, start=0.35, toward=(0.5, 1.0)
        )

    return draw


def _bushy(pen: Pen, kind: Species) -> None:
    shape = _limb(
        pen, trace("0.1,-0.07 0.34,-0.08 0.49,-0.22 0.46,-0.42 0.36,-0.52"), (0.08, 0.17, 0.21, 0.16, 0.02), kind.coat
    )
    with pen.inside(shape) as tail:
        tail.blob(trace("0.3,-0.38 0.42,-0.4 0.47,-0.34 0.62,-0.38 0.5,-0.65 0.25,-0.6"), kind.pale)


def _plume(pen: Pen, kind: Species) -> None:
    path = trace("0.1,-0.06 0.34,-0.1 0.42,-0.36 0.36,-0.66 0.5,-0.76")
    shape = _limb(pen, path, (0.08, 0.2, 0.24, 0.25, 0.12), kind.coat)
    with pen.inside(shape) as tail:
        tail.poly(limb(path, (0.02, 0.06, 0.08, 0.09, 0.04)), mix(kind.coat, kind.pale, 0.4))


def _thin(pen: Pen, kind: Species) -> None:
    _limb(
        pen,
        trace("0.12,-0.05 0.34,-0.04 0.43,-0.16 0.38,-0.3 0.43,-0.42"),
        (0.06, 0.058, 0.055, 0.052, 0.04),
        kind.coat,
    )


def _striped(pen: Pen, kind: Species) -> None:
    path = smooth(trace("0.12,-0.05 0.34,-0.04 0.45,-0.16 0.4,-0.32 0.46,-0.46"), closed=False, steps=12)
    for i, (x, y) in enumerate(path):
        share = i / (len(path) - 1)
        pen.dot(x, y, 0.036, kind.dark if share > 0.88 or int(share * 14) % 3 == 2 else kind.coat)


def _wag(pen: Pen, kind: Species) -> None:
    _limb(pen, [(0.14, -0.1), (0.32, -0.14), (0.4, -0.3)], (0.08, 0.075, 0.035), kind.coat)


def _thick(pen: Pen, kind: Species) -> None:
    _limb(pen, [(0.1, -0.05), (0.32, -0.035), (0.52, -0.08)], (0.12, 0.1, 0.03), kind.coat)


def _paddle(pen: Pen, kind: Species) -> None:
    shape = limb([(0.16, -0.06), (0.34, -0.12), (0.48, -0.26)], (0.08, 0.17, 0.14))
    pen.form(shape, kind.dark, darker(kind.dark, 0.6), 0.5)


def _curl(pen: Pen, kind: Species) -> None:
    pen.curve(trace("0.2,-0.14 0.3,-0.17 0.33,-0.24 0.28,-0.26 0.27,-0.2 0.36,-0.19"), 0.026, kind.dark)


def _tuft(pen: Pen, kind: Species) -> None:
    _limb(pen, trace("0.14,-0.06 0.34,-0.06 0.42,-0.22 0.36,-0.36"), (0.04, 0.035, 0.03, 0.03), kind.coat)
    pen.blob(trace("0.37,-0.33 0.42,-0.42 0.37,-0.5 0.3,-0.44 0.33,-0.36"), kind.dark)


def _puff(pen: Pen, kind: Species) -> None:
    pen.dot(0.27, -0.1, 0.075, kind.pale)


def _long(pen: Pen, kind: Species) -> None:
    path = trace("0.12,-0.05 0.36,-0.04 0.46,-0.2 0.38,-0.36 0.46,-0.5 0.55,-0.42")
    _limb(pen, path, (0.05, 0.045, 0.04, 0.04, 0.035, 0.03), kind.coat)


def _spiked(pen: Pen, kind: Species) -> None:
    for x, y in ((0.3, -0.12), (0.41, -0.2), (0.46, -0.32)):
        pen.poly([(x - 0.03, y + 0.02), (x + 0.07, y - 0.07), (x + 0.05, y + 0.05)], kind.dark)
    _limb(pen, trace("0.12,-0.06 0.34,-0.06 0.44,-0.2 0.44,-0.42"), (0.16, 0.12, 0.08, 0.02), kind.coat)
    for side in (-1, 1):
        wing = trace("0.16,-0.4 0.3,-0.62 0.56,-0.6 0.5,-0.48 0.44,-0.36 0.34,-0.36 0.24,-0.28")
        shape = [(side * x, y) for x, y in wing]
        pen.form(shape, kind.dark, darker(kind.dark, 0.6), 0.5)


def _fan(pen: Pen, kind: Species) -> None:
    for turn in (20, 38, 56):
        pen.at(0.1, -0.14, turn=turn).poly(
            limb([(0, 0), (0.2, 0), (0.38, 0.0)], (0.06, 0.08, 0.05)), darker(kind.dark, 0.004 * turn)
        )


TAILS: dict[str, Callable[[Pen, Species], None]] = {
    "none": lambda pen, kind: None,
    "ringed": _ringed(0.62), "greyrings": _ringed(0.0), "bushy": _bushy, "plume": _plume, "thin": _thin,
    "striped": _striped, "wag": _wag, "thick": _thick, "paddle": _paddle, "curl": _curl, "tuft": _tuft,
    "puff": _puff, "longtail": _long, "spiked": _spiked, "fan": _fan,
}  # fmt: skip
