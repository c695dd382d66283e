"""A provider that will not draw is one kind of error, whichever way it says so, and is asked once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamabot_images import ContentPolicyError, FewerImagesWarning, ImageBot, NoImageError, refusals

from .calls import bot_for, both_ways, draw
from .providers import EmptyData, ErrorInOk, NoPicture, PartialRefusal, ProviderServer, Refusal, Status
from .providers.catalogue import apis

#: Models whose providers answer each in a shape of its own; every provider of the server is in it.
MODELS = [
    "gpt-image-2",
    "azure/gpt-image-2",
    "azure_ai/flux.2-pro",
    "gemini/gemini-3.1-flash-image",
    "gemini/imagen-4.0-generate-001",
    "vertex_ai/gemini-3-pro-image",
    "openrouter/google/gemini-3.1-flash-image",
    "bedrock/stability.sd3-5-large-v1:0",
    "bedrock/stability.stable-diffusion-xl-v1",
    "bedrock/amazon.nova-canvas-v1:0",
    "recraft",
    "stability",
    "fal_ai",
    "xai",
    "compatible",
    "xinference",
    "litellm_proxy",
    "together_ai",
    "fireworks_ai",
    "deepinfra",
    "nebius",
    "hosted_vllm",
]
KINDS = {api.name: list(api.refusals()) for api in apis()}
#: What the error says of some refusals: code, categories, stage, whether the same prompt may pass another time.
SAYINGS: dict[tuple[str, str], tuple[str | None, tuple[str, ...], str | None, bool]] = {
    ("gpt-image-2", "moderation_blocked"): ("moderation_blocked", ("violence",), "prompt", False),
    ("gpt-image-2", "content_policy_violation"): ("content_policy_violation", (), "prompt", False),
    ("azure/gpt-image-2", "content_filter"): ("ResponsibleAIPolicyViolation", ("violence",), "prompt", False),
    ("gemini/gemini-3.1-flash-image", "IMAGE_SAFETY"): ("IMAGE_SAFETY", (), "output", True),
    ("gemini/gemini-3.1-flash-image", "PROHIBITED_CONTENT"): (
        "PROHIBITED_CONTENT",
        ("HARM_CATEGORY_DANGEROUS_CONTENT",),
        "prompt",
        False,
    ),
    ("gemini/imagen-4.0-generate-001", "raiFilteredReason"): ("raiFilteredReason", (), "output", True),
    ("openrouter/google/gemini-3.1-flash-image", "content_filter"): ("content_filter", (), "output", True),
    ("openrouter/google/gemini-3.1-flash-image", "text"): (None, (), None, True),
    ("bedrock/stability.sd3-5-large-v1:0", "withheld"): ("Filter reason", (), "prompt", False),
    ("bedrock/stability.stable-diffusion-xl-v1", "withheld"): ("CONTENT_FILTERED", (), "output", True),
    ("bedrock/amazon.nova-canvas-v1:0", "withheld"): ("content_filter", (), "output", True),
    ("recraft", "moderation"): ("prompt_moderation_failed", (), "prompt", False),
    ("stability", "CONTENT_FILTERED"): ("CONTENT_FILTERED", (), "output", True),
    ("fal_ai", "content_policy_violation"): ("content_policy_violation", (), None, False),
    ("fal_ai", "nsfw"): ("has_nsfw_concepts", (), "output", True),
    ("fal_ai", "nsfw_missing"): ("has_nsfw_concepts", (), "output", True),
    ("xai", "withheld"): ("respect_moderation", (), "output", True),
    ("xai", "empty"): (None, (), None, True),
}


def kinds_of(model: str) -> list[str]:
    """Return the ways in which a model's provider refuses."""
    name = model.partition("/")[0]
    return KINDS["openai" if name == "gpt-image-2" else name]


CASES = [(model, kind) for model in MODELS for kind in kinds_of(model)]


def refused(bot: ImageBot, is_async: bool, **overrides: Any) -> ContentPolicyError:
    """Draw, and return the refusal."""
    with pytest.raises(ContentPolicyError) as caught:
        draw(bot, is_async, **overrides)
    return caught.value


def test_every_provider_is_in_the_table() -> None:
    """Every provider of the server refuses in at least one case."""
    names = {"openai" if "gpt-image-2" == model else model.partition("/")[0] for model in MODELS}

    assert KINDS.keys() == names


@pytest.mark.parametrize(("model", "kind"), CASES)
def test_every_refusal_is_one_kind_of_error(provider: ProviderServer, model: str, kind: str) -> None:
    """Each way of each provider is a ContentPolicyError that is a ValueError, from both verbs, after one request."""
    provider.retired.clear()
    provider.always(Refusal(kind))
    bot = bot_for(provider, model)

    errors = [refused(bot, is_async) for is_async in (False, True)]

    assert 2 == len(provider.posts)
    for error in errors:
        assert isinstance(error, ValueError)
        assert bot.build_request("x").provider == error.provider
        assert error.provider_text
        assert error.provider_text in str(error)
        assert "not sent again" in str(error)


@pytest.mark.parametrize(("model", "kind"), SAYINGS)
def test_refusal_carries_what_the_provider_says(provider: ProviderServer, model: str, kind: str) -> None:
    """Code, categories and stage are the provider's, and the error says whether another try may help."""
    provider.retired.clear()
    provider.script(Refusal(kind))

    error = refused(bot_for(provider, model), is_async=False)

    assert SAYINGS[model, kind] == (error.code, error.categories, error.stage, error.retryable)
    assert ("the same prompt may pass another time" in str(error)) == error.retryable


@both_ways
@pytest.mark.parametrize("model", ["gemini", "vertex_ai", "openrouter"])
def test_words_in_place_of_a_picture_are_in_the_message(provider: ProviderServer, model: str, is_async: bool) -> None:
    """What a chat model said instead of drawing is what the caller reads."""
    provider.script(NoPicture("I cannot draw that, but here is a poem."))

    error = refused(bot_for(provider, model), is_async)

    assert "I cannot draw that, but here is a poem." == error.provider_text
    assert "I cannot draw that, but here is a poem." in str(error)


@both_ways
def test_refused_parts_leave_the_other_pictures(provider: ProviderServer, is_async: bool) -> None:
    """Of four calls side by side two are refused: two pictures come, with a reason for each that does not."""
    provider.script(None, Refusal("IMAGE_SAFETY"), None, Refusal("SAFETY"))

    with pytest.warns(FewerImagesWarning, match="2 of 4 pictures"):
        result = draw(bot_for(provider, "gemini", n=4), is_async)

    assert 2 == len(result)
    assert 4 == len(provider.posts) == result.requests_sent
    assert ["IMAGE_SAFETY", "SAFETY"] == sorted(
        next(code for code in ("IMAGE_SAFETY", "SAFETY") if code in problem) for problem in result.problems
    )


@both_ways
@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("xai", "moderation"),
        ("gemini/imagen-4.0-generate-001", "filtered out because they violated"),
        ("fal_ai", "safety checker"),
        ("gpt-image-2", "no more"),
    ],
)
def test_withheld_pictures_of_one_reply_are_told(
    provider: ProviderServer, model: str, reason: str, is_async: bool
) -> None:
    """Of three pictures two are withheld: the good one is returned, with the provider's reason and a warning."""
    provider.retired.clear()
    provider.script(PartialRefusal(kept=1))
    bot = bot_for(provider, model, n=3)

    with pytest.warns(FewerImagesWarning, match="1 of 3 pictures"):
        result = draw(bot, is_async)

    assert provider.pictures.served == [result[0].to_bytes()]
    assert all(reason in problem for problem in result.problems)
    assert len(result.problems) in (1, 2)
    assert 1 == len(provider.posts)


def test_flagged_picture_is_kept_where_the_caller_switched_the_checker_off(provider: ProviderServer) -> None:
    """fal.ai blackens flagged pictures only while its checker is on; without it they are what was asked for."""
    provider.script(PartialRefusal(kept=1))
    bot = bot_for(provider, "fal_ai", n=2, enable_safety_checker=False)

    result = bot.generate("a red panda")

    assert 2 == len(result)
    assert () == result.problems


BROKEN = [
    ("gpt-image-2", "null"),
    ("gpt-image-2", "missing"),
    ("gemini", "empty"),
    ("gemini", "null"),
    ("gemini", "missing"),
    ("openrouter", "empty"),
    ("openrouter", "null"),
    ("recraft", "null"),
    ("stability", "null"),
    ("bedrock", "empty"),
    ("bedrock", "null"),
    ("fal_ai", "null"),
    ("xai", "null"),
]


@both_ways
@pytest.mark.parametrize(("model", "form"), BROKEN)
def test_reply_that_is_no_refusal_is_not_called_one(
    provider: ProviderServer, model: str, form: str, is_async: bool
) -> None:
    """A reply that is broken rather than empty is a NoImageError that blames nobody, after one request."""
    provider.script(EmptyData(form))

    with pytest.raises(NoImageError, match="No image data found") as caught:
        draw(bot_for(provider, model), is_async)

    assert not isinstance(caught.value, ContentPolicyError)
    assert caught.value.maybe_charged
    assert 1 == len(provider.posts)


@both_ways
@pytest.mark.parametrize("model", ["gpt-image-2", "gemini", "openrouter", "recraft"])
def test_error_in_a_success_is_no_refusal(provider: ProviderServer, model: str, is_async: bool) -> None:
    """An error under status 200 is an outcome that nobody knows: it may be charged and is not sent again."""
    provider.script(ErrorInOk())

    with pytest.raises(NoImageError, match="could not be made") as caught:
        draw(bot_for(provider, model), is_async)

    assert not isinstance(caught.value, ContentPolicyError)
    assert caught.value.maybe_charged is True
    assert 1 == len(provider.posts)


@pytest.mark.parametrize(("kind", "may_be_charged"), [("SAFETY", True), ("58061214", False)])
def test_only_an_answered_request_may_be_charged(provider: ProviderServer, kind: str, may_be_charged: bool) -> None:
    """A refusal in a success may be billed, one with status 400 is not."""
    provider.script(Refusal(kind))

    error = refused(bot_for(provider, "gemini"), is_async=False)

    assert may_be_charged == error.maybe_charged


def test_bad_request_is_not_called_a_refusal(provider: ProviderServer) -> None:
    """A request that is wrong in itself reaches the caller as LiteLLM's own error."""
    import litellm

    provider.script(Status(400, message="Invalid 'n': integer above maximum value."))

    with pytest.raises(litellm.BadRequestError, match="above maximum"):
        bot_for(provider, "gpt-image-2").generate("a red panda")


def test_calling_a_bot_that_is_refused_leaves_no_file(provider: ProviderServer) -> None:
    """bot(prompt) raises the refusal and saves nothing."""
    from pathlib import Path

    provider.script(Refusal())

    with pytest.raises(ContentPolicyError):
        bot_for(provider, "gpt-image-2")("a red panda")

    assert [] == list(Path().iterdir())


#: Names that providers use in their replies, so that hostile ones are read and not passed over.
NAMES = st.sampled_from([
    "promptFeedback", "blockReason", "candidates", "content", "parts", "text", "finishReason", "finishMessage",
    "safetyRatings", "predictions", "raiFilteredReason", "choices", "message", "refusal", "data",
    "respect_moderation", "has_nsfw_concepts", "error", "finish_reason", "finish_reasons", "artifacts",
    "images", "detail", "errors", "code",
])  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=120)
REPLIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4), max_leaves=12
)


@given(REPLIES)
def test_no_reply_breaks_the_reading(body: Any) -> None:
    """Whatever JSON a provider sends, it is read without an exception, and the words found are text."""
    failure = refusals.read(body)

    assert failure is None or isinstance(failure.text, str)
    assert all(isinstance(reason, str) for reason in refusals.withheld(body).values())
    assert refusals.is_empty(body) in (True, False)
