"""Where pictures go: endings that cannot be had are refused in time, and what is paid for is kept under its own."""

import asyncio
import re
import warnings
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, InvalidImageError, SaveError
from llamabot_images.convert import can_write
from llamabot_images.errors import ProvenanceLostWarning
from llamabot_images.formats import KNOWN_FORMATS
from llamabot_images.saving import check_ending

from .calls import bot_for, both_ways
from .providers import ProviderServer

PNG, WEBP = b"\x89PNG", b"RIFF"


def called(bot: ImageBot, is_async: bool, save_path: str) -> Any:
    """Draw and save by the sync or by the async verb."""
    if is_async:
        return asyncio.run(bot.acall("a fox", save_path=save_path))
    return bot("a fox", save_path=save_path)


@both_ways
@pytest.mark.parametrize("ending", [".heic", ".HEIF", ".svg"])
def test_ending_that_cannot_be_had_costs_nothing(provider: ProviderServer, ending: str, is_async: bool) -> None:
    """A path with an ending that no picture can be converted to is an error before anything is sent."""
    with pytest.raises(SaveError, match=f"x{ending}' cannot be written") as caught:
        called(bot_for(provider, "gpt-image-2"), is_async, f"sub/x{ending}")

    assert (b"", False) == (caught.value.data, caught.value.maybe_charged)
    assert [] == provider.requests


def test_vector_drawing_is_saved_as_it_is(provider: ProviderServer) -> None:
    """A model that draws an SVG may be given a path that ends so."""
    path = bot_for(provider, "recraft/recraftv3", style="vector_illustration")("a fox", save_path="x.svg")

    assert b"<svg" in Path(path).read_bytes()[:200]


def test_pixels_in_place_of_a_vector_drawing_are_kept(provider: ProviderServer) -> None:
    """A model that might have drawn an SVG and has not: what came is under its real ending, and on the error."""
    Path("x.webp").write_bytes(b"mine")

    with pytest.raises(InvalidImageError, match=re.escape("It was kept as 'x-2.webp'")) as caught:
        bot_for(provider, "recraft/recraftv3")("a fox", save_path="x.svg")

    assert WEBP == Path("x-2.webp").read_bytes()[:4]
    assert b"mine" == Path("x.webp").read_bytes()
    assert 1 == len(caught.value.result)


@pytest.mark.parametrize("ending", [".heic", ".svg"])
def test_all_pictures_are_kept(provider: ProviderServer, ending: str) -> None:
    """Saving several pictures with an ending that cannot be had keeps each of them beside, and none is lost."""
    bot = bot_for(provider, "gpt-image-2", n=3)
    result = bot.generate("a fox")

    with pytest.raises(InvalidImageError) as caught:
        bot.save(result, f"x{ending}")

    assert result is caught.value.result
    assert sorted(provider.pictures.served) == sorted(path.read_bytes() for path in Path().glob("x*"))
    assert ["x-2.png", "x-3.png", "x.png"] == sorted(path.name for path in Path().iterdir())


def test_svg_is_kept_where_pixels_were_asked_for(provider: ProviderServer) -> None:
    """An SVG has no pixels to convert: it is kept as what it is."""
    with pytest.raises(InvalidImageError, match=re.escape("'x.svg'")):
        bot_for(provider, "recraft/recraftv3", style="vector_illustration")("a fox", save_path="x.png")

    assert ["x.svg"] == [path.name for path in Path().iterdir()]


def test_conversion_stopped_by_a_filter_keeps_the_picture(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who makes warnings errors is stopped at a lost mark of origin, and still has the picture."""

    def losing(*_: Any) -> bytes:
        warnings.warn("a mark was removed", ProvenanceLostWarning, stacklevel=2)
        return b""

    monkeypatch.setattr("llamabot_images.convert.reencode", losing)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ProvenanceLostWarning)
        with pytest.raises(ProvenanceLostWarning, match=re.escape("It was kept as 'x.png'")) as caught:
            bot_for(provider, "gpt-image-2")("a fox", save_path="x.jpg")

    assert provider.pictures.served == [Path("x.png").read_bytes()]
    assert 1 == len(caught.value.result)


@pytest.mark.parametrize("ending", ["", ".png", ".JPG", ".webp", ".avif", ".txt", ".jxl"])
def test_other_endings_are_let_through(ending: str) -> None:
    """What can be written, and what names no format of pictures, is no error."""
    check_ending(f"x{ending}", ["gpt-image-2"])


def test_can_write_tells_what_pillow_can() -> None:
    """Every known format but HEIC and SVG can be converted to."""
    cannot = {one for one in KNOWN_FORMATS if not can_write(one)}

    assert {"image/heic", "image/svg+xml"} == cannot
    assert not can_write("image/x-future")


def test_home_is_meant_by_a_tilde(provider: ProviderServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``~`` in a path is the user's home, wherever a picture is saved, and no folder of that name is made."""
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    bot = bot_for(provider, "gpt-image-2", save_dir="~/all")

    made = [bot("a fox"), bot("a fox", save_path="~/b.png")]
    made += [bot.generate("a fox")[0].save("~/c.png"), *bot.save(bot.generate("a dog"))]

    assert [home / "all/a-fox.png", home / "b.png", home / "c.png", home / "all/a-dog.png"] == made
    assert all(path.is_file() for path in home.rglob("*.png"))
    assert ["home"] == [path.name for path in tmp_path.iterdir()]
