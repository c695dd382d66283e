"""A paid request is sent once, unless it is known that nothing was accepted. Counted at the server."""

import asyncio
import socket
import time
from typing import Any

import litellm
import pytest

from llamabot_images import ImageBot, InvalidImageError, NoImageError
from llamabot_images.retry import RetryBudget

from .providers import (
    BadPayload,
    BrokenJson,
    EmptyData,
    Html,
    ProviderServer,
    Reset,
    Status,
    Timeout,
    Truncated,
    retry_date,
)

ROUTES = [
    "gpt-image-2",
    "azure/gpt-image-2",
    "openrouter/google/gemini-3.1-flash-image",
    "gemini/gemini-3.1-flash-image",
    "recraft/recraftv3",
    "compatible",
]
AMBIGUOUS = {
    "500": Status(500),
    "502": Status(502),
    "502 html": Html(502),
    "503": Status(503),
    "504": Status(504),
    "408": Status(408),
    "409": Status(409),
    "timeout": Timeout(5),
    "reset": Reset(),
    "truncated": Truncated(0.5),
    "broken json": BrokenJson(),
}


def both_ways(bot: ImageBot, is_async: bool) -> Any:
    """Draw by the sync or by the async verb."""
    return asyncio.run(bot.agenerate("a red panda")) if is_async else bot.generate("a red panda")


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("fault", AMBIGUOUS)
@pytest.mark.parametrize("model", ROUTES)
def test_unknown_outcome_is_sent_once(provider: ProviderServer, model: str, fault: str, is_async: bool) -> None:
    """After a failure that may be charged there is one request at the server, and the error says so."""
    provider.always(AMBIGUOUS[fault])
    bot = ImageBot(**provider.kwargs_for(model), timeout=0.7)

    with pytest.raises(Exception) as caught:  # noqa: PT011
        both_ways(bot, is_async)

    assert 1 == len(provider.posts)
    assert caught.value.maybe_charged is True
    assert isinstance(caught.value, litellm.exceptions.APIError | litellm.Timeout) or hasattr(
        caught.value, "llm_provider"
    )


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("model", ROUTES)
def test_empty_reply_is_sent_once(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A reply without a picture is an error after one request."""
    provider.always(EmptyData())

    with pytest.raises(NoImageError):
        both_ways(ImageBot(**provider.kwargs_for(model)), is_async)

    assert 1 == len(provider.posts)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("model", ["gpt-image-2", "azure/gpt-image-2", "gemini/gemini-3.1-flash-image", "compatible"])
def test_undecodable_payload_is_sent_once(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A picture that is none is an error that keeps what came, after one request."""
    provider.always(BadPayload())
    provider.reply_with = "b64"

    with pytest.raises(InvalidImageError) as caught:
        both_ways(ImageBot(**provider.kwargs_for(model)), is_async)

    assert 1 == len(provider.posts)
    assert caught.value.maybe_charged


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "fraction", "milliseconds", "date"])
def test_busy_provider_is_waited_for(provider: ProviderServer, form: str, status: int, is_async: bool) -> None:
    """When the provider says when to come back, that is waited for, and no more than a quarter longer."""
    after = {"seconds": "1", "fraction": "0.5", "milliseconds": None, "date": retry_date(2)}[form]
    extra = {"retry_after_ms": "400"} if form == "milliseconds" else {"retry_after": after}
    provider.script(Status(status, **extra))
    bot = ImageBot(**provider.kwargs_for("gpt-image-2"))
    bot.build_request("load LiteLLM before the clock runs")

    result = both_ways(bot, is_async)

    waited = provider.posts[1].at - provider.posts[0].at
    least = {"seconds": 1, "fraction": 0.5, "milliseconds": 0.4, "date": 0.9}[form]
    assert least <= waited <= least * 1.25 + (1.2 if form == "date" else 0.4)
    assert (2, 2) == (len(provider.posts), result.requests_sent)


@pytest.mark.parametrize("model", ROUTES)
def test_every_route_hears_retry_after(provider: ProviderServer, model: str) -> None:
    """Retry-After is heard whichever way LiteLLM loses it."""
    provider.script(Status(429, retry_after="0.2"))

    ImageBot(**provider.kwargs_for(model)).generate("a red panda")

    assert 2 == len(provider.posts)


@pytest.mark.parametrize("after", ["600", retry_date(3600)], ids=["seconds", "date"])
def test_long_wait_is_left_to_the_caller(provider: ProviderServer, after: str) -> None:
    """A wait beyond two minutes is not waited for; the error says how long it is."""
    provider.always(Status(429, retry_after=after))

    began = time.monotonic()
    with pytest.raises(litellm.RateLimitError) as caught:
        ImageBot(**provider.kwargs_for("gpt-image-2")).generate("a red panda")

    assert time.monotonic() - began < 30
    assert caught.value.retry_after > 500
    assert caught.value.maybe_charged is False
    assert 1 == len(provider.posts)


def test_exhausted_account_is_not_asked_again(provider: ProviderServer) -> None:
    """insufficient_quota is no reason to wait, even with Retry-After."""
    provider.always(Status(429, retry_after="1", code="insufficient_quota"))

    with pytest.raises(litellm.RateLimitError):
        ImageBot(**provider.kwargs_for("gpt-image-2")).generate("a red panda")

    assert 1 == len(provider.posts)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("model", ["gpt-image-2", "gemini/gemini-3.1-flash-image", "recraft/recraftv3", "compatible"])
def test_refused_connection_is_tried_again_at_most_twice(model: str, is_async: bool, provider: ProviderServer) -> None:
    """Where nothing was sent at all, two more tries are made and the error says that nothing is charged."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        dead = provider.kwargs_for(model)
        dead["api_base"] = dead["api_base"].replace(provider.url, f"http://127.0.0.1:{taken.getsockname()[1]}")
        bot = ImageBot(**dead)

        with pytest.raises(Exception) as caught:  # noqa: PT011
            both_ways(bot, is_async)

    assert caught.value.maybe_charged is False
    assert "Nothing was sent" in " ".join(caught.value.__notes__)


def test_outage_of_a_thousand_calls_stays_under_twelve_hundred_posts(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All calls of a bot share one budget of retries, so an outage is not made worse."""
    calls = 1000
    provider.always(Status(503, retry_after="0"))
    bot = ImageBot(**provider.kwargs_for("recraft/recraftv3"))

    async def all_at_once() -> list[Any]:
        return await asyncio.gather(*(bot.agenerate("x") for _ in range(calls)), return_exceptions=True)

    found = asyncio.run(all_at_once())

    assert calls == sum(isinstance(one, litellm.ServiceUnavailableError) for one in found)
    assert calls <= len(provider.posts) < 1200


def test_budget_refills_with_successes() -> None:
    """Each success gives a part of a retry back, and never more than there were."""
    budget = RetryBudget(1)
    assert budget.take()
    assert not budget.take()

    for _ in range(30):
        budget.refill()

    assert budget.take()
    assert not budget.take()
