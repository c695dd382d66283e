"""Where blocking calls run: beside the event loop, in threads that a forked child does not inherit."""

import asyncio
import os
import threading
import time
from contextvars import ContextVar

import pytest

from llamabot_images.threads import Threads

PATIENCE = 20.0
"""Seconds after which something that should happen at once counts as not happening."""


@pytest.fixture
def threads() -> Threads:
    """Give threads that have not started."""
    return Threads(limit=4)


def test_nothing_starts_before_it_is_needed() -> None:
    """Making threads makes none."""
    before = threading.active_count()

    Threads()

    assert before == threading.active_count()


def test_a_call_runs_elsewhere_and_its_result_comes_back(threads: Threads) -> None:
    """The call gets its arguments, in a thread with a name that says whose it is."""
    found = asyncio.run(threads.run(lambda *given: (given, threading.current_thread().name), 1, "two"))

    assert ((1, "two"), True) == (found[0], found[1].startswith("llamabot-images"))


def test_an_exception_comes_back_as_itself(threads: Threads) -> None:
    """The very object that was raised is raised to who waits."""
    error = ValueError("no")

    def fail() -> None:
        raise error

    with pytest.raises(ValueError, match="no") as caught:
        asyncio.run(threads.run(fail))

    assert error is caught.value


def test_the_event_loop_goes_on(threads: Threads) -> None:
    """While calls block, the loop runs what they wait for."""
    gate = threading.Event()

    async def both() -> list[bool]:
        waiting = [asyncio.create_task(threads.run(gate.wait, PATIENCE)) for _ in range(4)]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*waiting)

    assert [True] * 4 == asyncio.run(both())


def test_no_more_calls_at_once_than_the_limit(threads: Threads) -> None:
    """Further calls wait their turn, and all are done."""
    under_way: list[int] = []
    lock = threading.Lock()
    peak = [0]

    def call(number: int) -> int:
        with lock:
            under_way.append(number)
            peak[0] = max(peak[0], len(under_way))
        time.sleep(0.005)
        with lock:
            under_way.remove(number)
        return number

    async def all_of_them() -> list[int]:
        return await asyncio.gather(*(threads.run(call, number) for number in range(40)))

    assert list(range(40)) == asyncio.run(all_of_them())
    assert 1 <= peak[0] <= 4


def test_cancelling_returns_at_once(threads: Threads) -> None:
    """Who cancels does not wait for the call, and neither does the end of asyncio.run."""
    started, gate = threading.Event(), threading.Event()

    def call() -> bool:
        started.set()
        return gate.wait(PATIENCE)

    async def cancel() -> None:
        task = asyncio.create_task(threads.run(call))
        await asyncio.to_thread(started.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    began = time.monotonic()
    asyncio.run(cancel())
    took = time.monotonic() - began
    gate.set()

    assert took < PATIENCE / 2


def test_one_pool_serves_many_loops(threads: Threads) -> None:
    """A pool belongs to no event loop."""
    pools = [asyncio.run(threads.run(threads.pool)) for _ in range(3)]

    assert 1 == len(set(map(id, pools)))


def test_callers_context_is_seen(threads: Threads) -> None:
    """Context variables, by which tracing knows its place, hold in the call and are not changed by it."""
    where = ContextVar("where", default="nowhere")

    async def traced() -> tuple[str, str]:
        where.set("here")
        seen = await threads.run(where.get)
        await threads.run(where.set, "there")
        return seen, where.get()

    assert ("here", "here") == asyncio.run(traced())


def test_closed_threads_start_again(threads: Threads) -> None:
    """After close there is a new pool; closing twice, or before the start, does nothing."""
    threads.close()
    first = threads.pool()
    threads.close()
    threads.close()

    assert 7 == asyncio.run(threads.run(lambda: 7))
    assert first is not threads.pool()


def test_close_lets_work_end(threads: Threads) -> None:
    """A call that is under way when the threads are closed still gives its result."""
    started, gate = threading.Event(), threading.Event()

    def call() -> int:
        started.set()
        gate.wait(PATIENCE)
        return 7

    async def closing() -> int:
        task = asyncio.create_task(threads.run(call))
        await asyncio.to_thread(started.wait, PATIENCE)
        threads.close()
        gate.set()
        return await task

    assert 7 == asyncio.run(closing())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own(threads: Threads) -> None:
    """The threads of the parent do not live in the child: it starts others, and may close."""
    asyncio.run(threads.run(time.sleep, 0))

    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if 7 == asyncio.run(threads.run(lambda: 7)) else 2
            threads.close()
        finally:
            os._exit(code)

    assert 0 == ended(child)
    assert 7 == asyncio.run(threads.run(lambda: 7))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only where processes fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_can_close_what_it_did_not_start(threads: Threads) -> None:
    """Closing in the child leaves the parent's threads alone."""
    pool = threads.pool()

    child = os.fork()
    if child == 0:
        code = 1
        try:
            threads.close()
            code = 0
        finally:
            os._exit(code)

    assert 0 == ended(child)
    assert pool is threads.pool()
    assert 7 == asyncio.run(threads.run(lambda: 7))


def ended(child: int) -> int | None:
    """Return a child's exit code; one that hangs is killed and gives ``None``."""
    for _ in range(int(PATIENCE * 100)):
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return None
