"""A record stands beside its picture from the first moment, and never costs a picture."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageBotWarning, SaveError, read_provenance

from .providers import ProviderServer, picture
from .test_provenance import PNG, beside, result_of


@pytest.fixture
def recording() -> ImageBot:
    """Give a bot that draws offline and keeps records."""
    return ImageBot(model="offline/sketch", size="64x64", sidecar=True)


def test_default_saves_the_providers_bytes_and_no_more(provider: ProviderServer, tmp_path: Path) -> None:
    """Without asking, a marked picture is saved as it came, alone."""
    provider.pictures.c2pa = True
    bot = ImageBot(**provider.kwargs_for("recraft"))

    result = bot.generate("a llama")
    suffix = result[0].info.suffix
    paths = [*bot.save(result), *bot.save(result, f"mine{suffix}"), result[0].save("plain")]

    assert result[0].provenance.c2pa
    assert {result[0].to_bytes()} == {one.read_bytes() for one in paths}
    assert {f"a-llama{suffix}", f"mine{suffix}", f"plain{suffix}"} == {one.name for one in tmp_path.iterdir()}


def test_sidecars_stand_beside_pictures(recording: ImageBot, tmp_path: Path) -> None:
    """Each picture has its own, named after its file, whose name, index and fingerprint it holds."""
    result = recording.generate("a llama", n=2)

    named, chosen = recording.save(result), recording.save(result, "mine/llama.png")

    assert ["a-llama-2.png", "a-llama-2.png.json", "a-llama.png", "a-llama.png.json", "mine"] == sorted(
        os.listdir(tmp_path)
    )
    for paths in (named, chosen):
        assert [(one.name, number, sha256(one.read_bytes()).hexdigest()) for number, one in enumerate(paths)] == [
            (beside(one)["file_name"], beside(one)["index"], beside(one)["sha256"]) for one in paths
        ]


def test_sidecar_is_of_a_converted_picture(recording: ImageBot) -> None:
    """The record is of the file that was written, whatever the provider sent, with its suffix where one was added."""
    result = recording.generate("a llama")

    converted, added = recording.save(result, "llama.webp")[0], recording.save(result, "llama")[0]

    assert ("llama.webp", "image/webp") == (beside(converted)["file_name"], beside(converted)["mime"])
    assert ("llama.png", "image/png") == (beside(added)["file_name"], beside(added)["mime"])


def test_a_result_writes_sidecars_too(tmp_path: Path) -> None:
    """The same is had without a bot."""
    path = result_of(PNG).save(tmp_path / "out", sidecar=True)[0]

    assert ["a-llama.png", "a-llama.png.json"] == sorted(os.listdir(tmp_path / "out"))
    assert "gpt-image-2" == beside(path)["model"]


def test_sidecar_is_there_before_the_picture(recording: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the moment when a picture's name appears, its record is whole."""
    from llamabot_images import drafts

    seen: list[tuple[str, bool]] = []

    def watched(real: Any) -> Any:
        def act(self: Any, target: Path) -> None:
            seen.append((target.name, target.suffix == ".json" or beside(target)["file_name"] == target.name))
            real(self, target)

        return act

    for kind in (drafts._Nameless, drafts._Hidden):
        for act in ("claim", "supplant"):
            monkeypatch.setattr(kind, act, watched(getattr(kind, act)))
    result = recording.generate("a llama")

    recording.save(result)
    recording.save(result, "mine.png")

    assert ("a-llama.png", True) in seen
    assert ("mine.png", True) in seen
    assert all(is_recorded for _, is_recorded in seen)


def test_names_of_others_are_never_taken(recording: ImageBot, tmp_path: Path) -> None:
    """A name is passed over where there is a picture, or somebody's JSON."""
    (tmp_path / "a-llama.png").write_text("a picture")
    (tmp_path / "a-llama-2.png.json").write_text("notes")

    path = recording("a llama")

    assert isinstance(path, Path)
    assert "a-llama-3.png" == path.name == beside(path)["file_name"]
    assert ("a picture", "notes") == tuple(
        (tmp_path / name).read_text() for name in ("a-llama.png", "a-llama-2.png.json")
    )


def test_many_at_once_take_different_names(tmp_path: Path) -> None:
    """Threads that save the same prompt leave as many pictures as sidecars, each pair agreeing."""
    results = [result_of(picture("png", (16, 16), variant)) for variant in range(24)]

    with ThreadPoolExecutor(8) as pool:
        paths = [path for saved in pool.map(lambda one: one.save(tmp_path, sidecar=True), results) for path in saved]

    assert 24 == len(set(paths))
    assert 48 == len(os.listdir(tmp_path))
    assert all(beside(one)["sha256"] == sha256(one.read_bytes()).hexdigest() for one in paths)
    assert all(beside(one)["file_name"] == one.name for one in paths)


def no_space(*_: Any, **__: Any) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_picture_is_saved_without_its_record_if_need_be(recording: ImageBot, tmp_path: Path) -> None:
    """What was paid for comes first: where only the record cannot be written, there is a warning."""
    (tmp_path / "mine.png.json").mkdir()
    result = recording.generate("a llama")

    with pytest.warns(ImageBotWarning, match=r"'mine\.png' was saved without its sidecar.*it is a folder"):
        path = recording.save(result, "mine.png")[0]

    assert result[0].to_bytes() == path.read_bytes()


def test_a_record_that_cannot_be_written_costs_no_picture(
    recording: ImageBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a sidecar that the system refuses, the picture is saved under its name, with a warning."""
    from llamabot_images.provenance import sidecars

    monkeypatch.setattr(sidecars, "_claim", no_space)

    with pytest.warns(
        ImageBotWarning, match="'a-llama.png' was saved without its sidecar 'a-llama.png.json': No space"
    ):
        recording("a llama")

    assert ["a-llama.png"] == os.listdir(tmp_path)


def test_a_picture_that_cannot_be_written_leaves_no_record(
    recording: ImageBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error keeps the picture's bytes, and the earlier picture and its record are unchanged."""
    from llamabot_images.drafts import _Hidden, _Nameless

    first = recording.save(recording.generate("a llama"), "mine.png")[0]
    kept = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    second, third = recording.generate("a tree"), recording.generate("a house")

    def refusing(real: Any) -> Any:
        return lambda self, target: no_space() if target.suffix == ".png" else real(self, target)

    for kind in (_Nameless, _Hidden):
        for act in ("claim", "supplant"):
            monkeypatch.setattr(kind, act, refusing(getattr(kind, act)))

    with pytest.raises(SaveError) as caught:
        recording.save(second, first)
    with pytest.raises(SaveError):
        recording.save(third)

    assert second[0].to_bytes() == caught.value.data
    assert kept == {one.name: one.read_bytes() for one in tmp_path.iterdir()}


def test_a_folder_is_a_data_set(recording: ImageBot, tmp_path: Path) -> None:
    """Sidecars put together, a line each, are what an ImageFolder reads: name and text of each file."""
    for prompt in ("a llama", "a tree\nby the sea", "月"):
        recording(prompt)

    lines = [json.loads(one.read_text("utf-8")) for one in sorted(tmp_path.glob("*.json"))]

    assert {"a llama", "a tree\nby the sea", "月"} == {one["text"] for one in lines}
    assert all((tmp_path / one["file_name"]).is_file() for one in lines)
    assert all(["file_name", "text"] == list(one)[:2] for one in lines)


def test_half_characters_are_written(tmp_path: Path) -> None:
    """A prompt that UTF-8 cannot hold does not keep the picture from being saved."""
    path = result_of(PNG, prompt="a \ud83e llama").save(tmp_path, sidecar=True)[0]
    found = read_provenance(path)

    assert found is not None
    assert "a \ud83e llama" == found.prompt
