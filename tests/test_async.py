"""Async verbs are async: all calls are in flight together, the event loop goes on, nothing is left behind."""

import asyncio
import gc
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llamabot_images import ImageBot, ImageResult

from .calls import bot_for, together
from .providers import Delay, ProviderServer, Recorded
from .test_every_provider import ROUTES
from .ticking import ticking

MODELS = [*ROUTES, "fal_ai"]
CALLS = 32
#: Seconds after which something that should happen at once counts as not happening.
PATIENCE = 60.0
#: Turns that nobody has to wait for a loop which nothing stops; on a busy machine it is a dozen at most.
LONG = 50


@pytest.fixture
def alive(provider: ProviderServer) -> ProviderServer:
    """Give the providers as they were when DALL-E lived, with small pictures."""
    provider.retired.clear()
    provider.pictures.size = (64, 64)
    return provider


@pytest.mark.parametrize("model", MODELS)
async def test_all_calls_are_in_flight_together(alive: ProviderServer, model: str) -> None:
    """Thirty-two calls at once are thirty-two requests at once, whatever LiteLLM does for that provider."""
    bot = bot_for(alive, model, size=None)
    await bot.agenerate("load what is loaded late")
    alive.reset()
    alive.always(together(alive, CALLS))

    results = await asyncio.gather(*(bot.agenerate(f"red panda {number}") for number in range(CALLS)))

    assert CALLS == len(results) == len(alive.posts)
    assert CALLS == alive.in_flight_peak


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini", "azure/gpt-image-2", "bedrock"])
async def test_event_loop_goes_on(alive: ProviderServer, model: str) -> None:
    """While sixteen calls wait for their provider, the loop gets its turns; most of them on time."""
    bot = bot_for(alive, model, size=None)
    await bot.agenerate("load what is loaded late")

    async with ticking() as ticker:

        def hold(request: Recorded) -> None:
            if not ticker.often.wait(PATIENCE):
                alive.always(None)

        alive.always(hold)
        await asyncio.gather(*(bot.agenerate(f"red panda {number}") for number in range(16)))

    assert ticker.often.is_set()
    assert sum(waited < 10 for waited in ticker.waits) >= 0.7 * len(ticker.waits)
    assert max(ticker.waits) < LONG


async def test_big_pictures_do_not_stop_the_loop(provider: ProviderServer) -> None:
    """Decoding and checking four pictures of several megabytes leaves the loop its turns."""
    provider.pictures.size = (3000, 3000)
    provider.pictures.weight = 4_000_000
    bot = bot_for(provider, "gpt-image-2", n=2)
    await bot.agenerate("load what is loaded late")

    async with ticking() as ticker:
        await asyncio.gather(*(bot.agenerate("a red panda") for _ in range(2)))

    assert max(ticker.waits) < LONG


#: Draws for the first time, and prints how long the loop let somebody wait.
FIRST = """
import asyncio, json, sys
from llamabot_images import ImageBot
from tests.ticking import ticking

async def first():
    async with ticking() as ticker:
        await ImageBot(**json.loads(sys.argv[1])).acall("a red panda")
    return max(ticker.waits)

assert "litellm" not in sys.modules
print(asyncio.run(first()))
"""


def test_first_call_of_a_program_does_not_stop_the_loop(provider: ProviderServer) -> None:
    """Building a request, which loads LiteLLM, happens beside the loop."""
    done = run_program(FIRST, json.dumps(provider.kwargs_for("gemini")))

    assert 0 == done.returncode, done.stderr
    assert int(done.stdout) < LONG
    assert len(list(Path().iterdir())) == len(provider.posts) == 1


async def under_way(provider: ProviderServer, bot: ImageBot) -> "asyncio.Task[ImageResult]":
    """Begin a call and wait until its provider has it."""
    task = asyncio.create_task(bot.agenerate("a red panda"))
    async with asyncio.timeout(PATIENCE):
        while not provider.in_flight:
            await asyncio.sleep(0.01)
    return task


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini", "azure/gpt-image-2", "bedrock"])
async def test_cancelling_returns_at_once(alive: ProviderServer, model: str) -> None:
    """A call that is cancelled ends without waiting for the provider, and is not sent again."""
    bot = bot_for(alive, model, size=None)
    await bot.agenerate("load what is loaded late")
    alive.reset()
    alive.always(Delay(2 * PATIENCE))
    task = await under_way(alive, bot)

    task.cancel()
    done, _ = await asyncio.wait([task], timeout=PATIENCE)

    assert {task} == done
    assert task.cancelled()
    assert 1 == len(alive.posts)


async def test_timeout_around_a_call_is_kept(alive: ProviderServer) -> None:
    """asyncio.timeout ends a call when its time is over."""
    bot = bot_for(alive, "gemini", n=3)
    await bot.agenerate("load what is loaded late")
    alive.always(Delay(2 * PATIENCE))

    async with asyncio.timeout(PATIENCE):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await bot.agenerate("a red panda")


async def test_bot_draws_on_after_a_cancelled_call(alive: ProviderServer) -> None:
    """A cancelled call leaves the bot, its limit and its connections usable."""
    bot = bot_for(alive, "recraft", max_cost=0.09)
    alive.script(Delay(2 * PATIENCE))
    task = await under_way(alive, bot)
    task.cancel()
    await asyncio.wait([task])

    result = await bot.agenerate("a red panda")

    assert 1 == len(result)
    assert bot.cost == pytest.approx(0.04)


def test_calls_from_several_loops_at_once(alive: ProviderServer) -> None:
    """One bot serves event loops in several threads."""
    bot = bot_for(alive, "gpt-image-2", size=None)

    async def some() -> int:
        return len(await asyncio.gather(*(bot.agenerate(f"red panda {number}") for number in range(4))))

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: asyncio.run(some()), range(4)))

    assert [4, 4, 4, 4] == found
    assert 16 == len(alive.posts)


def test_sync_call_inside_a_running_loop(alive: ProviderServer) -> None:
    """The sync verb works where a loop runs already, as in a notebook."""
    bot = bot_for(alive, "gpt-image-2", size=None)

    async def cell() -> int:
        return len(bot.generate("a red panda"))

    assert 1 == asyncio.run(cell())


#: Draws with each bot in twenty event loops; open files are counted once everything is loaded.
PROGRAM = """
import asyncio, gc, json, logging, os, sys
from llamabot_images import ImageBot
logging.getLogger("asyncio").setLevel(logging.ERROR)  # development mode reports slow steps of a busy machine
for settings in json.loads(sys.argv[1]):
    bot = ImageBot(**settings)
    opened = {}
    for number in range(20):
        result = asyncio.run(bot.agenerate(f"red panda {number}"))
        assert result[0].to_bytes()
        if number in (2, 19):
            gc.collect()
            opened[number] = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    bot.close()
    assert opened[19] <= opened[2], opened
"""


def run_program(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own, with Python's development mode on and leaks as errors."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error::ResourceWarning", "-W", "ignore::DeprecationWarning",
         "-W", "ignore::UserWarning:pydantic", "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        check=False,
    )  # fmt: skip


def test_twenty_event_loops_leave_nothing_behind(alive: ProviderServer) -> None:
    """asyncio.run twenty times over leaks no client and no socket, and prints nothing."""
    models = ["gpt-image-2", "azure/gpt-image-2", "gemini"]

    done = run_program(PROGRAM, json.dumps([alive.kwargs_for(model) for model in models]))

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert 60 == len(alive.posts)


def test_one_loop_keeps_its_connections(alive: ProviderServer) -> None:
    """Forty calls one after another use a few connections, not forty."""
    bot = bot_for(alive, "gpt-image-2", size=None)

    async def one_after_another() -> None:
        for number in range(40):
            await bot.agenerate(f"red panda {number}")

    asyncio.run(one_after_another())

    assert alive.api_connections <= 4


def test_closed_bot_lets_go(alive: ProviderServer) -> None:
    """close() ends the connections, and the bot draws on when it is asked to."""
    bot = bot_for(alive, "gpt-image-2", size=None)
    asyncio.run(bot.agenerate("a red panda"))
    bot.close()
    gc.collect()

    result = asyncio.run(bot.agenerate("a red panda"))

    assert 1 == len(result)


async def test_offline_drawings_do_not_stop_the_loop() -> None:
    """Drawing is work for a thread, too."""
    bot = ImageBot("offline/sketch", size="1024x1024")

    async with ticking() as ticker:
        await asyncio.gather(*(bot.agenerate(f"red panda {number}") for number in range(4)))

    assert max(ticker.waits) < LONG
