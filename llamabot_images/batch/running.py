"""The thin shells that run a batch: workers, the order of outcomes, Ctrl-C."""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from functools import partial
from queue import SimpleQueue
from typing import Any

from llamabot_images.batch.items import Item
from llamabot_images.batch.limits import Ticket
from llamabot_images.batch.making import Made, adrawn, drawn, keep
from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.batch.progress import Progress
from llamabot_images.batch.reading import Reading
from llamabot_images.batch.remote import Elsewhere
from llamabot_images.batch.stopping import seconds_to_wait
from llamabot_images.batch.waiting import Ended, Tasks, all_of, first_of, next_of
from llamabot_images.batch.work import Job, Work
from llamabot_images.errors import BudgetExceededError
from llamabot_images.prices import Bill
from llamabot_images.results import ImageResult
from llamabot_images.threads import Pool, Threads
from llamabot_images.under_way import UnderWay

__all__ = ["Runner"]

#: What a batch that was ended says of the rest.
AGAIN = "Run the same call again to take up the rest."
ANEW = "With resume=False the same call draws all of them anew: give it only the prompts that have no picture yet."
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
        self.stop, self.progress = work.stop, progress
        self._work = work
        self._workers = max_workers
        self._elsewhere = None if executor is None else Elsewhere(executor, work.bot)
        self._turn, self._aturn = threading.Lock(), asyncio.Lock()
        self._under_way = UnderWay(work.journal.close)
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
        reading, finished = Reading(prompts, self.stop), SimpleQueue[Ended]()
        pool, waiting = Pool(self._workers), 0
        try:
            self.progress.start()
            for item in reading:
                pool.submit(partial(self._put, item, finished))
                waiting += 1
                while waiting and (waiting >= 2 * self._workers or not finished.empty()):
                    self._take(next_of(finished))
                    waiting -= 1
            for _ in range(waiting):
                self._take(next_of(finished))
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
        reading = Reading(prompts, self.stop)
        tasks: Tasks = set()
        try:
            self.progress.start()
            async for item in reading:
                tasks.add(asyncio.create_task(self._aput(item)))
                if len(tasks) >= self._workers:
                    tasks = await first_of(tasks)
            while tasks:
                tasks = await first_of(tasks)
        except BaseException as error:
            await self._afinish(error, tasks)
            raise
        finally:
            self._threads.close()
            self._leave()
        return self._in_order(reading.problem)

    def _put(self, item: Item, finished: "SimpleQueue[Ended]") -> None:
        with self._under_way.one():
            try:
                ended: Ended = self._kept(self._one(item))
            except BaseException as error:  # whoever waits for the outcome would wait for ever
                ended = self._broken(item, error)
        finished.put(ended)

    async def _aput(self, item: Item) -> BaseException | None:
        """Return what ends the batch: raised, it would end the event loop at once, with requests under way."""
        with self._under_way.one():
            try:
                ended: Ended = self._kept(await self._aone(item))
            except asyncio.CancelledError:
                raise
            except BaseException as error:
                ended = self._broken(item, error)
        try:
            self._take(ended)
        except BaseException as error:
            self.stop.because(error)
            return error
        return None

    def _kept(self, outcome: BatchOutcome) -> BatchOutcome:
        self._outcomes[outcome.index] = outcome
        return outcome

    def _broken(self, item: Item, error: BaseException) -> Ended:
        """Return what stands for an outcome where there is none: an exit that a caller's code wants ends the batch."""
        if isinstance(error, Exception):
            return self._kept(BatchOutcome(item.index, "unknown", item.prompt, error=error, id=item.id, item=item))
        self.stop.because(error)
        return error

    def _one(self, item: Item) -> BatchOutcome:
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
                    if self.stop.event.wait(seconds):
                        break
            except BudgetExceededError as error:
                self.stop.because(error)
            return self._goes(ticket)

    async def _aadmitted(self, ticket: Ticket) -> bool:
        async with self._aturn:
            try:
                for seconds in ticket.waits():
                    await asyncio.sleep(min(seconds, LOOK))
                    if self.stop:
                        break
            except BudgetExceededError as error:
                self.stop.because(error)
            return self._goes(ticket)

    def _goes(self, ticket: Ticket) -> bool:
        if self.stop:
            ticket.give_back()
        return not self.stop

    def _sent(self, job: Job, bill: Bill) -> BatchOutcome:
        work = self._work
        with bill:
            if not work.intend(job, bill):
                return work.not_sent(job.item)
            try:
                if self._elsewhere is not None:
                    made = self._elsewhere.made(job)
                else:
                    # No name for the result here: it would live until the picture is saved.
                    made = self._keeper(job, bill)(work.bot, drawn(work.bot, job.order, job.attempt))
            except Exception as error:
                return work.failed(job, error, bill)
            return work.delivered(job, made, bill)

    async def _asent(self, job: Job, bill: Bill) -> BatchOutcome:
        work, run = self._work, self._threads.run
        with bill:
            if not await run(work.intend, job, bill):
                return work.not_sent(job.item)
            try:
                if self._elsewhere is not None:
                    made = await self._elsewhere.amade(job, run)
                    return await run(work.delivered, job, made, bill)
                return await run(self._entered, job, bill, await adrawn(work.bot, job.order, job.attempt))
            except Exception as error:
                return await run(work.failed, job, error, bill)

    def _entered(self, job: Job, bill: Bill, result: ImageResult) -> BatchOutcome:
        return self._work.delivered(job, self._keeper(job, bill)(self._work.bot, result), bill)

    def _keeper(self, job: Job, bill: Bill) -> Callable[..., Made]:
        """Return what saves the result of a bot."""
        return partial(keep, order=job.order, came=partial(self._work.came, job, bill), turn=self._work.turn)

    def _take(self, ended: Ended) -> None:
        if isinstance(ended, BaseException):
            raise ended
        self.progress.note(ended)

    def _in_order(self, problem: Exception | None) -> tuple[BatchOutcome, ...]:
        if problem is not None:
            self._advise(problem)
            raise problem
        return tuple(self._outcomes[index] for index in sorted(self._outcomes))

    def _stop(self, error: BaseException) -> None:
        self.stop.because(error)
        if count := self._under_way.count:
            self.progress.say(f"stopping: {count} requests are under way; interrupt again to leave them")

    def _finish(self, error: BaseException) -> None:
        """Send nothing more, and wait for what is under way. A second Ctrl-C ends that."""
        self._stop(error)
        try:
            self._under_way.wait()
        finally:
            self._advise(error)

    async def _afinish(self, error: BaseException, tasks: Tasks) -> None:
        self._stop(error)
        try:
            await all_of(tasks)
        finally:
            self._advise(error)

    def _advise(self, error: BaseException) -> None:
        """Say on the error how far the batch is."""
        done, total = sum(one.ok for one in list(self._outcomes.values())), self.progress.total
        number = f"{done:,}" if total is None else f"{done:,} of {total:,}"
        error.add_note(f"Prompts with a picture: {number}. {AGAIN if self.stop.resume else ANEW}")

    def _leave(self) -> None:
        """Close the journal, or have the last one do it that is still under way."""
        self._heard.remove(self._work.limits.pause)
        try:
            with self.progress.warning_later():
                self._under_way.leave()
        finally:
            self.progress.close()


def _may_go_again(outcome: BatchOutcome) -> bool:
    return outcome.status == "failed" and outcome.error is not None and seconds_to_wait(outcome.error) is not None
