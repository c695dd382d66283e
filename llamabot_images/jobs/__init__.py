"""Many prompts at half price: handed to the provider's batch API, and collected within a day."""

from collections.abc import AsyncIterable, Mapping
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from llamabot_images.batch.items import check
from llamabot_images.errors import AdjustmentWarning
from llamabot_images.jobs.handle import Job
from llamabot_images.jobs.input import Plan, write
from llamabot_images.jobs.service import Service, check_model
from llamabot_images.jobs.status import JobError, JobStatus
from llamabot_images.warn import warn

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.prices import Bill

__all__ = ["Job", "JobError", "JobStatus", "asubmit", "find", "job", "submit"]


def submit(bot: "ImageBot", prompts: Any, **overrides: Any) -> Job:
    """Hand prompts to the provider's batch API: half the price, and pictures within 24 hours.

    Everything is checked before anything is sent. Submitting again is another job, which is paid again.

    :param bot: Makes the requests by its ``build_request``; its ``max_cost`` holds.
    :param prompts: Strings, or mappings with ``prompt``, any setting for it alone, and an ``id`` or ``file_name`` of
        its own.
    :param overrides: Any setting of the bot, for all prompts of this job.
    :return: The job. Its ``id`` is all that another process needs.
    :raises ValueError: When there are no prompts, one of them makes no sense, two of them have one name or are for two
        models, or they are more than a job may hold; nothing was sent.
    :raises UnroutedModelError: When the model's provider has no batch API for pictures; nothing was sent.
    :raises BudgetExceededError: When the job would pass ``max_cost``; nothing was sent.
    :raises JobError: When the provider refuses the job, or does not answer; ``maybe_charged`` tells which.
    """
    check(prompts)
    with TemporaryFile() as file:
        plan = write(bot, prompts, overrides, file)
        for one in sorted(plan.adjustments):
            warn(f"{plan.first.model!r}: {one}", AdjustmentWarning)
        service = Service(bot._threads, plan.first)
        name, bill = _sent(bot, service, plan, file)
    return Job(name, bot, service, plan.prices, bill)


async def asubmit(bot: "ImageBot", prompts: Any, **overrides: Any) -> Job:
    """Do what ``submit`` does without blocking the event loop; *prompts* may be an async iterable.

    Cancelling does not call back a job that is on its way.
    """
    if isinstance(prompts, AsyncIterable):
        prompts = [one async for one in prompts]
    return await bot._threads.run(lambda: submit(bot, prompts, **overrides))


def job(bot: "ImageBot", job_id: str) -> Job:
    """Return a job that was submitted before, by any process. Sends nothing.

    :param bot: Of the same provider and account.
    :param job_id: The job's ``id``.
    :raises UnroutedModelError: When the bot's provider has no batch API for pictures.
    """
    return Job(job_id, bot, _service(bot))


def find(bot: "ImageBot", file_id: str) -> Job | None:
    """Return the job that was made of an uploaded file, for when nobody knows whether one was.

    :param bot: Of the same provider and account.
    :param file_id: As the error of ``submit`` names it.
    :return: ``None`` when there is none.
    """
    service = _service(bot)
    name = service.find(file_id)
    return None if name is None else Job(name, bot, service)


def _service(bot: "ImageBot") -> Service:
    request = bot.build_request("a job's pictures")
    check_model(request)
    return Service(bot._threads, request)


def _sent(bot: "ImageBot", service: Service, plan: Plan, file: IO[bytes]) -> "tuple[str, Bill]":
    """Upload the file and make a job of it, with its money set aside."""
    bill = bot._sender.spending.open(object(), plan.pictures, plan.prices)
    assert bill is not None  # nothing else is of this kind, so there is no price to wait for
    try:
        return service.create(file, _about(plan)), bill
    except BaseException as error:
        bill.paid, bill.unsure = 0.0, float(getattr(error, "maybe_charged", False))
        bill.spending.close(bill)
        raise


def _about(plan: Plan) -> Mapping[str, str]:
    return {"made_by": "llamabot-images", "prompts": str(plan.prompts)}
