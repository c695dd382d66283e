"""Picture bytes -> a file that is whole or not there, and never in another picture's place.

On Linux the bytes go to a file without a name, which the system removes when the process dies, and the
finished file is then given its name. Where a file system refuses that, and on other systems, a hidden
``.….part`` file in the same folder is used.
"""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from llamabot_images.drafts import Draft, Refused, fill, hidden_draft, nameless_draft, sync_folder
from llamabot_images.errors import SaveError
from llamabot_images.formats import sniff, suffix_for
from llamabot_images.names import stem_for

__all__ = [
    "check_folder",
    "check_name",
    "check_target",
    "expanded",
    "file_path",
    "looks_writable",
    "replace",
    "stem_for",
    "write_new",
]

_PROBE = bytes(65_536)
_TRIED_IN_TURN = 16
_MOST_TRIES = 10_000
_IS_A_FOLDER = "it is a folder; name a file in it"


def expanded(path: str | Path) -> Path:
    """Return a path that a caller gave, ``~`` being his home as in a shell; nobody else expands it for him.

    :param path: As it was given.
    """
    return Path(os.path.expanduser(path))


def file_path(path: str | Path, data: bytes = b"") -> Path:
    """Return a path that a caller gave for a file, expanded.

    :param path: As it was given; a text that ends with a slash names a folder, which a ``Path`` would not tell.
    :param data: What was to go there, where it has come already.
    :raises SaveError: When it names a folder; the error keeps *data*, and they are rescued.
    """
    with _explained(path, data):
        if os.path.basename(path) in ("", ".", ".."):
            raise IsADirectoryError(errno.EISDIR, _IS_A_FOLDER)
    return expanded(path)


def check_folder(folder: Path) -> None:
    """Make sure that a file can be made in *folder*, before money is spent on one.

    Creates the folder where it is missing. Really writes 64 KiB, so that a full disk is seen too, and
    leaves no trace of them.

    :param folder: Where pictures are to go.
    :raises SaveError: When no file can be made there; the system's own error is the cause.
    """
    with _explained(folder, b""):
        folder.mkdir(parents=True, exist_ok=True)
        _place(folder, _PROBE, False, lambda draft: folder)


def looks_writable(folder: Path) -> bool:
    """Say whether rights and free space let a file be made in *folder*, without making one.

    :param folder: A folder in which a file could be made before.
    """
    try:
        return os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free > 2**20
    except OSError:
        return False


def check_target(path: str | Path) -> None:
    """Make sure that *path* can be written, before money is spent on what goes there.

    Creates missing parent folders.

    :param path: A file name that was asked for.
    :raises SaveError: When it is a folder or device, or no file can be made beside it.
    """
    target = file_path(path)
    check_name(target)
    check_folder(target.parent)
    check_name(target)  # no system says of a name in a missing folder that it is too long


def check_name(path: Path, data: bytes = b"") -> None:
    """Make sure that nothing but a file has the name *path*, and that a file can have it.

    :param path: A file name that was asked for, or follows from it.
    :param data: What is to go there, where it has come already.
    :raises SaveError: When it is a folder or device, or no name; the error keeps *data*, and they are rescued.
    """
    with _explained(path, data):
        _refuse_other_than_file(path)


def write_new(folder: Path, stem: str, suffix: str, data: bytes, *, durable: bool = True) -> Path:
    """Write *data* to a name in *folder* that nothing has yet.

    Takes ``stem.suffix``, else ``stem-2.suffix``, ``stem-3.suffix`` … The name is claimed in one step,
    so that threads and processes with the same prompt never take each other's.

    :param folder: Where to write; created when missing.
    :param stem: File name without suffix; one component.
    :param suffix: Ending with its dot.
    :param data: The picture.
    :param durable: Wait until the disk has the bytes, so that they outlast a power cut.
    :return: The path that was taken.
    :raises SaveError: When the file could not be written. Nothing is left behind in the folder; the
        error keeps the bytes and names the file outside it to which they were rescued.
    """

    def settle(draft: Draft) -> Path:
        return _claim_free_name(draft, folder, stem, suffix)

    with _explained(folder / f"{stem}{suffix}", data):
        _refuse_more_than_a_name(f"{stem}{suffix}")
        try:
            return _place(folder, data, durable, settle)
        except FileNotFoundError:
            folder.mkdir(parents=True, exist_ok=True)
            return _place(folder, data, durable, settle)


def replace(path: Path, data: bytes, *, durable: bool = True) -> Path:
    """Write *data* to *path*, in place of what may be there, in one step.

    A reader sees the old file or the new one, never a part. A symbolic link is replaced, what it points
    to is left alone.

    :param path: File to write; missing parent folders are created.
    :param data: The picture.
    :param durable: Wait until the disk has the bytes, so that they outlast a power cut.
    :return: *path*.
    :raises SaveError: When the file could not be written. What was at *path* is unchanged; the error
        keeps the bytes and names the file to which they were rescued.
    """

    def supplant(draft: Draft) -> Path:
        draft.supplant(path)
        return path

    with _explained(path, data):
        _refuse_other_than_file(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        return _place(path.parent, data, durable, supplant)


def _place(folder: Path, data: bytes, durable: bool, settle: Callable[[Draft], Path]) -> Path:
    try:
        with nameless_draft(folder, data, durable=durable) as draft:
            path = settle(draft)
    except Refused:
        with hidden_draft(folder, data, durable=durable) as draft:
            path = settle(draft)
    if durable:
        sync_folder(folder)
    return path


def _claim_free_name(draft: Draft, folder: Path, stem: str, suffix: str) -> Path:
    def path_of(number: int) -> Path:
        return folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")

    for number in _free_numbers(lambda number: os.path.lexists(path_of(number))):
        path = path_of(number)
        with suppress(FileExistsError):
            draft.claim(path)
            return path
    raise FileExistsError(errno.EEXIST, "no free name was found")


def _free_numbers(is_taken: Callable[[int], bool]) -> Iterator[int]:
    """Yield numbers worth trying: the first few in turn, then the end of the row found by doubling."""
    yield from range(1, _TRIED_IN_TURN + 1)
    taken = _TRIED_IN_TURN
    for _ in range(_MOST_TRIES):
        step = 1
        while is_taken(taken + step):
            step *= 2
        free, taken = taken + step, taken + step // 2
        while free - taken > 1:
            middle = (taken + free) // 2
            taken, free = (middle, free) if is_taken(middle) else (taken, middle)
        yield free
        taken = free


def _refuse_more_than_a_name(name: str) -> None:
    if name != os.path.basename(name) or name in ("", ".", "..") or "\\" in name:
        raise ValueError("a file name must not name a folder")


def _refuse_other_than_file(path: Path) -> None:
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, _IS_A_FOLDER)
    if not (stat.S_ISREG(mode) or stat.S_ISLNK(mode)):
        raise OSError(errno.EINVAL, "it is a device or pipe, not a file")


@contextmanager
def _explained(path: str | Path, data: bytes) -> Iterator[None]:
    """Turn the system's error into ours, after bringing *data* to safety."""
    try:
        yield
    except (OSError, ValueError) as error:
        reason = (isinstance(error, OSError) and error.strerror) or str(error)
        rescue_path = _rescue(Path(path), data) if data else None
        if rescue_path:
            advice = f"The picture was rescued to {rescue_path!r}."
        else:
            advice = "Its bytes are in this error's .data." if data else "Choose another place to save to."
        message = f"{str(path)!r} cannot be written: {reason}. {advice}"
        raise SaveError(message, data=data, rescue_path=rescue_path) from error


def _rescue(path: Path, data: bytes) -> str | None:
    kind = sniff(data)  # which the path may not name: then it was to be converted
    ending = suffix_for(kind) if kind else "".join(c for c in path.suffix[:10] if c.isalnum() or c == ".")
    try:
        file, name = tempfile.mkstemp(prefix="llamabot-images-rescued-", suffix=ending)
    except (OSError, ValueError):
        return None
    try:
        fill(file, data, durable=True)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        return None
    finally:
        with suppress(OSError):
            os.close(file)
    return name
