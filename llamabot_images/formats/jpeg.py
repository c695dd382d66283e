"""JPEG: segments and scans up to the end mark."""

from __future__ import annotations

import re
import struct

from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

__all__ = ["read"]

_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN, _END = 0xDA, 0xD9
_FILL = re.compile(rb"\xff+")
_SCAN_END = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
# A scan over the whole picture can be a dozen bytes, and each costs a pass over all pixels.
_MAX_SCANNED_PIXELS = 2_000_000_000


def read(data: bytes) -> Layout:
    """Walk all segments and scans to the end mark.

    :param data: Bytes that begin like a JPEG.
    :return: The picture's size.
    :raises Broken: When the file is cut short, does not line up, or repeats its pixels endlessly.
    """
    position, layout, scans = 2, None, 0
    for _ in range(MAX_PARTS):
        marker, position = _marker(data, position)
        if marker in _BARE:
            continue
        if marker == _END:
            return _finished(layout, scans)
        body, position = position + 2, _segment_end(data, position)
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", data, body + 1)
            layout = check_size(width, height)
        elif marker == _SCAN:
            scans, position = scans + 1, _scan_end(data, position)
            _check_scans(layout, scans)
    raise Broken(f"it has more than {MAX_PARTS:,} segments")


def _marker(data: bytes, position: int) -> tuple[int, int]:
    fill = _FILL.match(data, position)
    if not fill:
        raise Broken("its segments do not line up" if position < len(data) else "it ends before its end mark")
    position = fill.end()
    if data[position] == 0 or 0x02 <= data[position] <= 0xBF:
        raise Broken("it holds a mark that no JPEG has")
    return data[position], position + 1


def _segment_end(data: bytes, position: int) -> int:
    length = int.from_bytes(data[position : position + 2], "big")
    if length < 2:
        raise Broken("its segments do not line up")
    if position + length > len(data):
        raise Broken("it ends inside a segment")
    return position + length


def _scan_end(data: bytes, position: int) -> int:
    found = _SCAN_END.search(data, position)
    if not found:
        raise Broken("it ends before its end mark")
    return found.start()


def _check_scans(layout: Layout | None, scans: int) -> None:
    if layout is None or not layout.width or not layout.height:
        raise Broken("it does not state its size")
    if layout.width * layout.height * scans > _MAX_SCANNED_PIXELS:
        raise Broken(f"its {scans} scans are a decompression bomb")


def _finished(layout: Layout | None, scans: int) -> Layout:
    if layout is None or not scans:
        raise Broken("it holds no picture")
    return layout
