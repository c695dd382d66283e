"""Settings that a model has for drawing, or has not at all, when it edits."""

from typing import Any

import pytest

from llamabot_images import AdjustmentWarning, ImageBot, UnroutedModelError, UnsupportedParameterError
from llamabot_images.sources import Source, Sources

from .calls import bot_for, both_ways
from .editing import PNG, alive, edit
from .providers import ProviderServer

__all__ = ["alive"]

REPLACE = "bedrock/stability.stable-image-search-replace-v1:0"
#: OpenAI's own, which LiteLLM refuses, drops or sends on.
OPENAIS = {"background": "transparent", "input_fidelity": "high", "moderation": "low", "output_compression": 50}
models = pytest.mark.parametrize("name", ["recraft", "stability/search-and-replace", REPLACE])


@both_ways
@models
def test_what_a_model_has_not_is_left_out(alive: ProviderServer, name: str, is_async: bool) -> None:
    """OpenAI's own parameters do not stop another model's edit: they are left out, each with an adjustment."""
    with pytest.warns(AdjustmentWarning, match="background='transparent' left out"):
        result = edit(bot_for(alive, name), is_async, **OPENAIS)

    assert {parameter: None for parameter in OPENAIS} == {one.parameter: one.sent for one in result.adjustments}
    assert 1 == len(alive.posts) == len(result)
    assert not any(parameter.encode() in alive.posts[0].body for parameter in OPENAIS)


@both_ways
@models
def test_strict_refuses_what_a_model_has_not(alive: ProviderServer, name: str, is_async: bool) -> None:
    """With strict=True all of them are in one error of ours, and nothing is sent."""
    with pytest.raises(UnsupportedParameterError, match="no such setting") as caught:
        edit(bot_for(alive, name, strict=True), is_async, **OPENAIS)

    assert len(OPENAIS) == len(caught.value.problems)
    assert [] == alive.posts


def test_openai_has_them(alive: ProviderServer) -> None:
    """Where they are known they arrive, with nothing to tell."""
    result = edit(bot_for(alive, "gpt-image-2", strict=True), background="opaque", input_fidelity="high")

    assert () == result.adjustments
    assert ("opaque", "high") == (alive.posts[0].form["background"], alive.posts[0].form["input_fidelity"])


def test_stabilitys_settings_reach_bedrock(alive: ProviderServer) -> None:
    """Settings of the model's own go out, and one that LiteLLM would drop in silence is told."""
    own: dict[str, Any] = {"search_prompt": "cat", "seed": 7, "negative_prompt": "dog", "output_format": "webp"}

    with pytest.warns(AdjustmentWarning, match="bogus_thing=1 left out"):
        edit(bot_for(alive, REPLACE), bogus_thing=1, **own)

    assert own.items() <= alive.posts[0].json.items()


@pytest.mark.parametrize("name", ["azure_ai/flux.2-pro", "fal_ai", "vertex_ai", "openrouter", "gemini"])
def test_nothing_is_dropped_in_silence(alive: ProviderServer, name: str) -> None:
    """Whatever is given to an edit is in the request, or is told with the result."""
    given: dict[str, Any] = {
        "moderation": "low",
        "user": "user-123",
        "seed": 7,
        "bogus_thing": 1,
        "extra_body": {"a": 1},
    }

    with pytest.warns(AdjustmentWarning, match="bogus_thing=1 left out"):
        result = edit(bot_for(alive, name), **given)

    told = {one.parameter for one in result.adjustments}
    assert {*given} == told | {parameter for parameter in given if parameter in alive.posts[0].json}


def test_novas_settings_reach_bedrock(alive: ProviderServer) -> None:
    """Amazon's own model gets its settings, and one that LiteLLM would drop in silence is told."""
    own: dict[str, Any] = {"taskType": "IMAGE_VARIATION", "similarityStrength": 0.5}

    with pytest.warns(AdjustmentWarning, match="bogus_thing=1 left out"):
        edit(bot_for(alive, "bedrock/amazon.nova-canvas-v1:0"), bogus_thing=1, **own)

    body = alive.posts[0].json
    assert ("IMAGE_VARIATION", 0.5) == (body["taskType"], body["imageVariationParams"]["similarityStrength"])


@pytest.mark.parametrize(
    "sources", [None, Sources((Source(PNG, "image/png", "cat.png", 96, 64),))], ids=["draws", "edits"]
)
def test_where_to_log_in_is_no_setting_of_a_model(sources: Sources | None) -> None:
    """Project, place and account go to LiteLLM, which logs in with them, whatever the model takes."""
    account: dict[str, Any] = {"vertex_project": "p", "vertex_location": "us-central1", "vertex_credentials": "{}"}

    request = ImageBot("vertex_ai/gemini-3-pro-image", **account, strict=True).build_request("a cat", sources=sources)

    assert account.items() <= request.parameters.items()


@both_ways
@pytest.mark.parametrize("model", ["xinference/sd3-medium", "together_ai/black-forest-labs/FLUX.1-schnell"])
def test_a_model_that_draws_and_does_not_edit(alive: ProviderServer, model: str, is_async: bool) -> None:
    """It is told that the model cannot edit, not that it cannot draw, and nothing is sent."""
    with pytest.raises(UnroutedModelError, match="LiteLLM cannot edit pictures with") as caught:
        edit(bot_for(alive, model), is_async)

    assert "no image route" not in str(caught.value)
    assert "route='chat'" in str(caught.value)
    assert [] == alive.posts
