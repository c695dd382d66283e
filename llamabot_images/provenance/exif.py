"""The few EXIF entries that say what made a picture: read, and added without moving the others."""

import struct
from collections.abc import Mapping
from contextlib import suppress
from typing import Literal, NamedTuple

__all__ = ["C2PA", "COMMENT", "DESCRIPTION", "MAKE", "MODEL", "SOFTWARE", "XMP", "comment_of", "comment_text", "read"]
__all__ += ["with_comment"]

DESCRIPTION, MAKE, MODEL, SOFTWARE, XMP = 0x010E, 0x010F, 0x0110, 0x0131, 700
COMMENT, C2PA = 0x9286, 0xCD41

_MORE = 0x8769  # where the second table is
_READ = frozenset({DESCRIPTION, MAKE, MODEL, SOFTWARE, XMP, COMMENT, C2PA})
_WIDTHS = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4)
_ASCII, _LONG, _UNDEFINED = 2, 4, 7
_LONGEST = 4 * 2**20
_UNICODE = b"UNICODE\0"


class _Entry(NamedTuple):
    tag: int
    kind: int
    number: int
    value: bytes  # four bytes: the value itself or where it is


class _Block(NamedTuple):
    """The tables of an EXIF block."""

    order: Literal["big", "little"]
    main: dict[int, _Entry]
    more: dict[int, _Entry]
    rest: int  # where the table after the main one is: that of a thumbnail


def read(block: bytes) -> dict[int, bytes]:
    """Return the values of the entries that say what made a picture.

    :param block: From the byte order mark on, as EXIF and TIFF have it.
    :return: By tag, the bytes as they stand; empty for a block that cannot be read.
    """
    found: dict[int, bytes] = {}
    with suppress(struct.error, IndexError):
        tables = _tables(block)
        entries = {**tables.main, **tables.more}
        for tag in _READ & entries.keys():
            with suppress(IndexError):
                found[tag] = _value(block, entries[tag], tables.order)
    return found


def comment_of(text: str) -> bytes:
    """Return a text as EXIF's ``UserComment`` has it."""
    return _UNICODE + text.encode("utf-16-be", "replace")


def comment_text(comment: bytes) -> str:
    """Return the text of a ``UserComment``, in whichever way it was written."""
    kind, body = comment[:8], comment[8:]
    if kind != _UNICODE:
        return body.decode("utf-8", "replace").strip("\0 ")
    # The standard names no byte order. Most of what programs write here has Latin letters in it.
    is_little = body[1::2].count(0) > body[0::2].count(0)
    return body.decode("utf-16-le" if is_little else "utf-16-be", "replace")


def with_comment(block: bytes, comment: bytes, software: bytes) -> bytes:
    """Return an EXIF block with a ``UserComment``.

    New tables are put at the end; everything else stays in its place, so that what points to it is right. An
    earlier comment is blanked out.

    :param block: The block so far, empty where there is none.
    :param comment: The value, from :func:`comment_of`.
    :param software: What made the picture; an earlier word on that is kept.
    :raises ValueError: When the block so far cannot be read.
    """
    try:
        tables = _tables(block) if block else _Block("big", {}, {}, 0)
        earlier = read(block).get(SOFTWARE) or software
        if tables.main.keys() <= {SOFTWARE, _MORE} and tables.more.keys() <= {COMMENT} and not tables.rest:
            block, tables = b"", _Block("big", {}, {}, 0)
        return _appended(block or b"MM\0*\0\0\0\0", tables, comment, earlier)
    except (struct.error, IndexError) as error:
        raise ValueError("the EXIF block cannot be read") from error


def _tables(block: bytes) -> _Block:
    order = _order(block)
    mark = "<" if order == "little" else ">"
    magic, at = struct.unpack_from(f"{mark}HI", block, 2)
    if magic != 42:
        raise IndexError("no EXIF block")
    main, rest = _table(block, at, mark) if at else ({}, 0)
    more: dict[int, _Entry] = {}
    if _MORE in main:
        more, _ = _table(block, struct.unpack(f"{mark}I", main[_MORE].value)[0], mark)
    return _Block(order, main, more, rest)


def _order(block: bytes) -> Literal["big", "little"]:
    if block[:2] not in (b"II", b"MM"):
        raise IndexError("no EXIF block")
    return "little" if block[:2] == b"II" else "big"


def _table(block: bytes, at: int, mark: str) -> tuple[dict[int, _Entry], int]:
    (count,) = struct.unpack_from(f"{mark}H", block, at)
    end = at + 2 + 12 * count
    entries = [_Entry(*struct.unpack_from(f"{mark}HHI4s", block, place)) for place in range(at + 2, end, 12)]
    rest = struct.unpack_from(f"{mark}I", block, end)[0] if end + 4 <= len(block) else 0
    return {entry.tag: entry for entry in reversed(entries)}, rest


def _place(block: bytes, entry: _Entry, order: Literal["big", "little"]) -> tuple[int, int]:
    size = (_WIDTHS[entry.kind] if entry.kind < len(_WIDTHS) else 0) * entry.number
    start = int.from_bytes(entry.value, order)
    if size > _LONGEST or start + size > len(block):
        raise IndexError("the bytes ran out")
    return start, start + size


def _value(block: bytes, entry: _Entry, order: Literal["big", "little"]) -> bytes:
    size = (_WIDTHS[entry.kind] if entry.kind < len(_WIDTHS) else 0) * entry.number
    if size <= 4:
        return entry.value[:size]
    start, end = _place(block, entry, order)
    return block[start:end]


def _appended(block: bytes, tables: _Block, comment: bytes, software: bytes) -> bytes:
    out = bytearray(block)
    if COMMENT in tables.more:
        start, end = _place(block, tables.more[COMMENT], tables.order)
        out[start:end] = bytes(end - start)
    mark = "<" if tables.order == "little" else ">"
    more = tables.more | {COMMENT: _added(out, COMMENT, _UNDEFINED, comment, mark)}
    where = struct.pack(f"{mark}I", _add_table(out, more, 0, mark))
    main = tables.main | {_MORE: _Entry(_MORE, _LONG, 1, where)}
    if SOFTWARE not in main:
        main[SOFTWARE] = _added(out, SOFTWARE, _ASCII, software.rstrip(b"\0") + b"\0", mark)
    struct.pack_into(f"{mark}I", out, 4, _add_table(out, main, tables.rest, mark))
    return bytes(out)


def _added(out: bytearray, tag: int, kind: int, value: bytes, mark: str) -> _Entry:
    out += bytes(len(out) % 2)
    start = len(out)
    out += value
    return _Entry(tag, kind, len(value), value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(f"{mark}I", start))


def _add_table(out: bytearray, entries: Mapping[int, _Entry], rest: int, mark: str) -> int:
    out += bytes(len(out) % 2)
    start = len(out)
    out += struct.pack(f"{mark}H", len(entries))
    out += b"".join(struct.pack(f"{mark}HHI4s", *entries[tag]) for tag in sorted(entries))
    out += struct.pack(f"{mark}I", rest)
    return start
