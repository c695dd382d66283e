"""Pictures in marimo, where the value of a cell takes the place of what the cell has shown before."""

import html
import sys
from collections import OrderedDict
from functools import cache
from pathlib import Path
from typing import Any

__all__ = ["is_running", "show", "value"]

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


def value(picture: str, made: Any) -> Any:
    """Return what marimo shows for a reference that is the value of a cell.

    :param picture: HTML of it.
    :param made: The reference; where the cell has shown it already, what the cell has shown is returned.
    """
    import marimo

    shown = _shown()
    return shown.stack() if shown is not None and made.shown_in is shown else marimo.Html(picture)


def _shown() -> Any:
    """Return what the running cell has shown, ``None`` outside of cells."""
    from marimo._runtime.context import safe_get_context

    context = safe_get_context()
    running = context.execution_context if context is not None else None
    return running.output if running is not None else None


class _Front:
    """Shows paths that a call has returned together with the pictures of their cell.

    marimo 0.25 drops what a cell has shown when the cell has a value, and asks a registry, which is its own but the
    only place to be asked for a ``Path``, how a value looks.
    """

    def __init__(self) -> None:
        self._outputs: OrderedDict[Path, Any] = OrderedDict()
        self._known: set[type] = set()

    def remember(self, made: Any) -> None:
        if not isinstance(made, Path):
            made.shown_in = _shown()
            return
        self._outputs[made] = _shown()
        if len(self._outputs) > _KEPT:
            self._outputs.popitem(last=False)
        if type(made) not in self._known:
            self._known.add(type(made))
            self._register(type(made))

    def _register(self, kind: type) -> None:
        from marimo._output import formatting

        usual = formatting.FORMATTERS.get_formatter(kind("."))

        def look(path: Any) -> Any:
            shown = self._outputs.get(path)
            pictures = shown.stack() if shown is not None and shown is _shown() else None
            if pictures is None:
                return usual(path) if usual else ("text/html", f"<pre>{html.escape(repr(path))}</pre>")
            return "text/html", f"{pictures.text}<pre>{html.escape(repr(path))}</pre>"

        formatting.formatter(kind)(look)


@cache
def _front() -> _Front:
    return _Front()
