"""Names of their own, and those of a subclass: no picture takes another one's place, and none is lost by its name."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.batch import BatchResult
from llamabot_images.batch.making import Order, keep

from .calls import bot_for, both_ways
from .providers import ProviderServer
from .providers.fixture import provider
from .test_batch import draw, read_rows

__all__ = ["provider"]

OUT = Path("out")
SAME = {
    "prompt": ["cover", {"prompt": "y", "file_name": "cover.png"}],
    "ending": [{"prompt": "x", "file_name": "cover"}, {"prompt": "y", "file_name": "cover.png"}],
    "number": [{"prompt": "x", "file_name": "a.png", "n": 2}, {"prompt": "y", "file_name": "a-2.png"}],
    "kind": [{"prompt": "x", "file_name": "a.jpeg"}, {"prompt": "y", "file_name": "b/a.jpeg"}, "a"],
}


def statuses(result: BatchResult) -> list[str]:
    """Return what became of every prompt."""
    return [one.status for one in result]


@both_ways
@pytest.mark.parametrize("name", SAME)
def test_no_picture_takes_the_place_of_another_prompts(provider: ProviderServer, name: str, is_async: bool) -> None:
    """Prompts whose pictures would have one name keep them all, under names of their own, and nothing is paid again."""
    workers = 8 if is_async else 1
    first = draw(bot_for(provider, "gpt-image-2"), is_async, SAME[name], OUT, max_workers=workers)
    sent = len(provider.posts)
    second = draw(bot_for(provider, "gpt-image-2"), is_async, SAME[name], OUT, max_workers=workers)

    names = sorted(path.relative_to(OUT).as_posix() for path in first.paths)
    assert len(first.paths) == len(set(names))
    assert all(path.stat().st_size for path in first.paths)
    assert names == sorted(row["file_name"] for row in read_rows(OUT))
    assert first.paths == second.paths
    assert len(SAME[name]) == sent == len(provider.posts)


@pytest.mark.parametrize("n", [1, 2])
def test_pictures_of_one_name_are_replaced_wherever_they_are(bot: ImageBot, n: int) -> None:
    """A picture that had to be named otherwise is replaced in its place, and the other prompt's is left alone."""
    bot.batch(["cover", {"prompt": "y", "file_name": "cover.png"}], OUT, max_workers=1)
    kept = (OUT / "cover.png").read_bytes()

    result = bot.batch([{"prompt": "z", "file_name": "cover.png", "n": n}], OUT)

    names = ["cover-2.png", "cover-2-2.png"][:n]
    assert names == [path.name for path in result.paths]
    assert kept == (OUT / "cover.png").read_bytes()
    assert {"cover.png", *names} == {row["file_name"] for row in read_rows(OUT)}
    assert f"file_name is 'cover.png', which is another picture's or cannot be: it is {names[0]!r}" in repr(result[0])


def test_without_resume_names_of_their_own_are_beside_too(bot: ImageBot) -> None:
    """resume=False overwrites no picture with a name of its own either."""
    prompts = [{"prompt": "a", "file_name": "x.png"}]
    first = bot.batch(prompts, OUT)

    second = bot.batch(prompts, OUT, resume=False)

    assert ["x.png", "x-2.png"] == [path.name for path in (*first.paths, *second.paths)]
    assert 2 == len(read_rows(OUT))


@pytest.mark.parametrize("folder", ["out", "memory://named"])
def test_files_of_the_data_set_are_no_pictures(provider: ProviderServer, folder: str) -> None:
    """No picture takes the place of the data set itself, or gets an ending that is no picture's: it is not drawn."""
    if "://" in folder:
        pytest.importorskip("fsspec")
    names = ["metadata.jsonl", "METADATA.JSONL", "sub/metadata.jsonl", "x.pdf"]
    prompts = ["x", *({"prompt": "y", "file_name": name} for name in names)]
    for _ in range(2):
        result = bot_for(provider, "gpt-image-2").batch(prompts, folder)

    assert ["done"] + ["failed"] * 4 == statuses(result)
    assert "'.jsonl' is no picture's ending; add one, such as '.png'" in str(result[1].error)
    assert result[0].resumed
    assert 1 == len(provider.posts)


NAMES = {"long": "b" * 300 + ".png", "no room": "b" * 250, "folder": "sub.png", "in a file": "file.png/x.png"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_bad_name_fails_its_prompt_alone(provider: ProviderServer, name: str) -> None:
    """A name that is too long, a folder's, or in a file costs nothing, and the other prompts are drawn."""
    (OUT / "sub.png").mkdir(parents=True)
    (OUT / "file.png").touch()
    prompts = ["g1", {"prompt": "x", "file_name": name}, "g2", "g3"]

    result = bot_for(provider, "gpt-image-2").batch(prompts, OUT, max_workers=1)

    assert ["done", "failed", "done", "done"] == statuses(result)
    assert isinstance(result[1].error, ValueError)
    assert 3 == len(provider.posts)


def test_job_may_bring_back_no_name_that_leaves_the_folder(bot: ImageBot) -> None:
    """Whatever name comes back with a job's picture, it is saved in the folder, and the data set is left alone."""
    OUT.mkdir()
    for name in ("../up.png", "metadata.jsonl", "b" * 300 + ".png"):
        made = keep(bot, bot.generate("a"), Order("a", {}, OUT, "key", "request", file_name=name))

        assert ["a"] == [row["file_name"][:1] for row in made.rows]
    assert ["a-2.png", "a-3.png", "a.png"] == sorted(path.name for path in Path().rglob("*.*"))


class Named(ImageBot):
    """Names pictures as its tests want, ``wrong_later`` from the second question for a prompt on."""

    right: Any = None
    wrong_later: Any = None
    asked: frozenset[str] = frozenset()

    def filename_for(self, prompt: str) -> str:
        is_later, self.asked = prompt in self.asked, self.asked | {prompt}
        wanted = self.wrong_later if is_later and self.wrong_later is not None else self.right
        if isinstance(wanted, BaseException):
            raise wanted
        return super().filename_for(prompt) if wanted is None else str(wanted)


WRONG = {"folder": "sub/a", "up": "..", "empty": "", "nul": "a\0b", "long": "é" * 116, "raises": RuntimeError("boom")}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_wrong_name_of_a_subclass_is_told_before_anything_is_sent(provider: ProviderServer, wrong: Any) -> None:
    """What filename_for returns that no file can have, or raises, costs nothing and stops nothing."""
    bot = Named(**provider.kwargs_for("gpt-image-2"))
    bot.right = wrong

    result = bot.batch([f"p{n}" for n in range(12)], OUT)

    assert ["failed"] * 12 == statuses(result)
    assert "filename_for" in str(result[0].error)
    assert "nothing was sent" in str(result[0].error)
    assert [] == provider.posts


@both_ways
@pytest.mark.parametrize("wrong", [WRONG["folder"], WRONG["raises"]], ids=["folder", "raises"])
def test_paid_picture_outlasts_what_a_subclass_does_with_its_name(
    provider: ProviderServer, wrong: Any, is_async: bool
) -> None:
    """A filename_for that goes wrong once the picture is there loses none: it has the library's name."""
    bot = Named(**provider.kwargs_for("gpt-image-2"))
    bot.wrong_later = wrong

    result = draw(bot, is_async, ["a cat"], OUT)

    assert ["a-cat.png"] == [path.name for path in result.paths]
    assert "it is not named as filename_for says" in result[0].problems


@pytest.mark.parametrize("verb", ["batch", "abatch"])
def test_picture_outlasts_an_exit_of_a_subclass(provider: ProviderServer, verb: str) -> None:
    """When filename_for ends the program, the picture that was paid for is saved before, and the next run finds it."""
    bot = Named(**provider.kwargs_for("gpt-image-2"))
    bot.wrong_later = SystemExit("enough")
    with pytest.raises(SystemExit):
        bot.batch(["a cat"], OUT) if verb == "batch" else asyncio.run(bot.abatch(["a cat"], OUT))
    bot.wrong_later = None
    bot.right = "anything-else"

    result = bot.batch(["a cat"], OUT)

    assert ["a-cat.png"] == [path.name for path in result.paths] == [one for one in os.listdir(OUT) if "png" in one]
    assert 1 == len(provider.posts)
