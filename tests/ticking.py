"""Whether an event loop goes on while something is done beside it."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

__all__ = ["Ticker", "ticking"]

#: Seconds between two turns of the thread that watches, and how many make often.
TURN, OFTEN = 0.005, 50


class Ticker:
    """How long the event loop let somebody wait for a turn, counted in turns of another thread.

    That thread's turns come every five milliseconds, and on a busy machine as late as the loop's own.
    """

    def __init__(self) -> None:
        self.waits: list[int] = []
        self.often = threading.Event()
        self.ended = threading.Event()

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Ask the loop for one turn after another."""
        while not self.ended.wait(TURN):
            had, waited = threading.Event(), 0
            loop.call_soon_threadsafe(had.set)
            while not had.wait(TURN) and not self.ended.is_set():
                waited += 1
            self.waits.append(waited)
            if len(self.waits) == OFTEN:
                self.often.set()


@asynccontextmanager
async def ticking() -> AsyncIterator[Ticker]:
    """Watch the event loop while the block runs."""
    ticker = Ticker()
    thread = threading.Thread(target=ticker.run, args=(asyncio.get_running_loop(),))
    thread.start()
    try:
        yield ticker
    finally:
        ticker.ended.set()
        thread.join()
