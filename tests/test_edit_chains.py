"""Edits of edits: what came goes in again, whole, under the new prompt's name."""

import asyncio
import pickle
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageResult

from .calls import bot_for, both_ways
from .editing import PNG, alive, edit, pictures_in
from .providers import ProviderServer

__all__ = ["alive"]

PROVIDERS = ("gpt-image-2", "azure/gpt-image-2", "gemini", "openrouter", "recraft", "stability/search-and-replace")


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_came_goes_in_again(alive: ProviderServer, name: str) -> None:
    """Each edit of a chain starts from the very bytes that the one before brought."""
    result = edit(bot_for(alive, name, allow_private_hosts=["127.0.0.1"]), image=PNG)
    for prompt in ("add snow", "add a moon"):
        result = result.edit(prompt)

    assert [[PNG], *([one] for one in alive.pictures.served[:2])] == [pictures_in(post) for post in alive.posts]
    assert "add a moon" == result.prompt


@both_ways
def test_a_drawing_is_edited(alive: ProviderServer, is_async: bool) -> None:
    """The result of a drawing is an input like any other."""
    bot = bot_for(alive, "gpt-image-2")
    drawn = bot.generate("a cat")

    edited = edit(bot, is_async, image=drawn)

    assert [drawn[0].to_bytes()] == pictures_in(alive.posts[-1])
    assert ("a cat", "make it night") == (drawn.prompt, edited.prompt)


def test_a_url_is_fetched_for_the_next_edit(alive: ProviderServer) -> None:
    """A picture that came as a URL is fetched once, by the guarded download, and its bytes go in."""
    bot = bot_for(alive, "compatible")

    first = bot.generate("a cat", response_format="url")
    first.edit("make it night")
    first.edit("make it day")

    assert [[alive.pictures.served[0]]] * 2 == [pictures_in(post) for post in alive.posts[1:]]
    assert 1 == len(alive.downloads)


def test_the_model_that_answered_goes_on(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A result is edited by the model that made it, and by another where the caller says so."""
    for variable, value in alive.variables_for("gemini").items():
        monkeypatch.setenv(variable, value)
    result = bot_for(alive, "gpt-image-2").generate("a cat", model="gemini/gemini-3.1-flash-image")

    same = result.edit("make it night")
    other = same.edit("make it day", model="openai/gpt-image-2")

    assert ["gemini/gemini-3.1-flash-image", "openai/gpt-image-2"] == [same.model, other.model]


def test_edits_are_saved_under_their_own_prompt(alive: ProviderServer) -> None:
    """Each step of a chain has a file named after what was asked there."""
    bot = bot_for(alive, "gpt-image-2")

    first = bot.generate("a cat")
    second = first.edit("make it night")
    paths = [*bot.save(first), *bot.save(second), *second.save()]

    assert ["a-cat.png", "make-it-night.png", "make-it-night-2.png"] == [one.name for one in paths]
    assert second[0].to_bytes() == Path("make-it-night.png").read_bytes()


def test_a_subclass_changes_edits_too(alive: ProviderServer) -> None:
    """A bot that overrides generate or agenerate has its edits pass there."""
    seen: list[str] = []

    class Watching(ImageBot):
        def generate(self, prompt: str, **overrides: Any) -> ImageResult:
            seen.append(prompt)
            return super().generate(f"{prompt}, please", **overrides)

        async def agenerate(self, prompt: str, **overrides: Any) -> ImageResult:
            seen.append(f"async {prompt}")
            return await super().agenerate(f"{prompt}, please", **overrides)

    bot = Watching(**alive.kwargs_for("gpt-image-2"))

    assert "make it night, please" == bot.edit("make it night", PNG).prompt
    asyncio.run(bot.aedit("make it day", PNG))

    assert ["make it night", "async make it day"] == seen


def test_a_pickled_result_says_how_to_go_on(alive: ProviderServer) -> None:
    """A result without its bot cannot edit itself, and is an input all the same."""
    bot = bot_for(alive, "gpt-image-2")
    result = pickle.loads(pickle.dumps(bot.generate("a cat")))

    with pytest.raises(ValueError, match="bot.edit"):
        result.edit("make it night")

    assert 1 == len(bot.edit("make it night", result))


def test_both_verbs_agree(alive: ProviderServer) -> None:
    """The sync and the async verb send the same form and bring the same result."""
    alive.pictures.size = None
    bot = bot_for(alive, "gpt-image-2", quality="low")

    results = [edit(bot, is_async, image=[PNG, PNG], size="1536x1024") for is_async in (False, True)]

    first, second = alive.posts
    assert first.form == second.form
    assert pictures_in(first) == pictures_in(second)
    assert (first.path, first.headers["authorization"]) == (second.path, second.headers["authorization"])
    told = [(one.prompt, one.model, one.cost, one.usage, one.adjustments, one.sent) for one in results]
    assert told[0] == told[1]


# -- chats ---------------------------------------------------------------------------------------


@both_ways
def test_a_chat_goes_on_with_its_signatures(alive: ProviderServer, is_async: bool) -> None:
    """An edit of a chat's picture brings back all that was said, with Gemini's signatures where they were."""
    bot = bot_for(alive, "gemini", route="chat")
    drawn = bot.generate("a cat")

    edited = edit(bot, is_async, image=drawn)

    _, post = alive.posts
    assert ["user", "model", "user"] == [turn["role"] for turn in post.json["contents"]]
    (answered,) = post.json["contents"][1]["parts"]
    assert "c2lnbmF0dXJlLW9mLXRob3VnaHQ=" == answered["thoughtSignature"]
    assert [drawn[0].to_bytes()] == pictures_in(post)
    assert ["user", "assistant"] * 2 == [one["role"] for one in edited.history]


def test_another_model_gets_the_picture_alone(alive: ProviderServer) -> None:
    """What one model said is not told to another, whose signatures differ: it gets the last picture as a reference."""
    bot = bot_for(alive, "gemini", route="chat")
    drawn = bot.generate("a cat")

    drawn.edit("make it night", model="gemini/gemini-3-pro-image")

    _, post = alive.posts
    assert ["user"] == [turn["role"] for turn in post.json["contents"]]
    assert [drawn[0].to_bytes()] == pictures_in(post)
    assert b"a cat" not in post.body
