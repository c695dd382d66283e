"""What a shell's Tab key is told."""

import os
import subprocess
from pathlib import Path

import pytest

from .test_cli import COMMAND


def completed(shell: str, line: str) -> str:
    """Return what a shell is told for a line that ends where its Tab key is pressed, without a terminal."""
    words = line.split(" ")
    asked = {
        "_LLAMABOT_IMAGES_COMPLETE": f"complete_{shell}",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_TYPER_COMPLETE_WORD_TO_COMPLETE": words[-1],
    }
    found = subprocess.run(
        COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, env={**os.environ, **asked}
    )
    assert "" == found.stderr
    return found.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_commands_are_offered(shell: str) -> None:
    """Each shell is given the commands that begin with the letters that are there."""
    told = completed(shell, "llamabot-images g")

    assert ["gallery", "generate"] == sorted(name for name in ("gallery", "generate", "batch") if name in told)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("llamabot-images ", "generate edit again batch compare gallery info models mcp"),
        ("llamabot-images galery --t", ""),
        ("llamabot-images gallery --t", "--title"),
        ("llamabot-images -m offline/sketch --qu", "--quality"),
        ("llamabot-images fox --qu", "--quality"),
        ("llamabot-images edit fox cat.png --ma", "--mask"),
    ],
)
def test_options_are_offered(line: str, offered: str) -> None:
    """Options are those of the command, or of a prompt in its place; nothing is complained of or drawn."""
    assert offered.split() == completed("bash", line).split()
    assert [] == list(Path().iterdir())
