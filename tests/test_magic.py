"""The cell magic, run in a real Jupyter kernel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from tests.test_notebook import pictures

Run = Callable[..., list[list[dict[str, Any]]]]
OFFLINE = "-m offline/sketch --size 64x64"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run cells in one kernel that has loaded the extension, and return the outputs of each."""

    def run_cells(*cells: str) -> list[list[dict[str, Any]]]:
        texts = ("%load_ext llamabot_images", *cells)
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in texts])
        where = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=60, allow_errors=True, resources=where).execute()
        return [cell.outputs for cell in notebook.cells[1:]]

    return run_cells


def said(outputs: list[dict[str, Any]]) -> str:
    """Return what a cell printed, and its error."""
    return "".join(one.get("text", "") or one.get("evalue", "") for one in outputs)


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


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%image --what a fox", "unrecognized arguments: --what"),
        ("%%image -p seed\na fox", "'seed' is no setting; write KEY=VALUE"),
        ("%%image -m offline/sketch\n\n", "say what to draw"),
        ("%%image -m offline/sketch --to 1x\na fox", "--to '1x' is no variable's name"),
    ],
)
def test_mistakes_are_named(run: Run, cell: str, message: str) -> None:
    """A wrong option, setting or an empty cell is told, and draws nothing."""
    (outputs,) = run(cell)

    assert message in said(outputs)
    assert [] == pictures(outputs)
