"""Where Ollama is, and whose key goes there."""

import json

import pytest

from llamabot_images import (
    ImageBot,
    UnsupportedParameterError,
)
from llamabot_images.backends.ollama_address import base_url, key_for
from llamabot_images.errors import OllamaError

from .ollama_server import MODEL, Fault, OllamaServer, bot_for, server

__all__ = ["server"]


ADDRESSES = {
    "": "http://127.0.0.1:11434",
    " localhost ": "http://localhost:11434",
    "box:8080": "http://box:8080",
    ":8080": "http://127.0.0.1:8080",
    "0.0.0.0": "http://127.0.0.1:11434",
    "[::]:5": "http://[::1]:5",
    "::1": "http://[::1]:11434",
    "http://box": "http://box",
    "http://box:11434/": "http://box:11434",
    "http://box:11434/v1": "http://box:11434",
    "https://box.example/ollama/api/generate": "https://box.example/ollama",
    "ollama.com": "https://ollama.com",
}


@pytest.mark.parametrize(("said", "url"), ADDRESSES.items())
def test_addresses_in_every_form(said: str, url: str) -> None:
    """OLLAMA_HOST and api_base take the forms of Ollama's own programs, and api_base wins."""
    assert url == base_url(None, {"OLLAMA_HOST": said})
    assert url == base_url(said, {"OLLAMA_HOST": "elsewhere:1" if said else ""})


@pytest.mark.parametrize("said", ["ftp://box", "http://box:99999", "a b", "http://user:hush@box:x"])
def test_what_is_no_address(said: str) -> None:
    """An address that cannot be one is refused before anything is sent, without the password in it."""
    with pytest.raises(UnsupportedParameterError, match="api_base is .* which is no address") as failed:
        ImageBot(model=MODEL, api_base=said).generate("a llama")

    assert "hush" not in str(failed.value)


def test_key_of_the_environment_goes_to_ollamas_own_service_only() -> None:
    """OLLAMA_API_KEY is for ollama.com; a key that is passed goes where the caller says."""
    environ = {"OLLAMA_API_KEY": "theirs"}

    assert "theirs" == key_for("https://ollama.com", None, environ)
    assert key_for("https://ollama.com.example", None, environ) is None
    assert "mine" == key_for("http://box:1", "mine", environ)


def test_ollama_host_says_where(server: OllamaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """OLLAMA_HOST leads to the server, and proxies of the environment are not for this machine."""
    monkeypatch.setenv("OLLAMA_HOST", server.url.removeprefix("http://").replace("127.0.0.1", "0.0.0.0"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OLLAMA_API_KEY", "secret-of-ollama-com")

    result = ImageBot(model=MODEL, size="64x64").generate("a llama")

    assert server.pictures == [one.to_bytes() for one in result]
    assert "authorization" not in server.requests[0].headers


def test_key_goes_as_bearer_and_is_never_shown(server: OllamaServer) -> None:
    """A key that is passed goes to the server that is passed, and into no message."""
    server.faults[:] = [Fault(json.dumps({"error": "bad key hush-hush-1234"}), status=401)]

    with pytest.raises(OllamaError) as failed:
        bot_for(server, api_key="hush-hush-1234").generate("a llama")

    assert "Bearer hush-hush-1234" == server.requests[0].headers["authorization"]
    assert "hush-hush" not in "".join([str(failed.value), *getattr(failed.value, "__notes__", ())])
