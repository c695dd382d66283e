"""Ask through ``litellm.completion``, for models that answer a chat with pictures."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from llamabot_images.backends.chat_made import made
from llamabot_images.backends.chat_messages import messages_of, with_signatures
from llamabot_images.backends.chat_replies import Answer, read_answer
from llamabot_images.backends.chat_rules import GOOGLE, chats, draws, rule_for_chat, sized, sizes_in
from llamabot_images.backends.chat_stream import pieces_of_chat
from llamabot_images.backends.images import Images
from llamabot_images.backends.knowing import capabilities_of, provider_and_name, unedited, unrouted
from llamabot_images.backends.litellm_fixes import captured, drain_logging, is_patched, load
from llamabot_images.backends.one_line import OneLine, Watched
from llamabot_images.backends.pieces import Reply
from llamabot_images.backends.reading import body_of, raise_reading
from llamabot_images.backends.reports import unreported
from llamabot_images.errors import UnroutedModelError, UnsupportedParameterError
from llamabot_images.models import ModelRule
from llamabot_images.replies import get
from llamabot_images.request import Asked, Capabilities

__all__ = ["Chat"]

#: Keywords of image calls that become something else in a chat.
SIZES = ("size", "aspect_ratio", "aspectRatio", "image_size", "imageSize", "imageConfig", "image_config")
#: Settings of Gemini's that are no part of how it generates.
GOOGLE_KEEPS = frozenset({"safety_settings", "cached_content", "service_tier", *SIZES})
IMAGE_ONLY = frozenset({"prompt", "sources", "n", *SIZES})


class Chat(Images):
    """LiteLLM's chat call, sent once."""

    CALL = "completion"
    ROUTE = "chat"

    def look_up(self, litellm: Any, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what a model's chat takes.

        :raises UnroutedModelError: When the model has no chat.
        """
        provider, name = provider_and_name(litellm, model, extra)
        forwards = {"size"} if sized(provider) else set()
        forwards |= {"user"} & _supported(litellm, provider, name)
        can = capabilities_of(litellm, provider, name, frozenset(forwards), self.ROUTE)
        if not chats(provider, name, can.prices):
            raise UnroutedModelError(f"{model!r} has no chat that LiteLLM knows of; nothing was sent")
        return can

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what is known of a model's sizes and settings in its chat."""
        rule, litellm = rule_for_chat(can.provider, can.name), load()
        if can.provider in GOOGLE:
            return replace(rule, keeps=_supported(litellm, can.provider, can.name) | _google_settings(can.provider))
        takes_more = can.provider == "openrouter" or self._uses_sdk(litellm, can)
        return replace(rule, forced=frozenset({"user"})) if takes_more else rule

    def streams(self, can: Capabilities) -> bool:
        """Tell whether the chat brings pictures, for it can always be watched."""
        return draws(can.provider, can.name, can.prices)

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Settle key and address.

        :raises UnroutedModelError: When nothing says that this model draws, unless the caller asked for its chat.
        :raises MissingKeyError: Naming the variables, unless the program stands in for LiteLLM.
        """
        if asked.sources and asked.sources.mask:
            raise UnsupportedParameterError(
                f"{asked.model} takes no mask in its chat: say in the prompt what to change; nothing was sent"
            )
        is_theirs = is_patched(load(), self.CALL)
        if not (asked.route == "chat" or is_theirs or draws(can.provider, can.name, can.prices)):
            said = unedited(asked.model) if asked.sources else unrouted(asked.model, can.provider)
            raise UnroutedModelError(f"{said}. If its chat draws, pass route='chat'")
        return super().credentials(asked, can)

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Reply:
        """Send one request, once, and return its pictures and words.

        :raises SendFailed: When there is no picture in the answer.
        """
        litellm = load()
        prepared = self.prepared(litellm, keywords, can)
        plain = {name: value for name, value in keywords.items() if name != "sources"}
        with captured() as raw, unreported(litellm, plain):
            try:
                reply = litellm.completion(**prepared)
            except Exception:
                if (saved := _saved(raw, prepared, can)) is not None:
                    return saved
                raise_reading(raw)
                raise
        return reply_from(reply, body_of(raw), prepared, can)

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Reply:
        """Do what ``send`` does without blocking the event loop.

        LiteLLM's sync function runs in a thread of ours: its async client sends a request again after a broken
        connection, although it may have been accepted (1.106.2).
        """
        litellm = load()
        if not is_patched(litellm, "acompletion"):
            return await self._threads.run(self.send, keywords, can)
        prepared = await self._threads.run(partial(self.prepared, litellm, keywords, can))
        reply = await litellm.acompletion(**prepared)
        await drain_logging()
        return reply_from(reply, None, prepared, can)

    def stream(self, keywords: dict[str, Any], can: Capabilities) -> Watched:
        """Yield words as they come, then the reply."""
        litellm = load()
        line, twin = OneLine(self._threads), copy.copy(self)
        twin._once = line
        prepared = twin.prepared(litellm, keywords, can) | {"stream": True, "stream_options": {"include_usage": True}}
        return Watched(pieces_of_chat(litellm, prepared, can, line), line)

    def prepared(self, litellm: Any, keywords: dict[str, Any], can: Capabilities) -> dict[str, Any]:
        """Return the keywords of ``litellm.completion``."""
        sources, model = keywords.get("sources"), str(keywords["model"])
        found = {name: value for name, value in keywords.items() if name not in IMAGE_ONLY}
        found |= sizes_in(can.provider, can.name, keywords) | _modalities(litellm, can)
        found["messages"] = messages_of(keywords["prompt"], sources, model)
        if not is_patched(litellm, self.CALL):
            found |= {"max_retries": 0, "num_retries": 0}
            found = self._prepared(litellm, found, can, is_async=False)
            _sign(found, can)
        return found


def _supported(litellm: Any, provider: str, name: str) -> frozenset[str]:
    """Return the parameters of OpenAI's chat that LiteLLM sends to a model; it drops ``user`` for others silently."""
    return frozenset(litellm.get_supported_openai_params(model=name, custom_llm_provider=provider) or ())


def _google_settings(provider: str) -> frozenset[str]:
    """Return Gemini's own settings that LiteLLM sends, in either spelling; it drops others silently (1.106.2)."""
    from litellm.types.llms.vertex_ai import GenerationConfig

    snake = {re.sub("([A-Z])", r"_\1", one).lower() for one in GenerationConfig.__annotations__}
    camel = {re.sub("_(.)", lambda found: found[1].upper(), one) for one in snake}
    return GOOGLE_KEEPS | snake | camel | ({"labels"} if provider != "gemini" else set())


def _modalities(litellm: Any, can: Capabilities) -> dict[str, Any]:
    """Ask for pictures where LiteLLM knows a word for it: it refuses to send it to other providers."""
    return {"modalities": ["image", "text"]} if "modalities" in _supported(litellm, can.provider, can.name) else {}


def _sign(prepared: dict[str, Any], can: Capabilities) -> None:
    """Have the marks of Gemini's earlier answers put into what goes out, by the client that sends it."""
    messages = prepared["messages"]
    if can.provider not in GOOGLE or len(messages) < 2 or not hasattr(prepared.get("client"), "post"):
        return
    post = prepared["client"].post

    def signed(*args: Any, **keywords: Any) -> Any:
        for name, read, write in (("json", dict, dict), ("data", json.loads, json.dumps)):
            if keywords.get(name):
                keywords[name] = write(with_signatures(read(keywords[name]), messages))
        return post(*args, **keywords)

    prepared["client"].post = signed


def _saved(raw: Sequence[Any], prepared: Mapping[str, Any], can: Capabilities) -> Reply | None:
    """Return the pictures of a reply that LiteLLM cannot read, as with a list for its content (1.106.2)."""
    body = body_of(raw) if raw and raw[-1].status_code == 200 else None
    answer = _answer(body)
    if not answer.slots:
        return None
    usage, request_id = get(body, "usage"), raw[-1].headers.get("x-request-id")
    headers = {"llm_provider-x-request-id": request_id, "llm_provider-x-litellm-response-cost": get(usage, "cost")}
    return made(answer, body, prepared, can, usage, {"additional_headers": headers}, body)


def _answer(reply: Any) -> Answer:
    choices = get(reply, "choices")
    choice = next(iter(choices), None) if isinstance(choices, (list, tuple)) else None
    return read_answer(get(choice, "message"), get(choice, "finish_reason"))


def reply_from(reply: Any, body: Any, prepared: Mapping[str, Any], can: Capabilities) -> Reply:
    """Return LiteLLM's reply in the form of image calls.

    :param reply: LiteLLM's own object.
    :param body: The provider's own reply, where there is one.
    :param prepared: What was asked.
    :param can: The model.
    :raises SendFailed: When there is no picture in the answer.
    """
    answer = _answer(reply)
    if not answer.slots:  # LiteLLM drops ``message.image`` (1.106.2)
        answer = max(answer, _answer(body), key=lambda one: len(one.slots))
    hidden = dict(get(reply, "_hidden_params") or {})
    return made(answer, body, prepared, can, get(reply, "usage"), hidden, reply)
