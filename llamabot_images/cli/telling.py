"""What a batch tells while it runs: the path of each picture, and each error once."""

import json
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from llamabot_images.asked import shown
from llamabot_images.cli.output import say, tell, told
from llamabot_images.errors import MissingKeyError

if TYPE_CHECKING:
    from llamabot_images.batch import BatchEvent, BatchOutcome, BatchResult

__all__ = ["Teller", "announced", "tell_end", "tell_interrupted"]

UNSENT = "nothing was sent"
LOST = "What was under way is left: it may be charged, and is sent again only with --retry-unknown."


class Teller:
    """Prints what becomes of the prompts, above the bar where there is one.

    :param as_json: Print one JSON object per prompt.
    """

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._errors = Counter[str]()

    def __call__(self, event: "BatchEvent") -> None:
        """Print what became of a prompt."""
        if event.outcome is not None:
            with _above_the_bar():
                self._print(event.outcome)

    def _print(self, one: "BatchOutcome") -> None:
        if self._as_json:
            return say(json.dumps(_as_json(one)))
        if one.error is not None and not _is_of_all(one):
            self._print_error(one, one.error)
        for path in one.files:
            say(path)
        return None

    def _print_error(self, one: "BatchOutcome", error: Exception) -> None:
        text = told(error)
        self._errors[text] += 1
        if self._errors[text] == 1:
            tell(error, f"error: prompt {one.index + 1}, {shown(one.prompt)}: {text}")

    def end(self) -> None:
        """Print how often an error came again."""
        for text, count in self._errors.items():
            if count > 1:
                more = "1 more prompt" if count == 2 else f"{count - 1:,} more prompts"
                say(f"error: {more}: {shorten(text, 100, placeholder=' …')}", err=True)


@contextmanager
def announced() -> Iterator[None]:
    """Say at Ctrl-C that the pictures under way are waited for; where there is a bar, it says so itself."""
    before = signal.getsignal(signal.SIGINT)
    if sys.stderr.isatty() or before is not signal.default_int_handler:
        yield
        return

    def stop(*_: object) -> None:
        signal.signal(signal.SIGINT, before)
        say("stopping: the pictures under way are waited for; Ctrl-C again leaves them", err=True)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def tell_interrupted(error: KeyboardInterrupt) -> None:
    """Say how far a batch is that Ctrl-C has ended, and what another Ctrl-C has cost."""
    first = error.__context__
    if isinstance(first, KeyboardInterrupt):
        first.add_note(LOST)
        error = first
    if not hasattr(error, "__notes__"):  # the batch had not begun
        error.add_note(UNSENT)
    tell(error, "stopped")


def tell_end(result: "BatchResult") -> None:
    """Print the last line: how many pictures there are, what they cost, and why the batch has stopped."""
    say(told(repr(result).strip("<>").removeprefix("BatchResult ")), err=True)


def _is_of_all(one: "BatchOutcome") -> bool:
    """Tell whether an error is that of the whole batch, which is told once, at the end."""
    return one.status == "not_sent" or isinstance(one.error, MissingKeyError)


def _as_json(one: "BatchOutcome") -> dict[str, Any]:
    error = None if one.error is None else f"{type(one.error).__name__}: {told(one.error)}"
    known = {"index": one.index, "id": one.id, "status": one.status, "prompt": one.prompt, "paths": list(one.files)}
    return {**known, "model": one.model, "cost": one.cost, "seconds": round(one.elapsed, 3), "error": error}


def _above_the_bar() -> Any:
    """Take the bar away for as long as something is printed."""
    if not sys.stderr.isatty():
        return nullcontext()
    from tqdm import tqdm

    return tqdm.external_write_mode(file=sys.stderr)
