"""The fixtures stand before every verb that sends, whichever way a model is asked."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import litellm
import pytest

from llamabot_images import ImageBot, UnroutedModelError
from llamabot_images.comparison import compare
from llamabot_images.standing_in import stand_in
from llamabot_images.testing import OfflineImages, PaidRequestError, PaidRequests

from .providers import ProviderServer, picture
from .test_testing import image_bot, no_paid_images, offline_images, quick_drawings

__all__ = ["image_bot", "no_paid_images", "offline_images", "quick_drawings"]

Verb = Callable[[ImageBot], Any]


def watched(bot: ImageBot, **overrides: Any) -> Any:
    """Watch to the end."""
    return list(bot.stream("a fox", **overrides))


def watched_async(bot: ImageBot, **overrides: Any) -> Any:
    """Watch to the end by the async verb."""

    async def all_of_it() -> Any:
        return [one async for one in bot.astream("a fox", **overrides)]

    return asyncio.run(all_of_it())


def saved_before() -> str:
    """Return a picture that says how it was made."""
    result = ImageBot("offline/sketch", size="64x64").generate("a fox")
    return str(result.save("kept", sidecar=True)[0])


DRAWING: dict[str, Verb] = {
    "call": lambda bot: bot("a fox"),
    "acall": lambda bot: asyncio.run(bot.acall("a fox")),
    "generate": lambda bot: bot.generate("a fox"),
    "agenerate": lambda bot: asyncio.run(bot.agenerate("a fox")),
    "stream": watched,
    "astream": watched_async,
    "batch": lambda bot: bot.batch(["a fox"], "out"),
    "abatch": lambda bot: asyncio.run(bot.abatch(["a fox"], "out")),
    "again": lambda bot: bot.again(saved_before(), model=bot.model),
    "aagain": lambda bot: asyncio.run(bot.aagain(saved_before(), model=bot.model)),
    "compare": lambda bot: compare("a fox", [bot.model], bot=bot),
    "tool": lambda bot: bot.as_tool()("a fox"),
}
EDITING: dict[str, Verb] = {
    "edit": lambda bot: bot.edit("at night", picture()),
    "aedit": lambda bot: asyncio.run(bot.aedit("at night", picture())),
}
CHATTING: dict[str, Verb] = {
    "stream": watched,
    "astream": watched_async,
    "chat": lambda bot: bot.generate("a fox", route="chat"),
    "chat stream": lambda bot: watched(bot, route="chat"),
    "chat astream": lambda bot: watched_async(bot, route="chat"),
}
JOBS: dict[str, Verb] = {
    "submit": lambda bot: bot.submit(["a fox"]),
    "asubmit": lambda bot: asyncio.run(bot.asubmit(["a fox"])),
    "status": lambda bot: bot.job("batch_1").status(),
    "collect": lambda bot: bot.job("batch_1").collect("out"),
    "acollect": lambda bot: asyncio.run(bot.job("batch_1").acollect("out")),
    "cancel": lambda bot: bot.job("batch_1").cancel(),
}
OPENAI, GEMINI = "gpt-image-2", "gemini/gemini-3.1-flash-image"
SOME = ("call", "acall", "stream", "astream", "batch")
DRAWN = [
    *((OPENAI, name, verb) for name, verb in (DRAWING | EDITING).items()),
    *((GEMINI, name, verb) for name, verb in CHATTING.items()),
    *((model, name, DRAWING[name]) for model in ("ollama/x/z-image-turbo", "routed") for name in SOME),
]
every_way = pytest.mark.parametrize(
    ("model", "verb"), [pytest.param(model, verb, id=f"{model}-{name}") for model, name, verb in DRAWN]
)
every_job = pytest.mark.parametrize("verb", JOBS.values(), ids=JOBS)


def bot_of(provider: ProviderServer, model: str) -> ImageBot:
    """Return a bot whose requests would come to the server, were they sent."""
    if model == "routed":
        deployment = {"model_name": "pictures", "litellm_params": provider.kwargs_for(OPENAI)}
        return ImageBot("pictures", router=litellm.Router(model_list=[deployment], num_retries=0))
    if model.startswith("ollama/"):
        return ImageBot(model, api_base=provider.url)
    return ImageBot(**provider.kwargs_for(model))


@every_way
def test_nothing_is_sent_where_nothing_may_be_paid(
    monkeypatch: pytest.MonkeyPatch, provider: ProviderServer, model: str, verb: Verb
) -> None:
    """With no_paid_images every verb's request is refused and noted, and nothing reaches a provider."""
    paid = PaidRequests("test_cover")
    stand_in(monkeypatch, paid)

    with suppress(PaidRequestError):
        verb(bot_of(provider, model))

    assert (1, []) == (len(paid.refused), provider.requests)


@every_job
def test_no_job_is_sent_where_nothing_may_be_paid(
    monkeypatch: pytest.MonkeyPatch, provider: ProviderServer, verb: Verb
) -> None:
    """With no_paid_images nothing of a job is sent, not even a look at it."""
    paid = PaidRequests("test_cover")
    stand_in(monkeypatch, paid)

    with pytest.raises(PaidRequestError, match="gpt-image-2") as caught:
        verb(bot_of(provider, OPENAI))

    assert not caught.value.maybe_charged
    assert (1, []) == (len(paid.refused), provider.requests)


@every_way
def test_every_verb_draws_offline(
    offline_images: OfflineImages, provider: ProviderServer, model: str, verb: Verb
) -> None:
    """With offline_images every verb is answered and noted, and nothing reaches a provider."""
    made = verb(bot_of(provider, model))

    assert "error" not in str(made).lower()
    assert offline_images.requests[-1].prompt in ("a fox", "at night")
    assert [] == provider.requests


@every_job
def test_no_job_is_drawn_offline(offline_images: OfflineImages, provider: ProviderServer, verb: Verb) -> None:
    """With offline_images a job is an error that says so, before anything is sent."""
    with pytest.raises(UnroutedModelError, match="draws no jobs"):
        verb(bot_of(provider, OPENAI))

    assert [] == provider.requests


@pytest.mark.parametrize("model", [OPENAI, GEMINI])
def test_faults_reach_who_watches(offline_images: OfflineImages, provider: ProviderServer, model: str) -> None:
    """A scripted timeout is what a stream ends with, and may be charged."""
    offline_images.time_out()

    with pytest.raises(litellm.Timeout) as caught:
        watched(bot_of(provider, model))

    assert (True, []) == (caught.value.maybe_charged, provider.requests)


def test_models_are_compared_offline_without_a_key(offline_images: OfflineImages) -> None:
    """A comparison looks for no key where none is needed."""
    found = compare("a fox", [OPENAI, GEMINI])

    assert [1, 1] == [len(row.paths) for row in found.rows]
