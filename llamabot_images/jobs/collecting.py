"""From a job's results to pictures in a folder, written down as a batch's are."""

import hashlib
import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images.batch.items import Item, Keys
from llamabot_images.batch.limits import Limits
from llamabot_images.batch.making import Order, keep, recovered
from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.batch.results import BatchResult
from llamabot_images.batch.stopping import Stop
from llamabot_images.batch.work import Job as Task
from llamabot_images.batch.work import Work
from llamabot_images.errors import ImageBotError
from llamabot_images.jobs.input import Tag
from llamabot_images.jobs.output import Line, result_of
from llamabot_images.jobs.service import Service
from llamabot_images.jobs.status import JobStatus, status_of
from llamabot_images.journal import HIDDEN, Journal
from llamabot_images.prices import Bill, Spending
from llamabot_images.request import ImageRequest

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot

__all__ = ["collect"]

#: A request's name in its line; ours hold nothing that JSON would escape.
NAME = re.compile(rb'"custom_id"\s*:\s*"([^"\\]*)"')
#: Where in a line the name stands: the pictures after it are long.
HEAD = 4096


def collect(bot: "ImageBot", service: Service, batch: Any, folder: Path) -> BatchResult:
    """Save what a job has brought.

    :param bot: Names the files.
    :param service: Has the results.
    :param batch: The API's batch object.
    :param folder: Where pictures and journal are.
    :return: An outcome for every prompt.
    :raises JobError: When the results cannot be had, or are of another program.
    """
    began = time.monotonic()
    journal = Journal.open(folder)
    try:
        fetched = Fetched(service, folder / HIDDEN, batch)
        stop = Stop(10**9)
        work = Collecting(bot, folder, journal, Limits(None, None), stop, Keys(), retry_unknown=True)
        status = status_of(batch)
        outcomes = tuple(work.outcome(one, fetched, status) for one in fetched.entries())
        if not stop:
            fetched.forget()
    finally:
        journal.close()
    return BatchResult(outcomes, folder, time.monotonic() - began, stop.reason)


@dataclass(frozen=True)
class Entry:
    """One prompt of a job: what was asked for it, and where the answers are, one place for each request."""

    item: Item
    request: ImageRequest
    fingerprint: str
    names: tuple[str, ...]


class Fetched:
    """A job's files on disk: prompts and results, read line by line since they may be larger than memory.

    :param service: Has them.
    :param folder: Where they are put for as long as they are needed.
    :param batch: The API's batch object.
    """

    def __init__(self, service: Service, folder: Path, batch: Any) -> None:
        self.batch = batch
        self._service, self._folder = service, folder
        self._prompts = self._file(batch.input_file_id)
        self._answers = [self._file(one) for one in (batch.output_file_id, batch.error_file_id) if one]
        self._places = {found: place for path in self._answers for found, place in _places(path)}

    def _file(self, file_id: str) -> Path:
        name = hashlib.sha256(file_id.encode()).hexdigest()[:32]
        return self._service.download(file_id, self._folder / f"{name}.jsonl")

    def entries(self) -> Iterator[Entry]:
        """Yield every prompt of the job, in order."""
        with self._prompts.open("rb") as file:
            lines = ((Tag.read(line["custom_id"]), line) for line in map(json.loads, filter(bytes.strip, file)))
            for _, group in groupby(lines, key=lambda one: one[0].index):
                yield self._entry(list(group))

    def _entry(self, group: list[tuple[Tag, Mapping[str, Any]]]) -> Entry:
        tag, body = group[0][0], group[0][1]["body"]
        model, name = self._service.names_of(body["model"])
        request = ImageRequest(
            prompt=body["prompt"],
            model=model,
            provider=self._service.provider,
            name=name,
            n=sum(line["body"].get("n", 1) for _, line in group),
            parameters={key: value for key, value in body.items() if key not in ("model", "prompt", "n")},
        )
        item = Item(tag.index, request.prompt, id=tag.id, file_name=tag.file_name)
        return Entry(item, request, tag.request, tuple(line["custom_id"] for _, line in group))

    def line(self, name: str) -> Line | None:
        """Return the answer to a request, ``None`` where there is none that can be read."""
        if name not in self._places:
            return None
        path, place = self._places[name]
        with path.open("rb") as file:
            file.seek(place)
            return Line.read(file.readline())

    def forget(self) -> None:
        """Take the files away; the provider still has them."""
        for path in (self._prompts, *self._answers):
            path.unlink(missing_ok=True)


def _places(path: Path) -> Iterator[tuple[str, tuple[Path, int]]]:
    """Yield where each request's answer begins."""
    with path.open("rb") as file:
        place = 0
        for line in file:
            if (found := NAME.search(line, 0, HEAD) or NAME.search(line, max(0, len(line) - HEAD))) is not None:
                yield found[1].decode(), (path, place)
            place += len(line)


class Collecting(Work):
    """The steps of every prompt, in which nothing is sent: what is not in the folder comes from the job."""

    def outcome(self, entry: Entry, fetched: Fetched, status: JobStatus) -> BatchOutcome:
        """Return what became of a prompt, once its pictures are saved.

        :param entry: The prompt.
        :param fetched: Has the answers.
        :param status: The job's.
        """
        found = [fetched.line(one) for one in entry.names]
        is_pending = None in found and not status.is_over
        known = self._task_of(entry, self._key_of(entry, fetched.batch.id, None if is_pending else found))
        task = known if not self.stop and self._is_half(known.order) else self.prepare(entry.item, known)
        if isinstance(task, BatchOutcome):
            return task
        if is_pending:
            return _pending(entry, status)
        bill = Bill(Spending(None), None, 0.0)
        if not self.intend(task, bill):
            return self.not_sent(task.item)
        try:
            lines = [one or _absent(status) for one in found]
            result = result_of(entry.request, lines, self.bot, fetched.batch)
            made = keep(self.bot, result, task.order, partial(self.came, task, bill))
        except Exception as error:
            return self.failed(task, error, bill)
        return self.delivered(task, made, bill)

    def _key_of(self, entry: Entry, job_id: str, answers: list[Line | None] | None) -> str:
        """Return a prompt's name in the journal; with the job's id where the batch's is that of another picture."""
        key = self.keys.key_of(entry.item, entry.fingerprint)
        own = f"{key}@{job_id}"
        sent = self.journal.sent(key)
        came = list(sent.came.get("rows", ())) if sent is not None and sent.came is not None else []
        rows = [row for row in self.journal.rows_of(key) or came if row.get("request") == entry.fingerprint]
        is_others = bool(rows) and (answers is None or _is_other(rows[0].get("request_id"), answers))
        return own if is_others or self.journal.rows_of(own) else key

    def _task_of(self, entry: Entry, key: str) -> Task:
        item, found = entry.item, entry.fingerprint
        order = Order(entry.request.prompt, {}, self.folder, key, found, item.id, item.file_name)
        if item.file_name is not None:
            order = replace(order, own=tuple(row["file_name"] for row in self.journal.rows_of(key)))
        return Task(item, entry.request, order)

    def _is_half(self, order: Order) -> bool:
        """Tell whether a process died between two pictures of a prompt: here all of them can be had again."""
        sent = self.journal.sent(order.key)
        rows = list(sent.came.get("rows", ())) if sent is not None and sent.came is not None else []
        return len(recovered(self.bot, rows, order, self.journal.is_free)) < len(rows)


def _is_other(request_id: str | None, answers: list[Line | None]) -> bool:
    """Tell whether a picture came with another answer than these, where both say which it was."""
    names = {one.request_id for one in answers if one is not None and one.request_id}
    is_drawn = any(one is not None and one.status == 200 for one in answers)
    return is_drawn and bool(request_id and names) and request_id not in names


def _pending(entry: Entry, status: JobStatus) -> BatchOutcome:
    error = ImageBotError(f"the job is {status.state} and has not drawn this yet: collect again later")
    error.maybe_charged = True
    return BatchOutcome(entry.item.index, "unknown", entry.item.prompt, error=error, id=entry.item.id)


def _absent(status: JobStatus) -> Line:
    """Return what stands for an answer that is not there: a job that was ended early drew the rest no more."""
    if status.state in ("expired", "cancelled"):
        return Line(error=f"the job is {status.state}, and this was not drawn")
    return Line(error="the job's results hold nothing on this that can be read; collect again", is_doubtful=True)
