"""Many prompts: thousands of pictures, none lost, none paid twice."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images.asked import shown
from llamabot_images.batch import places
from llamabot_images.batch.items import Keys, check, no_prompts
from llamabot_images.batch.limits import Limits
from llamabot_images.batch.memory import return_large_blocks
from llamabot_images.batch.outcomes import BatchEvent, BatchOutcome
from llamabot_images.batch.progress import Progress
from llamabot_images.batch.reading import abegun, begun
from llamabot_images.batch.results import BatchError, BatchResult
from llamabot_images.batch.running import Runner
from llamabot_images.batch.stopping import Stop
from llamabot_images.batch.work import Work
from llamabot_images.errors import ImageBotWarning
from llamabot_images.journal import JournalError
from llamabot_images.warn import warn

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot

__all__ = ["BatchError", "BatchEvent", "BatchOutcome", "BatchResult", "JournalError", "arun", "run"]

#: Requests in a row without a picture after which a provider is taken to be down: so many, or two for each worker.
IN_A_ROW = 10


@dataclass(frozen=True)
class Options:
    """How a batch is run; ``max_workers`` and so on as for ``run``, ``keys`` go on from an earlier run."""

    max_workers: int = 8
    images_per_minute: int | None = None
    max_cost: float | None = None
    resume: bool = True
    retry_unknown: bool = False
    progress: bool | None = None
    executor: Executor | None = None
    on_event: Callable[[BatchEvent], Any] | None = None
    keys: Keys = field(default_factory=Keys)

    def __post_init__(self) -> None:
        for name, least in (("max_workers", 1), ("images_per_minute", 1)):
            value = getattr(self, name)
            if name == "images_per_minute" and value is None:
                continue
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{name} is {shown(value)}; give a whole number, {least} or more")
        cost = self.max_cost
        if cost is not None and not (isinstance(cost, (int, float)) and not isinstance(cost, bool) and cost >= 0):
            raise ValueError(f"max_cost is {shown(cost)}; give US dollars, 0 or more, or None for no limit")
        if self.executor is not None and not callable(getattr(type(self.executor), "submit", None)):
            raise ValueError(
                f"executor is {shown(self.executor)}; give a concurrent.futures.Executor, or None for threads of ours"
            )


def run(
    bot: "ImageBot",
    prompts: Iterable[Any],
    save_dir: str | Path | None = None,
    *,
    max_workers: int = 8,
    images_per_minute: int | None = None,
    max_cost: float | None = None,
    resume: bool = True,
    retry_unknown: bool = False,
    progress: bool | None = None,
    executor: Executor | None = None,
    on_event: Callable[[BatchEvent], Any] | None = None,
) -> BatchResult:
    """Draw and save a picture for every prompt.

    The same call again sends nothing for what is done, and takes up the rest.

    :param bot: Draws, by its ``generate`` and ``filename_for``.
    :param prompts: Strings, or mappings with ``prompt``, any setting for it alone, and an ``id`` or ``file_name`` of
        its own; read as they are needed.
    :param save_dir: The folder, the bot's otherwise; with the ``cloud`` extra also one in an object store,
        ``s3://bucket/folder``. ``metadata.jsonl`` in it has a row for every picture.
    :param max_workers: Prompts under way at once.
    :param images_per_minute: Most pictures to ask for in any minute.
    :param max_cost: US dollars that may be spent in this folder in all, earlier runs included.
    :param resume: Take up what earlier runs did; ``False`` draws everything anew, beside what is there.
    :param retry_unknown: Send again what was sent and never answered, which may be paid twice.
    :param progress: Show a bar; ``None`` shows it in terminals and notebooks.
    :param executor: Has pictures made by its workers, which must reach the folder; they read keys from their own
        environment.
    :param on_event: Called with a ``BatchEvent`` for each prompt, in the thread of the caller: while that waits for
        the next of *prompts*, nothing is told.
    :return: An outcome for every prompt, failures included. When a batch is stopped because all further requests
        would fail, or would pass ``max_cost``, the result's ``stopped`` says why, and a warning does.
    :raises ValueError: When there are no prompts, or an option makes no sense; nothing was sent.
    :raises SaveError: When the folder cannot be written; nothing was sent.
    :raises JournalError: When another batch runs in this folder, or another version wrote its journal.
    """
    options = Options(max_workers, images_per_minute, max_cost, resume, retry_unknown, progress, executor, on_event)
    return _run(bot, options, places.place_of(save_dir or bot.save_dir), prompts)


async def arun(bot: "ImageBot", prompts: Any, save_dir: str | Path | None = None, **options: Any) -> BatchResult:
    """Do what ``run`` does without blocking the event loop; *prompts* may be an async iterable.

    It must be one where the next prompt has to be waited for: any other is read in the event loop, which stands still
    meanwhile. While an async one is waited for, ``on_event`` is told what is done.

    Cancelling sends nothing more and waits for the requests under way; a second time ends at once.

    :param bot: See ``run``; draws by its ``agenerate``.
    :param prompts: See ``run``.
    :param save_dir: See ``run``.
    :param options: See ``run``.
    """
    chosen = Options(**options)
    await bot._threads.run(check, prompts)
    prompts = await abegun(prompts)
    folder = await bot._threads.run(places.place_of, save_dir or bot.save_dir)
    began = time.monotonic()
    runner = await bot._threads.run(_runner, bot, chosen, folder, prompts)
    outcomes = await runner.arun(prompts)
    return _result(bot, chosen, folder, outcomes, runner, began)


def _run(
    bot: "ImageBot", options: Options, folder: places.Place, prompts: Iterable[Any], retry_unknown: bool | None = None
) -> BatchResult:
    if retry_unknown is not None:
        options = replace(options, retry_unknown=retry_unknown)
    check(prompts)
    prompts, began = begun(prompts), time.monotonic()
    runner = _runner(bot, options, folder, prompts)
    return _result(bot, options, folder, runner.run(prompts), runner, began)


def _runner(bot: "ImageBot", options: Options, folder: places.Place, prompts: Any) -> Runner:
    """Take the folder."""
    return_large_blocks()
    journal = places.open_journal(folder)
    try:
        stop = Stop(max(IN_A_ROW, 2 * options.max_workers), resume=options.resume)
        limits = Limits(options.images_per_minute, options.max_cost, journal.spent)
        about = {"resume": options.resume, "retry_unknown": options.retry_unknown}
        work = Work(bot, folder, journal, limits, stop, options.keys, **about)
        total = len(prompts) if hasattr(prompts, "__len__") else None
        progress = Progress(total, options.progress, options.on_event)
        return Runner(work, progress, options.max_workers, options.executor)
    except BaseException:
        journal.close()
        raise


def _result(
    bot: "ImageBot",
    options: Options,
    folder: places.Place,
    outcomes: tuple[BatchOutcome, ...],
    runner: Runner,
    began: float,
) -> BatchResult:
    if not outcomes:
        raise no_prompts()
    again, reason = partial(_run, bot, options, folder), runner.stop.reason
    where = folder if isinstance(folder, Path) else str(folder)
    result = BatchResult(outcomes, where, time.monotonic() - began, reason, again)
    if (warned := runner.progress.warned) is not None:
        warned.result = result
        raise warned
    if reason is not None:
        text = f"the batch was stopped, {len(result.not_sent):,} prompts were not sent: {reason}"
        warn(text, ImageBotWarning, result=result)
    return result
