"""WebP: chunks within a RIFF of stated length."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

__all__ = ["read"]

_SIZED = (b"VP8X", b"VP8L", b"VP8 ")


def read(data: bytes) -> Layout:
    """Walk the chunks to the length that the file states.

    :param data: Bytes that begin like a WebP.
    :return: The canvas size.
    :raises Broken: When the file is cut short or holds no picture.
    """
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Broken(f"it states {end} bytes and has {len(data)}")
    chunks = list(_chunks(data, end))
    kinds = [kind for kind, _ in chunks]
    frames = kinds.count(b"ANMF")
    sizes = [_size(data, kind, body) for kind, body in chunks if kind in _SIZED]
    if not sizes or not (frames or b"VP8 " in kinds or b"VP8L" in kinds):
        raise Broken("it holds no picture")
    return check_size(*sizes[0], frames=max(1, frames))


def _chunks(data: bytes, end: int) -> Iterator[tuple[bytes, int]]:
    position = 12
    for _ in range(MAX_PARTS):
        if position + 8 > end:
            return
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if position + 8 + size > end:
            raise Broken("a chunk of it reaches beyond its end")
        yield data[position : position + 4], position + 8
        position += 8 + size + (size & 1)
    raise Broken(f"it has more than {MAX_PARTS:,} chunks")


def _size(data: bytes, kind: bytes, body: int) -> tuple[int, int]:
    if kind == b"VP8X":
        bits = int.from_bytes(data[body + 4 : body + 10], "little")
        return 1 + (bits & 0xFFFFFF), 1 + (bits >> 24)
    if kind == b"VP8L":
        bits = int.from_bytes(data[body + 1 : body + 5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack_from("<HH", data, body + 6)
    return width & 0x3FFF, height & 0x3FFF
