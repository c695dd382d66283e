"""Connections for many requests at once."""

import threading
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

__all__ = ["crowd"]

#: Requests that share a pool.
TOGETHER = 8


def crowd(make: Callable[[], Any]) -> Any:
    """Return a transport for httpx that spreads requests over several pools of connections.

    httpcore 1.0 looks at all connections of a pool for each of its requests, twice: 64 at once cost more than
    LiteLLM itself. One request after the other finds the same connection again.

    :param make: Makes a transport with a pool of its own.
    """
    return _crowd_type()(make)


@cache
def _watched_type() -> Any:
    import httpx

    class Watched(httpx.SyncByteStream):
        """A reply's body, and what is to be done when it has been read."""

        def __init__(self, stream: Any, done: Callable[[], None]) -> None:
            self._stream, self._done = stream, done

        def __iter__(self) -> Iterator[bytes]:
            yield from self._stream

        def close(self) -> None:
            done, self._done = self._done, _nothing
            try:
                self._stream.close()
            finally:
                done()

    return Watched


@cache
def _crowd_type() -> Any:
    import httpx

    watched = _watched_type()

    class Crowd(httpx.BaseTransport):
        def __init__(self, make: Callable[[], Any]) -> None:
            self._make, self._lock = make, threading.Lock()
            self._pools: list[Any] = []
            self._busy: list[int] = []

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            place = self._take()
            try:
                response: httpx.Response = self._pools[place].handle_request(request)
            except BaseException:
                self._give_back(place)
                raise
            response.stream = watched(response.stream, partial(self._give_back, place))
            return response

        def _take(self) -> int:
            with self._lock:
                place = next((one for one, busy in enumerate(self._busy) if busy < TOGETHER), len(self._busy))
                if place == len(self._busy):
                    self._pools.append(self._make())
                    self._busy.append(0)
                self._busy[place] += 1
                return place

        def _give_back(self, place: int) -> None:
            with self._lock:
                self._busy[place] -= 1

        def close(self) -> None:
            for one in self._pools:
                one.close()

    return Crowd


def _nothing() -> None:
    """Do nothing."""
