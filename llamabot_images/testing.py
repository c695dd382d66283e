"""Stand-ins for providers, for tests of programs that draw: what the pytest fixtures are made of.

They take the place of what sends a bot's requests, whichever way the model is asked. Everything else is the real
library: settings are fitted to the model, retries, errors and saved files are as they would be.
"""

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from llamabot_images.backends import Backend
from llamabot_images.backends.litellm_fixes import load
from llamabot_images.errors import ImageBotError, UnroutedModelError
from llamabot_images.request import Capabilities
from llamabot_images.sizes import AnySize, parse_size
from llamabot_images.standing_in import Answer, StandIn

if TYPE_CHECKING:
    from http.server import ThreadingHTTPServer

__all__ = ["OfflineImages", "PaidRequestError", "PaidRequests", "Requested"]

#: What is told apart, or is nobody's business, in the keywords of a request.
NAMED = ("prompt", "model", "size", "quality", "n", "sources", "timeout", "api_key")
EXPIRED = b"""<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code>\
<Message>Signature not valid in the specified time frame</Message></Error>"""


@dataclass(frozen=True)
class Requested:
    """One request as it would have gone out, after the settings were fitted to the model.

    ``size`` and ``quality`` are ``None`` where they are left to the model; ``sources`` counts the pictures to edit;
    ``parameters`` holds everything else.
    """

    prompt: str
    model: str
    size: str | None = None
    quality: str | None = None
    n: int = 1
    sources: int = 0
    parameters: Mapping[str, Any] = field(default_factory=dict)


class OfflineImages:
    """Answers every request with a drawing, or as it was told.

    Each of ``refuse``, ``rate_limit``, ``time_out`` and ``expired_link`` is for one request: the next one that has
    no such answer yet. After that pictures are drawn again.
    """

    def __init__(self) -> None:
        self.requests: list[Requested] = []
        self._answers: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._server: ThreadingHTTPServer | None = None

    def refuse(self, text: str = "Your request was rejected by the safety system.") -> None:
        """Refuse the next request: the program gets ``ContentPolicyError``.

        :param text: What the provider says.
        """
        self._answers.append(partial(refused, text))

    def rate_limit(self, retry_after: float | None = None) -> None:
        """Answer the next request with status 429: the program gets ``litellm.RateLimitError``.

        :param retry_after: Seconds after which the provider takes requests again. The library really waits for
            them, two minutes at most, and asks again; without it the error comes at once.
        """
        self._answers.append(partial(rate_limited, retry_after))

    def time_out(self) -> None:
        """Let the next request time out, at once: the program gets ``litellm.Timeout``, ``maybe_charged``."""
        self._answers.append(timed_out)

    def expired_link(self) -> None:
        """Answer the next request with a link that is dead: fetching the picture ends in ``DownloadError``."""
        self._answers.append(self._dead_link)

    def answer(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Note a request and answer it."""
        with self._lock:
            self.requests.append(requested(keywords))
            found = self._answers.popleft() if self._answers else drawn
        return found(keywords, can)

    def stand_in(self, name: str, real: Backend) -> Backend:
        """Return what takes the place of a backend."""
        return StandIn(real, self.answer)

    def batches(self, model: str) -> NoReturn:
        """Refuse a job: a provider takes hours for it, and nothing here stands for that."""
        raise UnroutedModelError(
            f"offline_images draws no jobs, such as this one with {model!r}; nothing was sent. bot.batch draws offline"
        )

    def close(self) -> None:
        """Stop the server of dead links, if there is one."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def _dead_link(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        from llamabot_images.backends.offline import Drawn, OfflineReply

        with self._lock:
            self._server = self._server or serving_dead_links()
        link = f"http://127.0.0.1:{self._server.server_port}/picture.png?se=2020-01-01T00%3A00%3A00Z&sig=expired"
        return OfflineReply([Drawn(url=link) for _ in range(keywords.get("n", 1))])


class PaidRequestError(ImageBotError):
    """A test asked for a picture that may cost money; nothing was sent."""


class PaidRequests:
    """Refuses every request to a model other than ``offline/…``; ``refused`` says which there were.

    :param test: The test's name.
    """

    def __init__(self, test: str) -> None:
        self.refused: list[str] = []
        self._test = test

    def stand_in(self, name: str, real: Backend) -> Backend:
        """Return what takes the place of a backend."""
        return real if name == "offline" else StandIn(real, lambda keywords, can: self.batches(keywords["model"]))

    def batches(self, model: str) -> NoReturn:
        """Refuse a request, of whatever kind."""
        self.refused.append(
            f"{self._test} asked {model!r} for a picture, which may cost money; nothing was sent. "
            "Name the model 'offline/sketch', or ask for the fixture offline_images"
        )
        raise PaidRequestError(self.refused[-1])


def requested(keywords: Mapping[str, Any]) -> Requested:
    """Return the record of a request."""
    sources = keywords.get("sources")
    return Requested(
        prompt=keywords["prompt"],
        model=keywords["model"],
        size=keywords.get("size"),
        quality=keywords.get("quality"),
        n=keywords.get("n", 1),
        sources=len(sources.images) if sources else 0,
        parameters={name: value for name, value in keywords.items() if name not in NAMED},
    )


def drawn(keywords: Mapping[str, Any], can: Capabilities) -> Any:
    """Draw what is asked, in about the size that is asked."""
    from llamabot_images.backends.offline import FORMATS, draw

    shape = parse_size(keywords.get("size") or keywords.get("aspect_ratio"))
    kind = str(keywords.get("output_format") or "png")
    return draw(
        keywords["prompt"],
        n=keywords.get("n", 1),
        size=str(AnySize().nearest(shape)) if shape else None,
        output_format=kind if kind in FORMATS else "png",
        seed=keywords.get("seed"),
    )


def refused(text: str, keywords: Mapping[str, Any], can: Capabilities) -> NoReturn:
    """Raise what LiteLLM makes of a refusal."""
    litellm = load()

    body = {"error": {"message": text, "type": "image_generation_user_error", "code": "moderation_blocked"}}
    response = answered(400, body)
    raise litellm.ContentPolicyViolationError(text, keywords["model"], can.provider, response=response)


def rate_limited(retry_after: float | None, keywords: Mapping[str, Any], can: Capabilities) -> NoReturn:
    """Raise what LiteLLM makes of status 429."""
    litellm = load()

    text = "Rate limit reached for images per minute."
    headers = {} if retry_after is None else {"retry-after-ms": str(round(retry_after * 1000))}
    response = answered(429, {"error": {"message": text, "code": "rate_limit_exceeded"}}, headers)
    raise litellm.RateLimitError(text, can.provider, keywords["model"], response=response)


def timed_out(keywords: Mapping[str, Any], can: Capabilities) -> NoReturn:
    """Raise what LiteLLM makes of a request without an answer."""
    litellm = load()

    raise litellm.Timeout(f"no answer within {keywords.get('timeout')} s", keywords["model"], can.provider)


def answered(status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
    """Return a provider's answer as LiteLLM's errors carry it."""
    import httpx

    request = httpx.Request("POST", "https://provider.example/v1/images/generations")
    return httpx.Response(
        status, json=body, headers={"x-request-id": "req_offline", **(headers or {})}, request=request
    )


def serving_dead_links() -> "ThreadingHTTPServer":
    """Return a running server on this machine that answers as an image host does when a link is too old."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Expired(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(403)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(EXPIRED)))
            self.end_headers()
            self.wfile.write(EXPIRED)

        def log_message(self, *_: Any) -> None:
            """Say nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Expired)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
