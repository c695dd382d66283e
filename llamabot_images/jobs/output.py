"""What a job brought for one prompt: from lines of its results to pictures, or to the error that says why not. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from llamabot_images import refusals, replies
from llamabot_images.advice import error_for, no_image
from llamabot_images.attempts import Attempt, Outcome
from llamabot_images.errors import ImageBotError
from llamabot_images.failures import Failure, diagnose
from llamabot_images.jobs.input import DISCOUNT
from llamabot_images.receiving import result_from, tell
from llamabot_images.redact import redact_text
from llamabot_images.request import ImageRequest

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["Line", "result_of"]


@dataclass(frozen=True)
class Line:
    """The answer to one request.

    ``status`` and ``body`` are what the image API said, where it was asked at all; ``is_doubtful`` says that nobody
    knows what became of the request.
    """

    status: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)
    error: str = ""
    request_id: str | None = None
    is_doubtful: bool = False

    @classmethod
    def read(cls, line: bytes) -> "Line | None":
        """Return what a line of results says, ``None`` for one that was torn.

        :param line: JSON.
        """
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            return None
        answer, error = _mapping(replies.get(found, "response")), _mapping(replies.get(found, "error"))
        text = redact_text(str(error.get("message") or error.get("code") or ""))
        request_id = answer.get("request_id")
        status = answer.get("status_code")
        return cls(
            status if isinstance(status, int) else None,
            _mapping(answer.get("body")),
            text,
            request_id if isinstance(request_id, str) else None,
        )


def result_of(request: ImageRequest, lines: list[Line], bot: "ImageBot", batch: Any) -> "ImageResult":
    """Return the pictures of one prompt.

    :param request: What was asked.
    :param lines: The answers, one for each request that the prompt was sent as.
    :param bot: Fetches pictures that come as addresses.
    :param batch: The API's batch object.
    :raises ImageBotError: When there is no picture; ``ContentPolicyError`` when the provider refused.
    """
    outcomes = [_outcome(request, one) for one in lines]
    attempt = Attempt(request, lambda model: replace(request, model=model))
    result = result_from(attempt, outcomes, bot._fetcher)
    if result is None:
        raise _why(request, outcomes)
    tell(request, result)
    ended = batch.completed_at or batch.expired_at or batch.cancelled_at or batch.created_at
    return replace(
        result,
        created=_time(lines),
        elapsed=float(max(0, ended - batch.created_at)),
        request_id=next((one.request_id for one in lines if one.request_id), None),
        bot=bot,
    )


def _outcome(request: ImageRequest, line: Line) -> Outcome:
    if line.status == 200:
        if any(not slot.is_empty for slot in replies.slots(line.body)):
            return Outcome({**line.body, "_hidden_params": {"response_cost": _cost(request, line.body)}})
        failure = refusals.read(line.body) or Failure("ambiguous", "No image data found in the response", 200)
        return Outcome(failure=failure)
    if line.status is None:
        kind = "ambiguous" if line.is_doubtful else "rejected"
        return Outcome(failure=Failure(kind, line.error or "the job did not draw this"), sent=0)
    return Outcome(failure=_failure(line))


def _failure(line: Line) -> Failure:
    """Read an error answer as one to a request by itself. What a job could not draw is not charged."""
    import httpx
    import openai

    answer = httpx.Response(line.status or 0, json=line.body, request=httpx.Request("POST", "https://batch"))
    found = diagnose(openai.APIStatusError("", response=answer, body=None))
    text = line.error if found.text == f"HTTP {line.status}" and line.error else found.text
    return replace(found, kind="rejected" if found.kind == "ambiguous" else found.kind, text=text)


def _why(request: ImageRequest, outcomes: list[Outcome]) -> Exception:
    """Return the error to show: what may be charged before a refusal before any other."""
    failures = [one.failure for one in outcomes if one.failure is not None]
    order = {"ambiguous": 0, "refused": 1}
    failure = min(failures, key=lambda one: order.get(one.kind, 2), default=None)
    if failure is None:
        return no_image(request)
    told = ImageBotError(f"{request.model!r} did not draw this: {failure.text}")
    return error_for(failure, told, request)


def _cost(request: ImageRequest, body: Mapping[str, Any]) -> float | None:
    """Return half of what LiteLLM's price map says of the tokens that were used, ``None`` where it does not know."""
    from llamabot_images.backends.litellm_fixes import load

    litellm = load()
    try:
        from litellm.types.utils import ImageResponse

        facts = {name: body.get(name) for name in ("created", "usage", "size", "quality", "output_format")}
        reply = ImageResponse(data=[{}] * len(replies.slots(body)), **facts)
        full = litellm.completion_cost(
            completion_response=reply,
            model=request.name,
            custom_llm_provider=request.provider,
            call_type="image_generation",
        )
    except Exception:  # a model that is not in the map, or a reply of another shape
        return None
    return DISCOUNT * full if isinstance(full, (int, float)) else None


def _time(lines: list[Line]) -> datetime:
    """Return when the pictures came, as the provider says, so that a record is the same whenever it is made."""
    said = next((one.body.get("created") for one in lines if isinstance(one.body.get("created"), int)), None)
    try:
        return datetime.fromtimestamp(said, UTC) if said is not None else datetime.now(UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.now(UTC)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
