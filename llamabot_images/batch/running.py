"""The thin shells that run a batch: workers, the order of outcomes, Ctrl-C."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

from llamabot_images.batch.items import Item
from llamabot_images.batch.limits import Ticket
from llamabot_images.batch.making import Made, keep
from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.batch.progress import Progress
from llamabot_images.batch.reading import Reading
from llamabot_images.batch.remote import amade_elsewhere, made_elsewhere
from llamabot_images.batch.stopping import seconds_to_wait
from llamabot_images.batch.work import Job, Work
from llamabot_images.errors import BudgetExceededError
from llamabot_images.prices import Bill
from llamabot_images.threads import Pool, Threads

__all__ = ["Runner"]

#: How often one prompt is sent when the provider says each time when to come back.
TRIES = 3
#: Seconds between two looks at whether the batch was stopped.
LOOK = 0.2


class Runner:
    """Runs one batch, from threads or in an event loop.

    :param work: The steps of each prompt.
    :param progress: Told of each outcome.
    :param max_workers: Prompts under way at once.
    :param executor: Where pictures are made, ``None`` for here.
    """

    def __init__(self, work: Work, progress: Progress, max_workers: int, executor: Executor | None = None) -> None:
        self._work = work
        self._progress = progress
        self._workers = max_workers
        self._executor = executor
        self._turn, self._aturn = threading.Lock(), asyncio.Lock()
        self._under_way = 0
        self._is_left = False
        self._changed = threading.Condition()
        self._threads = Threads(max(8, max_workers))
        self._outcomes: dict[int, BatchOutcome] = {}
        #: Whom the bot tells when a call of it waits for a provider that named a time: then all wait.
        self._heard: list[Callable[[float], None]] = work.bot._sender.on_busy
        self._heard.append(work.limits.pause)

    def run(self, prompts: Iterable[Any]) -> tuple[BatchOutcome, ...]:
        """Draw every prompt.

        :param prompts: Read as they are needed.
        :return: The outcomes, in the order of the prompts.
        """
        reading, finished = Reading(prompts, self._work.stop), SimpleQueue[BatchOutcome]()
        pool, waiting = Pool(self._workers), 0
        try:
            self._progress.start()
            for item in reading:
                pool.submit(partial(self._put, item, finished))
                waiting += 1
                while waiting and (waiting >= 2 * self._workers or not finished.empty()):
                    self._take(_next(finished))
                    waiting -= 1
            for _ in range(waiting):
                self._take(_next(finished))
        except BaseException as error:
            self._finish(error)
            raise
        finally:
            pool.close()
            self._leave()
        return self._in_order(reading.problem)

    async def arun(self, prompts: Any) -> tuple[BatchOutcome, ...]:
        """Do what ``run`` does without blocking the event loop.

        :param prompts: May be an async iterable.
        """
        reading = Reading(prompts, self._work.stop)
        tasks: set[asyncio.Task[BatchOutcome]] = set()
        try:
            self._progress.start()
            async for item in reading:
                tasks.add(asyncio.create_task(self._aone(item)))
                if len(tasks) >= self._workers:
                    tasks = await self._atake(tasks)
            while tasks:
                tasks = await self._atake(tasks)
        except BaseException as error:
            self._stop(error)
            await _ended(tasks)
            raise
        finally:
            self._threads.close()
            self._leave()
        return self._in_order(reading.problem)

    def _put(self, item: Item, finished: "SimpleQueue[BatchOutcome]") -> None:
        try:
            outcome = self._one(item)
        except Exception as error:  # whoever waits for the outcome would wait for ever
            outcome = BatchOutcome(item.index, "unknown", item.prompt, error=error, id=item.id, item=item)
        finished.put(outcome)

    def _one(self, item: Item) -> BatchOutcome:
        with self._counted():
            job = self._work.prepare(item)
            if isinstance(job, BatchOutcome):
                return job
            for left in reversed(range(TRIES)):
                ticket = Ticket(self._work.limits, job.request)
                if not self._admitted(ticket):
                    return self._work.not_sent(job.item)
                outcome = self._sent(job, ticket.bill)
                if not left or not _may_go_again(outcome):
                    break
            return outcome

    async def _aone(self, item: Item) -> BatchOutcome:
        with self._counted():
            job = await self._threads.run(self._work.prepare, item)
            if isinstance(job, BatchOutcome):
                return job
            for left in reversed(range(TRIES)):
                ticket = Ticket(self._work.limits, job.request)
                if not await self._aadmitted(ticket):
                    return self._work.not_sent(job.item)
                outcome = await self._asent(job, ticket.bill)
                if not left or not _may_go_again(outcome):
                    break
            return outcome

    def _admitted(self, ticket: Ticket) -> bool:
        """Wait until a request may be sent; one waits at a time, and the others behind it."""
        with self._turn:
            try:
                for seconds in ticket.waits():
                    if self._work.stop.event.wait(seconds):
                        break
            except BudgetExceededError as error:
                self._work.stop.because(error)
            return self._goes(ticket)

    async def _aadmitted(self, ticket: Ticket) -> bool:
        async with self._aturn:
            try:
                for seconds in ticket.waits():
                    await asyncio.sleep(min(seconds, LOOK))
                    if self._work.stop:
                        break
            except BudgetExceededError as error:
                self._work.stop.because(error)
            return self._goes(ticket)

    def _goes(self, ticket: Ticket) -> bool:
        if self._work.stop:
            ticket.give_back()
        return not self._work.stop

    def _sent(self, job: Job, bill: Bill) -> BatchOutcome:
        work, order = self._work, job.order
        with bill:
            if not work.intend(job, bill):
                return work.not_sent(job.item)
            try:
                if self._executor is not None:
                    made = made_elsewhere(self._executor, work.bot, order)
                else:
                    # No name for the result here: it would live until the picture is saved.
                    made = keep(
                        work.bot,
                        work.bot.generate(order.prompt, **order.overrides),
                        order,
                        partial(work.came, job, bill),
                    )
            except Exception as error:
                return work.failed(job, error, bill)
            return work.delivered(job, made, bill)

    async def _asent(self, job: Job, bill: Bill) -> BatchOutcome:
        work, order, run = self._work, job.order, self._threads.run
        with bill:
            if not await run(work.intend, job, bill):
                return work.not_sent(job.item)
            try:
                if self._executor is not None:
                    made: Made = await amade_elsewhere(self._executor, work.bot, order)
                else:
                    made = await run(
                        keep,
                        work.bot,
                        await work.bot.agenerate(order.prompt, **order.overrides),
                        order,
                        partial(work.came, job, bill),
                    )
            except Exception as error:
                return await run(work.failed, job, error, bill)
            return await run(work.delivered, job, made, bill)

    async def _atake(self, tasks: "set[asyncio.Task[BatchOutcome]]") -> "set[asyncio.Task[BatchOutcome]]":
        done, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            self._take(one.result())
        return left

    def _take(self, outcome: BatchOutcome) -> None:
        self._outcomes[outcome.index] = outcome
        self._progress.note(outcome)

    def _in_order(self, problem: Exception | None) -> tuple[BatchOutcome, ...]:
        if problem is not None:
            raise problem
        return tuple(self._outcomes[index] for index in sorted(self._outcomes))

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()
                is_last = self._is_left and not self._under_way
            if is_last:
                self._work.journal.close()

    def _stop(self, error: BaseException) -> None:
        self._work.stop.because(error)
        if self._under_way:
            self._progress.say(f"stopping: {self._under_way} requests are under way; interrupt again to leave them")

    def _finish(self, error: BaseException) -> None:
        """Send nothing more, and wait for what is under way. A second Ctrl-C ends that."""
        self._stop(error)
        with self._changed:
            while self._under_way:
                self._changed.wait(LOOK)

    def _leave(self) -> None:
        """Close the journal, or have the last one do it that is still under way."""
        self._progress.close()
        self._heard.remove(self._work.limits.pause)
        with self._changed:
            self._is_left = True
            is_last = not self._under_way
        if is_last:
            self._work.journal.close()


def _may_go_again(outcome: BatchOutcome) -> bool:
    return outcome.status == "failed" and outcome.error is not None and seconds_to_wait(outcome.error) is not None


def _next(finished: "SimpleQueue[BatchOutcome]") -> BatchOutcome:
    while True:
        try:  # a wait without an end could not be interrupted on Windows
            return finished.get(timeout=1)
        except Empty:
            continue


async def _ended(tasks: "set[asyncio.Task[BatchOutcome]]") -> None:
    """Wait for what is under way; when that is cancelled too, leave it."""
    try:
        if tasks:
            await asyncio.wait(tasks)
    finally:
        for one in tasks:
            one.cancel()
