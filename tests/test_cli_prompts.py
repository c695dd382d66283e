"""Files of prompts, as the command `batch` reads them."""

from pathlib import Path
from typing import Any

import pytest
import typer

from llamabot_images.cli.prompts import prompts_in

from .test_cli import OFFLINE, run


def read(name: str, text: str) -> list[str | dict[str, Any]]:
    """Write a file and return its prompts."""
    Path(name).write_text(text)
    return list(prompts_in(name))


@pytest.mark.parametrize("text", ["prompt\na fox, in the snow\n", "prompt,size\na fox, sitting,64x64\n"])
def test_prompt_with_a_comma_is_not_cut(text: str) -> None:
    """A line of a table with more cells than its header has is refused, and says what to do."""
    with pytest.raises(typer.BadParameter, match="line 2 has more cells than the header: put the prompt in quotes"):
        read("prompts.csv", text)


def test_empty_cells_at_the_end_of_a_line_say_nothing() -> None:
    """A line that only ends with commas is read as it is meant."""
    assert [{"prompt": "a fox"}] == read("prompts.csv", "prompt\na fox,,\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[{"prompt": "a fox", "size": "64x64"}, "a cat, asleep"]'),
        ("a.tsv", "prompt\tsize\na fox\t64x64\na cat, asleep\t\n"),
        ("a.jsonl", '{"text": "a fox", "size": "64x64"}\n"a cat, asleep"\n'),
        ("a.json", '[{"caption": "a fox", "size": "64x64"}, {"text": "a cat, asleep"}]'),
    ],
)
def test_ways_to_write_prompts(name: str, text: str) -> None:
    """A list in JSON, a table with tabs and objects a line are read as what they are; `text` and `caption` count."""
    found = [{"prompt": one} if isinstance(one, str) else one for one in read(name, text)]

    assert [{"prompt": "a fox", "size": "64x64"}, {"prompt": "a cat, asleep"}] == found


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yml", "a fox\n", "'.yml'; known are .txt, .csv, .tsv, .json, .jsonl"),
        ("a.json", '{"prompt": "a fox"}', "holds no JSON list of prompts"),
        ("a.json", '["a fox", 7]', "prompt 2 of the list is neither"),
        ("a.json", '["a fox"', "the file is no JSON"),
        ("a.jsonl", '"a fox"\n{"size": "64x64"}\n', "line 2 has no 'prompt'; it has size"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, text: str, said: str) -> None:
    """An ending or a file that is not understood is never taken for prompts."""
    with pytest.raises(typer.BadParameter, match=said):
        read(name, text)


def test_mistake_at_the_end_of_a_file_is_found_before_anything_is_sent() -> None:
    """The whole file is looked at first: no picture is drawn of the lines before the mistake."""
    Path("prompts.csv").write_text("prompt\na fox\na cat, asleep\n")

    found = run("batch", "prompts.csv", *OFFLINE, "-o", "album")

    assert (2, "") == (found.returncode, found.stdout)
    assert "line 3" in found.stderr
    assert not Path("album").exists()


def test_prompts_of_a_file_are_counted() -> None:
    """The number of prompts is known before the first one is drawn, for a bar that says how long it takes."""
    Path("prompts.txt").write_text("a fox\n\na cat\n")
    found: Any = prompts_in("prompts.txt")

    assert (2, ["a fox", "a cat"], ["a fox", "a cat"]) == (len(found), list(found), list(found))
