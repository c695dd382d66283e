"""Ask Ollama by its own API: ``POST /api/generate``, which LiteLLM has no image route for (1.106.2)."""

import asyncio
import os
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

from llamabot_images.asked import shown
from llamabot_images.backends.ollama_address import base_url, is_hosted, key_for
from llamabot_images.backends.ollama_errors import Call
from llamabot_images.backends.ollama_lines import Progress
from llamabot_images.backends.ollama_wire import Wire
from llamabot_images.errors import UnroutedModelError, UnsupportedParameterError
from llamabot_images.models import ModelRule
from llamabot_images.replies import Slot
from llamabot_images.request import Asked, Capabilities
from llamabot_images.retry import SendFailed
from llamabot_images.sizes import AnySize, parse_size
from llamabot_images.threads import Threads

__all__ = ["Ollama", "OllamaReply", "Watched"]

#: Settings of a drawing in Ollama's own words.
DRAWING = ("width", "height", "steps", "keep_alive")
RULE = ModelRule(
    "ollama/*",
    AnySize(step=16),
    qualities=(),
    keeps=frozenset({*DRAWING, "seed", "options"}),
    only_base64=True,
)


@dataclass(frozen=True)
class OllamaReply:
    """The pictures of one request, in the form LiteLLM gives them."""

    data: list[Slot]
    is_free: bool
    usage: Any = None
    _hidden_params: Mapping[str, Any] = field(default_factory=dict, repr=False)


class Ollama:
    """Draws on a machine of one's own.

    :param threads: Where async verbs wait.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def capabilities(self, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what Ollama takes. Asks nobody: which models are there, only the server knows.

        :raises UnroutedModelError: Without a name after the slash.
        """
        name = model.partition("/")[2]
        if not name:
            raise UnroutedModelError(f"{model!r} names no model; write it such as 'ollama/x/z-image-turbo'")
        prices = {} if _is_cloud(name) else {"is_free": True}
        return Capabilities("ollama", name, frozenset({"n", "size"}), prices=prices, route="ollama")

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what Ollama does with sizes and settings."""
        return RULE

    def streams(self, can: Capabilities) -> bool:
        """Tell that every step can be watched."""
        return True

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Settle the address, and the key where one is needed.

        :raises UnroutedModelError: When a picture is to be edited: Ollama has no documented way to that, and most of
            its versions draw a new picture without a word (0.16 to 0.32).
        """
        if asked.sources:
            raise UnroutedModelError(
                f"{asked.model!r} cannot edit pictures: Ollama only draws new ones; nothing was sent"
            )
        url = base_url(asked.credentials.get("api_base"), os.environ)
        key = key_for(url, asked.credentials.get("api_key"), os.environ)
        return {"api_base": url, **({"api_key": key} if key else {})}

    def send(self, keywords: dict[str, Any], can: Capabilities) -> OllamaReply:
        """Draw one picture after the other.

        :raises SendFailed: When there is no picture at all; after the first one, what failed is told in the reply.
        """
        return _drawn(keywords, can, Wire())

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> OllamaReply:
        """Draw without blocking the event loop; Ollama stops drawing for a caller that is cancelled."""
        wire = Wire()
        try:
            return await self._threads.run(_drawn, keywords, can, wire)
        except asyncio.CancelledError:
            wire.cut()
            raise

    def stream(self, keywords: dict[str, Any], can: Capabilities) -> "Watched":
        """Yield how far the drawing is, then the reply."""
        return Watched(keywords, can)

    def close(self) -> None:
        """Nothing is held."""


class Watched(Iterator[Progress | OllamaReply]):
    """The pieces of one request as they come."""

    def __init__(self, keywords: dict[str, Any], can: Capabilities) -> None:
        self._wire = Wire()
        self._pieces = _pieces(keywords, can, self._wire)

    def __next__(self) -> Progress | OllamaReply:
        return next(self._pieces)

    def close(self) -> None:
        """Close the connection, from any thread: one that waits for the next piece is woken."""
        self._wire.cut()
        with suppress(ValueError):  # it is running in that other thread, and ends there
            self._pieces.close()


def _drawn(keywords: dict[str, Any], can: Capabilities, wire: Wire) -> OllamaReply:
    return next(piece for piece in _pieces(keywords, can, wire) if isinstance(piece, OllamaReply))


def _pieces(keywords: dict[str, Any], can: Capabilities, wire: Wire) -> Generator[Progress | OllamaReply, None, None]:
    """Yield the progress of n pictures as if they were one, then the reply."""
    call, n = _call(keywords, can), keywords.get("n", 1)
    data: list[Slot] = []
    missing: dict[int, str] = {}
    while len(data) < n and not missing:
        place = len(data)
        try:
            for piece in wire.ask(call, _body(keywords, can, place), _headers(keywords)):
                if isinstance(piece, Progress):
                    yield Progress(piece.completed + place * piece.total, n * piece.total)
                else:
                    data.append(piece)
        except SendFailed as failed:
            if not data:
                raise
            missing[place] = f"{n - place} of {n} pictures are missing: {failed.failure.text}"
            data.append(Slot())
    yield OllamaReply(data, call.is_free, _hidden_params={"withheld": missing})


def _call(keywords: Mapping[str, Any], can: Capabilities) -> Call:
    timeout, url, key = keywords.get("timeout"), keywords["api_base"], keywords.get("api_key")
    seconds = getattr(timeout, "read", timeout)
    is_free = not (is_hosted(url) or _is_cloud(can.name))
    return Call(can.name, url, None if seconds is None else float(seconds), is_free, (key,) if key else ())


def _is_cloud(name: str) -> bool:
    """Tell whether a model runs at Ollama's, which the local server hands requests on to."""
    return name.endswith(("-cloud", ":cloud"))


def _headers(keywords: Mapping[str, Any]) -> dict[str, str]:
    key = keywords.get("api_key")
    given = {**(keywords.get("headers") or {}), **(keywords.get("extra_headers") or {})}
    return {**({"Authorization": f"Bearer {key}"} if key else {}), **given}


def _body(keywords: Mapping[str, Any], can: Capabilities, place: int) -> dict[str, Any]:
    """Return the request for one picture; the place of it makes another seed for each."""
    shape = parse_size(keywords.get("size"))
    size = {"width": shape.width, "height": shape.height} if shape else {}
    settings = {name: keywords[name] for name in DRAWING if name in keywords}
    options = _options(keywords, place)
    return {
        "model": can.name,
        "prompt": keywords["prompt"],
        "stream": True,
        **size,
        **settings,
        **({"options": options} if options else {}),
        **(keywords.get("extra_body") or {}),
    }


def _options(keywords: Mapping[str, Any], place: int) -> dict[str, Any]:
    options = keywords.get("options") or {}
    if not isinstance(options, Mapping):
        raise UnsupportedParameterError(f"options is {shown(options)}; give a dict")
    seed = keywords.get("seed", options.get("seed"))
    if seed is None:
        return dict(options)
    if not isinstance(seed, Integral) or isinstance(seed, bool):  # Ollama draws at random for anything else
        raise UnsupportedParameterError(f"seed is {shown(seed)}; give a whole number")
    return {**options, "seed": int(seed) + place}
