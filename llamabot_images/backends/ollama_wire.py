"""One picture from Ollama over a connection of its own."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from llamabot_images.backends import ollama_errors as errors
from llamabot_images.backends.ollama_address import is_loopback
from llamabot_images.backends.ollama_errors import Call
from llamabot_images.backends.ollama_lines import Progress, read
from llamabot_images.replies import Slot

__all__ = ["Wire"]

CONNECT_SECONDS = 5.0
#: Bytes of an error answer that are read.
ERROR_BYTES = 20_000


class Wire:
    """The way to Ollama, which another thread may cut: Ollama stops drawing when nobody listens.

    Connections are not kept: opening one takes nothing beside drawing, and closing it disturbs nobody.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._is_late = False

    def ask(self, call: Call, body: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[Progress | Slot]:
        """Yield how far the drawing is, then the picture.

        :param call: What is asked of whom.
        :param body: The request, as JSON.
        :param headers: Further headers, with the key.
        :raises SendFailed: When there is no picture.
        """
        import httpx

        try:
            with self._limited(call.seconds), self._answer(call, body, headers) as response:
                yield from read(self._chunks(response, call), call)
            return
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            failed = errors.unreachable(call, str(error))
        except httpx.TimeoutException:
            failed = errors.timed_out(call)
        except httpx.DecodingError:
            failed = errors.malformed(call)
        except (httpx.LocalProtocolError, httpx.UnsupportedProtocol) as error:
            failed = errors.unwritable(call, type(error).__name__)
        except httpx.TransportError:
            failed = errors.timed_out(call) if self._is_late else errors.lost(call)
        # Outside, since what httpx raised knows the key.
        raise failed

    def _chunks(self, response: Any, call: Call) -> Iterator[bytes]:
        yield from response.iter_bytes()
        if self._is_late:  # to a reader, an answer without a length has ended where it was cut
            raise errors.timed_out(call)

    def cut(self) -> None:
        """End the connection, from any thread and at any time."""
        with self._lock:
            self._is_cut = True
            self._shut()

    @contextmanager
    def _limited(self, seconds: float | None) -> Iterator[None]:
        """Cut the connection after some seconds: httpx limits single reads only, and progress comes between."""
        timer = threading.Timer(seconds or 0, self._late)
        timer.daemon = True
        if seconds is not None:
            timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _late(self) -> None:
        self._is_late = True
        self.cut()

    @contextmanager
    def _answer(self, call: Call, body: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator[Any]:
        client, request = _prepared(call, body, headers)
        request.extensions["trace"] = self._trace
        with client:
            response = client.send(request, stream=True)
            if response.status_code != 200:
                raise errors.answered(call, response.status_code, _start_of(response))
            yield response

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket when it is there; TLS makes another of it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
                if self._is_cut:
                    self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _prepared(call: Call, body: Mapping[str, Any], headers: Mapping[str, str]) -> tuple[Any, Any]:
    """Return a client for one request, and the request."""
    import httpx

    try:
        client = _client(call)
        return client, client.build_request("POST", f"{call.url}/api/generate", json=body, headers=headers)
    except (TypeError, ValueError, RecursionError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    raise errors.unwritable(call, problem)


def _client(call: Call) -> Any:
    """Return a client for one request. No redirect is followed: the key is for this server."""
    import httpx

    limits = httpx.Timeout(call.seconds, connect=min(CONNECT_SECONDS, call.seconds or CONNECT_SECONDS))
    # The certificates of the web take 20 ms to load, and no plain address needs them.
    verify = httpx.create_ssl_context() if call.url.startswith("https:") else False
    return httpx.Client(timeout=limits, verify=verify, trust_env=not is_loopback(call.url), follow_redirects=False)


def _start_of(response: Any) -> str:
    found = b""
    for chunk in response.iter_bytes():
        found += chunk
        if len(found) >= ERROR_BYTES:
            break
    return found.decode("utf-8", "replace")
