"""What the words of a command line mean: a command, its misspelt name, or the prompt itself."""

import shlex
import sys
from difflib import get_close_matches
from itertools import takewhile
from os.path import isfile
from typing import Any

from typer.core import TyperCommand, TyperGroup

__all__ = ["PromptFirst", "PromptInQuotes"]

OWN = ("--help", "--version", "--install-completion", "--show-completion")


class PromptFirst(TyperGroup):
    """A group whose first word may be the prompt itself: ``generate`` is then meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``generate`` before a prompt."""
        is_tab = ctx.resilient_parsing  # a shell asks what could stand here
        if args[0] not in {*self.commands, *OWN} if args else not (is_tab or sys.stdin.isatty()):
            if not is_tab:
                self._refuse_slip(ctx, args)
            args = ["generate", *args]
        return super().parse_args(ctx, args)

    def _refuse_slip(self, ctx: Any, args: list[str]) -> None:
        """Ask about what looks like a command or a file, since a prompt is paid for."""
        word = args[0] if args else ""
        option = f"--{word.lower()}"
        if near := [option] if option in OWN else get_close_matches(word.lower(), self.commands, 1, 0.8):
            slip = f"is no command: did you mean {near[0]}?"
        elif isfile(word):
            slip = "is a file, and no prompt."
        else:
            return
        prompt = shlex.quote(" ".join(takewhile(lambda one: not one.startswith("-"), args)))
        ctx.fail(f"{word!r} {slip} To draw it write: llamabot-images generate {prompt}")


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
