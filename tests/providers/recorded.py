"""A request as it arrived, kept for the test to look at."""

import json as json_module
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = ["Part", "Recorded"]


@dataclass(frozen=True)
class Part:
    """One part of a ``multipart/form-data`` body; *filename* is ``None`` for a plain field."""

    name: str
    filename: str | None
    content_type: str | None
    data: bytes

    @property
    def text(self) -> str:
        """Return the part's bytes as text."""
        return self.data.decode("utf-8", "replace")


@dataclass(frozen=True)
class Recorded:
    """One request.

    *headers* have lower-case names; *query* holds the last value of each name; *at* is
    ``time.monotonic()`` when the request had been read to its end; *host* is ``"api"`` or ``"images"``.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    host: str = "api"
    at: float = field(default_factory=time.monotonic)

    @cached_property
    def json(self) -> Any:
        """Return the body read as JSON, ``None`` where it is none."""
        try:
            return json_module.loads(self.body)
        except ValueError:
            return None

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return the parts of a multipart body, ``()`` for any other body."""
        content_type = self.headers.get("content-type", "")
        if not content_type.startswith("multipart/form-data"):
            return ()
        boundary = content_type.partition("boundary=")[2].strip('"').encode()
        chunks = self.body.split(b"--" + boundary)[1:-1]
        return tuple(_read_part(chunk) for chunk in chunks)

    @cached_property
    def form(self) -> dict[str, str]:
        """Return the plain fields of a multipart body; the last of equal names wins."""
        return {part.name: part.text for part in self.parts if part.filename is None}

    def files(self, *names: str) -> list[Part]:
        """Return the uploaded files, only those under *names* where names are given."""
        return [p for p in self.parts if p.filename is not None and (not names or p.name in names)]


def _read_part(chunk: bytes) -> Part:
    head, _, data = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = _read_headers(head.decode("utf-8", "replace"))
    disposition = headers.get("content-disposition", "")
    return Part(
        name=_attribute(disposition, "name") or "",
        filename=_attribute(disposition, "filename"),
        content_type=headers.get("content-type"),
        data=data.removesuffix(b"\r\n"),
    )


def _read_headers(text: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in text.split("\r\n"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _attribute(disposition: str, wanted: str) -> str | None:
    for piece in disposition.split(";")[1:]:
        name, _, value = piece.strip().partition("=")
        if wanted == name:
            return value.strip('"')
    return None
