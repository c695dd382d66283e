"""Models that answer a chat with pictures, asked by LiteLLM's own code at a server that stands for them."""

import asyncio
import base64
from types import SimpleNamespace
from typing import Any

import pytest

from llamabot_images import AdjustmentWarning, ContentPolicyError, ImageBot, NoImageError, UnroutedModelError
from llamabot_images.errors import UnsupportedParameterError

from .calls import bot_for, both_ways, draw
from .editing import PNG, alive, pictures_in
from .providers import EmptyData, NoPicture, ProviderServer, Refusal, Status

__all__ = ["alive"]

CHATS = ("gemini", "openrouter", "compatible")
URI = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
pytestmark = pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")


@both_ways
@pytest.mark.parametrize("shape", ["images", "image", "markdown", "parts"])
@pytest.mark.parametrize("name", CHATS)
def test_the_picture_comes_in_every_shape(alive: ProviderServer, name: str, shape: str, is_async: bool) -> None:
    """One request brings the provider's very bytes, wherever its answer holds them."""
    alive.chat_shape = shape

    result = draw(bot_for(alive, name, route="chat"), is_async)

    assert alive.pictures.served == [one.to_bytes() for one in result]
    assert 1 == len(alive.posts) == result.requests_sent
    assert 0 < result.usage["total_tokens"]
    assert "base64" not in result.text


@pytest.mark.parametrize(("name", "source"), [("gemini", "litellm"), ("openrouter", "provider")])
def test_the_price_is_told(alive: ProviderServer, name: str, source: str) -> None:
    """A chat has a price by LiteLLM's map, or by the provider's own word, and a budget knows of it."""
    bot = bot_for(alive, name, route="chat", max_cost=1)

    result = bot.generate("a red panda")

    assert source == result.cost_source
    assert 0 < (result.cost or 0) == bot.cost


@pytest.mark.parametrize(
    ("name", "place"), [("gemini", "imageConfig"), ("openrouter", "image_config")], ids=["gemini", "openrouter"]
)
def test_size_reaches_the_model(alive: ProviderServer, name: str, place: str) -> None:
    """Proportions and scale arrive in the provider's own words, and the picture has that size."""
    alive.pictures.size = None

    result = bot_for(alive, name, route="chat").generate("a red panda", size="2688x1536")

    body = alive.posts[0].json
    config = body.get("generationConfig", body)[place]
    assert {"16:9", "2K"} == set(config.values())
    assert ((2688, 1536), ()) == ((result[0].info.width, result[0].info.height), result.adjustments)


def test_what_cannot_be_kept_is_told(alive: ProviderServer) -> None:
    """Settings for which a chat has no place are adjustments; strict refuses them before anything is sent."""
    bot = bot_for(alive, "compatible", route="chat")

    with pytest.warns(AdjustmentWarning):
        result = bot.generate("a red panda", size="1792x1024", quality="high")
    with pytest.raises(UnsupportedParameterError, match="quality"):
        bot.generate("a red panda", quality="high", strict=True)

    assert {"size": None, "quality": None} == {one.parameter: one.sent for one in result.adjustments}
    assert not {"size", "quality", "response_format"} & alive.posts[0].json.keys()
    assert 1 == len(alive.posts)


def test_further_settings_arrive(alive: ProviderServer) -> None:
    """A chat's own settings go with it; ours do not."""
    bot_for(alive, "gemini", route="chat").generate("a red panda", temperature=0.3, seed=7)

    config = alive.posts[0].json["generationConfig"]
    assert {"temperature": 0.3, "seed": 7, "responseModalities": ["IMAGE", "TEXT"]} == {
        name: value for name, value in config.items() if name != "imageConfig"
    }


@both_ways
def test_several_pictures_are_several_calls(alive: ProviderServer, is_async: bool) -> None:
    """n pictures are n answers of a chat in one result."""
    result = draw(bot_for(alive, "gemini", route="chat", n=3), is_async)

    assert 3 == len(result) == len(alive.posts)
    assert sorted(alive.pictures.served) == sorted(one.to_bytes() for one in result)


def test_the_route_is_chosen(alive: ProviderServer) -> None:
    """By itself the image API is taken where there is one; ``route`` forces either way, and nothing else goes."""
    model = "compatible"
    paths = []
    for route in ("auto", "images", "chat"):
        bot_for(alive, model, route=route, allow_private_hosts=["127.0.0.1"]).generate("a red panda")
        paths.append(alive.posts[-1].path.rpartition("/v1/")[2])

    assert ["images/generations", "images/generations", "chat/completions"] == paths
    with pytest.raises(UnsupportedParameterError, match="auto, images, chat"):
        bot_for(alive, model, route="letter").generate("a red panda")


def test_a_model_without_an_image_route_that_draws_by_chat(alive: ProviderServer) -> None:
    """A model that LiteLLM reaches by chat only, and knows to draw there, needs no setting."""
    request = ImageBot("databricks/databricks-gemini-3-pro-image", api_key="k", api_base=alive.url).build_request("x")

    assert "chat" == request.route


@pytest.mark.parametrize("model", ["mistral/mistral-large-latest", "anthropic/claude-sonnet-4-5"])
def test_models_that_only_write_are_not_asked_by_themselves(alive: ProviderServer, model: str) -> None:
    """Where nothing says that a chat draws, nothing is sent, and the error names the way to insist."""
    with pytest.raises(UnroutedModelError, match="route='chat'"):
        ImageBot(model, api_key="k", api_base=alive.url).generate("a red panda")

    assert "chat" == ImageBot(model, api_key="k", route="chat").build_request("x").route
    assert [] == alive.posts


def test_a_picture_model_has_no_chat() -> None:
    """Forcing the chat of a model that has none is an error before anything is sent."""
    with pytest.raises(UnroutedModelError, match="no chat"):
        ImageBot("gpt-image-2", api_key="k", route="chat").generate("a red panda")


@pytest.mark.parametrize("name", CHATS)
def test_a_failure_is_sent_once(alive: ProviderServer, name: str) -> None:
    """A server error may be charged: the chat is not asked again, neither by us nor by what is beneath."""
    alive.always(Status(500))

    with pytest.raises(Exception, match="error while processing") as caught:
        bot_for(alive, name, route="chat").generate("a red panda")

    assert caught.value.maybe_charged is True
    assert 1 == len(alive.posts)


@both_ways
@pytest.mark.parametrize("reason", ["IMAGE_SAFETY", "PROHIBITED_CONTENT", "SAFETY", "IMAGE_RECITATION", "NO_IMAGE"])
def test_reasons_of_gemini_are_told(alive: ProviderServer, reason: str, is_async: bool) -> None:
    """LiteLLM says ``content_filter`` for everything; the error says what Gemini said."""
    alive.always(Refusal(reason))

    with pytest.raises(ContentPolicyError, match=reason) as caught:
        draw(bot_for(alive, "gemini", route="chat"), is_async)

    assert reason == caught.value.code
    assert reason in caught.value.provider_text
    assert 1 == len(alive.posts)


@both_ways
@pytest.mark.parametrize("name", CHATS)
def test_mere_words_are_no_picture(alive: ProviderServer, name: str, is_async: bool) -> None:
    """A model that answers in words only has not refused; the error holds what it said."""
    alive.always(NoPicture("Which panda do you mean?"))

    with pytest.raises(NoImageError, match="Which panda do you mean") as caught:
        draw(bot_for(alive, name, route="chat"), is_async)

    assert NoImageError is type(caught.value)
    assert caught.value.maybe_charged is True


@pytest.mark.parametrize("form", ["empty", "null", "missing"])
@pytest.mark.parametrize("name", CHATS)
def test_nothing_at_all_is_no_picture(alive: ProviderServer, name: str, form: str) -> None:
    """An answer without anything in it is an error that may be charged."""
    alive.always(EmptyData(form))

    with pytest.raises(NoImageError, match="No image data found") as caught:
        bot_for(alive, name, route="chat").generate("a red panda")

    assert caught.value.maybe_charged is True


def test_an_edit_goes_on_with_geminis_chat(alive: ProviderServer) -> None:
    """The earlier turns go back with their pictures and thought signatures, and the new words come last."""
    result = bot_for(alive, "gemini", route="chat").generate("a cat")

    second = result.edit("make it night", route="chat")
    second.edit("add snow", route="chat")

    turns = alive.posts[-1].json["contents"]
    assert ["user", "model", "user", "model", "user"] == [turn["role"] for turn in turns]
    assert ["a cat", "make it night", "add snow"] == [turn["parts"][0]["text"] for turn in turns[::2]]
    signed = [part["thoughtSignature"] for turn in turns[1::2] for part in turn["parts"] if "inline_data" in part]
    assert ["c2lnbmF0dXJlLW9mLXRob3VnaHQ="] * 2 == signed


@both_ways
@pytest.mark.parametrize("name", CHATS)
def test_a_picture_is_edited_by_chat(alive: ProviderServer, name: str, is_async: bool) -> None:
    """A given picture goes to the model as it is, with the words, and keeps its proportions."""
    bot = bot_for(alive, name, route="chat")
    if is_async:
        asyncio.run(bot.aedit("make it night", PNG))
    else:
        bot.edit("make it night", PNG)

    assert [PNG] == pictures_in(alive.posts[0])
    assert (name != "compatible") == ('"3:2"' in alive.posts[0].body.decode())


def test_a_program_may_stand_in_for_litellm(monkeypatch: pytest.MonkeyPatch) -> None:
    """``litellm.completion`` is looked up when it is called, and its stand-in needs no key."""
    import litellm

    asked: list[dict[str, Any]] = []

    def complete(**keywords: Any) -> Any:
        asked.append(keywords)
        message = SimpleNamespace(content="Voilà.", images=[{"image_url": {"url": URI}}])
        return SimpleNamespace(choices=[SimpleNamespace(message=message, finish_reason="stop")])

    monkeypatch.setattr(litellm, "completion", complete)

    result = ImageBot("gemini/gemini-3.1-flash-image", route="chat").generate("a red panda")

    assert ([PNG], "Voilà.") == ([one.to_bytes() for one in result], result.text)
    assert [{"role": "user", "content": "a red panda"}] == asked[0]["messages"]
    assert ["image", "text"] == asked[0]["modalities"]
    *_, done = ImageBot("gemini/gemini-3.1-flash-image", route="chat").stream("a red panda")
    assert [PNG] == [one.to_bytes() for one in done.result]


def test_the_async_stand_in_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """``litellm.acompletion`` is looked up when it is called too."""
    import litellm

    async def complete(**keywords: Any) -> Any:
        return {"choices": [{"message": {"content": "Voilà.", "image": {"url": URI}}, "finish_reason": "stop"}]}

    monkeypatch.setattr(litellm, "completion", complete)
    monkeypatch.setattr(litellm, "acompletion", complete)

    result = asyncio.run(ImageBot("gemini/gemini-3.1-flash-image", route="chat").agenerate("a red panda"))

    assert ([PNG], "Voilà.") == ([one.to_bytes() for one in result], result.text)
