"""Pictures that a request starts from: what is edited, and what must stay of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Source", "Sources"]


@dataclass(frozen=True)
class Source:
    """One picture to start from, its bytes checked.

    ``name`` is a file name whose suffix fits the bytes; ``width`` and ``height`` are pixels as it is seen.
    """

    data: bytes = field(repr=False)
    mime_type: str
    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Sources:
    """The pictures of one request: at least one, and a mask that is transparent where it may change.

    ``history`` holds the messages of a chat so far, as ``model`` needs them back.
    """

    images: tuple[Source, ...]
    mask: Source | None = None
    history: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    model: str = ""

    @property
    def ratio(self) -> str:
        """The proportions of the first picture, as ``"4032:3024"``: what is made of it has the same unless asked."""
        return f"{self.images[0].width}:{self.images[0].height}"

    def digests(self) -> list[str]:
        """Return the SHA-256 of each picture as it is sent, for the record of what is made of it."""
        return [hashlib.sha256(one.data).hexdigest() for one in self.images]

    def history_for(self, model: str) -> tuple[Mapping[str, Any], ...]:
        """Return the messages so far for the model that wrote them, nothing for another: its signatures are its own."""
        return self.history if model == self.model else ()
