"""One bot, used by many at once: nothing is lost, and nothing leaks."""

import asyncio
import gc
import os
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llamabot_images import ImageBot

from .providers import ProviderServer

ROUTES = ["compatible", "recraft"]


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


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="this system does not list open files")
def test_no_open_file_is_left(provider: ProviderServer) -> None:
    """A hundred calls leave no more open files than five."""
    bot = ImageBot(**provider.kwargs_for("recraft"))
    for _ in range(5):
        bot("a fox")
    gc.collect()
    before = len(os.listdir("/proc/self/fd"))

    for _ in range(100):
        bot("a fox")

    gc.collect()
    assert len(os.listdir("/proc/self/fd")) <= before + 1
