"""Write into a picture file what made it, without touching its pixels."""

import struct
import zlib
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, overload

from llamabot_images import files
from llamabot_images.formats import webp
from llamabot_images.payload import ImageInfo, verify
from llamabot_images.provenance import exif, infotext, xmp
from llamabot_images.provenance.marks import marks_of
from llamabot_images.provenance.parts import MAX_TEXT, Span, jpeg_segments, png_chunks, png_text, png_word, webp_chunks
from llamabot_images.provenance.records import library
from llamabot_images.provenance.sidecars import read_sidecar, write_sidecar

__all__ = ["embed"]

_LONGEST_SEGMENT = 65_533  # bytes in one segment of a JPEG
_PNG_XMP = b"XML:com.adobe.xmp"
_EXIF_MARK, _XMP_MARK = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"
_APP0, _APP1 = b"\xe0", b"\xe1"
_HAS_ALPHA, _HAS_EXIF, _HAS_XMP = 0x10, 0x08, 0x04
_ADVICE = "write the record beside the picture instead: write_sidecar(path, record)"


class _Words(NamedTuple):
    """What is written: the readable text, the fields for XMP, the program's name."""

    text: str
    fields: Mapping[str, str]
    software: str
    force: bool


@overload
def embed(picture: str | Path, record: Mapping[str, Any], *, force: bool = False) -> Path: ...
@overload
def embed(picture: bytes, record: Mapping[str, Any], *, force: bool = False) -> bytes: ...
def embed(picture: str | Path | bytes, record: Mapping[str, Any], *, force: bool = False) -> Path | bytes:
    """Write prompt, model, size, quality and seed of a record into a PNG, JPEG or WebP.

    The prompt can be read by everybody who gets the picture. The pixels are not encoded anew: their bytes stay the
    same. Written are the text that image tools know as ``parameters`` (in a JPEG or WebP as EXIF's
    ``UserComment``) and IPTC's fields on AI in XMP. What the provider has put into XMP and EXIF is kept; what this
    library has embedded before is replaced. A sidecar that was right stays right.

    :param picture: A file, which is replaced in one step, or the bytes of one.
    :param record: From ``record_of`` or a sidecar. A ``prompt_writer`` in it goes to IPTC's ``AIPromptWriterName``.
    :param force: Also change a picture with a C2PA manifest, which makes its signature invalid, and replace
        parameters that another program has embedded.
    :return: The file, or the new bytes.
    :raises ValueError: When the format has no room for it (others than PNG, JPEG and WebP; a prompt of more than
        about 32,000 characters in a JPEG), or when *force* would be needed. Nothing was changed.
    :raises InvalidImageError: When the picture is not whole.
    :raises SaveError: When the file cannot be written.
    :raises OSError: When the file cannot be read.
    """
    if isinstance(picture, bytes):
        return _embedded(picture, record, force)
    path = files.expanded(picture)
    data = path.read_bytes()
    changed = _embedded(data, record, force, path)
    beside = read_sidecar(path)
    if beside is not None and beside.get("sha256") == sha256(data).hexdigest():
        write_sidecar(path, beside | {"bytes": len(changed), "sha256": sha256(changed).hexdigest()})
    return files.replace(path, changed)


def _embedded(data: bytes, record: Mapping[str, Any], force: bool, path: Path | None = None) -> bytes:
    info = verify(data, file=path)
    write = _WRITERS.get(info.mime_type)
    if write is None:
        raise ValueError(f"A picture of type {info.mime_type!r} has no place for a record: {_ADVICE}")
    _refuse_harm(data, force)
    try:
        changed = write(data, _words(record, info, force))
    except UnicodeDecodeError as error:
        raise ValueError(f"The picture's XMP is not UTF-8; {_ADVICE}, or pass force=True to replace it") from error
    verify(changed)
    return changed


def _refuse_harm(data: bytes, force: bool) -> None:
    found = marks_of(data)
    if found.c2pa and not force:
        raise ValueError(
            "The picture has a C2PA manifest, which says where it comes from and is signed; any change makes the "
            f"signature invalid. Better {_ADVICE}. force=True changes the picture all the same"
        )
    if "a1111" in found.marks and not force:
        what = f"another program ({found.software or 'its name is not told'})"
        raise ValueError(f"{what} has embedded its parameters already: {_ADVICE}, or pass force=True to replace them")


def _words(record: Mapping[str, Any], info: ImageInfo, force: bool) -> _Words:
    prompt = next((said for name in ("prompt", "text") if (said := _said(record, name)) is not None), "")
    pixels, size = f"{info.width}x{info.height}", _said(record, "size")
    settings = {
        "Size": pixels,
        "Model": _said(record, "model"),
        "Requested size": None if size == pixels else size,
        "Quality": _said(record, "quality"),
        "Seed": record.get("seed"),
        "Edited from": " ".join(record.get("edited_from") or ()) or None,
        "Version": library(),
    }
    text = infotext.compose(prompt, settings)
    if len(text.encode()) > MAX_TEXT:
        raise ValueError(f"The record has {len(text):,} characters, too many to embed: {_ADVICE}")
    return _Words(text, _fields(record, prompt), library(), force)


def _fields(record: Mapping[str, Any], prompt: str) -> dict[str, str]:
    """Return the fields for XMP; a drawing routine is not called AI."""
    provider, model = _said(record, "provider"), _said(record, "model")
    is_ai = provider != "offline" and not (model or "").startswith("offline/")
    kind = _said(record, "source_type") or ("trainedAlgorithmicMedia" if is_ai else "algorithmicMedia")
    version = (model or "").removeprefix(f"{provider}/") if provider else None
    ai_fields = {
        "AISystemUsed": provider or model,
        "AISystemVersionUsed": version,
        "AIPromptInformation": prompt,
        "AIPromptWriterName": _said(record, "prompt_writer"),
    }
    fields = {
        "DigitalSourceType": f"{xmp.SOURCE_TYPES}{kind}",
        "CreatorTool": library(),
        **(ai_fields if is_ai else {}),
    }
    return {name: value for name, value in fields.items() if value}


def _said(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) else None


def _packet(words: _Words, earlier: bytes) -> bytes:
    try:
        packet = xmp.packet(words.fields, earlier)
    except ValueError as error:
        packet = xmp.packet(words.fields) if words.force else _unreadable(error)
    if len(packet) > MAX_TEXT:
        raise ValueError(f"The XMP would have {len(packet):,} bytes, too many to embed: {_ADVICE}")
    return packet


def _comment(words: _Words, earlier: bytes) -> bytes:
    comment, software = exif.comment_of(words.text), words.software.encode()
    before = exif.comment_text(exif.read(earlier).get(exif.COMMENT, b"")).strip("\0 ")
    if before and not infotext.read(before).is_ours and not words.force:
        raise ValueError(f"The picture's EXIF has a comment already: {_ADVICE}, or pass force=True to replace it")
    try:
        return exif.with_comment(earlier, comment, software)
    except ValueError as error:
        return exif.with_comment(b"", comment, software) if words.force else _unreadable(error)


def _unreadable(error: ValueError) -> bytes:
    raise ValueError(f"Nothing can be added to the picture: {error}. {_ADVICE}, or pass force=True") from error


def _png(data: bytes, words: _Words) -> bytes:
    chunks = [(png_word(data, chunk), chunk) for chunk in png_chunks(data)]
    # One that is too long to be read is treated as one that cannot be.
    earlier = next((png_text(data, chunk) or b"?" for word, chunk in chunks if word == _PNG_XMP), b"")
    added = [_itxt(b"parameters", words.text.encode()), _itxt(_PNG_XMP, _packet(words, earlier))]
    if all(word != b"Software" for word, _ in chunks):
        added.append(_itxt(b"Software", words.software.encode()))
    kept = [data[one.start : one.end] for word, one in chunks[1:] if word not in (b"parameters", _PNG_XMP)]
    return b"".join((data[: chunks[0][1].end], *added, *kept, data[chunks[-1][1].end :]))


def _itxt(word: bytes, text: bytes) -> bytes:
    body = b"iTXt" + word + b"\0\0\0\0\0" + text
    return struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _jpeg(data: bytes, words: _Words) -> bytes:
    segments = list(jpeg_segments(data))
    with_exif, with_xmp = (_first(data, segments, mark) for mark in (_EXIF_MARK, _XMP_MARK))
    added = _segment(_EXIF_MARK + _comment(words, _inside(data, with_exif, _EXIF_MARK)))
    added += _segment(_XMP_MARK + _packet(words, _inside(data, with_xmp, _XMP_MARK)))
    # Before everything that is counted from its own place, as a second picture is, and after JFIF's own header.
    place = next((number for number, one in enumerate(segments) if one.kind != _APP0), len(segments))
    start = segments[place - 1].end if place else 2
    kept = [data[one.start : one.end] for one in segments[place:] if one not in (with_exif, with_xmp)]
    end = segments[-1].end if segments else 2
    return b"".join((data[:start], added, *kept, data[end:]))


def _first(data: bytes, segments: list[Span], mark: bytes) -> Span | None:
    return next((one for one in segments if one.kind == _APP1 and data.startswith(mark, one.body)), None)


def _inside(data: bytes, segment: Span | None, mark: bytes) -> bytes:
    return data[segment.body + len(mark) : segment.end] if segment else b""


def _segment(body: bytes) -> bytes:
    if len(body) > _LONGEST_SEGMENT:
        raise ValueError(
            f"A JPEG has room for {_LONGEST_SEGMENT:,} bytes of such text in one place, and this is {len(body):,}: "
            f"{_ADVICE}"
        )
    return b"\xff" + _APP1 + struct.pack(">H", len(body) + 2) + body


def _webp(data: bytes, words: _Words) -> bytes:
    chunks = list(webp_chunks(data))
    bodies = {one.kind: _webp_body(data, one) for one in reversed(chunks)}
    comment = _comment(words, bodies.get(b"EXIF", b"").removeprefix(_EXIF_MARK))
    packet = _packet(words, bodies.get(b"XMP ", b""))
    kept = [data[one.start : one.end] for one in chunks if one.kind not in (b"VP8X", b"EXIF", b"XMP ")]
    head = _webp_chunk(b"VP8X", _webp_head(data, bodies))
    inner = b"".join((b"WEBP", head, *kept, _webp_chunk(b"EXIF", comment), _webp_chunk(b"XMP ", packet)))
    end = 8 + int.from_bytes(data[4:8], "little")
    return b"RIFF" + struct.pack("<I", len(inner)) + inner + data[end:]


def _webp_body(data: bytes, chunk: Span) -> bytes:
    return data[chunk.body : chunk.body + int.from_bytes(data[chunk.start + 4 : chunk.body], "little")]


def _webp_head(data: bytes, bodies: Mapping[bytes, bytes]) -> bytes:
    """Return the extended header: the file's own, or one made for a file that was too simple to have one."""
    head = bodies.get(b"VP8X")
    if head is None:
        layout = webp.read(data)
        # A lossless picture says in its first bytes whether it has transparency.
        alpha = _HAS_ALPHA if bodies.get(b"VP8L", bytes(5))[4] & 0x10 else 0
        sides = b"".join(((side or 1) - 1).to_bytes(3, "little") for side in (layout.width, layout.height))
        head = bytes([alpha, 0, 0, 0]) + sides
    return bytes([head[0] | _HAS_EXIF | _HAS_XMP]) + head[1:]


def _webp_chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) & 1)


_WRITERS: Mapping[str, Callable[[bytes, _Words], bytes]] = MappingProxyType(
    {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp}
)
