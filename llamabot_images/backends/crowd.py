"""Connections for many requests at once."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from typing import Any

__all__ = ["crowd"]


def crowd(make: Callable[[], Any]) -> Any:
    """Return a transport for httpx that gives each request under way a pool of connections to itself.

    httpcore 1.0 looks at all connections of a pool for each of its requests, twice, and asks the system about those
    that are idle, all under one lock: 64 at once cost more than LiteLLM itself. One request after the other finds the
    same connection again.

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
            self._make = make
            self._pools: list[Any] = []
            self._free: list[Any] = []

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            pool = self._take()
            try:
                response: httpx.Response = pool.handle_request(request)
            except BaseException:
                self._free.append(pool)
                raise
            response.stream = watched(response.stream, partial(self._free.append, pool))
            return response

        def _take(self) -> Any:
            with suppress(IndexError):  # the one that was used last
                return self._free.pop()
            pool = self._make()
            self._pools.append(pool)
            return pool

        def close(self) -> None:
            for one in self._pools:
                one.close()

    return Crowd


def _nothing() -> None:
    """Do nothing."""
