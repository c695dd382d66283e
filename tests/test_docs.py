"""The pages say what is so: examples run, commands print what is shown, tables and links are right."""

import ast
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from llamabot_images import errors

from .doc_fences import PAGES, ROOT, Fence, fences, symptoms
from .doc_tables import with_current_tables
from .providers import ProviderServer
from .run_docs import environment_for, run_example, run_page

PACKAGE = ROOT / "llamabot_images"
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
LANGUAGES = {"python", "console", "sh", "text", "yaml"}
#: Sites that pages may lead to.
SITES = {"docs.litellm.ai", "keepachangelog.com", "semver.org"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)
REWRITE = "to have pages written anew, run: .venv/bin/python -m tests.run_docs"


def name_of(path: Path) -> str:
    """Return a page's name for the test report."""
    return str(path.relative_to(ROOT))


def prose_of(page: Path) -> str:
    """Return a page's text without fenced blocks."""
    return re.sub(r"^( *)```.*?^\1```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as the site makes them."""
    plain = (re.sub(r"[`*]", "", found[1]).strip().lower() for found in HEADING.finditer(prose_of(page)))
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text)).strip("-") for text in plain}


@pytest.fixture
def loopback(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Let every provider's own variables lead to the loopback server."""
    for name, value in environment_for(provider).items():
        monkeypatch.setenv(name, value)
    return provider


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_examples_do_what_the_page_says(page: Path, loopback: ProviderServer) -> None:
    """Every python and console block runs, and prints, warns and fails as shown; so does every quoted error."""
    problems = run_page(page, loopback)

    assert [] == problems, REWRITE


def test_examples_in_docstrings_run(loopback: ProviderServer) -> None:
    """Every example in a docstring of the package runs."""
    found = [fence for path in sorted(PACKAGE.rglob("*.py")) for fence in docstring_examples(path)]

    problems = [problem for fence in found for problem in run_example(fence, loopback, {})]

    assert [] == problems


def docstring_examples(path: Path) -> list[Fence]:
    """Return the Python blocks in the docstrings of a module, fenced or as reStructuredText has them."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, documented)]
    texts = [(node, ast.get_docstring(node) or "") for node in nodes]
    blocks = re.compile(r"^```python\n(.*?)^```$|^\.\. code-block:: python\n\n((?: {4}.*\n?|\n)+)", re.M | re.S)
    return [
        Fence(path, getattr(node, "lineno", 1), "python", "", found[1] or re.sub(r"^ {4}", "", found[2], flags=re.M))
        for node, text in texts
        for found in blocks.finditer(f"{text}\n")
    ]


def test_docstrings_hold_no_example_that_is_not_run() -> None:
    """Interpreter sessions are not run here, so that none may stand in a docstring."""
    found = [name_of(path) for path in PACKAGE.rglob("*.py") if re.search(r"^\s*>>> ", path.read_text("utf-8"), re.M)]

    assert [] == found


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_blocks_are_of_a_kind_that_is_checked(page: Path) -> None:
    """No block is left out because of its language, and none goes without one."""
    text = page.read_text(encoding="utf-8")

    assert {block.language for block in fences(page)} <= LANGUAGES
    assert 2 * len(fences(page)) == len(re.findall(r"^ *```", text, re.M))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_exist(page: Path) -> None:
    """Every ``make`` command in a page is a target of the Makefile."""
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    code = re.findall(r"`make ([\w-]+)", page.read_text(encoding="utf-8"))
    shell = [target for one in fences(page) if one.language == "sh" for target in re.findall(r"\bmake (\S+)", one.body)]

    assert {*code, *shell} <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_tables_are_current(page: Path) -> None:
    """Tables of models, variables and modules are those of the library."""
    text = page.read_text(encoding="utf-8")

    assert with_current_tables(text) == text, REWRITE


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """A link names a file that is there and a heading in it, or one of a few sites."""
    missing = []
    for link in LINK.findall(prose_of(page)):
        parts = urlsplit(link)
        target = (page.parent / parts.path) if parts.path else page
        if parts.scheme and (parts.scheme, parts.hostname in SITES) != ("https", True):
            missing.append(link)
        if not parts.scheme and not (target.is_file() and (not parts.fragment or parts.fragment in anchors_of(target))):
            missing.append(link)

    assert [] == missing


@pytest.mark.parametrize("page", [*PAGES, *NOTEBOOKS], ids=name_of)
def test_pages_speak_of_the_project_only(page: Path) -> None:
    """No number of an issue, no folder of somebody's machine and no other site stands in a page."""
    text = page.read_text(encoding="utf-8")
    sites = {urlsplit(found).hostname or "" for found in re.findall(r"https?://[^\s\"'`)\\]+", text)}
    known = SITES | {"127.0.0.1", "localhost", "www.w3.org", "host"}  # as in http://HOST:PORT

    assert [] == [one for one in sites if one not in known and not one.endswith((".example", ".openai.azure.com"))]
    assert [] == re.findall(r"(?<![\w&/\]])#\d+\b", text)
    assert [] == [found for found in re.findall(r"(?<![\w.:/…>\"-])/([\w.-]+)", text) if Path("/", found).is_dir()]


def test_every_error_is_on_its_page() -> None:
    """docs/errors.md says of each error what to do, and the reference shows each error and warning."""
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    reference = (ROOT / "docs/reference/errors.md").read_text(encoding="utf-8")
    catchable = [name for name in errors.__all__ if not issubclass(getattr(errors, name), Warning)]

    assert sorted(re.findall(r"^::: llamabot_images\.errors\.(\w+)$", reference, re.M)) == sorted(errors.__all__)
    assert [] == [name for name in catchable if f"\n| `{name}`" not in text and name != "ImageBotError"]


def test_every_exit_code_is_told() -> None:
    """The table of exit codes in docs/errors.md has each code of the command line."""
    from llamabot_images.cli import EXIT_CODES
    from llamabot_images.cli.output import INTERRUPTED, UNREAD

    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8")

    assert {1, *EXIT_CODES.values(), INTERRUPTED, UNREAD} == {
        int(code) for code in re.findall(r"^\| (\d+) \|", text, re.M)
    }


def test_every_symptom_is_brought_about() -> None:
    """Each heading of troubleshooting.md that quotes the library has an example that makes the library say it."""
    page = ROOT / "docs/troubleshooting.md"

    quoted = re.findall(r"^## `", page.read_text(encoding="utf-8"), re.M)

    assert len(quoted) == len(symptoms(page))


def test_every_page_is_in_the_navigation() -> None:
    """mkdocs.yml lists each page of docs/ once."""
    listed = re.findall(r"[\w./-]+\.md\b", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))

    assert sorted(listed) == sorted(str(page.relative_to(ROOT / "docs")) for page in ROOT.glob("docs/**/*.md"))


def test_pictures_of_the_pages_are_small() -> None:
    """The pictures that come with the pages weigh less than 400 KB together, and each is shown somewhere."""
    pictures = sorted((ROOT / "docs/images").iterdir())
    shown = "".join(page.read_text(encoding="utf-8") for page in PAGES)

    assert sum(os.path.getsize(path) for path in pictures) < 400_000
    assert [] == [path.name for path in pictures if f"images/{path.name})" not in shown]
