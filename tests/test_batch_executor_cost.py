"""Money of pictures that are made elsewhere: the bot that was given counts it, wherever its copies draw."""

from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import BudgetExceededError, ImageBot

from .calls import bot_for, both_ways, key_variables
from .pictures import ROOT
from .providers import ProviderServer, Status
from .providers.fixture import provider
from .test_batch import draw

__all__ = ["provider"]

PROMPTS = [f"panda {number}" for number in range(10)]


@pytest.fixture(params=["threads", "processes"])
def workers(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Executor]:
    """Give threads, to which a bot goes as it is, or a process, to which it is pickled."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    if request.param == "threads":
        with ThreadPoolExecutor(2) as pool:
            yield pool
    else:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            yield pool


@both_ways
@pytest.mark.filterwarnings("ignore:the batch was stopped")
def test_budget_of_the_bot_holds(
    provider: ProviderServer, workers: Executor, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """A bot's max_cost holds for what an executor makes, and its cost is that of the pictures, counted once."""
    key_variables(provider, monkeypatch, "openai")
    bot = bot_for(provider, "gpt-image-2", quality="medium", max_cost=0.1)

    result = draw(bot, is_async, PROMPTS, "out", executor=workers, progress=False)

    assert 1 <= len(result.ok) == len(provider.posts) < 4
    assert result.cost == pytest.approx(bot.cost)
    assert bot.cost <= 0.1
    assert isinstance(result.stopped, BudgetExceededError)
    assert len(PROMPTS) == len(result.ok) + len(result.not_sent)
    with pytest.raises(BudgetExceededError):
        bot.generate("one more")


@both_ways
def test_failure_counts_as_it_would_here(provider: ProviderServer, is_async: bool) -> None:
    """What an executor's workers could not draw takes from the budget only what may be charged."""
    replies = {"no": Status(400), "lost": Status(500)}
    provider.always(lambda request: replies.get(request.json["prompt"]))
    about: dict[str, Any] = {"quality": "medium", "max_cost": 0.1}
    here, elsewhere = (bot_for(provider, "gpt-image-2", **about) for _ in range(2))
    prompts = ["a", "no", "no", "no", "lost"]

    draw(here, is_async, prompts, "here", max_workers=1, progress=False)
    with ThreadPoolExecutor(1) as pool:
        draw(elsewhere, is_async, prompts, "elsewhere", max_workers=1, progress=False, executor=pool)

    assert here.cost == elsewhere.cost
    assert (True, True) == (has_room(here), has_room(elsewhere))
    assert (False, False) == (has_room(here), has_room(elsewhere))


def has_room(bot: ImageBot) -> bool:
    """Draw, and tell whether the budget allowed it."""
    try:
        return bool(bot.generate("b"))
    except BudgetExceededError:
        return False


@both_ways
@pytest.mark.parametrize("executor", [5, "processes", ThreadPoolExecutor])
def test_no_executor_is_refused_at_once(bot: ImageBot, executor: Any, is_async: bool) -> None:
    """What can take no work is refused before the folder is touched."""
    with pytest.raises(ValueError, match="executor is .*; give a concurrent.futures.Executor"):
        draw(bot, is_async, PROMPTS, "out", executor=executor)

    assert not Path("out").exists()
