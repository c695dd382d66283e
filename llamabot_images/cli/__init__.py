"""The command line: ``llamabot-images "a red panda"`` saves a picture and prints its path."""

import os
import sys
import warnings
from collections.abc import Callable
from typing import Annotated

import typer

from llamabot_images.cli import comparing, looking, making, many
from llamabot_images.cli.output import EXIT_CODES
from llamabot_images.cli.wording import reworded
from llamabot_images.cli.words import PromptFirst, PromptInQuotes

__all__ = ["EXIT_CODES", "app", "main"]

app = typer.Typer(
    cls=PromptFirst,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help='Generate images with any model: llamabot-images "a red panda".',
)


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from llamabot_images import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Generate images with any model: llamabot-images "a red panda"."""


COMMANDS: tuple[Callable[..., None], ...] = (
    making.generate,
    making.edit,
    making.again,
    many.batch,
    comparing.compare,
    looking.gallery,
    looking.info,
    looking.models,
    looking.mcp,
)
for command in COMMANDS:
    app.command(cls=PromptInQuotes if command in (making.generate, comparing.compare) else None)(command)


def main() -> None:
    """Run the command."""
    open_streams()
    # A line of this program says nothing to whoever typed the command.
    warnings.formatwarning = lambda message, *about: f"warning: {reworded(str(message))}\n"
    app(prog_name="llamabot-images")


def open_streams() -> None:
    """Put nothing in the place of a stream that was closed before the program began."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, open to the end
