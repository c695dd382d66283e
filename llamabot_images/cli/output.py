"""What commands print: results on stdout, everything else on stderr, and an exit code per class of error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from llamabot_images.cli.wording import reworded

if TYPE_CHECKING:
    from llamabot_images.results import ImageResult

__all__ = [
    "EXIT_CODES",
    "INTERRUPTED",
    "code_of",
    "fail",
    "failing",
    "print_places",
    "say",
    "show",
    "tell",
    "told",
    "waiting",
]

#: What a program that calls the command can tell apart. 2 is the command line's own: wrong usage.
EXIT_CODES = {
    "UnsupportedParameterError": 2,
    "UnroutedModelError": 2,
    "MissingKeyError": 3,
    "AuthenticationError": 3,
    "ContentPolicyError": 4,
    "ModelRetiredError": 5,
    "BudgetExceededError": 6,
    "RateLimitError": 7,
    "DownloadError": 8,
    "UnsafeURLError": 8,
    "NoImageError": 9,
    "InvalidImageError": 9,
    "SaveError": 10,
    "BatchError": 11,
    "JournalError": 11,
}
#: As shells have them: ended by Ctrl-C, and by a reader that went away.
INTERRUPTED = 130
UNREAD = 141


def say(text: object, *, err: bool = False) -> None:
    """Print a line, and end quietly where nobody reads any more.

    :param text: The line.
    :param err: Print it to stderr.
    """
    try:
        typer.echo(text, err=err)
    except BrokenPipeError:
        # What is left in the stream would be written, and complained of, when Python ends.
        setattr(sys, "stderr" if err else "stdout", None)
        raise SystemExit(UNREAD) from None


def tell(error: BaseException, what: str | None = None) -> None:
    """Print an error, or what stands for it, and its notes to stderr.

    :param error: With the library's message.
    :param what: In place of the message.
    """
    say(what or f"error: {told(error)}", err=True)
    for note in getattr(error, "__notes__", ()):
        say(f"       {told(note)}", err=True)


def told(error: BaseException | str) -> str:
    """Return a message of the library in the words of the command line.

    :param error: An error, or its message.
    """
    from llamabot_images.redact import redact_text

    is_of_file = isinstance(error, OSError) and error.filename
    text = f"{error.filename!r}: {error.strerror}" if is_of_file else str(error)  # type: ignore[union-attr]
    return reworded(redact_text(text))


def code_of(error: BaseException) -> int:
    """Return the exit code of an error's class."""
    codes = (EXIT_CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT_CODES)
    return next(codes, 1)


@contextmanager
def failing() -> Iterator[None]:
    """Make of an error, or of Ctrl-C, a message on stderr and an exit code."""
    try:
        yield
    except KeyboardInterrupt as error:
        tell(error, "stopped")
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        fail(error)


def fail(error: Exception) -> NoReturn:
    """Say what happened and end with the error's own exit code."""
    if isinstance(error, (typer.Exit, typer.BadParameter)):
        raise error
    tell(error)
    raise typer.Exit(code_of(error)) from None


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show on stderr that work goes on and for how long, where a person watches."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what)
        yield


def print_places(result: "ImageResult", places: list[str], as_json: bool) -> None:
    """Print where the pictures are, one line each."""
    for place, line in zip(places, _lines(result, places), strict=True):
        say(json.dumps(line) if as_json else place)


def _lines(result: "ImageResult", places: list[str]) -> list[dict[str, Any]]:
    cost = None if result.cost is None else result.cost / len(result)
    shared = {"prompt": result.prompt, "model": result.model, "cost": cost, "seconds": round(result.elapsed, 3)}
    notes = [str(one) for one in result.adjustments]
    return [{"path": place, **shared, "adjustments": notes} for place in places]


def show(paths: list[str], as_json: bool, is_opened: bool) -> None:
    """Show saved pictures: in the terminal where it can, and in the computer's viewer where that is wanted."""
    if sys.stdout.isatty() and not as_json:
        from llamabot_images.terminal import drawing_of

        for path in paths:
            if drawing := drawing_of(path):
                say(drawing)
    if is_opened:
        for path in paths:
            typer.launch(path)
