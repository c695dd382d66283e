"""Where a batch's pictures go: a folder of this machine, or one in an object store."""

import glob
import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeAlias

from llamabot_images import files, saving
from llamabot_images.cloud import CloudFolder, is_url
from llamabot_images.errors import SaveError, UnsupportedParameterError
from llamabot_images.journal import HIDDEN, Journal

if TYPE_CHECKING:
    from llamabot_images.results import ImageResult

__all__ = [
    "Place",
    "address",
    "check",
    "claim",
    "forget",
    "is_same",
    "is_there",
    "named_like",
    "open_journal",
    "place_of",
    "save",
]

Place: TypeAlias = Path | CloudFolder


def place_of(save_dir: str | Path) -> Place:
    """Return what a caller means by ``save_dir``.

    :param save_dir: A path, or a URL that fsspec knows.
    """
    return CloudFolder(str(save_dir)) if is_url(save_dir) else files.expanded(save_dir)


def open_journal(place: Place) -> Journal:
    """Take a place for a batch; that something can be written there has been tried when this returns.

    :param place: Where pictures go.
    """
    if isinstance(place, Path):
        return Journal.open(place)
    from llamabot_images.batch.stored import StoredJournal

    return StoredJournal.take(place)


def check(place: Place, file_name: str | None, drawn_by: Iterable[str]) -> None:
    """Look again, before a prompt is sent, whether its picture could be saved. A store would charge for the look.

    :param place: Where pictures go.
    :param file_name: The picture's own name, where it has one.
    :param drawn_by: The model's name and settings, as for ``saving.check_ending``.
    """
    if isinstance(place, Path) and not files.looks_writable(place):
        files.check_folder(place)
    if file_name is None:
        return
    try:
        saving.check_ending(file_name, drawn_by)
        if isinstance(place, Path):
            files.check_target(place / file_name)
    except SaveError as error:
        if isinstance(place, Path):
            files.check_folder(place)
        # Of this prompt alone, unlike a folder that cannot be written.
        raise UnsupportedParameterError(str(error)) from None


def save(result: "ImageResult", place: Place, stem: str, own: Sequence[str], sidecar: bool) -> list[str]:
    """Save every picture of a result, and overwrite none but earlier ones of its prompt.

    :param result: Of one prompt.
    :param place: Where its pictures go.
    :param stem: Their name without ending; it may be in a folder below.
    :param own: Names that they may take the place of.
    :param sidecar: Write each picture's record beside it.
    :return: The name of each in the place.
    """
    first = _replaced(result, place, stem, own)
    if isinstance(place, CloudFolder):
        return [name for name, _ in place.save(result, stem, first, sidecar)]
    target = place / stem
    path = None if first is None else place / first
    paths = saving.save_result(result, target.parent, target.name, path, sidecar)
    return [path.relative_to(place).as_posix() for path in paths]


def _replaced(result: "ImageResult", place: Place, stem: str, own: Sequence[str]) -> str | None:
    """Return the name of the first picture where all take the place of earlier ones of their prompt."""
    if not own or not re.fullmatch(rf"{re.escape(stem)}(-[0-9a-f]+)?", str(PurePosixPath(own[0]).with_suffix(""))):
        return None
    first = PurePosixPath(own[0])
    more = (str(first.with_name(f"{first.stem}-{number}{first.suffix}")) for number in range(2, len(result) + 1))
    is_theirs = all(name in own or not _exists(place, name) for name in more)
    return own[0] if is_theirs and all(one.info.suffix == first.suffix for one in result) else None


def address(place: Place, name: str) -> str:
    """Return the path or URL of a picture.

    :param place: Where it is.
    :param name: Its name there.
    """
    return str(place / name) if isinstance(place, Path) else place.address(name)


def _exists(place: Place, name: str) -> bool:
    return os.path.lexists(place / name) if isinstance(place, Path) else place.size(name) is not None


def is_there(place: Place, row: Mapping[str, Any]) -> bool:
    """Tell whether a picture is still as it was saved; in a store its size alone tells.

    :param place: Where it is.
    :param row: On it.
    """
    if isinstance(place, CloudFolder):
        return place.is_there(row)
    path = place / str(row.get("file_name"))
    try:
        if path.stat().st_size != row.get("bytes"):
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == row.get("sha256")
    except OSError:
        return False


def is_same(place: Place, row: Mapping[str, Any]) -> bool:
    """Tell whether a file is a certain picture, by its bytes.

    :param place: Where it is.
    :param row: On the picture.
    """
    return place.is_there(row, by_hash=True) if isinstance(place, CloudFolder) else is_there(place, row)


def named_like(place: Place, start: str) -> list[str]:
    """Return the names of all files whose name begins in a certain way, sorted.

    :param place: Where they are.
    :param start: How they begin, folders below included.
    """
    if isinstance(place, CloudFolder):
        return place.names(start)
    return [one.relative_to(place).as_posix() for one in sorted(place.glob(f"{glob.escape(start)}*"))]


def claim(place: Place, name: str) -> None:
    """Take a name for good.

    :param place: The same for all who want it.
    :param name: What is wanted.
    :raises FileExistsError: When somebody has taken it.
    """
    if isinstance(place, CloudFolder):
        return place.write(_claim(name), b"\0", is_new=True)
    path = place / _claim(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY))


def forget(place: Place, name: str) -> None:
    """Clear a claim away.

    :param place: Where it is.
    :param name: What was wanted.
    """
    with suppress(Exception):  # it is in nobody's way
        if isinstance(place, CloudFolder):
            place.remove([_claim(name)])
        else:
            (place / _claim(name)).unlink()


def _claim(name: str) -> str:
    return f"{HIDDEN}/claims/{hashlib.sha256(name.encode()).hexdigest()[:32]}"
