"""Waiting for what is under way in a batch: threads by their queue, tasks by the event loop."""

import asyncio
from queue import Empty, SimpleQueue
from typing import TypeAlias

from llamabot_images.batch.outcomes import BatchOutcome

__all__ = ["Ended", "Tasks", "all_of", "first_of", "next_of"]

#: What came of a prompt, or what ends the whole batch.
Ended: TypeAlias = BatchOutcome | BaseException
#: Each returns what ends the whole batch, where something does.
Tasks: TypeAlias = "set[asyncio.Task[BaseException | None]]"


def next_of(finished: "SimpleQueue[Ended]") -> Ended:
    """Wait until a prompt is done with."""
    while True:
        try:  # a wait without an end could not be interrupted on Windows
            return finished.get(timeout=1)
        except Empty:
            continue


async def first_of(tasks: Tasks) -> Tasks:
    """Wait until a task is done, and return the others."""
    done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        if (error := one.result()) is not None:
            raise error
    return left


async def all_of(tasks: Tasks) -> None:
    """Wait for what is under way; when that is cancelled too, leave it."""
    try:
        if tasks:
            await asyncio.wait(tasks)
    finally:
        for one in tasks:
            one.cancel()
