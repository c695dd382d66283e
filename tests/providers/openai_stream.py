"""Partial pictures: the events of ``stream=true`` on OpenAI's images API."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .orders import Order, Picture, whole_number
from .pictures import encode, picture
from .wire import Answer

__all__ = ["picture_events", "wants_stream"]


def wants_stream(order: Order) -> bool:
    """Say whether the request asks for events; a form says ``"true"``."""
    return str(order.body.get("stream", "")).lower() == "true"


def picture_events(order: Order, pictures: Sequence[Picture], facts: Mapping[str, Any]) -> Answer:
    """Return rough pictures first, then each finished one with what the whole answer would have said."""
    kind = "image_edit" if order.route == "edit" else "image_generation"
    said = {name: value for name, value in facts.items() if name != "usage"}
    events = []
    for index in range(whole_number(order.body.get("partial_images", 0)) or 0):
        rough = {"b64_json": encode(picture("png", (64, 64), index)), "partial_image_index": index}
        events.append(_event(f"{kind}.partial_image", said | rough))
    for made in pictures:
        whole = {"b64_json": made.base64, "usage": facts.get("usage")}
        events.append(_event(f"{kind}.completed", said | whole))
    return Answer(200, b"".join(events), {"content-type": "text/event-stream"}, events=tuple(events))


def _event(kind: str, body: Mapping[str, Any]) -> bytes:
    data = json.dumps({"type": kind, "created_at": 1_795_000_000} | dict(body))
    return f"event: {kind}\ndata: {data}\n\n".encode()
