"""AVIF and HEIC: boxes within boxes, the picture's bytes found through the location table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

__all__ = ["read"]

# An unfinished box of another kind at the very end is something appended, not a cut.
_TOP_LEVEL = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"moof", b"free", b"skip", b"uuid", b"mfra"})


@dataclass(frozen=True)
class _Box:
    kind: bytes
    start: int  # of what is in it
    end: int


def read(data: bytes) -> Layout:
    """Check that all boxes are whole and that all stored pieces lie within the file.

    :param data: Bytes that begin with an ``ftyp`` box.
    :return: The largest size stated; ``None`` twice when only an image sequence is in the file.
    :raises Broken: When the file is cut short or holds no picture.
    """
    top = list(_top_level(data))
    kinds = {box.kind for box in top}
    for box in top:
        if box.kind == b"meta":
            return _meta(data, box)
    if not {b"moov", b"mdat"} <= kinds:
        raise Broken("it holds no picture")
    return Layout(None, None)


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(MAX_PARTS):
        if end - start < 8:
            return
        head, size = 8, int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            head, size = 16, int.from_bytes(data[start + 8 : start + 16], "big")
        size = size or end - start
        if size < head:
            raise Broken("its boxes do not line up")
        yield _Box(data[start + 4 : start + 8], start + head, start + size)
        start += size
    raise Broken(f"it has more than {MAX_PARTS:,} boxes")


def _top_level(data: bytes) -> Iterator[_Box]:
    for box in _boxes(data, 0, len(data)):
        if box.end <= len(data):
            yield box
        elif box.kind in _TOP_LEVEL:
            raise Broken("it ends inside a box")


def _inner(data: bytes, outer: _Box, skip: int = 0) -> Iterator[_Box]:
    for box in _boxes(data, outer.start + skip, outer.end):
        if box.end > outer.end:
            raise Broken("a box of it reaches beyond the box around it")
        yield box


def _meta(data: bytes, meta: _Box) -> Layout:
    inner = {box.kind: box for box in _inner(data, meta, skip=4)}
    if b"iloc" not in inner or b"iprp" not in inner:
        raise Broken("it holds no picture")
    _check_locations(data, inner[b"iloc"])
    sizes = list(_sizes(data, inner[b"iprp"]))
    if not sizes:
        raise Broken("it does not state its size")
    return check_size(*max(sizes, key=lambda size: size[0] * size[1]))


def _sizes(data: bytes, properties: _Box) -> Iterator[tuple[int, int]]:
    container = next((box for box in _inner(data, properties) if box.kind == b"ipco"), properties)
    for box in _inner(data, container):
        if box.kind == b"ispe":
            numbers = _Numbers(data, box.start + 4)
            yield numbers.take(4), numbers.take(4)


class _Numbers:
    """Big-endian numbers of varying length, one after another."""

    def __init__(self, data: bytes, position: int) -> None:
        self._data, self._position = data, position

    def take(self, length: int) -> int:
        """Return the next number of *length* bytes; one of no bytes is 0."""
        start, self._position = self._position, self._position + length
        if self._position > len(self._data):
            raise Broken("it ends before its pixels do")
        return int.from_bytes(self._data[start : self._position], "big")


def _check_locations(data: bytes, table: _Box) -> None:
    numbers = _Numbers(data, table.start)
    version, _ = numbers.take(1), numbers.take(3)
    widths, more = numbers.take(1), numbers.take(1)
    offset, length, base, index = widths >> 4, widths & 15, more >> 4, more & 15 if version else 0
    wide = 4 if version > 1 else 2
    pieces = 0
    for _ in range(numbers.take(wide)):
        numbers.take(wide)
        stored_in_file = not (numbers.take(2) & 15 if version else 0)
        elsewhere, begin, extents = numbers.take(2), numbers.take(base), numbers.take(2)
        # Where all lengths are 0, a table of a few bytes could state billions of extents.
        pieces += extents
        if pieces > MAX_PARTS:
            raise Broken(f"it has more than {MAX_PARTS:,} pieces")
        for _ in range(extents):
            numbers.take(index)
            end = begin + numbers.take(offset) + numbers.take(length)
            if stored_in_file and not elsewhere and end > len(data):
                raise Broken("it ends before its pixels do")
