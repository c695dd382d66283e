"""A bot that is closed while it is used."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from llamabot_images import ImageBot
from llamabot_images.leases import Leases

from .providers import ProviderServer, Recorded

PATIENCE = 120.0  # seconds
ROUTES = ["compatible", "recraft"]
every_way = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def draw(bot: ImageBot, is_async: bool) -> object:
    """Draw by the sync or by the async verb, the latter in an event loop of this thread."""
    return asyncio.run(bot.acall("a red panda")) if is_async else bot("a red panda")


@every_way
@pytest.mark.parametrize("route", ROUTES)
def test_closing_at_any_moment_loses_nothing(provider: ProviderServer, route: str, is_async: bool) -> None:
    """Calls go on, each with one request, while another thread closes the bot over and over."""
    bot = ImageBot(**provider.kwargs_for(route))
    bot.build_request("load LiteLLM in one thread")
    done = threading.Event()

    def close() -> None:
        while not done.wait(0.002):
            bot.close()

    with ThreadPoolExecutor(9) as pool:
        closing = pool.submit(close)
        drawn = [pool.submit(draw, bot, is_async) for _ in range(32)]
        try:
            paths = {one.result(PATIENCE) for one in drawn}
        finally:
            done.set()

    closing.result()
    assert 32 == len(paths) == len(provider.posts)


@pytest.mark.parametrize("route", ROUTES)
def test_closing_waits_for_the_calls_under_way(provider: ProviderServer, route: str) -> None:
    """What was sent before a bot is closed still brings its picture, and then the connections are closed."""
    bot = ImageBot(**provider.kwargs_for(route))
    bot.build_request("load LiteLLM in one thread")
    closed = threading.Event()

    def hold(request: Recorded) -> None:
        closed.wait(PATIENCE)

    provider.always(hold)
    with ThreadPoolExecutor(4) as pool:
        drawn = [pool.submit(bot, "a fox") for _ in range(4)]
        moment = time.monotonic() + PATIENCE
        while provider.in_flight < 4 and time.monotonic() < moment:
            time.sleep(0.01)
        under_way = provider.in_flight
        bot.close()
        closed.set()
        paths = {one.result(PATIENCE) for one in drawn}

    assert 4 == under_way == len(paths) == len(provider.posts)


def test_the_last_user_closes() -> None:
    """Closing while something is used is put off until its last user has done, and is then done once."""
    closed: list[int] = []
    leases = Leases(lambda: closed.append(1))

    with leases, leases:
        leases.close()
        leases.close()
        assert [] == closed

    assert [1] == closed
    leases.close()
    assert [1, 1] == closed
