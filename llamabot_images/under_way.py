"""What is under way at this moment, and what is done when the last of it has ended."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["UnderWay"]

#: Seconds between two looks at whether somebody has interrupted the wait.
LOOK = 0.2


class UnderWay:
    """Counts what is under way. Safe to use from many threads.

    :param at_end: Called once nothing is under way and it was left.
    """

    def __init__(self, at_end: Callable[[], None] = lambda: None) -> None:
        self.count = 0
        self._at_end = at_end
        self._is_left = False
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Count one for as long as the block runs."""
        with self._changed:
            self.count += 1
        try:
            yield
        finally:
            with self._changed:
                self.count -= 1
                self._changed.notify_all()
                is_last = self._is_left and not self.count
            if is_last:
                self._at_end()

    def wait(self) -> None:
        """Wait until nothing is under way."""
        with self._changed:
            while self.count:
                self._changed.wait(LOOK)

    def leave(self) -> None:
        """End now, or have the last one do it that is still under way."""
        with self._changed:
            self._is_left = True
            is_last = not self.count
        if is_last:
            self._at_end()
