"""A submitted job: how far it is, and its pictures when it is over."""

import asyncio
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images import saving
from llamabot_images.asked import shown
from llamabot_images.jobs.collecting import collect
from llamabot_images.jobs.service import Service
from llamabot_images.jobs.status import JobStatus, refused, status_of, unfinished
from llamabot_images.prices import Bill

if TYPE_CHECKING:
    from llamabot_images.batch.results import BatchResult
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.prices import Prices

__all__ = ["Job"]


class Job:
    """Prompts that a provider draws within a day, at half price.

    :param id: The provider's name of the job.
    :param bot: Names and saves the pictures.
    :param service: The provider's batch API.
    :param prices: What the job should cost, where that is known.
    :param bill: The money set aside for it.
    """

    def __init__(
        self,
        id: str,
        bot: "ImageBot",
        service: Service,
        prices: "Prices | None" = None,
        bill: Bill | None = None,
    ) -> None:
        if not isinstance(id, str) or not re.fullmatch(r"[\w.-]{1,200}", id) or id.strip(".") == "":
            raise ValueError(f"{shown(id)} is no job's id; give the id of a Job, such as 'batch_68a1'")
        self.id = id
        self.estimate = None if prices is None else (prices.low, prices.high)
        self._bot, self._service, self._bill = bot, service, bill

    def __repr__(self) -> str:
        return f"<Job {self.id!r} {self._service.provider}>"

    def __reduce__(self) -> tuple[Any, ...]:
        from llamabot_images.jobs import job

        return job, (self._bot, self.id)

    def status(self) -> JobStatus:
        """Return how far the job is.

        :raises JobError: When the provider does not know it, or does not answer.
        """
        return status_of(self._service.batch(self.id))

    def wait(self, poll: float = 60, timeout: float | None = None) -> JobStatus:
        """Wait until the job is over.

        :param poll: Seconds between two looks.
        :param timeout: Most seconds to wait.
        :raises JobError: When it is not over by then, or the provider cannot be asked any more.
        """
        began = time.monotonic()
        while not (found := self.status()).is_over:
            time.sleep(self._seconds(found, began, poll, timeout))
        return found

    def cancel(self) -> JobStatus:
        """Have the provider draw no more. What is drawn is charged, and can be collected."""
        return status_of(self._service.cancel(self.id))

    def collect(self, save_dir: str | Path | None = None, *, partial: bool = False) -> "BatchResult":
        """Fetch the pictures and save them, as ``ImageBot.batch`` does. Again it saves only what is missing.

        Pictures of another job or of a batch with the same prompts, in the same folder, are left as they are.

        :param save_dir: The folder, the bot's otherwise.
        :param partial: Take what there is when the job is not over yet.
        :return: An outcome for every prompt.
        :raises JobError: When the job is not over yet, or the provider refused it as a whole.
        :raises SaveError: When the folder cannot be written.
        """
        batch = self._service.batch(self.id)
        status = status_of(batch)
        if status.state == "failed":
            self._settle(0.0, is_over=True)
            raise refused(self.id, status)
        if not (status.is_over or partial):
            raise unfinished(self.id, status)
        result = collect(self._bot, self._service, batch, saving.local(save_dir or self._bot.save_dir))
        self._settle(sum(one.cost or 0.0 for one in result if not one.resumed), status.is_over)
        return result

    async def astatus(self) -> JobStatus:
        """Do what ``status`` does without blocking the event loop."""
        return await self._bot._threads.run(self.status)

    async def await_(self, poll: float = 60, timeout: float | None = None) -> JobStatus:
        """Do what ``wait`` does without blocking the event loop.

        :param poll: See ``wait``.
        :param timeout: See ``wait``.
        """
        began = time.monotonic()
        while not (found := await self.astatus()).is_over:
            await asyncio.sleep(self._seconds(found, began, poll, timeout))
        return found

    async def acancel(self) -> JobStatus:
        """Do what ``cancel`` does without blocking the event loop."""
        return await self._bot._threads.run(self.cancel)

    async def acollect(self, save_dir: str | Path | None = None, *, partial: bool = False) -> "BatchResult":
        """Do what ``collect`` does without blocking the event loop.

        :param save_dir: See ``collect``.
        :param partial: See ``collect``.
        """
        return await self._bot._threads.run(lambda: self.collect(save_dir, partial=partial))

    def _seconds(self, found: JobStatus, began: float, poll: float, timeout: float | None) -> float:
        """Return how long to wait until the next look."""
        left = poll if timeout is None else began + timeout - time.monotonic()
        if left <= 0 and timeout is not None:
            raise unfinished(self.id, found)
        return min(poll, left)

    def _settle(self, paid: float, is_over: bool) -> None:
        """Enter what the pictures cost; at the end in place of what was set aside for them."""
        bill = self._bill if self._bill is not None and is_over else Bill(self._bot._sender.spending, self.id, 0.0)
        bill.paid = paid
        bill.spending.close(bill)
        if is_over:
            self._bill = None
