"""A user changes only the model name: every live model draws, with default settings and with others."""

import warnings
from pathlib import Path

import pytest

from llamabot_images import AdjustmentWarning, ImageBot, UnsupportedParameterError

from .providers import DisallowParameter, Gone, ProviderServer

MODELS = [
    "gpt-image-1-mini",
    "gpt-image-1.5",
    "gpt-image-2",
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "chatgpt-image-latest",
    "azure/dall-e-3",
    "azure/gpt-image-1-mini",
    "azure/gpt-image-1.5",
    "azure/gpt-image-2",
    "azure/gpt-image-2.5-flare",
    "azure_ai/FLUX-1.1-pro",
    "azure_ai/flux.2-pro",
    "azure_ai/MAI-Image-2",
    "gemini/gemini-2.5-flash-image",
    "gemini/gemini-3-pro-image",
    "gemini/gemini-3.1-flash-image",
    "gemini/gemini-3.1-flash-lite-image",
    "gemini/gemini-nano-banana-2.1",
    "vertex_ai/gemini-2.5-flash-image",
    "vertex_ai/gemini-3-pro-image",
    "vertex_ai/gemini-3.1-flash-image",
    "openrouter/google/gemini-2.5-flash-image",
    "openrouter/google/gemini-3.1-flash-image",
    "openrouter/google/gemini-3-pro-image",
    "bedrock/stability.sd3-5-large-v1:0",
    "bedrock/stability.stable-image-core-v1:1",
    "bedrock/stability.stable-image-ultra-v1:1",
    "bedrock/stability.stable-diffusion-xl-v1",
    "recraft/recraftv2",
    "recraft/recraftv3",
    "stability/sd3.5-large",
    "stability/stable-image-core",
    "stability/stable-image-ultra",
    "fal_ai/fal-ai/flux-pro/v1.1",
    "fal_ai/fal-ai/flux/schnell",
    "fal_ai/fal-ai/nano-banana",
    "xai/grok-imagine-image",
    "together_ai/black-forest-labs/FLUX.1-schnell",
    "fireworks_ai/flux-1-schnell-fp8",
    "deepinfra/black-forest-labs/FLUX-1-schnell",
    "nebius/black-forest-labs/flux-schnell",
    "hosted_vllm/stable-diffusion",
    "litellm_proxy/gpt-image-2",
    "litellm_proxy/my-images",
    "xinference/sd3-medium",
    "compatible/my-model",
]


def bot_for(provider: ProviderServer, model: str, **settings: object) -> ImageBot:
    """Return a bot for a model, pointed at the server that stands for its provider."""
    if model.startswith("azure/"):
        provider.deployments[model.partition("/")[2]] = model.partition("/")[2]
    return ImageBot(**(provider.kwargs_for(model) | settings))


def test_the_table_is_wide() -> None:
    """At least 40 models of at least 12 providers are in the table."""
    assert len(MODELS) >= 40
    assert len({one.split("/")[0] if "/" in one else "openai" for one in MODELS}) >= 12


@pytest.mark.parametrize("model", MODELS)
def test_default_settings_draw(provider: ProviderServer, model: str) -> None:
    """The defaults draw with one request and no word of warning, against rules as strict as the provider's."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", AdjustmentWarning)
        path = bot_for(provider, model)("a red panda")

    assert provider.pictures.served[-1] == Path(path).read_bytes()
    assert 1 == len(provider.posts)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.filterwarnings("ignore::llamabot_images.errors.AdjustmentWarning")
def test_wide_fine_and_two_draw(provider: ProviderServer, model: str) -> None:
    """size="16:9", quality="high" and n=2 save two pictures, with no request that the provider rejects."""
    result = bot_for(provider, model, size="16:9", quality="high", n=2).generate("a red panda")

    paths = result.save(".")

    assert 2 == len(set(paths))
    assert len(provider.posts) <= 2
    assert {"quality", "size"} >= {one.parameter for one in result.adjustments}


@pytest.mark.parametrize("model", MODELS)
def test_wide_pictures_are_wide(provider: ProviderServer, model: str) -> None:
    """size="landscape" gives a picture that is wider than high, or an adjustment that says why not."""
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        result = bot_for(provider, model, size="landscape").generate("a red panda")

    info = result[0].info
    assert info.width is not None
    assert info.height is not None
    assert info.width > info.height or "size" in {one.parameter for one in result.adjustments}


def test_adjustments_say_what_was_asked_and_what_was_done(provider: ProviderServer) -> None:
    """What the caller set and could not be kept is on the result and in one warning."""
    bot = bot_for(provider, "gemini/gemini-3.1-flash-image", quality="high", style="vivid")

    with pytest.warns(AdjustmentWarning) as told:
        result = bot.generate("a red panda")

    assert [("quality", "high", None), ("style", "vivid", None)] == [
        (one.parameter, one.asked, one.sent) for one in result.adjustments
    ]
    assert 1 == len(told)
    assert __file__ == told[0].filename


def test_strict_names_all_problems_and_sends_nothing(provider: ProviderServer) -> None:
    """strict=True raises before sending, with every problem in one error."""
    bot = bot_for(provider, "gemini/gemini-3.1-flash-image", quality="high", style="vivid", strict=True)

    with pytest.raises(UnsupportedParameterError) as caught:
        bot.generate("a red panda")

    assert 2 == len(caught.value.problems)
    assert [] == provider.requests


def test_unknown_parameter_is_dropped_and_remembered(provider: ProviderServer) -> None:
    """What the provider says it does not know is left out, once, and never sent to that model again."""
    provider.always(DisallowParameter("quality"))
    bot = bot_for(provider, "compatible/my-model", quality="high")

    with pytest.warns(AdjustmentWarning, match="quality='high' left out"):
        first = bot.generate("a red panda")
    with pytest.warns(AdjustmentWarning, match="quality='high' left out"):
        second = bot.generate("a red panda")

    assert [True, False, False] == ["quality" in one.json for one in provider.posts]
    assert (2, 1) == (first.requests_sent, second.requests_sent)


def test_strict_does_not_drop_what_the_provider_refuses(provider: ProviderServer) -> None:
    """With strict=True a parameter that the provider does not know is an error, and nothing is sent again."""
    provider.always(DisallowParameter("quality"))

    with pytest.raises(UnsupportedParameterError, match="quality"):
        bot_for(provider, "compatible/my-model", quality="high", strict=True).generate("a red panda")

    assert 1 == len(provider.posts)


def test_other_size_than_asked_is_reported(provider: ProviderServer) -> None:
    """A picture that comes in another size than asked is told."""
    provider.pictures.size = (640, 480)

    with pytest.warns(AdjustmentWarning, match="640x480"):
        result = bot_for(provider, "gpt-image-2", size="1536x1024").generate("a red panda")

    assert ("1536x1024", "640x480") == (result.adjustments[-1].asked, result.adjustments[-1].sent)


def test_unknown_server_gets_what_was_asked(provider: ProviderServer) -> None:
    """A model nobody knows is sent the caller's own settings, the ones LiteLLM would refuse included."""
    settings = {"size": "banana", "quality": "ultra", "response_format": "b64_json", "steps": 12}
    provider.strict = False

    bot_for(provider, "compatible/my-model", **settings).generate("a red panda")

    assert settings.items() <= provider.posts[0].json.items()


def test_gone_model_without_successor_is_the_providers_own_error(provider: ProviderServer) -> None:
    """An unknown model's answer reaches the caller as LiteLLM raised it, with advice."""
    import litellm

    provider.script(Gone())

    with pytest.raises(litellm.NotFoundError) as caught:
        bot_for(provider, "gpt-image-2").generate("a red panda")

    assert "llamabot-images models" in " ".join(caught.value.__notes__)
    assert 1 == len(provider.posts)
