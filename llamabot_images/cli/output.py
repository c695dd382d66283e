"""What commands print: results on stdout, everything else on stderr, and an exit code per class of error."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from llamabot_images.results import ImageResult

__all__ = ["EXIT_CODES", "fail", "failing", "print_places", "show", "waiting"]

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


@contextmanager
def failing() -> Iterator[None]:
    """Make of an error a message on stderr and an exit code."""
    try:
        yield
    except Exception as error:
        fail(error)


def fail(error: Exception) -> NoReturn:
    """Say what happened and end with the error's own exit code."""
    if isinstance(error, (typer.Exit, typer.BadParameter)):
        raise error
    from llamabot_images.redact import redact_text

    told = f"{error.filename!r}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    typer.echo(f"error: {redact_text(told)}", err=True)
    for note in getattr(error, "__notes__", ()):
        typer.echo(f"       {note}", err=True)
    codes = (EXIT_CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT_CODES)
    raise typer.Exit(next(codes, 1)) from None


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
        typer.echo(json.dumps(line) if as_json else place)


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
                typer.echo(drawing)
    if is_opened:
        for path in paths:
            typer.launch(path)
