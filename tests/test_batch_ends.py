"""A batch that ends before its time: by what a caller's own code raises, or because there is nothing to read."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot

from .pictures import ROOT
from .test_batch import draw
from .test_batch_resume import kill_before
from .test_cli import run

PROMPTS = [f"panda {number}" for number in range(12)]
#: A bot whose caller ends the program in every way there is; in a process of its own, since it might never end.
ENDING = """
import asyncio, sys
from llamabot_images import ImageBot
def end(where, prompt):
    if (where, prompt) == (place, "panda 3"):
        raise kind("enough")
class Mine(ImageBot):
    def build_request(self, prompt, **overrides):
        end("build_request", prompt)
        return super().build_request(prompt, **overrides)
    def filename_for(self, prompt):
        end("filename_for", prompt)
        return super().filename_for(prompt)
def listen(event):
    end("on_event", event.outcome and event.outcome.prompt)
    end("end", "panda 3" if event.kind == "end" else "")
bot, options = Mine("offline/sketch", size="64x64"), {"max_workers": 2, "progress": False, "on_event": listen}
prompts = [f"panda {number}" for number in range(12)]
for kind in (SystemExit, KeyboardInterrupt):
    for place in ("build_request", "filename_for", "on_event", "end"):
        folder = f"{kind.__name__} {place}"
        try:
            if sys.argv[1] == "abatch":
                asyncio.run(bot.abatch(prompts, folder, **options))
            else:
                bot.batch(prompts, folder, **options)
        except BaseException as error:
            print(folder, repr(error), *getattr(error, "__notes__", []), sep=":")
"""


@pytest.mark.parametrize("verb", ["batch", "abatch"])
def test_exit_from_own_code_ends_the_batch(bot: ImageBot, verb: str) -> None:
    """An exit that a caller's code asks for reaches the caller, says how far it is, and the next run goes on."""
    command, environment = [sys.executable, "-c", ENDING, verb], {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)

    said = [line.split(":") for line in ended.stdout.splitlines()]

    assert (8, "") == (len(said), ended.stderr)
    for folder, error, *notes in said:
        kind, place = folder.split()
        made = len(list(Path(folder).glob("*.png")))
        assert f"{kind}('enough')" == error
        told = f" {made} of 12. Run the same call again to take up the rest."
        assert ([] if place == "end" else ["Prompts with a picture", told]) == notes
        again = bot.batch(PROMPTS, folder, progress=False)
        assert (made, 12) == (sum(one.resumed for one in again.ok), len(again.ok))


@pytest.mark.parametrize(("is_async", "is_stream"), [(False, False), (True, False), (True, True)])
def test_prompts_that_cannot_be_read_leave_no_folder(bot: ImageBot, is_async: bool, is_stream: bool) -> None:
    """When not even the first prompt can be read, nothing is made."""

    def prompts() -> Iterator[str]:
        yield from Path("missing.txt").read_text().splitlines()

    async def stream() -> AsyncIterator[str]:
        for one in prompts():
            yield one

    with pytest.raises(FileNotFoundError):
        draw(bot, is_async, stream() if is_stream else prompts(), "out")

    assert [] == list(Path().iterdir())


@pytest.mark.parametrize("model", ["openai/gpt-image-2", "gemini/gemini-3.1-flash-image"])
def test_missing_key_is_told_once(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command says once which key is missing, and its exit code is that of a missing key."""
    for variable in ("OPENAI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    Path("prompts.txt").write_text("\n".join(PROMPTS))

    found = run("batch", "prompts.txt", "-m", model, "-o", "out")

    assert (3, "", 1) == (found.returncode, found.stdout, found.stderr.count("no key for"))


def test_command_leaves_nothing_for_a_file_that_is_not_there() -> None:
    """A wrong file name makes no folder."""
    found = run("batch", "missing.txt", "-m", "offline/sketch", "-o", "out")

    assert (2, []) == (found.returncode, list(Path().iterdir()))


def test_file_is_named_after_what_was_drawn(bot: ImageBot) -> None:
    """filename_for is given the prompt that build_request made, as in a call, also when a killed run is taken up."""

    class Poster(ImageBot):
        def build_request(self, prompt: str, **overrides: Any) -> Any:
            return super().build_request(f"poster of {prompt}", **overrides)

    poster = Poster("offline/sketch", size="64x64")
    (first,) = poster.batch(["a panda"], "out", progress=False).paths
    kill_before("done")
    Path("out/metadata.jsonl").unlink()

    again = poster.batch(["a panda"], "out", progress=False)

    assert "poster-of-a-panda.png" == Path(str(poster("a panda"))).name == first.name
    assert ([first], True) == (again.paths, again[0].resumed)
