"""The sync and the async verbs agree: same settings, same requests, same results, same errors."""

import asyncio
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageResult
from llamabot_images.events import DoneEvent, PictureEvent

from .calls import bot_for
from .editing import PNG, alive
from .providers import NoPicture, ProviderServer, Refusal, Status

__all__ = ["alive"]

#: Verbs that wait, and their twins.
TWINS = {
    "__call__": "acall",
    "generate": "agenerate",
    "edit": "aedit",
    "stream": "astream",
    "batch": "abatch",
    "again": "aagain",
    "submit": "asubmit",
}
#: Provider and settings: every way to a picture.
WAYS = {
    "images": ("gpt-image-2", {"quality": "low"}),
    "images with n calls": ("gemini", {"n": 2, "size": "16:9"}),
    "chat": ("gemini", {"route": "chat", "size": "3:2"}),
    "chat of another": ("openrouter", {"route": "chat"}),
    "compatible chat": ("compatible", {"route": "chat"}),
}
#: A verb, called in either way.
CASES: dict[str, Callable[[ImageBot, bool], Any]] = {
    "generate": lambda bot, is_async: run(bot, is_async, "generate", "a red panda"),
    "call": lambda bot, is_async: run(bot, is_async, "__call__", "a red panda"),
    "call for a link": lambda bot, is_async: run(bot, is_async, "__call__", "a red panda", return_url=True),
    "edit": lambda bot, is_async: run(bot, is_async, "edit", "make it night", PNG),
    "stream": lambda bot, is_async: run(bot, is_async, "stream", "a red panda"),
}
FAILURES = [Status(400), Status(500), Status(429), NoPicture("No."), Refusal()]


def run(bot: ImageBot, is_async: bool, verb: str, *args: Any, **keywords: Any) -> Any:
    """Call a verb or its twin; of a stream return all events."""
    found = getattr(bot, TWINS[verb] if is_async else verb)(*args, **keywords)
    if not is_async:
        return list(found) if verb == "stream" else found

    async def collect() -> Any:
        return [event async for event in found] if verb == "stream" else await found

    return asyncio.run(collect())


def told(thing: Any) -> Any:
    """Return what can be compared of what a verb returns: no times, ids or places."""
    if isinstance(thing, ImageResult):
        about = (thing.prompt, thing.model, thing.cost, thing.usage, thing.text, thing.adjustments, thing.sent)
        return about, thing.problems, thing.requests_sent, len(thing.history), [one.to_bytes() for one in thing]
    if isinstance(thing, list):
        return [told(one) for one in thing]
    if isinstance(thing, Path):
        return thing.read_bytes()
    if isinstance(thing, DoneEvent):
        return told(thing.result)
    return type(thing), thing.image.to_bytes() if isinstance(thing, PictureEvent) else str(thing)


@pytest.mark.parametrize("verb", TWINS)
def test_twins_take_the_same(verb: str) -> None:
    """A verb and its twin have the same parameters, kinds and defaults."""
    mine = inspect.signature(getattr(ImageBot, verb)).parameters
    twins = inspect.signature(getattr(ImageBot, TWINS[verb])).parameters

    assert [(one.name, one.kind, one.default) for one in mine.values()] == [
        (one.name, one.kind, one.default) for one in twins.values()
    ]


def test_every_async_verb_is_a_twin() -> None:
    """No verb exists in one of the two forms only."""
    names = {name for name in vars(ImageBot) if not name.startswith("_")}
    asynchronous = {name for name in names if name.startswith("a") and name[1:] in names} | {"acall"}

    assert set(TWINS.values()) == asynchronous


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", WAYS)
def test_twins_do_the_same(alive: ProviderServer, way: str, case: str) -> None:
    """Both verbs send the same requests and bring the same, by every way to a picture."""
    name, settings = WAYS[way]
    bot, seen = bot_for(alive, name, allow_private_hosts=["127.0.0.1"], **settings), []

    for is_async in (False, True):
        came = told(CASES[case](bot, is_async))
        seen.append((came, sorted((post.path, post.query, str(post.json or post.form)) for post in alive.posts)))
        alive.reset()

    (mine, my_posts), (twins, twins_posts) = seen
    assert my_posts == twins_posts
    assert mine == twins


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: repr(one)[:20])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", ["generate", "stream"])
def test_twins_fail_the_same(alive: ProviderServer, way: str, case: str, failure: Any) -> None:
    """Both verbs raise the same error, after the same number of requests."""
    name, settings = WAYS[way]
    bot, seen = bot_for(alive, name, **settings), []

    for is_async in (False, True):
        alive.always(failure)
        with pytest.raises(Exception) as caught:  # noqa: PT011
            CASES[case](bot, is_async)
        error = caught.value
        charged = getattr(error, "maybe_charged", None)
        seen.append((type(error), charged, getattr(error, "__notes__", None), len(alive.posts)))
        alive.reset()

    assert seen[0] == seen[1]


@pytest.mark.parametrize("case", CASES)
def test_the_offline_twins_do_the_same(bot: ImageBot, case: str) -> None:
    """The offline model draws, says and changes the same for both verbs."""
    assert told(CASES[case](bot, False)) == told(CASES[case](bot, True))


def test_the_twins_draw_again_the_same() -> None:
    """What a saved picture's record says is asked anew in the same way by both verbs."""
    bot = ImageBot("offline/sketch", size="64x64", sidecar=True)
    (path,) = bot.save(bot.generate("a red panda", seed=3))

    assert told(run(bot, False, "again", path)) == told(run(bot, True, "again", path))


def test_the_twins_make_the_same_batch(tmp_path: Path) -> None:
    """The same prompts give the same files by both verbs."""
    bot = ImageBot("offline/sketch", size="64x64")

    for is_async in (False, True):
        run(bot, is_async, "batch", ["a cat", "a dog"], tmp_path / str(is_async))

    files = [{one.name: one.read_bytes() for one in (tmp_path / name).glob("*.png")} for name in ("False", "True")]
    assert 2 == len(files[0])
    assert files[0] == files[1]
