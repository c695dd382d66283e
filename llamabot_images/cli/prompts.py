"""Prompts from a file: text with one per line, CSV with a column of them, or JSONL. Read as they are needed."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import typer

from llamabot_images.asked import value_of

__all__ = ["prompts_in"]

#: Columns that are text however they look.
TEXT = frozenset({"prompt", "id", "file_name"})
#: What a column of prompts is called, in the order in which names are looked for.
COLUMNS = ("prompt", "text", "caption")


def prompts_in(name: str) -> Iterator[str | dict[str, Any]]:
    """Yield prompts, or dicts with a prompt and settings of its own.

    :param name: A file ending in ``.csv``, ``.jsonl`` or anything else for text; ``-`` for text on standard input.
    :raises typer.BadParameter: When the file cannot be read so; the line is named.
    """
    if name == "-":
        yield from _lines(sys.stdin)
        return
    try:
        file = open(name, encoding="utf-8-sig", newline="")  # noqa: SIM115, closed below
    except OSError as error:
        raise typer.BadParameter(f"{name!r} cannot be read: {error.strerror}") from None
    with file:
        try:
            yield from READERS.get(Path(name).suffix.lower(), _lines)(file)
        except UnicodeDecodeError:
            raise typer.BadParameter(f"{name!r} is no UTF-8 text; save it as UTF-8") from None


def _lines(file: IO[str]) -> Iterator[str]:
    return (line.strip() for line in file if line.strip())


def _rows(file: IO[str]) -> Iterator[dict[str, Any]]:
    rows = csv.DictReader(file, strict=True)
    named = next((one for one in COLUMNS if one in (rows.fieldnames or ())), None)
    if named is None:
        raise typer.BadParameter(f"the CSV file has no column 'prompt'; it has {', '.join(rows.fieldnames or ())}")
    for row in _whole(rows):
        cells = {key: _cell(key, text) for key, text in row.items() if key and text}
        yield {"prompt": cells.pop(named, ""), **cells}


def _whole(rows: "csv.DictReader[str]") -> Iterator[dict[str, Any]]:
    try:
        yield from rows
    except csv.Error as error:
        raise typer.BadParameter(f"line {rows.line_num} of the CSV file cannot be read: {error}") from None


def _cell(key: str, text: str) -> Any:
    return text if key in TEXT or key in COLUMNS else value_of(text)


def _objects(file: IO[str]) -> Iterator[str | dict[str, Any]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError as error:
            raise typer.BadParameter(f"line {number} is no JSON: {error}") from None
        if not isinstance(found, (str, dict)):
            raise typer.BadParameter(f"line {number} is neither a string nor an object")
        yield found


READERS = {".csv": _rows, ".jsonl": _objects, ".ndjson": _objects}
