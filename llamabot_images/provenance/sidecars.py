"""A picture's record in a file beside it: ``cat.png.json`` for ``cat.png``."""

import json
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from llamabot_images import files
from llamabot_images.drafts import Refused, hidden_draft, nameless_draft, sync_folder
from llamabot_images.errors import ImageBotWarning, SaveError
from llamabot_images.warn import warn

__all__ = ["Recorder", "read_sidecar", "save_new", "save_over", "sidecar_of", "write_sidecar"]

Recorder = Callable[[str, bytes], Mapping[str, Any]]
"""Makes the record of a file from its name and its bytes."""

_LONGEST = 4 * 2**20
_MOST_NAMES = 10_000


def sidecar_of(path: str | Path) -> Path:
    """Return the path of a picture's sidecar.

    :param path: The picture's.
    """
    path = files.expanded(path)
    return path.with_name(f"{path.name}.json")


def write_sidecar(path: str | Path, record: Mapping[str, Any]) -> Path:
    """Write a picture's record beside it, in place of an earlier one, whole or not at all.

    :param path: The picture's.
    :param record: Plain JSON values, as ``record_of`` makes them.
    :return: The sidecar's path.
    :raises SaveError: When it cannot be written.
    """
    return files.replace(sidecar_of(path), _as_json(record))


def read_sidecar(path: str | Path) -> dict[str, Any] | None:
    """Return the record in a picture's sidecar.

    :param path: The picture's.
    :return: ``None`` where there is no sidecar, or one that is not this library's.
    """
    try:
        with sidecar_of(path).open("rb") as file:
            found = json.loads(file.read(_LONGEST))
    except (OSError, ValueError, RecursionError):
        return None
    is_ours = isinstance(found, dict) and "schema_version" in found and isinstance(found.get("prompt"), str)
    return found if is_ours else None


def save_new(folder: Path, stem: str, suffix: str, data: bytes, record: Recorder) -> Path:
    """Write a picture to a name that nothing has yet, its record before it.

    Nobody sees the picture without its sidecar. Where only the record cannot be written, the picture is saved
    without, with a warning.

    :param folder: An existing folder.
    :param stem: File name without suffix.
    :param suffix: Ending with its dot.
    :param data: The picture.
    :param record: Makes the record, for each name that is tried.
    :return: The picture's path.
    :raises SaveError: When the picture cannot be written.
    """
    name = f"{stem}{suffix}"
    if name != Path(name).name or "\\" in name:
        return files.write_new(folder, stem, suffix, data)
    try:
        if path := _pair(folder, stem, suffix, data, record):
            return path
        why = f"{_MOST_NAMES:,} names are taken"
    except OSError as error:
        why = error.strerror or type(error).__name__
    path = files.write_new(folder, stem, suffix, data)
    _warn(path, why)
    return path


def save_over(path: Path, data: bytes, record: Recorder) -> Path:
    """Write a picture in place of what is there, its record before it.

    :param path: The picture's.
    :param data: The picture.
    :param record: Makes the record.
    :return: *path*.
    :raises SaveError: When the picture cannot be written; what was there, and its sidecar, are unchanged.
    """
    beside = sidecar_of(path)
    earlier = _bytes_of(beside)
    try:
        write_sidecar(path, record(path.name, data))
    except SaveError as error:
        if error.rescue_path:
            Path(error.rescue_path).unlink(missing_ok=True)
        files.replace(path, data)
        _warn(path, str(error.__cause__))
        return path
    try:
        return files.replace(path, data)
    except SaveError:
        with suppress(OSError, SaveError):
            beside.unlink() if earlier is None else files.replace(beside, earlier)
        raise


def _pair(folder: Path, stem: str, suffix: str, data: bytes, record: Recorder) -> Path | None:
    for number in range(1, _MOST_NAMES + 1):
        path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
        beside = sidecar_of(path)
        if os.path.lexists(path) or os.path.lexists(beside) or not _claim(beside, _as_json(record(path.name, data))):
            continue
        try:
            is_ours = _claim(path, data)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        if is_ours:
            sync_folder(folder)
            return path
        beside.unlink(missing_ok=True)
    return None


def _claim(path: Path, data: bytes) -> bool:
    """Write *data* to a name that nothing has; tell whether that was so."""
    try:
        try:
            with nameless_draft(path.parent, data, durable=True) as draft:
                draft.claim(path)
        except Refused:
            with hidden_draft(path.parent, data, durable=True) as draft:
                draft.claim(path)
    except FileExistsError:
        return False
    return True


def _as_json(record: Mapping[str, Any]) -> bytes:
    # Half a character, which UTF-8 has not, becomes JSON's own escape for it.
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "backslashreplace")


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _warn(path: Path, why: str) -> None:
    warn(f"{path.name!r} was saved without its sidecar {sidecar_of(path).name!r}: {why}", ImageBotWarning)
