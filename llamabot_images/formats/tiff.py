"""TIFF and BigTIFF: directories whose entries point at the rest of the file."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from llamabot_images.formats.layout import Broken, Layout, check_size

__all__ = ["read"]

_TYPE_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_TYPE_SIZES |= {16: 8, 17: 8, 18: 8}
_NUMBERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_SIZE = (256, 257)
# Directories may overlap or form a ring: without limits a small file could cost hours.
_MAX_PAGES, _MAX_ENTRIES, _MAX_VALUES = 16, 4096, 1_000_000
_DATA = ((273, 279), (324, 325))  # where strips and tiles begin, and how long they are


@dataclass(frozen=True)
class _Shape:
    """How the variant at hand writes its numbers."""

    order: str
    count: str
    offset: str
    inline: int


@dataclass(frozen=True)
class _Entry:
    """Where the values of one tag are."""

    kind: int
    count: int
    start: int


def read(data: bytes) -> Layout:
    """Check that all directories, values, strips and tiles lie within the file.

    :param data: Bytes that begin like a TIFF.
    :return: The size of the first picture.
    :raises Broken: When the file is cut short or points outside itself.
    """
    order = "<" if data[:1] == b"I" else ">"
    big = b"+" in data[2:4]
    shape = _Shape(order, "Q", "Q", 8) if big else _Shape(order, "H", "I", 4)
    (position,) = struct.unpack_from(order + shape.offset, data, 8 if big else 4)
    entries, position = _directory(data, position, shape)
    layout = check_size(*(sum(_numbers(data, entries.get(tag), shape)) for tag in _SIZE))
    for _ in range(_MAX_PAGES):
        if position:
            _, position = _directory(data, position, shape)
    return layout


def _directory(data: bytes, position: int, shape: _Shape) -> tuple[dict[int, _Entry], int]:
    (count,) = struct.unpack_from(shape.order + shape.count, data, position)
    position += struct.calcsize(shape.order + shape.count)
    if count > _MAX_ENTRIES:
        raise Broken(f"a directory of it has more than {_MAX_ENTRIES:,} entries")
    step = 4 + 2 * shape.inline
    entries = dict(_entry(data, position + index * step, shape) for index in range(count))
    for starts, lengths in _DATA:
        found = (_numbers(data, entries.get(tag), shape) for tag in (starts, lengths))
        for start, length in zip(*found, strict=False):
            _check_within(data, start, length)
    (following,) = struct.unpack_from(shape.order + shape.offset, data, position + count * step)
    return entries, following


def _entry(data: bytes, position: int, shape: _Shape) -> tuple[int, _Entry]:
    tag, kind, count = struct.unpack_from(f"{shape.order}HH{shape.offset}", data, position)
    start, length = position + 4 + shape.inline, count * _TYPE_SIZES.get(kind, 1)
    if length > shape.inline:
        (start,) = struct.unpack_from(shape.order + shape.offset, data, start)
    _check_within(data, start, length)
    return tag, _Entry(kind, count, start)


def _numbers(data: bytes, entry: _Entry | None, shape: _Shape) -> tuple[int, ...]:
    if entry is None or entry.kind not in _NUMBERS:
        return ()
    if entry.count > _MAX_VALUES:
        raise Broken(f"it is in more than {_MAX_VALUES:,} pieces")
    return struct.unpack_from(f"{shape.order}{entry.count}{_NUMBERS[entry.kind]}", data, entry.start)


def _check_within(data: bytes, start: int, length: int) -> None:
    if start + length > len(data):
        raise Broken("it ends before its pixels do")
