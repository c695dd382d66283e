"""Any reply of a provider: read into pictures, or into an error of ours; and no secret is shown by either."""

import json
import math
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

from llamabot_images import ImageBot, receiving, refusals, replies
from llamabot_images.attempts import Attempt, Outcome, next_attempt
from llamabot_images.backends import reading
from llamabot_images.errors import ImageBotError
from llamabot_images.links import expires_at
from llamabot_images.request import ImageRequest
from llamabot_images.retry import SendFailed

from .json_values import CANARIES, value_from


class Response:
    """A provider's reply as the transport hands it on."""

    status_code = 200

    def __init__(self, content: bytes) -> None:
        self.content = content

    def json(self) -> Any:
        """Return the body."""
        return json.loads(self.content)


def one_input(data: bytes) -> None:
    """Take JSON as it is, and other bytes as choices of which a reply is made."""
    is_json = data[:1] in (b"{", b"[")
    body = parsed(data) if is_json else value_from(data)
    content = data if is_json else json.dumps(body).encode()
    for reply in objects(body):
        for shown in read(reply, body, Response(content)):
            assert not any(canary in shown for canary in CANARIES), shown[:500]


def seeds() -> Iterator[bytes]:
    """Give replies of each provider's kind, and choices that make others."""
    yield from (json.dumps(one).encode() for one in REPLIES)
    yield from (b'{"error":' + b"[" * deep + b"]" * deep + b"}" for deep in (90, 900, 20_000))
    yield b'{"data":[{"url":"\\ud800"}],"usage":{"cost":1e999,"cost_in_usd_ticks":1' + b"0" * 400 + b"}}"
    yield from (bytes((step * number) % 251 for number in range(200)) for step in (1, 7, 13, 29, 53, 97))


REPLIES: tuple[Any, ...] = (
    {"data": [{"b64_json": "iVBORw0KGgo=", "revised_prompt": "a fox"}], "usage": {"input_tokens": 3}},
    {"data": [{"url": "https://host.example/a.png?sig=x", "respect_moderation": False}]},
    {"candidates": [{"content": {"parts": [{"text": "no"}]}, "finishReason": "SAFETY", "safetyRatings": []}]},
    {"promptFeedback": {"blockReason": "OTHER", "safetyRatings": [{"category": "A", "blocked": True}]}},
    {"predictions": [{"raiFilteredReason": "word", "bytesBase64Encoded": ""}], "has_nsfw_concepts": [True]},
    {"choices": [{"message": {"content": "I cannot", "refusal": None}, "finish_reason": "stop"}]},
    {"finish_reasons": ["Filter reason: prompt"], "artifacts": [{"finishReason": "CONTENT_FILTERED"}]},
    {"error": {"message": "bad", "code": 400}, "detail": ["x"], "errors": {}, "message": "m"},
)


def parsed(data: bytes) -> Any:
    """Return JSON, ``None`` for what is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def objects(body: Any) -> Iterator[Any]:
    """Yield a body as a mapping, as a plain object and, where LiteLLM takes it, as LiteLLM's object."""
    yield body
    if not isinstance(body, dict):
        return
    data = body.get("data")
    listed = data if isinstance(data, list) else []
    places = [SimpleNamespace(**one) if isinstance(one, dict) else one for one in listed]
    yield SimpleNamespace(**{**body, "data": places})
    yield from litellm_object(body, [one for one in listed if isinstance(one, dict)])


def litellm_object(body: Mapping[str, Any], places: list[Any]) -> Iterator[Any]:
    """Yield LiteLLM's own reply object, unless LiteLLM refuses to make it."""
    from litellm.types.utils import ImageResponse

    try:
        made = ImageResponse(data=places, usage=body.get("usage"), created=0)
    except Exception:  # pydantic's and LiteLLM's own, of many kinds
        return
    made._hidden_params = body.get("_hidden_params", {})
    yield made


def read(reply: Any, body: Any, response: Response) -> Iterator[str]:
    """Read a reply in all the ways in which the library does; yield what people would see."""
    # A prompt is shown as it is.
    yield from (repr(replace(slot, revised_prompt=None)) for slot in replies.slots(reply))
    facts = replies.facts_of(reply)
    assert facts.cost is None or (facts.cost >= 0 and math.isfinite(facts.cost))
    refused = refusals.read(body)
    yield f"{refused.text} {refused.code} {refused.categories}" if refused else ""
    yield from refusals.withheld(body).values()
    assert refusals.is_empty(body) in (True, False)
    for attempt in (lambda: reading.with_picture(reply, [response], {}), lambda: reading.raise_reading([response])):
        try:
            attempt()
        except SendFailed as failed:
            yield from ended(Outcome(failure=failed.failure, error=failed.error))
    yield from ended(Outcome(reply=reply))


def ended(outcome: Outcome) -> Iterator[str]:
    """Yield what the caller gets: a result and its warnings, or an error."""
    attempt = Attempt(request(), lambda _: request())
    try:
        with warnings.catch_warnings(record=True, action="always") as warned:
            result = receiving.result_from(attempt, [outcome], lambda: None)
            if result is None:
                next_attempt(attempt, [outcome])
            else:
                receiving.tell(attempt.request, result)
                yield f"{result!r} {result.cost} {result.problems}"
                assert all(expires_at(image) or True for image in result.images)
        yield from (str(one.message) for one in warned)
    except ImageBotError as error:
        yield str(error)


@cache
def request() -> ImageRequest:
    """Return what was asked."""
    return ImageBot(model="offline/sketch").build_request("a fox")
