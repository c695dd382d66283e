"""Everything that works around LiteLLM or loads it, in one place.

Each workaround names the version it was seen in; ``tests/test_litellm_fixes.py`` fails when one is no
longer needed.
"""

import asyncio
import inspect
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from typing import Any

from llamabot_images.backends.crowd import crowd
from llamabot_images.threads import Threads

__all__ = ["PostOnce", "captured", "drain_logging", "is_patched", "load"]

#: Headers that speak of the bytes on the wire.
FRAMING = frozenset({"content-encoding", "content-length", "transfer-encoding"})

_replies: ContextVar[list[Any] | None] = ContextVar("llamabot_images_replies", default=None)


def load() -> Any:
    """Import LiteLLM (about two seconds the first time) and keep it quiet.

    LiteLLM fetches its price map from the network while it is imported, unless told to use the one it
    brings; a variable set by the user wins. It prints advice to stdout for every error unless
    ``suppress_debug_info`` is set (1.106.2). Importing it also reads a ``.env`` file, sets the level of
    the ``httpx`` logger and adds log handlers; so it is imported when the first request is built.
    """
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    import litellm

    from llamabot_images.backends.offline_provider import register

    litellm.suppress_debug_info = True
    register(litellm)
    return litellm


def is_patched(litellm: Any, name: str = "image_generation") -> bool:
    """Tell whether the program has put a function of its own in the place of one of LiteLLM's.

    A wrapper that names what it wraps, as instrumentation does, still counts as LiteLLM's own. LiteLLM's functions
    are known by the module they run in: which of its modules that is differs from version to version, and names and
    ``__module__`` are copied by mocks.

    :param litellm: The module.
    :param name: Of the function.
    """
    found = inspect.unwrap(getattr(litellm, name))
    if not inspect.isfunction(found) or found.__name__ != name:
        return True
    return str(found.__globals__.get("__name__")).partition(".")[0] != "litellm"


class PostOnce:
    """Clients for LiteLLM that send a request once and keep their connections.

    LiteLLM 1.106.2 sends every image request of its OpenAI-like providers up to three times: it sets
    ``max_retries = 2`` on the SDK's client, whatever ``max_retries`` or ``num_retries`` the caller gave.
    A client whose ``max_retries`` cannot be set is the one way that also covers timeouts.

    Both kinds of client share one pool of connections, which belongs to no event loop: with the SDK's
    own async transport each ``asyncio.run`` would leave its sockets behind.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._lock = threading.Lock()
        self._http: Any = None
        self._clients: dict[tuple[bool, str | None, str | None, str | None], Any] = {}
        self._owner = 0

    def handler(self, timeout: Any = None) -> Any:
        """Return the client for the providers that LiteLLM asks by httpx itself; it sends once anyway.

        LiteLLM leaves the caller's ``extra_headers``, with the key in them, in the body too (1.106.2).

        :param timeout: For Bedrock, to whose handler LiteLLM does not give it (1.106.2).
        """
        with self._lock:
            self._renew()
            return _handler_type()(self._connections(), timeout)

    def client(self, *, is_async: bool, api_key: str, api_base: str | None, organization: str | None = None) -> Any:
        """Return the client for a key and an address.

        :param is_async: For ``aimage_generation``.
        :param api_key: The key to send.
        :param api_base: Base URL; OpenAI's, or ``OPENAI_BASE_URL``, when ``None``.
        :param organization: OpenAI organization.
        """
        with self._lock:
            self._renew()
            key = (is_async, api_key, api_base or os.environ.get("OPENAI_BASE_URL"), organization)
            if key not in self._clients:
                self._clients[key] = self._build(*key)
            return self._clients[key]

    def _renew(self) -> None:
        """Start anew in a forked child: connections must not be shared with the parent."""
        if self._owner != os.getpid():
            self._owner, self._http, self._clients = os.getpid(), None, {}

    def _connections(self) -> Any:
        """Return the httpx client: the program's own where it gave LiteLLM one, else ours, with LiteLLM's TLS rules."""
        litellm = load()
        if litellm.client_session is not None:
            return litellm.client_session
        import httpx
        from litellm.llms.custom_httpx.http_handler import get_ssl_configuration

        if self._http is None:
            verify = get_ssl_configuration()
            # Not the SDK's own kind of client: from openai 3 on it is httpx2's, which LiteLLM's handlers cannot use.
            self._http = _client_type()(
                verify=verify,
                timeout=httpx.Timeout(600, connect=5),
                follow_redirects=True,
                event_hooks={"response": [_keep]},
                # As a mount for everything, so that proxies of the environment still come first.
                mounts={"all://": crowd(partial(_pool, verify))},
            )
            weakref.finalize(self, self._http.close)
        return self._http

    def _build(self, is_async: bool, api_key: str, api_base: str | None, organization: str | None) -> Any:
        http = self._connections()
        sync, asynchronous = _client_types()
        given = {"api_key": api_key, "base_url": api_base, "organization": organization}
        if not is_async:
            return sync(**given, http_client=http)
        return asynchronous(**given, http_client=_threaded_http(http, self._threads))

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            if self._http is not None and self._owner == os.getpid():
                self._http.close()
            self._http, self._clients = None, {}


@contextmanager
def captured() -> Iterator[list[Any]]:
    """Collect the providers' raw replies to what is sent in this block."""
    found: list[Any] = []
    token = _replies.set(found)
    try:
        yield found
    finally:
        _replies.reset(token)


def _keep(response: Any) -> None:
    """Hook of our httpx client: note a reply for the block that waits for it."""
    if (found := _replies.get()) is not None:
        response.read()
        # The used-up stream knows its reply: together they would wait for the garbage collector, body and all.
        response.stream = _nothing_left()
        found.append(response)


def _nothing_left() -> Any:
    import httpx

    return httpx.ByteStream(b"")


@cache
def _client_type() -> Any:
    import httpx

    class NoCookies(httpx.Cookies):
        def extract_cookies(self, response: httpx.Response) -> None:
            """Leave them: a provider's cookies for one key must not go with another."""

    none = NoCookies()
    return type("Client", (httpx.Client,), {"cookies": property(lambda self: none)})


def _pool(verify: Any) -> Any:
    import httpx

    return httpx.HTTPTransport(verify=verify, limits=httpx.Limits(max_connections=1000, max_keepalive_connections=100))


@cache
def _handler_type() -> Any:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler

    class Timed(HTTPHandler):  # type: ignore[misc, unused-ignore]
        def __init__(self, client: Any, seconds: Any) -> None:
            super().__init__(client=client)
            self._seconds = seconds

        def close(self) -> None:
            """Leave the connections open: they are the bot's. LiteLLM before 1.106 closes them with the handler."""

        def post(self, *args: Any, **keywords: Any) -> Any:
            if keywords.get("timeout") is None:
                keywords["timeout"] = self._seconds
            if isinstance(body := keywords.get("json"), dict):
                keywords["json"] = {name: value for name, value in body.items() if name != "extra_headers"}
            return super().post(*args, **keywords)

    return Timed


def _client_types() -> tuple[Any, Any]:
    import openai

    class OneSend:
        @property
        def max_retries(self) -> int:
            return 0

        @max_retries.setter
        def max_retries(self, value: int) -> None:
            """LiteLLM sets 2 here."""

    return type("OneSendOpenAI", (OneSend, openai.OpenAI), {}), type(
        "OneSendAsyncOpenAI", (OneSend, openai.AsyncOpenAI), {}
    )


def _threaded_http(client: Any, threads: Threads) -> Any:
    """Return an async httpx client whose requests are sent by *client* in a thread."""
    import httpx

    class ThreadedTransport(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: Any) -> Any:
            return await threads.run(self._send, request, await request.aread())

        def _send(self, request: Any, body: bytes) -> Any:
            reply = client.send(
                httpx.Request(
                    request.method, request.url, headers=request.headers, content=body, extensions=request.extensions
                )
            )
            # The body is decoded by now.
            kept = [(name, value) for name, value in reply.headers.multi_items() if name not in FRAMING]
            return httpx.Response(reply.status_code, headers=kept, content=reply.content)

    return httpx.AsyncClient(transport=ThreadedTransport(), timeout=600, follow_redirects=True)


async def drain_logging() -> None:
    """Let LiteLLM's background logging finish on this event loop, half a second at most.

    What it has not logged when the loop ends is kept, with the whole reply, and reported with a warning
    on stderr by the next loop (1.106.2).
    """
    try:
        from litellm.litellm_core_utils.logging_worker import GLOBAL_LOGGING_WORKER

        await asyncio.wait_for(GLOBAL_LOGGING_WORKER.flush(), 0.5)
    except (ImportError, AttributeError, TimeoutError):
        return
