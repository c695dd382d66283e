"""Pictures in a notebook, run in a real Jupyter kernel."""

import base64
import io
import re
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from PIL import Image

from llamabot_images import ImageBot, ImageReference, ImageResult
from llamabot_images.formats import sniff
from llamabot_images.notebook import LARGEST_SVG, html_for

from .pictures import SVG, variants

SETUP = "from llamabot_images import ImageBot\nbot = ImageBot(model='offline/sketch', size='1024x1024')"
Run = Callable[..., list[list[dict[str, Any]]]]


@pytest.fixture
def run(tmp_path: Any) -> Run:
    """Run cells in one kernel and return the outputs of each."""

    def run_cells(*cells: str) -> list[list[dict[str, Any]]]:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in (SETUP, *cells)])
        about = {"metadata": {"path": str(tmp_path)}}
        NotebookClient(notebook, timeout=300, startup_timeout=300, resources=about).execute()
        return [cell.outputs for cell in notebook.cells[1:]]

    return run_cells


def pictures(outputs: list[dict[str, Any]]) -> list[Any]:
    """Return what a front end would draw of a cell's outputs."""
    bundles = [one.get("data", {}) for one in outputs]
    return [data[kind] for data in bundles for kind in data if kind.startswith("image/") or "<img" in str(data[kind])]


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("path = bot('a fox')", 1),
        ("bot('a fox')", 1),
        ("url = bot('a fox', return_url=True)", 1),
        ("bot('a fox', return_url=True)", 1),
        ("for name in ('fox', 'cat'):\n    bot(f'a {name}')", 2),
        ("def draw():\n    return bot('a fox', return_url=True)\nkept = draw()", 1),
        ("one = bot('a fox', return_url=True)\nbot('a cat', return_url=True)", 2),
        ("url = bot('a fox', return_url=True)\nurl", 1),
        ("url = bot('a fox', return_url=True)\ndisplay(url)", 2),
        ("result = bot.generate('a fox')", 0),
        ("bot.generate('a fox')", 1),
        ("await bot.acall('a fox')", 1),
    ],
)
def test_a_call_shows_its_picture_once(run: Run, cell: str, count: int) -> None:
    """One call gives one picture, whether assigned, last in the cell, in a loop or in a function."""
    (outputs,) = run(cell)

    assert count == len(pictures(outputs))


def test_reference_shows_again_in_a_later_cell(run: Run) -> None:
    """Naming the reference in another cell shows the picture there."""
    _, later = run("url = bot('a fox', return_url=True)", "url")

    assert 1 == len(pictures(later))


def test_what_is_stored_is_a_small_thumbnail(run: Run) -> None:
    """The notebook file holds a picture of at most 512 pixels and 100 KB, not the full base64."""
    (outputs,) = run("bot('a red panda', return_url=True)")

    (stored,) = pictures(outputs)
    data = base64.b64decode(stored)
    with Image.open(io.BytesIO(data)) as picture:
        assert 512 == max(picture.size)
    assert len(data) <= 100_000
    assert len(str(outputs)) < 200_000


def test_what_is_returned_is_the_same_as_in_a_script(run: Run) -> None:
    """A front end never changes what is returned or saved."""
    (outputs,) = run(
        "import pathlib\npath = bot('a fox')\nurl = bot('a fox', return_url=True)\n"
        "print(type(path).__name__, path, path.stat().st_size > 100_000, type(url).__name__, url[:22])"
    )

    text = "".join(one["text"] for one in outputs if "stream" == one["output_type"])
    assert "PosixPath a-fox.png True ImageReference data:image/png;base64," == text.strip()


def test_several_pictures_show_as_a_grid(run: Run) -> None:
    """A result of several pictures shows them side by side."""
    (outputs,) = run("bot.generate('a fox', n=3, size='256x256')")

    assert 3 == outputs[0]["data"]["text/html"].count("<img")


def test_picture_that_cannot_be_had_shows_as_text(run: Run) -> None:
    """Showing a dead link is no error."""
    (outputs,) = run("from llamabot_images import ImageReference\nImageReference('http://127.0.0.1:9/gone.png')")

    assert [] == pictures(outputs)
    assert "127.0.0.1" in outputs[0]["data"]["text/plain"]


def reference_to(data: bytes) -> ImageReference:
    """Return a reference that holds a picture."""
    return ImageReference(f"data:{sniff(data)};base64,{base64.b64encode(data).decode()}")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("png", "image/jpeg"),
        ("png transparent", "image/png"),
        ("webp animated", "image/jpeg"),
        ("gif animated", "image/jpeg"),
        ("avif", "image/jpeg"),
        ("tiff", "image/jpeg"),
        ("svg", "text/html"),
    ],
)
def test_every_front_end_is_given_what_it_reads(name: str, kind: str) -> None:
    """VS Code, Colab, GitHub and nbviewer read JPEG, PNG and HTML, whatever the picture's own format is."""
    data, _ = reference_to(variants()[name])._repr_mimebundle_()

    assert {"text/plain", kind} == set(data)


def test_a_large_svg_is_put_into_a_notebook_only_on_request() -> None:
    """An SVG has no thumbnail; a large one shows as its text, which says how to embed it."""
    whole = reference_to(SVG.replace(b"<rect", b"<!-- " + b"x" * LARGEST_SVG + b" --><rect"))

    data, _ = whole._repr_mimebundle_()

    assert {"text/plain"} == set(data)
    assert "HTML(picture.to_html())" in data["text/plain"]
    assert "<img" in whole.to_html()


def test_the_whole_picture_is_stored_on_request(run: Run) -> None:
    """``HTML(picture.to_html())`` embeds every byte of the picture."""
    (outputs,) = run(
        "from IPython.display import HTML\npicture = bot.generate('a fox')[0]\n"
        "print(len(picture.to_bytes()))\nHTML(picture.to_html())"
    )

    (stored,) = pictures(outputs)
    assert int(outputs[0]["text"]) == len(base64.b64decode(re.findall(r"base64,([^\"]+)", stored)[0]))


def test_grid_says_prompt_model_and_cost(bot: ImageBot) -> None:
    """Under the pictures of a result stands what was asked, who answered and what it did cost, never as markup."""
    result = bot.generate("a fox <script>alert(1)</script>", n=2)

    data, _ = result._repr_mimebundle_()

    assert 2 == data["text/html"].count("<img")
    assert "<script" not in data["text/html"]
    assert "a fox &lt;script&gt;alert(1)&lt;/script&gt;<br><small>offline/sketch, $0</small>" in data["text/html"]


def test_grid_shows_what_can_be_had() -> None:
    """A dead link among a result's pictures is text in its place, and the others show."""
    gone, there = ImageReference("http://127.0.0.1:9/gone.png"), reference_to(variants()["png"])

    data, _ = ImageResult((gone, there), "a fox", "some/model")._repr_mimebundle_()

    assert 1 == data["text/html"].count("<img")
    assert html_for(gone) in data["text/html"]
    assert "some/model, cost unknown" in data["text/html"]


def test_stored_pictures_show_as_a_page(bot: ImageBot) -> None:
    """What nbconvert makes of stored outputs, as nbviewer and GitHub do, shows each picture."""
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert is not installed")
    shown = [reference_to(variants()[name]) for name in ("png", "gif animated", "avif", "svg")]
    bundles = [one._repr_mimebundle_()[0] for one in (*shown, bot.generate("a fox", n=2))]
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in bundles]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("bot", outputs=outputs)])

    page, _ = nbconvert.HTMLExporter().from_notebook_node(book)

    assert 6 == len(re.findall(r"<img[^>]+src=\"data:image/", page))


def test_batch_shows_a_plain_bar_without_widgets(run: Run) -> None:
    """A batch in a notebook shows how far it is, and no warning of packages that are missing."""
    (outputs,) = run("result = bot.batch(['a fox'], save_dir='album')")

    assert "1/1" in str(outputs)
    assert "Warning" not in str(outputs)
