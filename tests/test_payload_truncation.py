"""Pictures that are cut short are always seen, and damaged ones never do harm."""

import random
import time
from contextlib import suppress

import pytest

from llamabot_images.errors import InvalidImageError
from llamabot_images.payload import ImageInfo, verify

from .pictures import TORTURE, as_heic, chunks, damaged, encode, noisy, png_of, sample, see_through, variants

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
POINTS = 300 if TORTURE else 80
DAMAGED = 100_000 if TORTURE else 3_000
LONGEST = 2.0  # seconds, for a payload of some kilobytes


def _points(length: int) -> list[int]:
    """Return cuts at both ends and all over the middle."""
    middle = range(20, length - 20)
    spread = random.Random(length).sample(middle, min(len(middle), POINTS - 40))
    return sorted({*range(min(20, length)), *spread, *range(max(0, length - 20), length)})


def _accepted(data: bytes, points: list[int]) -> list[int]:
    accepted = []
    for point in points:
        try:
            verify(data[:point])
        except InvalidImageError:
            continue
        accepted.append(point)
    return accepted


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", FORMATS)
def test_a_large_picture_cut_anywhere_is_refused(name):
    """Wherever a download of some hundred kilobytes stops, the picture is refused, and not kept unchecked."""
    whole = encode(noisy(320, 240), name)
    points = _points(len(whole))

    assert POINTS == len(points)
    assert [] == _accepted(whole, points)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", [name for name in variants() if name != "jpeg of two"])
def test_a_small_picture_cut_anywhere_is_refused(name):
    """Every format, mode, compression and animation is refused wherever it is cut."""
    whole = variants()[name].rstrip() if name == "svg" else variants()[name]

    assert [] == _accepted(whole, _points(len(whole)))


@pytest.mark.parametrize("name", ["PNG", "JPEG", "GIF"])
def test_a_cut_is_seen_where_the_tail_was_filled_with_zeros(name):
    """A file of the right length whose end never came is refused; WebP and AVIF decode any bits at all."""
    whole = encode(noisy(320, 240), name)
    point = len(whole) // 2
    filled = whole[:point] + bytes(len(whole) - point)

    with pytest.raises(InvalidImageError):
        verify(filled)


def test_a_box_format_cut_between_its_boxes_is_refused():
    """An AVIF whose picture data never came is refused although every box in it is whole."""
    whole = sample("AVIF")
    before_data = whole[: whole.index(b"mdat") - 4]

    for cut in (before_data, as_heic(before_data)):
        with pytest.raises(InvalidImageError, match="ends before its pixels do"):
            verify(cut)


def test_a_jpeg_with_a_small_copy_inside_is_refused_when_cut():
    """The end mark of a thumbnail within the metadata is not taken for the picture's own."""
    thumbnail = sample("JPEG")
    segment = b"Exif\0\0" + thumbnail
    whole = sample("JPEG")
    whole = whole[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + whole[2:]

    assert verify(whole).verified
    assert [] == _accepted(whole, list(range(len(segment), len(whole))))


def test_only_the_first_of_two_pictures_in_a_jpeg_has_to_be_whole():
    """What follows the picture that every viewer shows, such as a map of highlights, is not looked at."""
    whole = variants()["jpeg of two"]
    end = whole.index(b"\xff\xd9") + 2

    assert verify(whole[: end + 100]).verified
    assert [] == _accepted(whole, list(range(end - 50, end)))


def _damaged(data: bytes, dice: random.Random) -> bytes:
    broken = damaged(data, dice)
    if broken.startswith(b"\x89PNG\r\n\x1a\n") and dice.random() < 0.7:
        return png_of(chunks(broken))  # else the checksums alone would see it
    return broken


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged_pictures_end_in_a_result_or_the_documented_error():
    """Bits flipped, pieces lost, numbers made huge: only one kind of error, and none takes long."""
    dice = random.Random(20)
    whole = list(variants().values())
    slowest = 0.0

    for _ in range(DAMAGED):
        payload = _damaged(dice.choice(whole), dice)
        begun = time.process_time()
        with suppress(InvalidImageError):
            assert isinstance(verify(payload), ImageInfo)
        slowest = max(slowest, time.process_time() - begun)

    assert slowest < LONGEST


def test_a_flipped_bit_in_a_png_is_always_seen():
    """Every byte of a PNG is under a checksum, so no change of it passes."""
    whole = encode(see_through(), "PNG")
    dice = random.Random(5)

    for _ in range(500):
        at = dice.randrange(len(whole))
        flipped = whole[:at] + bytes([whole[at] ^ 1 << dice.randrange(8)]) + whole[at + 1 :]
        with pytest.raises(InvalidImageError):
            verify(flipped, strict=True)
