"""The page of a gallery: one file that holds its own style, script and data."""

import base64
import hashlib
import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources
from typing import Any
from urllib.parse import quote

from llamabot_images.gallery.thumbnails import THUMBNAILS, Shown

__all__ = ["MADE_HERE", "page_of"]

MADE_HERE = '<meta name="generator" content="llamabot_images gallery">'
"""What tells our pages from others."""

_SCRIPTS = ("data.js", "grid.js", "box.js", "models.js", "deeds.js")


def page_of(pictures: Sequence[Shown], title: str) -> bytes:
    """Return the page.

    :param pictures: In any order; the page sorts them.
    :param title: Plain text.
    """
    css, js = _part("page.css"), _script()
    parts = {
        "policy": html.escape(_policy(css, js)),
        "title": html.escape(title),
        "css": css,
        "js": js,
        "data": _in_script(_data(pictures)),
    }
    return _filled(_part("page.html"), parts).encode("utf-8", "backslashreplace")


def _part(name: str) -> str:
    return resources(__package__).joinpath(name).read_text(encoding="utf-8")


def _script() -> str:
    """Return the parts of the script as one function, so that nothing outside sees their names."""
    return '(() => {\n"use strict";\n' + "\n".join(map(_part, _SCRIPTS)) + "})();\n"


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """Fill all gaps in one pass: what is filled in may look like a gap."""
    return re.sub(r"@([a-z]+)@", lambda found: parts[found[1]], template)


def _policy(css: str, js: str) -> str:
    """Return the rules that keep the page from any network, and from any script but its own."""
    # Browsers do not agree on whether 'self' is the folder of a page that is opened as a file.
    rules = {
        "default-src": "'none'",
        "img-src": "'self' file: data:",
        "style-src": _hash(css),
        "script-src": _hash(js),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _data(pictures: Sequence[Shown]) -> dict[str, Any]:
    models = sorted({one.told.model for one in pictures if one.told.model})
    numbers = {model: number for number, model in enumerate(models)}
    return {
        "thumbnails": f"{THUMBNAILS}/",
        "models": models,
        "pictures": [_row(one, numbers.get(one.told.model, -1)) for one in pictures],
    }


def _row(one: Shown, model: int) -> list[Any]:
    look, told = one.look, one.told
    about = [told.prompt, model, told.cost, round(told.created), told.seconds, int(told.again)]
    return [one.name, quote(os.fsencode(one.name)), look.thumbnail, look.aspect, look.colour, *about]


def _in_script(value: Any) -> str:
    """Return JSON that no prompt can end early."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
