"""Something slow that many threads wait for, done once for all who wait."""

import threading
from collections.abc import Callable

__all__ = ["Together"]


class Together:
    """One run for all threads that wait at once: each waits for a run that began after it came.

    :param do: What is slow. Never runs twice at once.
    """

    def __init__(self, do: Callable[[], None]) -> None:
        self._do = do
        self._changed = threading.Condition()
        self._came = self._served = 0
        self._is_running = False

    def wait(self) -> None:
        """Return when it has been done, by this thread or another one.

        :raises Exception: What it raises; those who waited with this thread then try for themselves.
        """
        with self._changed:
            self._came += 1
            mine = self._came
            while self._served < mine:
                if self._is_running:
                    self._changed.wait()
                else:
                    self._run()

    def _run(self) -> None:
        upto, self._is_running = self._came, True
        self._changed.release()
        is_done = False
        try:
            self._do()
            is_done = True
        finally:
            self._changed.acquire()
            self._is_running = False
            self._served = upto if is_done else self._served
            self._changed.notify_all()
