"""Many prompts in one call: an outcome for each, in order, whatever becomes of it."""

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ContentPolicyError, ImageBot, ImageResult, InvalidImageError
from llamabot_images.batch import BatchResult, places

from .calls import bot_for, both_ways
from .providers import BadPayload, Delay, EmptyData, ProviderServer, Refusal, Status
from .providers.fixture import provider

__all__ = ["provider"]


def draw(bot: ImageBot, is_async: bool, prompts: Any, *args: Any, **options: Any) -> BatchResult:
    """Draw a batch by the sync or by the async verb."""
    if is_async:
        return asyncio.run(bot.abatch(prompts, *args, **options))
    return bot.batch(prompts, *args, **options)


@both_ways
def test_one_outcome_per_prompt_in_order(bot: ImageBot, is_async: bool) -> None:
    """Every prompt has its outcome in its place, with the picture's path, cost and model."""
    prompts = [f"panda {number}" for number in range(20)]

    result = draw(bot, is_async, prompts, "out")

    assert prompts == [one.prompt for one in result]
    assert [Path(f"out/panda-{number}.png") for number in range(20)] == result.paths
    assert all(path.stat().st_size for path in result.paths)
    assert {(0.0, "offline/sketch", "done", None)} == {(one.cost, one.model, one.status, one.error) for one in result}
    assert 20 == len(result.ok) == len(result)
    assert () == result.failed == result.unknown


def test_folder_of_the_bot_is_the_default(tmp_path: Path) -> None:
    """Without a folder pictures go where the bot saves."""
    bot = ImageBot("offline/sketch", size="64x64", save_dir=tmp_path / "mine")

    result = bot.batch(["a panda"])

    assert [tmp_path / "mine" / "a-panda.png"] == result.paths


@both_ways
def test_prompt_with_settings_and_a_name_of_its_own(bot: ImageBot, is_async: bool) -> None:
    """A dict overrides settings for its prompt alone, and names its file or itself."""
    prompts = [
        {"prompt": "a", "size": "96x64", "file_name": "sub/one.jpg"},
        {"prompt": "b", "id": "two", "n": 2},
        {"prompt": "c", "file_name": "three"},
        "d",
    ]

    result = draw(bot, is_async, prompts, "out")

    assert ["out/sub/one.jpg", "out/b.png", "out/b-2.png", "out/three.png", "out/d.png"] == list(map(str, result.paths))
    rows = {row["file_name"]: row for row in read_rows(Path("out"))}
    assert ("image/jpeg", 96, 64) == tuple(rows["sub/one.jpg"][key] for key in ("mime", "width", "height"))
    assert ["two", "two"] == [rows[name]["item"] for name in ("b.png", "b-2.png")]
    assert ("image/png", 64, 64) == tuple(rows["d.png"][key] for key in ("mime", "width", "height"))


def read_rows(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a folder's data set."""
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]


def test_row_says_what_made_the_picture(provider: ProviderServer) -> None:
    """A row begins with what a data set needs, and holds the facts of request, answer and file, and no key."""
    bot = bot_for(provider, "gpt-image-2", style="vivid")

    with pytest.warns(match="style"):
        result = bot.batch(["a red panda"], "out")

    (row,) = read_rows(Path("out"))
    assert ["file_name", "text", "schema_version"] == list(row)[:3]
    assert ("a-red-panda.png", "a red panda") == (row["file_name"], row["text"])
    assert Path("out/a-red-panda.png").stat().st_size == row["bytes"]
    assert result[0].cost == row["cost"] is not None
    assert "style='vivid' left out" in row["adjustments"]
    everything = "".join(path.read_text() for path in [Path("out/metadata.jsonl"), *Path("out").glob(".*/*.jsonl")])
    assert bot.api_key
    assert bot.api_key not in everything


@both_ways
def test_same_prompt_twice_is_two_pictures(bot: ImageBot, is_async: bool) -> None:
    """Nothing is overwritten, and nothing that was asked for twice is drawn once."""
    result = draw(bot, is_async, ["a panda"] * 5, "out")

    assert 5 == len(set(result.paths)) == len(list(Path("out").glob("*.png")))


@both_ways
def test_one_failure_costs_one_picture(provider: ProviderServer, is_async: bool) -> None:
    """Each way to fail is told at its prompt, as failed where nothing is charged and else as unknown."""
    ways = {"refused": Refusal(), "rejected": Status(400), "broken": Status(500), "empty": EmptyData()}
    provider.always(
        lambda request: ways.get(request.json["prompt"]) or (BadPayload() if "bad" in request.json["prompt"] else None)
    )
    prompts = ["good", *ways, "bad", "", "also good"]

    result = draw(bot_for(provider, "gpt-image-2"), is_async, prompts, "out")

    statuses = [(one.prompt, one.status) for one in result]
    assert [
        ("good", "done"), ("refused", "failed"), ("rejected", "failed"), ("broken", "unknown"),
        ("empty", "unknown"), ("bad", "unknown"), ("", "failed"), ("also good", "done"),
    ] == statuses  # fmt: skip
    assert isinstance(result[1].error, ContentPolicyError)
    assert isinstance(result[5].error, InvalidImageError)
    assert 7 == len(provider.posts)
    assert 2 == len(read_rows(Path("out")))
    assert result.stopped is None


def test_prompts_are_read_as_they_are_needed(bot: ImageBot) -> None:
    """A million prompts are not read before the first is drawn: only a few are ahead of the pictures."""
    ahead = []
    done = itertools.count()
    seen = 0

    def prompts() -> Iterator[str]:
        for number in range(60):
            ahead.append(number - seen)
            yield f"panda {number}"

    def count(event: Any) -> None:
        nonlocal seen
        if event.outcome:
            seen = next(done) + 1

    bot.batch(prompts(), "out", max_workers=4, on_event=count)

    assert max(ahead) <= 9


def test_async_prompts_are_read_too(bot: ImageBot) -> None:
    """abatch takes an async generator."""

    async def prompts() -> Any:
        for number in range(3):
            yield f"panda {number}"

    result = asyncio.run(bot.abatch(prompts(), "out"))

    assert ["panda 0", "panda 1", "panda 2"] == [one.prompt for one in result]


@both_ways
def test_as_many_at_once_as_workers(provider: ProviderServer, is_async: bool) -> None:
    """Requests go side by side, and never more of them than max_workers."""
    provider.always(Delay(0.3))

    draw(bot_for(provider, "gpt-image-2"), is_async, [f"panda {n}" for n in range(18)], "out", max_workers=6)

    assert 6 == provider.in_flight_peak


def test_as_many_are_saved_at_once_as_there_are_processors(bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight workers write to a disk in turns, so that the first ones can go on."""
    save, at_once, peak = places.save, 0, 0

    def counted(*args: Any) -> Any:
        nonlocal at_once, peak
        at_once += 1
        peak = max(peak, at_once)
        time.sleep(0.01)
        saved = save(*args)
        at_once -= 1
        return saved

    monkeypatch.setattr("os.cpu_count", lambda: 2)
    monkeypatch.setattr(places, "save", counted)
    bot.batch([f"panda {number}" for number in range(24)], "out", max_workers=8)

    assert 2 == peak


def test_sync_verb_works_inside_a_running_loop(bot: ImageBot) -> None:
    """A notebook cell, which runs in a loop, may call batch."""

    async def cell() -> BatchResult:
        return bot.batch(["a panda"], "out")

    assert 1 == len(asyncio.run(cell()).ok)


def overriding(verb: str) -> ImageBot:
    """Return a bot whose class overrides one thing."""

    class Mine(ImageBot):
        pass

    def build_request(self: ImageBot, prompt: str, **overrides: Any) -> Any:
        return ImageBot.build_request(self, f"{prompt} in blue", **overrides)

    def generate(self: ImageBot, prompt: str, **overrides: Any) -> ImageResult:
        return ImageBot.generate(self, f"{prompt} in blue", **overrides)

    async def agenerate(self: ImageBot, prompt: str, **overrides: Any) -> ImageResult:
        return await ImageBot.agenerate(self, f"{prompt} in blue", **overrides)

    def filename_for(self: ImageBot, prompt: str) -> str:
        return f"my-{prompt}"

    methods: dict[str, Callable[..., Any]] = {
        "build_request": build_request, "generate": generate, "agenerate": agenerate, "filename_for": filename_for,
    }  # fmt: skip
    setattr(Mine, verb, methods[verb])
    return Mine("offline/sketch", size="64x64")


@pytest.mark.parametrize("verb", ["build_request", "generate"])
def test_overrides_of_a_subclass_are_honoured(verb: str) -> None:
    """What a subclass makes of a prompt is what is drawn."""
    overriding(verb).batch(["panda"], "out")

    assert ["panda in blue"] == [row["text"] for row in read_rows(Path("out"))]


@pytest.mark.parametrize("verb", ["build_request", "agenerate"])
def test_overrides_of_a_subclass_are_honoured_by_the_async_verb(verb: str) -> None:
    """What a subclass makes of a prompt is what is drawn."""
    asyncio.run(overriding(verb).abatch(["panda"], "out"))

    assert ["panda in blue"] == [row["text"] for row in read_rows(Path("out"))]


@both_ways
def test_subclass_names_the_files(is_async: bool) -> None:
    """filename_for of a subclass names every file."""
    result = draw(overriding("filename_for"), is_async, ["a", "b"], "out")

    assert [Path("out/my-a.png"), Path("out/my-b.png")] == result.paths


def test_error_of_the_prompts_themselves_loses_nothing(bot: ImageBot) -> None:
    """When reading the prompts fails, what is under way is finished, and the next run goes on from there."""

    def prompts() -> Iterator[str]:
        yield from ("a", "b")
        raise OSError("the table ends here")

    with pytest.raises(OSError, match="the table ends here"):
        bot.batch(prompts(), "out")

    result = bot.batch(["a", "b", "c"], "out")
    assert [True, True, False] == [one.resumed for one in result]


def test_no_threads_are_left(bot: ImageBot) -> None:
    """When a batch has ended, so have its workers."""
    bot.batch(["warm"], "out")
    before = set(threading.enumerate())

    for number in range(3):
        bot.batch([f"{number}"], "out", max_workers=5)

    for thread in set(threading.enumerate()) - before:
        thread.join(5)
    assert threading.active_count() <= len(before)
