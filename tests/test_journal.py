"""The journal of a folder: what a kill, a torn line, another process or another version leaves."""

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import SaveError
from llamabot_images.journal import Journal, JournalError
from llamabot_images.lines import Lines

from .pictures import run_python


def row(name: str, key: str = "k", index: int = 0, **more: Any) -> dict[str, Any]:
    """Return a row as a batch writes it, as far as the journal looks at it."""
    return {"file_name": name, "text": "a", "schema_version": 1, "key": key, "index": index, "of": 1, **more}


def names(folder: Path) -> list[str]:
    """Return the file names in the data set."""
    return [json.loads(line)["file_name"] for line in (folder / "metadata.jsonl").read_text().splitlines()]


def test_what_was_written_is_there_for_the_next_run(tmp_path: Path) -> None:
    """Rows of pictures and requests without an outcome are found again; failures are not in the way."""
    first = Journal.open(tmp_path)
    for key in ("made", "lost", "refused"):
        first.note(key, "intent", request="r", price=0.5)
    first.keep("made", [row("a.png", "made", of=2), row("a-2.png", "made", 1, of=2)])
    first.note("made", "done")
    first.note("refused", "failed")
    first.close()

    second = Journal.open(tmp_path)

    assert ["a.png", "a-2.png"] == [one["file_name"] for one in second.rows_of("made")]
    assert [None, None] == [second.sent("made"), second.sent("refused")]
    assert ("r", 0.5) == (second.sent("lost").request, second.sent("lost").price)
    assert 0.5 == second.spent
    second.close()


@pytest.mark.parametrize("torn", [b'{"file_name": "b.png", "te', b"\0\0\0\0", b'{"file_name": "b\xc3', b"}"])
def test_torn_last_line_is_read_over_and_taken_away(tmp_path: Path, torn: bytes) -> None:
    """A line that was cut in the middle costs nothing else, and the next one stands on a line of its own."""
    Journal.open(tmp_path).close()
    path = tmp_path / "metadata.jsonl"
    path.write_bytes(json.dumps(row("a.png", "a")).encode() + b"\n" + torn)

    journal = Journal.open(tmp_path)
    journal.keep("c", [row("c.png", "c")])
    journal.close()

    assert ["a.png", "c.png"] == names(tmp_path)


def test_last_line_without_its_end_is_kept(tmp_path: Path) -> None:
    """A whole row whose line feed alone is missing is a row."""
    path = tmp_path / "metadata.jsonl"
    path.write_text(json.dumps(row("a.png", "a")))

    journal = Journal.open(tmp_path)
    journal.keep("c", [row("c.png", "c")])

    assert "a.png" == journal.rows_of("a")[0]["file_name"]
    assert ["a.png", "c.png"] == names(tmp_path)
    journal.close()


def test_torn_line_in_the_middle_is_gone_after_the_run(tmp_path: Path) -> None:
    """A line that nobody can read does not keep a data set from loading for ever."""
    path = tmp_path / "metadata.jsonl"
    path.write_text(f"{json.dumps(row('a.png', 'a'))}\nrubbish\n{json.dumps(row('b.png', 'b'))}\n")

    journal = Journal.open(tmp_path)
    journal.close()

    assert ["a.png", "b.png"] == names(tmp_path)


def test_new_pictures_take_the_place_of_old_ones(tmp_path: Path) -> None:
    """After a run every prompt has one set of rows and every file one row; other people's rows stay."""
    journal = Journal.open(tmp_path)
    journal.keep("k", [row("a.png"), row("a-2.png", index=1)])
    journal.close()
    with (tmp_path / "metadata.jsonl").open("a") as file:
        file.write('{"file_name": "mine.png", "text": "by hand"}\n')

    journal = Journal.open(tmp_path)
    journal.keep("k", [row("b.png")])
    journal.close()

    assert ["mine.png", "b.png"] == names(tmp_path)


def test_other_process_holds_the_folder(tmp_path: Path) -> None:
    """A second process is told that the folder is taken, and a closed journal leaves it to others."""
    code = (
        "import sys; from pathlib import Path; from llamabot_images.journal import Journal, JournalError\n"
        "try: Journal.open(Path(sys.argv[1])); print('open')\n"
        "except JournalError as error: print('another batch is running' in str(error))"
    )
    journal = Journal.open(tmp_path)

    assert "True" == run_python(code, tmp_path).strip()
    journal.close()
    assert "open" == run_python(code, tmp_path).strip()


def test_second_batch_of_this_process_is_told_too(tmp_path: Path) -> None:
    """Two batches of one process do not share a folder either."""
    journal = Journal.open(tmp_path)

    with pytest.raises(JournalError, match="another batch is running in"):
        Journal.open(tmp_path)

    journal.close()
    Journal.open(tmp_path).close()


@pytest.mark.parametrize("name", ["metadata.jsonl", ".llamabot-images/journal.jsonl"])
def test_other_version_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    """What a later version wrote is not touched, and the folder is free again."""
    Journal.open(tmp_path).close()
    text = json.dumps({"file_name": "a.png", "schema_version": 2}) + "\n"
    (tmp_path / name).write_text(text)

    for _ in range(2):
        with pytest.raises(JournalError, match="its schema is 2, this one's 1"):
            Journal.open(tmp_path)

    assert text == (tmp_path / name).read_text()


def test_full_disk_is_told_and_stays_told(tmp_path: Path) -> None:
    """After a line that could not be written no other is: what follows would have no line before it."""
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full")
    lines = Lines(tmp_path / "lines.jsonl")
    os.dup2(os.open("/dev/full", os.O_WRONLY), lines._file)

    for _ in range(2):
        with pytest.raises(SaveError, match="No space left on device"):
            lines.append({"a": 1})

    lines.close()


def test_threads_share_one_file(tmp_path: Path) -> None:
    """Lines of many threads are all there, whole, each thread's in its order."""
    lines = Lines(tmp_path / "lines.jsonl")

    def write(thread: int) -> None:
        for number in range(50):
            lines.append({"thread": thread, "number": number})

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    lines.close()

    found = [line for _, line in Lines(tmp_path / "lines.jsonl").read()]
    for number in range(8):
        assert list(range(50)) == [one["number"] for one in found if one["thread"] == number]


def test_any_text_is_a_line(tmp_path: Path) -> None:
    """Line feeds of all kinds and half a character come back as they were."""
    text = "a\nb\r\u2028c\ud800\x00"
    lines = Lines(tmp_path / "lines.jsonl")

    lines.append({"text": text})

    assert [{"text": text}] == [line for _, line in lines.read()]
    lines.close()


def test_closing_twice_closes_no_other_file(tmp_path: Path) -> None:
    """A file that was opened meanwhile, and has got the closed one's number, stays open."""
    lines = Lines(tmp_path / "lines.jsonl")
    number = lines._file
    lines.close()
    others = [os.open(tmp_path / "other", os.O_CREAT | os.O_WRONLY) for _ in range(2)]

    lines.close()

    assert number in others
    assert [3, 3] == [os.write(one, b"abc") for one in others]
    for one in others:
        os.close(one)
