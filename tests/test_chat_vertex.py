"""Vertex AI's chat, asked by LiteLLM's own code, which logs in as a service account with Google's own library."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ContentPolicyError, ImageBot, MissingKeyError
from llamabot_images.events import DoneEvent, PictureEvent, TextEvent

from .calls import both_ways, draw
from .editing import PNG, alive, edit, pictures_in
from .providers import ProviderServer, Refusal, Status
from .providers.google_login import GoogleLogin
from .watching import result_of, watched

__all__ = ["alive"]

pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


@pytest.fixture
def login(alive: ProviderServer) -> Iterator[GoogleLogin]:
    """Give a login whose tokens are good at the server."""
    header = alive.kwargs_for("vertex_ai")["extra_headers"]["Authorization"]
    with GoogleLogin(header.removeprefix("Bearer ")) as server:
        yield server


def vertex(alive: ProviderServer, login: GoogleLogin, **settings: Any) -> ImageBot:
    """Return a bot that asks the chat as the account whose file lies in this folder."""
    file = Path("account.json").resolve()
    file.write_text(json.dumps(login.account))
    to = alive.kwargs_for("vertex_ai")
    where = {"vertex_project": "p", "vertex_location": "us-central1", "vertex_credentials": str(file)}
    base = to["api_base"].removesuffix(":generateContent")
    return ImageBot(to["model"], route="chat", api_base=base, **where, **settings)


@both_ways
def test_a_chat_brings_a_picture(alive: ProviderServer, login: GoogleLogin, is_async: bool) -> None:
    """One login and one request with its token bring the provider's very bytes, and LiteLLM knows the price."""
    result = draw(vertex(alive, login), is_async)

    assert alive.pictures.served == [one.to_bytes() for one in result]
    (post,) = alive.posts
    assert post.path.endswith("/models/gemini-3.1-flash-image:generateContent")
    assert (1, 1) == (len(login.asked), result.requests_sent)
    assert ("litellm", True) == (result.cost_source, 0 < (result.cost or 0))


@both_ways
def test_a_chat_is_watched(alive: ProviderServer, login: GoogleLogin, is_async: bool) -> None:
    """Words come as they are written, the picture last, by one request for a stream."""
    events = watched(vertex(alive, login), is_async)

    assert ["Here is ", "your picture."] == [one.text for one in events if isinstance(one, TextEvent)]
    assert [PictureEvent, DoneEvent] == [type(one) for one in events[-2:]]
    assert alive.pictures.served == [one.to_bytes() for one in result_of(events)]
    (post,) = alive.posts
    assert post.path.endswith(":streamGenerateContent")
    assert 0 < (result_of(events).cost or 0)


@both_ways
def test_a_picture_is_edited_by_chat(alive: ProviderServer, login: GoogleLogin, is_async: bool) -> None:
    """A given picture goes to the model as it is, with the words, and keeps its proportions."""
    edit(vertex(alive, login), is_async, PNG)

    (post,) = alive.posts
    assert [PNG] == pictures_in(post)
    assert {"aspectRatio": "3:2"} == post.json["generationConfig"]["imageConfig"]


@pytest.mark.parametrize("is_watched", [False, True], ids=["whole", "watched"])
def test_an_edit_goes_on_with_the_chat(alive: ProviderServer, login: GoogleLogin, is_watched: bool) -> None:
    """The earlier turns go back with the picture and its thought signature, with the token of the first login."""
    bot = vertex(alive, login)
    first = result_of(watched(bot)) if is_watched else bot.generate("a red panda")

    first.edit("make it night", route="chat")

    turns = alive.posts[-1].json["contents"]
    assert ["a red panda", "make it night"] == [turn["parts"][0]["text"] for turn in turns[::2]]
    signed = [part.get("thoughtSignature") for part in turns[1]["parts"] if "inline_data" in part]
    assert ["c2lnbmF0dXJlLW9mLXRob3VnaHQ="] == signed
    assert 1 == len(login.asked)


@both_ways
def test_a_refusal_is_told(alive: ProviderServer, login: GoogleLogin, is_async: bool) -> None:
    """The error says what Vertex AI said."""
    alive.always(Refusal("IMAGE_SAFETY"))

    with pytest.raises(ContentPolicyError, match="IMAGE_SAFETY"):
        draw(vertex(alive, login), is_async)

    assert 1 == len(alive.posts)


def test_a_failure_is_sent_once(alive: ProviderServer, login: GoogleLogin) -> None:
    """A server error may be charged: nothing asks again."""
    alive.always(Status(500))

    with pytest.raises(Exception, match="error while processing") as caught:
        vertex(alive, login).generate("a red panda")

    assert caught.value.maybe_charged is True
    assert 1 == len(alive.posts)


def test_without_a_token_nothing_is_sent(alive: ProviderServer, login: GoogleLogin) -> None:
    """An account that may not log in asks for no picture, and the error holds Google's reason and no key."""
    login.is_closed = True

    with pytest.raises(Exception, match="account not found") as caught:
        vertex(alive, login).generate("a red panda")

    assert [] == alive.posts
    assert caught.value.maybe_charged is False
    assert "PRIVATE KEY" not in f"{caught.value!r} {caught.value}"


def test_missing_credentials_are_named(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Google's login finds no account the error says what to set, and nothing is sent."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(Path("missing.json").resolve()))
    to = alive.kwargs_for("vertex_ai")
    bot = ImageBot(
        to["model"], route="chat", api_base=to["api_base"], vertex_project="p", vertex_location="us-central1"
    )

    with pytest.raises(MissingKeyError, match="GOOGLE_APPLICATION_CREDENTIALS, or pass vertex_credentials="):
        bot.generate("a red panda")

    assert [] == alive.posts
