"""Prompts from a file: text with one per line, a table with a column of them, or JSON. Read as they are needed."""

import csv
import json
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias

import typer

from llamabot_images.asked import value_of

if TYPE_CHECKING:
    from llamabot_images.batch.items import Item

__all__ = ["Prompts", "prompts_in"]

Prompt: TypeAlias = str | dict[str, Any]
#: Columns that are text however they look.
TEXT = frozenset({"prompt", "id", "file_name"})
#: What a column of prompts is called, in the order in which names are looked for.
COLUMNS = ("prompt", "text", "caption")


class Prompts:
    """The prompts of a file that can be read twice: counted, then read as they are needed.

    :param name: The file.
    :raises typer.BadParameter: When it cannot be read to its end; the line is named. Also when two of them have one
        ``file_name`` or ``id``.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = sum(1 for _ in _once_named(_read(name)))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Prompt]:
        return _read(self._name)


def prompts_in(name: str) -> Iterable[Prompt]:
    """Return prompts, or dicts with a prompt and settings of its own.

    :param name: A file, whose ending says how it is written; ``-`` for text on standard input.
    :raises typer.BadParameter: When the file cannot be read so; the line is named.
    """
    if name == "-":
        return _lines(sys.stdin)
    return Prompts(name) if Path(name).is_file() else _read(name)


def _once_named(prompts: Iterator[Prompt]) -> Iterator["Item"]:
    from llamabot_images.batch.items import items_of

    for item in items_of(prompts):
        if item.problem and "already" in item.problem:
            raise typer.BadParameter(f"{item.problem}; nothing was sent")
        yield item


def _read(name: str) -> Iterator[Prompt]:
    suffix = Path(name).suffix.lower()
    if suffix not in READERS:
        known = ", ".join(one for one in READERS if one)
        raise typer.BadParameter(f"{name!r} ends with {suffix!r}; known are {known}, and none for text")
    try:
        file = open(name, encoding="utf-8-sig", newline="")  # noqa: SIM115, closed below
    except OSError as error:
        raise typer.BadParameter(f"{name!r} cannot be read: {error.strerror}") from None
    with file:
        try:
            yield from READERS[suffix](file)
        except UnicodeDecodeError:
            raise typer.BadParameter(f"{name!r} is no UTF-8 text; save it as UTF-8") from None


def _lines(file: IO[str]) -> Iterator[Prompt]:
    return (line.strip() for line in file if line.strip())


def _rows(file: IO[str], delimiter: str = ",") -> Iterator[Prompt]:
    rows = csv.DictReader(file, strict=True, delimiter=delimiter)
    header = rows.fieldnames or ()
    if (name := _column(header)) is None:
        raise typer.BadParameter(f"the file has no column 'prompt'; it has {', '.join(header)}")
    for row in _whole(rows):
        if any(row.pop(None, ())):  # type: ignore[call-overload]
            raise typer.BadParameter(f"line {rows.line_num} has more cells than the header: put the prompt in quotes")
        cells = {key: _cell(key, text) for key, text in row.items() if key and text}
        yield {"prompt": cells.pop(name, ""), **cells}


def _column(names: Collection[str]) -> str | None:
    return next((one for one in COLUMNS if one in names), None)


def _whole(rows: "csv.DictReader[str]") -> Iterator[dict[str, Any]]:
    try:
        yield from rows
    except csv.Error as error:
        raise typer.BadParameter(f"line {rows.line_num} of the file cannot be read: {error}") from None


def _cell(key: str, text: str) -> Any:
    return text if key in TEXT or key in COLUMNS else value_of(text)


def _objects(file: IO[str]) -> Iterator[Prompt]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield _object(_parsed(line, f"line {number}"), f"line {number}")


def _list(file: IO[str]) -> Iterator[Prompt]:
    found = _parsed(file.read(), "the file")
    if not isinstance(found, list):
        raise typer.BadParameter("the file holds no JSON list of prompts; one object a line goes into a .jsonl file")
    for number, one in enumerate(found, 1):
        yield _object(one, f"prompt {number} of the list")


def _parsed(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise typer.BadParameter(f"{place} is no JSON: {error}") from None


def _object(found: Any, place: str) -> Prompt:
    if isinstance(found, str):
        return found
    if not isinstance(found, dict):
        raise typer.BadParameter(f"{place} is neither a string nor an object")
    if (name := _column(found)) is None:
        raise typer.BadParameter(f"{place} has no 'prompt'; it has {', '.join(found) or 'nothing'}")
    return {"prompt": found[name], **{key: value for key, value in found.items() if key != name}}


READERS: dict[str, Callable[[IO[str]], Iterator[Prompt]]] = {
    "": _lines,
    ".txt": _lines,
    ".csv": _rows,
    ".tsv": partial(_rows, delimiter="\t"),
    ".json": _list,
    ".jsonl": _objects,
    ".ndjson": _objects,
}
