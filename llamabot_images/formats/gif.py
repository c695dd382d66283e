"""GIF: blocks up to the trailer."""

from __future__ import annotations

import struct

from llamabot_images.formats.layout import Broken, Layout, check_size

__all__ = ["read"]

# Full blocks of 255 bytes need fewer for the largest payload that is accepted.
_MAX_BLOCKS = 300_000
_TRAILER, _EXTENSION, _FRAME = 0x3B, 0x21, 0x2C


def read(data: bytes) -> Layout:
    """Walk all blocks to the trailer.

    :param data: Bytes that begin like a GIF.
    :return: The size of the canvas, or of what the frames reach to where that is more.
    :raises Broken: When the file is cut short or holds no frame.
    """
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    position, frames = 13 + _palette_size(flags), 0
    while (block := data[position]) != _TRAILER:
        if block == _EXTENSION:
            position = _blocks_end(data, position + 2)
        elif block == _FRAME:
            left, top, across, down, flags = struct.unpack_from("<HHHHB", data, position + 1)
            width, height, frames = max(width, left + across), max(height, top + down), frames + 1
            position = _blocks_end(data, position + 11 + _palette_size(flags))
        else:
            raise Broken("its blocks do not line up")
    if not frames:
        raise Broken("it holds no picture")
    return check_size(width, height, frames=frames)


def _palette_size(flags: int) -> int:
    return 6 << (flags & 7) if flags & 0x80 else 0


def _blocks_end(data: bytes, position: int) -> int:
    for _ in range(_MAX_BLOCKS):
        size = data[position]
        position += size + 1
        if not size:
            return position
    raise Broken(f"it has more than {_MAX_BLOCKS:,} blocks in a row")
