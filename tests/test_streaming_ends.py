"""Streams that end before their time: by the provider, by the network, by the caller."""

import asyncio
import gc
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.events import ImageEvent, PartialImageEvent, StartedEvent, TextEvent

from .calls import bot_for, both_ways
from .editing import alive
from .providers import BreakOff, ProviderServer, Stall
from .watching import STREAMS, result_of, watched

__all__ = ["alive"]

#: Seconds after which something that should happen at once counts as not happening.
PATIENCE = 60.0


async def watching(bot: ImageBot, is_silent: Callable[[list[ImageEvent]], object]) -> "asyncio.Task[None]":
    """Begin to watch a picture and wait until its stream is silent; the task goes on with it.

    :param is_silent: Whether nothing more will come, told by the events that have.
    """
    seen: list[ImageEvent] = []

    async def look_on() -> None:
        async for event in bot.astream("a red panda"):
            seen.append(event)

    task = asyncio.create_task(look_on())
    async with asyncio.timeout(PATIENCE):
        while not is_silent(seen):
            await asyncio.sleep(0.01)
    return task


async def give_up(task: "asyncio.Task[None]") -> None:
    """Cancel a task that had not ended."""
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@both_ways
@pytest.mark.parametrize("name", ["gemini", "gpt-image-2"])
def test_a_connection_that_breaks_may_be_charged(alive: ProviderServer, name: str, is_async: bool) -> None:
    """A stream that breaks midway is an error which may be charged, is sent once, and keeps what had come."""
    alive.always(BreakOff(first=2))

    with pytest.raises(Exception) as caught:  # noqa: PT011
        watched(bot_for(alive, name), is_async)

    error: Any = caught.value
    assert error.maybe_charged is True
    assert 1 == len(alive.posts)
    kept = (len(error.partials), error.text)
    assert (0, "Here is your picture.") == kept if name == "gemini" else (2, "") == kept


@pytest.mark.parametrize("name", ["gemini", "gpt-image-2"])
def test_a_stream_that_ends_too_early_is_an_error(alive: ProviderServer, name: str) -> None:
    """A stream that ends in good order before the picture has come is an error that may be charged."""
    alive.always(BreakOff(first=2, clean=True))

    with pytest.raises(Exception) as caught:  # noqa: PT011
        watched(bot_for(alive, name))

    assert caught.value.maybe_charged is True
    assert 1 == len(alive.posts)


def test_a_picture_that_had_come_is_kept(alive: ProviderServer) -> None:
    """When the connection breaks after the picture there is a result, which says so and makes up no price."""
    alive.script(BreakOff(first=3))

    result = result_of(watched(bot_for(alive, "gemini")))

    assert alive.pictures.served == [one.to_bytes() for one in result]
    assert result.cost is None
    assert "the connection broke after the picture" in " ".join(result.problems)


@pytest.mark.parametrize("name", ["gemini", "gpt-image-2", "azure/gpt-image-2"])
def test_closing_early_closes_the_connection(alive: ProviderServer, name: str) -> None:
    """A caller who has seen enough ends the connection; the server notices, and no second request is sent."""
    alive.script(stall := Stall(first=2))

    events = bot_for(alive, name).stream("a red panda")
    seen = [type(next(events)), type(next(events))]
    events.close()

    assert stall.noticed.wait(PATIENCE)
    assert [StartedEvent, TextEvent if name == "gemini" else PartialImageEvent] == seen
    assert 1 == len(alive.posts)


@pytest.mark.parametrize("first", [-1, 2], ids=["unanswered", "midway"])
@pytest.mark.parametrize("name", STREAMS)
def test_closing_early_closes_the_connection_async(alive: ProviderServer, name: str, first: int) -> None:
    """A task that is cancelled while it waits, for the next piece or for any answer at all, ends the connection."""
    alive.script(stall := Stall(first))
    bot = bot_for(alive, name)

    async def impatient() -> None:
        tells = first > 0 and name != "openrouter"
        task = await watching(bot, lambda seen: seen[1:] if tells else alive.posts)
        await asyncio.sleep(0.2)  # in which pieces arrive of which nothing is told
        await give_up(task)
        assert await asyncio.to_thread(stall.noticed.wait, PATIENCE)

    asyncio.run(impatient())

    assert 1 == len(alive.posts)


def test_a_stream_that_nobody_holds_is_closed(alive: ProviderServer) -> None:
    """Leaving a loop by ``break`` ends the connection, without a call to ``close``."""
    alive.script(stall := Stall(first=2))
    bot = bot_for(alive, "gpt-image-2")

    for event in bot.stream("a red panda"):
        if isinstance(event, PartialImageEvent):
            break
    gc.collect()

    assert stall.noticed.wait(PATIENCE)


def test_what_was_given_up_may_have_been_paid(alive: ProviderServer) -> None:
    """A budget counts a picture that was given up midway as paid for, and no price is made up for it."""
    alive.script(Stall(first=2))
    bot = bot_for(alive, "gpt-image-2", max_cost=0.05, quality="medium")

    events = bot.stream("a red panda")
    next(events), next(events)
    events.close()

    assert 0 == bot.cost
    assert bot._sender.spending._assumed > 0


def test_the_event_loop_goes_on(alive: ProviderServer) -> None:
    """While a stream is silent, other tasks run."""
    alive.script(Stall(first=1))
    bot = bot_for(alive, "gemini")

    async def go_on() -> None:
        task = await watching(bot, lambda seen: seen[1:])
        for _ in range(20):
            await asyncio.sleep(0.01)
        assert not task.done()
        await give_up(task)

    asyncio.run(go_on())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what Linux lists")
@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_leaves_nothing_behind(alive: ProviderServer, name: str) -> None:
    """However many pictures are watched, no socket stays open for them."""
    bot = bot_for(alive, name)
    watched(bot)
    before = len(os.listdir("/proc/self/fd"))

    for _ in range(12):
        watched(bot)
    gc.collect()

    ends = time.monotonic() + PATIENCE
    while len(os.listdir("/proc/self/fd")) >= before + 6 and time.monotonic() < ends:
        time.sleep(0.05)  # the server, too, has its ends of them
    assert len(os.listdir("/proc/self/fd")) < before + 6
