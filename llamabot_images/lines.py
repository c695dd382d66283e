"""A file of JSON lines that is only appended to, by many threads, and outlasts kills and power cuts."""

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from llamabot_images.drafts import fill, sync_folder
from llamabot_images.errors import SaveError
from llamabot_images.together import Together

__all__ = ["Lines"]

_APPEND = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_LONGEST = 2**24


class Lines:
    """A file of JSON lines that is only appended to. Threads that append at once share one wait for the disk.

    A last line that was torn when a process or the power died is taken away. ``elsewhere`` may be set to what keeps
    the lines safe in place of this disk, and returns when it has them.

    :param path: Created when missing.
    :raises SaveError: When the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.elsewhere: Callable[[bytes], None] | None = None
        self._disk = Together(self._sync)
        self._failed: SaveError | None = None
        try:
            self._file = os.open(path, _APPEND, 0o666)
            _mend(self._file)
        except OSError as error:
            raise self._error(error) from error

    def append(self, *rows: Mapping[str, Any], durable: bool = True) -> None:
        """Write rows. A kill of this process takes nothing back.

        :param rows: Plain JSON values.
        :param durable: Wait until the disk has them, so that they outlast a power cut.
        :raises SaveError: When they could not be written; nothing is appended from then on.
        """
        data = b"".join(map(_line, rows))
        if self.elsewhere is not None:
            self.elsewhere(data)
            durable = False
        self._try(lambda: self._write(data))
        if durable:
            self._disk.wait()
            self._try(lambda: None)  # a line that another thread could not finish may stand before this one

    def _write(self, data: bytes) -> None:
        """Append in one step, which no other thread can come between: no lock, which all would wait for in turn."""
        if os.write(self._file, data) != len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _sync(self) -> None:
        self._try(lambda: os.fsync(self._file))

    def _try(self, write: Callable[[], None]) -> None:
        try:
            if self._failed is None:
                write()
        except OSError as error:
            self._failed = self._error(error)
            self._failed.__cause__ = error
        if self._failed is not None:
            raise self._failed

    def _error(self, error: OSError) -> SaveError:
        return SaveError(f"{str(self.path)!r} cannot be written: {error.strerror}; nothing is sent without a journal")

    def read(self) -> Iterator[tuple[int, dict[str, Any] | None]]:
        """Yield each line's place in the file and what it says, ``None`` for one that cannot be read."""
        with self.path.open("rb") as file:
            place = 0
            for line in file:
                yield place, _parsed(line)
                place += len(line)

    def at(self, place: int, count: int = 1) -> list[dict[str, Any]]:
        """Return what some lines say.

        :param place: Where the first one begins.
        :param count: How many.
        """
        with self.path.open("rb") as file:
            file.seek(place)
            return [found for _ in range(count) if (found := _parsed(file.readline())) is not None]

    def replace(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Put other rows in place of all, in one step, and close.

        :param rows: May be read from this file.
        """
        part = self.path.with_name(f".{self.path.name}.part")
        with part.open("wb") as file:
            file.writelines(map(_line, rows))
            file.flush()
            os.fsync(file.fileno())
        self.close()
        os.replace(part, self.path)
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file, once, when nobody writes: its number may be another file's a moment later."""
        with suppress(OSError):
            self._failed = SaveError(f"{str(self.path)!r} is closed: the batch has ended")
            file, self._file = self._file, -1
            try:
                os.fsync(file)
            finally:
                os.close(file)


def _mend(file: int) -> None:
    """Take away a torn last line, or end a whole one."""
    end = os.lseek(file, 0, os.SEEK_END)
    start = max(0, end - _LONGEST)
    os.lseek(file, start, os.SEEK_SET)
    tail = b""
    while chunk := os.read(file, _LONGEST):
        tail += chunk
    last = tail.rpartition(b"\n")[2]
    if last and _parsed(last) is not None:
        fill(file, b"\n", durable=False)
    elif last:
        os.truncate(file, end - len(last))


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _line(row: Mapping[str, Any]) -> bytes:
    # Half a character, which UTF-8 has not, becomes JSON's own escape for it.
    return (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
