"""Something slow that is done once for all who wait."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from llamabot_images.together import Together

from .waiting import until


class Slow:
    """Counts its runs; each waits until it is let go."""

    def __init__(self, fails: int = 0) -> None:
        self.began, self.go = threading.Semaphore(0), threading.Semaphore(0)
        self.runs = self.at_once = self.peak = 0
        self.fails = fails

    def __call__(self) -> None:
        """Run once."""
        self.runs += 1
        self.at_once += 1
        self.peak = max(self.peak, self.at_once)
        self.began.release()
        assert self.go.acquire(timeout=20)
        self.at_once -= 1
        if self.runs <= self.fails:
            raise OSError("the disk is gone")


def test_those_who_come_during_a_run_share_the_next_one() -> None:
    """Nine who wait need two runs: the first one's, which began too early for the others, and one for all of those."""
    slow = Slow()
    together = Together(slow)
    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(together.wait)
        assert slow.began.acquire(timeout=20)
        others = [pool.submit(together.wait) for _ in range(8)]
        until(lambda: len(together._waiting) == 8)
        slow.go.release()
        first.result(20)
        assert slow.began.acquire(timeout=20)
        assert [False] * 8 == [one.done() for one in others]
        slow.go.release()
        for one in others:
            one.result(20)

    assert (2, 1) == (slow.runs, slow.peak)


def test_who_waits_alone_waits_for_a_run_of_his_own() -> None:
    """A run that has ended serves nobody who comes later."""
    slow = Slow()
    together = Together(slow)
    slow.go.release(3)

    for _ in range(3):
        together.wait()

    assert 3 == slow.runs


def test_a_run_that_fails_serves_nobody() -> None:
    """Whoever ran it gets the error, and those who waited with him run it again."""
    slow = Slow(fails=1)
    together = Together(slow)
    slow.go.release(2)

    with pytest.raises(OSError, match="gone"):
        together.wait()
    together.wait()

    assert 2 == slow.runs
