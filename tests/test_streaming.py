"""Pictures that are watched while they come, from servers that stream as the providers do."""

import base64
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.events import (
    DoneEvent,
    PartialImageEvent,
    PictureEvent,
    StartedEvent,
    TextEvent,
)

from .calls import bot_for, both_ways
from .editing import PNG, alive
from .providers import Events, InPieces, Json, ProviderServer, Refusal, Status
from .watching import STREAMS, result_of, watched, words_in

__all__ = ["alive"]

URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"


@both_ways
@pytest.mark.parametrize("name", STREAMS)
def test_the_picture_comes_last_and_once(alive: ProviderServer, name: str, is_async: bool) -> None:
    """First it is told what is asked and how, at the end come picture and result; one request was sent."""
    events = watched(bot_for(alive, name), is_async)

    assert isinstance(events[0], StartedEvent)
    assert [PictureEvent, DoneEvent] == [type(one) for one in events[-2:]]
    assert alive.pictures.served == [one.to_bytes() for one in result_of(events)]
    assert 1 == len(alive.posts) == result_of(events).requests_sent
    assert 0 < result_of(events).cost
    assert result_of(events).usage


@both_ways
@pytest.mark.parametrize("name", ["gpt-image-2", "azure/gpt-image-2"])
def test_openai_sends_unfinished_pictures(alive: ProviderServer, name: str, is_async: bool) -> None:
    """OpenAI's and Azure's partial pictures come first, and the reason for the way is told."""
    events = watched(bot_for(alive, name), is_async)

    rough = [event for event in events if isinstance(event, PartialImageEvent)]
    assert [(0, 0), (1, 0)] == [(one.index, one.picture) for one in rough]
    assert all(one.image.to_bytes().startswith(b"\x89PNG") for one in rough)
    assert "LiteLLM's image call cannot stream, so OpenAI's own client is used" in events[0].why
    assert (True, 2) == (alive.posts[0].json["stream"], alive.posts[0].json["partial_images"])


def test_a_watched_picture_costs_as_much(alive: ProviderServer) -> None:
    """Price, usage and request id are those of a picture that nobody watched."""
    for name in ("gpt-image-2", "gemini", "openrouter"):
        bot = bot_for(alive, name, **({} if name == "gpt-image-2" else {"route": "chat"}))

        plain, seen = bot.generate("a red panda"), result_of(watched(bot))

        assert plain.cost == pytest.approx(seen.cost), name
        assert plain.usage["total_tokens"] == seen.usage["total_tokens"]
        assert plain.cost_source == seen.cost_source
        assert (plain.request_id is None) == (seen.request_id is None)


def test_gemini_is_watched_by_its_chat(alive: ProviderServer) -> None:
    """Where the image call cannot be watched and the chat can, the chat is taken; words come as they are written."""
    events = watched(bot_for(alive, "gemini"))

    assert ["Here is ", "your picture."] == [one.text for one in events if isinstance(one, TextEvent)]
    assert "chat" == events[0].route
    assert alive.posts[0].path.endswith(":streamGenerateContent")
    assert "Here is your picture." == result_of(events).text


def test_a_watched_chat_goes_on(alive: ProviderServer) -> None:
    """The thought signatures of a streamed answer go back to Gemini with the next turn."""
    result = result_of(watched(bot_for(alive, "gemini", route="chat")))

    result.edit("make it night", route="chat")

    (answer,) = [turn for turn in alive.posts[-1].json["contents"] if turn["role"] == "model"]
    signed = [part.get("thoughtSignature") for part in answer["parts"] if "inline_data" in part]
    assert ["c2lnbmF0dXJlLW9mLXRob3VnaHQ="] == signed


@both_ways
def test_models_that_cannot_stream_are_waited_for(alive: ProviderServer, is_async: bool) -> None:
    """Where nothing can be watched the events say so, and the picture comes all the same."""
    events = watched(bot_for(alive, "recraft", allow_private_hosts=["127.0.0.1"]), is_async)

    assert [StartedEvent, PictureEvent, DoneEvent] == [type(one) for one in events]
    assert "cannot stream" in events[0].why
    assert alive.pictures.served == [one.to_bytes() for one in result_of(events)]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("name", STREAMS)
def test_pieces_are_cut_anywhere(alive: ProviderServer, name: str, size: int) -> None:
    """The same comes whatever the size of the pieces in which a stream arrives, one byte included."""
    alive.script(InPieces(size), None)
    bot = bot_for(alive, name)

    cut, whole = watched(bot), watched(bot)

    assert [type(one) for one in whole] == [type(one) for one in cut]
    assert words_in(whole) == words_in(cut)
    assert alive.pictures.served == [one.to_bytes() for events in (cut, whole) for one in result_of(events)]


def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    """Return an event as the provider's documentation shows it."""
    head = {"id": "chatcmpl-123", "object": "chat.completion.chunk", "created": 1723323084, "model": "m"}
    return head | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


#: Where a streamed picture may be.
PLACES = {
    "older": [{"content": "Ein Bär 🐼: "}, {"image": {"url": URI, "detail": "auto"}}],
    "images": [{"content": "Ein Bär 🐼: "}, {"images": [{"type": "image_url", "image_url": {"url": URI}}]}],
    "markdown": [{"content": "Ein Bär 🐼: !"}, {"content": f"[x]({URI[:9]}"}, {"content": f"{URI[9:]})"}],
    "bare": [{"content": "Ein Bär 🐼: dat"}, {"content": URI[3:50]}, {"content": URI[50:]}],
}


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("place", PLACES)
def test_every_shape_of_a_stream_is_read(alive: ProviderServer, place: str, size: int) -> None:
    """A picture is found wherever a chunk may hold it, cut inside a letter or not, and no base64 is told as words."""
    deltas = [{"role": "assistant"}, *PLACES[place], {"content": " fertig"}]
    alive.script(Events([*map(chunk, deltas), chunk({}, "stop")], size=size))

    events = watched(bot_for(alive, "compatible", route="chat"))

    assert [PNG] == [one.to_bytes() for one in result_of(events)]
    assert "Ein Bär 🐼: fertig" == " ".join(words_in(events).split())
    assert "Ein Bär 🐼: fertig" == " ".join(result_of(events).text.split())


@pytest.mark.parametrize("name", ["compatible", "openrouter"])
def test_an_end_without_done_is_an_end(alive: ProviderServer, name: str) -> None:
    """A stream that ends without ``[DONE]`` has ended all the same."""
    alive.script(Events([*map(chunk, PLACES["images"]), chunk({}, "stop")], done=False))

    assert [PNG] == [one.to_bytes() for one in result_of(watched(bot_for(alive, name, route="chat")))]


@both_ways
def test_refusals_are_those_of_a_call(alive: ProviderServer, is_async: bool) -> None:
    """A refusal in a stream has the provider's own reason, as it has in a reply."""
    alive.always(Refusal("IMAGE_SAFETY"))
    bot = bot_for(alive, "gemini")

    with pytest.raises(ValueError, match="IMAGE_SAFETY") as caught:
        watched(bot, is_async)

    assert ("IMAGE_SAFETY", "output") == (caught.value.code, caught.value.stage)
    assert 1 == len(alive.posts)


@pytest.mark.parametrize("name", ["gemini", "gpt-image-2"])
def test_busy_is_waited_for_before_anything_has_come(alive: ProviderServer, name: str) -> None:
    """A provider that accepts nothing and says when to come back is asked again, as for a call."""
    alive.script(Status(429, retry_after="0.01"), None)

    result = result_of(watched(bot_for(alive, name)))

    assert (1, 2) == (len(result), len(alive.posts))
    assert 2 == result.requests_sent


def test_a_fallback_is_started_anew(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the first model is gone the next one is told of by another started event."""
    for variable, value in alive.variables_for("gemini").items():
        monkeypatch.setenv(variable, value)
    alive.retired.add("openai/gpt-image-2")

    events = watched(bot_for(alive, "gpt-image-2", fallbacks=["gemini/gemini-3.1-flash-image"]))

    started = [(one.model, one.route) for one in events if isinstance(one, StartedEvent)]
    assert [("openai/gpt-image-2", "images"), ("gemini/gemini-3.1-flash-image", "chat")] == started
    assert "gemini/gemini-3.1-flash-image" == result_of(events).model


def test_a_server_that_does_not_stream_is_read(alive: ProviderServer) -> None:
    """A server that answers with the whole picture although events were asked for is understood."""
    alive.script(Json({"created": 1, "data": [{"b64_json": URI.partition(",")[2]}]}))

    assert [PNG] == [one.to_bytes() for one in result_of(watched(bot_for(alive, "gpt-image-2")))]


@both_ways
def test_the_offline_model_is_watched(bot: ImageBot, is_async: bool) -> None:
    """The offline model says words, shows two sketches of each picture, and ends where a call ends."""
    events = watched(bot, is_async, n=2)

    rough = [(one.picture, one.index) for one in events if isinstance(one, PartialImageEvent)]
    assert [(0, 0), (0, 1), (1, 0), (1, 1)] == rough
    assert "Here is a drawing of a red panda." == words_in(events).strip() == result_of(events).text
    called = bot.generate("a red panda", n=2)
    assert [one.to_bytes() for one in called] == [one.to_bytes() for one in result_of(events)]
