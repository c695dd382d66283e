"""BMP: a header that says how many bytes the pixels take."""

from __future__ import annotations

import struct

from llamabot_images.formats.layout import Broken, Layout, check_size

__all__ = ["read"]

_RUN_LENGTH = (1, 2)


def read(data: bytes) -> Layout:
    """Compare the length that the header demands with the length there is.

    :param data: Bytes that begin like a BMP.
    :return: The picture's size.
    :raises Broken: When the file is cut short.
    """
    stated, start, header = struct.unpack_from("<I4xII", data, 2)
    packing = size = 0
    if header == 12:
        width, height, bits = struct.unpack_from("<HH2xH", data, 18)
    else:
        width, height, bits, packing, size = struct.unpack_from("<ii2xHII", data, 18)
    layout = check_size(width, abs(height))
    if packing in _RUN_LENGTH:
        needed = start + size if size else stated
    else:
        needed = start + (width * bits + 31) // 32 * 4 * abs(height)
    if needed > len(data):
        raise Broken(f"it needs {needed} bytes and has {len(data)}")
    return layout
