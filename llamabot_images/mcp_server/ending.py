"""How a server on a pipe ends when it is told to: pictures that were begun are saved first."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from llamabot_images.under_way import UnderWay

__all__ = ["ended_by_signals"]


@contextmanager
def ended_by_signals(work: UnderWay) -> Iterator[None]:
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
