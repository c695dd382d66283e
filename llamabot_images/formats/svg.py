"""SVG: well-formed XML with an ``<svg>`` root and no entities of its own."""

from __future__ import annotations

import re
from typing import Any
from xml.parsers import expat

from llamabot_images.formats.layout import Broken, Layout

__all__ = ["read"]

_PIXELS = re.compile(r"\s*(\d{1,6})(?:\.\d*)?\s*(?:px)?\s*")


def read(data: bytes) -> Layout:
    """Parse the whole text without expanding entities or fetching anything.

    :param data: Bytes that begin like an SVG.
    :return: Width and height where they are stated in pixels, by attribute or view box.
    :raises Broken: When the text is cut short, not an SVG, or declares entities.
    """
    roots: list[dict[str, str]] = []
    parser = expat.ParserCreate()

    def begin(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "svg":
            raise Broken(f"its root is <{name[:20]}>, not <svg>")
        roots.append(attributes)
        parser.StartElementHandler = None

    parser.StartElementHandler = begin
    parser.EntityDeclHandler = _refuse_entity
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Broken(f"its XML is not whole ({error})") from None
    return _size(roots[0])


def _refuse_entity(*_: Any) -> None:
    raise Broken("it declares entities, which a picture does not need and a bomb does")


def _size(root: dict[str, str]) -> Layout:
    view_box = (root.get("viewBox", "").replace(",", " ").split() + [""] * 4)[2:4]
    width = _pixels(root.get("width", "")) or _pixels(view_box[0])
    height = _pixels(root.get("height", "")) or _pixels(view_box[1])
    return Layout(width, height)


def _pixels(text: str) -> int | None:
    found = _PIXELS.fullmatch(text)
    return int(found[1]) or None if found else None
