"""What happens to one prompt of a batch: was it done before, may it be sent, what came of it."""

import copy
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images.attempts import Attempt
from llamabot_images.batch import places
from llamabot_images.batch.items import Item, Keys, fingerprint, stem_problem
from llamabot_images.batch.limits import Limits, with_others
from llamabot_images.batch.making import Made, Order, recovered
from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.batch.stopping import Stop, is_charged, seconds_to_wait
from llamabot_images.batch.turns import turns
from llamabot_images.errors import (
    BudgetExceededError,
    ImageBotError,
    InvalidImageError,
    SaveError,
    UnroutedModelError,
    UnsupportedParameterError,
)
from llamabot_images.journal import Journal
from llamabot_images.lifecycle import lifecycle_of
from llamabot_images.prices import Bill
from llamabot_images.request import ImageRequest

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot

__all__ = ["Job", "Work"]

#: Settings that choose who is asked.
WHO = frozenset({"model", "route", "api_base", "sources"})


@dataclass(frozen=True)
class Job:
    """A prompt that is to be sent: its item, its request, its order, and what the bot would build of it."""

    item: Item
    request: ImageRequest = field(repr=False)
    order: Order
    attempt: Attempt | None = field(default=None, repr=False)


class Work:
    """The steps of every prompt of one batch. Safe to use from many threads; nothing here waits for a provider.

    :param bot: Makes the requests.
    :param folder: Where pictures go.
    :param journal: Of that folder.
    :param limits: Shared by all prompts.
    :param stop: Shared by all prompts.
    :param keys: Names prompts in the journal.
    :param resume: Whether what earlier runs did is taken up.
    :param retry_unknown: Whether requests of unknown outcome are sent again.
    """

    def __init__(
        self,
        bot: "ImageBot",
        folder: places.Place,
        journal: Journal,
        limits: Limits,
        stop: Stop,
        keys: Keys,
        *,
        resume: bool = True,
        retry_unknown: bool = False,
    ) -> None:
        self.bot, self.folder, self.journal, self.limits, self.stop = bot, folder, journal, limits, stop
        self.turn = turns(folder)
        self._twin = _twin(bot)
        self.keys = keys
        self._run = "" if resume else f"@{secrets.token_hex(4)}"
        self._retry_unknown = retry_unknown

    def prepare(self, item: Item, job: Job | None = None) -> Job | BatchOutcome:
        """Return what to send for a prompt, or what became of it already; also after a stop, which only ends sending.

        :param item: The prompt.
        :param job: What to send, where that is known already.
        """
        if self.stop.is_interrupted:
            return self.not_sent(item)
        try:
            if item.problem:
                raise ValueError(item.problem)
            job = job or self._job(item)
            earlier = self._earlier(job)
        except Exception as error:
            if self.stop:
                return self.not_sent(item)
            self._note(error, item)
            return _outcome(item, "failed", error=_small(error))
        return earlier or (self.not_sent(job.item) if self.stop else job)

    def _note(self, error: Exception, item: Item) -> None:
        """Stop for what all prompts would fail of; what is known of one before it is sent is no provider's outage."""
        if isinstance(error, UnroutedModelError) and not WHO & item.overrides.keys():
            self.stop.because(error)
        elif not isinstance(error, (ValueError, TypeError)):
            self.stop.failed(error)

    def _job(self, item: Item) -> Job:
        attempt = self._twin._first_attempt(item.prompt, dict(item.overrides))
        request = attempt.request
        self._check(item, request)
        found = fingerprint(request)
        key = self.keys.key_of(item, found)
        key = key if item.key is not None else key + self._run
        if self.limits.spending.limit is not None:
            request = with_others(request, _others(attempt))
        return Job(replace(item, key=key), request, self._order(item, item.prompt, key, found), attempt)

    def _order(self, item: Item, prompt: str, key: str, request: str) -> Order:
        """Return what is to be made: in which folder, wherever that is done, and in place of which pictures."""
        folder = self.folder.absolute() if isinstance(self.folder, Path) else self.folder
        rows = self.journal.rows_of(key) if item.file_name is not None else []
        own = tuple(row["file_name"] for row in rows)
        return Order(prompt, dict(item.overrides), folder, key, request, item.id, item.file_name, own)

    def _check(self, item: Item, request: ImageRequest) -> None:
        """Refuse what could not be sent or saved, before it is paid for."""
        most = self.limits.images_per_minute
        if most is not None and request.n > most:
            raise UnsupportedParameterError(
                f"n is {request.n}, and images_per_minute is {most}: ask for fewer pictures at once"
            )
        words = (one for one in request.parameters.values() if isinstance(one, str))
        places.check(self.folder, item.file_name, (request.model, *words))
        if item.file_name is None:
            _check_naming(self.bot, request.prompt)

    def _earlier(self, job: Job) -> BatchOutcome | None:
        """Return what earlier runs made of a prompt, ``None`` where it is to be sent."""
        order = job.order
        rows = self.journal.rows_of(order.key)
        if rows and rows[0].get("request") == order.request and all(places.is_there(self.folder, row) for row in rows):
            return self._done(job, rows, resumed=True)
        sent = self.journal.sent(order.key)
        if sent is None or sent.request != order.request:
            return None
        came = list(sent.came.get("rows", ())) if sent.came is not None else []
        rows = recovered(self.bot, came, order, self.journal.is_free)
        if rows and (not sent.is_done or len(rows) == len(came)):
            self.journal.keep(order.key, rows)
            self.journal.note(order.key, "done")
            return self._done(job, rows, resumed=True)
        if sent.is_done or self._retry_unknown:  # what was saved and is gone was taken away
            return None
        error = ImageBotError(
            "an earlier run sent this and has no picture of it: it may be charged, so it was not sent again; pass "
            "retry_unknown=True to send it"
        )
        error.maybe_charged = True
        return _outcome(job.item, "unknown", error=error, resumed=True)

    def intend(self, job: Job, bill: Bill) -> bool:
        """Write down that a request is about to be sent; without that it must not be.

        :param job: The request.
        :param bill: The money set aside for it.
        :return: Whether it may be sent.
        """
        order = job.order
        try:
            self.journal.note(order.key, "intent", request=order.request, text=order.prompt, price=bill.amount)
        except ImageBotError as error:
            self.stop.because(error)
            bill.paid = 0.0
            return False
        return True

    def came(self, job: Job, bill: Bill, rows: list[dict[str, Any]], cost: float | None) -> None:
        """Write down that pictures came, before they are saved."""
        bill.paid, bill.pictures = cost, len(rows)
        self.journal.note(job.order.key, "came", cost=cost, rows=rows)

    def delivered(self, job: Job, made: Made, bill: Bill) -> BatchOutcome:
        """Enter the pictures of a prompt.

        :param job: What was sent.
        :param made: What is in the folder now.
        :param bill: What it was to cost.
        """
        try:
            if not bill.pictures:  # they were made elsewhere
                self.came(job, bill, made.rows, made.cost)
                if (error := self._missing(made)) is not None:
                    return self.failed(job, error, bill)
            self.stop.succeeded()
            self.journal.keep(job.order.key, made.rows)
            self.journal.note(job.order.key, "done", cost=made.cost)
        except ImageBotError as problem:
            self.stop.because(problem)
        return self._done(job, made.rows)

    def _missing(self, made: Made) -> SaveError | None:
        """Return the error for pictures that a worker has saved where we do not see them."""
        lost = next((row["file_name"] for row in made.rows if not places.is_there(self.folder, row)), None)
        if lost is None:
            return None
        return SaveError(
            f"a worker has drawn and saved {lost!r}, and it is not in {str(self.folder)!r} here: give a save_dir that "
            "is the same folder for all workers"
        )

    def failed(self, job: Job, error: BaseException, bill: Bill) -> BatchOutcome:
        """Enter that no picture came, or none could be kept.

        :param job: What was sent.
        :param error: Why.
        :param bill: What it was to cost.
        """
        charged = is_charged(error)
        if not bill.pictures:
            bill.paid, bill.unsure = 0.0, float(charged)
        self.stop.failed(error)
        if (seconds := seconds_to_wait(error)) is not None:
            self.limits.pause(seconds)
        status = "unknown" if charged else "failed"
        try:
            self.journal.note(job.order.key, status, error=f"{type(error).__name__}: {error}"[:1000])
        except ImageBotError as problem:
            self.stop.because(problem)
        if isinstance(error, BudgetExceededError):
            status = "not_sent"
        return _outcome(job.item, status, error=_small(error))

    def not_sent(self, item: Item) -> BatchOutcome:
        """Return the outcome of a prompt that the batch did not get to."""
        reason = self.stop.reason
        return _outcome(item, "not_sent", error=reason if isinstance(reason, Exception) else None)

    def _done(self, job: Job, rows: list[dict[str, Any]], resumed: bool = False) -> BatchOutcome:
        costs = [row.get("cost") for row in rows]
        return BatchOutcome(
            job.item.index,
            "done",
            job.item.prompt,
            files=tuple(places.address(self.folder, row["file_name"]) for row in rows),
            cost=None if None in costs else sum(cost for cost in costs if cost is not None),
            model=rows[0].get("model"),
            elapsed=rows[0].get("elapsed") or 0.0,
            resumed=resumed,
            id=job.item.id,
            problems=rows[0].get("problems") or "",
        )


def _others(attempt: Attempt) -> Iterator[ImageRequest]:
    """Yield the requests that may be sent when the first one's model is gone, busy or out of reach."""
    row = lifecycle_of(attempt.request.provider, attempt.request.name) if attempt.may_replace else None
    for model in (*attempt.fallbacks, *([row.successor] if row is not None and row.successor else [])):
        with suppress(ImageBotError):  # nor will it be asked
            yield attempt.build(model)


def _check_naming(bot: "ImageBot", prompt: str) -> None:
    """Refuse what ``filename_for`` of a subclass makes of a prompt, where no file can have that name."""
    try:
        problem = stem_problem(bot.filename_for(prompt))
    except Exception as error:
        problem = f"filename_for raised {type(error).__name__}: {error}"
    if problem is not None:
        raise UnsupportedParameterError(f"{problem}; nothing was sent")


def _twin(bot: "ImageBot") -> "ImageBot":
    """Return a bot that asks the same and learns nothing.

    A prompt's request must be the same in every run, whatever the provider has taught the bot in between.
    """
    twin = copy.copy(bot)
    twin._sender.backends = bot._sender.backends
    return twin


def _outcome(item: Item, status: str, **about: Any) -> BatchOutcome:
    return BatchOutcome(item.index, status, item.prompt, id=item.id, item=item, **about)


def _small(error: BaseException | None) -> Exception | None:
    """Return an error without the frames and the picture's bytes that it holds: there may be a million."""
    one = error
    while one is not None:
        one.__traceback__ = None
        one = one.__cause__ or one.__context__
    if isinstance(error, InvalidImageError):
        error.data = b""
    return error if isinstance(error, Exception) else ImageBotError(repr(error))
