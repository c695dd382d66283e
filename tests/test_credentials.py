"""Whose key and whose address a request uses: no vendor ever gets another vendor's key."""

from types import ModuleType
from typing import Any

import pytest

from llamabot_images.credentials import NO_KEY, PROVIDERS, credentials_for
from llamabot_images.errors import MissingKeyError

from .providers import ProviderServer

OPENAI = "sk-openai-canary-0123456789"
#: An environment in which every variable of every provider holds a key that names it.
EVERYTHING = {"OPENAI_API_KEY": OPENAI} | {
    name: f"canary of {provider}" for provider, one in PROVIDERS.items() for name in one.keys
}


def settle(provider: str, name: str = "m", environ: Any = None, extra: Any = None, **given: Any) -> dict[str, Any]:
    """Settle a request's credentials; without an environment there is nothing in it but Azure's version."""
    environ = {"AZURE_API_VERSION": "2025-04-01-preview", **(environ or {})}
    return credentials_for(provider, name, given, environ, extra=extra or {})


# -- every provider --------------------------------------------------------------------------------------

READS_ARGUMENTS = sorted(set(PROVIDERS) - {"black_forest_labs"})
NEEDS_KEY = [name for name in READS_ARGUMENTS if PROVIDERS[name].needs_key]
BASE = {"api_base": "http://127.0.0.1:9"}


@pytest.mark.parametrize("provider", READS_ARGUMENTS)
def test_the_argument_wins(provider: str) -> None:
    """A key that the caller gives is used whatever the environment holds."""
    assert "mine" == settle(provider, environ=EVERYTHING, api_key="mine", **BASE)["api_key"]


@pytest.mark.parametrize("provider", READS_ARGUMENTS)
def test_each_variable_of_a_provider_is_read(provider: str) -> None:
    """Every name a provider's key may have is read, the first one first."""
    variables = PROVIDERS[provider].keys

    for name in variables:
        assert "its own" == settle(provider, environ={name: "its own"}, **BASE)["api_key"]
    both = {name: name for name in reversed(variables)}
    assert variables[0] == settle(provider, environ=both, **BASE)["api_key"]


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_no_provider_gets_anothers_key(provider: str) -> None:
    """With everybody's keys but its own in the environment, a provider gets none of them."""
    own = set(PROVIDERS[provider].keys)
    environ = {name: value for name, value in EVERYTHING.items() if name not in own}

    try:
        found = settle(provider, environ=environ, **BASE)
    except MissingKeyError:
        found = {}

    assert not set(environ.values()) & set(map(str, found.values()))


@pytest.mark.parametrize("provider", NEEDS_KEY)
@pytest.mark.parametrize("nothing", [{}, {"api_key": None}, {"api_key": ""}])
def test_a_missing_key_is_named(provider: str, nothing: dict[str, Any]) -> None:
    """The error names every variable that would do, and says that nothing was sent; an empty key is none."""
    with pytest.raises(MissingKeyError, match="nothing was sent") as caught:
        settle(provider, "some-model", environ={"OPENAI_API_KEY": OPENAI}, **nothing, **BASE)

    assert PROVIDERS[provider].keys == caught.value.variables
    assert all(name in str(caught.value) for name in PROVIDERS[provider].keys)
    assert f"{provider}/some-model" in str(caught.value)
    assert OPENAI not in str(caught.value)


@pytest.mark.parametrize("provider", [name for name, one in PROVIDERS.items() if not one.needs_key])
def test_servers_without_keys_get_a_placeholder(provider: str) -> None:
    """A local server needs no key; without a placeholder LiteLLM would send it OpenAI's."""
    assert NO_KEY == settle(provider, environ={"OPENAI_API_KEY": OPENAI}, **BASE)["api_key"]


@pytest.mark.parametrize("provider", [name for name, one in PROVIDERS.items() if one.needs_base])
def test_servers_without_a_default_address_need_one(provider: str) -> None:
    """Without an address LiteLLM would post to OpenAI; the error names argument and variable."""
    with pytest.raises(MissingKeyError, match="api_base=") as caught:
        settle(provider, environ=EVERYTHING, api_key="k")

    assert PROVIDERS[provider].bases == caught.value.variables


@pytest.mark.parametrize("provider", READS_ARGUMENTS)
def test_the_address_is_read_from_the_providers_own_variable(provider: str) -> None:
    """The address comes from the argument, else from the variable."""
    environ = {PROVIDERS[provider].bases[0]: "http://127.0.0.1:7"}

    assert "http://127.0.0.1:7" == settle(provider, environ=environ, api_key="k")["api_base"]
    assert BASE["api_base"] == settle(provider, environ=environ, api_key="k", **BASE)["api_base"]


@pytest.mark.parametrize("provider", ["vertex_ai", "bedrock", "", "somebodys-own"])
def test_providers_with_other_ways_get_what_was_given(provider: str) -> None:
    """Where credentials are no simple key, only what the caller gave goes on, without empty values."""
    found = settle(provider, environ=EVERYTHING, api_key=None, api_base="", api_version="v1")

    assert {"api_version": "v1"} == found


# -- keys in headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["extra_headers", "headers"])
@pytest.mark.parametrize(
    ("provider", "header", "key"),
    [
        ("together_ai", {"Authorization": "Bearer abc"}, "abc"),
        ("openrouter", {"authorization": "abc"}, "abc"),
        ("gemini", {"X-Goog-Api-Key": "abc"}, "abc"),
        ("fal_ai", {"Authorization": "Key id:secret"}, "id:secret"),
        ("azure", {"api-key": "abc"}, "abc"),
        ("hosted_vllm", {"x-api-key": "abc"}, "abc"),
        ("openai", {"Authorization": "Bearer abc"}, "abc"),
    ],
)
def test_a_key_in_a_header_counts(place: str, provider: str, header: dict[str, str], key: str) -> None:
    """No other key is needed, and LiteLLM is told the same one, or it would send OPENAI_API_KEY beside it."""
    assert key == settle(provider, extra={place: header}, **BASE)["api_key"]


def test_a_header_of_a_gateway_does_not_replace_the_providers_key() -> None:
    """A key from the environment stays the key; the header travels beside it."""
    environ = {"GEMINI_API_KEY": "its own", "OPENAI_API_KEY": OPENAI}
    extra = {"extra_headers": {"x-api-key": "the gateway's"}}

    assert "its own" == settle("gemini", environ=environ, extra=extra)["api_key"]
    assert OPENAI == settle("openai", "gpt-image-2", environ, extra, **BASE)["api_key"]
    assert {} == settle("openai", "gpt-image-2", environ, extra)


@pytest.mark.parametrize(
    "extra",
    [
        {"extra_headers": {}},
        {"extra_headers": None},
        {"extra_headers": {"Authorization": ""}},
        {"extra_headers": {"Authorization": None}},
        {"extra_headers": {"Authorization": "  "}},
        {"extra_headers": {"X-Title": "my app"}},
        {"extra_headers": "Authorization: Bearer abc"},
        {"extra_headers": [("Authorization", "Bearer abc")]},
    ],
)
def test_other_headers_are_no_key(extra: dict[str, Any]) -> None:
    """A header without a key in it, or something that is no header, does not do."""
    with pytest.raises(MissingKeyError):
        settle("openrouter", environ={"OPENAI_API_KEY": OPENAI}, extra=extra)


# -- OpenAI and servers that speak like it ---------------------------------------------------------------


@pytest.mark.parametrize("name", ["gpt-image-2", "gpt-image-1-mini", "dall-e-3", "chatgpt-image-latest"])
def test_openais_own_names_behind_an_address_mean_a_gateway_to_openai(name: str) -> None:
    """A gateway that serves OpenAI's models gets OpenAI's key."""
    assert OPENAI == settle("openai", name, EVERYTHING, **BASE)["api_key"]


@pytest.mark.parametrize("name", ["my-model", "sdxl", "flux-gpt-image-2", "GPT-IMAGE-2", "my-dall-e-3"])
def test_unknown_names_behind_an_address_never_get_openais_key(name: str) -> None:
    """Somebody's own server gets a placeholder, with all keys of the world in the environment."""
    assert {"api_key": NO_KEY, **BASE} == settle("openai", name, EVERYTHING, **BASE)


def test_an_empty_key_is_not_filled_with_openais() -> None:
    """A variable that turned out empty does not send OpenAI's key to somebody's own server."""
    assert NO_KEY == settle("openai", "my-model", EVERYTHING, api_key="", **BASE)["api_key"]


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_address_from_openais_variable_is_openais(slash: str) -> None:
    """Who names the address of OPENAI_BASE_URL means what that variable means."""
    environ = {"OPENAI_API_KEY": OPENAI, "OPENAI_BASE_URL": BASE["api_base"] + slash}

    assert OPENAI == settle("openai", "my-model", environ, **BASE)["api_key"]


def test_without_an_address_litellm_finds_openais_key_itself() -> None:
    """Nothing is given that the caller did not give."""
    assert {} == settle("openai", "gpt-image-2", EVERYTHING)
    assert {"api_key": "mine"} == settle("openai", "gpt-image-2", EVERYTHING, api_key="mine")


# -- Azure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", [{}, {"api_key": "k"}, {"api_base": "http://127.0.0.1:9"}])
def test_azure_names_the_three_things_it_needs(given: dict[str, Any]) -> None:
    """Whatever is missing, the error says that key, address and version belong together."""
    with pytest.raises(MissingKeyError, match="api_key, api_base and api_version"):
        settle("azure", **given)


@pytest.mark.parametrize("base", ["http://127.0.0.1:9", "http://127.0.0.1:9/openai/v2"])
def test_azure_needs_a_version(base: str) -> None:
    """Without a version Azure answers that there is no such page; the error names argument and variable."""
    with pytest.raises(MissingKeyError, match="api_version=") as caught:
        settle("azure", environ={"AZURE_API_VERSION": ""}, api_key="k", api_base=base)

    assert ("AZURE_API_VERSION",) == caught.value.variables


@pytest.mark.parametrize("base", ["http://127.0.0.1:9/openai/v1", "http://127.0.0.1:9/openai/v1/"])
def test_azures_newer_addresses_need_no_version(base: str) -> None:
    """An address that ends in v1 stands without a version."""
    found = settle("azure", environ={"AZURE_API_VERSION": ""}, api_key="k", api_base=base)

    assert {"api_key": "k", "api_base": base} == found


@pytest.mark.parametrize(
    ("extra", "environ"),
    [
        ({"azure_ad_token": "t"}, {}),
        ({"azure_ad_token_provider": lambda: "t"}, {}),
        ({"tenant_id": "t"}, {}),
        ({"extra_headers": {"Authorization": "Bearer t"}}, {}),
        ({}, {"AZURE_AD_TOKEN": "t"}),
        ({}, {"AZURE_TENANT_ID": "t"}),
    ],
)
def test_azure_takes_a_token_in_place_of_a_key(extra: dict[str, Any], environ: dict[str, str]) -> None:
    """With a token no key is needed and none is made up: it would be sent instead."""
    assert BASE == settle("azure", environ=environ, extra=extra, **BASE)


# -- Black Forest Labs -----------------------------------------------------------------------------------


def test_black_forest_labs_reads_the_environment_only() -> None:
    """LiteLLM drops the arguments, so they must be in the environment, and are not passed on."""
    environ = {"BFL_API_KEY": "k", "BFL_API_BASE": "http://127.0.0.1:9"}

    assert {} == settle("black_forest_labs", environ=environ)
    assert {} == settle("black_forest_labs", environ=environ, api_key="k", **BASE)


@pytest.mark.parametrize(
    ("given", "environ", "variables"),
    [
        ({}, {}, ("BFL_API_KEY",)),
        ({"api_key": "mine"}, {}, ("BFL_API_KEY",)),
        ({"api_key": "mine"}, {"BFL_API_KEY": "another"}, ("BFL_API_KEY",)),
        (BASE, {"BFL_API_KEY": "k"}, ("BFL_API_BASE",)),
        ({"api_key": "mine", **BASE}, {}, ("BFL_API_KEY", "BFL_API_BASE")),
    ],
)
def test_black_forest_labs_says_what_to_set(
    given: dict[str, Any], environ: dict[str, str], variables: tuple[str, ...]
) -> None:
    """An argument that LiteLLM would drop is an error that names the variable, without the key."""
    with pytest.raises(MissingKeyError, match="environment only") as caught:
        settle("black_forest_labs", environ=environ, **given)

    assert variables == caught.value.variables
    assert "mine" not in str(caught.value)


# -- LiteLLM itself --------------------------------------------------------------------------------------


@pytest.fixture
def listening(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Give a server that takes any key, with OpenAI's key in the environment."""
    provider.strict = False
    monkeypatch.setenv("OPENAI_API_KEY", OPENAI)
    return provider


@pytest.fixture(scope="module")
def llm() -> ModuleType:
    """Give LiteLLM, quiet."""
    import litellm

    litellm.suppress_debug_info = True
    return litellm


@pytest.mark.parametrize("model", ["hosted_vllm/m", "lm_studio/m", "xinference/m", "litellm_proxy/m", "openai/m"])
def test_what_is_settled_keeps_openais_key_at_home(llm: ModuleType, listening: ProviderServer, model: str) -> None:
    """LiteLLM sends somebody's own server the placeholder, and nothing of the environment."""
    name, provider = llm.get_llm_provider(model)[:2]
    settled = settle(provider, name, {"OPENAI_API_KEY": OPENAI}, api_base=f"{listening.url}/v1")

    llm.image_generation(model=model, prompt="a cat", **settled)

    assert [f"Bearer {NO_KEY}"] == [one.headers["authorization"] for one in listening.posts]


def test_a_header_key_alone_reaches_the_server(llm: ModuleType, listening: ProviderServer) -> None:
    """With the key in a header, that key arrives and OpenAI's does not."""
    headers = {"Authorization": "Bearer of-my-own"}
    settled = settle("together_ai", extra={"extra_headers": headers}, api_base=f"{listening.url}/v1")

    llm.image_generation(model="together_ai/m", prompt="a cat", extra_headers=dict(headers), **settled)

    (request,) = listening.posts
    assert "Bearer of-my-own" == request.headers["authorization"]
    assert OPENAI not in str(request.headers)
