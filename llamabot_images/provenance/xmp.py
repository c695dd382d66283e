"""XMP packets: what they say of a picture's origin, and what we say in them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any
from xml.parsers import expat

from llamabot_images.provenance.infotext import plain

__all__ = ["AI_FIELDS", "SOURCE_TYPES", "names_manifest", "packet", "read"]

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""What IPTC's words for the kind of source begin with."""

_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_XMP = "http://ns.adobe.com/xap/1.0/"
AI_FIELDS = ("AISystemUsed", "AISystemVersionUsed", "AIPromptInformation", "AIPromptWriterName")
#: Expat's names of what is read, and ours.
_WANTED: Mapping[str, str] = MappingProxyType(
    {
        **{f"{_IPTC} {name}": name for name in ("DigitalSourceType", *AI_FIELDS)},
        f"{_XMP} CreatorTool": "CreatorTool",
        # A C2PA manifest that is kept elsewhere.
        "http://purl.org/dc/terms/ provenance": "c2pa",
        "http://c2pa.org/manifest manifest": "c2pa",
    }
)
_BEGIN = f'<rdf:Description rdf:about="" xmlns:rdf="{_RDF}" xmlns:Iptc4xmpExt="{_IPTC}" xmlns:xmp="{_XMP}">'
_END = "</rdf:Description>"
_OURS = re.compile(f"{re.escape(_BEGIN)}.*?{_END}\n?", re.DOTALL)
_CLOSING = re.compile(r"</(?:\w+:)?RDF\s*>")
_LONGEST = 4 * 2**20


def read(text: bytes) -> dict[str, str]:
    """Return what a packet, or an SVG, says of its origin.

    :param text: XML, whole or cut short. Entities are never expanded.
    :return: ``DigitalSourceType``, ``CreatorTool`` and the names of :data:`AI_FIELDS` where they are there;
        ``c2pa`` where a C2PA manifest is in it or named by it.
    """
    reader = _Reader()
    with suppress(expat.ExpatError, ValueError, LookupError):
        reader.parser.Parse(text[:_LONGEST], True)
    return reader.found


def names_manifest(svg: bytes) -> bool:
    """Tell whether an SVG has an element ``c2pa:manifest``, its prefix declared or not."""
    found: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: found.append(name) if name == "c2pa:manifest" else None
    parser.EntityDeclHandler = _refuse
    with suppress(expat.ExpatError, ValueError, LookupError):
        parser.Parse(svg, True)
    return bool(found)


class _Reader:
    """Collects wanted attributes and elements."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._open: list[str] = []
        self._text: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._begin
        self.parser.EndElementHandler = self._finish
        self.parser.CharacterDataHandler = self._read
        self.parser.EntityDeclHandler = _refuse

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        for key, value in attributes.items():
            if key in _WANTED:
                self.found.setdefault(_WANTED[key], value)
        if _WANTED.get(name) == "c2pa":
            self.found["c2pa"] = ""
        if self._open or name in _WANTED:
            self._open.append(name)
            self._text.append(attributes.get(f"{_RDF} resource", ""))

    def _read(self, text: str) -> None:
        if self._open:
            self._text.append(text)

    def _finish(self, name: str) -> None:
        if self._open and self._open.pop() in _WANTED and not self._open:
            self.found.setdefault(_WANTED[name], "".join(self._text).strip())
            self._text.clear()


def _refuse(*_: Any) -> None:
    raise ValueError("it declares entities")


def packet(fields: Mapping[str, str], earlier: bytes = b"") -> bytes:
    """Return a packet that says *fields*.

    :param fields: By the names of :func:`read`.
    :param earlier: A packet to put them into. What it says already stays; what this library said is replaced.
    :raises ValueError: When the earlier packet cannot be read.
    """
    if not earlier:
        return _whole(_description(fields)).encode()
    text = _OURS.sub("", earlier.decode("utf-8"))
    closing = [found.start() for found in _CLOSING.finditer(text)]
    if not closing:
        raise ValueError("the XMP packet cannot be read")
    said = read(text.encode())
    added = _description({name: value for name, value in fields.items() if name not in said})
    return f"{text[: closing[-1]]}{added}{text[closing[-1] :]}".encode()


def _description(fields: Mapping[str, str]) -> str:
    lines = [f"<{_prefixed(name)}>{_escaped(value)}</{_prefixed(name)}>\n" for name, value in fields.items()]
    return f"{_BEGIN}\n{''.join(lines)}{_END}\n"


def _prefixed(name: str) -> str:
    return f"{'xmp' if name == 'CreatorTool' else 'Iptc4xmpExt'}:{name}"


def _escaped(text: str) -> str:
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _whole(description: str) -> str:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{_RDF}">\n{description}'
        '</rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    )
