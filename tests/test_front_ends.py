"""Pictures in a real JupyterLab and a real marimo, as a person sees them in Chromium."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image, ImageChops, ImageStat

from llamabot_images import ImageBot

from .browser import Watched, comes, until, watch
from .jupyter_lab import Lab, jupyter_lab, serving

pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
pytest.importorskip("marimo", reason="marimo is not installed")

EDGE = 96
SETUP = f"""from llamabot_images import ImageBot, ImageReference
bot = ImageBot(model='offline/sketch', size='{EDGE}x{EDGE}')"""
COLOURS = {"svg": (0, 120, 120), "gif": (230, 120, 0), "avif": (120, 0, 160)}
DONE = "that was all"
#: Said by marimo 0.25's own page, of its own pictures.
PRELOADED = "was preloaded using link preload but not used"


def data_uri(name: str) -> str:
    """Return a picture of one colour in a format; the GIF moves."""
    colour = COLOURS[name]
    if name == "svg":
        square = f'<svg xmlns="http://www.w3.org/2000/svg" width="{EDGE}" height="{EDGE}">'
        data = f'{square}<rect width="{EDGE}" height="{EDGE}" fill="rgb{colour}"/></svg>'.encode()
        return f"data:image/svg+xml;base64,{base64.b64encode(data).decode()}"
    output, image = BytesIO(), Image.new("RGB", (EDGE, EDGE), colour)
    more = {"save_all": True, "append_images": [Image.new("RGB", image.size)]} if name == "gif" else {}
    image.save(output, name.upper(), **more)
    return f"data:image/{name};base64,{base64.b64encode(output.getvalue()).decode()}"


CASES = {
    "_path = bot('a fox')": ["fox"],
    "bot('a fox')": ["fox"],
    "_url = bot('a fox', return_url=True)": ["fox"],
    "bot('a fox', return_url=True)": ["fox"],
    "for _name in ('fox', 'cat'):\n    bot(f'a {_name}')": ["fox", "cat"],
    "def _draw():\n    return bot('a fox', return_url=True)\n_kept = _draw()": ["fox"],
    "bot('a fox')\nbot('a cat')": ["fox", "cat"],
    "_one = bot('a fox', return_url=True)\nbot('a cat', return_url=True)": ["fox", "cat"],
    "await bot.acall('a fox')": ["fox"],
    "_result = bot.generate('a fox')": [],
    "bot.generate('a fox')": ["fox"],
    "bot.generate('a fox', n=3)": ["fox", "fox 2", "fox 3"],
    "bot.generate('an owl', size='1024x1024')": ["owl"],
    "bot.edit('make it night', bot.generate('a fox'))": ["night"],
    "for _event in bot.stream('a fox'):\n    pass": ["fox"],
    "bot.batch(['a fox', 'a cat'], save_dir='album', progress=False)": ["fox", "cat"],
    **{f"ImageReference({data_uri(name)!r})": [name] for name in COLOURS},
}
COUNT = sum(map(len, CASES.values()))


@pytest.fixture(scope="module")
def drawings() -> dict[str, Image.Image]:
    """Draw here what the cells draw there."""
    bot = ImageBot(model="offline/sketch", size=f"{EDGE}x{EDGE}")
    foxes = bot.generate("a fox", n=3)
    pictures = {"fox": foxes[0], "fox 2": foxes[1], "fox 3": foxes[2], "cat": bot.generate("a cat")[0]}
    pictures["owl"] = bot.generate("an owl", size="1024x1024")[0]
    pictures["night"] = bot.edit("make it night", foxes)[0]
    flat = {name: Image.new("RGB", (EDGE, EDGE), colour) for name, colour in COLOURS.items()}
    return {name: one.open().convert("RGB") for name, one in pictures.items()} | flat


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    """Give a page; an error in its console, or a request to elsewhere, fails the test."""
    with watch(browser, viewport={"width": 1200, "height": 900}) as one:
        yield one
        one.errors[:] = [said for said in one.errors if PRELOADED not in said]


@pytest.fixture(scope="module")
def lab(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Run one JupyterLab for the module, where there is a browser."""
    with jupyter_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


def seen(element: Any, drawings: dict[str, Image.Image]) -> str:
    """Return the name of what a screenshot of an element shows."""
    # At an edge of the window a front end's own buttons may lie over it.
    element.evaluate("one => one.scrollIntoView({block: 'center'})")
    shot = Image.open(BytesIO(element.screenshot()))
    apart = {name: difference(shot, one) for name, one in drawings.items()}
    nearest = min(apart, key=apart.__getitem__)
    return nearest if apart[nearest] < 25 else f"something else: {apart}"


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return how far the colours of two pictures are apart, of 255; both are looked at from far away."""
    far = [picture.convert("RGB").resize((24, 24), Image.Resampling.BOX) for picture in (one, other)]
    return max(ImageStat.Stat(ImageChops.difference(*far)).mean)


def loaded(selector: str) -> str:
    """Return JavaScript for how many pictures are there; of more than there should be it counts no more."""
    return f"Math.min({COUNT}, [...document.querySelectorAll({selector!r})].filter(one => one.complete).length)"


def in_lab(page: Any, drawings: dict[str, Image.Image]) -> list[list[str]]:
    """Return what is seen under each cell of JupyterLab, without the first."""
    cells = page.locator(".jp-Notebook .jp-CodeCell").all()[1:]
    return [[seen(one, drawings) for one in cell.locator(".jp-OutputArea-output img").all()] for cell in cells]


def test_jupyterlab_shows_each_picture_once(watched: Watched, lab: Lab, drawings: dict[str, Image.Image]) -> None:
    """In JupyterLab one call gives one picture, and a saved notebook shows it again, also where nobody trusts it."""
    page, path = watched.page, lab.folder / "book.ipynb"
    told = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(text) for text in (SETUP, *CASES)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=told), path)

    lab.open(page, path.name)
    lab.command(page, "notebook:run-all-cells")
    comes(page, COUNT, loaded(".jp-OutputArea-output img"))
    assert list(CASES.items()) == list(zip(CASES, in_lab(page, drawings), strict=True))

    lab.command(page, "docmanager:save")
    page.reload()
    comes(page, COUNT, loaded(".jp-OutputArea-output img"))
    assert list(CASES.items()) == list(zip(CASES, in_lab(page, drawings), strict=True))

    stored = path.read_text()
    assert max(len(json.dumps(cell["outputs"])) for cell in json.loads(stored)["cells"]) <= 100_000
    # Another text is another notebook, which nobody has run here.
    (lab.folder / "stranger.ipynb").write_text(stored.replace(SETUP.splitlines()[0], "pass"))
    lab.open(page, "stranger.ipynb")
    comes(page, True, lambda: "stranger.ipynb is not trusted" in lab.log.read_text())
    comes(page, COUNT, loaded(".jp-OutputArea-output img"))
    assert list(CASES.items()) == list(zip(CASES, in_lab(page, drawings), strict=True))


@pytest.mark.parametrize("mode", ["run", "edit"])
def test_marimo_shows_each_picture_once(
    mode: str, watched: Watched, drawings: dict[str, Image.Image], tmp_path: Path
) -> None:
    """In marimo one call gives one picture, in its editor as in an app."""
    (tmp_path / "book.py").write_text(marimo_book())
    page = watched.page

    with marimo(mode, tmp_path) as address:
        page.goto(address)
        # The editor shows its text too; what counts is what it gave.
        until(page, f"document.querySelector('[data-cell-name=end] .output')?.innerText.includes({DONE!r})")
        comes(page, COUNT, loaded("[data-cell-name^=case_] img"))
        places = [page.locator(f"[data-cell-name=case_{number}] img") for number in range(len(CASES))]
        shown = [[seen(one, drawings) for one in place.all()] for place in places]

    assert list(CASES.items()) == list(zip(CASES, shown, strict=True))


@contextmanager
def marimo(mode: str, folder: Path) -> Iterator[str]:
    """Run marimo on the notebook of a folder, with settings of its own, and give its address."""
    homes = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    settings = folder / "home" / "marimo" / "marimo.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text("[runtime]\nauto_instantiate = true\n")
    command = ["marimo", "--quiet", mode, "book.py", "--headless", "--no-token"]
    command += ["--skip-update-check"] if mode == "edit" else []
    own = {name: str(folder / "home") for name in homes}
    with serving(command, "/health", folder, own) as address:
        yield address


def marimo_book() -> str:
    """Return a marimo notebook of all cases, each in a cell with a name."""
    parts = ["import marimo\napp = marimo.App()", as_cell("setup", "", SETUP, "bot, ImageReference")]
    parts += [as_cell(f"case_{number}", "bot, ImageReference", text, "") for number, text in enumerate(CASES)]
    return "\n\n\n".join([*parts, as_cell("end", "bot", f"{DONE!r}", "")])


def as_cell(name: str, takes: str, text: str, gives: str) -> str:
    """Return a cell of a marimo notebook."""
    body = "\n".join(f"    {line}" for line in text.splitlines())
    return f"@app.cell\n{'async ' if 'await' in text else ''}def {name}({takes}):\n{body}\n    return {gives}".rstrip()
