"""Threads of a bot: where blocking calls run while an event loop goes on."""

import asyncio
import os
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["Pool", "Threads"]

T = TypeVar("T")
#: A call and where its result goes; ``None`` ends the thread that takes it.
Task = tuple[Callable[[], Any], Future[Any]] | None


class Threads:
    """A pool that starts when first used and anew in a forked child.

    asyncio's own pool is not used: it has as few as five threads on a small machine, and
    ``asyncio.run`` waits for it even when the caller has cancelled.

    :param limit: Most calls under way at once.
    """

    def __init__(self, limit: int = 64) -> None:
        self.limit = limit
        self._by_process: dict[int, Pool] = {}

    def pool(self) -> "Pool":
        """Return the threads of this process."""
        mine = os.getpid()
        found = self._by_process.get(mine)
        if found is None:
            # No lock: one that another thread holds while this process forks is never free in the child.
            found = self._by_process.setdefault(mine, Pool(self.limit))
            for process in [one for one in list(self._by_process) if one != mine]:
                self._by_process.pop(process, None)
        return found

    async def run(self, call: Callable[..., T], *args: object) -> T:
        """Run a blocking call beside the event loop; cancelling returns at once."""
        work = partial(copy_context().run, call, *args)
        future = self.pool().submit(work)
        while future is None:  # another thread has closed that pool just now
            future = self.pool().submit(work)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Let the threads end when their work is done."""
        pool = self._by_process.pop(os.getpid(), None)
        if pool is not None:
            pool.close()


class Pool:
    """Threads that take calls from one queue and end with the process.

    Python waits at its end for the threads of a ``ThreadPoolExecutor``, and for those of ``anyio.to_thread`` even
    where ``abandon_on_cancel`` is set: a program that is interrupted would stay until the provider has answered a
    request that nobody waits for, ten minutes at worst. Those of ``asyncio`` and anyio also end with each event loop.

    :param limit: Most threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[Task] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._started = 0
        # May be called by the garbage collector wherever it strikes, so it must not take the lock, which may be held.
        self._end = weakref.finalize(self, self._tasks.put, None)
        # What a program does at its very end is still done.
        self._end.atexit = False

    def submit(self, call: Callable[[], T]) -> Future[T] | None:
        """Have *call* run by the next free thread.

        :return: Its result to be; ``None`` when the pool is closed and nothing will be run.
        """
        future: Future[T] = Future()
        with self._lock:
            if not self._end.alive:
                return None
            if not self._idle.acquire(blocking=False) and self._started < self._limit:
                self._start()
            self._tasks.put((call, future))
        return future

    def close(self) -> None:
        """Take no more calls; those that were taken are run."""
        with self._lock:
            self._end()

    def _start(self) -> None:
        # The thread knows the queue and not the pool, which is closed when nobody else knows it.
        name = f"llamabot-images-{self._started + 1}"
        try:
            threading.Thread(target=_work, args=(self._tasks, self._idle), name=name, daemon=True).start()
        except RuntimeError:  # the system gives no more: those that there are take the call in turn
            if not self._started:
                raise
        else:
            self._started += 1


def _work(tasks: SimpleQueue[Task], idle: threading.Semaphore) -> None:
    while (task := tasks.get()) is not None:
        _run(*task)
        # What was called and what came of it live no longer than they are wanted.
        del task
        idle.release()
    tasks.put(None)


def _run(call: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:
        future.set_exception(error)
        # The error knows this frame, and the frame shall not know the error.
        del future, call
    else:
        future.set_result(result)
