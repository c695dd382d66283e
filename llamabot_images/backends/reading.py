"""Read the provider's own reply where LiteLLM's holds no picture, or not all."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from llamabot_images import refusals, replies
from llamabot_images.credentials import OPENAI_NAMES
from llamabot_images.errors import NoImageError
from llamabot_images.failures import Failure
from llamabot_images.retry import SendFailed

__all__ = ["body_of", "raise_reading", "with_picture"]

#: What stands in a reply that tells of single pictures which are withheld.
FLAGS = re.compile(rb'"(?:has_nsfw_concepts|respect_moderation|raiFilteredReason)"')


def with_picture(reply: Any, raw: list[Any], keywords: Mapping[str, Any]) -> Any:
    """Return *reply*, or raise the refusal that the provider's own words tell of where it holds no picture.

    :param reply: As LiteLLM gave it; what the provider says of single pictures is noted in its hidden parameters.
    :param raw: The provider's own replies.
    :param keywords: What was asked.
    """
    reasons = _withheld(raw, keywords)
    slots = enumerate(replies.slots(reply))
    if any(not slot.is_empty and place not in reasons for place, slot in slots):
        if reasons and isinstance(hidden := replies.get(reply, "_hidden_params"), dict):
            hidden["withheld"] = reasons
        return reply
    failure = _read(raw)
    if failure is None:
        return reply
    raise SendFailed(failure, NoImageError(failure.text))


def raise_reading(raw: list[Any]) -> None:
    """Raise what a reply with status 200 says, where it holds no picture: LiteLLM makes unlike errors of such."""
    if not raw or raw[-1].status_code != 200:
        return
    body = body_of(raw)
    failure = refusals.read(body)
    if failure is None and body is not None and refusals.is_empty(body):
        failure = Failure("ambiguous", "No image data found in the response", 200)
    if failure is not None:
        raise SendFailed(failure, NoImageError(failure.text)) from None


def _read(raw: list[Any]) -> Failure | None:
    return refusals.read(body_of(raw)) if raw and raw[-1].status_code == 200 else None


def _withheld(raw: list[Any], keywords: Mapping[str, Any]) -> dict[int, str]:
    if not raw or keywords.get("enable_safety_checker") is False or _is_openais(keywords):
        return {}
    if not FLAGS.search(raw[-1].content):
        return {}
    return refusals.withheld(body_of(raw))


def _is_openais(keywords: Mapping[str, Any]) -> bool:
    """Tell whether it is a model of OpenAI's, which withholds no single pictures: to look for it takes a while."""
    return str(keywords.get("model")).rpartition("/")[2].startswith(OPENAI_NAMES)


def body_of(raw: Sequence[Any]) -> Any:
    """Return the last of the provider's own replies as JSON, ``None`` where there is none."""
    try:
        return raw[-1].json() if raw else None
    except (ValueError, RecursionError):
        return None
