"""What many threads use at once, closed when the last of them has done."""

import os
import threading
from collections.abc import Callable
from types import TracebackType

__all__ = ["Leases"]


class Leases:
    """Counts who is using something; each use is a ``with`` block.

    :param let_go: Closes it. Whoever comes afterwards makes it anew.
    """

    def __init__(self, let_go: Callable[[], None]) -> None:
        self._let_go = let_go
        self._owner = 0
        self._begin()

    def _begin(self) -> None:
        """Start anew in a forked child: users and lock are those of the parent's threads, which are not here."""
        if self._owner != os.getpid():
            self._owner, self._users, self._is_due, self._lock = os.getpid(), 0, False, threading.RLock()

    def __enter__(self) -> None:
        self._begin()
        with self._lock:
            self._users += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._begin()
        with self._lock:
            self._users = max(self._users - 1, 0)
            if self._is_due and not self._users:
                self._close_now()

    def close(self) -> None:
        """Let go at once, or when the last user has done."""
        self._begin()
        with self._lock:
            self._is_due = True
            if not self._users:
                self._close_now()

    def _close_now(self) -> None:
        self._is_due = False
        self._let_go()
