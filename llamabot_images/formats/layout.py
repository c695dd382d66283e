"""What every format reader shares: the limits, the result and the complaint.

Each reader module has one function ``read(data) -> Layout``, which walks its format from the first
byte to the format's own end mark without decoding pixels, so that a payload cut short anywhere is
seen. ``IndexError`` and ``struct.error`` mean the same as :class:`Broken`: the bytes ran out. Bytes
after the end mark are allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_ANIMATION_PIXELS", "MAX_PARTS", "MAX_PIXELS", "Broken", "Layout", "check_size"]

MAX_PIXELS = 50_000_000
"""Most pixels in one picture; more is refused before anything is decoded."""
MAX_ANIMATION_PIXELS = 500_000_000
"""Most pixels in all frames of one animation."""
MAX_PARTS = 100_000
"""Most chunks, segments or boxes in one file; keeps a hostile file from taking seconds."""


class Broken(Exception):
    """A payload of a known format that is not whole, or must not be decoded."""


@dataclass(frozen=True)
class Layout:
    """What the structure of a picture says.

    :param width: Pixels across, ``None`` where the format need not say.
    :param height: Pixels down, ``None`` where the format need not say.
    """

    width: int | None
    height: int | None


def check_size(width: int, height: int, *, frames: int = 1) -> Layout:
    """Refuse empty pictures and pixel bombs.

    :param width: Pixels across.
    :param height: Pixels down.
    :param frames: Pictures of that size in the file.
    :return: The layout.
    :raises Broken: When a side is zero or there are too many pixels.
    """
    if width < 1 or height < 1:
        raise Broken(f"its size of {width}x{height} is no size")
    if width * height > MAX_PIXELS:
        raise Broken(f"its {width}x{height} pixels are over the limit of {MAX_PIXELS:,}")
    if width * height * frames > MAX_ANIMATION_PIXELS:
        raise Broken(f"{frames} frames of {width}x{height} are over the limit of {MAX_ANIMATION_PIXELS:,}")
    return Layout(width, height)
