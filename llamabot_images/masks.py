"""Pixels to start from: any picture as a PNG, and masks in the form in which a provider reads them."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from llamabot_images.errors import InvalidImageError
from llamabot_images.sources import Source

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["as_png", "has_transparency", "is_on_its_side", "mask_as", "mask_over", "png_of", "upright"]

ORIENTATION = 0x0112  # EXIF
#: From here on a grey counts as white.
HALF = 128


def png_of(image: Image) -> bytes:
    """Return a Pillow image of any mode as a PNG of eight bits, turned as its EXIF data say.

    :param image: Stays as it is.
    :raises ValueError: For a mode that has no red, green and blue.
    """
    from llamabot_images.convert import in_eight_bits

    profile = image.info.get("icc_profile") if image.mode != "CMYK" else None
    turned = _turned(image)
    if turned.mode == "F":
        turned = turned.convert("L")
    return _saved(in_eight_bits(turned), icc_profile=profile)


def as_png(source: Source) -> Source:
    """Return a picture as an upright PNG; one that is, stays the same."""
    from llamabot_images.convert import open_image

    if source.mime_type == "image/png" and _orientation(source.data) == 1:
        return source
    stem = source.name.rpartition(".")[0]
    return replace(source, data=png_of(open_image(source.data)), mime_type="image/png", name=f"{stem}.png")


def upright(source: Source) -> Source:
    """Return a picture whose pixels lie as viewers show them: as it came, where they do."""
    return source if _orientation(source.data) == 1 else as_png(source)


def is_on_its_side(data: bytes) -> bool:
    """Tell whether viewers show a camera's picture with width and height changed."""
    return _orientation(data) >= 5


def has_transparency(source: Source) -> bool:
    """Tell whether any pixel can be seen through."""
    from llamabot_images.convert import open_image

    return _alpha_of(open_image(source.data)) is not None


def mask_over(mask: Source, first: Source) -> Source:
    """Return a mask that is transparent where the picture may change.

    :param mask: Transparent there, or white where nothing in it is transparent.
    :param first: The picture that it lies on.
    :raises InvalidImageError: When the sizes differ, or when the mask lets nothing change.
    """
    from PIL import Image, ImageOps

    from llamabot_images.convert import open_image

    if (mask.width, mask.height) != (first.width, first.height):
        raise InvalidImageError(
            f"the mask is {mask.width}x{mask.height} and the picture {first.width}x{first.height}: "
            "give a mask of the picture's size"
        )
    where = _white_where_free(open_image(as_png(mask).data))
    if not any(where.histogram()[HALF:]):
        raise InvalidImageError(
            "the mask lets nothing change: make it transparent, or white, where the picture may change"
        )
    clear = Image.new("RGBA", where.size)
    clear.putalpha(ImageOps.invert(where))
    return replace(mask, data=_saved(clear), mime_type="image/png", name="mask.png")


def mask_as(mask: Source, style: str) -> Source:
    """Return a mask from ``mask_over`` in a provider's form.

    :param mask: Transparent where the picture may change.
    :param style: ``"alpha"`` for just that, ``"white"`` or ``"black"`` for a mask without transparency in which
        this colour may change. Only white masks have shades.
    """
    from PIL import Image, ImageOps

    from llamabot_images.convert import open_image

    kept = open_image(mask.data).getchannel("A")
    if style == "white":
        return replace(mask, data=_saved(ImageOps.invert(kept)))
    # A shade would count as not to be changed.
    kept = kept.point([255 if shade >= HALF else 0 for shade in range(256)])
    if style == "black":
        return replace(mask, data=_saved(kept))
    clear = Image.new("RGBA", kept.size)
    clear.putalpha(kept)
    return replace(mask, data=_saved(clear))


def _white_where_free(image: Image) -> Image:
    from PIL import ImageOps

    alpha = _alpha_of(image)
    return image.convert("L") if alpha is None else ImageOps.invert(alpha)


def _alpha_of(image: Image) -> Image | None:
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _orientation(data: bytes) -> int:
    from PIL import Image

    with Image.open(BytesIO(data)) as image:
        return _orientation_of(image)


def _orientation_of(image: Image) -> int:
    try:
        found = image.getexif().get(ORIENTATION)
    except Exception:  # EXIF data that are broken: SyntaxError, struct.error and more; the pixels are whole
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _turned(image: Image) -> Image:
    from PIL.Image import Transpose

    ways = (
        None,
        Transpose.FLIP_LEFT_RIGHT,
        Transpose.ROTATE_180,
        Transpose.FLIP_TOP_BOTTOM,
        Transpose.TRANSPOSE,
        Transpose.ROTATE_270,
        Transpose.TRANSVERSE,
        Transpose.ROTATE_90,
    )
    way = ways[_orientation_of(image) - 1]
    return image if way is None else image.transpose(way)


def _saved(image: Image, icc_profile: bytes | None = None) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", compress_level=1, icc_profile=icc_profile)
    return out.getvalue()
