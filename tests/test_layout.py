"""Imports go one way, files stay small, and nothing is called utils."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "llamabot_images"

#: From the ground up: a module imports only from rows below its own.
LAYERS = [
    {
        "errors",
        "redact",
        "links",
        "addresses",
        "sizes",
        "threads",
        "leases",
        "under_way",
        "waits",
        "names",
        "built",
        "drafts",
        "replies",
        "sources",
        "together",
    },
    {"warn", "asked", "provider_errors", "lifecycle", "prices", "models", "formats", "connections", "lines"},
    {"failures", "files", "payload", "sketch", "credentials", "marimo_output"},
    {"problems"},
    {"retry", "refusals", "request", "reach", "bodies", "convert"},
    {"download", "provenance", "masks", "terminal", "cloud"},
    {"notebook", "journal"},
    {"reference"},
    {"results", "advice"},
    {"attempts", "backends", "saving", "inputs", "events"},
    {"receiving", "catalogue", "sheets", "tool"},
    {"sending"},
    {"settings", "showing", "watching"},
    {"preparing", "streaming"},
    {"batch"},
    {"jobs"},
    {"imagebot", "standing_in"},
    {"comparison", "gallery", "magic", "testing"},
    {"__init__"},
    {"mcp_server", "pytest_plugin"},
    {"cli"},
    {"__main__"},
]
ROW = {name: number for number, names in enumerate(LAYERS) for name in names}
MODULES = sorted(PACKAGE.rglob("*.py"))


def layer_of(path: Path) -> str:
    """Return the name a module has in the table: its own, or its sub-package's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imported(path: Path) -> set[str]:
    """Return the layers that a module imports from, those for type checkers only left out."""
    tree = ast.parse(path.read_text())
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree):
        if (
            id(node) in skipped
            or not isinstance(node, ast.ImportFrom)
            or not (node.module or "").startswith("llamabot_images")
        ):
            continue
        inner = (node.module or "").split(".")[1:]
        found |= {inner[0]} if inner else {one.name if one.name in ROW else "__init__" for one in node.names}
    return found


def is_ours(node: ast.ImportFrom) -> bool:
    """Tell whether an import is from this package."""
    return node.level > 0 or (node.module or "").split(".")[0] == "llamabot_images"


def test_every_module_has_a_row() -> None:
    """The table is complete and names nothing that is not there."""
    assert {layer_of(one) for one in MODULES} == set(ROW)


@pytest.mark.parametrize("path", MODULES, ids=lambda one: str(one.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    """A module imports only from lower rows, or from its own sub-package."""
    own = layer_of(path)

    upward = {one for one in imported(path) if one != own and ROW[one] >= ROW[own]}

    assert set() == upward


@pytest.mark.parametrize("path", MODULES, ids=lambda one: str(one.relative_to(PACKAGE)))
def test_files_are_small_and_named_for_what_they_hold(path: Path) -> None:
    """No file is over 300 lines, no function over 40, and no drawer is called utils."""
    lines = path.read_text().splitlines()
    functions = [
        node
        for node in ast.walk(ast.parse("\n".join(lines)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]

    assert len(lines) <= 300
    assert [] == [one.name for one in functions if code_lines(one) > 40]
    assert path.stem not in {"utils", "helpers", "common", "misc", "manager", "handler"}


def test_functions_are_short() -> None:
    """Half of all functions have fewer than eight lines of code."""
    functions = [
        node
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lengths = sorted(code_lines(one) for one in functions)

    assert lengths[len(lengths) // 2] < 8


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return how many lines a function's body has, its docstring left out."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
