"""What the command line understands, and the words in which it answers."""

import os
import pty
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from llamabot_images.catalogue import ModelRow
from llamabot_images.cli.model_table import lines_of, table_of
from llamabot_images.cli.wording import reworded
from llamabot_images.prices import Prices

from .test_cli import COMMAND, OFFLINE, run

ROWS = [
    ModelRow("offline/sketch", "offline", "live", None, None, Prices(0, 0, 0), "any", ("n", "size")),
    ModelRow("gpt-image-1", "openai", "retired", date(2026, 10, 23), "gpt-image-2", None, "any", None),
    ModelRow(f"fal_ai/{'long' * 14}", "fal_ai", "live", None, None, Prices(1, 0.1, 0.2), "any", ("size",) * 40),
]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["galery"], "did you mean gallery? To draw it write: llamabot-images generate galery"),
        (["Edit", "a.png"], "did you mean edit?"),
        (["model", "railway"], "llamabot-images generate 'model railway'"),
        (["help"], "did you mean --help?"),
        (["Version"], "did you mean --version?"),
        ([__file__], "is a file, and no prompt. To draw it write: llamabot-images generate /"),
        (["a", "fox", "in", "the", "snow"], "put the prompt in quotes: 'a fox in the snow'"),
        (["compare", "a", "fox"], "put the prompt in quotes: 'a fox'"),
    ],
)
def test_a_slip_is_no_prompt(words: list[str], said: str) -> None:
    """A misspelt command, or a prompt without its quotes, is refused and draws nothing."""
    found = run(*words, *OFFLINE[:2])

    assert (2, "") == (found.returncode, found.stdout)
    assert said in found.stderr
    assert [] == list(Path().iterdir())


def test_a_name_like_a_commands_is_drawn_when_it_is_said_so() -> None:
    """`generate galery` draws what a misspelt command looks like."""
    assert "galery.png\n" == run("generate", "galery", *OFFLINE).stdout


def test_a_dash_is_standard_input() -> None:
    """`-` reads the prompt from standard input, as elsewhere."""
    assert "a-fox.png\n" == run("-", *OFFLINE, input="a fox\n").stdout


def test_waiting_for_a_prompt_is_said() -> None:
    """In a terminal the command says that it reads the prompt from there."""
    ours, theirs = pty.openpty()
    running = subprocess.Popen([*COMMAND, *OFFLINE], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(theirs)
    assert running.stderr is not None
    said = running.stderr.readline()
    os.write(ours, b"a fox\n\x04")
    printed, _ = running.communicate(timeout=300)
    os.close(ours)

    assert b"Ctrl-D" in said
    assert b"a-fox.png\n" == printed


@pytest.mark.parametrize(
    ("setting", "option"), [("model=x", "--model"), ("save_dir=x", "--output"), ("save_path=x", "--output")]
)
def test_what_has_an_option_is_no_parameter(setting: str, option: str) -> None:
    """`-p` with the name of something that an option says is refused with the option's name."""
    found = run("a fox", *OFFLINE, "-p", setting)

    assert (2, True) == (found.returncode, f"use {option}" in found.stderr)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("set OPENAI_API_KEY, or pass api_key=; nothing was sent", "set OPENAI_API_KEY; nothing was sent"),
        ("set A and B, or pass aws_a= and aws_b=; no", "set A and B; no"),
        ("model='offline/sketch' needs no key", "--model offline/sketch needs no key"),
        ("is used instead: pass model='gpt-image-2'", "is used instead: pass --model gpt-image-2"),
        ("If its chat draws, pass route='chat'", "If its chat draws, pass -p route=chat"),
        ("with api_base= for a server of your own", "with -p api_base= for a server of your own"),
        ("pass retry_unknown=True to send it", "give --retry-unknown to send it"),
        ("named in allow_private_hosts", "named in the variable LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS"),
        ("max_cost is no setting: make another bot with it", "max_cost is no setting: it belongs to the whole command"),
        ("quality='banana' left out", "quality='banana' left out"),
    ],
)
def test_messages_speak_of_options(told: str, said: str) -> None:
    """What a program would pass is what somebody at a shell can write, and keys are no arguments."""
    assert said == reworded(told)


@pytest.mark.parametrize("more", [("-o", "fox.png"), ("--sidecar",), ("--open",)])
def test_what_is_not_saved_has_no_place(more: tuple[str, ...]) -> None:
    """`--url` with an option that only a saved picture can have is refused before anything is drawn."""
    found = run("a fox", *OFFLINE, "--url", *more)

    assert (2, "") == (found.returncode, found.stdout)
    assert "with --url nothing is saved" in found.stderr


def test_picture_before_prompt_is_told() -> None:
    """`edit PICTURE PROMPT` says which comes first."""
    run("a fox", *OFFLINE)

    found = run("edit", "a-fox.png", "make it night", *OFFLINE)

    assert (2, "") == (found.returncode, found.stdout)
    assert "'a-fox.png' is a file: the prompt comes first" in found.stderr


@pytest.mark.parametrize("more", [("--host", "0.0.0.0"), ("--port", "80"), ("--allowed-host", "pictures.test")])
def test_an_address_without_http_is_refused(more: tuple[str, ...]) -> None:
    """`mcp` does not serve its standard input where somebody has named an address."""
    found = run("mcp", *OFFLINE[:2], *more)

    assert (2, True) == (found.returncode, "--http" in found.stderr)


def test_again_without_a_record_names_the_option() -> None:
    """A picture without a record is told of with `--sidecar`, not with Python."""
    run("a fox", *OFFLINE)

    found = run("again", "a-fox.png")

    assert "--sidecar keeps a record" in found.stderr
    assert "ImageBot" not in found.stderr


def test_again_loads_nothing_that_an_offline_picture_does_not_need() -> None:
    """To draw an offline picture again LiteLLM is not loaded, which takes seconds."""
    run("a fox", *OFFLINE, "--sidecar")
    code = (
        "import sys; sys.argv = ['llamabot-images', 'again', 'a-fox.png']; from llamabot_images.cli import main\n"
        "try: main()\nfinally: print('litellm' in sys.modules)"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert "a-fox-2.png\nFalse\n" == found.stdout


def test_a_name_that_is_too_long_is_an_error_of_saving() -> None:
    """A file name that no file system takes has the exit code of files that cannot be written."""
    assert 10 == run("a fox", *OFFLINE, "-o", f"{'long ' * 60}.png").returncode


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_models_fit_the_terminal(width: int) -> None:
    """No line of the table is wider than the terminal, and what follows a dead model is always there."""
    lines = list(table_of(ROWS, width))

    assert max(map(len, lines)) <= width
    assert "-> gpt-image-2" in " ".join(lines)
    assert "retired 2026-10-23" in " ".join(lines)


def test_models_are_whole_lines_for_programs() -> None:
    """Without a terminal there is one line for each model, with all it takes."""
    lines = list(lines_of(ROWS))

    assert (3, True) == (len(lines), lines[2].endswith(", ".join(["size"] * 40) + ")"))


def test_models_are_found_in_capitals() -> None:
    """`models GPT-IMAGE-2` finds gpt-image-2."""
    assert "gpt-image-2 " in run("models", "GPT-IMAGE-2").stdout


def test_a_host_for_others_names_the_option() -> None:
    """`mcp --http` at an address that others reach says which option lets them in."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    found = run("mcp", "--http", "--host", "0.0.0.0", *OFFLINE[:2])

    assert 1 == found.returncode
    assert "reached by with --allowed-host\n" in found.stderr


@pytest.mark.parametrize("is_taken", [True, False])
def test_a_port_that_cannot_be_had_is_told(is_taken: bool) -> None:
    """`mcp --http` says that nothing can listen there before it says that something does."""
    pytest.importorskip("mcp", reason="the extra mcp is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1] if is_taken else 70_000
        found = run("mcp", "--http", "--port", str(port), *OFFLINE[:2])

    assert 1 == found.returncode
    assert found.stderr.startswith(f"error: nothing can listen at port {port} of '127.0.0.1'")
    assert "--port" in found.stderr
    assert 1 == len(found.stderr.splitlines())
