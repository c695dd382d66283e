"""The command line: ``llamabot-images "a red panda"`` saves a picture and prints its path."""

import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from llamabot_images.cli import looking, making, many
from llamabot_images.cli.output import EXIT_CODES

__all__ = ["EXIT_CODES", "app", "main"]


class PromptFirst(TyperGroup):
    """A group whose first word may be the prompt itself: ``generate`` is then meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``generate`` before a prompt."""
        own = {*self.commands, "--help", "--version", "--install-completion", "--show-completion"}
        if (args and args[0] not in own) or (not args and not sys.stdin.isatty()):
            args = ["generate", *args]
        return super().parse_args(ctx, args)


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
    show_version: Annotated[bool, typer.Option("--version", callback=version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Generate images with any model: llamabot-images "a red panda"."""


COMMANDS: tuple[Callable[..., None], ...] = (
    making.generate,
    making.edit,
    making.again,
    many.batch,
    many.compare,
    many.gallery,
    looking.info,
    looking.models,
    looking.mcp,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command."""
    # A line of this program says nothing to whoever typed the command.
    warnings.formatwarning = lambda message, *about: f"warning: {message}\n"
    app(prog_name="llamabot-images")
