"""What Ollama's failures mean, and what to do about each. Pure.

A model on a machine of one's own costs nothing, so only Ollama's own service leaves a doubt about money.
"""

import json
import re
from dataclasses import dataclass, field
from typing import Any

from llamabot_images.errors import NoImageError, OllamaError, UnsupportedParameterError
from llamabot_images.failures import Failure
from llamabot_images.redact import redact_text, redact_url
from llamabot_images.retry import SendFailed

__all__ = [
    "Call",
    "answered",
    "lost",
    "malformed",
    "said",
    "timed_out",
    "unreachable",
    "unwritable",
    "without_picture",
]

#: Ollama 0.14.3 brought ``width``, ``height`` and ``image``; 0.32.6 took them out again (read 2026-11-21).
DRAWING = "Ollama draws pictures from version 0.14.3 to 0.32.5"
CHOOSE = "choose a model that draws, such as ollama/x/z-image-turbo or ollama/x/flux2-klein"


@dataclass(frozen=True)
class Call:
    """What is asked of whom.

    ``url`` may hold a user name and a password; ``seconds`` is ``None`` for no limit.
    """

    name: str
    url: str = field(repr=False)
    seconds: float | None
    is_free: bool
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def place(self) -> str:
        """The server's address as it may be shown."""
        return redact_url(self.url)


def unreachable(call: Call, reason: str) -> SendFailed:
    """Return the error for a server that is not there."""
    return _failed(
        "not_sent",
        f"no Ollama server answers at {call.place!r} ({_shown(reason, call)}); start it with `ollama serve` or the "
        "Ollama app, or say where it is with OLLAMA_HOST or api_base=; nothing was sent",
    )


def unwritable(call: Call, problem: str) -> SendFailed:
    """Return the error for a request that cannot be put into words of HTTP and JSON."""
    text = (
        f"the request to {call.place!r} cannot be written ({problem}): check the headers, and that every setting is a "
        "text, a number, or a list or dict of these; nothing was sent"
    )
    return SendFailed(Failure("rejected", text), UnsupportedParameterError(text))


def timed_out(call: Call) -> SendFailed:
    """Return the error for a picture that is not there in time."""
    seconds = f"{call.seconds:g} s" if call.seconds is not None else "the timeout"
    advice = "raise timeout=, or ask for fewer steps= or a smaller size"
    return _doubtful(
        call, f"{call.name!r} was not done after {seconds} at {call.place!r}, which was told to stop; {advice}"
    )


def lost(call: Call) -> SendFailed:
    """Return the error for a connection that broke off before the picture came."""
    return _doubtful(
        call,
        f"the connection to {call.place!r} broke off before {call.name!r} had drawn the picture; the server's log says "
        "why (too little memory, most often): ask for a smaller size, or for a smaller model",
    )


def malformed(call: Call) -> SendFailed:
    """Return the error for an answer that is not Ollama's."""
    return _doubtful(
        call, f"what answers at {call.place!r} does not speak Ollama's API: check OLLAMA_HOST or api_base=, and proxies"
    )


def said(call: Call, words: str) -> SendFailed:
    """Return the error for what Ollama says in the middle of drawing."""
    return _failed("rejected", f"{call.name!r} failed at {call.place!r}: {_shown(words, call)}")


def without_picture(call: Call, words: str) -> SendFailed:
    """Return the error for an answer that ends without a picture.

    :param call: What was asked.
    :param words: What the model said instead, empty where it said nothing.
    """
    if words.strip():
        text = f"{call.name!r} answered with text instead of a picture: {_shown(words, call)[:300]!r}; {CHOOSE}"
    else:
        text = (
            f"No image data found in the response of {call.name!r} at {call.place!r}, and no reason: the server's log "
            f"has it. {DRAWING}"
        )
    return SendFailed(Failure("rejected", text), NoImageError(text))


def answered(call: Call, status: int, body: str) -> SendFailed:
    """Return the error for an answer other than 200.

    :param call: What was asked.
    :param status: The HTTP status.
    :param body: The beginning of the answer.
    """
    found = _words(body)
    words = _shown(found or f"HTTP {status}", call)
    if status == 404:
        return _not_found(call, found, words)
    if status == 400 and re.search(r"image generation.* not .*supported", found):
        text = f"this Ollama draws no pictures ({words}): {DRAWING}; install one of these, or use another model"
        return _failed("gone", text, status)
    if status == 400 and "does not support" in found:
        text = f"{call.name!r} makes no pictures ({words}); {CHOOSE}"
        return SendFailed(Failure("rejected", text, status), NoImageError(text))
    if status in (401, 403):
        text = f"{call.place!r} refused the key ({words}): pass api_key=, or set OLLAMA_API_KEY for ollama.com"
        return _failed("unauthorized", text, status)
    if status in (429, 503):
        return _failed("busy", f"{call.place!r} is busy ({words}); ask again later, or for fewer at once", status)
    if 300 <= status < 400:
        text = f"{call.place!r} sends on to another address, which is not followed: set api_base= to that address"
        return _failed("rejected", text, status)
    kind = "ambiguous" if status >= 500 and not call.is_free else "rejected"
    return _failed(kind, f"Ollama could not draw with {call.name!r} (HTTP {status}): {words}", status)


def _not_found(call: Call, found: str, words: str) -> SendFailed:
    if "model" in found and "not found" in found:
        text = f"{call.name!r} is not on the server at {call.place!r}: fetch it with `ollama pull {call.name}`"
        return _failed("gone", text, 404)
    text = f"there is no /api/generate at {call.place!r} ({words}): check OLLAMA_HOST or api_base=. {DRAWING}"
    return _failed("rejected", text, 404)


def _words(body: str) -> str:
    """Return what Ollama's own error answer says, empty for anybody else's."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) else None
    return error if isinstance(error, str) else ""


def _shown(words: str, call: Call) -> str:
    return redact_text(words.strip(), call.secrets)


def _doubtful(call: Call, text: str) -> SendFailed:
    return _failed("rejected" if call.is_free else "ambiguous", text)


def _failed(kind: str, text: str, status: int | None = None) -> SendFailed:
    return SendFailed(Failure(kind, text, status), OllamaError(text, status=status))
