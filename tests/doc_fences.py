"""Examples in pages: finding them, and writing back what they print.

A comment before a fence, invisible to readers, says what an example needs and what it does:

.. code-block:: markdown

    <!-- example: warns="AdjustmentWarning", answers=[Status(429, retry_after="1")] -->

``warns``: the warnings that are given; ``raises``: the error that ends the example, shown in a ``text`` block after
it; ``says``: a part of its text, ``…`` for anything; ``answers``, ``images``: what the provider and its image host
say (names of ``tests.providers``); ``c2pa``: whether pictures carry content credentials; ``unset``: variables that
are not set; ``exit``: the command's exit code; ``needs``: packages without which it is left out; ``since``: the
LiteLLM whose price map the output is of.

In troubleshooting.md the comment stands under a heading, and its ``code`` must bring about the heading's text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from tests import providers
from tests.doc_tables import with_current_tables

__all__ = ["PAGES", "PRINTED", "ROOT", "Fence", "agrees", "fences", "matches", "symptoms", "write_back"]

ROOT = Path(__file__).parents[1]
PAGES = [*(ROOT / f"{name}.md" for name in ("README", "CHANGELOG", "CONTRIBUTING")), *sorted(ROOT.glob("docs/**/*.md"))]
PRINTED = "#> "
FENCE = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```$", re.M | re.S)
COMMENT = re.compile(r"<!-- example: ((?:(?!-->).)*) -->\s*\Z", re.S)
SYMPTOM = re.compile(r"^## `(.+)`\n\n<!-- example: (.+) -->$", re.M)
NAMES: dict[str, Any] = {name: getattr(providers, name) for name in providers.__all__}


@dataclass
class Fence:
    """One example of a page; ``rewritten`` is its text with the output it really has, ``error`` what ended it."""

    page: Path
    line: int
    language: str
    indent: str
    body: str
    options: dict[str, Any] = field(default_factory=dict)
    rewritten: str | None = None
    error: str = ""

    @property
    def place(self) -> str:
        """Return file and line for messages."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def fences(page: Path) -> list[Fence]:
    """Return the fenced blocks of a page in order."""
    text = page.read_text(encoding="utf-8")
    return [_fence(page, text, found) for found in FENCE.finditer(text)]


def _fence(page: Path, text: str, found: re.Match[str]) -> Fence:
    body = "".join(line.removeprefix(found[1]) for line in found[3].splitlines(keepends=True))
    comment = COMMENT.search(text, 0, found.start())
    line = text.count("\n", 0, found.start()) + 2
    return Fence(page, line, found[2], found[1], body, _options(comment[1] if comment else ""))


def symptoms(page: Path) -> list[Fence]:
    """Return what brings about the error or warning that each heading of a page quotes."""
    text = page.read_text(encoding="utf-8")
    return [_symptom(page, text.count("\n", 0, found.start()) + 1, *found.groups()) for found in SYMPTOM.finditer(text)]


def _symptom(page: Path, line: int, heading: str, comment: str) -> Fence:
    options = _options(comment)
    body = f"from llamabot_images import ImageBot\n{options['code']}\n"
    return Fence(page, line, "python", "", body, {**options, "says": heading})


def _options(comment: str) -> dict[str, Any]:
    found: dict[str, Any] = eval(f"dict({comment})", {"__builtins__": {"dict": dict}}, NAMES)
    return found


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Tell whether the lines shown are those printed."""
    return len(shown) == len(printed) and all(map(matches, shown, printed))


def matches(shown: str, printed: str) -> bool:
    """Tell whether a text shown stands for one printed; ``…`` stands for anything."""
    shown, printed = shown.rstrip(), printed.rstrip()
    return shown == printed or fnmatchcase(printed, re.sub(r"([\[\]?*])", r"[\1]", shown).replace("…", "*"))


def write_back(page: Path, blocks: list[Fence]) -> None:
    """Put what the examples really print, and the current tables, into the page."""
    parts: Iterator[Fence] = iter(blocks)

    def body(found: re.Match[str]) -> str:
        block = next(parts)
        if block.rewritten is None:
            return found[0]
        indented = "".join(block.indent + line if line.strip() else line for line in block.rewritten.splitlines(True))
        return found[0].replace(found[3], indented, 1)

    text = page.read_text(encoding="utf-8")
    renewed = with_current_tables(FENCE.sub(body, text))
    if renewed != text:
        page.write_text(renewed, encoding="utf-8")
