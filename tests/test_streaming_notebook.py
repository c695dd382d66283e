"""Pictures that are watched in a notebook, run in a real Jupyter kernel."""

from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

SETUP = "from llamabot_images import ImageBot\nbot = ImageBot(model='offline/sketch', size='256x256')\nseen = []"


def outputs_of(folder: Any, cell: str) -> list[dict[str, Any]]:
    """Run a cell in a kernel of its own and return its outputs as the notebook file holds them."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (SETUP, cell)])
    NotebookClient(notebook, timeout=300, startup_timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return notebook.cells[1].outputs


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("for event in bot.stream('a fox'): pass", 1),
        ("async for event in bot.astream('a fox'): pass", 1),
        ("for event in bot.stream('a fox', n=2): pass", 2),
        ("*_, done = bot.stream('a fox')\ndone.result[0]", 1),
    ],
)
def test_a_picture_that_is_watched_has_one_output(tmp_path: Any, cell: str, count: int) -> None:
    """The sketches and the finished picture are shown in one place, and the picture is not shown twice."""
    outputs = outputs_of(tmp_path, cell)

    assert count == len([one for one in outputs if "display_data" == one["output_type"]])
    assert count == len([one for one in outputs if any("image/" in kind for kind in one.get("data", {}))])


def test_the_finished_picture_stays(tmp_path: Any) -> None:
    """At the end the output holds the thumbnail of the finished picture, as after a call."""
    watched = outputs_of(tmp_path, "for event in bot.stream('a fox'): pass")
    called = outputs_of(tmp_path, "path = bot('a fox', return_url=True)")

    kinds = [kind for kind in called[0]["data"] if kind.startswith("image/")]
    assert [called[0]["data"][kind] for kind in kinds] == [watched[0]["data"][kind] for kind in kinds]
