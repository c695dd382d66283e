"""PNG and APNG: chunks with checksums.

Every byte of a PNG is under a CRC-32, so walking the chunks proves that nothing changed on the way at
a small part of what decoding costs. A wrong pixel stream under right checksums is seen too where the
stream is at most 1 MiB; of a larger one the beginning is unpacked.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from itertools import groupby

from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

__all__ = ["read"]

_Chunks = Sequence[tuple[bytes, memoryview]]

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
# Pillow refuses to read more than this from one text chunk, and from all of them.
_MAX_TEXT = 2**20
_MAX_ALL_TEXT = 64 * 2**20
_INFLATE_ALL_UP_TO = 2**20
_INFLATE_SAMPLE = 2**18
_INFLATE_STEP = 2**18
_BEST_RATIO = 1032  # deflate cannot pack tighter


def read(data: bytes) -> Layout:
    """Check every chunk's checksum, the text chunks and the pixel stream.

    :param data: Bytes that begin like a PNG.
    :return: The picture's size.
    :raises Broken: When the file is cut short, corrupt or a bomb.
    """
    if not data.startswith(_SIGNATURE):
        raise Broken("its signature was changed on the way")
    chunks = list(_chunks(data))
    kinds = [kind for kind, _ in chunks]
    if kinds[0] != b"IHDR" or len(chunks[0][1]) != 13:
        raise Broken("it does not begin with a header")
    width, height, depth, colour, packing, filtering, interlaced = struct.unpack(">IIBBBBB", chunks[0][1])
    if depth not in _DEPTHS.get(colour, ()) or packing or filtering or interlaced > 1:
        raise Broken("its header makes no sense")
    if colour == 3 and b"PLTE" not in kinds:
        raise Broken("its palette is missing")
    layout = check_size(width, height, frames=max(1, kinds.count(b"fcTL")))
    _check_text(chunks)
    _check_pixels(chunks, _stream_size(width, height, depth * _CHANNELS[colour], interlaced))
    return layout


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    view, position = memoryview(data), 8
    for _ in range(MAX_PARTS):
        length, kind = struct.unpack_from(">I4s", data, position)
        end = position + 8 + length
        (checksum,) = struct.unpack_from(">I", data, end)
        if zlib.crc32(view[position + 4 : end]) != checksum:
            raise Broken("the checksum of a chunk does not fit")
        yield kind, view[position + 8 : end]
        if kind == b"IEND":
            return
        position = end + 4
    raise Broken(f"it has more than {MAX_PARTS:,} chunks")


def _stream_size(width: int, height: int, bits: int, interlaced: int) -> int:
    total = 0
    for left, top, across, down in _ADAM7 if interlaced else _WHOLE:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        if columns > 0 and rows > 0:
            total += rows * (1 + (columns * bits + 7) // 8)
    return total


def _check_pixels(chunks: _Chunks, wanted: int) -> None:
    runs = [list(run) for is_pixels, run in groupby(chunks, lambda chunk: chunk[0] == b"IDAT") if is_pixels]
    if len(runs) != 1:
        raise Broken("its pixels are torn apart" if runs else "its pixels are missing")
    parts = [body for _, body in runs[0]]
    total = sum(map(len, parts))
    if wanted > total * _BEST_RATIO:
        raise Broken("it holds too few bytes for its size")
    all_of_it = total <= _INFLATE_ALL_UP_TO
    if _missing(parts, total if all_of_it else _INFLATE_SAMPLE, wanted) and all_of_it:
        raise Broken("its pixels end early")


def _missing(parts: Sequence[memoryview], budget: int, wanted: int) -> int:
    """Return how much of *wanted* is not in the first *budget* bytes of *parts*."""
    stream = zlib.decompressobj()
    try:
        for part in parts:
            wanted -= _inflated(stream, part[:budget], wanted)
            budget -= min(budget, len(part))
            if wanted <= 0 or stream.eof:
                break
    except zlib.error:
        raise Broken("its pixel stream is corrupt") from None
    if stream.eof and wanted > 0:
        raise Broken("its pixels end early")
    return max(0, wanted)


def _inflated(stream: zlib._Decompress, packed: bytes | memoryview, wanted: int) -> int:
    got = 0
    while True:
        step = len(stream.decompress(packed, _INFLATE_STEP))
        packed, got = stream.unconsumed_tail, got + step
        if got >= wanted or (step < _INFLATE_STEP and not packed):
            return got


def _check_text(chunks: _Chunks) -> None:
    total = 0
    for kind, body in chunks:
        if kind in (b"tEXt", b"zTXt", b"iTXt", b"iCCP"):
            total += _text_size(kind, body)
            if total > _MAX_ALL_TEXT:
                raise Broken("its text chunks are a decompression bomb")


def _text_size(kind: bytes, body: memoryview) -> int:
    packed = None if kind == b"tEXt" else _packed_text(kind, bytes(body))
    if packed is None:
        return len(body)
    try:
        size = len(zlib.decompressobj().decompress(packed, _MAX_TEXT + 1))
    except zlib.error:
        return len(body)  # readers skip a text chunk they cannot unpack
    if size > _MAX_TEXT:
        raise Broken("a text chunk of it is a decompression bomb")
    return size


def _packed_text(kind: bytes, body: bytes) -> bytes | None:
    rest = body.partition(b"\0")[2]
    if kind != b"iTXt":
        return rest[1:]
    return rest[2:].split(b"\0", 2)[-1] if rest[:1] == b"\1" else None
