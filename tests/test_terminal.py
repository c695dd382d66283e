"""Pictures in terminals, told by their environments."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import COMMAND, OFFLINE
from tests.typed_terminal import PLAIN, printed_in_terminal

pytest.importorskip("chafa", reason="the terminal extra is not installed")


def printed(variables: dict[str, str], *words: str) -> str:
    """Run the command with a terminal for its output and return what it prints there."""
    return printed_in_terminal([*COMMAND, *words], variables)


@pytest.mark.parametrize(
    ("variables", "opening"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b_G"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app", "LC_TERMINAL": "iTerm2"}, "\x1b]1337;File="),
        ({"TERM": "foot"}, "\x1bP"),
    ],
    ids=["kitty", "iterm2", "sixel"],
)
def test_terminals_that_can_show_the_picture(variables: dict[str, str], opening: str) -> None:
    """After its path the picture is drawn in the terminal's own way."""
    found = printed(variables, "a fox", *OFFLINE)

    assert found.startswith("a-fox.png\r\n")
    assert opening in found


@pytest.mark.parametrize("terminal", ["xterm-256color", "dumb", ""])
def test_other_terminals_get_the_path_alone(terminal: str) -> None:
    """A terminal of text gets no pixels."""
    assert "a-fox.png\r\n" == printed({"TERM": terminal}, "a fox", *OFFLINE)


def test_json_gets_no_picture() -> None:
    """--json is for programs, in a terminal too."""
    assert "\x1b_G" not in printed({"TERM": "xterm-kitty"}, "a fox", *OFFLINE, "--json")


def test_a_pipe_gets_the_path_alone() -> None:
    """Piped output is text, whatever the terminal can do."""
    found = subprocess.run(
        [*COMMAND, "a fox", *OFFLINE], capture_output=True, text=True, env={**PLAIN, "TERM": "xterm-kitty"}
    )

    assert "a-fox.png\n" == found.stdout


def test_nothing_is_drawn_of_what_is_no_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that cannot be read gives no drawing and no error."""
    from llamabot_images.terminal import drawing_of

    monkeypatch.setenv("TERM", "xterm-kitty")
    Path("note.png").write_text("a note")

    assert [None, None] == [drawing_of("note.png"), drawing_of("missing.png")]


def test_without_the_extra_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is optional: without it the command prints paths."""
    from llamabot_images.terminal import drawing_of

    monkeypatch.setitem(sys.modules, "chafa", None)

    assert drawing_of("a-fox.png") is None
