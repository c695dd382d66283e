"""What goes wrong between paying and saving: every picture is in its file, or rescued and named, or still to be had."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import DownloadError, ImageBot, ImageReference, SaveError

from .calls import bot_for, both_ways
from .providers import ProviderServer, Status


@pytest.fixture(autouse=True)
def rescued(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Have small pictures, rescued to a folder of the test's own."""
    provider.pictures.size = (64, 64)
    folder = tmp_path_factory.mktemp("rescued")
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def called(bot: ImageBot, is_async: bool, save_path: str | Path | None = None) -> Any:
    """Draw and save by the sync or by the async verb."""
    if is_async:
        return asyncio.run(bot.acall("a fox", save_path=save_path))
    return bot("a fox", save_path=save_path)


def meanwhile(provider: ProviderServer, *steps: Callable[[], Any]) -> None:
    """Have something happen while the provider draws."""

    def happen(_request: Any) -> None:
        for step in steps:
            step()

    provider.always(happen)


def is_file_now(folder: str) -> None:
    """Put a file in a folder's place."""
    shutil.rmtree(folder)
    Path(folder).touch()


def pictures_in(folder: str | Path) -> dict[str, bytes]:
    """Return the names and bytes of all files in a folder."""
    return {path.name: path.read_bytes() for path in Path(folder).iterdir() if path.is_file()}


@both_ways
@pytest.mark.parametrize("sidecar", [False, True], ids=["alone", "sidecar"])
@pytest.mark.parametrize("save_path", ["out/cat.png", "out/cat.jpg", "out/cat", None])
def test_paid_picture_is_rescued(
    provider: ProviderServer, rescued: Path, save_path: str | None, sidecar: bool, is_async: bool
) -> None:
    """A target that breaks while the provider draws leaves the picture on the error and in a file that it names."""
    meanwhile(provider, lambda: is_file_now("out"))

    with pytest.raises(SaveError, match="was rescued to") as caught:
        called(bot_for(provider, "gpt-image-2", save_dir="out", sidecar=sidecar), is_async, save_path)

    assert {os.path.basename(caught.value.rescue_path or ""): caught.value.data} == pictures_in(rescued)
    assert save_path == "out/cat.jpg" or [caught.value.data] == provider.pictures.served
    assert (1, 1) == (len(caught.value.result), len(provider.posts))


@pytest.mark.parametrize("name", ["cat.webp", "cat"])
def test_rescued_file_has_the_pictures_own_ending(provider: ProviderServer, name: str) -> None:
    """A picture that is rescued before it is converted is no PNG under another format's ending."""
    meanwhile(provider, Path(name).mkdir)

    with pytest.raises(SaveError, match="it is a folder") as caught:
        bot_for(provider, "gpt-image-2")("a fox", save_path=name)

    assert ".png" == Path(caught.value.rescue_path or "").suffix


@both_ways
def test_each_picture_is_saved_or_rescued(provider: ProviderServer, rescued: Path, is_async: bool) -> None:
    """One name of three that is taken by a folder costs no picture, and the error tells where all of them are."""
    meanwhile(provider, Path("x-2.png").mkdir)

    with pytest.raises(SaveError, match=r"'x-2\.png' cannot be written: it is a folder") as caught:
        called(bot_for(provider, "gpt-image-2", n=3), is_async, "x.png")

    first, second, third = provider.pictures.served
    assert {"x.png": first, "x-3.png": third} == pictures_in(".")
    assert [second] == [*pictures_in(rescued).values()] == [caught.value.data]
    assert ["The others were saved: 'x.png', 'x-3.png'."] == caught.value.__notes__


def test_every_rescued_picture_is_named(provider: ProviderServer, rescued: Path) -> None:
    """Three pictures that could not be saved are in three files, and the error names each of them."""
    meanwhile(provider, lambda: is_file_now("out"))

    with pytest.raises(SaveError) as caught:
        bot_for(provider, "gpt-image-2", n=3, save_dir="out")("a fox")

    told = "\n".join([str(caught.value), *caught.value.__notes__])
    assert sorted(provider.pictures.served) == sorted(pictures_in(rescued).values())
    assert all(name in told for name in pictures_in(rescued))


@both_ways
@pytest.mark.parametrize("sidecar", [False, True], ids=["alone", "sidecar"])
@pytest.mark.parametrize("save_path", [None, "a-fox.webp"], ids=["named", "path"])
@pytest.mark.parametrize("dead", [0, 1, 2])
def test_dead_link_costs_one_picture(
    provider: ProviderServer, save_path: str | None, dead: int, sidecar: bool, is_async: bool
) -> None:
    """Pictures whose links work are saved, also those after one whose link is dead."""
    provider.script_images(*[None] * dead, Status(404))

    with pytest.raises(DownloadError) as caught:
        called(bot_for(provider, "recraft", n=3, sidecar=sidecar), is_async, save_path)

    saved = {path.name for path in Path().glob("*.webp")}
    assert 2 == len(saved)
    assert 2 * sidecar == len(list(Path().glob("*.json")))
    assert all(repr(name) in caught.value.__notes__[-1] for name in saved)
    assert 3 == len(caught.value.result)


class Named(ImageBot):
    """Names files as its test wants."""

    stem: Any = ""

    def filename_for(self, prompt: str) -> str:
        """Return that name."""
        return self.stem  # type: ignore[no-any-return]


@both_ways
@pytest.mark.parametrize("stem", ["x" * 255, "é" * 126, "a\0b", "a/b", "a\\b", "..", "\ud800", None, 7])
def test_name_that_cannot_be_had_costs_nothing(provider: ProviderServer, stem: Any, is_async: bool) -> None:
    """A name that no file can have, or that is none, is an error before anything is sent."""
    bot = Named(**provider.kwargs_for("gpt-image-2"), save_dir="new")
    bot.stem = stem

    if stem == "..":
        assert Path("new/...png") == called(bot, is_async)
        return
    with pytest.raises(SaveError) as caught:
        called(bot, is_async)

    assert (b"", None) == (caught.value.data, caught.value.rescue_path)
    assert [] == provider.requests


@pytest.mark.parametrize("stem", ["x" * 240, "é" * 120, "a b", ".hidden"])
def test_odd_names_are_let_through(provider: ProviderServer, stem: str) -> None:
    """A long name, or one of another script, is taken as it is."""
    bot = Named(**provider.kwargs_for("gpt-image-2"))
    bot.stem = stem

    assert [Path(f"{stem}.png"), Path(f"{stem}-2.png")] == [bot("a fox"), bot("a fox")]


@both_ways
@pytest.mark.parametrize(
    ("save_path", "n", "taken"),
    [
        ("o", 1, "o.png"),
        ("o", 3, "o-3.webp"),
        ("q.png", 2, "q-2.png"),
        ("q.png", 12, "q-12.png"),
        ("z" * 254, 1, None),
        ("new/" + "z" * 254, 1, None),
        ("new/" + "z" * 300 + ".png", 1, None),
        ("y" * 251 + ".png", 2, None),
        ("new/", 1, None),
        ("new/.", 1, None),
        ("", 1, None),
    ],
)
def test_path_that_cannot_be_had_costs_nothing(
    provider: ProviderServer, save_path: str, n: int, taken: str | None, is_async: bool
) -> None:
    """Every name that a path may lead to is looked at before anything is sent."""
    if taken:
        Path(taken).mkdir()

    with pytest.raises(SaveError, match="cannot be written: (it is a folder; name a file in it|File name too long)"):
        called(bot_for(provider, "gpt-image-2", n=n), is_async, save_path)

    assert [] == provider.requests


def test_path_at_the_limit_is_let_through(provider: ProviderServer) -> None:
    """A path as long as the system takes is written, and a folder with a name that is not needed is in nobody's way."""
    Path("q-3.png").mkdir()
    Path("w.webp").mkdir()
    bot = bot_for(provider, "gpt-image-2", n=2)

    made = [bot("a fox", save_path=path) for path in ("q.png", "w.png", "y" * 249 + ".png", "y" * 248)]

    assert ["q.png", "w.png", "y" * 249 + ".png", "y" * 248 + ".png"] == [path.name for path in map(Path, made)]


@pytest.mark.parametrize("n", ["many", None, 10**12])
def test_odd_count_is_left_to_who_knows(provider: ProviderServer, n: Any) -> None:
    """Looking at a path's names takes no time for a count that the request will refuse."""
    bot_for(provider, "gpt-image-2", n=n).check_target("a fox", "x.png")

    assert [] == [*Path().iterdir()]


def test_folder_is_no_path_for_a_result_either(provider: ProviderServer) -> None:
    """Saving under a folder's name writes no file of that name beside it; the picture is still to be had."""
    bot = bot_for(provider, "gpt-image-2")
    result = bot.generate("a fox")
    assert isinstance(result[0], ImageReference)

    for save in (lambda: bot.save(result, "album/"), lambda: result[0].save("album/")):
        with pytest.raises(SaveError, match="'album/' cannot be written: it is a folder; name a file in it"):
            save()

    assert [] == [*Path().iterdir()]
    assert provider.pictures.served == [path.read_bytes() for path in bot.save(result)]
