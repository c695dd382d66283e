"""The words in which the server thinks: settings, requests found, what they ask for, pictures."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .recorded import Recorded

__all__ = ["Call", "House", "Order", "Picture", "Route", "parse_size", "whole_number"]


@dataclass(eq=False)
class House:
    """The settings of a server that its APIs look at.

    *keys* maps a provider to the key it accepts; *retired* and *released* hold ``provider/model``
    patterns; *gone*
    chooses how OpenAI says that a model is off; *deployments* maps an Azure deployment to its model;
    *chat_shape* is one of ``chat_api.CHAT_SHAPES``.
    """

    url: str = ""
    image_url: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    retired: set[str] = field(default_factory=set)
    released: set[str] = field(default_factory=set)
    gone: str = "404"
    deployments: dict[str, str] = field(default_factory=dict)
    reply_with: str | None = None
    chat_shape: str = "images"

    def is_released(self, name: str) -> bool:
        """Say whether ``provider/model`` came out after this server was written."""
        return any(fnmatchcase(name, pattern) for pattern in self.released)

    def is_retired(self, name: str) -> bool:
        """Say whether ``provider/model`` is switched off."""
        return any(fnmatchcase(name, pattern) for pattern in self.retired)


@dataclass(frozen=True)
class Order:
    """What a request asks for, in one vocabulary for all providers.

    *size* ``None`` leaves it to the provider; *wants* is ``"url"``, ``"b64_json"`` or ``None``;
    *body* is the JSON body, or the form's fields.
    """

    model: str = ""
    prompt: str = ""
    n: int = 1
    size: tuple[int, int] | None = None
    format: str = "png"
    wants: str | None = None
    frames: int = 1
    route: str = "generate"
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Picture:
    """A picture as it goes out: the bytes, what the provider declares them to be, and their address."""

    data: bytes
    mime: str
    base64: str
    url: str
    size: tuple[int, int]

    @property
    def data_uri(self) -> str:
        """Return the picture as a data URI."""
        return self.base64 if self.base64.startswith("data:") else f"data:{self.mime};base64,{self.base64}"


@dataclass(frozen=True)
class Route:
    """A path an API serves; its pattern may pick out parts by name."""

    name: str
    pattern: str
    method: str = "POST"


@dataclass(frozen=True)
class Call:
    """A request that found its API: *path* is without the provider's prefix, *args* come from it."""

    request: Recorded
    route: Route
    args: Mapping[str, str]
    house: House

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON object or the form's fields, ``{}`` for anything else."""
        found: Any = self.request.form if self.request.parts else self.request.json
        return found if isinstance(found, dict) else {}


def parse_size(text: object) -> tuple[int, int] | None:
    """Return ``"1024x768"`` as a pair, ``None`` for ``"auto"`` and whatever else is no size."""
    match = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text) if isinstance(text, str) else None
    return (int(match[1]), int(match[2])) if match else None


def whole_number(value: object) -> int | None:
    """Return *value* as an integer, ``None`` where it is none; a form sends numbers as text."""
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    return int(value) if str(value).lstrip("-").isdigit() else None
