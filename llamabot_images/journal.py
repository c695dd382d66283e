"""The record of a batch on disk: what is about to be sent, what came of it, and what an earlier run left.

``metadata.jsonl`` has a row for every picture that is there, and nothing else: it is the data set that pandas and
Hugging Face ``datasets`` read, and a row without a picture would be a sample without one. What is about to be sent,
and what brought no picture, is in ``.llamabot-images/journal.jsonl``.
"""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from llamabot_images import files
from llamabot_images.errors import JournalError
from llamabot_images.lines import Lines
from llamabot_images.provenance.records import SCHEMA_VERSION, library

__all__ = ["Journal", "JournalError", "Sent"]

HIDDEN = ".llamabot-images"
METADATA = "metadata.jsonl"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that was sent and whose pictures are not in the data set.

    ``price`` is what it may have cost; ``came`` is the journal's line on the pictures that came, and may have
    been saved just before the process died; ``place`` is that line's; ``is_done`` says that they were saved.
    """

    request: str
    price: float = 0.0
    came: Mapping[str, Any] | None = None
    place: int = 0
    is_done: bool = False


@dataclass
class Journal:
    """The journal of one folder, held by this process alone until it is closed. Safe to use from many threads.

    ``spent`` is what earlier runs paid in this folder, US dollars, requests of unknown outcome included.
    """

    folder: Path
    metadata: Lines
    log: Lines
    lock: Any
    spent: float = 0.0
    is_stale: bool = False
    _open: dict[str, Sent] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)
    _lost: dict[str, int] = field(default_factory=dict)
    _taken: dict[str, Any] | None = None
    _names: Any = field(default_factory=threading.Lock)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Take a folder for a batch, and read what earlier runs left there.

        :param folder: Created when missing.
        :raises SaveError: When nothing can be written there.
        :raises JournalError: When another process has it, or another version wrote it.
        """
        files.check_folder(folder)
        lock = _locked(folder)
        try:
            found = cls(folder, Lines(folder / METADATA), Lines(folder / HIDDEN / "journal.jsonl"), lock)
            found._read_metadata()
            found._read_log()
        except BaseException:
            lock.release()
            raise
        return found

    def _read_log(self) -> None:
        first = True
        for place, line in self.log.read():
            if line is None:
                continue
            if first:
                _check_version(line, self.log.path)
            first = False
            self._take(line, place)
        if first:
            self.log.append(header())
        self.spent += sum(one.price for one in self._open.values() if one.came is None)

    def _take(self, line: Mapping[str, Any], place: int) -> None:
        key, status = line.get("key"), line.get("status")
        if not isinstance(key, str):
            return
        if status == "intent":
            if key in self._open and self._open[key].came is None:
                self.spent += self._open[key].price
            self._open[key] = Sent(str(line.get("request")), float(line.get("price") or 0.0))
        elif status == "came" and key in self._open:
            sent = self._open[key]
            self._open[key] = Sent(sent.request, sent.price, line, place)
            self.spent += sent.price if line.get("cost") is None else float(line["cost"])
        elif status in ("done", "failed"):
            ended = self._open.pop(key, None)
            if status == "done" and ended is not None and ended.came is not None and key not in self._rows:
                self._lost[key] = ended.place

    def _read_metadata(self) -> None:
        torn: set[str] = set()
        for place, row in self.metadata.read():
            if row is None:
                self.is_stale = True
                continue
            _check_version(row, self.metadata.path)
            if not isinstance(key := row.get("key"), str):
                continue
            if row.get("index") == 0:
                self.is_stale = self.is_stale or key in self._rows
                self._rows[key] = place
                torn.add(key)
            if not isinstance(count := row.get("of"), int) or row.get("index") == count - 1:
                torn.discard(key)
        for key in torn:
            self.is_stale = True
            del self._rows[key]

    def rows_of(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of the pictures that an earlier run made, none where there are none.

        :param key: The prompt's.
        """
        if key not in self._rows:
            return []
        first = self.metadata.at(self._rows[key])
        count = int(first[0].get("of", 1)) if first else 0
        found = self.metadata.at(self._rows[key], count)
        return found if [key] * count == [one.get("key") for one in found] else []

    def sent(self, key: str) -> Sent | None:
        """Return the request of an earlier run whose outcome is not known, or whose rows are lost.

        :param key: The prompt's.
        :return: ``None`` where there is none.
        """
        if key in self._open or key not in self._lost:
            return self._open.get(key)
        (line,) = self.log.at(self._lost[key])
        request = next((str(row.get("request")) for row in line.get("rows", ())), "")
        return Sent(request, came=line, is_done=True)

    def is_free(self, file_name: str, key: str) -> bool:
        """Tell whether a file is no other prompt's picture; from then on it is this one's.

        :param file_name: Its name in the folder.
        :param key: The prompt's.
        """
        with self._names:
            if self._taken is None:
                rows = (row for _, row in self.metadata.read() if row is not None)
                self._taken = {str(row.get("file_name")): row.get("key") for row in rows}
            return bool(self._taken.setdefault(file_name, key) == key)

    def note(self, key: str, status: str, **facts: Any) -> None:
        """Write what happens to a prompt; an intent is on disk when this returns.

        :param key: The prompt's.
        :param status: ``"intent"``, ``"came"``, ``"done"``, ``"failed"`` or ``"unknown"``.
        :param facts: Plain JSON values.
        """
        self.log.append({"key": key, "status": status, **facts}, durable=status == "intent")

    def keep(self, key: str, rows: list[dict[str, Any]]) -> None:
        """Add the pictures of a prompt to the data set; they take the place of earlier ones of this prompt.

        :param key: The prompt's.
        :param rows: One for each picture.
        """
        self.is_stale = self.is_stale or key in self._rows or key in self._lost
        # Should a power cut take these lines, the journal's line on what came has the same rows. That one is on the
        # disk once any request was sent after it; where both are gone, what became of the prompt is unknown.
        self.metadata.append(*rows, durable=False)

    def close(self) -> None:
        """Leave the folder to others; rows that others have taken the place of are taken away first."""
        if not self.lock.is_locked:
            return
        try:
            if self.is_stale:
                self.metadata.replace(self._current())
        except OSError:
            pass  # the disk is full: the next run does it
        finally:
            self.metadata.close()
            self.log.close()
            self.lock.release()

    def _current(self) -> Iterator[dict[str, Any]]:
        by_name: dict[Any, int] = {}
        by_key: dict[Any, int] = {}
        for place, row in self.metadata.read():
            by_name[(row or {}).get("file_name")] = place
            if row is not None and row.get("index") == 0:
                by_key[row.get("key")] = place
        by_name.pop(None, None), by_key.pop(None, None)
        for place, row in self.metadata.read():
            if row is not None and by_name.get(row.get("file_name"), place) == place >= by_key.get(row.get("key"), 0):
                yield row


def header() -> dict[str, Any]:
    """Return the line that begins a journal: who wrote it."""
    return {"schema_version": SCHEMA_VERSION, "library": library()}


def _locked(folder: Path) -> Any:
    from filelock import FileLock, Timeout

    (folder / HIDDEN).mkdir(exist_ok=True)
    lock = FileLock(folder / HIDDEN / "lock", timeout=0, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        raise JournalError(
            f"another batch is running in {str(folder)!r}; wait until it has ended, or choose another save_dir"
        ) from None
    return lock


def _check_version(row: Mapping[str, Any], path: Path) -> None:
    """Refuse what another version wrote; a row without a version is somebody else's, and left alone."""
    if (found := row.get("schema_version", SCHEMA_VERSION)) != SCHEMA_VERSION:
        raise JournalError(
            f"{str(path)!r} was written by another version of this library (its schema is {found!r}, this one's "
            f"{SCHEMA_VERSION}); nothing was sent: choose another save_dir, or use that version"
        )
