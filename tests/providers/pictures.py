"""Sample pictures: real files of every format, of any pixel size and of any weight.

Run nothing here twice: everything drawn is kept, so a thousand replies cost one drawing.
"""

import base64
import io
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw

__all__ = ["BASE64_STYLES", "BROKEN", "MIME_TYPES", "black_picture", "broken", "encode", "mime_type", "picture"]

MIME_TYPES = {
    "png": "image/png",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "bmp": "image/bmp",
    "tiff": "image/tiff",
    "svg": "image/svg+xml",
}

VARIANTS = 16
_C2PA_BOX = b"\x00\x00\x00\x2djumb\x00\x00\x00\x25jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71\x03c2pa\x00"


def mime_type(format: str) -> str:
    """Return the MIME type of a format's name."""
    return MIME_TYPES[format]


@lru_cache(maxsize=128)
def picture(
    format: str = "png",
    size: tuple[int, int] = (1024, 1024),
    variant: int = 0,
    *,
    weight: int | None = None,
    c2pa: bool = False,
    frames: int = 1,
) -> bytes:
    """Return a whole, valid picture.

    :param format: A key of ``MIME_TYPES``.
    :param size: Width and height in pixels.
    :param variant: Pictures of different variants (modulo 16) differ in every format.
    :param weight: Bytes the file shall have at least; PNG, JPEG, WebP, GIF and SVG are filled up to it.
    :param c2pa: Carry a content-credentials box where such providers put it (PNG, JPEG, WebP).
    :param frames: More than one makes an animation (GIF, WebP, PNG).
    """
    if format == "svg":
        return _svg(size, variant % VARIANTS, weight)
    data = _drawn(format, size, variant % VARIANTS, frames)
    if c2pa:
        data = _with_chunk(data, format, _C2PA_BOX, marked=True)
    if weight is not None and len(data) < weight:
        data = _with_chunk(data, format, _noise(weight - len(data)), marked=False)
    return data


@lru_cache(maxsize=1)
def black_picture() -> bytes:
    """Return what some providers send in place of a picture they withhold."""
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64)).save(buffer, "JPEG")
    return buffer.getvalue()


def _colour(variant: int) -> tuple[int, int, int]:
    return (40 + 12 * variant, 200 - 9 * variant, 30 + (53 * variant) % 200)


def _drawn(format: str, size: tuple[int, int], variant: int, frames: int) -> bytes:
    stills = [_still(size, variant, frame) for frame in range(frames)]
    buffer = io.BytesIO()
    options: dict[str, Any] = {"compress_level": 1} if format == "png" else {}
    if frames > 1:
        options |= {"save_all": True, "append_images": stills[1:], "duration": 100}
    stills[0].save(buffer, format.upper(), **options)
    return buffer.getvalue()


def _still(size: tuple[int, int], variant: int, frame: int) -> Image.Image:
    still = Image.new("RGB", size, _colour(variant))
    width, height = size
    left = frame * width // 20
    ImageDraw.Draw(still).ellipse((left, height // 4, left + width // 2, height * 3 // 4), fill=(250, 250, 240))
    return still


def _svg(size: tuple[int, int], variant: int, weight: int | None) -> bytes:
    width, height = size
    red, green, blue = _colour(variant)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><rect width="{width}" height="{height}" '
        f'fill="rgb({red},{green},{blue})"/>'
        f'<circle cx="{width // 2}" cy="{height // 2}" r="{width // 4}"/></svg>'
    )
    filler = max(0, (weight or 0) - len(text) - 7)
    return text.replace("</svg>", f"<!--{'x' * filler}--></svg>" if filler else "</svg>").encode()


@lru_cache(maxsize=8)
def _noise(length: int) -> bytes:
    """Return letters that do not compress to nothing and hold no marker of any format."""
    block = base64.b64encode(bytes((i * 7919 + i // 251) % 256 for i in range(48_000)))
    return (block * (length // len(block) + 1))[:length]


def _with_chunk(data: bytes, format: str, content: bytes, *, marked: bool) -> bytes:
    """Return *data* with *content* in an ancillary chunk of the format's own kind."""
    if format == "png":
        return data[:33] + _png_chunk(b"caBX" if marked else b"prVt", content) + data[33:]
    if format == "jpeg":
        return data[:2] + _jpeg_segments(0xEB if marked else 0xEF, content) + data[2:]
    if format == "webp":
        return _webp_with(data, b"C2PA" if marked else b"XTRA", content)
    if format == "gif" and not marked:
        return data[:-1] + _gif_comment(content) + b";"
    return data


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _jpeg_segments(marker: int, content: bytes) -> bytes:
    pieces = [content[i : i + 65_000] for i in range(0, len(content), 65_000)]
    return b"".join(bytes((0xFF, marker)) + struct.pack(">H", len(piece) + 2) + piece for piece in pieces)


def _webp_with(data: bytes, kind: bytes, content: bytes) -> bytes:
    chunk = kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    body = _extended(data) + chunk
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _extended(data: bytes) -> bytes:
    """Return a WebP from its form type on, with the VP8X chunk that further chunks call for."""
    if data[12:16] == b"VP8X":
        return data[8:]
    width, height = Image.open(io.BytesIO(data)).size
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"WEBPVP8X" + struct.pack("<II", 10, 0) + canvas + data[12:]


def _gif_comment(content: bytes) -> bytes:
    blocks = [content[i : i + 255] for i in range(0, len(content), 255)]
    return b"!\xfe" + b"".join(bytes((len(block),)) + block for block in blocks) + b"\0"


BASE64_STYLES: dict[str, Callable[[str, str], str]] = {
    "plain": lambda text, mime: text,
    "wrapped": lambda text, mime: "\n".join(text[i : i + 76] for i in range(0, len(text), 76)) + "\n",
    "crlf": lambda text, mime: "\r\n".join(text[i : i + 76] for i in range(0, len(text), 76)),
    "spaces": lambda text, mime: f"  {text} ",
    "urlsafe": lambda text, mime: text.replace("+", "-").replace("/", "_"),
    "unpadded": lambda text, mime: text.rstrip("="),
    "data_uri": lambda text, mime: f"data:{mime};base64,{text}",
    "bom": lambda text, mime: "\ufeff" + text,
}


def encode(data: bytes, mime: str = "image/png", style: str = "plain") -> str:
    """Return *data* as base64 text in one of ``BASE64_STYLES``, the forms seen from providers."""
    return BASE64_STYLES[style](_base64(data), mime)


@lru_cache(maxsize=64)
def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


BROKEN = {
    "empty": b"",
    "html": b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>",
    "json": b'{"error": {"message": "internal", "code": 500}}',
    "xml": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "text": b"The picture could not be made.",
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF",
    "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "exe": b"MZ\x90\x00" + b"\0" * 60,
    "elf": b"\x7fELF\x02\x01\x01" + b"\0" * 57,
    "zip": b"PK\x03\x04" + b"\0" * 26,
    "unknown": b"\x93NEWFORMAT\x01\x00" + bytes(range(64)),
}


def broken(kind: str) -> bytes:
    """Return bytes that are no picture: a key of ``BROKEN``, or ``"truncated"``, ``"corrupt"``."""
    whole = picture("png", (64, 64))
    if kind == "truncated":
        return whole[: len(whole) * 2 // 3]
    if kind == "corrupt":
        return whole[:60] + bytes(byte ^ 0x5A for byte in whole[60:90]) + whole[90:]
    return BROKEN[kind]
