"""The guarded fetch of a picture's URL.

The picture has been paid for, and its address comes from somebody else's server. So the fetch tries
again where that can help, and does nothing else that the address asks for: it reaches public hosts only
(:mod:`llamabot_images.connections`), sends no credentials or cookies, and ends in time, whatever the
server does. Proxies named in the environment are ignored, since a proxy resolves names where nobody can
judge the addresses; ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` are honoured.
"""

import contextvars
import logging
import os
import random
import ssl
import time
import weakref
from collections.abc import Collection
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpcore
import httpx
import tenacity

from llamabot_images.addresses import allowed_hosts, host_key
from llamabot_images.bodies import Refusal, body_of, check_status, finish
from llamabot_images.connections import (
    KEPT_CONNECTIONS,
    KEPT_SECONDS,
    GuardedBackend,
    GuardedStream,
    NotPermitted,
    NotTrusted,
    Trust,
)
from llamabot_images.errors import DownloadError, UnsafeURLError
from llamabot_images.links import expires_at
from llamabot_images.redact import redact_text, redact_url

__all__ = ["Downloaded", "Downloader"]

ATTEMPTS = 3
MAX_REDIRECTS = 5
MAX_CONNECTIONS = 128
REDIRECTS = frozenset({301, 302, 303, 307, 308})
HEADERS = {"accept": "*/*", "accept-encoding": "identity", "user-agent": "llamabot-images"}
#: What can come out of a fetch that is not ours. An AssertionError, say of somebody's mock, passes.
FAILURES = (
    NotPermitted,
    NotTrusted,
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.TimeoutException,
    httpcore.NetworkError,
    OSError,
    ValueError,
    RuntimeError,
)
TIMEOUTS = (httpx.TimeoutException, httpcore.TimeoutException, TimeoutError)
LOST = (httpx.NetworkError, httpcore.NetworkError)

OWN_SERVER = "a server of yours can be named in allow_private_hosts, but a redirect from a public one never leads there"

logger = logging.getLogger(__name__)
_fetching = contextvars.ContextVar("llamabot_images_fetching", default=False)


@dataclass(frozen=True)
class Downloaded:
    """What came: the bytes, and the type that the server gave them.

    ``content_type`` is lower case and without parameters, ``""`` where the server named none.
    """

    data: bytes = field(repr=False)
    content_type: str


class Downloader:
    """Fetches pictures, over connections that are kept for the next one.

    May be used by many threads, and in a forked child, which opens connections of its own.

    :param allow_hosts: Names or addresses (a port is ignored) that may be private or loopback;
        ``localhost``, ``127.0.0.1`` and ``::1`` are one host. A public host still cannot redirect there.
    :param max_bytes: Most bytes of a picture, on the wire and decoded.
    :param deadline: Seconds for one fetch in all: look-up, redirects, attempts and waits together.
    """

    def __init__(
        self, *, allow_hosts: Collection[str] = (), max_bytes: int = 64 * 2**20, deadline: float = 120.0
    ) -> None:
        self._allowed = allowed_hosts(allow_hosts)
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._by_process: dict[int, _Clients] = {}

    def __getstate__(self) -> dict[str, object]:
        return {**vars(self), "_by_process": {}}

    def fetch(self, url: str) -> Downloaded:
        """Return the picture at *url*.

        What may pass by itself (no connection, silence, 408, 425, 429, 5xx, a cut answer) is tried up to
        three times in all.

        :param url: An http(s) address; a user name and password in it are not sent.
        :return: The bytes, unchecked: they need not be a picture.
        :raises DownloadError: It could not be fetched.
        :raises UnsafeURLError: It must not be.
        """
        outcome = self._outcome(url)
        # Debuggers and error trackers print the variables of every frame.
        del url
        if isinstance(outcome, DownloadError):
            raise outcome
        return outcome

    def close(self) -> None:
        """Close all connections, those in use when they no longer are. A later fetch opens new ones."""
        self._by_process.clear()

    def _outcome(self, url: str) -> Downloaded | DownloadError:
        moment = time.monotonic() + self._deadline
        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_result(lambda found: isinstance(found, Refusal) and found.again),
            stop=tenacity.stop_after_attempt(ATTEMPTS) | tenacity.stop_before_delay(self._deadline),
            wait=_pause,
            retry_error_callback=_last_result,
        )
        token = _fetching.set(True)
        try:
            found: Downloaded | Refusal = attempts(self._attempt, url, moment)
        finally:
            _fetching.reset(token)
        if isinstance(found, Downloaded):
            logger.debug("fetched %s: %d bytes", redact_url(url), len(found.data))
            return found
        return _error(url, found, attempts.statistics["attempt_number"])

    def _attempt(self, url: str, moment: float) -> Downloaded | Refusal:
        try:
            return self._follow(url, moment)
        except Refusal as refusal:
            return refusal.with_traceback(None)
        except FAILURES as error:
            if isinstance(error, TIMEOUTS) and time.monotonic() > moment - 0.01:
                return Refusal(f"it takes longer than {self._deadline:g} s")
            return _explained(error)

    def _follow(self, url: str, moment: float) -> Downloaded:
        address, near, clients = _address(url), bool(self._allowed), self._clients()
        for _ in range(MAX_REDIRECTS + 1):
            near = near and host_key(address.raw_host.decode("ascii")) in self._allowed
            response = clients.open(address, near, moment)
            try:
                if response.status_code not in REDIRECTS:
                    check_status(response, url)
                    return Downloaded(body_of(response, self._max_bytes, moment), _content_type(response))
                near = near and not _came_from_public(response)
                address = _target(address, response)
                finish(response)
            finally:
                response.close()
        raise Refusal(f"more than {MAX_REDIRECTS} redirects")

    def _clients(self) -> "_Clients":
        """Return the clients of this process. No lock: a fork may leave one held for ever."""
        mine = os.getpid()
        clients = self._by_process.get(mine)
        if clients is None:
            clients = self._by_process.setdefault(mine, _Clients(self._allowed, self._deadline / 2))
            for process in [one for one in list(self._by_process) if one != mine]:
                self._by_process.pop(process, None)
        return clients


class _Clients:
    """Two clients, so that a connection to a private host never serves who may not go there.

    They close when the last fetch lets go of them: a socket that is closed under a reading thread may
    make it read from the next socket of that number.
    """

    def __init__(self, allowed: frozenset[str], silence: float) -> None:
        trust = Trust()
        hosts = [frozenset[str](), allowed] if allowed else [allowed]
        backends = [GuardedBackend(group, silence, trust) for group in hosts]
        clients = [_client(backend) for backend in backends]
        self._public, self._near = clients[0], clients[-1]
        weakref.finalize(self, _shut, os.getpid(), backends, clients)

    def open(self, address: httpx.URL, near: bool, moment: float) -> httpx.Response:
        # The guarded backend takes moments for spans; only the pool waits by itself.
        limits = httpx.Timeout(moment, pool=max(0.0, moment - time.monotonic()))
        client = self._near if near else self._public
        return client.send(client.build_request("GET", address, timeout=limits), stream=True)


def _shut(process: int, backends: Collection[GuardedBackend], clients: Collection[httpx.Client]) -> None:
    if process == os.getpid():
        for client in clients:
            client.close()
    for backend in backends:
        backend.close()


def _client(backend: GuardedBackend) -> httpx.Client:
    """Return a client that is plain but for where its connections come from."""
    # Trusts nobody and is never used: the backend has its own, which it loads when it must.
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    transport = httpx.HTTPTransport(verify=nobody, trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=nobody,
        max_connections=MAX_CONNECTIONS,
        max_keepalive_connections=KEPT_CONNECTIONS,
        keepalive_expiry=KEPT_SECONDS,
        network_backend=backend,
    )
    for name in ("httpx", "httpcore.http11"):
        logging.getLogger(name).addFilter(_is_of_others)
    no_cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
    return httpx.Client(
        transport=transport, trust_env=False, follow_redirects=False, headers=HEADERS, cookies=no_cookies
    )


def _is_of_others(record: logging.LogRecord) -> bool:
    """Keep out what those libraries log of our fetches: it holds signed addresses."""
    return not _fetching.get()


def _address(url: str | httpx.URL) -> httpx.URL:
    """Return a web address without user name and password."""
    address = httpx.URL(url)
    if address.scheme not in ("http", "https"):
        raise Refusal("it leads to something else than http or https", unsafe=True)
    host, port = address.raw_host, address.port
    # Programs differ in where a host ends that has a backslash before it.
    odd = not host or b"%" in host or b"%5C" in address.userinfo
    if odd or (port is not None and not 0 < port < 65536):
        raise Refusal("its host or port cannot be right", unsafe=True)
    return address.copy_with(username=None, password=None) if address.userinfo else address


def _target(address: httpx.URL, response: httpx.Response) -> httpx.URL:
    location = response.headers.get("location", "")
    if not location:
        raise Refusal(f"HTTP {response.status_code} without an address to go on to")
    target = _address(address.join(location))
    if address.scheme == "https" and target.scheme == "http":
        raise Refusal("it is redirected from https to http", unsafe=True)
    return target


def _came_from_public(response: httpx.Response) -> bool:
    stream = response.extensions.get("network_stream")
    return isinstance(stream, GuardedStream) and stream.is_public


def _content_type(response: httpx.Response) -> str:
    value: str = response.headers.get("content-type", "")
    return value.partition(";")[0].strip().lower()


def _pause(state: tenacity.RetryCallState) -> float:
    wait: float | None = state.outcome.result().wait if state.outcome else None
    return random.uniform(0.1, 0.3) * 2 ** (state.attempt_number - 1) if wait is None else wait


def _last_result(state: tenacity.RetryCallState) -> object:
    return state.outcome.result() if state.outcome else None


def _explained(error: Exception) -> Refusal:
    """Say what an exception means, in words that hold nothing a server or the address said."""
    if isinstance(error, NotPermitted):
        return Refusal(f"{error}, which is no public address; {OWN_SERVER}", unsafe=True)
    if isinstance(error, NotTrusted):
        return Refusal(f"the server's certificate is refused: {error}; SSL_CERT_FILE can name another authority")
    if isinstance(error, httpx.InvalidURL):
        return Refusal("it cannot be read as a web address", unsafe=True)
    if isinstance(error, TIMEOUTS + LOST):
        return Refusal(redact_text(str(error)) or type(error).__name__, again=True)
    if isinstance(error, httpx.RemoteProtocolError):
        # h11 and httpcore tell a cut answer from a malformed one by their words only.
        cut = any(word in str(error) for word in ("closed", "disconnected"))
        return Refusal("the answer is cut short" if cut else "the answer is malformed", again=cut)
    return Refusal(f"the answer cannot be read ({type(error).__name__})")


def _error(url: str, refusal: Refusal, attempts: int) -> DownloadError:
    kind = UnsafeURLError if refusal.unsafe else DownloadError
    shown = redact_url(url)
    tried = f" (tried {attempts} times)" if attempts > 1 else ""
    text = f"the picture at {shown!r} could not be downloaded: {refusal.reason}{tried}"
    error = kind(text, url=shown, expires_at=expires_at(url))
    error.retry_after = refusal.wait
    return error
