"""What a provider sent -- base64, data URI or bytes -- as picture bytes known to be whole."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from importlib import import_module
from io import BytesIO
from pathlib import Path
from struct import error as StructError
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from llamabot_images.errors import InvalidImageError, UnverifiedImageWarning
from llamabot_images.formats import KNOWN_FORMATS, foreign_kind, plain_mime, sniff, suffix_for
from llamabot_images.formats.layout import MAX_PIXELS, Broken, Layout, check_size
from llamabot_images.redact import redact_url
from llamabot_images.warn import warn

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["MAX_BYTES", "MAX_PIXELS", "ImageInfo", "decode_base64", "decode_plain", "parse_data_uri", "sniff", "verify"]

MAX_BYTES = 64 * 2**20
"""Most bytes of one picture."""

_URLSAFE = bytes.maketrans(b"-_", b"+/")
_SPACE = b" \t\r\n\f\v"
_BOM = b"\xef\xbb\xbf"
_DATA_URI = re.compile(
    r"data:(image/[\w.+-]{1,64}|application/octet-stream)(?:;[^;,]{0,100}){0,8};base64\s*", re.IGNORECASE
)
_IMAGE_MIME = re.compile(r"image/[\w.+-]{1,64}")
_READERS = MappingProxyType(
    {
        "image/png": "png",
        "image/jpeg": "jpeg",
        "image/webp": "webp",
        "image/gif": "gif",
        "image/avif": "boxes",
        "image/heic": "boxes",
        "image/bmp": "bmp",
        "image/tiff": "tiff",
        "image/svg+xml": "svg",
    }
)
# The first frame is always decoded; the next ones while they cost about as much as one large picture.
_MAX_DECODED_FRAME_PIXELS = 4_000_000
_KEPT = "The bytes as they came are in this error's .data."


@dataclass(frozen=True)
class ImageInfo:
    """What picture bytes really are, whatever they were declared to be.

    :param mime_type: The media type, such as ``"image/png"``.
    :param suffix: The file name ending that belongs to it, dot included; ``".bin"`` for bytes of no
        known kind whose declared type names none.
    :param width: Pixels across, ``None`` where the format does not say.
    :param height: Pixels down, ``None`` where the format does not say.
    :param verified: ``False`` for bytes of no known kind that were kept all the same.
    """

    mime_type: str
    suffix: str
    width: int | None
    height: int | None
    verified: bool


def decode_base64(text: str | bytes, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Decode base64 in any of the forms in which providers send it.

    Line breaks, spaces, the URL-safe alphabet, missing padding, a byte order mark, surrounding quotes
    and a whole data URI are accepted. The result is not yet known to be a picture: see :func:`verify`.

    :param text: Base64 text.
    :param max_bytes: Most bytes to decode to; longer text is refused without decoding it.
    :return: The decoded bytes, never empty.
    :raises InvalidImageError: When the text is not base64, is empty or is too long.
    """
    if not isinstance(text, str | bytes):
        raise InvalidImageError(f"The image data is {type(text).__name__}, not base64 text.")
    if _is_data_uri(text):
        return parse_data_uri(_as_text(text), max_bytes=max_bytes)[0]
    return _decode(text, max_bytes)


def decode_plain(text: str | bytes, *, max_bytes: int = MAX_BYTES) -> bytes | None:
    """Decode what is base64 to the letter, in one pass and without a copy; return ``None`` for all else."""
    import pybase64

    if len(text) % 4 or len(text) // 4 * 3 > max_bytes:
        return None
    try:
        return pybase64.b64decode(text, validate=True)
    except ValueError:
        return None


def parse_data_uri(uri: str, *, max_bytes: int = MAX_BYTES) -> tuple[bytes, str]:
    """Decode a ``data:image/...;base64,`` address.

    :param uri: The whole address.
    :param max_bytes: Most bytes to decode to.
    :return: The bytes, and the media type that the address declares, in lower case.
    :raises InvalidImageError: When it is no data URI, declares something other than an image (or
        ``application/octet-stream``), or is not base64.
    """
    if not isinstance(uri, str):
        raise InvalidImageError(f"The image data is {type(uri).__name__}, not a data URI.")
    begin = _offset_of_text(uri)
    comma = uri.find(",", begin, begin + 512)
    found = _DATA_URI.fullmatch(uri, begin, comma) if comma >= 0 else None
    if not found:
        shown = uri[begin : comma if 0 <= comma < begin + 60 else begin + 12]
        if not _is_data_uri(uri):
            shown = redact_url(uri[begin : begin + 200])
        raise InvalidImageError(f"Not a data URI of an image in base64: {shown!r}. {_KEPT}", data=_as_bytes(uri))
    payload = uri[comma + 1 :]
    if "%" in payload:
        return _decode(unquote_to_bytes(_as_bytes(payload)), max_bytes), plain_mime(found[1])
    return _decode(payload, max_bytes), plain_mime(found[1])


def verify(
    data: bytes, *, declared_mime: str | None = None, strict: bool = False, file: str | Path | None = None
) -> ImageInfo:
    """Check that *data* is one whole picture, and say which kind.

    The bytes decide, not the declared type. A PNG's checksums prove it whole without decoding; other
    pictures are also decoded (a JPEG at an eighth of its size, an animation's first frames). SVG and
    HEIC are checked by structure alone. Bytes after a picture's own end are allowed.

    :param data: The payload, at most 64 MiB.
    :param declared_mime: What the sender calls it; used in messages, and to name bytes of no known kind.
    :param strict: Refuse bytes of no known kind instead of keeping them with a warning.
    :param file: Where they are, if they are a user's file and no provider's reply: messages name it.
    :return: What the bytes are.
    :raises InvalidImageError: When the bytes are positively no picture, are cut short or corrupt, or are
        a pixel bomb (over 50 million pixels, or 500 million in all frames). The error keeps the bytes.
    """
    if not isinstance(data, bytes):
        raise InvalidImageError(f"The payload is {type(data).__name__}, not bytes.")
    try:
        return _verified(data, declared_mime, strict)
    except InvalidImageError as error:
        if file is None:
            raise
        found = InvalidImageError(f"{str(file)!r}: {str(error).removesuffix(f' {_KEPT}')}", data=data)
        found.maybe_charged = False
        raise found from error.__cause__


def _verified(data: bytes, declared_mime: str | None, strict: bool) -> ImageInfo:
    if len(data) > MAX_BYTES:
        raise InvalidImageError(f"The payload has {len(data):,} bytes, over the limit of {MAX_BYTES:,}.", data=data)
    mime_type = sniff(data)
    if mime_type is None:
        return _keep_unknown(data, declared_mime, strict)
    try:
        layout = _measure(data, mime_type)
    except Broken as problem:
        raise InvalidImageError(
            f"The payload of {len(data):,} bytes begins like {mime_type} but is no whole picture: {problem}. {_KEPT}",
            data=data,
        ) from problem.__cause__
    return ImageInfo(mime_type, KNOWN_FORMATS[mime_type].suffix, layout.width, layout.height, verified=True)


def _as_text(text: str | bytes) -> str:
    return text if isinstance(text, str) else text.decode("utf-8", "replace")


def _as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "replace")


def _offset_of_text(text: str) -> int:
    head = text[:64]
    return len(head) - len(head.lstrip("\ufeff \t\r\n\f\v\"'"))


def _is_data_uri(text: str | bytes) -> bool:
    head = _as_text(text[:64])
    return head[_offset_of_text(head) :][:5].lower() == "data:"


def _decode(text: str | bytes, max_bytes: int) -> bytes:
    longest = 4 * -(-max_bytes // 3)
    # Line breaks and the like at most double the length: beyond that not even a copy is made.
    if len(text) > 2 * longest + 1024:
        raise _too_long(text, max_bytes)
    decoded = decode_plain(text, max_bytes=max_bytes)
    if decoded is None:
        decoded = _decode_cleaned(text, longest, max_bytes)
    if len(decoded) > max_bytes:
        raise _too_long(text, max_bytes)
    if not decoded:
        raise InvalidImageError("The image data is empty.")
    return decoded


def _decode_cleaned(text: str | bytes, longest: int, max_bytes: int) -> bytes:
    raw = _as_bytes(text).removeprefix(_BOM).strip(_SPACE + b"\"'")
    cleaned = raw.translate(_URLSAFE, _SPACE).rstrip(b"=")
    if len(cleaned) > longest:
        raise _too_long(text, max_bytes)
    try:
        # "Please try again" would decode; a picture's base64 is never letters and spaces alone.
        if b" " in raw and cleaned.isalpha():
            raise ValueError("words")
        return binascii.a2b_base64(cleaned + b"=" * (-len(cleaned) % 4), strict_mode=True)
    except ValueError:
        message = f"The image data is not base64 ({len(text):,} characters). {_KEPT}"
        raise InvalidImageError(message, data=_as_bytes(text)) from None


def _too_long(text: str | bytes, max_bytes: int) -> InvalidImageError:
    message = f"The image data of {len(text):,} characters is over the limit of {max_bytes:,} bytes. {_KEPT}"
    return InvalidImageError(message, data=_as_bytes(text))


def _keep_unknown(data: bytes, declared_mime: str | None, strict: bool) -> ImageInfo:
    kind = foreign_kind(data)
    declared = f"declared as {declared_mime[:60]!r}, " if declared_mime else ""
    # Bare words may be a key or an address that is secret in its later part.
    begin = f"{declared}beginning with {data[: 12 if kind == 'text' else 24]!r}"
    if kind:
        raise InvalidImageError(f"The payload is not a picture but {kind} ({begin}). {_KEPT}", data=data)
    message = f"The payload of {len(data):,} bytes is of no known picture format ({begin})"
    if strict:
        raise InvalidImageError(f"{message}. {_KEPT}", data=data)
    warn(f"{message}; it was kept unchecked.", UnverifiedImageWarning, data=data, maybe_charged=True)
    plain = plain_mime(declared_mime)
    mime_type = plain if _IMAGE_MIME.fullmatch(plain) else "application/octet-stream"
    return ImageInfo(mime_type, suffix_for(plain), None, None, verified=False)


def _measure(data: bytes, mime_type: str) -> Layout:
    reader = import_module(f"{__package__}.formats.{_READERS[mime_type]}")
    try:
        layout: Layout = reader.read(data)
    except (LookupError, ArithmeticError, ValueError, StructError):
        raise Broken("it ends before its end mark") from None
    pillow_name = KNOWN_FORMATS[mime_type].pillow
    if pillow_name is None or mime_type == "image/png":
        return layout
    return _decode_pixels(data, pillow_name, layout)


def _decode_pixels(data: bytes, pillow_name: str, layout: Layout) -> Layout:
    try:
        # Without this, Pillow loads all of its 40 plugins to find the less common ones.
        plugin = import_module(f"PIL.{pillow_name}ImagePlugin")
    except ImportError:
        return layout
    if not getattr(plugin, "SUPPORTED", True):
        return layout
    try:
        return _decode_first_frames(data, pillow_name.upper())
    except Broken:
        raise
    except Exception as error:
        # Pillow raises OSError, SyntaxError, ValueError, RuntimeError, struct.error and more.
        raise Broken(f"it cannot be decoded ({type(error).__name__})") from error


def _decode_first_frames(data: bytes, pillow_format: str) -> Layout:
    from PIL import Image

    with Image.open(BytesIO(data), formats=[pillow_format]) as image:
        # These two state the number without looking for it; a GIF's frames were counted before.
        frames = getattr(image, "n_frames", 1) if pillow_format in ("AVIF", "WEBP") else 1
        layout = check_size(*image.size, frames=frames)
        if pillow_format == "JPEG":
            image.draft("L", (1, 1))
        image.load()
        if pillow_format == "GIF":
            _decode_more_frames(image)
    return layout


def _decode_more_frames(image: Image.Image) -> None:
    decoded = image.width * image.height
    while decoded < _MAX_DECODED_FRAME_PIXELS:
        try:
            image.seek(image.tell() + 1)
        except EOFError:
            return
        image.load()
        decoded += image.width * image.height
