"""What is given to be edited: every form is read and checked, and nothing is sent before that."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from llamabot_images import DownloadError, ImageBot, ImageReference, ImageResult, InvalidImageError, UnsafeURLError
from llamabot_images.download import Downloader
from llamabot_images.inputs import sources_from
from llamabot_images.sources import Source, Sources

from .providers import ProviderServer, picture

PNG = picture("png", (96, 64))
TEXT = base64.b64encode(PNG).decode()


def read(image: Any, mask: Any = None) -> Sources:
    """Read inputs that need no download."""

    def nobody() -> Downloader:
        raise AssertionError("something was fetched")

    return sources_from(image, mask, nobody)


def refused(image: Any, mask: Any = None) -> str:
    """Return why inputs are refused."""
    with pytest.raises(InvalidImageError) as caught:
        read(image, mask)
    assert caught.value.maybe_charged is False
    return str(caught.value)


def opened(source: Source | None) -> Image.Image:
    """Open a picture."""
    assert source is not None
    return Image.open(io.BytesIO(source.data))


def saved(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    """Return a picture's bytes."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


FORMS: dict[str, Callable[[Path], Any]] = {
    "path": lambda file: file,
    "path as text": str,
    "home": lambda file: f"~/{file.name}",
    "bytes": lambda file: PNG,
    "bytearray": lambda file: bytearray(PNG),
    "memoryview": lambda file: memoryview(PNG),
    "open file": lambda file: file.open("rb"),
    "BytesIO": lambda file: io.BytesIO(PNG),
    "data URI": lambda file: f"data:image/jpeg;base64,{TEXT}",
    "base64": lambda file: TEXT,
    "reference": lambda file: ImageReference.from_base64(TEXT),
    "result": lambda file: ImageResult((ImageReference.from_base64(TEXT),), "a cat", "some-model"),
    "list": lambda file: [file],
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_bytes(own_folder: Path, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A picture is read the same whatever form it is given in, and named after its real kind."""
    monkeypatch.setenv("HOME", str(own_folder))
    file = own_folder / "cat.jpg"
    file.write_bytes(PNG)

    found = read(FORMS[form](file))

    assert (Source(PNG, "image/png", "image.png", 96, 64),) == found.images


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "I;16", "F"])
def test_pillow_images_of_every_mode(mode: str) -> None:
    """A PIL image becomes a PNG of eight bits, and stays as it was itself."""
    image = Image.new(mode, (20, 10))

    (found,) = read(image).images

    assert ("image/png", 20, 10) == (found.mime_type, found.width, found.height)
    assert opened(found).mode in ("RGB", "RGBA")
    assert mode == image.mode


def test_sixteen_bits_keep_their_greys() -> None:
    """A middle grey of sixteen bits is a middle grey of eight."""
    (found,) = read(Image.new("I;16", (8, 8), 32768)).images

    assert (128, 128, 128) == opened(found).getpixel((0, 0))


@pytest.mark.parametrize("format", ["jpeg", "webp"])
def test_known_formats_go_out_untouched(format: str) -> None:
    """JPEG and WebP are sent as they are."""
    data = picture(format, (96, 64))

    assert data == read(data).images[0].data


@pytest.mark.parametrize("format", ["gif", "avif", "bmp", "tiff"])
def test_other_formats_become_png(format: str) -> None:
    """Formats that providers refuse are converted, and look the same."""
    data = picture(format, (96, 64))

    (found,) = read(data).images

    assert ("image/png", "image.png", 96, 64) == (found.mime_type, found.name, found.width, found.height)
    assert Image.open(io.BytesIO(data)).convert("RGB").getpixel((5, 5)) == opened(found).convert("RGB").getpixel((5, 5))


def turned(format: str = "JPEG") -> bytes:
    """Return a camera's picture that lies on its side: 40x20 in the file, 20x40 on the screen, red at the top."""
    image = Image.new("RGB", (40, 20), "blue")
    image.paste("red", (0, 0, 20, 20))
    exif = image.getexif()
    exif[0x0112] = 6
    return saved(image, format, exif=exif)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_cameras_orientation_is_kept(format: str) -> None:
    """A picture on its side counts by the size it is seen in; converted, it stands upright."""
    plain = read(turned(format)).images[0]
    upright = read(turned(format), Image.new("L", (20, 40), 255)).images[0]

    assert (turned(format), 20, 40) == (plain.data, plain.width, plain.height)
    assert (20, 40) == opened(upright).size
    assert opened(upright).getpixel((10, 5))[0] > 200


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_turned_as_pillow_turns_them(orientation: int) -> None:
    """Each of the eight orientations is read as Pillow reads it."""
    image = Image.new("RGB", (3, 2))
    image.putdata([(40 * place, 0, 0) for place in range(6)])
    image.getexif()[0x0112] = orientation

    (found,) = read(image).images

    expected = ImageOps.exif_transpose(image)
    assert (expected.size, expected.tobytes()) == (opened(found).size, opened(found).tobytes())


@pytest.mark.parametrize("damage", [b"XX*", b"MM\xff"])
def test_broken_exif_turns_nothing(damage: bytes) -> None:
    """A whole picture with EXIF data that are not is taken as it lies."""
    whole = turned()
    at = whole.index(b"Exif\0\0") + 6
    broken = whole[:at] + damage + whole[at + 3 :]

    upright = read(broken, Image.new("L", (40, 20), 255)).images[0]

    assert (40, 20) == (upright.width, upright.height)


def test_several_are_told_apart() -> None:
    """A list keeps its order, and each picture has a name of its own."""
    found = read([PNG, picture("jpeg", (32, 32))])

    assert ["image-1.png", "image-2.jpg"] == [one.name for one in found.images]
    assert "96:64" == found.ratio


def test_a_result_brings_its_chat() -> None:
    """What a chat model needs to go on comes with its result, and only for that model."""
    said = ({"role": "user", "content": "a cat"},)
    result = ImageResult((ImageReference.from_base64(TEXT),), "a cat", "gemini/one", history=said)

    found = read(result)

    assert said == found.history == found.history_for("gemini/one")
    assert () == found.history_for("gemini/other") == read(result[0]).history_for("gemini/one")


# -- what is no picture --------------------------------------------------------------------------

WRONG = {
    "missing": ("nope.png", "image, the path 'nope.png': there is no such file"),
    "folder": (Path(), "that is a folder"),
    "no scheme": ("example.com/cat.png", "no http(s) URL"),
    "NUL": ("a\0b.png", "there is no such file"),
    "text": (b"Please draw a cat for me, thank you.", "not a picture but text"),
    "empty": (b"", "nothing (0 bytes)"),
    "cut": (PNG[: len(PNG) // 2], "no whole picture"),
    "svg": (picture("svg"), "draw it to a PNG first"),
    "unknown": (b"\x93NEWFORMAT\x01\x00" + bytes(range(64)), "no known picture format"),
    "text file": (io.StringIO("x"), "open it with 'rb'"),
    "dict": ({"url": "x"}, "image, a dict: give a path"),
    "nothing": (None, "a NoneType: give a path"),
    "no list": ([], "an empty list"),
    "second": ([PNG, "nope.png"], "image 2 of 2, the path 'nope.png'"),
    "flat": (Image.new("RGB", (0, 5)), "a PIL image of mode 'RGB'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_picture_is_named(case: str) -> None:
    """The error says which input it is, what it is and why it will not do."""
    given, words = WRONG[case]

    assert words in refused(given)


def test_a_bomb_is_refused() -> None:
    """A small file that claims a hundred thousand pixels each way is not decoded."""
    header = PNG[:16] + (100_000).to_bytes(4, "big") * 2
    assert "image, " in refused(header + PNG[24:])


def test_messages_hold_no_picture() -> None:
    """Base64 that is broken does not stand in the message."""
    text = "iVBORw0KGgo" + "A" * 150 + "!!" + "B" * 40

    assert "AAAA" not in refused(text)
    assert "203 characters" in refused(text)
    assert "AAAA" not in refused(f"data:image/png;base64,{text}")


# -- addresses -----------------------------------------------------------------------------------


def test_urls_are_fetched(provider: ProviderServer) -> None:
    """A URL is read by the bot's own download, once."""
    provider.pictures.size = (64, 64)
    made = ImageBot(**provider.kwargs_for("compatible")).generate("a cat")
    url = str(made[0])

    found = sources_from(url, None, lambda: Downloader(allow_hosts=["127.0.0.1"]))

    assert provider.pictures.served[-1] == found.images[0].data
    assert 1 == len(provider.downloads)


def test_private_urls_are_refused(provider: ProviderServer) -> None:
    """A URL to a private address is not asked, and the error says that nothing was paid."""
    bot = ImageBot(model="offline/sketch")

    with pytest.raises(UnsafeURLError) as caught:
        bot.edit("make it night", f"{provider.image_url}/cat.png?sig=canary")

    assert [] == provider.requests
    assert caught.value.maybe_charged is False
    assert "canary" not in str(caught.value)


def test_a_dead_url_is_a_download_error(provider: ProviderServer) -> None:
    """A URL without a picture behind it says so."""
    with pytest.raises(DownloadError) as caught:
        sources_from(f"{provider.image_url}/none.png", None, lambda: Downloader(allow_hosts=["127.0.0.1"]))

    assert caught.value.maybe_charged is False
