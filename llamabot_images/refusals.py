"""Why a reply with status 200 holds no picture. Pure.

LiteLLM drops these reasons (1.106.2): what it hands on is an empty list. So the provider's own reply
is read.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from llamabot_images.failures import Failure
from llamabot_images.redact import redact_text

__all__ = ["is_empty", "read", "withheld"]

#: Finish reasons that mean: drawn or begun, and withheld.
WITHHELD = frozenset(
    {
        "SAFETY",
        "IMAGE_SAFETY",
        "PROHIBITED_CONTENT",
        "IMAGE_PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_RECITATION",
        "IMAGE_OTHER",
        "content_filter",
    }
)
#: Finish reasons that say nothing: the model stopped because it was done.
DONE = frozenset({"STOP", "stop", "end_turn", "SUCCESS"})
NSFW = "the picture did not pass the provider's safety checker"
LONGEST_WORD = 100
UNMODERATED = "the picture did not pass the provider's moderation"


def read(body: Any) -> Failure | None:
    """Return the refusal that a reply without a picture stands for.

    :param body: The provider's reply, as JSON.
    :return: ``None`` where the reply does not say why there is no picture.
    """
    if not isinstance(body, Mapping):
        return None
    readers = (_gemini, _imagen, _chat, _flags, _stability, _nova, _openai_like)
    return next((found for one in readers if (found := one(body)) is not None), None)


def is_empty(body: Any) -> bool:
    """Tell whether a reply holds nothing that could be a picture.

    :param body: The provider's reply, as JSON.
    """
    left = [body]
    while left:
        one = left.pop()
        if isinstance(one, str) and (len(one) >= 100 or one.startswith(("http", "data:"))):
            return False
        left += one.values() if isinstance(one, Mapping) else one if isinstance(one, list) else ()
    return True


def withheld(body: Any) -> dict[int, str]:
    """Return which pictures of a reply are withheld, and why.

    Some providers put a black picture, or nothing, in the place of one.

    :param body: The provider's reply, as JSON.
    :return: Reasons by the picture's place, counted from 0.
    """
    if not isinstance(body, Mapping):
        return {}
    flags = body.get("has_nsfw_concepts")
    reasons = {place: NSFW for place, bad in enumerate(flags if isinstance(flags, list) else ()) if bad is True}
    for place, one in enumerate(_mappings(body.get("data"))):
        if one.get("respect_moderation") is False:
            reasons[place] = UNMODERATED
    for place, one in enumerate(_mappings(body.get("predictions"))):
        if one.get("raiFilteredReason"):
            reasons[place] = redact_text(str(one["raiFilteredReason"]))
    return reasons


def _refused(text: str, code: str | None, stage: str | None, categories: tuple[str, ...] = ()) -> Failure:
    said = redact_text(text.strip()) or "No image data found in the response, and no reason"
    named = None if code in DONE else _word(code)
    return Failure("refused", said, 200, named, categories=categories, stage=stage, retryable=stage != "prompt")


def _gemini(body: Mapping[str, Any]) -> Failure | None:
    feedback = _mapping(body.get("promptFeedback"))
    if reason := feedback.get("blockReason"):
        text = feedback.get("blockReasonMessage") or f"the prompt was blocked: {reason}"
        return _refused(str(text), str(reason), "prompt", _rated(feedback))
    for candidate in _mappings(body.get("candidates")):
        text = " ".join(_texts(_mapping(candidate.get("content")).get("parts")))
        reason = str(candidate.get("finishReason") or "")
        words = text or str(candidate.get("finishMessage") or "")
        if reason in WITHHELD:
            return _refused(words, reason, "output", _rated(candidate))
        if words or reason:
            return _refused(words, reason or None, None, _rated(candidate))
    return None


def _rated(thing: Mapping[str, Any]) -> tuple[str, ...]:
    ratings = _mappings(thing.get("safetyRatings"))
    bad = [one for one in ratings if one.get("blocked") or one.get("probability") in ("HIGH", "MEDIUM")]
    return tuple(word for one in bad if (word := _word(one.get("category"))))


def _imagen(body: Mapping[str, Any]) -> Failure | None:
    reasons = [one.get("raiFilteredReason") for one in _mappings(body.get("predictions"))]
    reason = next(filter(None, reasons), None)
    return _refused(str(reason), "raiFilteredReason", "output") if reason else None


def _chat(body: Mapping[str, Any]) -> Failure | None:
    for choice in _mappings(body.get("choices")):
        message = _mapping(choice.get("message"))
        content = message.get("content")
        words = message.get("refusal") or (content if isinstance(content, str) else " ".join(_texts(content)))
        reason = str(choice.get("native_finish_reason") or choice.get("finish_reason") or "") or None
        if words or reason in WITHHELD:
            return _refused(str(words or ""), reason, "output" if reason in WITHHELD else None)
    return None


def _flags(body: Mapping[str, Any]) -> Failure | None:
    """Read the flags of fal.ai and xAI on each picture."""
    reasons = set(withheld(body).values())
    if NSFW in reasons:
        return _refused(NSFW, "has_nsfw_concepts", "output")
    return _refused(UNMODERATED, "respect_moderation", "output") if UNMODERATED in reasons else None


def _stability(body: Mapping[str, Any]) -> Failure | None:
    """Read Stability's finish reasons: its own, those of SD3 on Bedrock, and those of SDXL."""
    found = [body.get("finish_reason"), *(one.get("finishReason") for one in _mappings(body.get("artifacts")))]
    if "CONTENT_FILTERED" in found:
        return _refused("the picture was filtered by the provider's safety system", "CONTENT_FILTERED", "output")
    listed = body.get("finish_reasons")
    reason = next((one for one in (listed if isinstance(listed, list) else ()) if isinstance(one, str) and one), "")
    if not reason:
        return None
    return _refused(reason, reason.partition(":")[0], "prompt" if "prompt" in reason else "output")


def _nova(body: Mapping[str, Any]) -> Failure | None:
    error = body.get("error")
    is_filter = isinstance(error, str) and "blocked by our content filters" in error
    return _refused(str(error), "content_filter", "output") if is_filter else None


def _openai_like(body: Mapping[str, Any]) -> Failure | None:
    """Read an error that came with status 200, and xAI's way to refuse: a list without pictures."""
    if body.get("data") == [] and not body.get("error"):
        return _refused("", None, None)
    error = next((said for name in ("error", "errors", "detail", "message") if (said := body.get(name))), None)
    if not error:
        return None
    found = _mapping(error)
    text = redact_text(str(found.get("message") or error))
    return Failure("ambiguous", text, 200, _word(found.get("code") or body.get("code") or None))


def _word(value: Any) -> str | None:
    """Return a code or a category if it is one: of other things that stand in its place, nothing may be shown."""
    return redact_text(str(value))[:LONGEST_WORD] or None if isinstance(value, (str, int, float)) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    return (one for one in value if isinstance(one, Mapping)) if isinstance(value, list) else iter(())


def _texts(parts: Any) -> Iterator[str]:
    return (str(part["text"]) for part in _mappings(parts) if part.get("text") and not part.get("thought"))
