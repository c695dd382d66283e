"""What a batch tells: while it runs, when it ends before its time, and where warnings are errors."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.batch import BatchEvent, BatchOutcome, BatchResult
from llamabot_images.cloud import CloudFolder
from llamabot_images.errors import ImageBotWarning, SaveError

from .calls import bot_for, both_ways
from .pictures import SVG
from .providers import ProviderServer, Status
from .providers.fixture import provider
from .test_batch import draw

__all__ = ["provider"]

PROMPTS = [f"panda {number}" for number in range(12)]
both_resumes = pytest.mark.parametrize("resume", [True, False])
strictly = pytest.mark.filterwarnings("error::llamabot_images.errors.ImageBotWarning")


@both_ways
@both_resumes
def test_advice_of_an_interrupted_batch_is_true(provider: ProviderServer, is_async: bool, resume: bool) -> None:
    """The same call takes up the rest and says so; with resume=False it draws all anew, and is not advised."""
    bot = bot_for(provider, "gpt-image-2")
    options: dict[str, Any] = {"max_workers": 2, "progress": False, "resume": resume}

    def listen(event: BatchEvent) -> None:
        if event.done == 4:
            raise SystemExit("enough")

    with pytest.raises(SystemExit) as caught:
        draw(bot, is_async, PROMPTS, "out", on_event=listen, **options)
    sent = len(provider.posts)
    draw(bot, is_async, PROMPTS, "out", **options)

    (note,) = caught.value.__notes__
    assert resume == note.endswith("Run the same call again to take up the rest.")
    assert resume == ("the same call draws all of them anew" not in note)
    assert (12 if resume else sent + 12) == len(provider.posts)


@both_ways
@both_resumes
@pytest.mark.filterwarnings("ignore:the batch was stopped")
def test_advice_of_a_batch_that_met_an_outage_is_true(provider: ProviderServer, is_async: bool, resume: bool) -> None:
    """What a stopped batch advises sends what was not drawn and nothing else, with resume=False too."""
    provider.always(lambda request: None if request.json["prompt"] == "panda 0" else Status(400))
    bot, prompts = bot_for(provider, "gpt-image-2"), [f"panda {number}" for number in range(40)]
    options: dict[str, Any] = {"max_workers": 1, "progress": False, "resume": resume}
    result = draw(bot, is_async, prompts, "out", **options)
    provider.reset()

    said = str(result.stopped)
    again = result.retry_failed() if "call retry_failed() on the result" in said else bot.batch(prompts, "out")

    assert resume == ("run the same call again" in said)
    assert (40, 39) == (len(again.ok), len(provider.posts))


@both_ways
def test_what_is_done_is_told_while_prompts_are_waited_for(bot: ImageBot, is_async: bool) -> None:
    """While an async iterable of prompts waits, on_event hears of what is done; a plain one has the caller's thread."""
    told: list[str] = []
    heard: list[list[str]] = []
    is_done = asyncio.Event()

    def listen(event: BatchEvent) -> None:
        told.append(event.kind)
        if event.kind == "done":
            is_done.set()

    async def waiting() -> AsyncIterator[str]:
        yield "a"
        await asyncio.wait_for(is_done.wait(), 60)
        heard.append(list(told))
        yield "b"

    result = draw(bot, is_async, waiting() if is_async else ["a", "b"], "out", on_event=listen, max_workers=8)

    assert ([["start", "done"]] if is_async else []) == heard
    assert ["start", "done", "done", "end"] == told
    assert 2 == len(result.ok)


@strictly
@both_ways
def test_stopped_batch_gives_its_result_where_warnings_are_errors(provider: ProviderServer, is_async: bool) -> None:
    """A warning that a filter makes an error has the result of the batch that was stopped."""
    bot = bot_for(provider, "gpt-image-2", quality="medium")

    with pytest.raises(ImageBotWarning, match="the batch was stopped") as caught:
        draw(bot, is_async, PROMPTS, "out", max_cost=0.05, progress=False)

    assert isinstance(caught.value.result, BatchResult)
    assert 1 <= len(caught.value.result.ok) == len(provider.posts) < 12


@strictly
@both_ways
def test_listener_that_fails_ends_nothing_where_warnings_are_errors(bot: ImageBot, is_async: bool) -> None:
    """Every picture is drawn, and the error that a filter makes of the warning comes at the end, with the result."""

    def listen(event: BatchEvent) -> None:
        raise RuntimeError("the window is closed")

    with pytest.raises(ImageBotWarning, match="the window is closed") as caught:
        draw(bot, is_async, PROMPTS, "out", on_event=listen, progress=False)

    assert 12 == len(caught.value.result.ok) == len(list(Path("out").glob("*.png")))


@strictly
def test_store_that_fails_at_the_end_takes_no_result_away(bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where warnings are errors, the one of a journal that could not be put together has the result."""
    pytest.importorskip("fsspec")

    def fail(*args: Any) -> None:
        raise SaveError("the store is gone")

    monkeypatch.setattr(CloudFolder, "write_from", fail)
    with pytest.raises(ImageBotWarning, match="not up to date") as caught:
        bot.batch(PROMPTS, "memory://told/album", progress=False)

    assert 12 == len(caught.value.result.ok)


def test_view_shows_drawings_of_lines() -> None:
    """A picture that is an SVG is shown; one too large for a notebook is its name."""
    Path("small.svg").write_bytes(SVG)
    Path("large.svg").write_bytes(SVG.replace(b"</svg>", b"<!--" + b"x" * 200_000 + b"--></svg>"))
    outcomes = [
        BatchOutcome(place, "done", "a fox", files=(name,)) for place, name in enumerate(("small.svg", "large.svg"))
    ]

    shown = BatchResult(tuple(outcomes), Path())._repr_html_()

    assert 1 == shown.count('<img src="data:image/svg+xml;base64,')
    assert "large.svg" in shown
    assert len(shown) < 2_000


@both_ways
def test_bar_in_marimo(tmp_path: Path, is_async: bool) -> None:
    """In marimo a bar is shown without being asked for."""
    pytest.importorskip("marimo")
    from .test_marimo import shown

    verb = "await bot.abatch" if is_async else "bot.batch"
    (said,) = shown(tmp_path, [f'_kept = {verb}(["a fox"], "out")'])

    assert "1/1" in said
