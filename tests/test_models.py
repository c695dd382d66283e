"""The table of what models take: which row a model gets, and that LiteLLM agrees with the rows."""

from types import ModuleType
from typing import Any

import pytest

from llamabot_images.models import RULES, ModelRule, rule_for
from llamabot_images.sizes import ListedSizes, Ratios, Shape, parse_size


@pytest.mark.parametrize(
    ("provider", "name", "pattern"),
    [
        ("openai", "dall-e-3", "openai/dall-e-3"),
        ("openai", "dall-e-2", "openai/dall-e-2"),
        ("openai", "gpt-image-1", "openai/gpt-image-1*"),
        ("openai", "gpt-image-1-mini", "openai/gpt-image-1*"),
        ("openai", "gpt-image-1.5-2025-12-16", "openai/gpt-image-1*"),
        ("openai", "chatgpt-image-latest", "openai/chatgpt-image*"),
        ("openai", "gpt-image-2", "openai/gpt-image-*"),
        ("openai", "gpt-image-2.6-flare", "openai/gpt-image-*"),
        ("openai", "my-own-model", "*"),
        ("openai", "org/gpt-image-2", "*"),
        ("azure", "dall-e-3", "azure/*dall-e-3*"),
        ("azure", "prod-dalle3-east", "azure/*dalle3*"),
        ("azure", "my-gpt-image-1.5", "azure/*gpt-image-1*"),
        ("azure", "team-gpt-image-2", "azure/*gpt-image-*"),
        ("azure", "my-pictures", "*"),
        ("azure_ai", "MAI-Image-2", "azure_ai/MAI-*"),
        ("azure_ai", "FLUX-1.1-pro", "azure_ai/*FLUX*"),
        ("azure_ai", "flux.2-pro", "azure_ai/*flux*"),
        ("gemini", "imagen-4.0-generate-001", "gemini/imagen-*"),
        ("gemini", "gemini-3-pro-image", "gemini/*"),
        ("vertex_ai", "gemini-3-pro-image", "vertex_ai/gemini*"),
        ("vertex_ai", "imagen-4.0-generate-001", "vertex_ai/*"),
        ("openrouter", "google/gemini-3-pro-image", "openrouter/*"),
        ("bedrock", "stability.stable-diffusion-xl-v1", "bedrock/*stable-diffusion-xl*"),
        ("bedrock", "stability.sd3-5-large-v1:0", "bedrock/*stability.*"),
        ("bedrock", "us.stability.stable-image-core-v1:1", "bedrock/*stability.*"),
        ("bedrock", "amazon.nova-canvas-v1:0", "bedrock/*amazon.*"),
        ("recraft", "recraftv3", "recraft/*"),
        ("stability", "sd3.5-large", "stability/*"),
        ("black_forest_labs", "flux-pro-1.1", "black_forest_labs/*"),
        ("xai", "grok-imagine-image", "xai/*"),
        ("together_ai", "black-forest-labs/FLUX.1-schnell", "together_ai/*"),
        ("fal_ai", "fal-ai/flux/schnell", "fal_ai/*"),
        ("runwayml", "gen4_image", "runwayml/*"),
        ("offline", "sketch", "offline/*"),
        ("hosted_vllm", "stable-diffusion", "*"),
        ("litellm_proxy", "gpt-image-2", "*"),
        ("", "", "*"),
        ("a provider", "with spaces [and] brackets", "*"),
    ],
)
def test_a_model_gets_its_row(provider: str, name: str, pattern: str) -> None:
    """The first row that fits counts; whatever fits none gets the last."""
    assert pattern == rule_for(provider, name).pattern


def test_only_the_last_row_is_unknown() -> None:
    """Exactly one row stands for servers that nothing is known of, and it is the last."""
    assert [RULES[-1]] == [rule for rule in RULES if not rule.is_known]


def test_no_pattern_is_in_the_table_twice() -> None:
    """A second row with the same pattern would never be read."""
    patterns = [rule.pattern for rule in RULES]

    assert len(patterns) == len(set(patterns))


def test_unknown_servers_have_no_limits() -> None:
    """Nothing is cut, translated or left out for a server that nothing is known of."""
    rule = rule_for("hosted_vllm", "stable-diffusion")

    assert (None, None, frozenset(), None) == (rule.qualities, rule.images_per_call, rule.rejects, rule.keeps)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
def test_rows_are_sound(rule: ModelRule) -> None:
    """Every listed size can be read, and limits on pictures are positive."""
    listed = (
        rule.sizes.sizes
        if isinstance(rule.sizes, ListedSizes)
        else rule.sizes.ratios
        if isinstance(rule.sizes, Ratios)
        else ()
    )

    assert all(parse_size(one) for one in listed)
    assert len(listed) == len(set(listed))
    assert rule.images_per_call is None or rule.images_per_call >= 1
    assert not (rule.size_as != "size" and not isinstance(rule.sizes, Ratios))


# -- LiteLLM's own translation of what the rows lead to ------------------------------------------------


@pytest.fixture(scope="module")
def llm() -> ModuleType:
    """Give LiteLLM."""
    import litellm

    return litellm


def config_of(llm: ModuleType, provider: str, name: str) -> Any:
    """Return LiteLLM's rules for a model."""
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    return ProviderConfigManager.get_provider_image_generation_config(model=name, provider=LlmProviders(provider))


def ratio_sent(llm: ModuleType, provider: str, name: str, size: str) -> str | None:
    """Return the proportion that LiteLLM puts on the wire for a size."""
    mapped = config_of(llm, provider, name).map_openai_params({"size": size}, {}, name, False)
    config = mapped.get("imageConfig") or mapped.get("image_config") or mapped
    found: str | None = config.get("aspectRatio") or config.get("aspect_ratio")
    return found


TRANSLATED = [
    ("gemini", "gemini-3.1-flash-image"),
    ("gemini", "gemini-2.5-flash-image"),
    ("gemini", "imagen-4.0-generate-001"),
    ("vertex_ai", "imagen-4.0-generate-001"),
    ("vertex_ai", "gemini-3-pro-image"),
    ("openrouter", "google/gemini-3.1-flash-image"),
]


@pytest.mark.parametrize(("provider", "name"), TRANSLATED)
def test_litellm_sends_the_ratio_that_was_meant(llm: ModuleType, provider: str, name: str) -> None:
    """For every proportion on offer, the size that we send is read by LiteLLM as that proportion."""
    offered = rule_for(provider, name).sizes
    assert isinstance(offered, Ratios)

    for ratio in offered.ratios:
        wish = parse_size(ratio)
        assert wish is not None
        assert ratio == ratio_sent(llm, provider, name, offered.spelling(wish, offered.nearest(wish)))


@pytest.mark.parametrize(("provider", "name"), TRANSLATED)
def test_litellm_reads_pixels_as_the_ratio_that_is_reported(llm: ModuleType, provider: str, name: str) -> None:
    """For sizes in pixels too, LiteLLM's choice is the one that the table names."""
    offered = rule_for(provider, name).sizes
    assert isinstance(offered, Ratios)
    wishes = [Shape(width, height) for width in range(256, 4097, 192) for height in range(256, 4097, 192)]

    for wish in wishes:
        meant = offered.nearest(wish)
        assert str(meant) == ratio_sent(llm, provider, name, offered.spelling(wish, meant)), wish


def test_runway_sizes_are_those_that_litellm_translates(llm: ModuleType) -> None:
    """No listed size becomes LiteLLM's fallback of 1920x1080."""
    sizes = rule_for("runwayml", "gen4_image").sizes
    assert isinstance(sizes, ListedSizes)
    config = config_of(llm, "runwayml", "gen4_image")

    sent = [config.map_openai_params({"size": one}, {}, "gen4_image", False)["ratio"] for one in sizes.sizes]

    assert [one.replace("x", ":") for one in sizes.sizes] == sent


@pytest.mark.parametrize("asked", ["1024x1024", "16:9", "9:16", "landscape", "21:9", "100x100", "4096x4096"])
def test_litellm_takes_the_sizes_for_mai(llm: ModuleType, asked: str) -> None:
    """LiteLLM refuses sizes out of bounds itself; ours are within them."""
    wish = parse_size(asked)
    assert wish is not None
    size = str(rule_for("azure_ai", "MAI-Image-2").sizes.nearest(wish))

    mapped = config_of(llm, "azure_ai", "MAI-Image-2").map_openai_params({"size": size}, {}, "MAI-Image-2", False)

    assert size == f"{mapped['width']}x{mapped['height']}"
