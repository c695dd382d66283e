"""How far a batch is: a bar for people, events for programs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from llamabot_images import marimo_output, notebook
from llamabot_images.batch.outcomes import BatchEvent, BatchOutcome
from llamabot_images.errors import ImageBotWarning
from llamabot_images.warn import warn

__all__ = ["Progress"]


class Progress:
    """Counts outcomes and tells of them; never a reason for a batch to fail.

    ``warned`` is a warning of which a filter has made an error, for when there is a result.

    :param total: All prompts, ``None`` where nobody knows.
    :param is_shown: Whether there is a bar; ``None`` for a terminal or notebook.
    :param on_event: Called with a ``BatchEvent`` for each prompt, in the thread of the batch's caller.
    """

    def __init__(
        self, total: int | None, is_shown: bool | None, on_event: Callable[[BatchEvent], Any] | None = None
    ) -> None:
        self.total = total
        self.warned: ImageBotWarning | None = None
        self._on_event = on_event
        self._done = self._failed = 0
        self._cost = 0.0
        self._is_shown = is_shown
        self._bar: Any = None

    def start(self) -> None:
        """Tell that the batch begins, in the caller's thread: marimo knows no other."""
        if self._is_shown or (self._is_shown is None and _is_watched()):
            self._bar = _bar()(total=self.total, unit="picture", smoothing=0.1)
        self._tell("start")

    def note(self, outcome: BatchOutcome) -> None:
        """Count a prompt.

        :param outcome: What became of it.
        """
        self._done += outcome.ok
        self._failed += not outcome.ok
        self._cost += outcome.cost or 0.0
        if self._bar is not None:
            self._bar.set_postfix_str(f"failed {self._failed}, ${self._cost:.4g}", refresh=False)
            self._bar.update()
        self._tell(outcome.status, outcome)

    def say(self, text: str) -> None:
        """Say something to who watches the bar.

        :param text: One line.
        """
        if self._bar is not None:
            self._bar.write(text, file=sys.stderr)

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.refresh()
            self._bar.close()
        self._tell("end")

    def _tell(self, kind: str, outcome: BatchOutcome | None = None) -> None:
        if self._on_event is None:
            return
        try:
            self._on_event(BatchEvent(kind, self._done, self._failed, self.total, self._cost, outcome))
        except BaseException as error:
            self._on_event = None
            if not isinstance(error, Exception):
                raise
            with self.warning_later():
                warn(f"on_event raised {error!r} and is not called again; the batch goes on", ImageBotWarning)

    @contextmanager
    def warning_later(self) -> Iterator[None]:
        """Keep a warning of which a filter makes an error: raised now, it would take the result away."""
        try:
            yield
        except ImageBotWarning as warning:
            self.warned = self.warned or warning


def _bar() -> Any:
    """Return the kind of bar; the widgets of a notebook are asked for only where they are, since it warns else."""
    if find_spec("ipywidgets") is None:
        from tqdm import tqdm
    else:
        from tqdm.auto import tqdm
    return tqdm


def _is_watched() -> bool:
    is_terminal = bool(sys.stderr is not None and sys.stderr.isatty())
    return is_terminal or notebook.is_notebook() or marimo_output.is_running()
