"""What LiteLLM's real exceptions mean: was it sent, may it be charged, may it be sent again."""

import asyncio
import os
import socket
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from llamabot_images.backends.litellm_fixes import PostOnce
from llamabot_images.failures import Failure, diagnose
from llamabot_images.threads import Threads

from .ports import kept_port
from .providers import (
    BrokenJson,
    Closed,
    Gone,
    Html,
    ProviderServer,
    Refusal,
    Reply,
    Reset,
    Status,
    Timeout,
    Truncated,
    retry_date,
)
from .providers.fixture import forget_clients

MODELS = {
    "openai": "gpt-image-2",
    "azure": "azure/gpt-image-2",
    "gemini": "gemini/gemini-3.1-flash-image",
    "openrouter": "openrouter/google/gemini-3.1-flash-image",
    "recraft": "recraft/recraftv3",
}
ROUTES = list(MODELS)
CANARY = "canary"
KEYS = {
    "openai": "sk-canary-0123456789abcdef",
    "azure": "canary0123456789abcdef0123456789",
    "gemini": "AIzaSyCanary0123456789canaryABCDEFGHIJ",
    "openrouter": "sk-or-v1-canary0123456789",
    "recraft": "canary-recraft-0123456789",
}


@pytest.fixture(scope="module")
def llm() -> ModuleType:
    """Give LiteLLM, quiet."""
    import litellm

    litellm.suppress_debug_info = True
    return litellm


@pytest.fixture(scope="module")
def server() -> Iterator[ProviderServer]:
    """Give one server for all tests of this file."""
    forget_clients()
    with ProviderServer() as running:
        running.keys.update(KEYS)
        running.deployments["gpt-image-2"] = "gpt-image-2"
        yield running
    forget_clients()


class Asker:
    """Asks through LiteLLM and reads what comes of it."""

    def __init__(self, llm: ModuleType, server: ProviderServer) -> None:
        self.llm = llm
        self.server = server
        self.once = PostOnce(Threads(4))

    def failure(self, route: str, reply: Any = None, **given: Any) -> Failure:
        """Return what a request that fails means."""
        return diagnose(self.error(route, reply, **given), [given.get("api_key", KEYS[route])])

    def error(self, route: str, reply: Any = None, **given: Any) -> Exception:
        """Return the exception that LiteLLM raises for a scripted answer."""
        keywords = self.prepared(route, reply, given, is_async=False)
        with pytest.raises(Exception) as caught:  # noqa: PT011
            self.llm.image_generation(**keywords)
        return caught.value

    def prepared(self, route: str, reply: Any, given: dict[str, Any], *, is_async: bool) -> dict[str, Any]:
        """Return LiteLLM's keywords for a request that is answered by *reply*."""
        self.server.reset()
        self.server.script(reply)
        keywords = self.server.kwargs_for(MODELS[route]) | {"prompt": "a cat", "timeout": 20} | given
        if route == "openai":
            where = {name: keywords[name] for name in ("api_key", "api_base")}
            keywords["client"] = self.once.client(is_async=is_async, **where)
        return keywords


@pytest.fixture(scope="module")
def asker(llm: ModuleType, server: ProviderServer) -> Asker:
    """Give what asks."""
    return Asker(llm, server)


# -- every status, on every route ------------------------------------------------------------------------

BUSY = "Rate limit reached for images per minute: limit 5, used 5, requested 1."
#: Reply, kind, status, and the wait that the provider wants.
STATUSES: dict[str, tuple[Reply, str, int, float | None]] = {
    "400": (Status(400), "rejected", 400, None),
    "401": (Status(401), "unauthorized", 401, None),
    "402": (Status(402), "quota", 402, None),
    "403": (Status(403), "unauthorized", 403, None),
    "404": (Status(404), "rejected", 404, None),
    "404 page": (Html(404), "rejected", 404, None),
    "403 page": (Html(403), "unauthorized", 403, None),
    "408": (Status(408), "ambiguous", 408, None),
    "409": (Status(409), "ambiguous", 409, None),
    "422": (Status(422), "rejected", 422, None),
    "429": (Status(429), "busy", 429, None),
    "429 in 2 s": (Status(429, retry_after="2"), "busy", 429, 2.0),
    "429 in 1.5 s": (Status(429, retry_after="1.5"), "busy", 429, 1.5),
    "429 in 1500 ms": (Status(429, retry_after_ms="1500"), "busy", 429, 1.5),
    "429 in 600 s": (Status(429, retry_after="600"), "busy", 429, 600.0),
    "429 since a date": (Status(429, retry_after=retry_date(-99)), "busy", 429, 0.0),
    "429 soon": (Status(429, retry_after="soon"), "busy", 429, None),
    "429 in words": (Status(429, message=f"{BUSY} Please try again in 12s."), "busy", 429, 12.0),
    "429 in minutes": (Status(429, message="Please try again in 20 minutes."), "busy", 429, 1200.0),
    "500": (Status(500), "ambiguous", 500, None),
    "500 in 2 s": (Status(500, retry_after="2"), "ambiguous", 500, 2.0),
    "502": (Status(502), "ambiguous", 502, None),
    "502 page": (Html(502), "ambiguous", 502, None),
    "503": (Status(503), "ambiguous", 503, None),
    "503 page": (Html(503), "ambiguous", 503, None),
    "503 in 3 s": (Status(503, retry_after="3"), "busy", 503, 3.0),
    "504": (Status(504), "ambiguous", 504, None),
    "504 in 3 s": (Status(504, retry_after="3"), "ambiguous", 504, 3.0),
}


@pytest.mark.parametrize("case", STATUSES)
@pytest.mark.parametrize("route", ROUTES)
def test_statuses(asker: Asker, route: str, case: str) -> None:
    """A status means the same on every route, whatever class LiteLLM makes of it, and the key is not shown."""
    reply, kind, status, wait = STATUSES[case]

    failure = asker.failure(route, reply)

    assert (kind, status, wait) == (failure.kind, failure.status, failure.retry_after)
    assert (kind == "ambiguous", True) == (failure.maybe_charged, failure.was_sent)
    assert 1 == len(asker.server.posts)
    assert failure.request_id is not None
    assert CANARY not in repr(failure).lower()


@pytest.mark.parametrize("route", ROUTES)
def test_a_date_to_come_back(asker: Asker, route: str) -> None:
    """An HTTP date is the time until then."""
    wait = asker.failure(route, Status(429, retry_after=retry_date(100))).retry_after

    assert wait is not None
    assert 90 < wait <= 100


@pytest.mark.parametrize(
    ("route", "kind"),
    [("openai", "quota"), ("azure", "quota"), ("recraft", "quota"), ("gemini", "busy"), ("openrouter", "busy")],
)
def test_an_exhausted_account(asker: Asker, route: str, kind: str) -> None:
    """Where the provider's code tells it from being busy, it is; either way there is no time to come back."""
    failure = asker.failure(route, Status(429, code="insufficient_quota"))

    assert (kind, None, False) == (failure.kind, failure.retry_after, failure.maybe_charged)


@pytest.mark.parametrize("code", ["insufficient_quota", "billing_hard_limit_reached"])
def test_an_exhausted_account_at_openai(asker: Asker, code: str) -> None:
    """OpenAI says it with 429 or with 400."""
    assert "quota" == asker.failure("openai", Status(400, code=code)).kind
    assert "quota" == asker.failure("openai", Status(429, code=code, retry_after="2")).kind


# -- refusals, dead models, unknown parameters, wrong keys -----------------------------------------------

REFUSALS = [
    ("openai", "moderation_blocked", "moderation_blocked", ("violence",)),
    ("openai", "content_policy_violation", "content_policy_violation", ()),
    ("azure", "content_policy_violation", "ResponsibleAIPolicyViolation", ("jailbreak",)),
    ("azure", "content_filter", "ResponsibleAIPolicyViolation", ("violence",)),
    ("azure", "moderation_blocked", "moderation_blocked", ("violence",)),
    ("azure", "account_blocked", "Forbidden", ()),
    ("gemini", "58061214", "INVALID_ARGUMENT", ()),
    ("openrouter", "moderation", "403", ("violence",)),
    ("recraft", "moderation", "prompt_moderation_failed", ()),
]


@pytest.mark.parametrize(("route", "kind", "code", "categories"), REFUSALS)
def test_refusals(asker: Asker, route: str, kind: str, code: str, categories: tuple[str, ...]) -> None:
    """A refusal by content policy is known as such, with the provider's code, categories and words."""
    failure = asker.failure(route, Refusal(kind))

    assert ("refused", code, categories) == (failure.kind, failure.code, failure.categories)
    assert not failure.maybe_charged
    assert "litellm" not in failure.text


GONE = [
    ("openai", "404", 404, "model_not_found"),
    ("openai", "400", 400, "model_not_found"),
    ("openai", "deprecated", 400, None),
    ("azure", "404", 404, "DeploymentNotFound"),
    ("gemini", "404", 404, "NOT_FOUND"),
    ("openrouter", "404", 404, "404"),
    ("openrouter", "400", 400, "400"),
    ("recraft", "404", 400, "invalid_request_parameters"),
]


@pytest.mark.parametrize(("route", "form", "status", "code"), GONE)
def test_dead_models(asker: Asker, route: str, form: str, status: int, code: str | None) -> None:
    """However a provider says that a model is gone, it is understood, and nothing is charged."""

    def gone(_: object) -> Reply:
        if route == "openrouter":
            model = MODELS[route].partition("/")[2]
            return Status(400, message=f"{model} is not a valid model ID") if form == "400" else Gone(form)
        return Gone(form)

    failure = asker.failure(route, gone)

    assert ("gone", status, code, False) == (failure.kind, failure.status, failure.code, failure.maybe_charged)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "said", ["Unknown parameter: 'style'.", 'unknown parameter "style"', "Unrecognized request argument: style"]
)
def test_unknown_parameters(asker: Asker, route: str, said: str) -> None:
    """The parameter that a provider does not know is named."""
    failure = asker.failure(route, Status(400, message=said))

    assert ("unknown_parameter", "style") == (failure.kind, failure.parameter)


def test_openais_unknown_parameter(asker: Asker) -> None:
    """OpenAI names it in the body."""
    failure = asker.failure("openai", Status(400, code="unknown_parameter", param="extra.style", message="No."))

    assert ("unknown_parameter", "unknown_parameter", "style") == (failure.kind, failure.code, failure.parameter)


@pytest.mark.parametrize("route", ROUTES)
def test_wrong_keys(asker: Asker, route: str) -> None:
    """A wrong key is known as such on every route, and neither it nor what the provider makes of it is shown."""
    key = "sk-another-canary-zzzzzz-0123456789"

    failure = asker.failure(route, api_key=key)

    assert ("unauthorized", False) == (failure.kind, failure.maybe_charged)
    assert not any(part in repr(failure) for part in (key, "sk-anot", "anary", "6789", "***"))


@pytest.mark.parametrize("route", ROUTES)
def test_an_echoed_key_is_not_shown(asker: Asker, route: str) -> None:
    """A provider that writes the whole key into its message or its code is not quoted so far."""
    echo = Status(400, message=f"the key {KEYS[route]} may not draw", code=f"no_{KEYS[route]}_no")

    assert KEYS[route] not in repr(asker.failure(route, echo))


# -- no answer, and half an answer -----------------------------------------------------------------------

BROKEN: dict[str, Reply] = {
    "reset": Reset(),
    "reset in the head": Reset("headers"),
    "reset in the body": Reset("half"),
    "closed": Closed(),
    "closed in the body": Closed("half"),
    "cut": Truncated(),
    "cut chunked": Truncated(framing="chunked"),
    "broken JSON": BrokenJson(),
    "a page": Html(200),
}


@pytest.mark.parametrize("case", BROKEN)
@pytest.mark.parametrize("route", ROUTES)
def test_broken_answers(asker: Asker, route: str, case: str) -> None:
    """Once a request has gone out, an answer that cannot be read may be charged."""
    failure = asker.failure(route, BROKEN[case])

    assert ("ambiguous", True, True) == (failure.kind, failure.maybe_charged, failure.was_sent)
    assert 1 == len(asker.server.posts)
    assert "Traceback" not in failure.text


@pytest.mark.parametrize("route", ROUTES)
def test_timeouts(asker: Asker, route: str) -> None:
    """A request that waited too long may be charged."""
    failure = asker.failure(route, Timeout(1), timeout=0.2)

    assert ("ambiguous", None) == (failure.kind, failure.status)
    assert 1 == len(asker.server.posts)


ADDRESSES = {
    "refused": "http://127.0.0.1:{port}",
    "refused TLS": "https://127.0.0.1:{port}",
    "no scheme": "127.0.0.1/v1",
    "another scheme": "ftp://127.0.0.1",
}


@pytest.mark.parametrize("case", ADDRESSES)
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_was_sent(asker: Asker, route: str, case: str) -> None:
    """A server that cannot be reached has taken no order, and nothing is charged."""
    with kept_port() as port:  # at which nobody listens
        failure = asker.failure(route, api_base=ADDRESSES[case].format(port=port), timeout=5)

    assert ("not_sent", None) == (failure.kind, failure.status)
    assert (False, False) == (failure.maybe_charged, failure.was_sent)
    assert [] == asker.server.posts


@pytest.mark.parametrize("route", ["openai", "gemini"])
def test_an_unknown_host(asker: Asker, route: str) -> None:
    """A name without address is a server that cannot be reached."""
    assert "not_sent" == asker.failure(route, api_base="http://nothing.invalid", timeout=5).kind


@pytest.mark.parametrize("route", ROUTES)
def test_a_server_that_speaks_no_tls(asker: Asker, route: str) -> None:
    """A handshake that breaks comes before any request."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        base = f"https://127.0.0.1:{listener.getsockname()[1]}"
        failure = asker.failure(route, api_base=base, timeout=0.3)

    assert ("not_sent", False) == (failure.kind, failure.maybe_charged)


# -- the async client ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "wait"),
    [
        (Status(429, retry_after="2"), "busy", 2.0),
        (Status(503, retry_after_ms="1500"), "busy", 1.5),
        (Status(500), "ambiguous", None),
        (Refusal("moderation_blocked"), "refused", None),
        (Gone("deprecated"), "gone", None),
        (Reset(), "ambiguous", None),
        (BrokenJson(), "ambiguous", None),
        (Html(502), "ambiguous", None),
    ],
    ids=str,
)
def test_async_exceptions_mean_the_same(asker: Asker, reply: Reply, kind: str, wait: float | None) -> None:
    """LiteLLM's async function raises other classes for the same answers; they are read alike."""

    async def ask() -> Failure:
        try:
            await asker.llm.aimage_generation(**asker.prepared("openai", reply, {}, is_async=True))
        except Exception as error:
            return diagnose(error)
        raise AssertionError("it succeeded")

    failure = asyncio.run(ask())

    assert (kind, wait) == (failure.kind, failure.retry_after)
    assert 1 == len(asker.server.posts)


# -- before anything is sent -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "model", ["gpt-image-2", "gemini/gemini-3.1-flash-image", "recraft/recraftv3", "stability/sd3.5-large"]
    + ["fal_ai/fal-ai/flux/schnell", "black_forest_labs/flux-pro-1.1", "bedrock/stability.sd3-5-large-v1:0"],
)  # fmt: skip
def test_a_missing_key(llm: ModuleType, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """LiteLLM's various ways of missing a key are one, and nothing was sent."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(Exception) as caught:  # noqa: PT011
        llm.image_generation(model=model, prompt="a cat")

    failure = diagnose(caught.value)

    assert ("no_key", False, False) == (failure.kind, failure.was_sent, failure.maybe_charged)
    assert "Traceback" not in failure.text


@pytest.mark.parametrize(
    ("model", "given"),
    [("gpt-image-2", {"style": "vivid"}), ("gemini/gemini-3-pro-image", {"quality": "hd"}), ("a model of nobody", {})],
)
def test_what_litellm_itself_refuses(llm: ModuleType, model: str, given: dict[str, Any]) -> None:
    """LiteLLM's own checks are a definite no."""
    with pytest.raises(Exception) as caught:  # noqa: PT011
        llm.image_generation(model=model, prompt="a cat", api_key="k", api_base="http://127.0.0.1:9", **given)

    failure = diagnose(caught.value)

    assert ("rejected", None, False) == (failure.kind, failure.status, failure.maybe_charged)
