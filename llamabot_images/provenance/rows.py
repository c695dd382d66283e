"""A picture's row in the journal of its batch, ``metadata.jsonl``."""

import json
import mmap
import os
from pathlib import Path
from typing import Any

from llamabot_images.files import expanded

__all__ = ["JOURNAL", "row_of"]

JOURNAL = "metadata.jsonl"
#: How many are looked into: the picture's own and those above.
_FOLDERS = 8


def row_of(path: str | Path) -> dict[str, Any] | None:
    """Return the last row that a batch wrote of a picture.

    :param path: The picture's; the journal is in its folder, or in one above, whose row names the folders between.
    :return: ``None`` where there is no journal of ours, or no row of a picture of this name.
    """
    path = Path(os.path.abspath(expanded(path)))
    for folder in path.parents[:_FOLDERS]:
        if row := _row_in(folder / JOURNAL, path.relative_to(folder).as_posix()):
            return row
    return None


def _row_in(journal: Path, name: str) -> dict[str, Any] | None:
    if not journal.is_file():
        return None
    try:
        with journal.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
            return _last(lines, name)
    except (OSError, ValueError):  # the second for an empty file
        return None


def _last(lines: mmap.mmap, name: str) -> dict[str, Any] | None:
    """Look from the end; the name may also stand in a prompt."""
    needles = {json.dumps(name).encode(), json.dumps(name, ensure_ascii=False).encode()}
    end = len(lines)
    while (place := max(lines.rfind(needle, 0, end) for needle in needles)) >= 0:
        begin = lines.rfind(b"\n", 0, place) + 1
        stop = lines.find(b"\n", place)
        row = _row(lines[begin : stop if stop >= 0 else len(lines)])
        if row.get("file_name") == name and "schema_version" in row and isinstance(row.get("prompt"), str):
            return row
        end = begin
    return None


def _row(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
