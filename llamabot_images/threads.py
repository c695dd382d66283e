"""Threads of a bot: where blocking calls run while an event loop goes on."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

__all__ = ["Threads"]

T = TypeVar("T")


class Threads:
    """A pool that starts when first used and anew in a forked child.

    asyncio's own pool is not used: it has as few as five threads on a small machine, and
    ``asyncio.run`` waits for it even when the caller has cancelled.

    :param limit: Most calls under way at once.
    """

    def __init__(self, limit: int = 64) -> None:
        self.limit = limit
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._owner = 0

    def pool(self) -> ThreadPoolExecutor:
        """Return the executor of this process."""
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._pool = ThreadPoolExecutor(self.limit, thread_name_prefix="llamabot-images")
                self._owner = os.getpid()
            return self._pool

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """Run a blocking call beside the event loop; cancelling returns at once."""
        return await asyncio.wrap_future(self.pool().submit(copy_context().run, call, *args))

    def close(self) -> None:
        """Let the threads end when their work is done."""
        with self._lock:
            if self._pool is not None and self._owner == os.getpid():
                self._pool.shutdown(wait=False)
            self._pool = None
