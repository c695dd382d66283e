"""What exceptions mean that no scripted provider brings about: polls, stand-ins, and what the caller was doing."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import litellm
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.failures import Failure, diagnose

from .providers import ProviderServer, Reset

POST = httpx.Request("POST", "http://127.0.0.1:9/v1/images/generations")
POLL = httpx.Request("GET", "http://127.0.0.1:9/v1/tasks/7")


def raised(*chain: BaseException) -> BaseException:
    """Return the last of some exceptions, each raised while the one before was handled."""
    first, *rest = chain
    try:
        raise first
    except BaseException as error:
        return raised(rest[0], *rest[1:]) if rest else error


def answered(status: int, request: httpx.Request = POST, **kwargs: Any) -> httpx.HTTPStatusError:
    """Return httpx's exception for an answer."""
    reply = httpx.Response(status, request=request, **kwargs)
    return httpx.HTTPStatusError(f"{status}", request=request, response=reply)


# -- what the caller was doing ---------------------------------------------------------------------------


def failing(provider: ProviderServer) -> Failure:
    """Ask, and read what came of it, as a bot does."""
    provider.script(Reset())
    try:
        litellm.image_generation(prompt="a cat", **provider.kwargs_for("recraft"))
    except Exception as error:
        return diagnose(error)
    raise AssertionError("it succeeded")


@pytest.mark.parametrize("before", [ConnectionRefusedError("my cache"), httpx.ConnectError("my cache", request=POST)])
def test_what_the_caller_was_handling_is_not_our_failure(provider: ProviderServer, before: Exception) -> None:
    """A picture that is drawn because something else could not be reached was sent all the same."""
    try:
        raise before
    except Exception:
        failure = failing(provider)

    assert ("ambiguous", True) == (failure.kind, failure.maybe_charged)


def test_what_the_caller_was_handling_is_not_our_answer(provider: ProviderServer) -> None:
    """Another server's 429 does not make a broken request one that may be sent again."""
    try:
        raise answered(429, headers={"retry-after": "1"})
    except httpx.HTTPStatusError:
        failure = failing(provider)

    assert ("ambiguous", None) == (failure.kind, failure.retry_after)


def test_the_same_holds_for_coroutines(provider: ProviderServer) -> None:
    """Awaiting within an except block changes nothing."""

    async def ask() -> Failure:
        await asyncio.sleep(0)
        return failing(provider)

    async def caller() -> Failure:
        try:
            raise ConnectionRefusedError("my cache")
        except ConnectionRefusedError:
            return await ask()

    assert "ambiguous" == asyncio.run(caller()).kind


def test_a_chain_that_bites_its_tail_ends() -> None:
    """A circle of causes is walked once."""
    one, two = ValueError("one"), ValueError("two")
    one.__cause__, two.__cause__ = two, one

    assert "ambiguous" == diagnose(one).kind


# -- asking for a picture that was ordered ---------------------------------------------------------------


@pytest.mark.parametrize(
    "poll",
    [
        httpx.ConnectError("refused", request=POLL),
        httpx.ConnectTimeout("too long", request=POLL),
        httpx.PoolTimeout("too long", request=POLL),
        httpx.ReadTimeout("too long", request=POLL),
        answered(429, POLL, headers={"retry-after": "1"}),
        answered(503, POLL, headers={"retry-after": "1"}),
        answered(401, POLL, json={"error": "no"}),
        answered(404, POLL, json={"error": {"message": "The model `x` does not exist.", "code": "model_not_found"}}),
        answered(400, POLL, json={"error": {"message": "Unknown parameter: 'style'."}}),
        litellm.APIError(429, "Polling failed: Too many requests", "black_forest_labs", "flux"),
        litellm.BadRequestError("Polling failed: no such task", "flux", "black_forest_labs"),
        litellm.BadRequestError("Image generation failed: Error", "flux", "black_forest_labs"),
        litellm.RateLimitError("Polling failed: slow down", "black_forest_labs", "flux"),
        litellm.Timeout("Polling timed out after 300 seconds", "flux", "black_forest_labs"),
    ],
    ids=lambda error: f"{type(error).__name__} {error}"[:40],
)
def test_a_failed_poll_is_no_failed_order(poll: Exception) -> None:
    """Once the order was taken, whatever breaks while waiting for the picture may be charged."""
    failure = diagnose(raised(poll, litellm.APIConnectionError(str(poll), "bfl", "flux")))
    alone = diagnose(poll)

    assert ("ambiguous", "ambiguous") == (failure.kind, alone.kind)


@pytest.mark.parametrize("status", ["Content Moderated", "Request Moderated"])
def test_a_refusal_while_polling_is_a_refusal(status: str) -> None:
    """A provider that looks at the picture afterwards refuses late."""
    error = litellm.BadRequestError(f"Image generation failed: {status}", "flux", "black_forest_labs")

    assert "refused" == diagnose(error).kind


@pytest.mark.parametrize(
    "said",
    ["Content was filtered by Stability AI safety systems", "Filter reason: prompt", "Filter reason: output image"],
)
def test_refusals_that_litellm_reads_from_a_success(said: str) -> None:
    """LiteLLM makes an error of some refusals that came with status 200."""
    assert "refused" == diagnose(litellm.BadRequestError(said, "m", "p")).kind


# -- stand-ins -------------------------------------------------------------------------------------------


def reply(status: int, **headers: str) -> httpx.Response:
    """Return an answer for a stand-in's exception."""
    return httpx.Response(
        status, request=POST, headers={name.replace("_", "-"): text for name, text in headers.items()}
    )


STAND_INS: list[tuple[Exception, str, float | None]] = [
    (litellm.RateLimitError("slow down", "openai", "m"), "busy", None),
    (litellm.RateLimitError("slow down", "openai", "m", response=reply(429, retry_after="3")), "busy", 3.0),
    (litellm.AuthenticationError("who?", "openai", "m"), "unauthorized", None),
    (litellm.NotFoundError("The model `m` does not exist", "m", "openai"), "gone", None),
    (litellm.NotFoundError("no such page", "m", "openai"), "rejected", None),
    (litellm.BadRequestError("odd", "m", "openai"), "rejected", None),
    (litellm.ContentPolicyViolationError("no", "m", "openai"), "refused", None),
    (litellm.Timeout("too long", "m", "openai"), "ambiguous", None),
    (litellm.InternalServerError("oh", "openai", "m"), "ambiguous", None),
    (litellm.ServiceUnavailableError("oh", "openai", "m"), "ambiguous", None),
    (litellm.BadGatewayError("oh", "openai", "m"), "ambiguous", None),
    (litellm.APIConnectionError("oh", "openai", "m"), "ambiguous", None),
    (litellm.APIError(503, "oh", "openai", "m"), "ambiguous", None),
    (RuntimeError("oh"), "ambiguous", None),
    (TimeoutError(), "ambiguous", None),
    (ConnectionRefusedError(), "not_sent", None),
    (httpx.ConnectError("no", request=POST), "not_sent", None),
    (httpx.ProxyError("407", request=POST), "not_sent", None),
    (httpx.ReadError("no", request=POST), "ambiguous", None),
    (httpx.WriteError("no", request=POST), "ambiguous", None),
    (httpx.RemoteProtocolError("no", request=POST), "ambiguous", None),
    (httpx.ConnectError("no request set"), "not_sent", None),
    (answered(429, headers={"retry-after": "2"}, text="slow"), "busy", 2.0),
    (answered(451, text="for legal reasons"), "ambiguous", None),
    (answered(302, headers={"location": "/"}), "ambiguous", None),
]


@pytest.mark.parametrize(("error", "kind", "wait"), STAND_INS, ids=lambda one: f"{type(one).__name__} {one}"[:50])
def test_exceptions_of_stand_ins(error: Exception, kind: str, wait: float | None) -> None:
    """What a program raises in LiteLLM's place is read too, the unknown as what may be charged."""
    failure = diagnose(error)

    assert (kind, wait) == (failure.kind, failure.retry_after)
    assert failure.text


def test_an_answer_above_a_broken_connection_is_made_up() -> None:
    """LiteLLM makes a 500 of a refused connection, with headers even; the truth stands at the end of the chain."""
    made_up = httpx.Response(500, request=POST, content="[Errno 111] Connection refused")
    error = litellm.InternalServerError("no", "gemini", "m", response=made_up)

    failure = diagnose(raised(ConnectionRefusedError(), httpx.ConnectError("no", request=POST), error))

    assert ("not_sent", None) == (failure.kind, failure.status)


def test_an_answer_that_was_not_read_has_no_words() -> None:
    """A streamed answer that nobody has read has a status still."""
    unread = httpx.Response(429, request=POST, headers={"retry-after": "2"}, stream=httpx.ByteStream(b"{}"))

    failure = diagnose(httpx.HTTPStatusError("429", request=POST, response=unread))

    assert ("busy", 2.0, "HTTP 429") == (failure.kind, failure.retry_after, failure.text)


@pytest.mark.parametrize(
    "words", ["Timeout: the token bucket was not found in time", "OPENAI_API_KEY is not set, said the server"]
)
def test_words_about_keys_do_not_hide_a_broken_answer(words: str) -> None:
    """A request that timed out or broke was sent, whatever the exception says about keys."""
    broken = [httpx.ReadTimeout(words, request=POST), httpx.ReadError(words, request=POST)]

    kinds = {diagnose(raised(one, litellm.APIConnectionError(words, "p", "m"))).kind for one in broken}

    assert {"ambiguous"} == kinds


def test_the_traceback_that_litellm_writes_into_a_message_is_cut() -> None:
    """Paths of this machine do not belong into a message."""
    text = 'RECRAFT_API_KEY is not set\nTraceback (most recent call last):\n  File "/home/me/x.py", line 1'

    failure = diagnose(litellm.APIConnectionError(text, "recraft", "m"))

    assert ("no_key", False) == (failure.kind, "/home/me" in failure.text)


# -- anything at all -------------------------------------------------------------------------------------

FIELDS = ("error", "message", "detail", "errors", "name", "code", "status", "type", "param", "inner_error", "loc")
FIELDS += ("innererror", "content_filter_results", "filtered", "metadata", "raw", "reasons", "msg")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(body=VALUES.map(json.dumps) | st.text(max_size=200), status=st.integers(200, 599), header=st.text(max_size=20))
@settings(max_examples=250, deadline=None)
def test_no_answer_makes_it_fail(body: str, status: int, header: str) -> None:
    """Whatever a provider answers, it is read, and 5xx, 408 and 409 without a time to come back may be charged."""
    headers = {"x": "y", "retry-after": header.encode("ascii", "ignore").decode()}
    content = body.encode("utf-8", "replace")
    answer = httpx.Response(status, request=POST, content=content, headers=headers)

    failure = diagnose(httpx.HTTPStatusError("no", request=POST, response=answer))

    assert status == failure.status
    assert isinstance(failure.text, str)
    assert repr(failure)
    if status in (408, 409) or status >= 500:
        assert failure.maybe_charged or (status == 503 and failure.retry_after is not None)


KINDS_OF_EXCEPTION: list[Callable[[], BaseException]] = [
    lambda: ValueError("no"),
    lambda: ConnectionRefusedError("no"),
    lambda: ConnectionResetError("no"),
    lambda: httpx.ConnectError("no", request=POST),
    lambda: httpx.ReadTimeout("no", request=POST),
    lambda: answered(429, headers={"retry-after": "1"}),
    lambda: answered(500, headers={"retry-after": "1"}),
    lambda: litellm.InternalServerError("no", "p", "m"),
    lambda: litellm.RateLimitError("no", "p", "m"),
    lambda: litellm.BadRequestError("no", "m", "p"),
    lambda: KeyError("data"),
]


@given(st.lists(st.sampled_from(KINDS_OF_EXCEPTION), min_size=1, max_size=5))
@settings(max_examples=300, deadline=None)
def test_the_end_of_the_chain_decides(makers: list[Callable[[], BaseException]]) -> None:
    """A chain that begins with a broken connection is never busy: that answer would be made up."""
    chain = [make() for make in makers]

    failure = diagnose(raised(*chain))

    if isinstance(chain[0], (OSError, httpx.TransportError)):
        assert failure.status is None
        assert failure.kind in ("not_sent", "ambiguous", "rejected", "busy")
