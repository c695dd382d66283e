"""Notebooks run, and what is stored in them is small and current."""

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from .run_notebooks import main, run

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
REWRITE = "to store outputs anew, run: .venv/bin/python tests/run_notebooks.py notebooks --write"
LARGEST_OUTPUT = 100_000  # bytes of a picture, before base64
LARGEST_NOTEBOOK = 300_000


def name_of(path: Path) -> str:
    """Return a notebook's name for the test report."""
    return path.name


def outputs_of(path: Path) -> list[dict[str, Any]]:
    """Return the stored outputs of a notebook's cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def shape_of(notebook: Any) -> list[list[tuple[str, str | None, list[str], str]]]:
    """Return what each cell puts out: kinds of output and of data, and the text with its numbers left out."""
    return [
        [(one.output_type, one.get("name"), sorted(one.get("data", {})), said(one)) for one in cell.get("outputs", [])]
        for cell in notebook.cells
    ]


def said(output: Any) -> str:
    """Return an output's text without the numbers in it, which may differ from run to run."""
    text = output.get("text") or output.get("data", {}).get("text/plain", "")
    return re.sub(r"\d+\.\d+|\d+ (?:s|KB|MB)\b| {2,}", "…", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_notebook_runs_and_shows_what_is_stored(path: Path) -> None:
    """Every cell runs, and puts out the kind of thing that is stored below it."""
    stored = nbformat.read(path, as_version=4)

    assert shape_of(run(path)) == shape_of(stored), REWRITE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_stored_pictures_are_small(path: Path) -> None:
    """A notebook shows pictures, none of them weighs more than 100 KB, and all of it not more than 300 KB."""
    data = [one.get("data", {}) for one in outputs_of(path)]
    pictures = [text for one in data for kind, text in one.items() if kind.startswith("image/")]
    pages = ["".join(one["text/html"]) for one in data if "text/html" in one]
    inline = [found for page in pages for found in re.findall(r"base64,([\w+/=]+)", page)]

    assert pictures
    assert max(len("".join(one)) * 3 // 4 for one in [*pictures, *inline]) <= LARGEST_OUTPUT
    assert path.stat().st_size <= LARGEST_NOTEBOOK


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name_of)
def test_nothing_of_a_machine_is_stored(path: Path) -> None:
    """No error, no warning and no folder of somebody's machine stands in the outputs."""
    outputs = outputs_of(path)

    assert {"kernelspec"} == set(json.loads(path.read_text(encoding="utf-8"))["metadata"])
    assert [] == [one for one in outputs if one["output_type"] == "error" or one.get("name") == "stderr"]
    text = "".join("".join(one.get("text", [])) + "".join(one.get("data", {}).get("text/plain", [])) for one in outputs)
    assert [] == [found for found in re.findall(r"(?<![\w.:/])/([\w.-]+)", text) if Path("/", found).is_dir()]


def test_failing_cell_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell that raises makes the command end with 1, and its message is printed."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("raise ValueError('no llama here')")])
    nbformat.write(notebook, tmp_path / "broken.ipynb")

    code = main([str(tmp_path)])

    assert 1 == code
    assert re.search(r"broken\.ipynb: FAILED.*no llama here", capsys.readouterr().out, re.S)


def test_empty_folder_fails_the_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without notebooks is an error: somebody has mistyped its name."""
    assert 1 == main([str(tmp_path)])
    assert "there is no notebook in" in capsys.readouterr().out
