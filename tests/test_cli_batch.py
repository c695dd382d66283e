"""What the command `batch` says while it runs and when it is stopped."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from .test_cli import COMMAND, OFFLINE, run
from .test_cli_ends import shell, started, until
from .typed_terminal import printed_in_terminal

SLOW = ("-m", "offline/slow", "--size", "64x64", "-w", "1", "-o", "album")


def written(*prompts: str) -> str:
    """Write a file of prompts and return its name."""
    Path("prompts.txt").write_text("\n".join(prompts))
    return "prompts.txt"


def test_an_error_is_told_once_with_its_prompt_and_a_count() -> None:
    """Equal errors are one message, which names the first prompt; then it is said how many more there are."""
    found = run("batch", written("a fox", "", "a cat", "a dog"), "-m", "offline/refuses", "-w", "1", "-o", "album")

    errors = [line for line in found.stderr.splitlines() if line.startswith("error")]
    assert ["error: prompt 1, 'a fox': offline", "error: 2 more prompts: offline re"] == [one[:33] for one in errors]


def test_an_errors_advice_is_told() -> None:
    """The notes of an error stand under it."""
    found = run("batch", written("a fox"), "-m", "offline/rate-limited", "-o", "album")

    assert any(line.startswith("       ") for line in found.stderr.splitlines())


def test_paths_and_bar_have_lines_of_their_own() -> None:
    """In a terminal no path stands beside the bar, which knows how many prompts there are."""
    printed = printed_in_terminal(
        [*COMMAND, "batch", written("a fox", "a cat", "a dog"), *OFFLINE, "-o", "album"],
        {"TQDM_NCOLS": "80", "TQDM_NROWS": "24"},
        errors=True,
    )

    seen = [line.rstrip("\r").rpartition("\r")[2] for line in printed.split("\n")]
    assert ["album/a-cat.png", "album/a-dog.png", "album/a-fox.png"] == sorted(one for one in seen if ".png" in one)
    assert "3/3" in printed


def test_reader_that_goes_away_ends_a_batch_quietly() -> None:
    """`batch … | head -1` keeps the pictures that were drawn, and complains of nothing."""
    written(*[f"fox {number}" for number in range(40)])

    found = shell("(COMMAND batch prompts.txt -m offline/sketch --size 64x64 -w 1 -o album; echo $? >&2) | head -1")

    assert ("album/fox-0.png\n", "141\n") == (found.stdout, found.stderr)
    assert 2 <= len(list(Path("album").glob("*.png"))) < 40


def test_ctrl_c_in_a_pipe_says_what_it_waits_for() -> None:
    """The first Ctrl-C lets the pictures under way come, says so at once, and how to go on."""
    running = started("batch", written("a fox", "a cat", "a dog"), *SLOW)
    said = stopped(running)

    assert 130 == running.returncode
    assert "stopping: the pictures under way are waited for; Ctrl-C again leaves them\n" in said
    assert "Prompts with a picture: 1 of 3. Run the same command again to take up the rest." in said
    assert "--retry-unknown" not in said


def test_a_second_ctrl_c_says_what_it_leaves() -> None:
    """Who does not wait is told that what was under way may be charged, and is sent again only when it is asked for."""
    running = started("batch", written("a fox", "a cat", "a dog"), *SLOW)
    said = stopped(running, again=True)

    assert 130 == running.returncode
    assert "may be charged, and is sent again only with --retry-unknown" in said


def stopped(running: "subprocess.Popen[str]", *, again: bool = False) -> str:
    """Interrupt a batch whose first picture is under way, once or twice, and return what it says."""
    assert running.stderr is not None
    journal = Path("album/.llamabot-images/journal.jsonl")
    until(lambda: journal.exists() and "intent" in journal.read_text())
    running.send_signal(signal.SIGINT)
    first = running.stderr.readline()
    if again:
        time.sleep(0.3)  # the first one is being raised just now
        running.send_signal(signal.SIGINT)
    return first + running.communicate(timeout=300)[1]


@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_prompt_that_is_no_text_is_told_and_the_rest_are_printed(words: tuple[str, ...]) -> None:
    """A number or nothing in the place of a prompt is an error of its own; what is drawn after it is printed."""
    Path("prompts.jsonl").write_text('{"prompt": 5}\n"a fox"\n{"prompt": null}\n"a cat"\n')

    found = run("batch", "prompts.jsonl", *OFFLINE, "-w", "1", "-o", "album", *words)

    lines = found.stdout.splitlines()
    assert ["album/a-fox.png", "album/a-cat.png"] == (
        [path for line in lines for path in json.loads(line)["paths"]] if words else lines
    )
    assert "on_event" not in found.stderr
    if words:
        assert [5, "a fox", None, "a cat"] == [json.loads(line)["prompt"] for line in lines]
    else:
        assert "error: prompt 1, 5: the prompt is 5; say what to draw" in found.stderr


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
@pytest.mark.parametrize("name", ["id", "file_name"])
def test_one_name_twice_is_seen_before_anything_is_drawn(name: str, words: tuple[str, ...]) -> None:
    """Two prompts of a file with one name are wrong usage: nothing is drawn, and it is said which they are."""
    rows = [{"prompt": "a fox", name: "a.png"}, {"prompt": "an owl"}, {"prompt": "a cat", name: "a.png"}]
    Path("prompts.jsonl").write_text("\n".join(map(json.dumps, rows)))

    found = run("batch", "prompts.jsonl", *OFFLINE, "-w", "1", "-o", "album", *words)

    assert (2, "") == (found.returncode, found.stdout)
    assert f"{name} 'a.png' of prompt 3 is already that of prompt 1; nothing was sent" in " ".join(found.stderr.split())
    assert not Path("album").exists()
