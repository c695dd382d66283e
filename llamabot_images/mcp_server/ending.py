"""How a server on a pipe ends when it is told to: pictures that were begun are saved first."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Work", "ended_by_signals"]


class Work:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way = 0

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count what is done inside as work."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def wait(self) -> None:
        """Wait until nothing is under way."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way == 0)

    def _add(self, number: int) -> None:
        with self._changed:
            self._under_way += number
            self._changed.notify_all()


@contextmanager
def ended_by_signals(work: Work) -> Iterator[None]:
    """Let a signal end the process when no work is under way, and a second one at once.

    Without it, SIGTERM would end a picture that is paid for, and Ctrl-C would wait for a line on stdin.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may say what a signal does
        return

    def end(number: int, frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        threading.Thread(target=after_work, args=(number,), daemon=True).start()

    def after_work(number: int) -> None:
        work.wait()
        os.kill(os.getpid(), number)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
