"""What to do after an answer: take it, ask otherwise, or give up. Pure, shared by sync and async."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from llamabot_images import replies
from llamabot_images.advice import error_for, no_image
from llamabot_images.errors import (
    AdjustmentWarning,
    ImageBotError,
    MissingKeyError,
    ModelRetiredError,
    UnsupportedParameterError,
)
from llamabot_images.failures import Failure
from llamabot_images.lifecycle import ending_of, lifecycle_of
from llamabot_images.request import ImageRequest
from llamabot_images.warn import warn, warn_retired

__all__ = [
    "Attempt",
    "Outcome",
    "Pictures",
    "first_with_key",
    "next_attempt",
    "pictures_of",
    "warn_adjusted",
    "warn_ending",
    "withheld_of",
]


@dataclass(frozen=True)
class Outcome:
    """What one call brought: a reply, or a failure with LiteLLM's exception.

    ``sent`` counts the requests that left this machine.
    """

    reply: Any = None
    failure: Failure | None = None
    error: Exception | None = None
    sent: int = 1


#: Their addresses are always the caller's own, and their models the provider's all the same.
OWN_NAMES = frozenset({"azure", "azure_ai"})
#: After these a fallback is asked: nothing was accepted, and the same model will not take it soon.
FALL_BACK = frozenset({"gone", "busy", "not_sent"})


@dataclass(frozen=True)
class Attempt:
    """A request on its way, and what came before it.

    ``build`` makes the request for another model; ``may_replace`` says that a dead model's name is the
    provider's own; ``fallbacks`` are still to be tried, ``trail`` says what was and why it failed; ``sent`` and
    ``started`` cover the whole call.
    """

    request: ImageRequest
    build: Callable[[str], ImageRequest]
    may_replace: bool = True
    fallbacks: tuple[str, ...] = ()
    fallback_on_refusal: bool = False
    trail: tuple[str, ...] = ()
    sent: int = 0
    started: float = 0.0
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pictures:
    """The places of the pictures in all replies, and why some are missing."""

    slots: tuple[replies.Slot, ...]
    problems: tuple[str, ...] = ()


def first_with_key(
    models: tuple[str, ...], build: Callable[[str], ImageRequest]
) -> tuple[ImageRequest, tuple[str, ...], tuple[str, ...]]:
    """Return the request for the first model whose key is there, the models after it, and why others were not asked.

    :param models: In the order in which they are to be tried.
    :param build: Makes the request for a model.
    :raises MissingKeyError: When the last one has no key either.
    """
    trail: tuple[str, ...] = ()
    for number, model in enumerate(models[:-1], 1):
        try:
            return build(model), models[number:], trail
        except MissingKeyError as error:
            trail += (f"{model}: no_key: {error}",)
    return build(models[-1]), (), trail


def pictures_of(outcomes: list[Outcome]) -> Pictures:
    """Collect what the calls of one request brought, in order."""
    problems = [f"{one.failure.kind}: {one.failure.text}" for one in outcomes if one.failure is not None]
    kept: list[replies.Slot] = []
    for reply in (one.reply for one in outcomes if one.failure is None):
        reasons, slots = withheld_of(reply), replies.slots(reply)
        problems += [] if slots else ["a reply held no picture"]
        for place, slot in enumerate(slots):
            if place in reasons:
                problems.append(reasons[place])
            elif slot.is_empty:
                problems.append("the provider left the picture's place empty")
            else:
                kept.append(slot)
    return Pictures(tuple(kept), tuple(problems))


def withheld_of(reply: Any) -> Mapping[int, str]:
    """Return which pictures of a reply its backend found withheld, and why."""
    found = replies.get(replies.get(reply, "_hidden_params"), "withheld")
    return found if isinstance(found, Mapping) else {}


def next_attempt(attempt: Attempt, outcomes: list[Outcome]) -> Attempt:
    """Return what to send after a request that brought no picture.

    :param attempt: What was sent.
    :param outcomes: What came of it; no picture.
    :raises Exception: When there is nothing left to try: the error to show to the caller.
    """
    failed = _weightiest(outcomes)
    if failed is None or failed.failure is None:
        raise _with_trail(no_image(attempt.request), attempt)
    if all(one.failure is not None and one.failure.kind != "ambiguous" for one in outcomes):
        now = replace(attempt, sent=attempt.sent + sum(one.sent for one in outcomes))
        if (found := _another(now, failed)) is not None:
            return found
    raise _with_trail(error_for(failed.failure, failed.error, attempt.request), attempt)


def _weightiest(outcomes: list[Outcome]) -> Outcome | None:
    """Return the failure that decides: one that may be charged before a refusal before any other."""
    failed = [one for one in outcomes if one.failure is not None]
    order = {"ambiguous": 0, "refused": 1}
    return min(failed, key=lambda one: order.get(one.failure.kind, 2) if one.failure else 2, default=None)


def _another(attempt: Attempt, failed: Outcome) -> Attempt | None:
    """Return what may be sent after a definite no, ``None`` where nothing may."""
    failure = failed.failure
    assert failure is not None
    if failure.kind == "unknown_parameter" and _knows(attempt, failure):
        return _without(attempt, failure)
    if attempt.fallbacks and _may_fall_back(attempt, failure):
        return _fallen_back(attempt, failed)
    if failure.kind == "gone" and (found := _successor(attempt)):
        return replace(attempt, request=attempt.build(found), refused=frozenset())
    return None


def _may_fall_back(attempt: Attempt, failure: Failure) -> bool:
    return failure.kind in FALL_BACK or (failure.kind == "refused" and attempt.fallback_on_refusal)


def _fallen_back(attempt: Attempt, failed: Outcome) -> Attempt:
    """Return the request to the next fallback that one can be made for, else raise the failure."""
    assert failed.failure is not None
    trail = (*attempt.trail, f"{attempt.request.model}: {failed.failure.kind}: {failed.failure.text}")
    for place, model in enumerate(attempt.fallbacks, 1):
        try:
            request = attempt.build(model)
        except ImageBotError as problem:
            trail += (f"{model}: not asked: {problem}",)
        else:
            left = attempt.fallbacks[place:]
            return replace(attempt, request=request, fallbacks=left, trail=trail, refused=frozenset())
    error = error_for(failed.failure, failed.error, attempt.request)
    raise _with_trail(error, replace(attempt, trail=trail))


def _with_trail(error: Exception, attempt: Attempt) -> Exception:
    if attempt.trail:
        error.add_note("Tried before, in order: " + "; ".join(attempt.trail))
    return error


def _knows(attempt: Attempt, failure: Failure) -> bool:
    name, request = failure.parameter, attempt.request
    sent = {
        *request.parameters,
        *(request.parameters.get("extra_body") or {}),
        *(("n",) if request.sends_n else ()),
    }
    return name in sent and name not in attempt.refused


def _without(attempt: Attempt, failure: Failure) -> Attempt:
    name = failure.parameter or ""
    why = f"{attempt.request.name} answered that it does not know it"
    if attempt.request.strict:
        raise UnsupportedParameterError(f"{name}: {why}; nothing was charged: {failure.text}")
    return replace(attempt, request=attempt.request.without(name, why), refused=attempt.refused | {name})


def warn_adjusted(request: ImageRequest, before: ImageRequest | None = None) -> None:
    """Warn of what is asked otherwise than the caller wants. Nothing is lost where a filter makes that an error.

    :param request: About to be sent.
    :param before: What was sent before it, whose adjustments are told already.
    """
    told = before.adjustments if before is not None and before.model == request.model else ()
    if found := [str(one) for one in request.adjustments if one not in told]:
        warn(f"{request.model!r}: " + "; ".join(found), AdjustmentWarning)


def warn_ending(attempt: Attempt, off: date | None, today: date) -> None:
    """Warn once of a model that dies soon. The request is sent all the same.

    :param attempt: About to be sent.
    :param off: The day on which LiteLLM says that the model is switched off.
    :param today: The day it is.
    """
    request = attempt.request
    if not (attempt.may_replace or request.provider in OWN_NAMES):
        return
    row = ending_of(request.provider, request.name, off, today)
    if row is not None:
        advice = f"pass model={row.successor!r} from then on" if row.successor else "choose another model by then"
        warn_retired(f"{request.model!r} is switched off by its provider on {row.off.isoformat()}; {advice}")


def _successor(attempt: Attempt) -> str | None:
    """Return the model that takes the place of one that is gone, with a warning; raise when strict."""
    request = attempt.request
    row = lifecycle_of(request.provider, request.name)
    if row is None or not attempt.may_replace:
        return None
    what = f"{request.model!r} was switched off by its provider, as announced for {row.off.isoformat()}"
    if row.successor is None or request.strict:
        advice = f"use model={row.successor!r}" if row.successor else "choose another model"
        error = ModelRetiredError(f"{what}; {advice} ({row.source})", model=request.model, successor=row.successor)
        raise _with_trail(error, attempt)
    warn_retired(f"{what}; {row.successor!r} is used instead: pass model={row.successor!r} ({row.source})")
    return row.successor


def seconds_since(started: float) -> float:
    """Return seconds since a ``time.monotonic()``."""
    return time.monotonic() - started
