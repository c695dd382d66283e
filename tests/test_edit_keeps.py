"""What an edit keeps of its picture: proportions, the chat it came from, and a note of the bytes."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot

from .calls import bot_for
from .editing import alive, edit, pictures_in
from .providers import ProviderServer, Recorded, picture

__all__ = ["alive"]

WIDE = picture("png", (96, 64))


def size_in(post: Recorded) -> Any:
    """Return the size or the proportions that a request asks for."""
    if post.parts:
        return post.form.get("size")
    body = post.json
    config = body.get("generationConfig") or body
    found = config.get("imageConfig") or config.get("image_config") or {}
    return found.get("aspectRatio") or found.get("aspect_ratio")


KEPT = {
    "gpt-image-2": "1248x832",
    "gpt-image-1": "1536x1024",
    "gemini": "3:2",
    "vertex_ai": "4:3",
    "openrouter": "3:2",
    "stability/search-and-replace": None,
    "recraft": None,
}


@pytest.mark.parametrize("name", KEPT)
def test_an_edit_keeps_its_pictures_proportions(alive: ProviderServer, name: str) -> None:
    """Without a size, the nearest one of the model to the first picture is asked for, and there is nothing to tell."""
    result = edit(bot_for(alive, name), image=WIDE)

    assert KEPT[name] == size_in(alive.posts[0])
    assert () == result.adjustments


def test_a_size_that_is_asked_for_stands(alive: ProviderServer) -> None:
    """The caller's size is sent, the reference's default too where it is said for this edit."""
    alive.pictures.size = None

    edit(bot_for(alive, "gpt-image-2"), image=WIDE, size="1024x1024")
    edit(bot_for(alive, "gpt-image-2", size="1024x1536"), image=WIDE)
    edit(bot_for(alive, "gemini"), image=WIDE, imageConfig={"aspectRatio": "21:9"})

    assert ["1024x1024", "1024x1536", "21:9"] == [size_in(post) for post in alive.posts]


def test_a_drawing_is_as_ever(alive: ProviderServer) -> None:
    """What is drawn from nothing has the reference's default size."""
    ImageBot(**alive.kwargs_for("gpt-image-2")).generate("a cat")

    assert "1024x1024" == alive.posts[0].json["size"]


def test_a_chat_goes_on_without_being_told(alive: ProviderServer) -> None:
    """A picture from a chat is edited in that chat; one from the image API, by the image API."""
    bot = bot_for(alive, "gemini")

    said = bot.generate("a cat", route="chat").edit("make it night")
    drawn = bot.generate("a cat").edit("make it night")

    turns = [len(post.json["contents"]) for post in alive.posts]
    assert [1, 3, 1, 1] == turns
    assert 4 == len(said.history)
    assert () == drawn.history
    assert [alive.pictures.served[2]] == pictures_in(alive.posts[3])


def test_the_record_of_an_edit_names_its_source() -> None:
    """A saved edit says which bytes it was made from, and cannot be asked again without them."""
    bot = ImageBot(model="offline/sketch", size="64x64", sidecar=True)
    (cat,) = bot.save(bot.generate("a cat"))

    (night,) = bot.save(bot.edit("make it night", cat))

    record = json.loads(Path(f"{night}.json").read_text("utf-8"))
    assert [hashlib.sha256(cat.read_bytes()).hexdigest()] == record["edited_from"]
    assert "edited_from" not in json.loads(Path(f"{cat}.json").read_text("utf-8"))
    with pytest.raises(ValueError, match="bot.edit"):
        bot.again(night)
