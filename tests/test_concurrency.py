"""One bot, used by many at once: nothing is lost, and nothing leaks."""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from llamabot_images import ImageBot

from .pictures import ROOT
from .providers import Delay, ProviderServer, Recorded

#: Through the OpenAI client, and through LiteLLM's httpx; both send URLs that are fetched from another host.
ROUTES = ["compatible", "recraft"]
PATIENCE = 120.0
"""Seconds after which something that should happen at once counts as not happening."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files")


@pytest.mark.parametrize("route", ROUTES)
def test_many_threads_lose_nothing(provider: ProviderServer, route: str) -> None:
    """64 threads that draw the same prompt get 64 files from 64 requests."""
    bot = ImageBot(**provider.kwargs_for(route))
    bot.build_request("load LiteLLM in one thread")

    with ThreadPoolExecutor(64) as pool:
        paths = list(pool.map(lambda _: bot("a fox"), range(64)))

    assert 64 == len(set(paths)) == len(provider.posts)
    assert set(provider.pictures.served) == {Path(str(path)).read_bytes() for path in paths}


@pytest.mark.parametrize("route", ROUTES)
def test_event_loops_one_after_the_other(provider: ProviderServer, route: str) -> None:
    """A bot outlives the event loops that it is used in, with the same connections."""
    bot = ImageBot(**provider.kwargs_for(route))

    paths = [asyncio.run(bot.acall("a fox")) for _ in range(6)]

    assert 6 == len(set(paths))
    assert provider.api_connections <= 2


def test_event_loops_side_by_side(provider: ProviderServer) -> None:
    """Four threads, each with an event loop of its own, share one bot."""
    bot = ImageBot(**provider.kwargs_for("compatible"))
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(asyncio.run(bot.acall("a fox")))) for _ in range(4)]

    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert 4 == len(set(found))


async def test_sync_call_inside_a_running_loop(provider: ProviderServer) -> None:
    """The sync verb works where an event loop runs, as in a notebook."""
    path = ImageBot(**provider.kwargs_for("recraft"))("a fox")

    assert Path(str(path)).is_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.parametrize("route", ROUTES)
def test_bot_works_on_both_sides_of_a_fork(provider: ProviderServer, route: str) -> None:
    """Parent and child both draw afterwards, and share no connection."""
    bot = ImageBot(**provider.kwargs_for(route))
    bot("a fox")
    before = provider.api_connections

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads are running, which is the point
        child = os.fork()
    if child == 0:
        code = 1
        try:
            bot("a cat")
            code = 0
        finally:
            os._exit(code)
    bot("a dog")
    _, status = os.waitpid(child, 0)

    assert 0 == os.waitstatus_to_exitcode(status)
    assert {"a-fox", "a-cat", "a-dog"} == {one.stem for one in Path().iterdir()}
    assert before + 1 == provider.api_connections


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
@pytest.mark.parametrize("route", ROUTES)
def test_fork_in_the_middle_of_calls(provider: ProviderServer, route: str) -> None:
    """A process forked while eight threads wait for pictures can draw itself, and the eight all come."""
    bot = ImageBot(**provider.kwargs_for(route))
    bot("a fox")
    forked = threading.Event()

    def hold(request: Recorded) -> None:
        forked.wait(2 * PATIENCE)

    provider.script(*[hold] * 8)
    with ThreadPoolExecutor(8) as pool:
        drawn = [pool.submit(draw, bot, is_async) for is_async in (False, True) for _ in range(4)]
        waiting = comes_true(lambda: provider.in_flight == 8)
        code = exit_code_of_child(lambda: (draw(bot, False), draw(bot, True), bot.close()))
        forked.set()
        paths = {one.result(PATIENCE) for one in drawn}

    assert waiting
    assert 0 == code
    assert 8 == len(paths)
    assert 1 + 8 + 2 == len(list(Path().iterdir())) == len(provider.posts)


def test_pickled_bot_draws_in_spawned_processes(tmp_path: Path) -> None:
    """A bot is sent to processes that share nothing with this one; equal prompts lose nothing there either."""
    bot = ImageBot(model="offline/sketch", size="64x64", save_dir=tmp_path / "out")

    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        paths = list(pool.map(bot, ["a red panda"] * 6))

    assert 6 == len(set(paths)) == len(list((tmp_path / "out").iterdir()))
    assert {bot.generate("a red panda")[0].to_bytes()} == {Path(str(path)).read_bytes() for path in paths}


@needs_proc
@pytest.mark.parametrize("route", ROUTES)
def test_no_open_file_is_left(provider: ProviderServer, route: str) -> None:
    """Two hundred calls, half of them in twenty event loops, leave no more open files than five."""
    bot = ImageBot(**provider.kwargs_for(route))

    async def several() -> None:
        for _ in range(5):
            await bot.acall("a fox")

    asyncio.run(several())
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))

    for _ in range(20):
        asyncio.run(several())
    for _ in range(100):
        bot("a fox")

    assert comes_true(lambda: len(os.listdir("/proc/self/fd")) <= before + 1)


@needs_proc
def test_forgotten_bot_leaves_no_socket_and_no_warning(provider: ProviderServer) -> None:
    """A bot that is garbage takes its sockets with it, and so does one that lives to the end of the program."""
    code = """
        import asyncio, gc, json, logging, os, sys, time
        from llamabot_images import ImageBot
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # development mode reports slow steps of a busy machine

        def sockets():
            names = os.listdir("/proc/self/fd")
            links = (os.path.join("/proc/self/fd", name) for name in names)
            return sum(os.readlink(link).startswith("socket:") for link in links if os.path.lexists(link))

        for settings in json.loads(sys.argv[1]):
            bot = ImageBot(**settings)
            bot("a fox"), asyncio.run(bot.acall("a fox"))
            used = sockets()
            del bot
            for _ in range(1000):  # the thread that did the last work may not have let go of it yet
                gc.collect()
                if not sockets():
                    break
                time.sleep(0.05)
            print(used > 0, sockets())
        kept = ImageBot(**settings)
        kept("a fox"), asyncio.run(kept.acall("a fox"))
    """
    program = run(code, json.dumps([provider.kwargs_for(route) for route in ROUTES]))

    out, told = program.communicate(timeout=2 * PATIENCE)

    assert ["True 0"] * len(ROUTES) == out.splitlines(), told
    assert "" == told


@pytest.mark.skipif(os.name == "nt", reason="needs an interrupt that can be sent to one process")
def test_interrupted_program_does_not_wait_for_the_provider(provider: ProviderServer) -> None:
    """Ctrl-C ends a program that awaits a picture at once, not when the provider has answered."""
    code = """
        import asyncio, json, sys
        from llamabot_images import ImageBot
        asyncio.run(ImageBot(**json.loads(sys.argv[1])).agenerate("a fox"))
    """
    provider.always(Delay(10 * PATIENCE))
    program = run(code, json.dumps(provider.kwargs_for("compatible")))
    assert comes_true(lambda: provider.in_flight == 1)

    program.send_signal(signal.SIGINT)
    told = program.communicate(timeout=PATIENCE)[1]

    assert told.endswith("KeyboardInterrupt\n")


def draw(bot: ImageBot, is_async: bool) -> str:
    """Draw by the sync or by the async verb, the latter in an event loop of this thread."""
    return str(asyncio.run(bot.acall("a red panda")) if is_async else bot("a red panda"))


def comes_true(condition: Callable[[], bool]) -> bool:
    """Wait until the server, a thread of this process, or another process has noticed too."""
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def exit_code_of_child(call: Callable[[], object]) -> int | None:
    """Fork, run *call* in the child and return its exit code; one that hangs is killed and gives ``None``."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            call()
            code = 0
        finally:
            os._exit(code)
    ended = comes_true(lambda: os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None)
    if not ended:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if ended else None


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start *code* in a process of its own where every warning is an error."""
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", textwrap.dedent(code), *arguments],
        env=os.environ | {"PYTHONPATH": str(ROOT), "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
