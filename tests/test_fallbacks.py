"""Other models are tried when the first cannot answer and has taken nothing, each with its own key and settings."""

import socket
from collections.abc import Iterator
from typing import Any

import litellm
import openai
import pytest

from llamabot_images import ContentPolicyError, ImageBot, MissingKeyError, ModelRetiredError

from .calls import bot_for, both_ways, draw, key_variables
from .providers import EmptyData, Gone, ProviderServer, Recorded, Refusal, Reset, Status, Timeout

CANARY = "canary-0123456789-abcdefghij"
GEMINI = "gemini/gemini-3.1-flash-image"


@pytest.fixture
def others(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Let the providers of the fallbacks be reached by their own variables."""
    key_variables(provider, monkeypatch, "gemini", "recraft", "xai", "stability", "together_ai")
    return provider


@pytest.fixture
def dead_address() -> Iterator[str]:
    """Give an address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


def where(posts: list[Recorded]) -> list[str]:
    """Return to which provider each request went."""
    roots = {"v1": "openai", "v1beta": "gemini", "recraft": "recraft", "xai": "xai", "compatible": "compatible"}
    return [roots.get(post.path.split("/")[1], post.path) for post in posts]


@both_ways
@pytest.mark.parametrize(
    ("reply", "kind"),
    [(Gone(), "gone"), (Status(429), "busy"), (Status(429, retry_after="600"), "busy")],
    ids=["gone", "rate limit", "rate limit of ten minutes"],
)
def test_next_model_answers(others: ProviderServer, reply: Any, kind: str, is_async: bool) -> None:
    """A model that is gone or busy is followed by the next one, and the result tells the way."""
    others.script(reply)
    bot = bot_for(others, "gpt-image-2", fallbacks=[GEMINI])

    result = draw(bot, is_async)

    assert ["openai", "gemini"] == where(others.posts)
    assert GEMINI == result.model
    (tried,) = result.trail
    assert tried.removeprefix("openai/").startswith(f"gpt-image-2: {kind}: ")
    assert 2 == result.requests_sent


@both_ways
def test_refused_connection_falls_back(others: ProviderServer, dead_address: str, is_async: bool) -> None:
    """Where nobody listens the next model answers."""
    bot = ImageBot("openai/my-model", api_base=dead_address, fallbacks=[GEMINI])

    result = draw(bot, is_async)

    assert ["gemini"] == where(others.posts)
    assert "not_sent" in result.trail[0]
    assert 1 == result.requests_sent


def test_models_are_tried_in_order(others: ProviderServer) -> None:
    """Each failure moves on by one, until one answers."""
    others.script(Status(429), Status(429), Gone())
    bot = bot_for(others, "gpt-image-2", fallbacks=["xai/grok-imagine-image", "recraft/recraftv3", GEMINI])

    result = bot.generate("a red panda")

    assert ["openai", "xai", "recraft", "gemini"] == where(others.posts)
    assert ["gpt-image-2", "xai/grok-imagine-image", "recraft/recraftv3"] == [
        one.split(": ")[0].removeprefix("openai/") for one in result.trail
    ]


@pytest.mark.filterwarnings("ignore::llamabot_images.errors.AdjustmentWarning")
def test_each_model_is_asked_in_its_own_terms(others: ProviderServer) -> None:
    """Settings are fitted to every model anew."""
    others.script(Status(429))
    bot = bot_for(others, "gpt-image-2", size="1536x864", quality="high", n=2, fallbacks=[GEMINI])

    result = bot.generate("a red panda")

    first, *rest = others.posts
    assert ("1536x864", "high", 2) == (first.json["size"], first.json["quality"], first.json["n"])
    assert 2 == len(rest) == len(result)
    assert all("quality" not in post.json for post in rest)
    assert {"quality"} <= {one.parameter for one in result.adjustments}


@both_ways
@pytest.mark.parametrize("reply", [Status(500), Status(503), Timeout(5), Reset(), EmptyData()])
def test_no_fallback_after_an_unknown_outcome(others: ProviderServer, reply: Any, is_async: bool) -> None:
    """What may be charged is not asked for again elsewhere."""
    others.script(reply)
    bot = bot_for(others, "gpt-image-2", fallbacks=[GEMINI], timeout=0.5)

    with pytest.raises(Exception) as caught:  # noqa: PT011
        draw(bot, is_async)

    assert 1 == len(others.posts)
    assert caught.value.maybe_charged is True


def test_one_unknown_outcome_of_several_forbids_a_fallback(others: ProviderServer) -> None:
    """When one call of a request may be charged, none of its pictures is asked for elsewhere."""
    others.script(Status(429), Status(500), Status(429))
    bot = bot_for(others, "stability", n=3, fallbacks=[GEMINI])

    with pytest.raises(Exception) as caught:  # noqa: PT011
        bot.generate("a red panda")

    assert 3 == len(others.posts)
    assert caught.value.maybe_charged is True


@both_ways
@pytest.mark.parametrize("model", ["gpt-image-2", "openrouter"])
def test_refusal_falls_back_only_when_asked(others: ProviderServer, model: str, is_async: bool) -> None:
    """A refused prompt goes to another provider only with fallback_on_refusal=True."""
    others.script(Refusal())
    with pytest.raises(ContentPolicyError):
        draw(bot_for(others, model, fallbacks=[GEMINI]), is_async)
    others.script(Refusal())

    result = draw(bot_for(others, model, fallbacks=[GEMINI], fallback_on_refusal=True), is_async)

    assert GEMINI == result.model
    assert "refused" in result.trail[0]
    assert 3 == len(others.posts)


@pytest.mark.parametrize("status", [400, 401, 403, 422])
def test_a_request_that_is_wrong_does_not_fall_back(others: ProviderServer, status: int) -> None:
    """A wrong key or a wrong request is for the caller to mend."""
    others.script(Status(status))

    with pytest.raises(openai.OpenAIError):
        bot_for(others, "gpt-image-2", fallbacks=[GEMINI]).generate("a red panda")

    assert 1 == len(others.posts)


@both_ways
def test_last_error_names_all_that_was_tried(others: ProviderServer, is_async: bool) -> None:
    """When every model fails, the last error reaches the caller with the trail in its notes."""
    others.script(Gone(), Status(429, message="try later, please"), Refusal())
    bot = bot_for(others, "gpt-image-2", fallbacks=["recraft/recraftv3", GEMINI])

    with pytest.raises(ContentPolicyError) as caught:
        draw(bot, is_async)

    (note,) = (one for one in caught.value.__notes__ if "Tried before" in one)
    assert note.index("gpt-image-2: gone") < note.index("recraft/recraftv3: busy") < note.index("try later, please")


def test_fallback_without_a_key_is_passed_over(others: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fallback that cannot be asked is named in the trail, and the next one answers."""
    monkeypatch.delenv("RECRAFT_API_KEY")
    others.script(Status(429))

    result = bot_for(others, "gpt-image-2", fallbacks=["recraft/recraftv3", GEMINI]).generate("a red panda")

    assert GEMINI == result.model
    assert "RECRAFT_API_KEY" in result.trail[1]


def test_first_error_is_not_hidden_by_a_fallback_that_cannot_be_asked(
    others: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no fallback left to ask, the provider's own error is raised, and the missing key is in its notes."""
    monkeypatch.delenv("RECRAFT_API_KEY")
    others.script(Status(429))

    with pytest.raises(litellm.RateLimitError) as caught:
        bot_for(others, "gpt-image-2", fallbacks=["recraft/recraftv3"]).generate("a red panda")

    assert "RECRAFT_API_KEY" in " ".join(caught.value.__notes__)


def test_fallback_is_asked_anew_for_each_call(others: ProviderServer) -> None:
    """A model that was busy once is asked first the next time."""
    others.script(Status(429))
    bot = bot_for(others, "gpt-image-2", fallbacks=[GEMINI])

    models = [bot.generate("a red panda").model for _ in range(2)]

    assert [GEMINI, "openai/gpt-image-2"] == [one if "/" in one else f"openai/{one}" for one in models]


def test_fallback_comes_before_the_successor(others: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead model with fallbacks is followed by what the caller named."""
    key_variables(others, monkeypatch, "openai")

    result = ImageBot("dall-e-3", fallbacks=[GEMINI]).generate("a red panda")

    assert GEMINI == result.model
    assert "gone" in result.trail[0]


def test_dead_fallback_is_told_with_the_trail(others: ProviderServer) -> None:
    """A fallback that is gone itself, with strict=True, is an error that tells the way there."""
    others.script(Status(429))
    bot = ImageBot(
        "xai/grok-imagine-image",
        fallbacks=["gemini/gemini-3-pro-image-preview"],
        strict=True,
        response_format="b64_json",
    )

    with pytest.raises(ModelRetiredError) as caught:
        bot.generate("a red panda", response_format=None)

    assert "xai/grok-imagine-image: busy" in " ".join(caught.value.__notes__)


# -- keys ----------------------------------------------------------------------------------------


def leaked(posts: list[Recorded]) -> list[str]:
    """Return the paths of requests that hold the canary anywhere."""
    return [one.path for one in posts if CANARY in f"{one.path} {dict(one.query)} {dict(one.headers)} {one.body!r}"]


SECRETS: dict[str, dict[str, Any]] = {
    "api_key": {"api_key": CANARY},
    "authorization": {"extra_headers": {"Authorization": f"Bearer {CANARY}"}},
    "x-api-key": {"extra_headers": {"X-Api-Key": CANARY}},
    "api-key": {"headers": {"api-key": CANARY}},
    "gateway": {"extra_headers": {"cf-aig-authorization": f"Bearer {CANARY}", "Helicone-Auth": CANARY}},
    "cookie": {"extra_headers": {"Cookie": f"session={CANARY}"}},
    "subscription": {"extra_headers": {"Ocp-Apim-Subscription-Key": CANARY}},
}


@both_ways
@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("fallback", [GEMINI, "xai/grok-imagine-image"])
@pytest.mark.parametrize("given", ["to the bot", "to the call"])
def test_keys_of_the_first_provider_stay_there(
    others: ProviderServer, given: str, fallback: str, secret: str, is_async: bool
) -> None:
    """Neither the key nor a header that carries one reaches the fallback's provider."""
    others.strict = False
    others.script(Status(429))
    settings = {"api_key": "some-key"} | SECRETS[secret]
    own, call = (settings, {}) if given == "to the bot" else ({}, settings)
    base = others.kwargs_for("compatible")["api_base"]
    bot = ImageBot("openai/my-model", api_base=base, fallbacks=[fallback], **own)

    draw(bot, is_async, **call)

    first, second = others.posts
    assert [first.path] == leaked(others.posts)
    assert own_key(others, fallback) in map(last_word, second.headers.values())


def own_key(provider: ProviderServer, model: str) -> str:
    """Return the key that a model's provider accepts."""
    return str(provider.kwargs_for(model)["api_key"])


def last_word(text: str) -> str:
    """Return a header's value without its scheme."""
    return text.split()[-1] if text.split() else ""


@both_ways
@pytest.mark.parametrize("secret", SECRETS)
def test_other_model_for_one_call_gets_its_own_key(others: ProviderServer, secret: str, is_async: bool) -> None:
    """generate(prompt, model=…) of another provider uses that provider's own key and address."""
    bot = bot_for(others, "compatible", **SECRETS[secret])

    result = draw(bot, is_async, model=GEMINI)

    assert GEMINI == result.model
    assert ["gemini"] == where(others.posts)
    assert [] == leaked(others.posts)


def test_key_for_one_call_goes_with_it(provider: ProviderServer) -> None:
    """A key given with the other model is that model's."""
    bot = bot_for(provider, "compatible", api_key=CANARY)

    bot.generate("a red panda", **provider.kwargs_for("recraft"))

    assert ["recraft"] == where(provider.posts)
    assert [] == leaked(provider.posts)


def test_other_model_without_a_key_is_not_asked_with_the_bots(provider: ProviderServer) -> None:
    """Without a key of its own the other provider is not asked at all."""
    bot = bot_for(provider, "compatible", api_key=CANARY)

    with pytest.raises(MissingKeyError, match="RECRAFT_API_KEY"):
        bot.generate("a red panda", model="recraft/recraftv3")

    assert [] == provider.requests


def test_cloud_keys_stay_with_their_cloud(others: ProviderServer) -> None:
    """Bedrock's keys, given as further keywords, are no part of a request to anybody else."""
    others.script(Status(429))
    bot = bot_for(others, "bedrock", aws_secret_access_key=CANARY, fallbacks=["together_ai/some-model", GEMINI])
    others.strict = False

    result = bot.generate("a red panda")

    assert "together_ai/some-model" == result.model
    assert [] == leaked(others.posts)
    assert b"aws_" not in others.posts[-1].body


def test_headers_without_a_key_go_along(others: ProviderServer) -> None:
    """A header that is no secret is kept for the fallback, as the caller gave it."""
    others.script(Status(429))
    bot = bot_for(others, "gpt-image-2", extra_headers={"X-Trace": "42"}, fallbacks=["recraft/recraftv3"])

    bot.generate("a red panda")

    assert ["42", "42"] == [one.headers["x-trace"] for one in others.posts]


def test_offline_drawing_is_a_fallback_too(provider: ProviderServer) -> None:
    """A drawing needs no key, so it can end the row."""
    provider.script(Status(429))

    result = bot_for(provider, "gpt-image-2", size="64x64", fallbacks=["offline/sketch"]).generate("a red panda")

    assert ("offline/sketch", 1) == (result.model, len(result))
    assert "busy" in result.trail[0]


def test_first_model_without_a_key_is_passed_over(others: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first model has no key the next one draws, and the trail says why."""
    monkeypatch.delenv("RECRAFT_API_KEY")

    result = ImageBot("recraft/recraftv3", fallbacks=[GEMINI]).generate("a red panda")

    assert GEMINI == result.model
    assert "RECRAFT_API_KEY" in result.trail[0]
    assert ["gemini"] == where(others.posts)
