"""Something slow that many threads wait for, done once for all who wait."""

import threading
from collections.abc import Callable
from typing import Literal

__all__ = ["Together"]


class Waiter:
    """A thread that waits, on a lock of its own.

    On one that all share, each would hold it until the interpreter has let it run again: with sixty threads that
    takes longer than what they wait for.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._turn.acquire()
        self._told: Literal["served", "lead", "again"] = "again"

    def wait(self) -> str:
        self._turn.acquire()
        return self._told

    def tell(self, what: Literal["served", "lead", "again"]) -> None:
        self._told = what
        self._turn.release()


class Together:
    """One run for all threads that wait at once: each waits for a run that began after it came.

    :param do: What is slow. Never runs twice at once.
    """

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._lock = threading.Lock()
        self._waiting: list[Waiter] = []
        self._is_running = False

    def wait(self) -> None:
        """Return when it has been done, by this thread or another one.

        :raises Exception: What it raises; those who waited with this thread then try for themselves.
        """
        told = "again"
        while told == "again":
            told = self._enter()
        if told == "lead":
            self._lead()

    def _enter(self) -> str:
        with self._lock:
            if not self._is_running:
                self._is_running = True
                return "lead"
            mine = Waiter()
            self._waiting.append(mine)
        return mine.wait()

    def _lead(self) -> None:
        """Do it for all who wait now, and have one of those who came meanwhile do it for them."""
        with self._lock:
            served, self._waiting = self._waiting, []
        is_done = False
        try:
            self._do()
            is_done = True
        finally:
            with self._lock:
                following = self._waiting.pop(0) if self._waiting else None
                self._is_running = following is not None
            if following is not None:
                following.tell("lead")
            for one in served:
                one.tell("served" if is_done else "again")
