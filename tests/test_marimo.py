"""Pictures in marimo, in notebooks that marimo itself runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("marimo", reason="marimo is not installed")
HEAD = """import marimo
app = marimo.App()

@app.cell
def _():
    from pathlib import Path
    from llamabot_images import ImageBot
    bot = ImageBot(model="offline/sketch", size="64x64")
    return Path, bot
"""
CELLS = {
    'bot("a fox")': 1,
    'path = bot("a fox")': 1,
    'url = bot("a fox", return_url=True)': 1,
    'bot("a fox", return_url=True)': 1,
    'bot("a fox")\nbot("a cat")': 2,
    'one = bot("a fox", return_url=True)\nbot("a cat", return_url=True)': 2,
    'for name in ("fox", "cat"):\n    bot(f"a {name}")': 2,
    'def draw():\n    return bot("a fox")\n_kept = draw()': 1,
    'await bot.acall("a fox")': 1,
    'bot.generate("a fox", n=3)': 3,
    '_result = bot.generate("a fox")': 0,
    'Path("of-nobody.png")': 0,
}


def shown(folder: Path, cells: list[str]) -> list[str]:
    """Run cells in marimo and return the HTML that each shows."""
    bodies = ["\n".join(f"    {line}" for line in one.splitlines()) for one in cells]
    names = ["async def _" if "await" in one else "def _" for one in bodies]
    parts = [f"\n@app.cell\n{name}(Path, bot):\n{body}\n    return\n" for name, body in zip(names, bodies, strict=True)]
    (folder / "book.py").write_text(HEAD + "".join(parts))
    command = [sys.executable, "-m", "marimo", "export", "ipynb", "book.py", "-o", "book.ipynb", "--include-outputs"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)
    found = json.loads((folder / "book.ipynb").read_text())["cells"]
    return [json.dumps(one["outputs"]) for one in found if "code" == one["cell_type"]][1:]


def test_a_call_shows_its_picture_once(tmp_path: Path) -> None:
    """One call gives one picture in marimo too, whether assigned, last in the cell, in a loop or twice in a cell."""
    found = shown(tmp_path, list(CELLS))

    assert list(CELLS.items()) == [(cell, html.count("<img")) for cell, html in zip(CELLS, found, strict=True)]


def test_the_path_is_shown_with_its_picture(tmp_path: Path) -> None:
    """A call's value stays the path, and its text stands under the picture."""
    (html,) = shown(tmp_path, ['bot("a fox")'])

    assert "a-fox.png" in html


def test_a_reference_shows_itself_in_a_later_cell(tmp_path: Path) -> None:
    """A reference that another cell has shown, and one that no cell has shown, are each one picture."""
    found = shown(
        tmp_path,
        [
            'bot.url = bot("a fox", return_url=True)\nbot("a cat")\nbot.path = bot("a cat")',
            "bot.url",
            "bot.path",
            'bot.generate("a fox")[0]',
        ],
    )

    assert [3, 1, 0, 1] == [html.count("<img") for html in found]
