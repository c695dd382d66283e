"""What bytes are, judged by the bytes alone: known picture formats and known non-pictures."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["KNOWN_FORMATS", "Format", "foreign_kind", "mime_for_suffix", "plain_mime", "sniff", "suffix_for"]


@dataclass(frozen=True)
class Format:
    """A picture format this library can check.

    :param mime_type: Its media type.
    :param suffix: The file name ending, dot included.
    :param pillow: Pillow's name of the plug-in; in capitals, of the format. ``None`` where it has none.
    """

    mime_type: str
    suffix: str
    pillow: str | None


KNOWN_FORMATS = MappingProxyType(
    {
        known.mime_type: known
        for known in (
            Format("image/png", ".png", "Png"),
            Format("image/jpeg", ".jpg", "Jpeg"),
            Format("image/webp", ".webp", "WebP"),
            Format("image/gif", ".gif", "Gif"),
            Format("image/avif", ".avif", "Avif"),
            Format("image/heic", ".heic", None),
            Format("image/bmp", ".bmp", "Bmp"),
            Format("image/tiff", ".tiff", "Tiff"),
            Format("image/svg+xml", ".svg", None),
        )
    }
)

# A closed list: a server's words must not choose an arbitrary file name ending.
_UNCHECKED_SUFFIXES = MappingProxyType(
    {
        "image/jxl": ".jxl",
        "image/jp2": ".jp2",
        "image/x-icon": ".ico",
        "image/vnd.microsoft.icon": ".ico",
        "image/qoi": ".qoi",
    }
)
_MIME_ALIASES = MappingProxyType({"image/jpg": "image/jpeg", "image/heif": "image/heic", "image/svg": "image/svg+xml"})
_SUFFIX_ALIASES = MappingProxyType(
    {
        ".jpeg": "image/jpeg",
        ".jpe": "image/jpeg",
        ".jfif": "image/jpeg",
        ".apng": "image/png",
        ".tif": "image/tiff",
        ".heif": "image/heic",
    }
)

_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"})
_BMP_HEADER_SIZES = frozenset({12, 40, 52, 56, 64, 108, 124})

_FOREIGN_MAGIC = (
    (b"%!PS", "PostScript"),
    (b"\xc5\xd0\xd3\xc6", "PostScript (EPS)"),
    (b"\x7fELF", "a program (ELF)"),
    (b"MZ", "a program (PE)"),
    (b"\xfe\xed\xfa\xce", "a program (Mach-O)"),
    (b"\xfe\xed\xfa\xcf", "a program (Mach-O)"),
    (b"\xce\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\xcf\xfa\xed\xfe", "a program (Mach-O)"),
    (b"\xca\xfe\xba\xbe", "a program (Mach-O or Java)"),
    (b"\x00asm", "a program (WebAssembly)"),
    (b"PK\x03\x04", "an archive (zip)"),
    (b"PK\x05\x06", "an archive (zip)"),
    (b"PK\x07\x08", "an archive (zip)"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"BZh", "an archive (bzip2)"),
    (b"\xfd7zXZ\x00", "an archive (xz)"),
    (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
    (b"Rar!\x1a\x07", "an archive (rar)"),
    (b"\x28\xb5\x2f\xfd", "an archive (zstd)"),
    (b"\x04\x22\x4d\x18", "an archive (lz4)"),
    (b"MSCF", "an archive (cab)"),
    (b"!<arch>", "an archive (ar)"),
    (b"SQLite format 3\x00", "a database (SQLite)"),
    (b"RIFF", "audio or video (RIFF, not WebP)"),
    (b"\x1aE\xdf\xa3", "a video (Matroska or WebM)"),
    (b"OggS", "audio or video (Ogg)"),
    (b"fLaC", "audio (FLAC)"),
    (b"ID3", "audio (MP3)"),
    (b"\xef\xbf\xbdPNG", "a PNG destroyed by being read as text"),
    (b"\xef\xbf\xbd\xef\xbf\xbd", "binary data destroyed by being read as text"),
    (b"\xc2\x89PNG", "a PNG garbled by being read as Latin-1 text"),
    (b"\xc3\xbf\xc3\x98", "a JPEG garbled by being read as Latin-1 text"),
)
_VIDEO_BRAND = re.compile(rb"iso\w|mp4\w|M4[AVP] |qt  |3g\w\w|avc1|dash|f4v ", re.DOTALL)

_TEXT_WINDOW = 2048
_CONTROL_BYTES = bytes(b for b in range(32) if b not in b"\t\n\r\f\b\x1b") + b"\x7f"
_NOT_CONTROL = bytes(b for b in range(256) if b not in _CONTROL_BYTES)
_NOT_HIGH = bytes(range(128))
# Western text in a legacy encoding stays well below this; binary data is near one half.
_MOST_HIGH_BYTES_IN_TEXT = 0.3
# About half of all 16-bit units are printable: far less in binary data that happens to begin with a mark.
_LEAST_PRINTABLE = 0.95
# The smallest real picture of any format has more.
_FEWEST_BYTES = 32


def sniff(data: bytes) -> str | None:
    """Return the media type that the first bytes of *data* show.

    Looks at the head only, and does not say that the rest is whole.

    :param data: A payload.
    :return: One of the keys of :data:`KNOWN_FORMATS`, ``None`` for bytes of no known picture format.
    """
    for magic, mime_type in _MAGIC:
        if data.startswith(magic):
            return mime_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return _sniff_brands(data)
    if data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _BMP_HEADER_SIZES:
        return "image/bmp"
    return "image/svg+xml" if _begins_like_svg(data) else None


def suffix_for(mime_type: str | None) -> str:
    """Return the file name ending for a declared media type.

    :param mime_type: A media type as a server or data URI states it.
    :return: The ending with its dot; ``".bin"`` for types outside a fixed list.
    """
    plain = plain_mime(mime_type)
    known = KNOWN_FORMATS.get(plain)
    return known.suffix if known else _UNCHECKED_SUFFIXES.get(plain, ".bin")


def mime_for_suffix(suffix: str) -> str | None:
    """Return the media type that a file name ending asks for.

    :param suffix: An ending with its dot, in any case, such as ``".JPEG"``.
    :return: The media type, ``None`` for an ending that names no format we can write or check.
    """
    wanted = suffix.lower()
    by_suffix = {known.suffix: known.mime_type for known in KNOWN_FORMATS.values()}
    return by_suffix.get(wanted) or _SUFFIX_ALIASES.get(wanted)


def foreign_kind(data: bytes) -> str | None:
    """Name what *data* positively is when it is not a picture.

    :param data: Bytes for which :func:`sniff` found no picture format.
    :return: Words for a message, such as ``"an HTML page"``; ``None`` when the kind is unknown, so
        that it may be a picture in a format newer than this library.
    """
    if not data:
        return "nothing (0 bytes)"
    for magic, kind in _FOREIGN_MAGIC:
        if data.startswith(magic):
            return kind
    if b"%PDF-" in data[:1024]:
        return "a PDF document"
    if data[257:262] == b"ustar":
        return "an archive (tar)"
    if data[4:8] == b"ftyp" and _VIDEO_BRAND.match(data, 8):
        return "a video (MP4)"
    return _text_kind(data) or _empty_kind(data)


def plain_mime(mime_type: str | None) -> str:
    """Return a declared media type without its parameters, in lower case, aliases resolved.

    :param mime_type: Such as ``"image/JPG; charset=binary"``.
    :return: Such as ``"image/jpeg"``; empty for ``None``.
    """
    plain = (mime_type or "").partition(";")[0].strip().lower()
    return _MIME_ALIASES.get(plain, plain)


def _sniff_brands(data: bytes) -> str | None:
    end = min(int.from_bytes(data[:4], "big"), 256)
    brands = {data[8:12], *(data[at : at + 4] for at in range(16, end, 4))}
    if brands & _AVIF_BRANDS:
        return "image/avif"
    return "image/heic" if brands & _HEIC_BRANDS else None


def _head_text(data: bytes) -> str:
    window = data[:_TEXT_WINDOW]
    if window.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return window.decode("utf-16", "replace").lstrip()
    return window.removeprefix(codecs.BOM_UTF8).decode("latin-1").lstrip()


def _begins_like_svg(data: bytes) -> bool:
    if data[:1] not in (b"<", b"\xef", b"\xff", b"\xfe") and not data[:1].isspace():
        return False
    text = _head_text(data).lower()
    if text.startswith(("<?xml", "<!--", "<!doctype svg")):
        return re.search(r"<(\w+:)?svg\b", text) is not None
    return re.match(r"<(\w+:)?svg\b", text) is not None


def _is_text(data: bytes) -> bool:
    window = data[:_TEXT_WINDOW]
    if window.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = window.decode("utf-16", "ignore")
        return sum(c.isprintable() or c.isspace() for c in text) >= _LEAST_PRINTABLE * len(text)
    if window.translate(None, _NOT_CONTROL):
        return False
    try:
        codecs.getincrementaldecoder("utf-8")().decode(window)
    except UnicodeDecodeError:
        return len(window.translate(None, _NOT_HIGH)) < _MOST_HIGH_BYTES_IN_TEXT * len(window)
    return True


def _text_kind(data: bytes) -> str | None:
    if not _is_text(data):
        return None
    text = _head_text(data).lower()
    if text.startswith(("<!doctype html", "<html", "<head", "<body")):
        return "an HTML page"
    if text.startswith("<"):
        return "XML or HTML"
    return "JSON" if text.startswith(("{", "[")) else "text"


def _empty_kind(data: bytes) -> str | None:
    if len(data) < _FEWEST_BYTES:
        return f"{len(data)} bytes, too few for a picture"
    return "one byte value repeated" if data.count(data[:1]) == len(data) else None
