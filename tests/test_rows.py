"""What the journal of a batch says of a picture."""

import json
import os
from pathlib import Path

import pytest

from llamabot_images import ImageBot, read_provenance
from llamabot_images.provenance.rows import row_of

BOT = ImageBot(model="offline/sketch", size="64x64")


def write(*rows: object) -> Path:
    """Write a journal, and return the path of the picture that it is asked for."""
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    Path("metadata.jsonl").write_text("\n".join(lines))
    return Path("fox.png")


def row(name: str, prompt: str = "a fox") -> dict[str, object]:
    """Return a row as a batch writes it, cut down to what counts here."""
    return {"file_name": name, "text": prompt, "schema_version": 1, "prompt": prompt}


def test_a_picture_of_a_batch_has_its_record_in_the_journal() -> None:
    """Prompt, model and the journal as their source are read for a picture that a batch has saved."""
    path = BOT.batch(["a fox"], progress=False)[0].path
    assert path is not None

    found = read_provenance(path)

    assert found is not None
    assert ("a fox", "offline/sketch", False) == (found.prompt, found.model, found.changed)
    assert "journal" in found.marks


def test_a_changed_picture_is_not_asked_again() -> None:
    """A row of other bytes is told to be one, and nobody pays for what it says."""
    path = BOT.batch(["a fox"], progress=False)[0].path
    assert path is not None
    path.write_bytes(BOT.generate("a cat")[0].to_bytes())

    assert read_provenance(path).changed
    with pytest.raises(ValueError, match=r"metadata\.jsonl.*nothing was sent"):
        BOT.again(path)


async def test_again_has_an_async_twin() -> None:
    """`aagain` draws what the record says."""
    path = BOT.batch([{"prompt": "a fox", "seed": 7}], progress=False)[0].path
    assert path is not None

    assert path.read_bytes() == (await BOT.aagain(path))[0].to_bytes()


def test_the_last_row_counts() -> None:
    """A picture that was drawn anew under its name has the later row."""
    path = write(row("fox.png", "a fox"), row("cat.png"), row("fox.png", "a red fox"), "")

    assert "a red fox" == row_of(path)["prompt"]


@pytest.mark.parametrize(
    "rows",
    [
        (),
        ("",),
        (row("cat.png", 'say "fox.png"'),),
        (row("fox.png.png"), row("my-fox.png")),
        ('{"file_name": "fox.png", "text": "a f',),
        ({"file_name": "fox.png", "text": "a fox"},),
        ('["fox.png"]',),
    ],
    ids=["empty", "blank", "in a prompt", "other names", "torn", "not ours", "no object"],
)
def test_what_is_no_row_of_the_picture_is_none(rows: tuple[object, ...]) -> None:
    """Only a whole row of ours with just this name is one."""
    assert row_of(write(*rows)) is None


def test_names_in_other_letters_are_found() -> None:
    """A name is found however JSON spells it."""
    Path("metadata.jsonl").write_text(json.dumps(row("füchse.png")) + "\n" + json.dumps(row("x.png")))

    assert row_of("füchse.png") is not None
    Path("metadata.jsonl").write_text(json.dumps(row("füchse.png"), ensure_ascii=False), encoding="utf-8")
    assert row_of("füchse.png") is not None


def test_no_journal_is_no_row() -> None:
    """A folder without a journal has no rows."""
    assert row_of("fox.png") is None


@pytest.mark.parametrize("place", [".", "album", "album/animals", "album/animals/red", "elsewhere"])
def test_a_picture_in_a_folder_below_has_its_row_above(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The journal of a batch is found from the picture, in whichever folder somebody asks."""
    named = {"prompt": "a fox", "file_name": "animals/red/fox.png"}
    path = BOT.batch([named], save_dir="album", progress=False)[0].path
    assert path is not None
    Path("elsewhere").mkdir()
    path = path.absolute()
    monkeypatch.chdir(place)

    for asked in (path, Path(os.path.relpath(path))):
        assert "a fox" == row_of(asked)["prompt"]
        assert path.read_bytes() == BOT.again(asked)[0].to_bytes()


def test_the_nearest_row_counts() -> None:
    """Of two batches that both know a picture of this name, that of the picture's own folder is believed."""
    (Path("below")).mkdir()
    write(row("below/fox.png", "far"), row("fox.png", "another picture"))
    assert "far" == row_of("below/fox.png")["prompt"]

    Path("below/metadata.jsonl").write_text(json.dumps(row("fox.png", "near")))
    assert "near" == row_of("below/fox.png")["prompt"]


def test_what_is_no_file_is_no_journal() -> None:
    """A folder or a pipe in the journal's place, from which nothing comes, is passed over."""
    Path("below").mkdir()
    Path("below/metadata.jsonl").mkdir()
    os.mkfifo("metadata.jsonl")

    assert row_of("below/fox.png") is None
