"""Where Ollama cannot draw, the error says what to do; nothing is charged, and nothing is sent twice."""

import asyncio
import json
import socket
from typing import Any

import pytest

from llamabot_images import (
    ImageBot,
    NoImageError,
    UnroutedModelError,
    UnsupportedParameterError,
)
from llamabot_images.errors import OllamaError

from .calls import both_ways, draw
from .fault_server import FaultServer, drip
from .ollama_server import MODEL, TALKS, Fault, OllamaServer, bot_for, server

__all__ = ["server"]


@both_ways
def test_server_that_is_not_running(is_async: bool) -> None:
    """The error names the address, the command that starts Ollama, and both ways to say where it is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"

    with pytest.raises(OllamaError) as failed:
        draw(ImageBot(model=MODEL, api_base=address), is_async)

    for part in (address, "`ollama serve`", "OLLAMA_HOST", "api_base", "refused"):
        assert part in str(failed.value)
    assert not failed.value.maybe_charged


@both_ways
def test_model_that_is_not_pulled(server: OllamaServer, is_async: bool) -> None:
    """The error names the command that fetches the model."""
    with pytest.raises(OllamaError, match="`ollama pull x/flux2-klein:4b`"):
        draw(bot_for(server, model="ollama/x/flux2-klein:4b"), is_async)


def test_fallback_draws_for_a_model_that_is_not_pulled(server: OllamaServer) -> None:
    """A model that is not there, or a server, lets the next one draw."""
    result = bot_for(server, model="ollama/x/none", fallbacks=[MODEL]).generate("a llama")

    assert MODEL == result.model


@both_ways
def test_text_model_says_so(server: OllamaServer, is_async: bool) -> None:
    """A model that talks instead of drawing is told by its words, with the advice to choose another."""
    with pytest.raises(NoImageError, match=r"'I cannot draw.*Sorry'; choose a model that draws") as failed:
        draw(bot_for(server, model=f"ollama/{TALKS}"), is_async)

    assert not failed.value.maybe_charged


JSON_FAULTS = [
    (400, "image generation models are not currently supported", OllamaError, "from version 0.14.3 to 0.32.5"),
    (400, '"all-minilm" does not support generate', NoImageError, "makes no pictures"),
    (401, "unauthorized", OllamaError, "OLLAMA_API_KEY"),
    (503, "server busy, please try again. maximum pending requests exceeded", OllamaError, "is busy"),
    (500, "insufficient memory for image generation: need 12 GB, have 8 GB", OllamaError, "need 12 GB, have 8 GB"),
]


@pytest.mark.parametrize(("status", "words", "kind", "says"), JSON_FAULTS)
def test_errors_of_ollama(server: OllamaServer, status: int, words: str, kind: type[Exception], says: str) -> None:
    """What Ollama refuses is told in its own words, with what to do, and is asked once."""
    server.faults[:] = [Fault(json.dumps({"error": words}), status=status)]

    with pytest.raises(kind) as failed:
        bot_for(server).generate("a llama")

    assert says in str(failed.value)
    assert words in str(failed.value)
    assert not failed.value.maybe_charged
    assert 1 == len(server.requests)


def test_limit_of_size_is_passed_on(server: OllamaServer) -> None:
    """The server's own limit of width and height reaches the caller."""
    with pytest.raises(OllamaError, match="width and height must be <= 4096"):
        bot_for(server, size="5000x5000").generate("a llama")


OTHER_FAULTS = [
    (Fault(""), "broke off"),
    (Fault("{broken\n"), "does not speak Ollama's API"),
    (Fault("[1]\n", after=0), "does not speak Ollama's API"),
    (Fault("", after=0), "does not speak Ollama's API|broke off"),
    (Fault('{"error": "mlx runner closed response before completion"}\n'), "mlx runner closed response"),
    (Fault("<html><h1>502 Bad Gateway</h1></html>", status=502), "HTTP 502"),
    (Fault("404 page not found", status=404), "no /api/generate"),
    (Fault("", status=307, headers=(("Location", "http://127.0.0.1:9/elsewhere"),)), "not followed"),
]


@both_ways
@pytest.mark.parametrize(("fault", "says"), OTHER_FAULTS)
def test_faults_of_the_way(server: OllamaServer, fault: Fault, says: str, is_async: bool) -> None:
    """Whatever breaks on the way is told, costs nothing and is not sent again."""
    server.faults[:] = [fault]

    with pytest.raises(OllamaError, match=says) as failed:
        draw(bot_for(server), is_async)

    assert not failed.value.maybe_charged
    assert 1 == len(server.requests)


def test_no_picture_and_no_word(server: OllamaServer) -> None:
    """An answer that is done without a picture points to the server's log and to the versions that draw."""
    server.faults[:] = [Fault('{"response": "", "done": true}\n')]

    with pytest.raises(NoImageError, match=r"server's log has it. Ollama draws pictures from version 0\.14\.3"):
        bot_for(server).generate("a llama")


@both_ways
@pytest.mark.parametrize("after", [0, 3])
def test_timeout_covers_the_whole_picture(server: OllamaServer, after: int, is_async: bool) -> None:
    """A server that falls silent, before or after its first line, is given up and told to stop."""
    server.faults[:] = [Fault(after=after, is_silent=True)]

    with pytest.raises(OllamaError, match=r"was not done after 0.3 s"):
        draw(bot_for(server, timeout=0.3), is_async)

    assert server.left.wait(60)


@pytest.mark.parametrize("framing", [b"", b"Content-Length: 1000000\r\n"], ids=["open-ended", "counted"])
def test_timeout_holds_while_progress_comes(framing: bytes) -> None:
    """Progress that never ends does not outlast the timeout."""
    line = json.dumps({"total": 9, "completed": 1}).encode() + b"\n"

    server = FaultServer(drip(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n", line))
    bot = ImageBot(model=MODEL, api_base=server.url, timeout=0.4)

    with server, pytest.raises(OllamaError, match=r"was not done after 0.4 s"):
        asyncio.run(asyncio.wait_for(bot.agenerate("a llama"), 10))


@pytest.mark.parametrize(
    "settings",
    [{"seed": "seven"}, {"options": [1]}, {"extra_body": {"x": object()}}, {"extra_headers": {"X-A": "a\nb"}}],
)
def test_settings_that_cannot_be_sent(server: OllamaServer, settings: dict[str, Any]) -> None:
    """Nonsense is refused before anything is sent."""
    with pytest.raises(UnsupportedParameterError):
        bot_for(server, **settings).generate("a llama")

    assert [] == server.requests


def test_model_without_a_name() -> None:
    """Something must follow the slash."""
    with pytest.raises(UnroutedModelError, match="names no model"):
        ImageBot(model="ollama/").generate("a llama")
