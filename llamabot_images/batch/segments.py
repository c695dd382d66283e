"""The journal of a batch in an object store, which cannot append: numbered objects with some lines each.

A run reads them all, in order. When it ends, it puts them together: the log in one object whose name ends in
``whole.jsonl`` and which stands for every one up to its number, the rows of pictures in ``metadata.jsonl``.
"""

import secrets
import threading
from pathlib import Path

from llamabot_images.cloud import CloudFolder
from llamabot_images.errors import SaveError
from llamabot_images.journal import HIDDEN, METADATA

__all__ = ["Segments"]

START = f"{HIDDEN}/journal/"
WHOLE = "-whole.jsonl"
#: What makes a line of the data set one of the journal.
ROW, END = b'{"row": ', b"}\n"


class Segments:
    """Lines on their way to a store. Threads that write at once share one object, and one wait for it.

    :param folder: Where the journal is.
    """

    def __init__(self, folder: CloudFolder) -> None:
        self._folder = folder
        self._run = secrets.token_hex(4)
        self._names: list[str] = []
        self._number = 0
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._written = self._safe = 0
        self._is_putting = False
        self._failed: Exception | None = None

    def read(self, log: Path, metadata: Path) -> None:
        """Fetch what earlier runs left.

        :param log: Gets the journal's lines.
        :param metadata: Gets the data set's.
        """
        self._folder.read_to(METADATA, metadata)
        self._names = self._folder.names(START)
        whole = next((name for name in reversed(self._names) if name.endswith(WHOLE)), None)
        if whole is not None:
            self._folder.read_to(whole, log)
        self._number = max((_number(name) for name in self._names), default=0)
        left = [name for name in self._names if whole is None or _number(name) > _number(whole)]
        with log.open("ab") as lines, metadata.open("ab") as rows:
            for data in self._folder.read_all(left):
                for line in data.splitlines(keepends=True):
                    rows.write(line[len(ROW) : -len(END)] + b"\n") if line.startswith(ROW) else lines.write(line)

    def append(self, data: bytes, *, is_row: bool = False) -> None:
        """Write lines, and wait until the store has them and all before; a row waits for whatever comes after it.

        :param data: Whole lines of JSON.
        :param is_row: Whether they are of the data set.
        :raises ImageBotError: When they could not be written; nothing is written from then on.
        """
        if is_row:
            data = b"".join(ROW + line + END for line in data.splitlines())
        with self._changed:
            self._raise_if_failed()
            self._waiting.append(data)
            self._written += 1
            mine = self._written
            while not is_row and self._safe < mine:
                if self._is_putting:
                    self._changed.wait()
                else:
                    self._put()
                self._raise_if_failed()

    def _put(self) -> None:
        """Put all that waits into one object."""
        data, upto = b"".join(self._waiting), self._written
        self._waiting.clear()
        self._number += 1
        name = f"{START}{self._number:010}-{self._run}.jsonl"
        self._is_putting = True
        self._changed.release()
        try:
            self._folder.write(name, data)
        except Exception as error:
            self.fail(error)
        except BaseException:
            self.fail(SaveError(f"{name!r} in {str(self._folder)!r} may not be written: interrupted"))
            raise
        finally:
            self._changed.acquire()
            self._names.append(name)
            self._is_putting, self._safe = False, upto
            self._changed.notify_all()

    def _raise_if_failed(self) -> None:
        if self._failed is not None:
            raise self._failed

    def fail(self, error: Exception) -> None:
        """Write nothing more.

        :param error: Raised for whoever wants to.
        """
        with self._changed:
            self._failed = self._failed or error

    def finish(self, log: Path, metadata: Path) -> None:
        """Put the journal together, and take away what it was put together from.

        :param log: All of the journal.
        :param metadata: All of the data set.
        :raises SaveError: When the store cannot be written; the next run does it.
        """
        with self._changed:
            while self._is_putting:
                self._changed.wait()
            self._raise_if_failed()
            self._failed = SaveError(f"{str(self._folder)!r} is closed: the batch has ended")
        self._folder.write_from(METADATA, metadata)
        whole = f"{START}{self._number + 1:010}-{self._run}{WHOLE}"
        self._folder.write_from(whole, log)
        self._folder.remove(self._names)


def _number(name: str) -> int:
    digits = name.removeprefix(START).partition("-")[0]
    return int(digits) if digits.isdecimal() else 0
