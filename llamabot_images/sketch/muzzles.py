"""Noses, mouths and beaks."""

from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.shapes import limb, smooth
from llamabot_images.sketch.species import Species

__all__ = ["INK", "MUZZLES"]

INK: RGB = (32, 24, 34)
_BEAK: RGB = (246, 166, 62)


def _mouth(pen: Pen, y: float, size: float, colour: RGB) -> None:
    pen.line([(0, y - 0.5 * size), (0, y)], 0.12 * size, colour)
    for side in (-1, 1):
        ends = [(0, y), (side * 0.3 * size, y + 0.2 * size), (side * 0.62 * size, y - 0.02 * size)]
        pen.curve(ends, 0.12 * size, colour)


def _shine(pen: Pen, y: float, size: float) -> None:
    pen.oval(-0.3 * size, y, 0.32 * size, 0.16 * size, (255, 255, 255), 0.55)


def _nosed(wide: float, high: float, y: float, mouth: float) -> Callable[[Pen, Species], None]:
    """Return a dark nose *wide* and *high* in half widths of the head, with a mouth below."""

    def draw(pen: Pen, kind: Species) -> None:
        rx, ry = kind.head
        ink = mix(INK, kind.dark, 0.3)
        top = y * ry
        _mouth(pen, top + (high + 0.1) * rx, mouth * rx, ink)
        pen.blob(
            [
                (-wide * rx, top),
                (0, top - 0.03 * rx),
                (wide * rx, top),
                (0.4 * wide * rx, top + high * 0.8 * rx),
                (0, top + high * rx),
                (-0.4 * wide * rx, top + high * 0.8 * rx),
            ],
            ink,
        )
        _shine(pen, top + 0.25 * high * rx, wide * rx)

    return draw


def _pink(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        for lift in (-0.1, 0.06, 0.22):
            ends = [(side * 0.5 * rx, (0.38 + lift * 0.4) * ry), (side * 1.16 * rx, (0.3 + lift * 1.3) * ry)]
            pen.line(ends, 0.016 * rx, lighter(kind.coat, 0.7))
    _mouth(pen, 0.43 * ry, 0.19 * rx, mix(INK, kind.dark, 0.4))
    pen.blob([(-0.095 * rx, 0.19 * ry), (0, 0.17 * ry), (0.095 * rx, 0.19 * ry), (0, 0.33 * ry)], (232, 118, 126))


def _koala(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    _mouth(pen, 0.66 * ry, 0.2 * rx, INK)
    nose = smooth(
        [
            (-0.15 * rx, -0.05 * ry),
            (0.15 * rx, -0.05 * ry),
            (0.21 * rx, 0.3 * ry),
            (0, 0.52 * ry),
            (-0.21 * rx, 0.3 * ry),
        ]
    )
    pen.form(nose, (58, 52, 64), (20, 16, 28), 0.6)
    _shine(pen, 0.06 * ry, 0.15 * rx)


def _pig(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    _mouth(pen, 0.66 * ry, 0.22 * rx, darker(kind.dark, 0.4))
    pen.oval(0, 0.33 * ry, 0.32 * rx, 0.26 * ry, darker(kind.dark, 0.02))
    pen.oval(0, 0.31 * ry, 0.3 * rx, 0.235 * ry, mix(kind.dark, kind.coat, 0.45))
    for side in (-1, 1):
        pen.oval(side * 0.11 * rx, 0.31 * ry, 0.05 * rx, 0.1 * ry, darker(kind.dark, 0.35))


def _cow(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    for side in (-1, 1):
        pen.oval(side * 0.3 * rx, 0.46 * ry, 0.1 * rx, 0.08 * ry, darker(kind.pale, 0.45), turn=side * -20)
    pen.curve([(-0.24 * rx, 0.72 * ry), (0, 0.82 * ry), (0.24 * rx, 0.72 * ry)], 0.035 * rx, darker(kind.pale, 0.55))


def _plain(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    ink = darker(kind.pale, 0.62) if sum(kind.pale) > 380 else lighter(kind.pale, 0.45)
    for side in (-1, 1):
        pen.oval(side * 0.08 * rx, 0.34 * ry, 0.035 * rx, 0.03 * rx, ink)
    pen.curve([(-0.2 * rx, 0.55 * ry), (0, 0.68 * ry), (0.2 * rx, 0.55 * ry)], 0.04 * rx, ink)


def _wide(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    ink = darker(kind.coat, 0.6)
    pen.curve(
        [(-0.5 * rx, 0.28 * ry), (-0.25 * rx, 0.5 * ry), (0.25 * rx, 0.5 * ry), (0.5 * rx, 0.28 * ry)], 0.04 * rx, ink
    )
    for side in (-1, 1):
        pen.dot(side * 0.07 * rx, 0.12 * ry, 0.022 * rx, ink)


def _trunk(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    path = [(0, 0.1 * ry), (0, 0.62 * ry), (0.05 * rx, 1.15 * ry), (0.36 * rx, 1.38 * ry), (0.6 * rx, 1.2 * ry)]
    shape = limb(path, (0.42 * rx, 0.36 * rx, 0.28 * rx, 0.22 * rx, 0.17 * rx))
    pen.form(shape, lighter(kind.coat, 0.08), darker(kind.coat, 0.5), 0.4)
    for y in (0.55, 0.75, 0.95):
        pen.curve([(-0.13 * rx, y * ry), (0, (y + 0.05) * ry), (0.13 * rx, y * ry)], 0.025 * rx, darker(kind.coat, 0.2))
    for side in (-1, 1):
        tusk = limb(
            [(side * 0.26 * rx, 0.55 * ry), (side * 0.36 * rx, 0.85 * ry), (side * 0.5 * rx, 0.95 * ry)],
            (0.1 * rx, 0.08 * rx, 0.02 * rx),
        )
        pen.poly(tusk, (255, 248, 232))


def _beak(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    tip = [(-0.16 * rx, 0.1 * ry), (0, 0.03 * ry), (0.16 * rx, 0.1 * ry), (0, 0.46 * ry)]
    pen.form(smooth(tip, steps=4), _BEAK, darker(_BEAK, 0.5), 0.5)
    pen.line([(-0.1 * rx, 0.17 * ry), (0, 0.2 * ry), (0.1 * rx, 0.17 * ry)], 0.02 * rx, darker(_BEAK, 0.35))


def _bill(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    pen.oval(0, 0.34 * ry, 0.32 * rx, 0.2 * ry, darker(_BEAK, 0.22))
    pen.oval(0, 0.27 * ry, 0.34 * rx, 0.19 * ry, _BEAK)
    for side in (-1, 1):
        pen.dot(side * 0.08 * rx, 0.18 * ry, 0.02 * rx, darker(_BEAK, 0.5))


def _hook(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    shape = smooth(
        [
            (-0.2 * rx, 0.02 * ry),
            (0, -0.08 * ry),
            (0.2 * rx, 0.02 * ry),
            (0.14 * rx, 0.36 * ry),
            (0, 0.62 * ry),
            (-0.14 * rx, 0.36 * ry),
        ]
    )
    pen.form(shape, (70, 64, 76), (24, 20, 30), 0.5)


def _llama(pen: Pen, kind: Species) -> None:
    rx, ry = kind.head
    shape = smooth(
        [
            (-0.36 * rx, 0.22 * ry),
            (0, 0.04 * ry),
            (0.36 * rx, 0.22 * ry),
            (0.38 * rx, 0.72 * ry),
            (0, 0.98 * ry),
            (-0.38 * rx, 0.72 * ry),
        ]
    )
    pen.form(shape, kind.pale, darker(kind.pale, 0.5), 0.3)
    pen.blob(
        [(-0.16 * rx, 0.34 * ry), (0, 0.31 * ry), (0.16 * rx, 0.34 * ry), (0, 0.52 * ry)], mix(INK, kind.dark, 0.45)
    )
    _mouth(pen, 0.66 * ry, 0.3 * rx, mix(INK, kind.dark, 0.45))


MUZZLES: dict[str, Callable[[Pen, Species], None]] = {
    "small": _nosed(0.12, 0.13, 0.17, 0.2),
    "big": _nosed(0.16, 0.17, 0.12, 0.22),
    "pink": _pink, "koala": _koala, "pig": _pig, "cow": _cow, "plain": _plain, "wide": _wide,
    "trunk": _trunk, "beak": _beak, "bill": _bill, "hook": _hook, "llama": _llama,
}  # fmt: skip
