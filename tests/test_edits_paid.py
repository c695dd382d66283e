"""What an edit costs, how often it is sent, and whose key goes where. Counted at the server."""

import base64
from threading import Event
from typing import Any

import httpx
import litellm
import pytest
from litellm.integrations.custom_logger import CustomLogger

from llamabot_images import ContentPolicyError, ImageBot, NoImageError

from .calls import bot_for, both_ways
from .editing import JPEG, PNG, alive, edit, mask, pictures_in
from .providers import (
    BrokenJson,
    EmptyData,
    Html,
    Json,
    ProviderServer,
    Refusal,
    Reset,
    Status,
    Timeout,
    Truncated,
)

__all__ = ["alive"]

ROUTES = (
    "gpt-image-2",
    "azure/gpt-image-2",
    "gemini",
    "openrouter",
    "recraft",
    "stability/search-and-replace",
    "bedrock/stability.stable-image-search-replace-v1:0",
)
AMBIGUOUS = {
    "500": Status(500),
    "502 html": Html(502),
    "503": Status(503),
    "timeout": Timeout(5),
    "reset": Reset(),
    "truncated": Truncated(0.5),
    "broken json": BrokenJson(),
}


@both_ways
@pytest.mark.parametrize("fault", AMBIGUOUS)
@pytest.mark.parametrize("name", ROUTES)
def test_unknown_outcome_is_sent_once(alive: ProviderServer, name: str, fault: str, is_async: bool) -> None:
    """After a failure that may be charged there is one request at the server, and the error says so."""
    alive.always(AMBIGUOUS[fault])

    with pytest.raises(Exception) as caught:  # noqa: PT011
        edit(bot_for(alive, name, timeout=0.7), is_async)

    assert 1 == len(alive.posts)
    assert caught.value.maybe_charged is True


@both_ways
@pytest.mark.parametrize("name", ROUTES)
def test_busy_is_asked_again_with_the_whole_picture(alive: ProviderServer, name: str, is_async: bool) -> None:
    """A 429 that says when to come back is followed by the same request, the picture complete."""
    alive.script(Status(429, retry_after="0"))

    edit(bot_for(alive, name), is_async)

    assert [[JPEG], [JPEG]] == [pictures_in(post) for post in alive.posts]


@pytest.mark.parametrize("name", ROUTES)
def test_empty_reply_is_sent_once(alive: ProviderServer, name: str) -> None:
    """A reply without a picture is an error after one request."""
    alive.always(EmptyData())

    with pytest.raises(NoImageError):
        edit(bot_for(alive, name))

    assert 1 == len(alive.posts)


@pytest.mark.parametrize("name", ["stability/stable-new-inpaint", "stability/inpaint"])
def test_a_picture_that_litellm_loses_is_kept(alive: ProviderServer, name: str) -> None:
    """A model that is not in LiteLLM's price map gives its picture all the same, at a price that nobody knows."""
    result = edit(bot_for(alive, name), mask=mask())

    assert alive.pictures.served[-1] == result[0].to_bytes()
    assert ("new" in name) == (result.cost is None)


def test_a_blurred_picture_is_a_refusal(alive: ProviderServer) -> None:
    """What Stability holds back is not taken for a picture, even of a model without a price."""
    alive.always(Json({"image": base64.b64encode(PNG).decode(), "finish_reason": "CONTENT_FILTERED", "seed": 1}))

    with pytest.raises(ContentPolicyError):
        edit(bot_for(alive, "stability/stable-new-inpaint"), mask=mask())


def test_callbacks_hear_of_edits(alive: ProviderServer) -> None:
    """A program's callback is told of an edit and its cost, as of a drawing."""
    heard = Event()
    costs: list[float] = []

    class Listening(CustomLogger):
        def log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
            costs.append(kwargs["response_cost"])
            heard.set()

    litellm.callbacks.append(Listening())
    result = edit(bot_for(alive, "gpt-image-2"))

    assert heard.wait(10)
    assert [result.cost] == costs


# -- keys ----------------------------------------------------------------------------------------


def test_openais_variables_are_read(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and address come from OpenAI's own variables, not from what a program has set for another provider."""
    for variable, value in alive.variables_for("openai").items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setattr(litellm, "api_key", "sk-canary-of-another")
    monkeypatch.setattr(litellm, "api_base", f"{alive.url}/elsewhere")

    edit(ImageBot(model="gpt-image-2"))

    assert ["/v1/images/edits"] == [post.path for post in alive.posts]


def test_a_key_in_a_header_is_sent_once(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller's own Authorization, however it is spelt, takes the place of LiteLLM's."""
    sent: list[httpx.Request] = []
    monkeypatch.setattr(litellm, "client_session", httpx.Client(event_hooks={"request": [sent.append]}))
    settings = alive.kwargs_for("gpt-image-2")
    headers = {"authorization": f"Bearer {settings.pop('api_key')}"}

    edit(ImageBot(**settings, extra_headers=headers))

    assert list(headers.values()) == sent[0].headers.get_list("authorization")


@pytest.mark.parametrize("name", ["compatible", "hosted_vllm/some-model", "litellm_proxy/some-model"])
def test_openais_key_stays_home(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A server without a key of its own is not sent OpenAI's."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    monkeypatch.setattr(litellm, "api_key", "sk-canary-0123456789")
    alive.strict = False

    edit(bot_for(alive, name, api_key=None))

    (post,) = alive.posts
    assert "canary" not in str(post.headers)
    assert b"canary" not in post.body


# -- answers -------------------------------------------------------------------------------------


@both_ways
@pytest.mark.parametrize("name", ["gpt-image-2", "gemini", "openrouter", "recraft", "stability/search-and-replace"])
def test_refusals_are_refusals(alive: ProviderServer, name: str, is_async: bool) -> None:
    """A refused edit is a ContentPolicyError after one request."""
    alive.always(Refusal())

    with pytest.raises(ContentPolicyError):
        edit(bot_for(alive, name), is_async)

    assert 1 == len(alive.posts)


def test_cost_is_known(alive: ProviderServer) -> None:
    """What an edit cost is told as for any picture."""
    costs = {name: edit(bot_for(alive, name)).cost for name in ("gpt-image-2", "gemini", "openrouter", "recraft")}

    assert [] == [name for name, cost in costs.items() if not cost]


def test_a_fallback_gets_the_picture(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a model is gone, the next one edits the same picture."""
    for variable, value in alive.variables_for("gemini").items():
        monkeypatch.setenv(variable, value)
    alive.script(Status(429, retry_after="600"))

    result = edit(bot_for(alive, "gpt-image-2", fallbacks=["gemini/gemini-3.1-flash-image"]))

    assert "gemini/gemini-3.1-flash-image" == result.model
    assert [[JPEG], [JPEG]] == [pictures_in(post) for post in alive.posts]


# -- programs that stand in for LiteLLM ----------------------------------------------------------


def test_a_patched_function_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's own image_edit gets what LiteLLM's would, without a key; what it returns is the result."""
    called: dict[str, Any] = {}

    def fake(**keywords: Any) -> Any:
        called.update(keywords)
        return {"data": [{"b64_json": base64.b64encode(PNG).decode()}]}

    monkeypatch.setattr(litellm, "image_edit", fake)
    result = edit(ImageBot(model="gpt-image-2"), mask=mask())

    assert PNG == result[0].to_bytes()
    assert ("gpt-image-2", "make it night") == (called["model"], called["prompt"])
    assert ["image.png"] == [one.name for one in called["image"]]
    assert "mask.png" == called["mask"].name
    assert not {"sources", "client"} & called.keys()
    assert PNG == edit(ImageBot(model="gpt-image-2"), is_async=True)[0].to_bytes()


def test_a_patched_async_function_is_awaited(monkeypatch: pytest.MonkeyPatch, alive: ProviderServer) -> None:
    """A program's own aimage_edit is used by the async verb."""

    async def fake(**keywords: Any) -> Any:
        return {"data": [{"b64_json": base64.b64encode(keywords["image"][0].read()).decode()}]}

    monkeypatch.setattr(litellm, "aimage_edit", fake)

    assert JPEG == edit(bot_for(alive, "gpt-image-2"), is_async=True)[0].to_bytes()
    assert [] == alive.posts


@both_ways
def test_a_programs_own_provider_edits(monkeypatch: pytest.MonkeyPatch, is_async: bool) -> None:
    """A provider that the program has given LiteLLM is asked as LiteLLM asks it."""

    class Own(litellm.CustomLLM):
        def image_edit(self, model: str, image: Any, prompt: str, **rest: Any) -> Any:
            return litellm.ImageResponse(data=[{"b64_json": base64.b64encode(image[0].read()).decode()}])

    monkeypatch.setattr(litellm, "custom_provider_map", [{"provider": "own", "custom_handler": Own()}])
    monkeypatch.setattr(litellm, "_custom_providers", ["own"])

    assert JPEG == edit(ImageBot(model="own/model"), is_async)[0].to_bytes()
