"""Heads seen from the front."""

from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, brightness, darker
from llamabot_images.sketch.ears import EARS
from llamabot_images.sketch.markings import MARKINGS
from llamabot_images.sketch.muzzles import INK, MUZZLES
from llamabot_images.sketch.shapes import Point, smooth, trace
from llamabot_images.sketch.species import Species

__all__ = ["draw_eye", "draw_head"]

_BLUSH: RGB = (240, 120, 110)
_WHITE: RGB = (255, 255, 255)


def _outline(kind: Species) -> list[Point]:
    rx, ry = kind.head
    tuft = kind.cheeks
    right = [
        (0.46 * rx, -0.96 * ry),
        (0.84 * rx, -0.62 * ry),
        (0.99 * rx, -0.05 * ry),
        ((0.98 + 0.16 * tuft) * rx, (0.3 + 0.12 * tuft) * ry),
        ((0.84 + 0.04 * tuft) * rx, 0.68 * ry),
        (0.48 * rx, 0.95 * ry),
    ]
    return smooth([(0.0, -1.03 * ry), *right, (0.0, ry), *((-x, y) for x, y in reversed(right))])


def _tufts(pen: Pen, kind: Species) -> None:
    """Draw the pointed hair of the cheeks."""
    rx, ry = kind.head
    fill = kind.pale if kind.marking in ("redpanda", "fox", "tiger") else kind.coat
    for side in (-1, 1):
        for y, out in ((0.16, 1.22), (0.42, 1.24), (0.66, 1.1)):
            tip = (side * (0.86 + (out - 0.86) * kind.cheeks) * rx, (y + 0.16) * ry)
            pen.poly([(side * 0.8 * rx, (y - 0.2) * ry), tip, (side * 0.6 * rx, (y + 0.22) * ry)], fill)


def draw_head(pen: Pen, kind: Species, eyes: str = "open") -> None:
    """Draw the whole head around (0, 0).

    :param pen: In heights of the figure.
    :param kind: Whose head.
    :param eyes: ``"open"``, ``"down"``, ``"closed"`` or ``"happy"``.
    """
    EARS[kind.ears](pen, kind)
    if kind.cheeks > 0.4:
        _tufts(pen, kind)
    shape = _outline(kind)
    pen.poly(shape, kind.coat)
    with pen.inside(shape) as face:
        MARKINGS[kind.marking](face, kind)
        face.shade(shape, darker(kind.coat, 0.6), 0.45, start=0.5, toward=(0.2, 1.0))
        face.shade(shape, (255, 240, 214), 0.3, start=0.5, toward=(-0.5, -1.0))
        _blush(face, kind)
    MUZZLES[kind.nose](pen, kind)
    _both_eyes(pen, kind, eyes)


def _blush(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    strength = 0.62 if brightness(kind.coat) > 0.3 else 0.35
    for side in (-1, 1):
        pen.glow(side * 0.68 * rx, 0.42 * ry, 0.27 * rx, _BLUSH, strength)


def _both_eyes(pen: Pen, kind: Species, eyes: str) -> None:
    rx, ry = kind.head
    x, y, r = 0.42 * rx, -0.02 * ry, 0.135 * rx
    if kind.ears == "frogeyes":
        x, y, r = 0.52 * rx, -0.84 * ry, 0.19 * rx
    if kind.marking == "owl":
        r = 0.2 * rx
    if kind.rig == "llama":
        x, r = 0.58 * rx, 0.17 * rx
    pale = kind.marking in ("owl", "penguin", "badger", "parrot", "sloth")
    dark = kind.marking in ("panda", "fleece") or (brightness(kind.coat) < 0.28 and not pale)
    backed = dark or kind.ears == "frogeyes" or kind.marking == "owl"
    for side in (-1, 1):
        draw_eye(pen.at(side * x, y, r), eyes, backed=backed and (dark or eyes == "open"))


def draw_eye(pen: Pen, eyes: str, *, backed: bool = False) -> None:
    """Draw one eye of radius 1 around (0, 0), on a light disc when *backed*."""
    if backed and eyes in ("open", "down"):
        pen.oval(0, 0, 1.2, 1.3, (255, 248, 232))
    ink = (255, 244, 226) if backed and eyes in ("closed", "happy") else INK
    _EYES[eyes](pen, ink)


def _open_eye(pen: Pen, ink: RGB) -> None:
    pen.oval(0, 0, 1.0, 1.16, ink)
    pen.oval(0, 0.35, 0.72, 0.66, (96, 64, 52), 0.6)
    pen.dot(-0.3, -0.42, 0.36, _WHITE)
    pen.dot(0.34, 0.4, 0.17, _WHITE, 0.8)


def _down_eye(pen: Pen, ink: RGB) -> None:
    with pen.inside([(-2, -0.66), (2, -0.66), (2, 2), (-2, 2)]) as lower:
        lower.oval(0, 0, 1.0, 1.18, ink)
        lower.oval(0, 0.68, 0.66, 0.4, (104, 70, 56), 0.75)
        lower.dot(-0.28, 0.16, 0.34, _WHITE)
        lower.dot(0.36, 0.6, 0.17, _WHITE, 0.8)
    pen.curve([(-1.14, -0.28), (-0.7, -0.72), (0, -0.86), (0.7, -0.72), (1.14, -0.28)], 0.2, ink)


def _closed_eye(pen: Pen, ink: RGB) -> None:
    pen.curve(trace("-1.1,-0.1 -0.5,0.42 0.5,0.42 1.1,-0.1"), 0.36, ink)


def _happy_eye(pen: Pen, ink: RGB) -> None:
    pen.curve(trace("-1.1,0.4 -0.5,-0.4 0.5,-0.4 1.1,0.4"), 0.38, ink)


_EYES: dict[str, Callable[[Pen, RGB], None]] = {
    "open": _open_eye,
    "down": _down_eye,
    "closed": _closed_eye,
    "happy": _happy_eye,
}
