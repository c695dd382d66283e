"""What callers give to be edited, in any form, as checked pictures. Nothing is sent to a provider here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images import masks, payload
from llamabot_images.asked import shown
from llamabot_images.errors import DownloadError, InvalidImageError
from llamabot_images.formats import KNOWN_FORMATS
from llamabot_images.links import is_remote
from llamabot_images.redact import redact_text, redact_url
from llamabot_images.reference import ImageReference
from llamabot_images.results import ImageResult
from llamabot_images.sources import Source, Sources

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["sources_from"]

#: Every provider reads these; other kinds become PNG.
SENT = frozenset({"image/png", "image/jpeg", "image/webp"})
#: Kinds without a way to pixels here.
UNREADABLE = {
    "image/svg+xml": "an SVG has no pixels: draw it to a PNG first, with cairosvg for instance",
    "image/heic": "HEIC cannot be decoded here: save it as JPEG or PNG first",
}
FORMS = (
    "give a path, bytes, a PIL image, an http(s) URL, a data URI, an open binary file, an ImageReference, an "
    "ImageResult, or a list of them"
)
#: Longer text may be a picture in base64.
LONGEST_SHOWN = 200


def sources_from(image: Any, mask: Any, downloader: Callable[[], Downloader]) -> Sources:
    """Read and check everything that a request starts from.

    :param image: One picture in any form, or a list of several. A chat's ``ImageResult`` brings its messages along.
    :param mask: ``None``, or a picture of the first one's size: transparent where it may change or, where nothing in
        it is transparent, white.
    :param downloader: Returns what fetches URLs.
    :raises InvalidImageError: Naming the input that is no picture, cannot be read, or does not fit.
    :raises DownloadError: When a URL cannot be fetched, or must not be.
    """
    several = list(image) if isinstance(image, (list, tuple)) else [image]
    if not several:
        raise _unusable("image", "an empty list", FORMS)
    images = [_source(one, _place(number, several), downloader) for number, one in enumerate(several, 1)]
    chat = image if isinstance(image, ImageResult) else None
    found = Sources(tuple(images), None, chat.history if chat else (), chat.model if chat else "")
    return found if mask is None else _with_mask(found, _source(mask, "mask", downloader), _kind(mask))


def _with_mask(found: Sources, mask: Source, kind: str) -> Sources:
    """Add a mask, and have the first picture's pixels lie as the mask's do."""
    try:
        first = masks.upright(found.images[0])
        return replace(found, images=(first, *found.images[1:]), mask=masks.mask_over(mask, first))
    except InvalidImageError as error:
        raise _unusable("mask", kind, str(error)) from None


def _place(number: int, several: list[Any]) -> str:
    return "image" if len(several) == 1 else f"image {number} of {len(several)}"


def _source(value: Any, place: str, downloader: Callable[[], Downloader]) -> Source:
    try:
        return _checked(_bytes_of(value, downloader), place)
    except InvalidImageError as error:
        raise _unusable(place, _kind(value), str(error), error.data) from None
    except DownloadError as error:
        error.maybe_charged = False
        raise


def _checked(data: bytes, place: str) -> Source:
    if (known := payload.sniff(data)) in UNREADABLE:
        raise InvalidImageError(UNREADABLE[known or ""])
    info = payload.verify(data, strict=True)
    name = "-".join(place.split()[:2]) + KNOWN_FORMATS[info.mime_type].suffix
    width, height = info.width or 0, info.height or 0
    if masks.is_on_its_side(data):
        width, height = height, width
    found = Source(data, info.mime_type, name, width, height)
    return found if info.mime_type in SENT else masks.as_png(found)


def _bytes_of(value: Any, downloader: Callable[[], Downloader]) -> bytes:
    if isinstance(value, ImageResult):
        value = value[0]
    if isinstance(value, ImageReference):
        return value.to_bytes()
    if isinstance(value, str):
        return _from_text(value, downloader)
    if isinstance(value, os.PathLike):
        return _from_file(Path(value))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value)
    if _is_pillow(value):
        return _from_pillow(value)
    if hasattr(value, "read"):
        return _from_open_file(value)
    raise InvalidImageError(FORMS)


def _from_text(text: str, downloader: Callable[[], Downloader]) -> bytes:
    if text[:5].lower() == "data:":
        return payload.parse_data_uri(text)[0]
    if is_remote(text):
        return downloader().fetch(text).data
    try:
        return _from_file(Path(text))
    except InvalidImageError:
        if (data := _from_base64(text)) is None:
            raise
        return data


def _from_file(path: Path) -> bytes:
    try:
        path = path.expanduser()
        if not path.is_file():
            raise InvalidImageError(_why_no_file(path))
        with path.open("rb") as file:
            return file.read(payload.MAX_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as error:  # no rights, a NUL, a user's folder that is not known
        if isinstance(error, InvalidImageError):
            raise
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise InvalidImageError(f"it cannot be read ({reason})") from None


def _why_no_file(path: Path) -> str:
    if path.is_dir():
        return "that is a folder: give the picture in it"
    if path.exists():
        return "that is no ordinary file"
    return "there is no such file, and it is no http(s) URL and no data URI either"


def _from_base64(text: str) -> bytes | None:
    try:
        data = payload.decode_base64(text)
    except InvalidImageError:
        return None
    return data if payload.sniff(data) else None


def _is_pillow(value: Any) -> bool:
    pillow = sys.modules.get("PIL.Image")  # who holds such an image has loaded it
    return pillow is not None and isinstance(value, pillow.Image)


def _from_pillow(image: Any) -> bytes:
    from llamabot_images.formats.layout import Broken, check_size

    try:
        check_size(*image.size)
        return masks.png_of(image)
    except (OSError, SyntaxError, ValueError, Broken) as error:
        raise InvalidImageError(f"it cannot be made a PNG ({type(error).__name__}: {error})") from None


def _from_open_file(file: Any) -> bytes:
    data = file.read(payload.MAX_BYTES + 1)
    if not isinstance(data, bytes):
        raise InvalidImageError("it was opened as text: open it with 'rb'")
    return data


def _kind(value: Any) -> str:
    """Say what was given, without its data."""
    if isinstance(value, ImageReference):
        return "an ImageReference"
    if isinstance(value, str):
        return _kind_of_text(value)
    if isinstance(value, os.PathLike):
        return f"the path {redact_text(shown(os.fspath(value)))}"
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"{len(value):,} {type(value).__name__}"
    if _is_pillow(value):
        return f"a PIL image of mode {value.mode!r}"
    return f"{'an' if type(value).__name__[:1] in 'aeiouAEIOU' else 'a'} {type(value).__name__}"


def _kind_of_text(text: str) -> str:
    if text[:5].lower() == "data:":
        return "a data URI"
    if is_remote(text):
        return f"the URL {redact_url(text)!r}"
    if len(text) > LONGEST_SHOWN:
        return f"a text of {len(text):,} characters"
    return f"the path {redact_text(shown(text))}"


def _unusable(place: str, kind: str, why: str, data: bytes = b"") -> InvalidImageError:
    error = InvalidImageError(f"{place}, {kind}: {why.rstrip('.')}. Nothing was sent.", data=data)
    error.maybe_charged = False
    return error
