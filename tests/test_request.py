"""From what a caller asks to what a model accepts."""

import copy
import types
from collections.abc import Mapping
from typing import Any

import pytest

from llamabot_images.errors import UnsupportedParameterError
from llamabot_images.models import RULES, rule_for
from llamabot_images.request import Adjustment, Asked, Capabilities, ImageRequest, negotiate
from llamabot_images.sizes import Shape

ALL = frozenset({"n", "size", "quality", "response_format", "style", "user"})
GPT = frozenset({"n", "size", "quality", "user", "background", "moderation", "output_format", "output_compression"})
#: What LiteLLM 1.106.2 forwards.
FORWARDS: dict[str, frozenset[str] | None] = {
    "openai/dall-e-3": ALL,
    "openai/dall-e-2": ALL - {"style"},
    "openai/gpt-image-2": GPT,
    "openai/gpt-image-1.5": GPT,
    "openai/my-model": GPT,
    "azure/dall-e-3": ALL,
    "azure/my-pictures": GPT,
    "azure_ai/MAI-Image-2": frozenset({"n", "size"}),
    "azure_ai/flux.2-pro": frozenset({"n", "size", "quality", "user"}),
    "gemini/gemini-3-pro-image": frozenset({"n", "size", "imageConfig", "tools"}),
    "vertex_ai/gemini-3-pro-image": frozenset({"n", "size", "imageConfig", "aspectRatio", "imageSize"}),
    "openrouter/google/gemini-3-pro-image": frozenset({"n", "size", "quality"}),
    "recraft/recraftv3": frozenset({"n", "size", "response_format", "style"}),
    "stability/sd3.5-large": frozenset({"n", "size", "response_format"}),
    "bedrock/stability.sd3-5-large-v1:0": frozenset(),
    "bedrock/stability.stable-diffusion-xl-v1": frozenset({"size"}),
    "bedrock/amazon.nova-canvas-v1:0": frozenset({"n", "size", "quality"}),
    "fal_ai/fal-ai/flux/schnell": frozenset({"n", "size", "response_format"}),
    "black_forest_labs/flux-pro-1.1": frozenset({"n", "size", "quality", "seed"}),
    "runwayml/gen4_image": frozenset({"size"}),
    "xai/grok-imagine-image": None,
    "together_ai/FLUX.1-schnell": None,
    "hosted_vllm/my-model": None,
    "offline/sketch": ALL | {"output_format", "background"},
}
OWN = frozenset({"metadata", "tags", "headers"})


def ask(model: str, prompt: str = "a cat", *, refused: frozenset[str] = frozenset(), **settings: Any) -> ImageRequest:
    """Negotiate for a model as the bot does; every setting that is given counts as set by the caller."""
    named = ("size", "quality", "n", "timeout", "strict")
    given = {name: value for name, value in settings.items() if name in named}
    extra = {name: value for name, value in settings.items() if name not in named}
    explicit = frozenset(settings) - {"strict"}
    provider, _, name = model.partition("/")
    asked = Asked(model=model, explicit=explicit, extra=extra, **given)
    can = Capabilities(provider, name, FORWARDS[model], OWN)
    return negotiate(prompt, asked, can, rule_for(provider, name), refused=refused, credentials={"api_key": "k"})


def adjusted(request: ImageRequest) -> dict[str, Any]:
    """Return what was done instead, by parameter."""
    return {one.parameter: one.sent for one in request.adjustments}


# -- size ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "size", "sent", "done"),
    [
        # DALL-E: a fixed list
        ("openai/dall-e-3", "1792x1024", {"size": "1792x1024"}, {}),
        ("openai/dall-e-3", (1792, 1024), {"size": "1792x1024"}, {}),
        ("openai/dall-e-3", [1792, 1024], {"size": "1792x1024"}, {}),
        ("openai/dall-e-3", "16:9", {"size": "1792x1024"}, {}),
        ("openai/dall-e-3", "landscape", {"size": "1792x1024"}, {}),
        ("openai/dall-e-3", "portrait", {"size": "1024x1792"}, {}),
        ("openai/dall-e-3", "square", {"size": "1024x1024"}, {}),
        ("openai/dall-e-3", "1536x1024", {"size": "1792x1024"}, {"size": "1792x1024"}),
        ("openai/dall-e-3", "auto", {}, {}),
        ("openai/dall-e-2", "landscape", {"size": "1024x1024"}, {"size": "1024x1024"}),
        ("openai/dall-e-2", "square", {"size": "1024x1024"}, {}),
        ("openai/dall-e-2", "300x300", {"size": "256x256"}, {"size": "256x256"}),
        # gpt-image: stepped sizes, and auto
        ("openai/gpt-image-2", "1792x1024", {"size": "1792x1024"}, {}),
        ("openai/gpt-image-2", "1000x1000", {"size": "1008x1008"}, {"size": "1008x1008"}),
        ("openai/gpt-image-2", "auto", {"size": "auto"}, {}),
        ("openai/gpt-image-2", " AUTO ", {"size": "auto"}, {}),
        ("openai/gpt-image-2", "", {}, {}),
        ("openai/gpt-image-2", None, {}, {}),
        ("openai/gpt-image-1.5", "16:9", {"size": "1536x1024"}, {"size": "1536x1024"}),
        # proportions that LiteLLM reads from pixels
        ("gemini/gemini-3-pro-image", "16:9", {"size": "1360x765"}, {}),
        ("gemini/gemini-3-pro-image", "3:4", {"size": "888x1184"}, {}),
        ("gemini/gemini-3-pro-image", "1792x1024", {"size": "1792x1024"}, {}),
        ("gemini/gemini-3-pro-image", "4096x1024", {"size": "3129x1341"}, {"size": "21:9"}),
        ("openrouter/google/gemini-3-pro-image", "16:9", {"size": "1792x1024"}, {}),
        ("openrouter/google/gemini-3-pro-image", "4:3", {"size": "1536x1024"}, {"size": "3:2"}),
        # proportions in a parameter of their own
        ("vertex_ai/gemini-3-pro-image", "16:9", {"size": "1792x1024"}, {}),
        ("stability/sd3.5-large", "portrait", {"aspect_ratio": "2:3"}, {}),
        ("stability/sd3.5-large", "3:4", {"aspect_ratio": "4:5"}, {"size": "4:5"}),
        ("bedrock/stability.sd3-5-large-v1:0", "16:9", {"aspect_ratio": "16:9"}, {}),
        ("bedrock/stability.stable-diffusion-xl-v1", "16:9", {"size": "1344x768"}, {}),
        # limits of LiteLLM's own
        ("azure_ai/MAI-Image-2", "landscape", {"size": "1254x836"}, {}),
        ("azure_ai/MAI-Image-2", "512x512", {"size": "768x768"}, {"size": "768x768"}),
        # no such setting
        ("xai/grok-imagine-image", "16:9", {}, {"size": None}),
        ("xai/grok-imagine-image", "auto", {}, {}),
        # servers that nothing is known of get what was asked
        ("hosted_vllm/my-model", "1000x333", {"size": "1000x333"}, {}),
        ("hosted_vllm/my-model", (1000, 333), {"size": "1000x333"}, {}),
        ("hosted_vllm/my-model", "huge", {"size": "huge"}, {}),
        ("hosted_vllm/my-model", "auto", {"size": "auto"}, {}),
        ("openai/my-model", "16:9", {"size": "1344x768"}, {}),
        ("azure/my-pictures", "1000x333", {"size": "1000x333"}, {}),
    ],
)
def test_size(model: str, size: Any, sent: dict[str, Any], done: dict[str, Any]) -> None:
    """A size is kept, translated, snapped or left out, and what the caller would not expect is reported."""
    request = ask(model, size=size)

    assert sent == dict(request.parameters)
    assert done == adjusted(request)


@pytest.mark.parametrize("keyword", ["aspect_ratio", "aspectRatio", "imageConfig", "image_size", "width"])
def test_the_default_size_gives_way_to_the_providers_own_words(keyword: str) -> None:
    """Who names the size in the provider's words does not get the default size as well."""
    asked = Asked("hosted_vllm/x", size="1024x1024", extra={keyword: "3:2"}, explicit=frozenset({keyword}))
    can = Capabilities("hosted_vllm", "x")

    request = negotiate("a cat", asked, can, rule_for("hosted_vllm", "x"), credentials={})

    assert {keyword: "3:2"} == dict(request.parameters)


def test_a_default_that_is_not_kept_is_not_reported() -> None:
    """Only what the caller set is worth a word."""
    asked = Asked("xai/grok-imagine-image", size="1024x1024", quality="hd", extra={"style": "vivid"})
    can = Capabilities("xai", "grok-imagine-image")

    request = negotiate("a cat", asked, can, rule_for("xai", "grok-imagine-image"), credentials={})

    assert ({}, ()) == (dict(request.parameters), request.adjustments)


@pytest.mark.parametrize(
    ("model", "size", "expected"),
    [
        ("openai/dall-e-3", "16:9", Shape(1792, 1024)),
        ("openai/gpt-image-2", "1000x1000", Shape(1008, 1008)),
        ("gemini/gemini-3-pro-image", "1792x1024", Shape(1792, 1024)),
        ("gemini/gemini-3-pro-image", "16:9", None),
        ("openai/gpt-image-2", "auto", None),
        ("xai/grok-imagine-image", "1024x1024", None),
    ],
)
def test_the_shape_to_expect_is_known(model: str, size: str, expected: Shape | None) -> None:
    """The request knows which pixels should come, where that can be known."""
    assert expected == ask(model, size=size).shape


# -- quality ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "quality", "sent", "done"),
    [
        ("openai/dall-e-3", "hd", {"quality": "hd"}, {}),
        ("openai/dall-e-3", "high", {"quality": "hd"}, {"quality": "hd"}),
        ("openai/dall-e-3", "low", {"quality": "standard"}, {"quality": "standard"}),
        ("openai/dall-e-3", "sharp", {}, {"quality": None}),
        ("openai/dall-e-3", "auto", {}, {}),
        ("gemini/gemini-3-pro-image", "auto", {}, {}),
        ("gemini/gemini-3-pro-image", "", {}, {}),
        ("openai/gpt-image-2", "hd", {"quality": "high"}, {"quality": "high"}),
        ("openai/gpt-image-2", "HIGH", {"quality": "high"}, {"quality": "high"}),
        ("openai/gpt-image-2", "standard", {"quality": "medium"}, {"quality": "medium"}),
        ("openai/gpt-image-2", "auto", {"quality": "auto"}, {}),
        ("openai/gpt-image-2", ["high"], {}, {"quality": None}),
        ("openai/gpt-image-2", 7, {}, {"quality": None}),
        ("openai/gpt-image-2", None, {}, {}),
        ("openai/dall-e-2", "hd", {"quality": "standard"}, {"quality": "standard"}),
        ("bedrock/amazon.nova-canvas-v1:0", "high", {"quality": "premium"}, {"quality": "premium"}),
        ("gemini/gemini-3-pro-image", "high", {}, {"quality": None}),
        ("recraft/recraftv3", "high", {}, {"quality": None}),
        ("black_forest_labs/flux-pro-1.1", "high", {}, {"quality": None}),
        ("openrouter/google/gemini-3-pro-image", "high", {"quality": "high"}, {"quality": "high"}),
        ("openrouter/google/gemini-3-pro-image", "sharp", {}, {"quality": None}),
        ("hosted_vllm/my-model", "sharp", {"quality": "sharp"}, {}),
    ],
)
def test_quality(model: str, quality: Any, sent: dict[str, Any], done: dict[str, Any]) -> None:
    """A quality is kept, translated to the model's word, or left out."""
    request = ask(model, quality=quality)

    assert sent == dict(request.parameters)
    assert done == adjusted(request)


def test_a_quality_that_costs_a_multiple_is_told_although_it_is_kept() -> None:
    """OpenRouter's high quality is a size of 4K at several times the price."""
    (note,) = ask("openrouter/google/gemini-3-pro-image", quality="high").adjustments

    assert "4K" in note.why
    assert note.is_kept
    assert "sent as asked" in str(note)


# -- every other keyword ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "given", "sent", "done"),
    [
        ("openai/dall-e-3", {"style": "vivid"}, {"style": "vivid"}, {}),
        ("openai/dall-e-2", {"style": "vivid"}, {}, {"style": None}),
        ("openai/gpt-image-2", {"style": "vivid", "user": "u"}, {"user": "u"}, {"style": None}),
        ("openai/gpt-image-2", {"response_format": "url"}, {}, {"response_format": None}),
        ("openai/gpt-image-2", {"response_format": "b64_json"}, {}, {}),
        ("openai/gpt-image-2", {"background": "opaque"}, {"background": "opaque"}, {}),
        ("openai/gpt-image-2", {"frame_count": 4}, {"frame_count": 4}, {}),
        ("openai/gpt-image-2", {"style": None, "background": None}, {}, {}),
        ("openai/gpt-image-2", {"stream": True, "partial_images": 2}, {}, {"stream": None, "partial_images": None}),
        ("hosted_vllm/my-model", {"stream": True}, {}, {"stream": None}),
        ("hosted_vllm/my-model", {"stream": False, "partial_images": 0}, {}, {}),
        ("openai/my-model", {"response_format": "url"}, {"extra_body": {"response_format": "url"}}, {}),
        (
            "openai/my-model",
            {"style": "vivid", "extra_body": {"steps": 4}},
            {"extra_body": {"steps": 4, "style": "vivid"}},
            {},
        ),
        ("gemini/gemini-3-pro-image", {"imageConfig": {"imageSize": "2K"}}, {"imageConfig": {"imageSize": "2K"}}, {}),
        ("gemini/gemini-3-pro-image", {"seed": 1, "extra_body": {"a": 1}}, {"extra_body": {"a": 1}}, {"seed": None}),
        ("stability/sd3.5-large", {"seed": 1, "steps": 5}, {"seed": 1}, {"steps": None}),
        ("black_forest_labs/flux-pro-1.1", {"seed": 1, "loud": True}, {"seed": 1}, {"loud": None}),
        ("xai/grok-imagine-image", {"style": "vivid", "user": "u"}, {"user": "u"}, {"style": None}),
        ("hosted_vllm/my-model", {"style": "vivid", "steps": 5}, {"style": "vivid", "steps": 5}, {}),
        ("openai/gpt-image-2", {"metadata": {"a": 1}, "tags": ["x"]}, {"metadata": {"a": 1}, "tags": ["x"]}, {}),
        ("gemini/gemini-3-pro-image", {"metadata": {"a": 1}}, {"metadata": {"a": 1}}, {}),
    ],
)
def test_other_keywords(model: str, given: dict[str, Any], sent: dict[str, Any], done: dict[str, Any]) -> None:
    """What the model has is sent, what it has not is left out with a word, and nothing that is None is sent."""
    request = ask(model, **given)

    assert sent == dict(request.parameters)
    assert done == adjusted(request)


@pytest.mark.parametrize(
    ("name", "given"),
    [("size", {"size": "16:9"}), ("quality", {"quality": "high"}), ("user", {"user": "u"}), ("steps", {"steps": 5})],
)
def test_what_the_provider_refused_before_is_not_sent_again(name: str, given: dict[str, Any]) -> None:
    """A parameter that the provider has answered not to know is left out from then on."""
    request = ask("hosted_vllm/my-model", refused=frozenset({name}), **given)

    assert {} == dict(request.parameters)
    assert {name: None} == adjusted(request)
    assert "does not know it" in request.adjustments[0].why


def test_a_ratio_parameter_that_was_refused_is_not_sent_again() -> None:
    """The size is left out too where the parameter that carries it was refused."""
    request = ask("stability/sd3.5-large", refused=frozenset({"aspect_ratio"}), size="16:9")

    assert {} == dict(request.parameters)
    assert {"size": None} == adjusted(request)


# -- how many --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "n", "expected"),
    [
        ("openai/gpt-image-2", 1, [1]),
        ("openai/gpt-image-2", 10, [10]),
        ("openai/gpt-image-2", 25, [10, 10, 5]),
        ("openai/dall-e-3", 3, [1, 1, 1]),
        ("gemini/gemini-3-pro-image", 2, [1, 1]),
        ("recraft/recraftv3", 7, [6, 1]),
        ("hosted_vllm/my-model", 50, [50]),
    ],
)
def test_pictures_are_spread_over_calls(model: str, n: int, expected: list[int]) -> None:
    """No call asks for more pictures than the model makes at once, and all together ask for n."""
    assert expected == [call["n"] for call in ask(model, n=n).calls()]


@pytest.mark.parametrize("model", ["bedrock/stability.sd3-5-large-v1:0", "runwayml/gen4_image"])
def test_models_without_n_are_called_once_per_picture(model: str) -> None:
    """Where n cannot be sent each picture has a call of its own."""
    calls = list(ask(model, n=3).calls())

    assert 3 == len(calls)
    assert all("n" not in call for call in calls)


# -- what goes to LiteLLM --------------------------------------------------------------------------------


def test_keywords_of_a_call() -> None:
    """A call has model, prompt, n, timeout, key and the negotiated parameters, and nothing that is None."""
    (call,) = ask("openai/gpt-image-2", "a red panda", size="1024x1024", quality=None, timeout=9.5).calls()

    assert {
        "model": "openai/gpt-image-2",
        "prompt": "a red panda",
        "n": 1,
        "size": "1024x1024",
        "timeout": 9.5,
        "api_key": "k",
    } == call


def test_a_further_keyword_cannot_take_the_prompts_place() -> None:
    """A stray keyword of the bot is not drawn instead of what was asked."""
    (call,) = ask("hosted_vllm/my-model", "a red panda", n=2, steps=5).calls()
    (odd,) = ask_with_extra({"prompt": "a goat", "model": "other"}).calls()

    assert 5 == call["steps"]
    assert ("a cat", "hosted_vllm/x") == (odd["prompt"], odd["model"])


@pytest.mark.parametrize("length", [1, 4000, 100_000])
@pytest.mark.parametrize("letter", ["a", "ä", "猫", "🐈"])
def test_long_prompts_go_through_whole(letter: str, length: int) -> None:
    """Nothing is cut from a prompt; how much a model reads is its own business."""
    (call,) = ask("openai/gpt-image-2", letter * length).calls()

    assert letter * length == call["prompt"]


class Client:
    """Stands for an object that must be handed on as it is."""


@pytest.mark.parametrize("name", ["extra_headers", "extra_body", "metadata", "headers"])
def test_the_callers_dicts_are_never_written_to(name: str) -> None:
    """Each call gets copies to the depth, so that nobody writes a key into the caller's dict."""
    client = Client() if name != "extra_body" else None  # that is JSON
    given = {"a": {"b": [1, {"c": 2}]}, "list": [[1]], "client": client, "pair": ([1], 2)}
    before = copy.copy(given)
    request = ask("hosted_vllm/my-model", **{name: given, "n": 2})

    for call in (*request.calls(), *request.calls()):
        call[name]["Authorization"] = "Bearer other"
        call[name]["a"]["b"][1]["c"] = 3
        call[name]["list"][0].append(4)
        call[name]["pair"][0].append(5)
        assert client is call[name]["client"]

    assert before == given
    assert {"a": {"b": [1, {"c": 2}]}, "list": [[1]], "client": client, "pair": ([1], 2)} == given


def test_calls_do_not_share_their_dicts() -> None:
    """What is written into one call's dict is not seen by the next."""
    first, second = ask("openai/dall-e-3", n=2, extra_headers={"x": "1"}).calls()

    first["extra_headers"]["Authorization"] = "Bearer k"

    assert {"x": "1"} == second["extra_headers"]


def test_read_only_mappings_become_dicts() -> None:
    """LiteLLM writes into header dicts; a mapping that cannot be written to is copied into one that can."""
    headers = types.MappingProxyType({"x": "1"})

    (call,) = ask("hosted_vllm/my-model", extra_headers=headers).calls()

    assert {"x": "1"} == call["extra_headers"]
    assert isinstance(call["extra_headers"], dict)


def test_the_forced_parameters_are_not_written_into_the_callers_body() -> None:
    """extra_body is extended in a copy."""
    body = {"steps": 4}

    ask("openai/my-model", extra_body=body, style="vivid")

    assert {"steps": 4} == body


# -- without ---------------------------------------------------------------------------------------------


def test_without_a_parameter() -> None:
    """What a provider does not know is left out of the request and told with the value that was asked."""
    request = ask("hosted_vllm/my-model", steps=5, style="vivid")

    fewer = request.without("steps", "no")

    assert {"style": "vivid"} == dict(fewer.parameters)
    assert (Adjustment("steps", 5, None, "no"),) == fewer.adjustments
    assert {"steps": 5, "style": "vivid"} == dict(request.parameters)


def test_without_a_parameter_in_the_body() -> None:
    """A parameter that was forced into the body is found there."""
    request = ask("openai/my-model", style="vivid", extra_body={"steps": 4})

    fewer = request.without("style", "no")

    assert {"extra_body": {"steps": 4}} == dict(fewer.parameters)
    assert (Adjustment("style", "vivid", None, "no"),) == fewer.adjustments


def test_without_the_number() -> None:
    """A server that does not know n is asked once per picture."""
    fewer = ask("hosted_vllm/my-model", n=3).without("n", "no")

    assert [{"model", "prompt", "timeout", "api_key"}] * 3 == [set(call) for call in fewer.calls()]
    assert (Adjustment("n", 3, None, "no"),) == fewer.adjustments


def test_without_a_default_needs_no_word() -> None:
    """A default that the server does not know was not asked for by the caller."""
    asked = Asked("hosted_vllm/x", extra={"response_format": "url"})
    request = negotiate("a cat", asked, Capabilities("hosted_vllm", "x"), rule_for("hosted_vllm", "x"), credentials={})

    fewer = request.without("response_format", "no")

    assert ({}, ()) == (dict(fewer.parameters), fewer.adjustments)


# -- strict ----------------------------------------------------------------------------------------------


def test_strict_names_everything_that_cannot_be_kept() -> None:
    """One error names every adjustment, with parameter, value and reason."""
    with pytest.raises(UnsupportedParameterError) as caught:
        ask("openai/dall-e-2", size="16:9", quality="hd", style="vivid", background="opaque", strict=True)

    text = str(caught.value)
    assert ["quality", "size", "style"] == sorted(one.partition("=")[0] for one in caught.value.problems)
    assert all(part in text for part in ("'16:9'", "'1024x1024'", "'hd'", "'standard'", "'vivid'", "left out"))


@pytest.mark.parametrize(
    ("model", "given"),
    [
        ("openai/gpt-image-2", {"size": "1792x1024", "quality": "high", "background": "opaque"}),
        ("openai/gpt-image-2", {"size": "auto", "response_format": "b64_json"}),
        ("openai/dall-e-3", {"size": "landscape", "style": "vivid"}),
        ("openrouter/google/gemini-3-pro-image", {"quality": "high"}),
        ("hosted_vllm/my-model", {"size": "1x9", "quality": "sharp", "style": "x", "steps": 5, "user": "u"}),
    ],
)
def test_strict_lets_pass_what_is_kept(model: str, given: dict[str, Any]) -> None:
    """What the model takes as it is asked is no problem."""
    assert ask(model, strict=True, **given).strict


def test_adjustments_read_well_and_stay_short() -> None:
    """An adjustment says what was asked, what was done and why, without image data."""
    left_out = Adjustment("mask", "A" * 100_000, None, "the model has no such setting")
    changed = Adjustment("size", (5, 5), "16x16", "the model takes multiples of 16")

    assert "size=(5, 5) became '16x16': the model takes multiples of 16" == str(changed)
    assert len(str(left_out)) < 200


def test_every_rule_can_be_negotiated_with() -> None:
    """No row of the table makes a request impossible."""
    for rule in RULES:
        provider, _, name = rule.pattern.replace("*", "x").partition("/")
        asked = Asked("m", size="16:9", quality="high", n=3, explicit=frozenset({"size", "quality"}))

        request = negotiate("a cat", asked, Capabilities(provider, name), rule, credentials={})

        assert 3 == sum(call.get("n", 1) for call in request.calls())


def ask_with_extra(extra: Mapping[str, Any]) -> ImageRequest:
    """Negotiate with keywords that no Python call could name twice."""
    asked = Asked("hosted_vllm/x", extra=extra, explicit=frozenset(extra))
    return negotiate("a cat", asked, Capabilities("hosted_vllm", "x"), rule_for("hosted_vllm", "x"), credentials={})
