"""A finished file that waits for its name: the two ways of having one.

Both promise that nobody sees a part of a file under a picture's name, whenever the process dies.
"""

from __future__ import annotations

import errno
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Protocol

__all__ = ["Draft", "Refused", "fill", "folders_synced_later", "hidden_draft", "nameless_draft", "sync_folder"]

# The umask takes its share, as of any file that a person makes.
_MODE = 0o666
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_ON_WINDOWS = os.name == "nt"
_SYNC_NOT_OFFERED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
_TRIES = 20
_PAUSE = 0.02  # seconds

_later: ContextVar[set[Path] | None] = ContextVar("llamabot_images_folders", default=None)


class Refused(Exception):
    """The system does not offer this way here; nothing was left behind."""


class Draft(Protocol):
    """A finished file without a lasting name."""

    def claim(self, target: Path) -> None:
        """Give it a name that nothing has.

        :param target: The name, in the folder of the draft.
        :raises FileExistsError: When something has that name.
        """

    def supplant(self, target: Path) -> None:
        """Give it a name in place of what has that name now.

        :param target: The name, in the folder of the draft.
        """


@contextmanager
def nameless_draft(folder: Path, data: bytes, *, durable: bool) -> Iterator[Draft]:
    """Write *data* to a file without any name, which vanishes with the process (Linux).

    :param folder: Where the file is to be named later.
    :param data: What to write.
    :param durable: Wait for the disk.
    :raises Refused: When the file system has no such files, or will not name them.
    """
    try:
        file = os.open(folder, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, _MODE)
    except (AttributeError, OSError) as error:
        raise Refused from error
    try:
        fill(file, data, durable=durable)
        yield _Nameless(file)
    finally:
        with suppress(OSError):
            os.close(file)


@contextmanager
def hidden_draft(folder: Path, data: bytes, *, durable: bool) -> Iterator[Draft]:
    """Write *data* to a hidden file in *folder*, removed when it was not named by the end.

    :param folder: Where the file is to be named later.
    :param data: What to write.
    :param durable: Wait for the disk.
    """
    part = folder / f".{secrets.token_hex(8)}.part"
    file = os.open(part, _CREATE, _MODE)
    try:
        try:
            fill(file, data, durable=durable)
        finally:
            os.close(file)
        yield _Hidden(part)
    finally:
        with suppress(OSError):
            os.unlink(part)


def fill(file: int, data: bytes, *, durable: bool) -> None:
    """Write all of *data* to an open file.

    :param file: File descriptor.
    :param data: What to write.
    :param durable: Wait for the disk, where the file system can tell.
    :raises OSError: When the system cannot take all of it.
    """
    rest = memoryview(data)
    while rest:
        written = os.write(file, rest)
        if not written:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        rest = rest[written:]
    if durable:
        try:
            os.fsync(file)
        except OSError as error:
            if error.errno not in _SYNC_NOT_OFFERED:
                raise


def sync_folder(folder: Path) -> None:
    """Make the names in *folder* outlast a power cut, where the system can.

    The files are whole by now, so that a failure here takes nothing back.

    :param folder: An existing folder.
    """
    if (later := _later.get()) is not None:
        later.add(folder)
        return
    with suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


@contextmanager
def folders_synced_later() -> Iterator[set[Path]]:
    """Collect the folders that would be synced in this block: whoever saves many pictures syncs once for several."""
    folders: set[Path] = set()
    token = _later.set(folders)
    try:
        yield folders
    finally:
        _later.reset(token)


@dataclass(frozen=True)
class _Nameless:
    file: int

    def claim(self, target: Path) -> None:
        try:
            # The descriptor makes Python call linkat(), which follows the link in /proc; it is not used.
            os.link(f"/proc/self/fd/{self.file}", target, src_dir_fd=self.file)
        except FileExistsError:
            raise
        except OSError as error:
            raise Refused from error

    def supplant(self, target: Path) -> None:
        with suppress(FileExistsError):
            return self.claim(target)
        # Linux cannot name a file in place of another in one step. Between the two steps it has a name
        # that depends on the target alone, so that what a killed process left is cleared by the next.
        part = target.with_name(f".{sha256(os.fsencode(target.name)).hexdigest()[:16]}.part")
        for _ in range(_TRIES):
            if self._swap(part, target):
                return
        raise Refused

    def _swap(self, part: Path, target: Path) -> bool:
        try:
            self.claim(part)
        except FileExistsError:
            with suppress(OSError):
                os.unlink(part)
            return False
        try:
            os.replace(part, target)
        except FileNotFoundError:
            return False  # another process took ours for a leftover
        except BaseException:
            with suppress(OSError):
                os.unlink(part)
            raise
        return True


@dataclass(frozen=True)
class _Hidden:
    part: Path

    def claim(self, target: Path) -> None:
        if _ON_WINDOWS:
            os.rename(self.part, target)  # refuses an existing name, on Windows only
            return
        try:
            os.link(self.part, target)
        except FileExistsError:
            raise
        except (OSError, AttributeError, NotImplementedError):
            self._claim_without_link(target)

    def _claim_without_link(self, target: Path) -> None:
        os.close(os.open(target, _CREATE, _MODE))
        try:
            _move(self.part, target)
        except BaseException:
            os.unlink(target)
            raise

    def supplant(self, target: Path) -> None:
        _move(self.part, target)


def _move(part: Path, target: Path) -> None:
    for _ in range(_TRIES if _ON_WINDOWS else 0):
        with suppress(PermissionError):
            return os.replace(part, target)
        time.sleep(_PAUSE)  # Windows: somebody reads the target, a virus scanner for one
    os.replace(part, target)
