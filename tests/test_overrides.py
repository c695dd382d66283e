"""Settings of one call: what it may have, what it may not, and what cannot be sent."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import UnsupportedParameterError

from .calls import bot_for, both_ways, draw
from .providers import ProviderServer, Status

MODELS = ["gpt-image-2", "compatible", "openrouter"]


@both_ways
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "name", ["save_path", "return_url", "save_dir", "router", "max_cost", "allow_private_hosts", "sidecar"]
)
def test_what_is_no_setting_of_a_request_is_refused(
    provider: ProviderServer, model: str, name: str, is_async: bool
) -> None:
    """No provider gets our own words, no limit is passed over in silence, and nothing is sent."""
    with pytest.raises(UnsupportedParameterError, match=f"{name} is no setting of a single request"):
        draw(bot_for(provider, model), is_async, **{name: "x"})

    assert [] == provider.posts


@both_ways
def test_fallbacks_of_one_call(provider: ProviderServer, is_async: bool) -> None:
    """A call's own fallbacks are asked in place of the bot's, for this call alone."""
    bot = bot_for(provider, "gpt-image-2", fallbacks="openai/gpt-image-1")
    provider.script(Status(429))

    result = draw(bot, is_async, fallbacks=["openai/gpt-image-1-mini"])

    assert ("openai/gpt-image-1-mini", ("openai/gpt-image-1",)) == (result.model, bot.fallbacks)
    assert ["gpt-image-2", "gpt-image-1-mini"] == [one.json["model"] for one in provider.posts]


def test_a_picture_is_no_setting_of_a_model_that_draws(provider: ProviderServer) -> None:
    """Who gives a picture wants it changed: no new one is drawn and paid for in its place."""
    bot = bot_for(provider, "gpt-image-2")

    with pytest.raises(UnsupportedParameterError, match=r"image is 'in.png'; to change a picture, use bot.edit"):
        bot.generate("make it blue", image="in.png")

    assert [] == provider.posts


def test_a_server_of_ones_own_may_take_a_picture(provider: ProviderServer) -> None:
    """What an unknown server does with a setting is its own affair."""
    bot_for(provider, "compatible").generate("make it blue", image="https://example.org/in.png")

    assert "https://example.org/in.png" == provider.posts[0].json["image"]


@both_ways
@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, b"bytes", {1, 2}, Path("in.png"), object()],
    ids=["nan", "inf", "bytes", "set", "path", "object"],
)
@pytest.mark.parametrize("model", MODELS)
def test_what_json_has_no_form_for_is_refused(provider: ProviderServer, model: str, value: Any, is_async: bool) -> None:
    """It could not be sent; the error says which setting it is, and that nothing was paid for."""
    with pytest.raises(UnsupportedParameterError, match="seed is .*JSON has no form for") as found:
        draw(bot_for(provider, model), is_async, seed=value)

    assert (False, []) == (found.value.maybe_charged, provider.posts)


def test_a_prompt_of_a_batch_that_cannot_be_sent_has_failed(provider: ProviderServer) -> None:
    """An empty cell of a table is no request of unknown outcome, and the others are drawn."""
    result = bot_for(provider, "gpt-image-2").batch([{"prompt": "a", "seed": math.nan}, "b"], "out")

    assert ["failed", "done"] == [one.status for one in result]


def test_numbers_of_other_libraries_are_sent_as_numbers(provider: ProviderServer) -> None:
    """Rows of NumPy or pandas have integers and floats of their own."""
    numpy = pytest.importorskip("numpy")
    bot = bot_for(provider, "compatible")

    bot.generate("a cat", n=numpy.int64(1), seed=numpy.int64(7), strength=numpy.float32(0.5), steps=Fraction(4))

    sent = provider.posts[0].json
    assert [7, 0.5, 4] == [sent[name] for name in ("seed", "strength", "steps")]
