"""A picture in another format, in small, and as a Pillow image."""

import itertools
import random
import warnings
from io import BytesIO

import pytest
from PIL import Image, ImageSequence

from llamabot_images.convert import open_image, reencode, thumbnail
from llamabot_images.errors import InvalidImageError, ProvenanceLostWarning, UnverifiedImageWarning
from llamabot_images.payload import ImageInfo, verify

from .pictures import MIME_TYPES, SVG, TORTURE, as_heic, damaged, encode, noisy, sample, see_through, variants

XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a>trainedAlgorithmicMedia</a></x:xmpmeta>'
MARKED = ("PNG", "JPEG", "WEBP", "AVIF", "TIFF")
DECODABLE = [name for name in variants() if name not in ("svg", "heic")]


def _exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "a red panda"
    return exif.tobytes()


def _marked(name: str) -> bytes:
    """Return a picture with EXIF, XMP and a colour profile."""
    if name == "PNG":
        first = encode(noisy(), "WEBP", exif=_exif(), xmp=XMP, icc_profile=b"profile " * 40, lossless=True)
        return reencode(first, "image/png", verify(first))
    if name == "TIFF":
        return encode(
            noisy(), name, exif=_exif(), icc_profile=b"profile " * 40, tiffinfo={700: XMP, 270: "a red panda"}
        )
    return encode(noisy(), name, exif=_exif(), xmp=XMP, icc_profile=b"profile " * 40)


@pytest.mark.parametrize(("variant", "target"), [*itertools.product(DECODABLE, MIME_TYPES.values())])
def test_every_picture_becomes_every_format(variant, target):
    """Whatever mode or compression it has, a picture is converted to a whole one of the same size."""
    data = variants()[variant]

    converted = reencode(data, target, verify(data))

    info = verify(converted)
    assert (target, 48, 40) == (info.mime_type, info.width, info.height)


def test_a_picture_that_has_the_format_is_returned_untouched():
    """Nothing is encoded anew without need."""
    data = sample("JPEG")

    assert reencode(data, "image/jpg", verify(data)) is data


@pytest.mark.parametrize(("source", "target"), [p for p in itertools.product(MARKED, MARKED) if p[0] != p[1]])
def test_marks_outlive_a_conversion(source, target):
    """EXIF, XMP and colour profile are in the new file too, and nothing is said to be lost."""
    data = _marked(source)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        converted = reencode(data, MIME_TYPES[target], verify(data))

    image = open_image(converted)
    kept = image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()
    assert XMP == kept.rstrip(b"\0")
    assert b"profile " * 40 == image.info["icc_profile"]
    if source != "TIFF":
        assert "a red panda" == image.getexif()[0x010E]


@pytest.mark.parametrize("target", ["image/gif", "image/bmp"])
def test_formats_without_room_for_marks_lose_them_loudly(target):
    """A warning names what GIF and BMP cannot hold."""
    data = _marked("JPEG")

    with pytest.warns(ProvenanceLostWarning, match="EXIF, XMP"):
        reencode(data, target, verify(data))


def test_a_mark_too_long_for_a_jpeg_is_lost_loudly():
    """A JPEG holds 64 KiB of EXIF; more is left out with a warning, and the picture is converted."""
    exif = Image.Exif()
    exif[0x010E] = "panda " * 20_000
    data = encode(noisy(), "WEBP", exif=exif.tobytes())

    with pytest.warns(ProvenanceLostWarning, match="EXIF"):
        converted = reencode(data, "image/jpeg", verify(data))

    assert verify(converted).verified


def test_a_c2pa_manifest_is_lost_loudly():
    """A conversion makes a manifest void, and says so."""
    manifest = b"\0\0\0\x20jumb\0\0\0\x18jumdc2pa\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71\x03c2pa\0"
    segment = b"JP\0\1\0\0\0\1" + manifest
    whole = sample("JPEG")
    data = whole[:2] + b"\xff\xeb" + (len(segment) + 2).to_bytes(2, "big") + segment + whole[2:]

    with pytest.warns(ProvenanceLostWarning, match="C2PA manifest"):
        reencode(data, "image/webp", verify(data))


@pytest.mark.parametrize("target", ["image/jpeg", "image/bmp"])
def test_transparency_is_laid_on_white(target):
    """Where a format has no transparency, what shows through is white."""
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    data = encode(image, "PNG")

    converted = open_image(reencode(data, target, verify(data)))

    assert (255, 255, 255) == converted.convert("RGB").getpixel((8, 8))


@pytest.mark.parametrize("target", ["image/webp", "image/avif", "image/gif", "image/tiff"])
def test_transparency_is_kept_where_it_can_be(target):
    """Other formats keep transparent what was transparent."""
    image = Image.new("RGBA", (16, 16), (255, 0, 0, 0))
    image.paste("blue", (4, 4, 9, 9))
    data = encode(image, "PNG")

    converted = open_image(reencode(data, target, verify(data)))

    assert [0, 255] == [converted.convert("RGBA").getpixel(at)[3] for at in ((0, 0), (6, 6))]


def test_sixteen_bits_are_scaled_not_clipped():
    """A grey of half strength in 16 bits is one of half strength in 8."""
    data = encode(Image.new("I;16", (8, 8), 128 * 256), "PNG")

    converted = open_image(reencode(data, "image/jpeg", verify(data)))

    assert abs(128 - converted.convert("L").getpixel((4, 4))) <= 1


@pytest.mark.parametrize(
    ("source", "target"),
    [(s, t) for s, t in itertools.product(("GIF", "WEBP", "PNG", "AVIF"), repeat=2) if s != t],
)
def test_an_animation_stays_one(source, target):
    """All frames are converted, each for the time it was shown."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    data = encode(frames[0], source, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)

    converted = open_image(reencode(data, MIME_TYPES[target], verify(data)))

    assert 3 == converted.n_frames
    shown = [round(frame.info["duration"]) for frame in ImageSequence.Iterator(converted) if frame.load() or True]
    assert [100, 200, 300] == shown


@pytest.mark.parametrize(
    ("data", "target"),
    [(SVG, "image/png"), (as_heic(sample("AVIF")), "image/png"), (sample("PNG"), "image/svg+xml")]
    + [(sample("PNG"), "image/heic"), (sample("PNG"), "image/x-future"), (sample("PNG"), "")],
)
def test_where_there_is_no_way_the_error_says_so(data, target):
    """SVG, HEIC and unknown formats cannot be converted from or to; the bytes stay on the error."""
    with pytest.raises(InvalidImageError, match="cannot be converted|cannot decode") as caught:
        reencode(data, target, verify(data))

    assert data == caught.value.data


def test_a_size_that_a_format_cannot_have_is_our_error():
    """A WebP has at most 16,383 pixels a side; the encoder's refusal does not leak."""
    data = encode(Image.new("L", (17_000, 2)), "PNG")

    with pytest.raises(InvalidImageError, match="converted to image/webp"):
        reencode(data, "image/webp", verify(data))


def test_bytes_of_an_unknown_kind_are_not_converted():
    """What was kept unchecked is kept as it is."""
    info = ImageInfo("image/jxl", ".jxl", None, None, verified=False)

    for convert in (lambda data: reencode(data, "image/png", info), thumbnail, open_image):
        with pytest.raises(InvalidImageError):
            convert(b"\x8aFUT\r\n\x1a\n" + bytes(range(256)))


@pytest.mark.parametrize("name", DECODABLE)
def test_every_picture_has_a_thumbnail(name):
    """The longest edge is as asked, the shape is kept, the type is what is declared."""
    small, mime_type = thumbnail(variants()[name], edge=24)

    info = verify(small)
    assert mime_type == info.mime_type
    assert (24, 20) == (info.width, info.height)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "CMYK", "I;16"])
def test_a_thumbnail_never_has_more_than_100_kb(mode):
    """Pure noise, which compresses worst, fits as well, and a plain picture needs far less."""
    noise = noisy(1200, 900)
    if mode in ("RGBA", "LA"):
        noise.putalpha(noise.getchannel("G"))
    sixteen = Image.frombytes("I;16", (1200, 600), noise.tobytes()[: 1200 * 600 * 2])
    data = encode(sixteen if mode == "I;16" else noise.convert(mode), "TIFF")

    for edge in (512, 1200):
        small, mime_type = thumbnail(data, edge=edge)

        assert 10_000 < len(small) <= 100_000
        assert ("image/png" if mode in ("RGBA", "LA") else "image/jpeg") == mime_type


def test_a_thumbnail_of_a_plain_picture_is_small_and_full_size():
    """An ordinary picture has the edge that was asked for, at about 40 KB or less."""
    photo = noisy(40, 30).resize((1024, 768))

    small, _ = thumbnail(encode(photo, "PNG"))

    assert (512, 384) == Image.open(BytesIO(small)).size
    assert len(small) <= 40_000


def test_a_thumbnail_is_transparent_only_where_the_picture_is():
    """An alpha channel that hides nothing is no reason for a PNG."""
    opaque = noisy().convert("RGBA")

    assert "image/jpeg" == thumbnail(encode(opaque, "PNG"))[1]
    assert "image/png" == thumbnail(encode(see_through(), "PNG"))[1]


def test_a_small_picture_is_not_enlarged():
    """The thumbnail of a small picture has its size."""
    assert (48, 40) == Image.open(BytesIO(thumbnail(sample("PNG"))[0])).size


def test_a_thumbnail_is_the_right_way_up():
    """A picture that is turned by its EXIF is turned for good."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(noisy(), "JPEG", exif=exif.tobytes())

    assert (40, 48) == Image.open(BytesIO(thumbnail(data)[0])).size


@pytest.mark.parametrize("edge", [0, -5, 1])
def test_the_least_thumbnail_is_one_pixel(edge):
    """An edge below one is taken as one."""
    assert (1, 1) == Image.open(BytesIO(thumbnail(sample("PNG"), edge=edge)[0])).size


@pytest.mark.parametrize("data", [SVG, as_heic(sample("AVIF")), sample("PNG")[:-2000], b"", b"<html>"])
def test_what_cannot_be_decoded_has_no_thumbnail(data):
    """The one documented error comes out, whatever is wrong."""
    for function in (thumbnail, open_image):
        with pytest.raises(InvalidImageError) as caught:
            function(data)
        assert data == caught.value.data


def test_a_pixel_bomb_is_not_opened():
    """The limit on pixels holds without a check before, too."""
    bomb = encode(Image.new("1", (8000, 7000)), "PNG")

    for function in (thumbnail, open_image):
        with pytest.raises(InvalidImageError, match="over the limit"):
            function(bomb)


def test_an_opened_picture_is_decoded():
    """The Pillow image needs nothing more from the bytes, and has the picture's format."""
    image = open_image(sample("PNG"))

    assert ("PNG", (48, 40)) == (image.format, image.size)
    assert noisy().tobytes() == image.tobytes()


@pytest.mark.filterwarnings("ignore")
def test_damaged_pictures_end_in_a_result_or_the_documented_error():
    """Whatever passes the check, and whatever does not, only one kind of error comes out."""
    dice = random.Random(30)
    whole = [variants()[name] for name in DECODABLE]

    for _ in range(10_000 if TORTURE else 300):
        data = damaged(dice.choice(whole), dice)
        for attempt in (lambda data: thumbnail(data, edge=16), open_image, _convert_checked):
            try:
                attempt(data)
            except InvalidImageError:
                continue


def _convert_checked(data: bytes) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedImageWarning)
        info = verify(data)
    return reencode(data, "image/webp" if info.mime_type != "image/webp" else "image/png", info)
