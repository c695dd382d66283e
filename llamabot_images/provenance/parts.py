"""Where a picture file holds what was written about it, found leniently and within limits.

The readers in ``formats`` refuse a file that is not whole; these take from it what is there.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from llamabot_images.formats import sniff
from llamabot_images.formats.layout import MAX_PARTS
from llamabot_images.provenance import heif

__all__ = [
    "MAX_TEXT",
    "PNG_WORDS",
    "Part",
    "Span",
    "jpeg_segments",
    "parts_of",
    "png_chunks",
    "png_text",
    "png_word",
    "webp_chunks",
]

MAX_TEXT = 2**20
"""Most bytes of one text that is read or written."""

_MAX_KEPT = 100
_LONGEST_WORD = 200
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_JPEG_EXIF = b"Exif\0\0"
_APP1, _APP11, _SCAN, _END = 0xE1, 0xEB, 0xDA, 0xD9
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})
_FILL = re.compile(rb"\xff+")
#: The type of a C2PA manifest store among JUMBF boxes.
_C2PA_TYPE = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
_GIF_XMP_TAIL = 258
# A GIF of the largest size that is accepted has fewer, unless it is hostile.
_MAX_GIF_BLOCKS = 300_000
PNG_WORDS: Mapping[bytes, str] = MappingProxyType(
    {
        b"parameters": "parameters",
        b"prompt": "prompt",
        b"workflow": "workflow",
        b"Software": "software",
        b"XML:com.adobe.xmp": "xmp",
    }
)
"""Keywords of PNG texts that are read, and the kind of part that each one is."""


class Span(NamedTuple):
    """A chunk or segment of a file: where it and what is in it begin, and where both end."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass(frozen=True)
class Part:
    """Something written about a picture.

    :param kind: ``"c2pa"``, ``"xmp"``, ``"exif"``, ``"svg"``, or a text: ``"parameters"``, ``"prompt"``,
        ``"workflow"``, ``"software"``.
    :param body: The bytes of it, texts in UTF-8; empty for ``"c2pa"``.
    """

    kind: str
    body: bytes = b""


def parts_of(data: bytes) -> list[Part]:
    """Return what is written about a picture, in the order of the file.

    :param data: Any bytes; what cannot be read is left out.
    """
    found: list[Part] = []
    walk = _WALKS.get(sniff(data) or "")
    if walk is not None:
        with suppress(IndexError, struct.error):
            # One by one, so that what stands before a broken place is kept.
            for part in islice(walk(data), _MAX_KEPT):
                found.append(part)
    return found


def png_chunks(data: bytes) -> Iterator[Span]:
    """Yield the chunks of a PNG that are whole, the end mark included; checksums are not looked at."""
    position = 8
    for _ in range(MAX_PARTS):
        kind, body = data[position + 4 : position + 8], position + 8
        end = body + int.from_bytes(data[position : position + 4], "big") + 4
        if len(kind) < 4 or end > len(data):
            return
        yield Span(kind, position, body, end)
        if kind == b"IEND":
            return
        position = end


def jpeg_segments(data: bytes) -> Iterator[Span]:
    """Yield the segments of a JPEG before its first scan; the kind is the marker's second byte."""
    position = 2
    for _ in range(MAX_PARTS):
        fill = _FILL.match(data, position)
        if fill is None or (marker := data[fill.end()]) in (_SCAN, _END):
            return
        start, body = position, fill.end() + 3
        position = fill.end() + 1
        if marker not in _BARE:
            position += int.from_bytes(data[position:body], "big")
        if position > len(data) or (position < body and marker not in _BARE):
            return
        yield Span(bytes([marker]), start, min(body, position), position)


def webp_chunks(data: bytes) -> Iterator[Span]:
    """Yield the chunks of a WebP that are whole; a chunk's end is that of its padding."""
    position, last = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    for _ in range(MAX_PARTS):
        size = int.from_bytes(data[position + 4 : position + 8], "little")
        if position + 8 > last or position + 8 + size > last:
            return
        end = min(position + 8 + size + (size & 1), last)
        yield Span(data[position : position + 4], position, position + 8, end)
        position = end


def png_word(data: bytes, chunk: Span) -> bytes:
    """Return the keyword of a text chunk, empty for a chunk of another kind."""
    if chunk.kind not in (b"tEXt", b"zTXt", b"iTXt"):
        return b""
    return data[chunk.body : chunk.body + _LONGEST_WORD].partition(b"\0")[0]


def png_text(data: bytes, chunk: Span) -> bytes:
    """Return the text of a text chunk, in UTF-8; empty where it cannot be read or is too long."""
    if chunk.end - chunk.body > MAX_TEXT + _LONGEST_WORD:
        return b""
    rest = data[chunk.body : chunk.end - 4].partition(b"\0")[2]
    if chunk.kind == b"iTXt":
        text = rest[2:].split(b"\0", 2)[-1]
        return _unpacked(text) if rest[:1] == b"\1" else text
    return (_unpacked(rest[1:]) if chunk.kind == b"zTXt" else rest).decode("latin-1").encode()


def _unpacked(packed: bytes) -> bytes:
    with suppress(zlib.error):
        text = zlib.decompressobj().decompress(packed, MAX_TEXT + 1)
        return text if len(text) <= MAX_TEXT else b""
    return b""


def _png(data: bytes) -> Iterator[Part]:
    for chunk in png_chunks(data):
        if chunk.kind == b"caBX":
            yield Part("c2pa")
        elif chunk.kind == b"eXIf":
            yield Part("exif", data[chunk.body : chunk.end - 4])
        elif word := PNG_WORDS.get(png_word(data, chunk)):
            yield Part(word, png_text(data, chunk))


def _jpeg(data: bytes) -> Iterator[Part]:
    for segment in jpeg_segments(data):
        body = data[segment.body : segment.end]
        if segment.kind[0] == _APP1 and body.startswith(_JPEG_EXIF):
            yield Part("exif", body[len(_JPEG_EXIF) :])
        elif segment.kind[0] == _APP1 and body.startswith(_JPEG_XMP):
            yield Part("xmp", body[len(_JPEG_XMP) :])
        elif segment.kind[0] == _APP11 and (_is_manifest(body[8:]) or _is_manifest(body)):
            yield Part("c2pa")


def _is_manifest(box: bytes) -> bool:
    """Tell whether a JUMBF box begins that is a store of C2PA manifests."""
    inner = box[16 if box[:4] == b"\0\0\0\1" else 8 :]
    return box[4:8] == b"jumb" and inner[4:8] == b"jumd" and inner[8:24] == _C2PA_TYPE


def _webp(data: bytes) -> Iterator[Part]:
    kinds = {b"C2PA": "c2pa", b"EXIF": "exif", b"XMP ": "xmp"}
    for chunk in webp_chunks(data):
        if chunk.kind in kinds:
            size = int.from_bytes(data[chunk.start + 4 : chunk.body], "little")
            body = b"" if chunk.kind == b"C2PA" else data[chunk.body : chunk.body + size]
            yield Part(kinds[chunk.kind], body.removeprefix(_JPEG_EXIF))


def _gif(data: bytes) -> Iterator[Part]:
    position, blocks = 13 + _palette(data[10]), 0
    while blocks < _MAX_GIF_BLOCKS:
        block, label, name = data[position], data[position + 1], data[position + 3 : position + 14]
        if block == 0x21 and label == 0xFF and name.startswith(b"C2PA_GIF"):
            yield Part("c2pa")
        if block == 0x2C:
            position += 11 + _palette(data[position + 9])
        elif block == 0x21:
            position += 2
        else:
            return
        start = position
        while (size := data[position]) and blocks < _MAX_GIF_BLOCKS:
            position, blocks = position + size + 1, blocks + 1
        position, blocks = position + 1, blocks + 1
        if block == 0x21 and label == 0xFF and name == b"XMP DataXMP":
            yield Part("xmp", data[start + 12 : max(start + 12, position - _GIF_XMP_TAIL)])


def _palette(flags: int) -> int:
    return 6 << (flags & 7) if flags & 0x80 else 0


def _boxes(data: bytes) -> Iterator[Part]:
    for kind, body in heif.parts(data, _is_manifest):
        yield Part(kind, body)


def _tiff(data: bytes) -> Iterator[Part]:
    yield Part("exif", data)


def _svg(data: bytes) -> Iterator[Part]:
    yield Part("svg", data)


_WALKS: Mapping[str, Callable[[bytes], Iterator[Part]]] = MappingProxyType(
    {
        "image/png": _png,
        "image/jpeg": _jpeg,
        "image/webp": _webp,
        "image/gif": _gif,
        "image/avif": _boxes,
        "image/heic": _boxes,
        "image/tiff": _tiff,
        "image/svg+xml": _svg,
    }
)
