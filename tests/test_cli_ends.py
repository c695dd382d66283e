"""How commands end: by Ctrl-C, at a closed stream, and when a comparison cannot be saved."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from llamabot_images import sketch
from llamabot_images.cli.bot import CommandBot

from .providers import Hang, ProviderServer
from .run_docs import environment_for
from .test_cli import COMMAND, OFFLINE, run
from .waiting import until


def started(*words: str, environment: dict[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command."""
    about = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*COMMAND, *words], text=True, env={**os.environ, **(environment or {})}, **about)


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run the command by a shell; `COMMAND` stands for it in the line."""
    return subprocess.run(line.replace("COMMAND", " ".join(COMMAND)), shell=True, capture_output=True, text=True)


def test_ctrl_c_says_that_a_picture_may_be_charged(provider: ProviderServer) -> None:
    """While a paid request is out, what Ctrl-C costs is said."""
    provider.always(Hang("request"))
    bot = CommandBot(**provider.kwargs_for("gpt-image-2"))

    def stop() -> None:
        until(lambda: provider.posts)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop, daemon=True).start()
    with pytest.raises(KeyboardInterrupt) as caught:
        bot.generate("a fox")

    assert ["may be charged"] == [one[-14:] for one in caught.value.__notes__]


def test_ctrl_c_waits_for_none_of_several_requests(provider: ProviderServer) -> None:
    """Where a picture each is asked for side by side, an interrupt ends the call all the same, with the same words."""
    provider.always(Hang("request"))
    bot = CommandBot(**provider.kwargs_for("gemini"), n=3)

    def stop() -> None:
        until(lambda: 3 == len(provider.posts))
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=stop, daemon=True).start()
    with pytest.raises(KeyboardInterrupt) as caught:
        bot.generate("a fox")

    assert ["may be charged"] == [one[-14:] for one in caught.value.__notes__]


def test_ctrl_c_says_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture of the offline model costs nothing, and Ctrl-C says so."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sketch, "draw", stop)
    with pytest.raises(KeyboardInterrupt) as caught:
        CommandBot(model="offline/sketch").generate("a fox")

    assert ["nothing was sent"] == caught.value.__notes__


def test_ctrl_c_in_a_comparison_names_the_pictures_that_are_there(provider: ProviderServer) -> None:
    """`compare` ends with 130 and names what it had saved, and that the rest may be charged."""
    provider.always(Hang("request"))
    Path("a-fox-of-before.png").write_bytes(b"")
    models = ("-m", "gpt-image-2", "-m", "offline/sketch")

    running = started("compare", "a fox", *models, environment=environment_for(provider))
    until(lambda: provider.posts and Path("a-fox-sketch.png").exists())
    running.send_signal(signal.SIGINT)
    printed, said = running.communicate(timeout=300)

    assert (130, "") == (running.returncode, printed)
    assert "may be charged" in said
    assert ["a-fox-sketch.png"] == [line.split()[-1] for line in said.splitlines() if "saved before" in line]


@pytest.mark.parametrize("stream", [">&-", "2>&-", "<&-"])
def test_closed_stream_costs_no_picture(stream: str) -> None:
    """A program that starts the command without a stream gets its picture, and no other complaint."""
    found = shell(f"COMMAND 'a fox' -m offline/sketch --size 64x64 {stream}")

    assert (0, "") == (found.returncode, found.stderr)
    assert Path("a-fox.png").is_file()


def test_no_prompt_can_be_read_from_a_closed_stream() -> None:
    """A missing prompt with standard input closed is an empty prompt, and an error that says so."""
    found = shell("COMMAND -m offline/sketch <&-")

    assert (2, "error: the prompt is ''; say what to draw\n") == (found.returncode, found.stderr)


def test_reader_that_goes_away_is_no_error() -> None:
    """When nobody reads the paths any more the command ends quietly, with the pictures saved."""
    found = shell("(COMMAND 'a fox' -m offline/sketch --size 64x64; echo $? >&2) | true")

    assert "141\n" == found.stderr
    assert Path("a-fox.png").is_file()


@pytest.mark.parametrize("output", ["sheet.txt", "sheet.heic", "/dev/null/sheet.png"])
def test_a_sheet_that_cannot_be_written_is_refused_first(output: str) -> None:
    """`compare -o` draws nothing where the sheet's file cannot be."""
    found = run("compare", "a fox", *OFFLINE, "-o", output)

    assert (True, "") == (found.returncode in (2, 10), found.stdout)
    assert [] == list(Path().iterdir())


def test_a_sheets_place_may_be_a_folder_or_a_name_without_ending() -> None:
    """`-o album/` takes a free name in a folder that need not be there, `-o both` becomes both.png."""
    places = [run("compare", "a fox", *OFFLINE, "-o", one).stdout.splitlines()[-1] for one in ("album/", "both")]

    assert ["album/compare.png", "both.png"] == places
    assert Path("album/a-fox-sketch.png").is_file()


def test_pictures_are_told_though_others_and_the_sheet_cannot_be_saved() -> None:
    """When the folder is lost on the way, the table is printed all the same, and the code is that of the error."""
    running = started("compare", "a fox", "-m", "offline/sketch", "-m", "offline/slow", "--size", "64x64", "-o", "a/")
    until(lambda: Path("a/a-fox-sketch.png").exists())
    Path("a").rename("kept")
    Path("a").write_text("no folder")
    printed, said = running.communicate(timeout=300)

    assert 10 == running.returncode
    assert "a/a-fox-sketch.png" in printed
    assert "SaveError" in printed
    assert "error: 'a/compare.png' cannot be written" in said


def test_a_picture_that_is_not_saved_is_no_success() -> None:
    """Where only a picture is lost the sheet is there, and the code is not 0."""
    code = (
        "import sys; from pathlib import Path; from llamabot_images import saving, cli; from llamabot_images.errors "
        "import SaveError\n"
        "def full(*_): raise SaveError('the disk is full')\n"
        "saving.save_result = full; sys.argv = ['llamabot-images', 'compare', 'a fox', '-m', 'offline/sketch']\n"
        "cli.main()"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

    assert (10, "compare.png") == (found.returncode, found.stdout.splitlines()[-1])
