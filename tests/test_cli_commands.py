"""The further commands, run as commands."""

import json
from pathlib import Path

import pytest
from PIL import Image

from tests.test_cli import OFFLINE, run


def test_edit_changes_a_picture_and_saves_the_new_one() -> None:
    """`edit PROMPT IMAGE` leaves the picture as it is and prints the path of another."""
    run("a house", *OFFLINE)
    before = Path("a-house.png").read_bytes()

    found = run("edit", "make it night", "a-house.png", *OFFLINE)

    assert (0, "make-it-night.png\n") == (found.returncode, found.stdout)
    assert before == Path("a-house.png").read_bytes()
    assert before != Path("make-it-night.png").read_bytes()


def test_edit_of_no_picture_is_an_error_of_its_own() -> None:
    """What is no picture is named, with the exit code of broken pictures."""
    Path("note.png").write_text("a note")

    found = run("edit", "make it night", "note.png", *OFFLINE)

    assert 9 == found.returncode
    assert "note.png" in found.stderr


def test_info_tells_what_made_a_picture() -> None:
    """`info FILE` prints type, size, prompt and model of a picture with a record."""
    run("a fox", *OFFLINE, "--sidecar")

    found = json.loads(run("info", "a-fox.png", "--json").stdout)

    assert ("image/png", "64x64", "a fox", "offline/sketch", ["sidecar"]) == tuple(
        found[name] for name in ("type", "size", "prompt", "model", "marks")
    )


def test_again_draws_what_a_record_says() -> None:
    """`again FILE` asks for the same prompt, model, size and seed: the offline model gives the same bytes."""
    run("a fox", *OFFLINE, "--sidecar", "-p", "seed=7")

    assert "a-fox-2.png\n" == run("again", "a-fox.png").stdout
    assert Path("a-fox.png").read_bytes() == Path("a-fox-2.png").read_bytes()


def test_again_works_for_a_picture_of_a_batch() -> None:
    """The journal of a batch is a record too."""
    Path("prompts.txt").write_text("a fox\na cat\n")
    run("batch", "prompts.txt", *OFFLINE, "-o", "album")

    found = run("again", "album/a-cat.png")

    assert (0, "a-cat.png\n") == (found.returncode, found.stdout)
    assert Path("album/a-cat.png").read_bytes() == Path("a-cat.png").read_bytes()


def test_again_works_for_a_picture_in_a_folder_below() -> None:
    """The journal is found where a prompt has named a folder of its own for its picture."""
    Path("prompts.jsonl").write_text('{"prompt": "a cat", "file_name": "pets/tom.png"}')
    run("batch", "prompts.jsonl", *OFFLINE, "-o", "album")

    found = run("again", "album/pets/tom.png")

    assert (0, "a-cat.png\n") == (found.returncode, found.stdout)
    assert Path("album/pets/tom.png").read_bytes() == Path("a-cat.png").read_bytes()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prompts.txt", "a fox\n\n  a cat  \n"),
        ("prompts.csv", "id,prompt,seed\none,a fox,7\ntwo,a cat,\n"),
        ("captions.csv", "\ufefftext\na fox\na cat\n"),
        ("prompts.jsonl", '"a fox"\n{"prompt": "a cat", "seed": 7}\n'),
    ],
)
def test_batch_reads_text_csv_and_jsonl(name: str, text: str) -> None:
    """Prompts come one a line, from a column, or as objects with settings of their own."""
    Path(name).write_text(text, encoding="utf-8")

    found = run("batch", name, *OFFLINE, "-o", "album")

    assert (0, ["album/a-cat.png", "album/a-fox.png"]) == (found.returncode, sorted(found.stdout.split()))


def test_batch_reads_standard_input_and_reports_every_prompt() -> None:
    """`-` is standard input; --json prints one object per prompt."""
    found = run("batch", "-", *OFFLINE, "-o", "album", "--json", input="a fox\na cat\n")

    lines = sorted((json.loads(line) for line in found.stdout.splitlines()), key=lambda one: one["index"])
    assert [("a fox", "done", ["album/a-fox.png"]), ("a cat", "done", ["album/a-cat.png"])] == [
        (one["prompt"], one["status"], one["paths"]) for one in lines
    ]


def test_batch_takes_up_where_it_stopped() -> None:
    """The same command again draws only what is missing."""
    Path("prompts.txt").write_text("a fox\na cat\n")
    run("batch", "prompts.txt", *OFFLINE, "-o", "album")
    Path("album/a-cat.png").unlink()
    kept = Path("album/a-fox.png").stat().st_mtime_ns

    found = run("batch", "prompts.txt", *OFFLINE, "-o", "album")

    assert (0, kept) == (found.returncode, Path("album/a-fox.png").stat().st_mtime_ns)
    assert Path("album/a-cat.png").is_file()


def test_batch_with_missing_pictures_has_its_own_exit_code() -> None:
    """A program can tell a batch with gaps from one without."""
    found = run("batch", "-", "-m", "offline/refuses", "-o", "album", input="a fox\n")

    assert (11, "") == (found.returncode, found.stdout)
    assert "refuse" in found.stderr


def test_dry_run_prices_a_batch_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """--dry-run says what a batch would cost, makes no folder and sends nothing."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    Path("prompts.txt").write_text("a fox\na cat\n")

    found = json.loads(run("batch", "prompts.txt", "-m", "gpt-image-2", "-o", "album", "--dry-run", "--json").stdout)

    assert (2, 0) == (found["prompts"], found["unpriced"])
    assert 0 < found["low"] <= found["high"]
    assert not Path("album").exists()


def test_dry_run_names_the_prompt_that_cannot_be_drawn() -> None:
    """Of many prompts it is said which one is wrong."""
    Path("prompts.csv").write_text("prompt,n\na fox,1\na cat,0\n")

    found = run("batch", "prompts.csv", *OFFLINE, "--dry-run")

    assert (2, "") == (found.returncode, found.stdout)
    assert "error: n is 0; ask for 1 picture or more\n       This is prompt 2, 'a cat'.\n" == found.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("no.csv", "id,words\n1,x\n", "no column 'prompt'"),
        ("no.jsonl", '"a fox"\n{broken\n', "line 2"),
        ("no.jsonl", "17\n", "line 1"),
        ("no.csv", 'prompt,size\n"an owl,64\n', "line 1 of the file"),
        ("missing.txt", None, "cannot be read"),
    ],
)
def test_broken_file_of_prompts_is_named(name: str, text: str | None, said: str) -> None:
    """What cannot be read is wrong usage, with the place of the mistake."""
    if text is not None:
        Path(name).write_text(text)

    found = run("batch", name, *OFFLINE, "-o", "album")

    assert 2 == found.returncode
    assert said in found.stderr


def test_compare_draws_a_sheet_and_prints_a_table() -> None:
    """`compare` saves one sheet and prints a row per model; a model that fails is a row too."""
    words = ("-m", "offline/sketch", "-m", "offline/refuses", "--size", "64x64", "-o", "both.png")

    found = run("compare", "a fox", *words)

    assert 0 == found.returncode
    assert "offline/sketch" in found.stdout
    assert "offline/refuses" in found.stdout
    with Image.open("both.png") as sheet:
        assert min(sheet.size) > 64


def test_gallery_writes_a_page() -> None:
    """`gallery FOLDER` prints the path of a page that holds the prompts."""
    run("batch", "-", *OFFLINE, "-o", "album", input="a fox\na cat\n")

    found = run("gallery", "album")

    assert (0, "album/index.html\n") == (found.returncode, found.stdout)
    assert "a fox" in Path("album/index.html").read_text()


def test_prompts_that_are_no_text_are_named() -> None:
    """A file in another encoding is wrong usage, and the file is named."""
    Path("latin.txt").write_bytes(b"caf\xe9\n")

    found = run("batch", "latin.txt", *OFFLINE)

    assert (2, True) == (found.returncode, "'latin.txt' is no UTF-8 text" in found.stderr)


def test_a_sheet_takes_no_other_sheets_place() -> None:
    """Without -o the sheet has a name that is free."""
    places = [run("compare", "a fox", *OFFLINE).stdout.splitlines()[-1] for _ in range(2)]

    assert ["compare.png", "compare-2.png"] == places


def test_a_comparison_without_a_picture_is_an_error() -> None:
    """When no model draws, the first error and its code are those of the command, and there is no sheet."""
    found = run("compare", "a fox", "-m", "offline/refuses")

    assert (4, "") == (found.returncode, found.stdout)
    assert not Path("compare.png").exists()


def test_warnings_are_told_without_a_line_of_this_program() -> None:
    """What was adjusted is one line on stderr."""
    found = run("a fox", *OFFLINE, "--quality", "banana")

    assert found.stderr.startswith("warning: 'offline/sketch': quality='banana' left out")
    assert 1 == len(found.stderr.splitlines())


def test_no_model_of_that_name_is_told() -> None:
    """`models` with words that nothing holds says so, not nothing."""
    assert "'nosuchthing'" in run("models", "nosuchthing").stderr
