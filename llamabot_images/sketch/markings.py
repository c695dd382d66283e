"""What is painted on a face before eyes and nose. The pen is clipped to the head."""

from collections.abc import Callable, Sequence

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import Point, trace
from llamabot_images.sketch.species import Species

__all__ = ["MARKINGS"]


def _pair(pen: Pen, kind: Species, points: Sequence[Point], fill: RGB) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        pen.blob([(side * x * rx, y * ry) for x, y in points], fill)


def _spot(pen: Pen, kind: Species, place: Point, size: Point, fill: RGB, turn: float = 0.0) -> None:
    """Draw an oval on both sides of the face."""
    rx, ry = kind.head
    for side in (-1, 1):
        pen.oval(side * place[0] * rx, place[1] * ry, size[0] * rx, size[1] * ry, fill, turn=side * turn)


def _middle(pen: Pen, kind: Species, y: float, size: Point, fill: RGB) -> None:
    rx, ry = kind.head
    pen.oval(0, y * ry, size[0] * rx, size[1] * ry, fill)


def _muzzle(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.46, (0.42, 0.42), kind.pale)


def _red_panda(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.9, 0.36), (0.4, 0.5), kind.pale, -24)
    _spot(pen, kind, (0.5, -0.43), (0.17, 0.16), kind.pale, 24)
    track = trace("0.3,-0.14 0.55,-0.08 0.58,0.3 0.48,0.7 0.32,0.8 0.28,0.4")
    _pair(pen, kind, track, darker(kind.coat, 0.3))
    _middle(pen, kind, 0.44, (0.36, 0.36), kind.pale)
    _middle(pen, kind, 0.2, (0.19, 0.26), kind.pale)


def _panda(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.45, 0.03), (0.23, 0.31), kind.dark, 32)


def _blaze(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.blob(
        [(-0.1 * rx, -1.1 * ry), (-0.12 * rx, -0.3 * ry), (-0.42 * rx, 0.3 * ry), (-0.4 * rx, ry),
         (0.4 * rx, ry), (0.42 * rx, 0.3 * ry), (0.12 * rx, -0.3 * ry), (0.1 * rx, -1.1 * ry)],
        kind.pale,
    )  # fmt: skip


def _fox(pen: Pen, kind: Species) -> None:
    cheek = trace("0.06,0.22 0.3,0.16 0.62,-0.06 1.2,-0.05 1.25,0.7 0.6,1.1 0,1.1 0,0.4")
    _pair(pen, kind, cheek, kind.pale)
    _spot(pen, kind, (0.4, -0.44), (0.11, 0.09), lighter(kind.coat, 0.35), 20)


def _tabby(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.5, (0.44, 0.4), kind.pale)
    rx, ry = kind.head
    stripe = mix(kind.coat, kind.dark, 0.75)
    for x, low in ((-0.2, -0.62), (0.0, -0.5), (0.2, -0.62)):
        pen.blob([((x - 0.06) * rx, -1.1 * ry), (x * rx, low * ry), ((x + 0.06) * rx, -1.1 * ry)], stripe)
    for y in (0.1, 0.36):
        _pair(pen, kind, [(1.1, y - 0.08), (0.66, y + 0.02), (1.1, y + 0.12)], stripe)


def _tiger(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.72, 0.5), (0.4, 0.34), kind.pale)
    _middle(pen, kind, 0.5, (0.42, 0.38), kind.pale)
    _spot(pen, kind, (0.44, -0.4), (0.16, 0.1), kind.pale, 14)
    rx, ry = kind.head
    for y, half in ((-0.92, 0.3), (-0.72, 0.22), (-0.54, 0.14)):
        pen.blob([(-half * rx, y * ry), (0, (y + 0.1) * ry), (half * rx, y * ry), (0, (y - 0.04) * ry)], kind.dark)
    for y in (-0.3, 0.02, 0.34):
        _pair(pen, kind, [(1.15, y - 0.1), (0.62, y + 0.04), (1.15, y + 0.1)], kind.dark)


def _spots(pen: Pen, kind: Species) -> None:
    _muzzle(pen, kind)
    for x, y in ((0.15, -0.78), (0.42, -0.66), (0.7, -0.42), (0.84, -0.08), (0.85, 0.3), (0.7, 0.6), (0.12, -0.5)):
        _spot(pen, kind, (x, y), (0.075, 0.075), mix(kind.coat, kind.dark, 0.8))


def _patch(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.oval(0.46 * rx, -0.1 * ry, 0.36 * rx, 0.46 * ry, mix(kind.coat, kind.dark, 0.72), turn=18)
    _blaze(pen, kind)


def _raccoon(pen: Pen, kind: Species) -> None:
    _pair(pen, kind, trace("0.1,-0.3 0.6,-0.5 1.2,-0.1 1.2,0.3 0.5,0.1"), kind.pale)
    _pair(pen, kind, trace("0.06,-0.14 0.5,-0.3 0.98,0.1 0.85,0.36 0.42,0.26"), kind.dark)
    _middle(pen, kind, 0.5, (0.36, 0.36), kind.pale)
    rx, ry = kind.head
    pen.blob(
        [(-0.08 * rx, -0.9 * ry), (0.08 * rx, -0.9 * ry), (0.1 * rx, 0.2 * ry), (-0.1 * rx, 0.2 * ry)],
        darker(kind.coat, 0.4),
    )


def _badger(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.poly([(-rx * 1.2, -ry * 1.2), (rx * 1.2, -ry * 1.2), (rx * 1.2, ry * 1.2), (-rx * 1.2, ry * 1.2)], kind.pale)
    _pair(pen, kind, trace("0.2,-1.1 0.62,-1 0.64,0 0.44,0.7 0.3,0.3"), kind.dark)


def _otter(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.72, (0.86, 0.56), kind.pale)


def _beaver(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    _muzzle(pen, kind)
    pen.poly(
        [(-0.11 * rx, 0.5 * ry), (0.11 * rx, 0.5 * ry), (0.1 * rx, 0.8 * ry), (-0.1 * rx, 0.8 * ry)], (255, 252, 240)
    )
    pen.line([(0, 0.52 * ry), (0, 0.8 * ry)], 0.02 * rx, (190, 170, 150))


def _cow(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.blob(
        [
            (0.15 * rx, -1.2 * ry),
            (0.2 * rx, -0.2 * ry),
            (0.6 * rx, 0.3 * ry),
            (1.2 * rx, 0.1 * ry),
            (1.1 * rx, -1 * ry),
        ],
        kind.dark,
    )
    _middle(pen, kind, 0.62, (0.72, 0.46), kind.pale)


def _fleece(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.poly([(-rx * 1.2, -ry * 1.2), (rx * 1.2, -ry * 1.2), (rx * 1.2, ry * 1.2), (-rx * 1.2, ry * 1.2)], kind.pale)
    for x, y, r in (
        (-0.72, -0.8, 0.36),
        (-0.3, -0.86, 0.38),
        (0.12, -0.8, 0.38),
        (0.5, -0.84, 0.34),
        (0.82, -0.74, 0.3),
    ):
        pen.dot(x * rx, y * ry, r * rx, kind.coat)


def _fawn(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.56, (0.46, 0.42), kind.pale)
    for x, y in ((0.2, -0.66), (0.42, -0.5), (0.1, -0.45)):
        _spot(pen, kind, (x, y), (0.05, 0.05), lighter(kind.coat, 0.5))


def _heart(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.36, -0.12), (0.42, 0.5), kind.pale)
    _middle(pen, kind, 0.46, (0.72, 0.52), kind.pale)


def _sloth(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.1, (0.84, 0.74), kind.pale)
    _pair(pen, kind, trace("0.24,-0.1 0.5,-0.16 0.98,0.26 0.9,0.44 0.42,0.2"), kind.dark)


def _dragon(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.66, (0.6, 0.44), lighter(kind.coat, 0.32))
    for x, y in ((0.7, -0.5), (0.84, -0.3), (0.62, -0.7)):
        _spot(pen, kind, (x, y), (0.06, 0.06), kind.dark)


def _owl(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.42, -0.02), (0.52, 0.62), kind.pale)
    _spot(pen, kind, (0.42, -0.02), (0.4, 0.48), mix(kind.pale, kind.coat, 0.22))
    rx, ry = kind.head
    pen.poly([(-0.2 * rx, -1.1 * ry), (0.2 * rx, -1.1 * ry), (0, -0.1 * ry)], kind.coat)


def _penguin(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.36, 0.1), (0.4, 0.6), kind.pale)
    _middle(pen, kind, 0.62, (0.66, 0.5), kind.pale)


def _robin(pen: Pen, kind: Species) -> None:
    _middle(pen, kind, 0.72, (0.78, 0.7), kind.belly)


def _parrot(pen: Pen, kind: Species) -> None:
    _spot(pen, kind, (0.44, 0.0), (0.34, 0.4), kind.pale)


MARKINGS: dict[str, Callable[[Pen, Species], None]] = {
    "none": lambda pen, kind: None,
    "redpanda": _red_panda, "panda": _panda, "muzzle": _muzzle, "blaze": _blaze, "fox": _fox,
    "tabby": _tabby, "tiger": _tiger, "spots": _spots, "patch": _patch, "raccoon": _raccoon,
    "badger": _badger, "otter": _otter, "beaver": _beaver, "cow": _cow, "fleece": _fleece,
    "fawn": _fawn, "heart": _heart, "sloth": _sloth, "dragon": _dragon, "owl": _owl,
    "penguin": _penguin, "robin": _robin, "parrot": _parrot,
}  # fmt: skip
