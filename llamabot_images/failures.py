"""What an exception from LiteLLM means: was it sent, may it be charged, may it be sent again.

LiteLLM's class and status cannot be trusted for that (1.106.2 turns a refused connection into a 500
and a blocked prompt into a plain 400), so the answer is read from the chain of causes, where the
provider's real reply stands. Names of exception classes are compared, not classes: httpx, aiohttp
and botocore need not be imported for it.
"""

import re
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from traceback import walk_tb
from types import FrameType
from typing import Any

from llamabot_images.provider_errors import Complaint, read
from llamabot_images.redact import redact_text
from llamabot_images.waits import retry_after

__all__ = ["Failure", "diagnose", "retry_after"]

NOT_SENT = frozenset(
    {
        "ConnectError",
        "ConnectTimeout",
        "ConnectTimeoutError",
        "PoolTimeout",
        "ProxyError",
        "ClientConnectorError",
        "ClientConnectorDNSError",
        "ConnectionRefusedError",
        "EndpointConnectionError",
        "gaierror",
        "UnsupportedProtocol",
        "InvalidURL",
        "LocalProtocolError",
    }
)
#: What a request dies of without an answer; an answer above it in the chain is made up by LiteLLM.
BROKEN = frozenset({"TransportError", "ClientConnectionError", "HTTPClientError", "OSError"})
TIMED_OUT = frozenset({"Timeout", "APITimeoutError", "TimeoutException", "ReadTimeout"})
WITHOUT_KEY = frozenset({"NoCredentialsError", "DefaultCredentialsError"})
NO_KEY = re.compile(
    r"missing credentials|api_key client option must be set|(?:KEY|TOKEN)\b.{0,20} (?:is )?not (?:set|found)",
    re.I,
)
#: Raised by LiteLLM itself before anything is sent.
LOCAL = frozenset({"UnsupportedParamsError", "LiteLLMUnknownProvider"})
#: LiteLLM's words once a provider has taken the order and is asked for the picture (BFL, Runway; 1.106.2).
POLLED = re.compile(r"\bpolling\b|generation failed", re.I)
REQUEST_IDS = ("x-request-id", "apim-request-id", "x-amzn-requestid", "x-goog-request-id", "x-fal-request-id")


@dataclass(frozen=True)
class Failure:
    """One request that brought no reply to use.

    ``kind`` is one of ``refused`` (by content policy), ``gone`` (the model), ``unknown_parameter``,
    ``unauthorized``, ``no_key``, ``busy`` (429 or 503; nothing was accepted), ``quota``, ``rejected``
    (any other definite no), ``not_sent``, ``unsendable`` (not sent, for a reason that stays), ``ambiguous`` (sent,
    outcome unknown).
    """

    kind: str
    text: str = ""
    status: int | None = None
    code: str | None = None
    parameter: str | None = None
    retry_after: float | None = None
    request_id: str | None = None
    categories: tuple[str, ...] = ()
    stage: str | None = None
    retryable: bool = False

    @property
    def maybe_charged(self) -> bool:
        """Whether the provider may bill for it."""
        return self.kind == "ambiguous" or self.status == 200

    @property
    def was_sent(self) -> bool:
        """Whether a request left this machine."""
        return self.kind not in ("not_sent", "no_key", "unsendable")


def diagnose(error: BaseException, secrets: Collection[str] = ()) -> Failure:
    """Read what happened from an exception and its causes.

    :param error: As LiteLLM raised it.
    :param secrets: Values that must not be in the text.
    :return: What it means.
    """
    chain = list(_chain(error, set(_frames())))
    reply = _reply_in(chain)
    said = read(_answer(reply, chain))
    headers = {name.lower(): value for name, value in reply.headers.items()} if reply is not None else {}
    wait = retry_after(headers, said.text)
    status = reply.status_code if reply is not None else None
    words = said.text or (f"HTTP {status}" if status else str(error).partition("\nTraceback")[0]) or repr(error)
    return Failure(
        kind=_kind(chain, status, said, wait, words),
        text=redact_text(words, secrets),
        status=status,
        code=redact_text(said.code, secrets) if said.code else None,
        parameter=said.parameter,
        retry_after=wait,
        request_id=next((headers[name] for name in REQUEST_IDS if name in headers), None),
        categories=tuple(redact_text(one, secrets)[:100] for one in said.categories),
    )


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        yield frame
        frame = frame.f_back


def _chain(error: BaseException | None, running: set[FrameType]) -> Iterator[BaseException]:
    """Yield an exception and its causes, without what the caller was handling when he called us.

    That one was caught in a frame that is still running, and says nothing about our request: in
    ``except ConnectionRefusedError: bot(…)`` Python makes it the context of whatever comes of the call.
    """
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        context = error.__context__
        trace = context.__traceback__ if context is not None else None
        error = error.__cause__ or (None if trace is not None and trace.tb_frame in running else context)


def _names(error: BaseException) -> set[str]:
    return {kind.__name__ for kind in type(error).__mro__}


def _reply_in(chain: list[BaseException]) -> Any:
    """Return the provider's answer, read from the end of the chain where the truth stands."""
    for error in reversed(chain):
        if (found := _reply(error)) is not None:
            return found
        if _names(error) & BROKEN:
            return None
    return None


def _reply(error: BaseException) -> Any:
    """Return the answer that an exception carries; LiteLLM's made-up ones have a length at most."""
    reply = getattr(error, "response", None)
    headers = getattr(reply, "headers", None)
    if not headers or not isinstance(getattr(reply, "status_code", None), int):
        return None
    is_made_up = type(error).__module__.startswith("litellm.") and {*headers} <= {"content-length", "content-type"}
    return None if is_made_up else reply


def _answer(reply: Any, chain: list[BaseException]) -> str:
    """Return the provider's words: the body of its answer, else JSON that LiteLLM quotes."""
    if reply is not None:
        try:
            return str(reply.text)
        except Exception:  # a streamed answer that nobody has read
            return ""
    quoted = (str(getattr(one, "message", "") or "") for one in reversed(chain))
    return next((text for text in quoted if "{" in text and read(text).text), "")


def _was_accepted(chain: list[BaseException]) -> bool:
    """Tell whether it broke while asking for a picture that the provider had agreed to draw."""
    for error in chain:
        if _names(error) & {"RequestError", "HTTPStatusError"}:
            try:
                method = error.request.method  # type: ignore[attr-defined]
            except (AttributeError, RuntimeError):  # httpx raises the latter for an unset request
                continue
            if method != "POST":
                return True
    return False


def _kind(chain: list[BaseException], status: int | None, said: Complaint, wait: float | None, words: str) -> str:
    if _was_accepted(chain) or (status is None and POLLED.search(words)):
        return "refused" if said.meaning == "refused" or read(words).meaning == "refused" else "ambiguous"
    if status is None:
        return _kind_without_reply({name for one in chain for name in _names(one)}, chain, words)
    if status in (400, 403, 404, 405, 410, 413, 415, 422):
        return _kind_of_no(status, said.meaning)
    if status in (401, 402):
        return "unauthorized" if status == 401 else "quota"
    if status == 429:
        return "quota" if said.meaning == "quota" else "busy"
    return "busy" if status == 503 and wait is not None else "ambiguous"


def _kind_of_no(status: int, meaning: str | None) -> str:
    if meaning == "unknown_parameter" and status not in (400, 422):
        return "rejected"
    return meaning or ("unauthorized" if status == 403 else "rejected")


def _kind_without_reply(names: set[str], chain: list[BaseException], words: str) -> str:
    if "GoogleAuthError" in names and not names & WITHOUT_KEY:  # Google's login comes before the request
        return "not_sent" if "TransportError" in names else "unauthorized"
    if names & NOT_SENT:
        return "not_sent"
    if names & WITHOUT_KEY:
        return "no_key"
    if any(map(_is_unsendable, chain)):
        return "unsendable"
    if names & (TIMED_OUT | BROKEN):
        return "ambiguous"
    if NO_KEY.search(words) or "Unable to load vertex credentials" in words:
        return "no_key"
    if names & LOCAL or "Google Cloud SDK not found" in words:
        return "rejected"
    return _kind_as_litellm_says(names, chain, words)


def _is_unsendable(error: BaseException) -> bool:
    """Tell whether httpx itself could not make the request: a header's letters, or a proxy it has no package for."""
    if isinstance(error, ImportError):
        return "socksio" in str(error)
    return isinstance(error, UnicodeEncodeError) and any(
        str(frame.f_globals.get("__name__")).startswith("httpx") for frame, _ in walk_tb(error.__traceback__)
    )


def _kind_as_litellm_says(names: set[str], chain: list[BaseException], words: str) -> str:
    status = next((one for error in chain if isinstance(one := getattr(error, "status_code", None), int)), None)
    if status not in (400, 401, 403, 404, 422, 429):
        return "ambiguous"
    if "ContentPolicyViolationError" in names:
        return "refused"
    meaning = read(words).meaning
    known = {401: "unauthorized", 429: "busy"}.get(status)
    return known or _kind_of_no(status, None if meaning == "unknown_parameter" else meaning)
