"""What a chat cannot be told is said, or refused with ``strict``, as on the image route; the rest arrives."""

from typing import Any

import pytest

from llamabot_images import AdjustmentWarning, UnsupportedParameterError

from .calls import bot_for, both_ways, draw
from .editing import alive
from .providers import ProviderServer
from .watching import result_of, watched

__all__ = ["alive"]

UNKNOWN = {"user": "user-123", "bogus_thing": "zz"}
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


@both_ways
def test_what_geminis_chat_has_not_is_told(alive: ProviderServer, is_async: bool) -> None:
    """A keyword that LiteLLM does not hand on to Gemini's chat is an adjustment, and does not go out."""
    with pytest.warns(AdjustmentWarning, match="bogus_thing='zz' left out"):
        result = draw(bot_for(alive, "gemini", route="chat"), is_async, **UNKNOWN)

    assert {name: None for name in UNKNOWN} == {one.parameter: one.sent for one in result.adjustments}
    assert b"zz" not in alive.posts[0].body


@both_ways
def test_what_is_watched_is_told_too(alive: ProviderServer, is_async: bool) -> None:
    """Watching goes by the chat, and the same keywords are adjustments there."""
    with pytest.warns(AdjustmentWarning, match="user='user-123' left out"):
        result = result_of(watched(bot_for(alive, "gemini"), is_async, **UNKNOWN))

    assert {*UNKNOWN} == {one.parameter for one in result.adjustments}


@both_ways
@pytest.mark.parametrize("verb", [draw, watched])
def test_strict_refuses_what_geminis_chat_has_not(alive: ProviderServer, verb: Any, is_async: bool) -> None:
    """With strict=True both keywords are in one error, and nothing is sent."""
    bot = bot_for(alive, "gemini", route="chat", strict=True)

    with pytest.raises(UnsupportedParameterError, match="no such setting") as caught:
        verb(bot, is_async, **UNKNOWN)

    assert 2 == len(caught.value.problems)
    assert [] == alive.posts


@both_ways
@pytest.mark.parametrize("verb", [draw, watched])
@pytest.mark.parametrize("name", ["openrouter", "compatible"])
def test_user_reaches_chats_that_take_it(alive: ProviderServer, name: str, verb: Any, is_async: bool) -> None:
    """OpenRouter, and a server of one's own, get the user and every further keyword, also where strict is set."""
    verb(bot_for(alive, name, route="chat", strict=True, size=None), is_async, **UNKNOWN)

    assert UNKNOWN.items() <= alive.posts[0].json.items()


SETTINGS = {
    "temperature": 0.375,
    "seed": 7,
    "top_k": 17,
    "topP": 0.625,
    "media_resolution": "MEDIA_RESOLUTION_LOW",
    "max_output_tokens": 9000,
}


def test_geminis_own_settings_arrive_in_either_spelling(alive: ProviderServer) -> None:
    """What Gemini's API calls part of the generation goes there, and is no adjustment even with strict=True."""
    safety = [{"category": "HARM_CATEGORY_HATE_SPEECH", "threshold": "BLOCK_NONE"}]

    bot_for(alive, "gemini", route="chat", strict=True).generate("a red panda", safety_settings=safety, **SETTINGS)

    body = alive.posts[0].json
    assert SETTINGS.items() <= body["generationConfig"].items()
    assert safety == body["safetySettings"]
