"""What a folder holds: its pictures, and what journal, sidecars and pictures say of them."""

import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from llamabot_images.provenance import read_provenance
from llamabot_images.reference import SUFFIXES

__all__ = ["Picture", "Told", "pictures_in", "told_by_picture", "told_by_row"]

METADATA = "metadata.jsonl"
_LONGEST_LINE = 4 * 2**20


@dataclass(frozen=True)
class Picture:
    """One picture file of a folder.

    :param name: Its path in the folder, with slashes.
    :param stamp: Size and time of change, of the file and of its sidecar: what tells whether either has changed.
    :param row: The journal's row on it, empty where there is none.
    """

    name: str
    stamp: tuple[int, ...]
    row: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changed(self) -> float:
        """When the file was written, seconds since 1970."""
        return self.stamp[1] / 1e9


@dataclass(frozen=True)
class Told:
    """What is known of a picture besides how it looks.

    :param created: Seconds since 1970; when the file was written, where nothing else is known.
    :param seconds: How long it took, where that is recorded.
    :param again: Whether there is a record that can be asked anew.
    """

    prompt: str = ""
    model: str = ""
    cost: float | None = None
    created: float = 0.0
    seconds: float | None = None
    again: bool = False


def pictures_in(folder: Path) -> list[Picture]:
    """Return the pictures of a folder, and those in folders below that the journal names.

    :param folder: An existing folder.
    """
    rows = _rows(folder / METADATA)
    names = {one for one in os.listdir(folder) if Path(one).suffix.lower() in SUFFIXES and not one.startswith(".")}
    found = ((name, _stamp(folder / name)) for name in sorted(names | set(rows)))
    return [Picture(name, stamp, rows.get(name, {})) for name, stamp in found if stamp]


def told_by_row(picture: Picture) -> Told:
    """Return what the journal's row says."""
    row, size = picture.row, picture.stamp[0]
    is_ours = "schema_version" in row and isinstance(row.get("prompt"), str)
    return _told(picture, row, again=is_ours and row.get("bytes", size) == size)


def told_by_picture(folder: Path, picture: Picture) -> Told:
    """Return what the picture and its sidecar say; a picture that cannot be read says nothing.

    :param folder: Of the picture.
    :param picture: One without a row.
    """
    try:
        found = read_provenance(folder / picture.name)
    except OSError:
        found = None
    if found is None:
        return Told(created=picture.changed)
    record = {} if found.changed else found.record
    return _told(picture, {**record, "prompt": found.prompt, "model": found.model}, again=bool(record))


def _told(picture: Picture, record: Mapping[str, Any], *, again: bool) -> Told:
    prompt = _text(record.get("prompt")) or _text(record.get("text"))
    seconds = _number(record.get("elapsed"))
    return Told(
        prompt=prompt,
        model=_text(record.get("model")),
        cost=_number(record.get("cost")),
        created=_time(record.get("created")) or picture.changed,
        seconds=seconds or None,
        again=again and bool(prompt) and not record.get("edited_from"),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value >= 0
    return float(value) if is_number else None


def _time(value: Any) -> float | None:
    try:
        return datetime.fromisoformat(value).timestamp()
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _rows(path: Path) -> dict[str, dict[str, Any]]:
    """Return the last row of each file; what came counts for more than what was only sent."""
    rows: dict[str, dict[str, Any]] = {}
    for row in _read(path):
        name = row.get("file_name")
        if not isinstance(name, str) or not _is_inside(name):
            continue
        if name not in rows or _came(row) or not _came(rows[name]):
            rows[name] = row
    return rows


def _came(row: Mapping[str, Any]) -> bool:
    return bool(row.get("status", "done") == "done")


def _read(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a journal, torn and foreign lines left out."""
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError):
                    continue
                if isinstance(row, dict):
                    yield row
    except OSError:
        return


def _is_inside(name: str) -> bool:
    parts = name.split("/")
    return "\0" not in name and "\\" not in name and not {"", ".", ".."} & set(parts) and not Path(name).anchor


def _stamp(path: Path) -> tuple[int, ...]:
    """Return what changes with a file or its sidecar, nothing where there is no such file."""
    if not path.is_file():
        return ()
    return (*_state(path), *_state(path.with_name(f"{path.name}.json")))


def _state(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return 0, 0
    return found.st_size, found.st_mtime_ns
