"""Pictures in IPython in a terminal."""

import sys
from pathlib import Path

import pytest

from .typed_terminal import printed_in_terminal

pytest.importorskip("chafa", reason="the terminal extra is not installed")


def printed(terminal: str, *lines: str) -> str:
    """Type lines into IPython in a terminal and return all that it prints."""
    Path("typed.ipy").write_text("\n".join(("from llamabot_images import ImageBot", *lines)))
    variables = {"TERM": terminal, "IPYTHONDIR": str(Path("profile").absolute())}
    command = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "typed.ipy"]
    return printed_in_terminal(command, variables, errors=True)


@pytest.mark.parametrize(
    "call",
    ["path = bot('a fox')", "url = bot('a fox', return_url=True)", "for name in ('fox',):\n    bot('a ' + name)"],
)
def test_a_terminal_that_can_shows_the_picture_once(call: str) -> None:
    """In kitty one call draws one picture."""
    found = printed("xterm-kitty", "bot = ImageBot(model='offline/sketch', size='64x64')", call)

    assert 1 == found.count("\x1b_Ga=T")


def test_other_terminals_show_no_picture() -> None:
    """A terminal of text gets none, and no error."""
    found = printed("xterm-256color", "bot = ImageBot(model='offline/sketch', size='64x64')", "print(bot('a fox'))")

    assert "a-fox.png" == found.strip()
