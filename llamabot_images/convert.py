"""A picture's bytes as another format, as a small copy, or as a Pillow image."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, ImageSequence
from PIL.PngImagePlugin import PngInfo

from llamabot_images.errors import InvalidImageError, ProvenanceLostWarning
from llamabot_images.formats import KNOWN_FORMATS, plain_mime, sniff
from llamabot_images.formats.layout import Broken, check_size
from llamabot_images.payload import ImageInfo

__all__ = ["can_write", "in_eight_bits", "open_image", "reencode", "thumbnail"]

_ANIMATED = frozenset({"GIF", "WEBP", "PNG", "AVIF"})
_WITHOUT_ALPHA = frozenset({"JPEG", "BMP"})
_MARKLESS = frozenset({"GIF", "BMP"})
_EIGHT_BIT_MODES = ("1", "L", "LA", "P", "RGB", "RGBA")
_TIFF_XMP = 700
_QUALITY = {"JPEG": 95, "WEBP": 95, "AVIF": 90}
# One segment of a JPEG holds no more, its own name included.
_LONGEST_JPEG_MARK = 65_500

_WANTED_SIZE, _LARGEST_SIZE = 40_000, 100_000  # bytes
_THUMBNAIL_QUALITIES = (85, 70, 50)
_SHRINK = 0.75


def open_image(data: bytes) -> Image.Image:
    """Return picture bytes as a Pillow image, decoded.

    :param data: A whole picture, as :func:`llamabot_images.payload.verify` has found it.
    :return: The picture; of an animation, with its first frame loaded.
    :raises InvalidImageError: When Pillow cannot decode this kind (SVG, HEIC) or these bytes.
    """
    with _translated(data, "be decoded"):
        image = _open(data)
        image.load()
    return image


def can_write(mime_type: str) -> bool:
    """Tell whether pictures can be converted to a media type on this machine.

    :param mime_type: Such as ``"image/avif"``, for which Pillow may have been built without what it takes.
    """
    known = KNOWN_FORMATS.get(plain_mime(mime_type))
    if known is None or known.pillow is None:
        return False
    import_module(f"PIL.{known.pillow}ImagePlugin")
    return known.pillow.upper() in Image.SAVE


def reencode(data: bytes, mime_type: str, info: ImageInfo) -> bytes:
    """Convert a picture to another format.

    EXIF, XMP and colour profile are kept where the new format can hold them. Transparency is laid on
    white for JPEG and BMP; an animation stays one where the new format can be one. A C2PA manifest never
    outlives a conversion: :class:`~llamabot_images.errors.ProvenanceLostWarning` is given.

    :param data: The picture.
    :param mime_type: The media type wanted, such as ``"image/webp"``.
    :param info: What *data* is.
    :return: The picture in the new format; *data* itself when it has that format already.
    :raises InvalidImageError: When there is no way from the one to the other, as from or to SVG.
    """
    wanted = plain_mime(mime_type)
    if wanted == info.mime_type:
        return data
    target = _pillow_format(wanted)
    if target is None:
        message = f"A picture cannot be converted to {mime_type!r}. Save it as {info.suffix!r}."
        raise InvalidImageError(message, data=data)
    with _translated(data, f"be converted to {wanted}"):
        image = _open(data)
        image.load()
        options = _marks(image, target, data)
        if target in _QUALITY:
            options["quality"] = _QUALITY[target]
        return _encode(image, target, options)


def thumbnail(data: bytes, *, edge: int = 512) -> tuple[bytes, str]:
    """Make a small copy of a picture, for showing.

    Of an animation, the first frame is taken. The copy aims at 40 KB and never has more than 100 KB: a
    picture full of detail becomes smaller than *edge*.

    :param data: The picture.
    :param edge: Longest edge, pixels; a smaller picture is not enlarged.
    :return: The copy and its media type: JPEG, or PNG where something is transparent.
    :raises InvalidImageError: When the picture cannot be decoded, as SVG and HEIC.
    """
    with _translated(data, "be made smaller"):
        image = _open(data)
        if image.mode not in ("L", "RGB", "CMYK"):
            image = in_eight_bits(image)
        image.thumbnail((max(1, edge), max(1, edge)), reducing_gap=2.0)
        image = ImageOps.exif_transpose(image)
        seen_through = image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)
        image = image.convert("RGBA" if seen_through else "RGB")
        return _shrunk_to_fit(image), "image/png" if seen_through else "image/jpeg"


def _pillow_format(mime_type: str | None) -> str | None:
    known = KNOWN_FORMATS.get(mime_type or "")
    return known.pillow.upper() if known and known.pillow else None


def _open(data: bytes) -> Image.Image:
    mime_type = sniff(data)
    name = KNOWN_FORMATS[mime_type].pillow if mime_type else None
    if name is None:
        kind = "An SVG has no pixels:" if mime_type == "image/svg+xml" else mime_type or "Bytes of an unknown kind:"
        raise InvalidImageError(f"{kind} Pillow cannot decode it. Keep the file as it is.", data=data)
    import_module(f"PIL.{name}ImagePlugin")
    image = Image.open(BytesIO(data), formats=[name.upper()])
    check_size(*image.size)
    return image


@contextmanager
def _translated(data: bytes, aim: str) -> Iterator[None]:
    try:
        yield
    except InvalidImageError:
        raise
    except Exception as error:
        reason = str(error) if isinstance(error, Broken) else type(error).__name__
        message = f"The picture cannot {aim} ({reason})."
        raise InvalidImageError(message, data=data) from error


def _marks(image: Image.Image, target: str, data: bytes) -> dict[str, Any]:
    """Return what the new file keeps beside the pixels, as Pillow's options; warn of what it cannot."""
    found = {
        "exif": _exif(image.info.get("exif")),
        "xmp": _in_bytes(image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")),
    }
    longest = _LONGEST_JPEG_MARK if target == "JPEG" else len(data) + 6
    kept = {} if target in _MARKLESS else {name: mark for name, mark in found.items() if len(mark) <= longest}
    lost = [name.upper() for name, mark in found.items() if mark and name not in kept]
    if b"c2pa" in data and b"jumb" in data:
        lost.append("C2PA manifest")
    if lost:
        message = f"converting to {target} removed what says where the picture comes from: {', '.join(lost)}"
        warnings.warn(message, ProvenanceLostWarning, stacklevel=3)
    # A profile of printing inks says nothing about the red, green and blue it is turned into.
    if target not in _MARKLESS and image.mode != "CMYK":
        kept["icc_profile"] = image.info.get("icc_profile") or b""
    return _as_options({name: mark for name, mark in kept.items() if mark}, target)


def _exif(mark: Any) -> bytes:
    # WebP stores EXIF without this beginning, and JPEG must have it.
    return b"Exif\0\0" + _in_bytes(mark).removeprefix(b"Exif\0\0") if mark else b""


def _in_bytes(mark: Any) -> bytes:
    return mark.encode() if isinstance(mark, str) else bytes(mark or b"")


def _as_options(marks: dict[str, bytes], target: str) -> dict[str, Any]:
    options: dict[str, Any] = dict(marks)
    if target == "PNG" and "xmp" in marks:
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", options.pop("xmp").decode("utf-8", "replace"))
    if target == "TIFF" and "xmp" in marks:
        options["exif"] = Image.Exif()
        options["exif"].load(marks.get("exif", b""))
        options["exif"][_TIFF_XMP] = options.pop("xmp")
    return options


def _encode(image: Image.Image, target: str, options: dict[str, Any]) -> bytes:
    output = BytesIO()
    if image.format in _ANIMATED and target in _ANIMATED and getattr(image, "n_frames", 1) > 1:
        check_size(*image.size, frames=getattr(image, "n_frames", 1))
        options |= {"save_all": True, "duration": _durations(image), "loop": image.info.get("loop", 0)}
        image.save(output, target, **options)
    else:
        _fitted(image, target).save(output, target, **options)
    return output.getvalue()


def _durations(image: Image.Image) -> list[int]:
    """Return how long each frame is shown, milliseconds."""
    durations = []
    for frame in ImageSequence.Iterator(image):
        frame.load()  # WebP and AVIF do not know before
        durations.append(round(frame.info.get("duration") or 0))
    image.seek(0)
    return durations


def _fitted(image: Image.Image, target: str) -> Image.Image:
    """Return the picture in a mode that *target* can store."""
    if target in ("TIFF", "PNG") and image.mode in (*_EIGHT_BIT_MODES, "I;16"):
        return image
    image = in_eight_bits(image)
    if image.mode == "RGBA" and target in _WITHOUT_ALPHA:
        white = Image.new("RGBA", image.size, "white")
        return Image.alpha_composite(white, image).convert("RGB")
    return image


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Return the picture as RGB, or as RGBA where it knows transparency."""
    if image.mode.startswith("I"):
        # Converting directly would make everything but near-black white.
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _shrunk_to_fit(image: Image.Image) -> bytes:
    while True:
        for encoded in _attempts(image):
            if len(encoded) <= _WANTED_SIZE:
                return encoded
        if len(encoded) <= _LARGEST_SIZE:
            return encoded
        image = image.resize([max(1, int(side * _SHRINK)) for side in image.size])


def _attempts(image: Image.Image) -> Iterator[bytes]:
    """Yield encodings of the picture, each smaller than the one before."""
    if image.mode == "RGB":
        for quality in _THUMBNAIL_QUALITIES:
            yield _saved(image, "JPEG", quality=quality, optimize=True)
    else:
        yield _saved(image, "PNG")
        yield _saved(image.quantize(256), "PNG", optimize=True)


def _saved(image: Image.Image, target: str, **options: Any) -> bytes:
    output = BytesIO()
    image.save(output, target, **options)
    return output.getvalue()
