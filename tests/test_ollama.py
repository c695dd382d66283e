"""Ollama draws over its own API, shows its progress, and stops for who goes away."""

import asyncio
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from llamabot_images import (
    AdjustmentWarning,
    FewerImagesWarning,
    ImageBot,
    UnroutedModelError,
)
from llamabot_images.backends.ollama import Ollama, OllamaReply, Watched
from llamabot_images.backends.ollama_lines import Progress
from llamabot_images.threads import Threads

from .calls import both_ways, draw
from .ollama_server import DRAWS, MODEL, Fault, OllamaServer, bot_for, server

__all__ = ["server"]


@both_ways
def test_picture_comes(server: OllamaServer, is_async: bool) -> None:
    """The picture is the server's own bytes, costs nothing and has the size that was asked for."""
    result = draw(bot_for(server), is_async)

    assert server.pictures == [one.to_bytes() for one in result]
    assert (0.0, "free", "ollama") == (result.cost, result.cost_source, result.provider)
    assert (64, 64) == Image.open(BytesIO(result[0].to_bytes())).size


def test_what_is_sent(server: OllamaServer) -> None:
    """Size, steps and seed go in Ollama's own words, and nothing else goes."""
    bot_for(server, size="128x96", steps=4, seed=7, keep_alive="1m", options={"num_gpu": 1}).generate("a llama")

    (request,) = server.requests
    assert {
        "model": DRAWS,
        "prompt": "a llama",
        "stream": True,
        "width": 128,
        "height": 96,
        "steps": 4,
        "keep_alive": "1m",
        "options": {"num_gpu": 1, "seed": 7},
    } == request.body
    assert "authorization" not in request.headers


def test_size_auto_is_left_to_the_model(server: OllamaServer) -> None:
    """Without a size neither width nor height is sent."""
    bot_for(server, size="auto").generate("a llama")

    assert {"model", "prompt", "stream"} == set(server.requests[0].body)


def test_proportions_become_pixels(server: OllamaServer) -> None:
    """A proportion is sent as multiples of 16, about a megapixel in all."""
    bot_for(server, size="16:9").generate("a llama")

    assert (1360, 768) == (server.requests[0].body["width"], server.requests[0].body["height"])


def test_unknown_settings_are_told(server: OllamaServer) -> None:
    """What Ollama has no word for is left out, and said."""
    with pytest.warns(AdjustmentWarning, match="quality='high' left out"):
        result = bot_for(server, quality="high", negative_prompt="fog").generate("a llama")

    assert {"quality", "negative_prompt"} == {one.parameter for one in result.adjustments}
    assert "negative_prompt" not in server.requests[0].body


def test_calling_saves(server: OllamaServer, tmp_path: Path) -> None:
    """Calling the bot saves the picture under the prompt's name."""
    path = bot_for(server)("a red panda")

    assert tmp_path / "a-red-panda.png" == tmp_path / path
    assert server.pictures == [(tmp_path / "a-red-panda.png").read_bytes()]


def test_n_pictures_differ_and_come_one_after_the_other(server: OllamaServer) -> None:
    """Each of n pictures has a seed of its own, counted from the one that was given."""
    result = bot_for(server, n=3, seed=7).generate("a llama")

    assert [7, 8, 9] == [one.body["options"]["seed"] for one in server.requests]
    assert server.pictures == [one.to_bytes() for one in result]
    assert 3 == len(set(server.pictures))


def test_pictures_that_came_are_kept(server: OllamaServer) -> None:
    """A failure after the first picture leaves what came, and says what is missing and why."""
    server.faults[:] = [None, Fault('{"error": "out of memory"}\n')]

    with pytest.warns(FewerImagesWarning, match="1 of 3 pictures"):
        result = bot_for(server, n=3).generate("a llama")

    assert server.pictures[:1] == [one.to_bytes() for one in result]
    assert "2 of 3 pictures are missing" in result.problems[0]
    assert "out of memory" in result.problems[0]


@pytest.mark.parametrize("chunk", [1, 2, 7, 100, 450, 100_000])
def test_chunks_may_end_anywhere(server: OllamaServer, chunk: int) -> None:
    """However the stream is cut, the picture is whole."""
    server.chunk = chunk

    result = bot_for(server).generate("a llama")

    assert server.pictures == [one.to_bytes() for one in result]


def test_whole_answer_is_read_too(server: OllamaServer) -> None:
    """An answer that comes in one piece, without progress, is as good."""
    result = bot_for(server, extra_body={"stream": False}).generate("a llama")

    assert server.pictures == [one.to_bytes() for one in result]


def stream(bot: ImageBot, prompt: str = "a llama") -> Watched:
    """Watch a drawing as the streaming verbs do."""
    request = bot.build_request(prompt)
    backend = Ollama(Threads())
    return backend.stream(next(request.calls()), backend.capabilities(bot.model, {}))


def test_progress_is_told_step_by_step(server: OllamaServer) -> None:
    """Each step is told when it is done, over all n pictures, and the reply comes last."""
    server.chunk = 5

    *steps, reply = stream(bot_for(server, n=2, steps=2))

    assert [Progress(done, 4) for done in (0, 1, 2, 2, 3, 4)] == steps
    assert isinstance(reply, OllamaReply)
    assert 2 == len(reply.data)


def test_closing_the_stream_stops_the_server(server: OllamaServer) -> None:
    """A caller that goes away closes the connection, so that Ollama stops drawing."""
    server.faults[:] = [Fault(is_silent=True)]
    pieces = stream(bot_for(server))
    assert Progress(0, 9) == next(pieces)

    pieces.close()

    assert server.left.wait(60)


def test_stream_can_be_closed_from_another_thread(server: OllamaServer) -> None:
    """A thread that waits for the next piece is woken when another one closes the stream."""
    server.faults[:] = [Fault(after=0, is_silent=True)]
    pieces = stream(bot_for(server))

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(next, pieces)
        assert server.silent.wait(60)
        pieces.close()

        assert "rejected" == str(waiting.exception(5))
    assert server.left.wait(60)


def test_cancelled_call_stops_the_server(server: OllamaServer) -> None:
    """Cancelling an async call closes the connection, and the event loop went on all the time."""
    server.faults[:] = [Fault(is_silent=True)]

    async def cancel() -> None:
        task = asyncio.create_task(bot_for(server).agenerate("a llama"))
        while not server.silent.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(cancel(), 10))

    assert server.left.wait(60)


def test_estimate_is_nothing(server: OllamaServer) -> None:
    """A local model costs nothing, one in Ollama's cloud nobody knows how much; no server is asked."""
    bot = bot_for(server)

    assert (0.0, 0.0) == bot.estimate("a llama")
    assert bot.estimate("a llama", model="ollama/some-model:cloud") is None
    assert [] == server.requests


def test_editing_is_refused(server: OllamaServer, tmp_path: Path) -> None:
    """A picture to edit is refused before anything is sent: most versions would ignore it without a word."""
    bot = bot_for(server)
    path = bot("a llama")

    with pytest.raises(UnroutedModelError, match="cannot edit pictures"):
        bot.edit("at night", path)

    assert 1 == len(server.requests)


def test_neither_litellm_nor_openai_is_loaded(server: OllamaServer) -> None:
    """Drawing with Ollama starts fast."""
    code = (
        "import sys\nfrom llamabot_images import ImageBot\n"
        f"ImageBot(model={MODEL!r}, api_base={server.url!r}, size='64x64')('a llama')\n"
        "print([one for one in ('litellm', 'openai', 'tiktoken') if one in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == found.stdout.strip().splitlines()[-1]
