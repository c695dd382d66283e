"""How fast and how far: pictures per minute, Retry-After, money, an outage, an interruption."""

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import BudgetExceededError, ImageBot, MissingKeyError, SaveError
from llamabot_images.batch.limits import Limits
from llamabot_images.errors import ImageBotWarning

from .calls import bot_for, both_ways
from .providers import Delay, ProviderServer, Reset, Status
from .providers.fixture import provider
from .test_batch import draw, read_rows
from .waiting import until

__all__ = ["provider"]

stopped = pytest.mark.filterwarnings("ignore:the batch was stopped:llamabot_images.errors.ImageBotWarning")


def prompts(count: int) -> list[str]:
    """Return some prompts."""
    return [f"panda {number}" for number in range(count)]


def test_no_more_pictures_in_any_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """In no window of a minute are more pictures let go than allowed, and as many as allowed are."""
    now = [1000.0]
    limits = Limits(10, None)
    monkeypatch.setattr(type(limits._bucket), "now", lambda self: int(now[0] * 1000))
    gone: list[float] = []
    while len(gone) < 40:
        wait = limits.seconds_left(2)
        if wait:
            now[0] += wait
        else:
            gone += [now[0]] * 2

    windows = [sum(start <= one < start + 60 for one in gone) for start in gone]
    assert 10 == max(windows)
    assert gone[-1] - gone[0] == pytest.approx(180, abs=1)


@both_ways
def test_rate_holds_for_all_workers(provider: ProviderServer, is_async: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """All workers together ask for no more than images_per_minute, here with a minute of half a second."""
    monkeypatch.setattr("llamabot_images.batch.limits.MINUTE", 500)
    bot = bot_for(provider, "gpt-image-2")
    draw(bot, is_async, ["a first one, which loads what it needs"], "out")
    provider.reset()

    result = draw(bot, is_async, prompts(9), "out", images_per_minute=3)

    times = sorted(one.at for one in provider.posts)
    assert 9 == len(result.ok)
    assert all(later - earlier > 0.4 for earlier, later in zip(times, times[3:], strict=False))


def test_more_pictures_at_once_than_in_a_minute(bot: ImageBot) -> None:
    """A request that could never keep the rate is told, and waits for nothing."""
    result = bot.batch([{"prompt": "a", "n": 5}, "b"], "out", images_per_minute=4)

    assert ["failed", "done"] == [one.status for one in result]
    assert "n is 5, and images_per_minute is 4" in str(result[0].error)


@both_ways
def test_retry_after_is_heard_by_all(provider: ProviderServer, is_async: bool) -> None:
    """When a provider names a time after the retries of one call, nobody sends before it, and nothing is lost."""
    provider.script(*[Status(429, retry_after="0.05")] * 3, Status(503, retry_after="1"))
    bot = bot_for(provider, "gpt-image-2")
    bot._sender._budget._tokens = bot._sender._budget._full = 0  # no retry within a call: the batch hears of each

    result = draw(bot, is_async, prompts(8), "out", max_workers=2)

    posts = [one.at for one in provider.posts]
    gaps = [later - earlier for earlier, later in zip(posts, posts[1:], strict=False)]
    assert 8 == len(result.ok)
    assert 12 == len(posts)
    assert max(gaps) > 0.8


@both_ways
def test_call_that_waits_makes_all_wait(provider: ProviderServer, is_async: bool) -> None:
    """While one call waits for the time that the provider named, no other prompt is sent."""
    provider.script(Status(429, retry_after="1"))
    bot = bot_for(provider, "gpt-image-2")

    result = draw(bot, is_async, prompts(9), "out", max_workers=3)

    posts = [one.at for one in provider.posts]
    assert 9 == len(result.ok)
    assert 10 == len(posts)
    assert sum(one < posts[0] + 0.9 for one in posts) <= 3 + 1


@both_ways
def test_money_is_never_overspent(provider: ProviderServer, is_async: bool) -> None:
    """However many are under way, what is paid stays within max_cost, and comes near it."""
    provider.always(Delay(0.05))
    price = bot_for(provider, "gpt-image-2").generate("a").cost
    assert price

    with pytest.warns(ImageBotWarning, match="the batch was stopped, .* were not sent: max_cost"):
        result = draw(
            bot_for(provider, "gpt-image-2"), is_async, prompts(40), "out", max_workers=8, max_cost=price * 10.5
        )

    assert 10 == len(result.ok) == len(provider.posts) - 1
    assert 30 == len(result.not_sent) == len(result.failed)
    assert result.cost == pytest.approx(price * 10, rel=0.01)
    assert isinstance(result.stopped, BudgetExceededError)


@stopped
def test_budget_counts_what_earlier_runs_spent(provider: ProviderServer) -> None:
    """The same call after a kill does not spend the same budget twice; a higher one goes on."""
    price = bot_for(provider, "gpt-image-2").generate("a").cost
    assert price
    bot = bot_for(provider, "gpt-image-2")

    counts = [len(bot.batch(prompts(9), "out", max_cost=price * most).ok) for most in (3.5, 3.5, 5.5)]

    assert [3, 3, 5] == counts
    assert 6 == len(provider.posts)


@stopped
def test_budget_of_the_bot_holds_too(provider: ProviderServer) -> None:
    """The bot's own max_cost stops the batch, and what it did not get to is not doubtful."""
    price = bot_for(provider, "gpt-image-2").generate("a").cost
    assert price

    result = bot_for(provider, "gpt-image-2", max_cost=price * 2.5).batch(prompts(6), "out", max_workers=1)

    assert ["done"] * 2 + ["not_sent"] * 4 == [one.status for one in result]
    assert isinstance(result.stopped, BudgetExceededError)


OUTAGES = {"500": Status(500), "503": Status(503), "busy": Status(429, retry_after="600"), "reset": Reset()}


@both_ways
@pytest.mark.parametrize("name", OUTAGES)
def test_total_outage_stops_the_batch(provider: ProviderServer, name: str, is_async: bool) -> None:
    """A provider that is down is asked a few times, not a thousand, and the message says so."""
    provider.always(OUTAGES[name])

    with pytest.warns(ImageBotWarning, match="requests in a row brought no picture.*run the same call again"):
        result = draw(bot_for(provider, "gpt-image-2"), is_async, prompts(1000), "out", max_workers=4)

    assert 10 <= len(provider.posts) <= 14
    assert 1000 == len(result)
    assert len(result.not_sent) >= 986


def test_model_that_is_not_there_stops_the_batch(provider: ProviderServer) -> None:
    """What every prompt would be refused for is told as such: waiting would not help."""
    provider.always(Status(404))

    with pytest.warns(ImageBotWarning, match="check the model and its settings, then run the same call again"):
        result = bot_for(provider, "gpt-image-2").batch(prompts(100), "out", max_workers=2)

    assert 10 <= len(provider.posts) <= 12
    assert 88 <= len(result.not_sent)


def test_refusals_are_no_outage(provider: ProviderServer) -> None:
    """A list of prompts that are all refused is gone through to its end."""
    result = ImageBot("offline/refuses", size="64x64").batch(prompts(30), "out", max_workers=2)

    assert 30 == len(result.failed)
    assert () == result.not_sent
    assert result.stopped is None


@pytest.mark.parametrize("reply", [Status(401), Status(429, code="insufficient_quota")], ids=["key", "quota"])
def test_bad_key_or_empty_account_stops_at_once(provider: ProviderServer, reply: Any) -> None:
    """What would fail for every prompt is found out once per worker at most."""
    provider.always(reply)

    with pytest.warns(ImageBotWarning, match="the batch was stopped"):
        result = bot_for(provider, "gpt-image-2").batch(prompts(100), "out", max_workers=3)

    assert len(provider.posts) <= 3
    assert 100 == len(result.failed)


def test_missing_key_stops_at_once() -> None:
    """Without a key nothing is sent, and all prompts but the first ones are not looked at."""
    with pytest.warns(ImageBotWarning, match="no key for 'gpt-image-2'"):
        result = ImageBot("gpt-image-2").batch(prompts(50), "out", max_workers=2)

    assert isinstance(result.stopped, MissingKeyError)
    assert 50 == len(result.failed)


def test_generator_is_not_read_on_after_a_stop() -> None:
    """Prompts without an end are left alone once the batch has stopped."""
    endless = (f"panda {number}" for number in iter(int, 1))

    with pytest.warns(ImageBotWarning, match="no key"):
        result = ImageBot("gpt-image-2").batch(endless, "out", max_workers=2)

    assert 1 <= len(result) <= 10


def test_picture_that_cannot_be_saved_stops_the_batch(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk is full no further picture is bought; the one that was is rescued, and not bought again."""
    bot = bot_for(provider, "gpt-image-2")
    bot.batch(["first"], "out")

    def full(*args: Any, **options: Any) -> Any:
        raise SaveError("the disk is full", data=b"picture")

    with monkeypatch.context() as patch:
        patch.setattr("llamabot_images.saving.save_result", full)
        with pytest.warns(ImageBotWarning, match="stopped, 29 prompts were not sent: the disk is full"):
            result = bot.batch(prompts(30), "out", max_workers=1)
    again = bot.batch(prompts(30), "out", max_workers=1)

    assert ["unknown", "not_sent"] == [one.status for one in result[:2]]
    assert ["unknown", "done"] == [one.status for one in again[:2]]
    assert 31 == len(provider.posts)


SCRIPT = """
import asyncio, sys
from llamabot_images import ImageBot
bot = ImageBot("openai/gpt-image-2", api_key=sys.argv[2], api_base=sys.argv[1])
prompts = [f"panda {number}" for number in range(40)]
try:
    if sys.argv[3] == "async":
        asyncio.run(bot.abatch(prompts, "out", max_workers=4))
    else:
        bot.batch(prompts, "out", max_workers=4)
except KeyboardInterrupt as error:
    print("interrupted")
"""


@pytest.mark.parametrize(("way", "times"), [("sync", 1), ("sync", 2), ("async", 1)])
def test_interruption(provider: ProviderServer, way: str, times: int) -> None:
    """Ctrl-C sends nothing more and finishes what is under way; a second one ends at once; no picture is lost."""
    provider.script(*[None] * 6)
    provider.always(Delay(1.0 if times == 1 else 20.0))
    about = provider.kwargs_for("gpt-image-2")
    command = [sys.executable, "-c", SCRIPT, about["api_base"], about["api_key"], way]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: len(provider.posts) == 10)
    for number in range(times):
        time.sleep(0.3 * bool(number))
        process.send_signal(signal.SIGINT)
    said, problems = process.communicate(timeout=15)
    sent = len(provider.posts)

    provider.reset()
    result = bot_for(provider, "openai/gpt-image-2").batch(prompts(40), "out", retry_unknown=False)

    assert "interrupted" in said, problems
    assert 10 == sent
    assert (10 if times == 1 else 6) == sum(one.resumed and one.ok for one in result)
    assert (0 if times == 1 else 4) == len(result.unknown)
    assert 30 == len(provider.posts)
    assert len(result.ok) == len(read_rows(Path("out")))
