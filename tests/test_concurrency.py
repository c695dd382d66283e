"""One bot, used by many threads, event loops and processes at once."""

import asyncio
import json
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot

from .providers import Delay, ProviderServer, picture

ROOT = Path(__file__).parents[1]
#: Asked through the OpenAI client; through LiteLLM's httpx; a URL that is fetched from another host.
ROUTES = ["gpt-image-2", "gemini/gemini-3.1-flash-image", "recraft/recraftv3"]
THREADS = 64
PATIENCE = 30.0
"""Seconds after which something that should happen at once counts as not happening."""

every_route = pytest.mark.parametrize("model", ROUTES)
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts open files in /proc")


def small_bot(provider: ProviderServer, model: str, **settings: Any) -> ImageBot:
    """Return a bot whose provider sends small pictures, LiteLLM loaded and all connections made once."""
    provider.pictures.size = (64, 64)
    bot = ImageBot(**provider.kwargs_for(model), timeout=PATIENCE, **settings)
    bot("warm")
    return bot


def open_files() -> list[str]:
    """Return what every open file of this process is."""
    found = []
    for name in os.listdir("/proc/self/fd"):
        try:
            found.append(os.readlink(f"/proc/self/fd/{name}"))
        except FileNotFoundError:  # the listing itself
            continue
    return found


def sockets() -> int:
    """Return how many sockets of this process are open, the server's ends included."""
    return sum(one.startswith("socket:") for one in open_files())


def comes_true(condition: Callable[[], bool]) -> bool:
    """Wait until the server, a thread of this process, has noticed too."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


# -- threads ----------------------------------------------------------------------------------


@every_route
def test_sixty_four_threads_lose_no_picture(provider: ProviderServer, model: str, tmp_path: Path) -> None:
    """Equal prompts, all under way at once, end in a file and a request for every call."""
    bot = small_bot(provider, model)
    provider.always(Delay(0.3))

    with ThreadPoolExecutor(THREADS) as pool:
        paths = list(pool.map(bot, ["a red panda"] * 2 * THREADS))

    assert 2 * THREADS == len(set(paths)) == len(list(tmp_path.glob("a-red-panda*")))
    assert {provider.pictures.served[-1]} == {path.read_bytes() for path in paths}
    assert 2 * THREADS == len(provider.posts) - 1
    assert THREADS // 2 < provider.in_flight_peak <= THREADS


@every_route
def test_each_thread_gets_its_own_picture(provider: ProviderServer, model: str) -> None:
    """What comes back belongs to the prompt that was asked, whoever else asks at the same time."""
    bot = small_bot(provider, model)
    prompts = ["a fox" + "!" * number for number in range(4 * THREADS)]

    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(bot.generate, prompts))

    kind = "webp" if model.startswith("recraft") else "png"
    expected = [picture(kind, (64, 64), sum(prompt.encode())) for prompt in prompts]
    assert expected == [result[0].to_bytes() for result in results]


@needs_proc
@every_route
def test_connections_are_bounded_and_close_with_the_bot(provider: ProviderServer, model: str) -> None:
    """There are no more connections than calls under way, and none once the bot is closed."""
    idle = sockets()
    bot = small_bot(provider, model)
    provider.always(Delay(0.1))

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(bot, ["a red panda"] * 3 * THREADS))
    in_use = sockets()
    bot.close()

    assert provider.api_connections <= THREADS
    assert provider.image_connections <= THREADS
    assert in_use > idle
    assert comes_true(lambda: sockets() <= idle)


@every_route
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_closing_lets_requests_end(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A bot that is closed while requests are under way gives all their pictures: they are paid for."""
    bot = small_bot(provider, model)
    provider.always(Delay(0.5))

    with ThreadPoolExecutor(8) as pool:
        drawn = [pool.submit(draw, bot, is_async) for _ in range(8)]
        assert comes_true(lambda: provider.in_flight == 8)
        bot.close()

    assert 8 == len({one.result() for one in drawn})
    assert 9 == len(provider.posts)


@every_route
@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_closing_at_any_moment_breaks_nothing(provider: ProviderServer, model: str, is_async: bool) -> None:
    """Calls go on, each with one request, while another thread closes the bot over and over."""
    bot = small_bot(provider, model)
    done = threading.Event()

    def close() -> None:
        while not done.wait(0.002):
            bot.close()

    with ThreadPoolExecutor(9) as pool:
        closing = pool.submit(close)
        drawn = [pool.submit(draw, bot, is_async) for _ in range(48)]
        paths = {one.result(PATIENCE) for one in drawn}
        done.set()

    closing.result()
    assert 48 == len(paths) == len(provider.posts) - 1


def draw(bot: ImageBot, is_async: bool) -> Path:
    """Draw by the sync or by the async verb, the latter in an event loop of this thread."""
    found = asyncio.run(bot.acall("a red panda")) if is_async else bot("a red panda")
    assert isinstance(found, Path)
    return found


# -- event loops ------------------------------------------------------------------------------


async def several(bot: ImageBot, count: int) -> list[Any]:
    """Draw several pictures at once on the running event loop."""
    return await asyncio.gather(*(bot.acall("a red panda") for _ in range(count)))


@every_route
def test_one_event_loop_after_another(provider: ProviderServer, model: str, caplog: pytest.LogCaptureFixture) -> None:
    """Ten times ``asyncio.run`` share the bot's connections, and nobody complains of a loop that is gone."""
    caplog.set_level(logging.WARNING)
    bot = small_bot(provider, model)

    paths = [path for _ in range(10) for path in asyncio.run(several(bot, 4))]

    assert 40 == len(set(paths)) == len(provider.posts) - 1
    assert provider.api_connections <= 5
    assert [] == caplog.messages


@every_route
def test_event_loops_in_four_threads(provider: ProviderServer, model: str, caplog: pytest.LogCaptureFixture) -> None:
    """Loops that run side by side do not get in each other's way."""
    caplog.set_level(logging.WARNING)
    bot = small_bot(provider, model)

    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: asyncio.run(several(bot, 8)), range(4)))

    assert 32 == len({path for paths in drawn for path in paths}) == len(provider.posts) - 1
    assert [] == caplog.messages


@every_route
def test_sync_call_inside_a_running_loop(provider: ProviderServer, model: str) -> None:
    """As in a notebook: the bot is called while a loop runs, before and after an async verb."""
    bot = small_bot(provider, model)

    async def cell() -> set[Any]:
        return {bot("a red panda"), await bot.acall("a red panda"), bot("a red panda")}

    assert 3 == len(asyncio.run(cell())) == len(provider.posts) - 1


# -- processes --------------------------------------------------------------------------------


def exit_code_of_child(call: Callable[[], Any]) -> int | None:
    """Fork, run *call* in the child and return its exit code; one that hangs is killed and gives ``None``."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            call()
            code = 0
        finally:
            os._exit(code)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@every_route
def test_forked_child_shares_no_connection(provider: ProviderServer, model: str) -> None:
    """Parent and child draw on after a fork, each over connections of its own, sync and async."""
    bot = small_bot(provider, model)
    asyncio.run(bot.acall("warm"))
    before = (provider.api_connections, provider.image_connections)

    def in_child() -> None:
        paths = [bot("child"), asyncio.run(bot.acall("child")), bot("child")]
        assert 3 == len({path.read_bytes() and path for path in paths if isinstance(path, Path)})
        bot.close()

    code = exit_code_of_child(in_child)
    bot("parent")
    asyncio.run(bot.acall("parent"))

    by_url = int(model.startswith("recraft"))
    assert 0 == code
    assert (1, by_url) == before
    assert (2, 2 * by_url) == (provider.api_connections, provider.image_connections)
    assert 7 == len(provider.posts)


def test_pickled_bot_draws_in_spawned_processes(tmp_path: Path) -> None:
    """A bot is sent to processes that share nothing with this one; equal prompts lose nothing there either."""
    bot = ImageBot(model="offline/sketch", size="64x64", save_dir=tmp_path / "out")

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        paths = list(pool.map(bot, ["a red panda"] * 8))

    assert 8 == len(set(paths)) == len(list((tmp_path / "out").iterdir()))
    assert {bot.generate("a red panda")[0].to_bytes()} == {Path(path).read_bytes() for path in paths}


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start *code* in a process of its own where every warning is an error."""
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# -- what is left behind ----------------------------------------------------------------------


@needs_proc
@every_route
def test_two_hundred_calls_leave_nothing_open(provider: ProviderServer, model: str) -> None:
    """The number of open files is the same after a hundred calls of each verb as before."""
    bot = small_bot(provider, model)
    asyncio.run(several(bot, 1))
    before = len(open_files())

    async def one_by_one() -> None:
        for _ in range(100):
            await bot.agenerate("a red panda")

    for _ in range(100):
        bot("a red panda")
    asyncio.run(one_by_one())

    assert comes_true(lambda: len(open_files()) <= before)


@needs_proc
def test_forgotten_bot_leaves_no_socket_and_no_warning(provider: ProviderServer) -> None:
    """A bot that is garbage takes its sockets with it, and so does one that lives to the end of the program."""
    code = """
        import asyncio, gc, json, os, sys
        from llamabot_images import ImageBot

        def sockets():
            names = os.listdir("/proc/self/fd")
            links = (os.path.join("/proc/self/fd", name) for name in names)
            return sum(os.readlink(link).startswith("socket:") for link in links if os.path.lexists(link))

        for settings in json.loads(sys.argv[1]):
            bot = ImageBot(**settings)
            bot("a fox"), asyncio.run(bot.acall("a fox"))
            used = sockets()
            del bot
            gc.collect()
            print(used > 0, sockets())
        kept = ImageBot(**settings)
        kept("a fox"), asyncio.run(kept.acall("a fox"))
    """
    provider.pictures.size = (64, 64)

    program = run(code, json.dumps([provider.kwargs_for(model) for model in ROUTES]))
    out, told = program.communicate(timeout=2 * PATIENCE)

    assert "" == told
    assert ["True 0"] * len(ROUTES) == out.splitlines()


@pytest.mark.skipif(os.name == "nt", reason="needs an interrupt that can be sent to one process")
def test_interrupted_program_does_not_wait_for_the_provider(provider: ProviderServer) -> None:
    """Ctrl-C ends a program that awaits a picture at once, not when the provider has answered."""
    code = """
        import asyncio, json, sys
        from llamabot_images import ImageBot
        bot = ImageBot(**json.loads(sys.argv[1]))
        asyncio.run(bot.agenerate("a fox"))
    """
    provider.always(Delay(2 * PATIENCE))
    program = run(code, json.dumps(provider.kwargs_for("gpt-image-2")))
    assert comes_true(lambda: provider.in_flight == 1)

    began = time.monotonic()
    program.send_signal(signal.SIGINT)
    told = program.communicate(timeout=2 * PATIENCE)[1]

    assert time.monotonic() - began < PATIENCE
    assert told.endswith("KeyboardInterrupt\n")
