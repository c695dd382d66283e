"""Chat completions whose answer holds pictures, whole or streamed (``/chat/completions``)."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any

from .api import json_answer
from .orders import Call, House, Order, Picture
from .wire import Answer

__all__ = ["CHAT_SHAPES", "chat_answer", "chat_order", "message_of", "messages_are_readable"]

CHAT_SHAPES = ("images", "image", "markdown", "parts")


def chat_order(call: Call, size: tuple[int, int] = (1024, 1024)) -> Order:
    """Read a chat request: the prompt is the text of the last message."""
    body = call.body
    return Order(
        model=str(body.get("model", "")),
        prompt=_last_text(body.get("messages")),
        size=size,
        wants="b64_json",
        route="chat",
        body=body,
    )


def messages_are_readable(messages: object) -> bool:
    """Say whether *messages* is a list of roles with contents."""
    if not isinstance(messages, list) or not messages:
        return False
    return all(isinstance(message, dict) and message.get("role") for message in messages)


def _last_text(messages: object) -> str:
    if not messages_are_readable(messages):
        return ""
    content = messages[-1].get("content") if isinstance(messages, list) else ""
    if isinstance(content, str):
        return content
    return " ".join(part.get("text", "") for part in content or () if part.get("type") == "text")


def message_of(pictures: Sequence[Picture], house: House, text: str | None = None) -> dict[str, Any]:
    """Return the assistant's message in the shape the server is set to (``house.chat_shape``)."""
    urls = [picture.url if house.reply_with == "url" else picture.data_uri for picture in pictures]
    images = [{"type": "image_url", "image_url": {"url": url}, "index": 0} for url in urls]
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if house.chat_shape == "image" and urls:
        return message | {"image": {"url": urls[0]}}
    if house.chat_shape == "markdown":
        return message | {"content": "\n\n".join([text or "", *(f"![picture]({url})" for url in urls)])}
    if house.chat_shape == "parts":
        return message | {"content": [{"type": "text", "text": text or ""}, *images]}
    return message | {"images": images}


def chat_answer(
    order: Order,
    message: Mapping[str, Any],
    usage: Mapping[str, Any],
    *,
    finish: str = "stop",
    extra: Mapping[str, Any] | None = None,
) -> Answer:
    """Return a completion with *message*, streamed where the request asks for it."""
    head = {"id": "gen-loopback-0123456789", "created": int(time.time()), "model": order.model} | dict(extra or {})
    if order.body.get("stream"):
        return _streamed(head | {"object": "chat.completion.chunk"}, message, usage, finish)
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
    return json_answer(head | {"object": "chat.completion", "choices": [choice], "usage": usage})


def _streamed(head: Mapping[str, Any], message: Mapping[str, Any], usage: Mapping[str, Any], finish: str) -> Answer:
    """Return server-sent events: words first, then all pictures in one event, then usage, then ``[DONE]``."""
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": word + " "} for word in str(message.get("content") or "").split()]
    deltas += [{"images": message["images"]}] if message.get("images") else []
    chunks = [dict(head) | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]} for delta in deltas]
    chunks.append(dict(head) | {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]})
    chunks.append(dict(head) | {"choices": [], "usage": usage})
    events = tuple(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks)
    events += (b"data: [DONE]\n\n",)
    return Answer(200, b"".join(events), {"content-type": "text/event-stream"}, events=events)
