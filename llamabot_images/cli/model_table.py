"""The list of models: whole lines for programs, a table that fits for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from llamabot_images.catalogue import ModelRow

__all__ = ["lines_of", "table_of"]

GAP = "  "
#: Columns that the last cell must have, to be shown.
LEAST = 24


def lines_of(rows: "Sequence[ModelRow]") -> Iterator[str]:
    """Yield a line for each model, with all that is known, however long."""
    for row in rows:
        model, state, price, follows, takes = cells_of(row)
        yield f"{model:<52} {state:<20} {price:>14}  {follows}{takes}"


def table_of(rows: "Sequence[ModelRow]", width: int) -> Iterator[str]:
    """Yield the lines of a table that is no wider than a terminal.

    Where it is narrow, what models take is left out; a long name, and what follows a model, have lines of their own.

    :param rows: The models.
    :param width: Of the terminal, in characters.
    """
    table = [("model", "state", "US$ a picture", "", "takes"), *map(cells_of, rows)]
    names, states, prices, *_ = (max(map(len, column)) for column in zip(*table, strict=True))
    has_rest = width - names - states - prices - 3 * len(GAP) >= LEAST
    names = min(names, max(width - states - prices - 2 * len(GAP), 0))
    for model, state, price, follows, takes in table:
        if len(model) > names:
            yield _cut(model, width)
        line = f"{'' if len(model) > names else model:<{names}}{GAP}{state:<{states}}{GAP}{price:>{prices}}"
        yield _cut(f"{line}{GAP}{follows}{takes}" if has_rest else line, width)
        if follows and not has_rest:
            yield _cut(f"{GAP}{follows}", width)
    if not has_rest:
        yield _cut("a wider terminal shows what each one takes; so does --json", width)


def cells_of(row: "ModelRow") -> tuple[str, str, str, str, str]:
    """Return name, state, price, what follows the model, and what it takes."""
    low, high = (row.prices.low, row.prices.high) if row.prices else (None, None)
    price = "?" if low is None else f"{low:.3g}" if low == high else f"{low:.3g}-{high:.3g}"
    end = f" {row.off.isoformat()}" if row.off else ""
    follows = f"-> {row.successor} " if row.successor and row.status != "live" else ""
    takes = "whatever the server takes" if row.parameters is None else ", ".join(row.parameters)
    return row.model, row.status + end, price, follows, f"({takes})"


def _cut(line: str, width: int) -> str:
    line = line.rstrip()
    return line if len(line) <= width else f"{line[: width - 1]}…"
