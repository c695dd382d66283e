"""What LiteLLM does beside drawing goes on working through a bot: callbacks, metadata, guardrails, mocks."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import litellm
import pytest
from litellm.integrations.custom_logger import CustomLogger

from llamabot_images import ImageBot

from .calls import bot_for, both_ways, draw
from .providers import Pictures, ProviderServer, Status

MODELS = ["gpt-image-2", "azure/gpt-image-2", "gemini", "recraft"]
LISTS = (
    "callbacks",
    "success_callback",
    "failure_callback",
    "input_callback",
    "_async_success_callback",
    "_async_failure_callback",
    "_async_input_callback",
)


@pytest.fixture(autouse=True)
def own_callbacks() -> Iterator[None]:
    """Give each test LiteLLM without callbacks, and leave it so."""
    forget_callbacks()
    yield
    forget_callbacks()


def forget_callbacks() -> None:
    """Empty the lists that LiteLLM keeps callbacks in."""
    for name in LISTS:
        getattr(litellm, name).clear()


class Ledger(CustomLogger):
    """Notes what it is told, by the sync hook."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, float | None]] = []
        self.failures = 0
        self.metadata: list[Any] = []

    def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Note the model and its price."""
        self.entries.append((kwargs["model"], kwargs.get("response_cost")))
        self.metadata.append((kwargs.get("litellm_params") or {}).get("metadata"))

    def log_failure_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Count a failure."""
        self.failures += 1


class AsyncLedger(CustomLogger):
    """Notes what it is told, by the async hook."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, float | None]] = []

    async def async_log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Note the model and its price."""
        self.entries.append((kwargs["model"], kwargs.get("response_cost")))


def settled(condition: Callable[[], bool]) -> bool:
    """Wait for LiteLLM's threads, a minute at most, then a little for a second call that must not come."""
    until = time.monotonic() + 60
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(0.1)
    return condition()


@both_ways
@pytest.mark.parametrize("model", MODELS)
def test_success_callback_fires_once_with_the_price(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A function in success_callback is called once for a request, with what it cost."""
    calls: list[float | None] = []
    litellm.success_callback = [lambda kwargs, response, start, end: calls.append(kwargs.get("response_cost"))]

    result = draw(bot_for(provider, model), is_async)

    assert settled(lambda: bool(calls))
    assert [result.cost] == calls


@both_ways
@pytest.mark.parametrize("model", MODELS)
def test_custom_logger_fires_once_with_the_price(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A CustomLogger is told of each request once."""
    ledger = Ledger()
    litellm.callbacks = [ledger]

    result = draw(bot_for(provider, model), is_async)

    assert settled(lambda: bool(ledger.entries))
    assert [result.cost] == [price for _, price in ledger.entries]


@pytest.mark.parametrize("model", MODELS)
def test_async_hooks_fire_after_async_verbs(provider: ProviderServer, model: str) -> None:
    """A CustomLogger with nothing but async hooks is told of requests that async verbs send."""
    ledger = AsyncLedger()
    litellm.callbacks = [ledger]
    bot = bot_for(provider, model)

    async def drawn() -> float | None:
        result = await bot.agenerate("a red panda")
        for _ in range(600):
            if ledger.entries:
                break
            await asyncio.sleep(0.1)
        return result.cost

    cost = asyncio.run(drawn())

    assert [cost] == [price for _, price in ledger.entries]
    assert 1 == len(provider.posts)


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini"])
def test_requests_are_sent_once_with_async_hooks_too(provider: ProviderServer, model: str) -> None:
    """LiteLLM's async function, used for async hooks, sends a request once as well."""
    litellm.callbacks = [AsyncLedger()]
    provider.always(Status(500))
    bot = bot_for(provider, model)

    with pytest.raises(Exception) as caught:  # noqa: PT011
        draw(bot, is_async=True)

    assert 1 == len(provider.posts)
    assert caught.value.maybe_charged is True


@both_ways
def test_each_call_of_a_request_is_logged(provider: ProviderServer, is_async: bool) -> None:
    """Three calls side by side are three entries."""
    ledger = Ledger()
    litellm.callbacks = [ledger]

    draw(bot_for(provider, "gemini", n=3), is_async)

    assert settled(lambda: 3 <= len(ledger.entries))
    assert 3 == len(ledger.entries)


@both_ways
def test_failures_are_logged(provider: ProviderServer, is_async: bool) -> None:
    """A request that fails is told to the failure hook, once."""
    ledger = Ledger()
    litellm.callbacks = [ledger]
    provider.script(Status(400))

    with pytest.raises(litellm.BadRequestError):
        draw(bot_for(provider, "gpt-image-2"), is_async)

    assert settled(lambda: bool(ledger.failures))
    assert (1, []) == (ledger.failures, ledger.entries)


@both_ways
def test_metadata_reaches_the_callbacks(provider: ProviderServer, is_async: bool) -> None:
    """metadata is LiteLLM's own: callbacks see it, providers do not."""
    ledger = Ledger()
    litellm.callbacks = [ledger]

    draw(bot_for(provider, "gpt-image-2", metadata={"team": "art"}), is_async)

    assert settled(lambda: bool(ledger.metadata))
    assert "art" == ledger.metadata[0]["team"]
    assert b"team" not in provider.posts[0].body


@both_ways
@pytest.mark.parametrize("model", ["gpt-image-2", "azure/gpt-image-2", "compatible", "litellm_proxy"])
def test_user_reaches_the_provider(provider: ProviderServer, model: str, is_async: bool) -> None:
    """user is sent where the provider takes it."""
    draw(bot_for(provider, model, user="user-123"), is_async)

    assert "user-123" == provider.posts[0].json["user"]


@both_ways
@pytest.mark.parametrize(
    "model",
    [
        "gpt-image-2",
        "azure/gpt-image-2",
        "azure_ai/flux.2-pro",
        "gemini",
        "vertex_ai/gemini-3-pro-image",
        "openrouter",
        "recraft",
        "stability",
        "fal_ai",
        "xai",
        "compatible",
        "litellm_proxy",
    ],
)
def test_extra_headers_reach_the_provider_as_headers(provider: ProviderServer, model: str, is_async: bool) -> None:
    """extra_headers arrive as headers and nowhere else, with one request."""
    settings = provider.kwargs_for(model)
    headers = {**settings.pop("extra_headers", {}), "X-Trace": "42"}

    draw(ImageBot(**settings, extra_headers=headers), is_async)

    (post,) = provider.posts
    assert "42" == post.headers["x-trace"]
    assert b"X-Trace" not in post.body
    assert b"extra_headers" not in post.body


@both_ways
def test_headers_and_extra_headers_go_together(provider: ProviderServer, is_async: bool) -> None:
    """Both spellings may be used at once."""
    draw(bot_for(provider, "gpt-image-2", headers={"X-One": "1"}, extra_headers={"X-Two": "2"}), is_async)

    (post,) = provider.posts
    assert ("1", "2") == (post.headers["x-one"], post.headers["x-two"])


@both_ways
@pytest.mark.parametrize("model", ["gpt-image-2", "gemini", "recraft"])
def test_guardrails_and_tags_stay_with_litellm(provider: ProviderServer, model: str, is_async: bool) -> None:
    """Keywords of LiteLLM's own are passed to it, and do not reach a provider that would refuse them."""
    bot = bot_for(provider, model, guardrails=["pii-check"], tags=["art"])

    result = draw(bot, is_async)

    assert 1 == len(result)
    assert 1 == len(provider.posts)
    assert b"pii-check" not in provider.posts[0].body


@both_ways
@pytest.mark.parametrize(
    "model", ["gpt-image-2", "dall-e-3", "gemini/gemini-3.1-flash-image", "xai/grok-imagine-image"]
)
def test_mock_response_needs_no_key_and_sends_nothing(provider: ProviderServer, model: str, is_async: bool) -> None:
    """LiteLLM's own way to test without a provider works, with no key set."""
    result = draw(ImageBot(model, mock_response="https://images.example/cat.png"), is_async)

    assert "https://images.example/cat.png" == result[0]
    assert [] == provider.requests


def test_extra_body_reaches_the_provider(provider: ProviderServer) -> None:
    """extra_body is sent as it is, and what is in it is the caller's."""
    body = {"seed": 7}
    bot = bot_for(provider, "compatible", extra_body=body)

    bot.generate("a red panda")

    assert 7 == provider.posts[0].json["seed"]
    assert {"seed": 7} == body


PROGRAM = """
import asyncio, json, sys, warnings
warnings.simplefilter("ignore")
from llamabot_images import ImageBot
for settings in json.loads(sys.argv[1]):
    bot = ImageBot(**settings)
    for call in (bot.generate, lambda prompt: asyncio.run(bot.agenerate(prompt))):
        for n in (1, 2):
            try:
                call("a red panda")
            except Exception:
                pass
"""


def test_litellm_prints_nothing(provider: ProviderServer) -> None:
    """A program's output is its own, also when requests fail."""
    provider.script(*[None, Status(400), None, Status(500)] * 2)
    settings = [provider.kwargs_for(model) for model in ("gpt-image-2", "gemini")]

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, json.dumps(settings)],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        check=False,
    )

    assert (0, "", "") == (done.returncode, done.stdout, done.stderr)
    assert 8 == len(provider.posts)


def test_litellms_own_object_is_on_the_result(provider: ProviderServer) -> None:
    """result.response is what LiteLLM returned."""
    provider.script(Pictures(count=1))

    result = bot_for(provider, "gpt-image-2").generate("a red panda")

    assert isinstance(result.response, litellm.ImageResponse)
    assert result.response.data[0].b64_json
