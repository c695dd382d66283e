"""Keys and addresses that cannot be used are told before anything is sent, by the name of what holds them."""

import sys
from typing import Any

import pytest

from llamabot_images import ImageBot, MissingKeyError, UnsupportedParameterError
from llamabot_images.reach import reached

from .calls import bot_for, both_ways, draw, key_variables
from .providers import ProviderServer

KEY = "sk-very-secret-0123456789"
PROVIDERS = {"openai": "gpt-image-2", "gemini": "gemini/gemini-3.1-flash-image", "recraft": "recraft/recraftv3"}
BASES = {
    "localhost:8000/v1": "'localhost:8000/v1'",
    "ftp://me:hush@host/v1": "'ftp://host/v1'",
    "http://": "'http://'",
    "me:hush@host/v1": "'host/v1'",
    "http://host:99999/v1": "'<broken URL>'",
    "http://a host/v1": "'http://a host/v1'",
}


@pytest.mark.parametrize("blank", [" {}", "{}\n", "\t{} \r\n"])
@pytest.mark.parametrize("name", PROVIDERS)
def test_blanks_around_a_key_are_not_sent(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, name: str, blank: str
) -> None:
    """A key and an address are used without the blanks around them, in variables and as arguments."""
    for variable, value in provider.variables_for(name).items():
        monkeypatch.setenv(variable, blank.format(value))
    provider.reply_with = "b64"
    settings = {key: blank.format(value) for key, value in provider.kwargs_for(PROVIDERS[name]).items() if "api" in key}

    for bot in (ImageBot(PROVIDERS[name]), ImageBot(PROVIDERS[name], **settings)):
        assert 1 == len(bot.generate("a fox"))


@both_ways
@pytest.mark.parametrize("key", ["sk-ünsecret-123456", "sk-very\nsecret", " \n"])
@pytest.mark.parametrize("route", ["auto", "chat"])
def test_key_that_cannot_be_sent_is_told_and_not_shown(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, key: str, route: str, is_async: bool
) -> None:
    """A key with letters that no key has is an error that names the variable, not the key, before anything is sent."""
    key_variables(provider, monkeypatch, "gemini")
    monkeypatch.setenv("GEMINI_API_KEY", key)

    with pytest.raises(MissingKeyError, match="the key in GEMINI_API_KEY") as caught:
        draw(ImageBot("gemini/gemini-3.1-flash-image", route=route), is_async)

    assert ("GEMINI_API_KEY",) == caught.value.variables
    assert not key.strip() or key.strip() not in str(caught.value)
    assert (False, []) == (caught.value.maybe_charged, provider.requests)


def test_key_that_cannot_be_sent_is_passed_over(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose key cannot be used is like one without a key: the next one is asked."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ü")

    assert 1 == len(ImageBot("gpt-image-2", fallbacks=["offline/sketch"]).generate("a fox"))


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("where", ["api_base", "OPENAI_BASE_URL", "AZURE_API_BASE"])
def test_address_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, where: str, base: str) -> None:
    """An address without a scheme, a host or a port is shown with what holds it, without what is secret in it."""
    model = "azure/pictures" if where.startswith("AZURE") else "gpt-image-2"
    settings = {"api_base": base} if where == "api_base" else {}
    monkeypatch.setenv(where, base)

    with pytest.raises(UnsupportedParameterError) as caught:
        ImageBot(model, api_key=KEY, api_version="2025-04-01", **settings).generate("a fox")

    assert str(caught.value).startswith(f"{where} is {BASES[base]}, which is no address")
    assert "hush" not in str(caught.value)
    assert not caught.value.maybe_charged


@pytest.mark.parametrize("base", [8000, b"http://host"])
def test_address_of_another_type_is_named(base: Any) -> None:
    """An address that is no text is an error that shows it."""
    with pytest.raises(UnsupportedParameterError, match="api_base is "):
        ImageBot("gpt-image-2", api_key=KEY, api_base=base).build_request("a fox")


@both_ways
@pytest.mark.parametrize("name", PROVIDERS)
def test_silence_is_told_with_the_address(
    dead_address: str, monkeypatch: pytest.MonkeyPatch, name: str, is_async: bool, provider: ProviderServer
) -> None:
    """Where nobody answers, the note has the address without what is secret in it, and what holds it."""
    variables = provider.variables_for(name)
    (variable,) = (one for one, value in variables.items() if value.startswith("http"))
    for one in variables:
        monkeypatch.setenv(one, KEY)
    monkeypatch.setenv(variable, dead_address.replace("://", "://me:hush@"))

    with pytest.raises(Exception) as caught:  # noqa: PT011
        draw(ImageBot(PROVIDERS[name]), is_async)

    assert f"could not be reached at {dead_address!r}. Check {variable}." in " ".join(caught.value.__notes__)
    assert caught.value.maybe_charged is False


@pytest.fixture
def dead_address() -> str:
    """Give an address at which nobody listens: the port of a discarded protocol."""
    return "http://127.0.0.1:9/v1"


@both_ways
def test_header_that_cannot_be_sent_costs_nothing(provider: ProviderServer, is_async: bool) -> None:
    """A header with letters that none may have is an error that says that nothing was sent, at once."""
    bot = bot_for(provider, "gpt-image-2", extra_headers={"X-Name": "ü"})

    with pytest.raises(Exception) as caught:  # noqa: PT011
        draw(bot, is_async)

    assert caught.value.maybe_charged is False
    assert "Nothing was sent" in " ".join(caught.value.__notes__)
    assert [] == provider.requests


@both_ways
def test_proxy_without_its_package_costs_nothing(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """A SOCKS proxy for which httpx lacks a package is an error that says so, and that nothing was sent."""
    monkeypatch.setitem(sys.modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:9")

    with pytest.raises(ImportError, match="socksio") as caught:
        draw(bot_for(provider, "gpt-image-2"), is_async)

    assert caught.value.maybe_charged is False
    assert "Nothing was sent" in " ".join(caught.value.__notes__)
    assert [] == provider.requests


def test_own_addresses_of_providers_are_left_alone() -> None:
    """Nothing is told of, and nothing added to, credentials that leave the address to LiteLLM."""
    assert {"api_key": KEY} == reached("openai", {"api_key": KEY}, {"api_key": KEY}, {})[0]
    assert {} == reached("bedrock", {}, {}, {"OPENAI_BASE_URL": "nonsense"})[0]
    assert ("", "") == reached("openai", {}, {}, {})[1]
    environ = {"OPENAI_API_BASE": "https://host/v1?key=hush"}
    assert ("https://host/v1?…", "OPENAI_API_BASE") == reached("openai", {}, {}, environ)[1]
