"""What the words of a command line mean: a command, its misspelt name, or the prompt itself."""

import shlex
import sys
from difflib import get_close_matches
from itertools import takewhile
from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["PromptFirst", "PromptInQuotes"]

OWN = ("--help", "--version", "--install-completion", "--show-completion")


class PromptFirst(TyperGroup):
    """A group whose first word may be the prompt itself: ``generate`` is then meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``generate`` before a prompt."""
        if (args and args[0] not in {*self.commands, *OWN}) or (not args and not sys.stdin.isatty()):
            self._refuse_misspelt(ctx, args)
            args = ["generate", *args]
        return super().parse_args(ctx, args)

    def _refuse_misspelt(self, ctx: Any, args: list[str]) -> None:
        """Take what looks like a command's name for one, since a prompt is paid for."""
        for near in get_close_matches(args[0].lower() if args else "", self.commands, 1, 0.8):
            prompt = shlex.quote(" ".join(takewhile(lambda word: not word.startswith("-"), args)))
            message = f"{args[0]!r} is no command: did you mean {near}?"
            ctx.fail(f"{message} To draw it write: llamabot-images generate {prompt}")


class PromptInQuotes(TyperCommand):
    """A command that says what to do where a shell has cut the prompt at its spaces."""

    allow_extra_args = True

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse words after the prompt."""
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            prompt = shlex.quote(" ".join([str(ctx.params.get("prompt")), *rest]))
            ctx.fail(f"put the prompt in quotes: {prompt}")
        return rest
