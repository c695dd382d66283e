"""Masks in any form become what a provider reads, and fit their picture."""

from typing import Any

import pytest
from PIL import Image

from llamabot_images.masks import mask_as

from .providers import picture
from .test_inputs import PNG, opened, read, refused, saved


def halves(mode: str, free: Any, kept: Any) -> Image.Image:
    """Return a mask of the size of PNG whose left half may change."""
    mask = Image.new(mode, (96, 64), kept)
    mask.paste(free, (0, 0, 48, 64))
    return mask


MASKS = {
    "white on black": halves("L", 255, 0),
    "one bit": halves("1", 1, 0),
    "colours": halves("RGB", (255, 255, 255), (0, 0, 0)),
    "transparent": halves("RGBA", (9, 9, 9, 0), (9, 9, 9, 255)),
    "opaque RGBA": halves("RGBA", (255, 255, 255, 255), (0, 0, 0, 255)),
    "sixteen bits": halves("I;16", 65535, 0),
    "JPEG": saved(halves("L", 250, 4), "JPEG", quality=95),
}


@pytest.mark.parametrize("case", MASKS)
@pytest.mark.parametrize(("style", "free", "kept"), [("alpha", 0, 255), ("white", 255, 0), ("black", 0, 255)])
def test_masks_of_every_kind_suit_every_provider(case: str, style: str, free: int, kept: int) -> None:
    """Whatever form a mask is given in, its left half is free in the form a provider needs."""
    mask = read(PNG, MASKS[case]).mask
    assert mask is not None

    made = opened(mask_as(mask, style))

    seen = made.getchannel("A") if style == "alpha" else made
    assert ("RGBA" if style == "alpha" else "L", (96, 64)) == (made.mode, made.size)
    assert style == "white" or {0, 255} == {shade for _, shade in seen.getcolors() or ()}
    assert free == pytest.approx(seen.getpixel((10, 30)), abs=5)
    assert kept == pytest.approx(seen.getpixel((80, 30)), abs=5)


def test_a_mask_of_another_size_is_refused() -> None:
    """The error names both sizes."""
    assert "the mask is 64x64 and the picture 96x64" in refused(PNG, picture("png", (64, 64)))


def test_a_mask_belongs_to_the_first_picture() -> None:
    """With several pictures the mask has the size of the first."""
    mask = MASKS["white on black"]

    assert read([PNG, picture("png", (32, 32))], mask).mask is not None
    assert "the picture 32x32" in refused([picture("png", (32, 32)), PNG], mask)


def test_a_mask_that_frees_nothing_is_refused() -> None:
    """A black mask would be paid for nothing."""
    assert "mask, a PIL image of mode 'L': the mask lets nothing change" in refused(PNG, Image.new("L", (96, 64)))


def test_a_broken_mask_is_told_from_a_broken_image() -> None:
    """The error says that it is the mask."""
    assert refused(PNG, "nope.png").startswith("mask, the path 'nope.png'")
