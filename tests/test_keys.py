"""A key goes to the provider it belongs to and to nobody else; what is missing is named before anything is sent."""

import traceback
from collections.abc import Iterable
from typing import Any

import litellm
import openai
import pytest

from llamabot_images import ImageBot, MissingKeyError, UnroutedModelError
from llamabot_images.credentials import PROVIDERS

from .calls import bot_for, both_ways, draw, key_variables
from .providers import ProviderServer, Recorded

CANARY = "sk-canary-0123456789-abcdefghijklmnop"
#: Model without a key of its own, and the variable that is named for it; ``None`` where a server needs no key.
FOREIGN: dict[str, str | None] = {
    "together_ai": "TOGETHERAI_API_KEY",
    "xai": "XAI_API_KEY",
    "fireworks_ai": "FIREWORKS_API_KEY",
    "deepinfra": "DEEPINFRA_API_KEY",
    "nebius": "NEBIUS_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "gemini": "GEMINI_API_KEY",
    "recraft": "RECRAFT_API_KEY",
    "stability": "STABILITY_API_KEY",
    "fal_ai": "FAL_AI_API_KEY",
    "azure": "AZURE_API_KEY",
    "azure_ai": "AZURE_AI_API_KEY",
    "litellm_proxy": None,
    "hosted_vllm": None,
    "xinference": None,
    "compatible": None,
}


def leaked(posts: Iterable[Recorded]) -> list[str]:
    """Return the paths of requests that hold the canary anywhere."""
    return [one.path for one in posts if CANARY in f"{one.path} {dict(one.query)} {dict(one.headers)} {one.body!r}"]


@pytest.fixture
def canary(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Give servers that take any key, and a program that has a key for OpenAI alone."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    provider.strict = False
    return provider


@both_ways
@pytest.mark.parametrize("name", FOREIGN)
def test_openais_key_reaches_nobody_else(canary: ProviderServer, name: str, is_async: bool) -> None:
    """Without its own key a provider is not asked, or is asked without one; never with OpenAI's."""
    bot = bot_for(canary, name, api_key=None)

    if (variable := FOREIGN[name]) is None:
        draw(bot, is_async)
    else:
        with pytest.raises(MissingKeyError, match=variable) as caught:
            draw(bot, is_async)
        assert variable in caught.value.variables
        assert "nothing was sent" in str(caught.value)

    assert (1 if FOREIGN[name] is None else 0) == len(canary.requests)
    assert [] == leaked(canary.requests)


@pytest.mark.parametrize("name", ["groq", "novita", "featherless_ai", "hyperbolic", "v0", "nano-gpt", "volcengine"])
def test_openais_key_reaches_no_provider_without_a_row(canary: ProviderServer, name: str) -> None:
    """The many providers that LiteLLM asks by OpenAI's client, and that we know nothing of, need their own key too."""
    bot = ImageBot(f"{name}/some-model", api_base=canary.kwargs_for("compatible")["api_base"])

    with pytest.raises(MissingKeyError, match="nothing was sent"):
        bot.generate("a red panda")

    assert [] == canary.requests


@pytest.mark.parametrize("name", ["groq", "novita", "v0"])
def test_provider_without_a_row_is_asked_with_its_own_key(canary: ProviderServer, name: str) -> None:
    """With a key of its own such a provider is asked."""
    base = canary.kwargs_for("compatible")["api_base"]

    ImageBot(f"{name}/some-model", api_base=base, api_key="own-key-0123456789").generate("a red panda")

    (post,) = canary.posts
    assert "Bearer own-key-0123456789" == post.headers["authorization"]


def test_openais_key_does_reach_a_gateway_to_openai(canary: ProviderServer) -> None:
    """Behind an api_base a name of OpenAI's own means a gateway, which is asked with OpenAI's key."""
    bot_for(canary, "gpt-image-2", api_key=None).generate("a red panda")

    assert 1 == len(leaked(canary.posts))


@both_ways
@pytest.mark.parametrize("name", ["litellm_proxy", "hosted_vllm", "lm_studio", "xinference", "cometapi", "ai21"])
def test_server_without_an_address_is_an_error(
    canary: ProviderServer, monkeypatch: pytest.MonkeyPatch, name: str, is_async: bool
) -> None:
    """A compatible server without api_base is never taken for OpenAI."""
    monkeypatch.setenv("OPENAI_BASE_URL", canary.kwargs_for("gpt-image-2")["api_base"])

    with pytest.raises(MissingKeyError, match="api_base="):
        draw(ImageBot(f"{name}/some-model", api_key="own-key-0123456789"), is_async)

    assert [] == canary.requests


@pytest.mark.parametrize("name", [name for name, row in PROVIDERS.items() if row.needs_key])
def test_missing_key_names_every_variable(name: str) -> None:
    """Each provider's variables are in the message and on the error."""
    model = {"azure": "azure/gpt-image-2", "azure_ai": "azure_ai/flux.2-pro"}.get(name, f"{name}/some-model")

    with pytest.raises(MissingKeyError) as caught:
        ImageBot(model, api_base="http://127.0.0.1:9/v1").build_request("a red panda")

    assert set(caught.value.variables) & set(PROVIDERS[name].keys + PROVIDERS[name].bases)
    assert all(variable in str(caught.value) for variable in caught.value.variables)


@both_ways
def test_missing_openai_key_is_named(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, is_async: bool) -> None:
    """Without OPENAI_API_KEY the first thing a beginner does says so, and sends nothing."""
    monkeypatch.setenv("OPENAI_BASE_URL", provider.kwargs_for("gpt-image-2")["api_base"])

    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY") as caught:
        draw(ImageBot(), is_async)

    assert ("OPENAI_API_KEY",) == caught.value.variables
    assert "offline/sketch" in str(caught.value)
    assert [] == provider.requests


# -- a wrong key ---------------------------------------------------------------------------------


def fragments(key: str) -> set[str]:
    """Return every piece of six characters of a key."""
    return {key[start : start + 6] for start in range(len(key) - 5)}


def everything_said(error: BaseException) -> str:
    """Return all that a program may print of an error: with its notes, its chain, and the locals of each frame."""
    seen: set[int] = set()
    said: list[str] = []
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        locals_ = [repr(frame.f_locals) for frame, _ in traceback.walk_tb(one.__traceback__) if is_ours(frame)]
        said += [str(one), repr(one), repr(one.args), repr(vars(one)), *getattr(one, "__notes__", []), *locals_]
        said += traceback.format_exception(one)
        one = one.__cause__ or one.__context__
    return "\n".join(said)


def is_ours(frame: Any) -> bool:
    """Tell whether a frame is no test's: those hold the key because the test made it."""
    return "/tests/" not in frame.f_code.co_filename


WRONG = [
    "gpt-image-2",
    "azure/gpt-image-2",
    "openrouter",
    "recraft",
    "compatible",
    "together_ai",
    "stability",
    "fal_ai",
]


@both_ways
@pytest.mark.parametrize("name", WRONG)
def test_wrong_key_is_litellms_error_with_a_note(provider: ProviderServer, name: str, is_async: bool) -> None:
    """A 401 is litellm.AuthenticationError, says which variable to check, and shows no piece of the key."""
    key = "Zq7Rw2Xk9Lm4Vt6Bn8Jd3Hs5"
    bot = bot_for(provider, name, api_key=key)

    with pytest.raises(litellm.AuthenticationError) as caught:
        draw(bot, is_async)

    said = everything_said(caught.value)
    assert [] == [piece for piece in fragments(key) if piece in said]
    assert "check " in " ".join(caught.value.__notes__)
    assert "_API_KEY" in " ".join(caught.value.__notes__)
    assert caught.value.maybe_charged is False
    assert 1 == len(provider.posts)


@both_ways
@pytest.mark.parametrize("name", ["gemini", "xai", "vertex_ai/gemini-3-pro-image"])
def test_wrong_key_said_otherwise_is_not_shown_either(provider: ProviderServer, name: str, is_async: bool) -> None:
    """Providers that answer 400, and keys that go as headers, show no piece of the key."""
    key = "Zq7Rw2Xk9Lm4Vt6Bn8Jd3Hs5"
    wrong = {"extra_headers": {"Authorization": f"Bearer {key}"}} if name.startswith("vertex") else {"api_key": key}
    bot = bot_for(provider, name, **wrong)

    with pytest.raises(openai.OpenAIError) as caught:
        draw(bot, is_async)

    said = everything_said(caught.value)
    assert [] == [piece for piece in fragments(key) if piece in said]


def test_wrong_key_from_the_environment_is_not_shown(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that only the environment knows is not shown, also not in the provider's masked form."""
    key_variables(provider, monkeypatch, "openai")
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)

    with pytest.raises(litellm.AuthenticationError) as caught:
        ImageBot("gpt-image-2").generate("a red panda")

    said = everything_said(caught.value)
    assert CANARY[:8] not in said
    assert CANARY[-6:] not in said
    assert "OPENAI_API_KEY" in " ".join(caught.value.__notes__)


# -- the caller's own objects --------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize(
    "name", ["recraft", "openrouter", "gemini", "stability", "fal_ai", "azure/gpt-image-2", "gpt-image-2", "xai"]
)
def test_callers_dicts_are_never_written_to(provider: ProviderServer, name: str, is_async: bool) -> None:
    """Headers and bodies of the caller are as they were after the call."""
    headers, metadata = {"X-Trace": "42"}, {"team": "art"}
    bot = bot_for(provider, name, extra_headers=headers, metadata=metadata)

    draw(bot, is_async)

    assert ({"X-Trace": "42"}, {"team": "art"}) == (headers, metadata)
    assert {"X-Trace": "42"} == bot.image_generation_kwargs["extra_headers"]
    assert "42" == provider.posts[0].headers["x-trace"]
    assert b"X-Trace" not in provider.posts[0].body


# -- models without a route ----------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize(
    "model",
    [
        "ollama_chat/llava",
        "huggingface/black-forest-labs/FLUX.1-dev",
        "replicate/some/model",
        "mistral/x",
    ],
)
def test_model_that_litellm_answers_with_nothing_is_an_error(
    canary: ProviderServer, model: str, is_async: bool
) -> None:
    """A provider without an image route is named before anything is sent, with routes that work."""
    with pytest.raises(UnroutedModelError, match="no image route") as caught:
        draw(ImageBot(model), is_async)

    assert repr(model) in str(caught.value)
    assert "openai/<name>" in str(caught.value)
    assert "gemini/gemini-3.1-flash-image" in str(caught.value)
    assert [] == canary.requests


@pytest.mark.parametrize("model", ["my-model", "no-such-provider/model", "stable-diffusion"])
def test_unknown_name_is_an_error_that_shows_how_to_write_it(canary: ProviderServer, model: str) -> None:
    """A bare name that LiteLLM does not know says how models are named."""
    with pytest.raises(UnroutedModelError, match="'provider/name'") as caught:
        ImageBot(model).generate("a red panda")

    assert isinstance(caught.value, ValueError)
    assert [] == canary.requests


def test_black_forest_labs_takes_its_key_from_the_environment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """LiteLLM drops this provider's key and address: what is given as an argument is reported, not ignored."""
    bot = ImageBot("black_forest_labs/flux-pro-1.1", api_key="own", api_base="http://127.0.0.1:9")

    with pytest.raises(MissingKeyError, match="from the environment only") as caught:
        bot.build_request("a red panda")

    assert {"BFL_API_KEY", "BFL_API_BASE"} == set(caught.value.variables)
    monkeypatch.setenv("BFL_API_KEY", "own")
    monkeypatch.setenv("BFL_API_BASE", "http://127.0.0.1:9")
    assert {} == bot.build_request("a red panda").credentials
