"""What AVIF and HEIC files hold beside their pixels: boxes, and items found through the location table."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

__all__ = ["parts"]

#: The box in which C2PA puts manifests.
_C2PA_BOX = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_MAX_BOXES = 10_000
_MAX_PIECES = 1_000
_MAX_ITEM = 2**20


class _Box(NamedTuple):
    kind: bytes
    start: int  # of what is in it
    end: int


@dataclass
class _Numbers:
    """Big-endian numbers, one after another."""

    data: bytes
    position: int

    def take(self, length: int) -> int:
        """Return the next number; one of no bytes is 0."""
        start, self.position = self.position, self.position + length
        if self.position > len(self.data):
            raise IndexError("the bytes ran out")
        return int.from_bytes(self.data[start : self.position], "big")


def parts(data: bytes, is_manifest: Callable[[bytes], bool]) -> Iterator[tuple[str, bytes]]:
    """Yield kind and bytes of what is written about the picture.

    :param data: Bytes that begin with an ``ftyp`` box.
    :param is_manifest: Tells whether a JUMBF box holds C2PA manifests.
    :raises IndexError: Where the bytes run out.
    """
    for box in _boxes(data, 0, len(data)):
        head = data[box.start : box.start + 64]
        if box.kind == b"meta":
            yield from _items(data, box)
        elif (box.kind == b"uuid" and head.startswith(_C2PA_BOX)) or (
            box.kind == b"jumb" and is_manifest(b"\0\0\0\0jumb" + head)
        ):
            yield "c2pa", b""


def _boxes(data: bytes, start: int, end: int) -> Iterator[_Box]:
    for _ in range(_MAX_BOXES):
        head, size = 8, int.from_bytes(data[start : start + 4], "big")
        if size == 1:
            head, size = 16, int.from_bytes(data[start + 8 : start + 16], "big")
        size = size or end - start
        if size < head or start + size > end:
            return
        yield _Box(data[start + 4 : start + 8], start + head, start + size)
        start += size


def _items(data: bytes, meta: _Box) -> Iterator[tuple[str, bytes]]:
    inner = {box.kind: box for box in _boxes(data, meta.start + 4, meta.end)}
    if not {b"iinf", b"iloc"} <= inner.keys():
        return
    kinds = dict(_kinds(data, inner[b"iinf"]))
    stored = inner.get(b"idat")
    pieces: dict[int, bytes] = {}
    for item, start, length, is_inside in islice(_locations(data, inner[b"iloc"]), _MAX_PIECES):
        at = start + (stored.start if stored and is_inside else 0)
        if item in kinds and len(pieces.get(item, b"")) + length <= _MAX_ITEM:
            pieces[item] = pieces.get(item, b"") + data[at : at + length]
    for item, body in pieces.items():
        # Before an EXIF block stands how many bytes to skip.
        skip = 4 + int.from_bytes(body[:4], "big") if kinds[item] == "exif" else 0
        yield kinds[item], body[skip:].removeprefix(b"Exif\0\0")


def _kinds(data: bytes, table: _Box) -> Iterator[tuple[int, str]]:
    """Yield number and kind of the items that say something about the picture."""
    for box in _boxes(data, table.start + (8 if data[table.start] else 6), table.end):
        numbers = _Numbers(data, box.start)
        version, _ = numbers.take(1), numbers.take(3)
        item, _ = numbers.take(4 if version > 2 else 2), numbers.take(2)
        at = numbers.position
        if data[at : at + 4] == b"Exif":
            yield item, "exif"
        elif data[at : at + 4] == b"mime" and b"application/rdf+xml" in data[at : min(box.end, at + 300)]:
            yield item, "xmp"


def _locations(data: bytes, table: _Box) -> Iterator[tuple[int, int, int, bool]]:
    """Yield item, place, length of each stored piece, and whether the place is one within ``idat``."""
    numbers = _Numbers(data, table.start)
    version, _ = numbers.take(1), numbers.take(3)
    widths, more = numbers.take(1), numbers.take(1)
    offset, length, base, index = widths >> 4, widths & 15, more >> 4, more & 15 if version else 0
    wide = 4 if version > 1 else 2
    for _ in range(min(numbers.take(wide), _MAX_PIECES)):
        item = numbers.take(wide)
        is_inside = bool(version and numbers.take(2) & 15 == 1)
        _, begin = numbers.take(2), numbers.take(base)
        for _ in range(min(numbers.take(2), _MAX_PIECES)):
            numbers.take(index)
            yield item, begin + numbers.take(offset), numbers.take(length), is_inside
