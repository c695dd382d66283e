"""Pictures in marimo, where the value of a cell takes the place of what the cell has shown before."""

import html
import sys
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["is_running", "show"]

#: Paths whose pictures are remembered, in case that one is the value of its cell.
_KEPT = 256


def is_running() -> bool:
    """Tell whether this is a marimo notebook, without importing marimo."""
    marimo = sys.modules.get("marimo")
    return marimo is not None and bool(getattr(marimo, "running_in_notebook", bool)())


def show(picture: str, made: Any) -> None:
    """Show a picture in the running cell.

    :param picture: HTML.
    :param made: What the call returns; as the value of the cell it shows all pictures of the cell.
    """
    import marimo

    marimo.output.append(marimo.Html(picture))
    _front().remember(made)


class _Front:
    """Shows values that a call has returned together with the pictures of their cell.

    marimo 0.25 drops what a cell has shown when the cell has a value, and asks a registry, which is its own but the
    only place to be asked for a ``Path``, how a value looks.
    """

    def __init__(self) -> None:
        self._outputs: OrderedDict[Path, Any] = OrderedDict()
        self._known: set[type] = set()

    def remember(self, made: Any) -> None:
        from marimo._runtime.context import get_context

        running = get_context().execution_context
        if running is None:
            return
        if isinstance(made, Path):
            self._outputs[made] = running.output
            if len(self._outputs) > _KEPT:
                self._outputs.popitem(last=False)
        else:
            made.shown_in = running.output
        if type(made) not in self._known:
            self._known.add(type(made))
            self._register(type(made))

    def _register(self, kind: type) -> None:
        from marimo._output import formatting

        usual = formatting.FORMATTERS.get_formatter(kind("."))

        def look(value: Any) -> Any:
            shown = self._outputs.get(value) if isinstance(value, Path) else value.shown_in
            pictures = shown.stack() if shown is not None else None
            if pictures is None:
                return usual(value) if usual else ("text/html", f"<pre>{html.escape(repr(value))}</pre>")
            text = f"<pre>{html.escape(repr(value))}</pre>" if isinstance(value, Path) else ""
            return "text/html", f"{pictures.text}{text}"

        formatting.formatter(kind)(look)


@cache
def _front() -> _Front:
    return _Front()
