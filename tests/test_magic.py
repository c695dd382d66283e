"""The cell magic, run in a real Jupyter kernel."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.test_notebook import pictures

Run = Callable[..., list[list[dict[str, Any]]]]
OFFLINE = "-m offline/sketch --size 64x64"

MISTAKES = {
    "%image --what a fox": "unrecognized arguments: --what",
    "%%image -p seed\na fox": "'seed' is no setting; write KEY=VALUE",
    "%%image -m offline/sketch\n\n": "say what to draw",
    "%%image -m offline/sketch --to 1x\na fox": "--to '1x' is no variable's name",
    "%%image -m offline/sketch in the snow\na fox": "'in the snow' stands beside %%image",
    "%%image -p model=offline/sketch\na fox": "-p model=… cannot be given so: use -m",
    "%%image -m offline/sketch -p save_dir=album\na fox": "use -o",
    "%%image -m offline/sketch -p prompt=dog\na fox": "use the cell",
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run cells in one kernel that has loaded the extension, and return the outputs of each."""

    def run_cells(*cells: str) -> list[list[dict[str, Any]]]:
        texts = ("%load_ext llamabot_images", *cells)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=300, startup_timeout=300, allow_errors=True, resources=where).execute()
        return [cell.outputs for cell in notebook.cells[1:]]

    return run_cells


def said(outputs: list[dict[str, Any]]) -> str:
    """Return what a cell printed, and its error."""
    return "".join(one.get("text", "") or one.get("evalue", "") for one in outputs)


def records(folder: Path) -> list[dict[str, Any]]:
    """Return the records beside the pictures of a folder."""
    return [json.loads(one.read_text("utf-8")) for one in folder.rglob("*.png.json")]


def test_the_cell_is_the_prompt(run: Run, tmp_path: Path) -> None:
    """`%%image` draws what the cell says, shows it once and saves it under the prompt's name."""
    (outputs,) = run(f"%%image {OFFLINE}\na red panda\nunder a lamp")

    assert 1 == len(pictures(outputs))
    assert (tmp_path / "a-red-panda-under-a-lamp.png").is_file()


def test_the_line_may_be_the_prompt(run: Run, tmp_path: Path) -> None:
    """`%image` takes the prompt from its line; -n pictures are saved."""
    (outputs,) = run(f"%image {OFFLINE} -n 2 -o album a blue cat")

    assert 1 == len(pictures(outputs))
    assert ["a-blue-cat-2.png", "a-blue-cat.png"] == sorted(one.name for one in (tmp_path / "album").iterdir())


def test_path_and_parameters(run: Run) -> None:
    """`--to` puts the path into a variable instead of the cell's value; -p reaches the model."""
    _, later = run(
        f"%%image {OFFLINE} --to first -p seed=7\na fox",
        f"%image {OFFLINE} --to second -p seed=8 a fox\nprint(first, first.read_bytes() != second.read_bytes())",
    )

    assert "a-fox.png True\n" == said(later)


def test_model_comes_from_the_environment(run: Run) -> None:
    """LLAMABOT_IMAGES_MODEL is the model where -m does not say."""
    outputs = run("import os\nos.environ['LLAMABOT_IMAGES_MODEL'] = 'offline/sketch'", "%image a fox")[-1]

    assert 1 == len(pictures(outputs))


def test_mistakes_are_named(run: Run, tmp_path: Path) -> None:
    """A wrong option, setting or an empty cell is told, and draws nothing."""
    found = run(*MISTAKES)

    assert [] == [one for one, outputs in zip(MISTAKES, found, strict=True) if MISTAKES[one] not in said(outputs)]
    assert [] == sum(map(pictures, found), [])
    assert [] == list(tmp_path.iterdir())


def test_quotes_are_those_of_a_shell(run: Run, tmp_path: Path) -> None:
    """A value with spaces stands in quotes, which are none of the folder's name; those of a prompt are its own."""
    options = ('-o "my folder"', "-o 'my folder'", "-o plain", '--output="my folder" -p seed="7" -p "quality=low"')
    sign = "the fox's sign \"OPEN now\" and the dogs' too"

    drawn = run(*(f"%image {OFFLINE} {one} -p sidecar=true {sign}" for one in options))

    assert 4 == len(sum(map(pictures, drawn), []))
    assert ["my folder"] * 3 + ["plain"] == sorted(one.parent.name for one in tmp_path.rglob("*.png"))
    assert {(sign, None), (sign, 7)} == {(one["prompt"], one["seed"]) for one in records(tmp_path)}
