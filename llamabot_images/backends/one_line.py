"""A connection for one streamed reply, which can be cut at any time and remembers what came over it."""

import socket
import threading
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from typing import Any

from llamabot_images.backends.litellm_fixes import PostOnce
from llamabot_images.threads import Threads

__all__ = ["OneLine", "Watched"]


class OneLine(PostOnce):
    """Clients for LiteLLM and for the OpenAI SDK that share one new connection.

    A program that gave LiteLLM a client of its own has that one used; nothing of it is watched or cut then.

    :param threads: See ``PostOnce``.
    """

    def __init__(self, threads: Threads) -> None:
        super().__init__(threads)
        self.is_cut = False
        self.headers: Mapping[str, str] = {}
        self._chunks: list[bytes] = []
        self._socket: Any = None
        self._guard = threading.Lock()

    @property
    def body(self) -> bytes:
        """What has come so far, decompressed."""
        return b"".join(self._chunks)

    def connections(self) -> Any:
        """Return the httpx client."""
        with self._lock:
            self._renew()
            return self._connections()

    def _connections(self) -> Any:
        http = super()._connections()
        if http is self._http:
            http.event_hooks = {"request": [self._watch], "response": [self._copy]}
        return http

    def _watch(self, request: Any) -> None:
        request.extensions["trace"] = self._trace

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take the socket as soon as there is one; TLS makes another of it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._guard:
                self._socket = info["return_value"].get_extra_info("socket")
                if self.is_cut:
                    self._shut()

    def _copy(self, response: Any) -> None:
        self.headers = {f"llm_provider-{name.lower()}": value for name, value in response.headers.items()}
        whole = response.iter_bytes

        def copied(chunk_size: int | None = None) -> Iterator[bytes]:
            for chunk in whole(chunk_size):
                self._chunks.append(chunk)
                yield chunk

        response.iter_bytes = copied

    def cut(self) -> None:
        """End the connection, from any thread: a reader that waits is woken."""
        with self._guard:
            self.is_cut = True
            self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Watched(Iterator[Any]):
    """The pieces of one request as they come, the reply last.

    :param pieces: A generator of them.
    :param line: The connection they come over.
    """

    def __init__(self, pieces: Generator[Any, None, None], line: OneLine | None = None) -> None:
        self._pieces = pieces
        self._line = line

    def __next__(self) -> Any:
        return next(self._pieces)

    def close(self) -> None:
        """Close the connection, from any thread: one that waits for the next piece is woken."""
        if self._line is not None:
            self._line.cut()
        with suppress(ValueError):  # it is running in that other thread, and ends there
            self._pieces.close()
