"""What LiteLLM loses of chats and streams; each test fails when our workaround is no longer needed."""

from typing import Any

import pytest

from .editing import alive
from .providers import ProviderServer, Refusal

__all__ = ["alive"]

ASKED = [{"role": "user", "content": "a red panda"}]


def complete(provider: ProviderServer, name: str, messages: list[Any] | None = None, **settings: Any) -> Any:
    """Ask LiteLLM itself."""
    import litellm

    settings |= {"modalities": ["image", "text"], "messages": messages or ASKED}
    return litellm.completion(**provider.kwargs_for(name), **settings)


def test_litellm_drops_the_older_shape(alive: ProviderServer) -> None:
    """OpenRouter's ``message.image`` does not reach the caller."""
    alive.chat_shape = "image"

    message = complete(alive, "openrouter").choices[0].message

    assert (None, []) == (getattr(message, "image", None), getattr(message, "images", None) or [])


def test_litellm_cannot_read_a_list_of_parts(alive: ProviderServer) -> None:
    """Content in parts ends in an error, although the picture was made."""
    alive.chat_shape = "parts"

    with pytest.raises(Exception, match="Invalid response object"):
        complete(alive, "openrouter")

    assert 1 == len(alive.pictures.served)


def test_litellm_loses_the_signatures_of_pictures(alive: ProviderServer) -> None:
    """An answer of Gemini goes back without the mark on its picture."""
    message = complete(alive, "gemini").choices[0].message
    complete(alive, "gemini", [*ASKED, message.model_dump(), {"role": "user", "content": "make it night"}])

    (turn,) = [one for one in alive.posts[-1].json["contents"] if one["role"] == "model"]
    assert [None] == [part.get("thoughtSignature") for part in turn["parts"]]


def test_litellm_loses_the_signatures_of_streams(alive: ProviderServer) -> None:
    """The chunk with Gemini's picture comes without the mark on it."""
    chunks = [chunk.model_dump_json() for chunk in complete(alive, "gemini", stream=True)]

    assert not any("c2lnbmF0dXJl" in one for one in chunks)
    assert any("data:image/png" in one for one in chunks)


def test_litellms_image_call_cannot_stream(alive: ProviderServer) -> None:
    """A request for partial pictures goes out, and its reply cannot be read."""
    import litellm

    with pytest.raises(Exception, match="model_dump"):
        litellm.image_generation(
            prompt="a red panda", stream=True, partial_images=2, **alive.kwargs_for("openai/gpt-image-2")
        )

    assert 1 == len(alive.posts)


def test_litellm_tells_one_reason_for_all(alive: ProviderServer) -> None:
    """Every reason of Gemini's becomes ``content_filter``."""
    alive.script(Refusal("IMAGE_SAFETY"), Refusal("PROHIBITED_CONTENT"))

    reasons = [complete(alive, "gemini").choices[0].finish_reason for _ in range(2)]

    assert ["content_filter"] * 2 == reasons


@pytest.mark.parametrize("name", ["gemini", "openrouter", "compatible"])
def test_litellm_drops_the_user_in_silence(alive: ProviderServer, name: str) -> None:
    """``user`` does not go out, and nothing says so."""
    complete(alive, name, user="user-123")

    told = "LiteLLM sends the user now: delete what Chat.rule in llamabot_images/backends/chat.py says of it"
    assert b"user-123" not in alive.posts[0].body, told


def test_litellm_drops_geminis_unknown_settings_in_silence(alive: ProviderServer) -> None:
    """A keyword that it has no place for does not go out, and nothing says so."""
    complete(alive, "gemini", bogus_thing="zz")

    told = "LiteLLM sends or refuses it now: delete _google_settings in llamabot_images/backends/chat.py"
    assert b"bogus_thing" not in alive.posts[0].body, told
