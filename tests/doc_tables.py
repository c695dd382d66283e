"""Tables of the documentation that are made from the library's own."""

import ast
import itertools
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from llamabot_images.credentials import PROVIDERS
from llamabot_images.lifecycle import LIFECYCLES
from llamabot_images.models import RULES

__all__ = ["TABLES", "TABLE", "with_current_tables"]

PACKAGE = Path(__file__).parents[1] / "llamabot_images"
TABLE = re.compile(r"(?<=<!-- table: )(\w+)( -->\n).*?(?=<!-- end of table -->)", re.S)


def providers() -> str:
    """Return whose key and address come from which variable."""
    rows = [
        (f"`{name}`", listed(one.keys), listed(one.bases) + (" (needed)" if one.needs_base else ""))
        for name, one in sorted(PROVIDERS.items())
    ]
    keyless = {f"`{name}`" for name, one in PROVIDERS.items() if not one.needs_key}
    marked = [(name, f"{keys} (if it wants one)" if name in keyless else keys, base) for name, keys, base in rows]
    return table(
        ("Provider", "Key", "Address"), [("OpenAI (no prefix)", "`OPENAI_API_KEY`", "`OPENAI_BASE_URL`"), *marked]
    )


def models() -> str:
    """Return what each family of models takes."""
    rows = [
        (
            f"`{one.pattern}`",
            "–" if "size" in one.rejects else str(one.sizes),
            qualities(one.qualities),
            str(one.images_per_call or "any number"),
        )
        for one in RULES
    ]
    return table(("Model", "Sizes", "`quality`", "Pictures per request"), rows)


def qualities(offered: tuple[str, ...] | None) -> str:
    """Return the words for quality."""
    return "as LiteLLM has it" if offered is None else ", ".join(offered) or "–"


def retired() -> str:
    """Return which models are switched off, and what takes their place."""
    rows = [
        (f"`{one.pattern}`", one.off.isoformat(), f"`{one.successor}`" if one.successor else "–", one.source)
        for one in LIFECYCLES
    ]
    return table(("Model", "Off on", "Successor", "Source"), rows)


def modules() -> str:
    """Return every module in its row, from the ground up, with its own first sentence."""
    from tests.test_layout import LAYERS

    rows = [
        (str(number), f"`{name}`", sentence(name))
        for number, names in enumerate(LAYERS, 1)
        for name in sorted(names - {"__init__", "__main__"})
    ]
    return table(("Row", "Module", "What it holds"), rows)


def errors() -> str:
    """Return the tree of errors as errors.py draws it."""
    from llamabot_images import errors

    tree = (errors.__doc__ or "").split(".. code-block:: text\n\n")[1]
    drawn = itertools.takewhile(lambda line: not line or line.startswith(" "), tree.splitlines())
    return "\n```text\n" + "\n".join(line[4:] for line in drawn).strip() + "\n```\n\n"


def sentence(module: str) -> str:
    """Return the first sentence of a module's docstring."""
    found = next(path for path in (PACKAGE / f"{module}.py", PACKAGE / module / "__init__.py") if path.is_file())
    return (
        (ast.get_docstring(ast.parse(found.read_text(encoding="utf-8"))) or "").partition("\n\n")[0].replace("\n", " ")
    )


def listed(names: Iterable[str]) -> str:
    """Return variables as code."""
    return ", ".join(f"`{name}`" for name in names)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a Markdown table with a blank line around it."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"


TABLES: dict[str, Callable[[], str]] = {
    "errors": errors,
    "models": models,
    "modules": modules,
    "providers": providers,
    "retired": retired,
}


def with_current_tables(text: str) -> str:
    """Return a page with its tables made anew."""
    return TABLE.sub(lambda found: found[1] + found[2] + TABLES[found[1]](), text)
