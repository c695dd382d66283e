"""What to do after an answer: take it, ask otherwise, or give up. Pure, shared by sync and async."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from llamabot_images import replies
from llamabot_images.credentials import PROVIDERS
from llamabot_images.errors import (
    ContentPolicyError,
    ImageBotError,
    MissingKeyError,
    ModelRetiredError,
    NoImageError,
    UnsupportedParameterError,
)
from llamabot_images.failures import Failure
from llamabot_images.lifecycle import ending_of, lifecycle_of
from llamabot_images.request import ImageRequest
from llamabot_images.warn import warn_retired

__all__ = ["Attempt", "Outcome", "Pictures", "next_attempt", "pictures_of", "warn_ending", "withheld_of"]


@dataclass(frozen=True)
class Outcome:
    """What one call brought: a reply, or a failure with LiteLLM's exception.

    ``sent`` counts the requests that left this machine.
    """

    reply: Any = None
    failure: Failure | None = None
    error: Exception | None = None
    sent: int = 1


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


def pictures_of(outcomes: list[Outcome]) -> Pictures:
    """Collect what the calls of one request brought, in order."""
    problems = [f"{one.failure.kind}: {one.failure.text}" for one in outcomes if one.failure is not None]
    kept: list[replies.Slot] = []
    for reply in (one.reply for one in outcomes if one.failure is None):
        reasons = withheld_of(reply)
        for place, slot in enumerate(replies.slots(reply)):
            if place in reasons:
                problems.append(reasons[place])
            elif slot.is_empty:
                problems.append("the provider left the picture's place empty")
            else:
                kept.append(slot)
    return Pictures(tuple(kept), tuple(problems))


def next_attempt(attempt: Attempt, outcomes: list[Outcome]) -> Attempt:
    """Return what to send after a request that brought no picture.

    :param attempt: What was sent.
    :param outcomes: What came of it; no picture.
    :raises Exception: When there is nothing left to try: the error to show to the caller.
    """
    failed = _weightiest(outcomes)
    if failed is None or failed.failure is None:
        raise _with_trail(_empty(attempt.request), attempt)
    if all(one.failure is not None and one.failure.kind != "ambiguous" for one in outcomes):
        now = replace(attempt, sent=attempt.sent + sum(one.sent for one in outcomes))
        if (found := _another(now, failed.failure)) is not None:
            return found
    raise _with_trail(error_for(failed, attempt), attempt)


def _weightiest(outcomes: list[Outcome]) -> Outcome | None:
    """Return the failure that decides: one that may be charged before a refusal before any other."""
    failed = [one for one in outcomes if one.failure is not None]
    order = {"ambiguous": 0, "refused": 1}
    return min(failed, key=lambda one: order.get(one.failure.kind, 2) if one.failure else 2, default=None)


def _another(attempt: Attempt, failure: Failure) -> Attempt | None:
    """Return what may be sent after a definite no, ``None`` where nothing may."""
    if failure.kind == "unknown_parameter" and _knows(attempt, failure):
        return _without(attempt, failure)
    if attempt.fallbacks and _may_fall_back(attempt, failure):
        return _fallen_back(attempt, failure)
    if failure.kind == "gone" and (found := _successor(attempt)):
        return replace(attempt, request=attempt.build(found))
    return None


def _may_fall_back(attempt: Attempt, failure: Failure) -> bool:
    return failure.kind in FALL_BACK or (failure.kind == "refused" and attempt.fallback_on_refusal)


def _fallen_back(attempt: Attempt, failure: Failure) -> Attempt:
    why = f"{attempt.request.model}: {failure.kind}: {failure.text}"
    trail = (*attempt.trail, why)
    try:
        request = attempt.build(attempt.fallbacks[0])
    except ImageBotError as error:
        raise _with_trail(error, replace(attempt, trail=trail)) from None
    return replace(attempt, request=request, fallbacks=attempt.fallbacks[1:], trail=trail)


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


def _empty(request: ImageRequest) -> NoImageError:
    error = NoImageError(
        f"No image data found in the response of {request.model!r}; it may be charged and was not sent again. "
        "Some providers answer so when they refuse a prompt: try other words"
    )
    error.maybe_charged = True
    return error


def error_for(outcome: Outcome, attempt: Attempt) -> Exception:
    """Return the exception to show to the caller for a failed call."""
    failure, request = outcome.failure, attempt.request
    assert failure is not None
    if failure.kind == "refused":
        return refusal(failure, request)
    if failure.kind == "no_key":
        return _no_key(request)
    error = outcome.error or RuntimeError(failure.text)
    for name in ("maybe_charged", "retry_after", "request_id"):
        setattr(error, name, getattr(failure, name))
    error.add_note(_advice(failure, request))
    return error


def refusal(failure: Failure, request: ImageRequest) -> ContentPolicyError:
    """Return the error for a refusal by content policy."""
    again = "the same prompt may pass another time" if failure.retryable else "change the prompt"
    error = ContentPolicyError(
        f"{request.provider} refused to draw this with {request.name!r} ({failure.code or 'no code given'}): "
        f"{failure.text}; it was not sent again: {again}",
        provider=request.provider,
        code=failure.code,
        categories=failure.categories,
        stage=failure.stage or ("prompt" if failure.status == 400 else None),
        retryable=failure.retryable,
        provider_text=failure.text,
    )
    error.maybe_charged = failure.maybe_charged
    return error


def _no_key(request: ImageRequest) -> MissingKeyError:
    known = PROVIDERS.get(request.provider)
    names = known.keys if known else ("OPENAI_API_KEY",) if request.provider == "openai" else ()
    variables = " or ".join(names) or "of the provider"
    where = f"set the environment variable {variables}, or pass api_key="
    return MissingKeyError(
        f"no key for {request.model!r}: {where}; nothing was sent. model='offline/sketch' needs no key",
        variables=names,
    )


def _advice(failure: Failure, request: ImageRequest) -> str:
    known = PROVIDERS.get(request.provider)
    names = " or ".join(known.keys) if known else "OPENAI_API_KEY" if request.provider == "openai" else "the key"
    wait = f"in {failure.retry_after:g} s" if failure.retry_after is not None else "later"
    return {
        "ambiguous": "The request was sent and its outcome is unknown: it may be charged, so it was not sent again.",
        "busy": f"The provider accepted nothing: send it again {wait}.",
        "gone": _gone(request),
        "not_sent": "Nothing was sent and nothing is charged: the provider could not be reached. Check api_base.",
        "quota": "The account has no credit left: see the provider's billing page. Nothing is charged.",
        "unauthorized": f"The provider refused the credentials: check {names}, and whether the account may use "
        f"{request.model!r}. Nothing is charged.",
    }.get(failure.kind, "The provider refused the request as it is; nothing is charged.")


def _gone(request: ImageRequest) -> str:
    row = lifecycle_of(request.provider, request.name)
    if row is not None and row.successor:
        return f"{request.name!r} was switched off on {row.off.isoformat()}; its successor is {row.successor!r}."
    if request.provider == "azure":
        return f"Azure knows deployments, not models: check that {request.name!r} is one, and api_base and api_version."
    return f"The provider does not know {request.model!r}: `llamabot-images models` lists models."


def seconds_since(started: float) -> float:
    """Return seconds since a ``time.monotonic()``."""
    return time.monotonic() - started
