"""What takes the place of all that sends a bot's requests: every way of asking, watched or not, and jobs."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from llamabot_images.backends import Backend, Backends
from llamabot_images.backends.openai_stream import OpenAIStream
from llamabot_images.jobs.service import Service
from llamabot_images.models import ModelRule
from llamabot_images.request import Asked, Capabilities

if TYPE_CHECKING:
    import pytest

__all__ = ["Answer", "Provider", "StandIn", "stand_in"]

#: Opens nothing. Comparisons look for a key before they send.
KEY = "offline"

Answer = Callable[[dict[str, Any], Capabilities], Any]


class Provider(Protocol):
    """What stands for all providers."""

    def stand_in(self, name: str, real: Any) -> Any:
        """Return what takes the place of a backend."""

    def batches(self, model: str) -> Any:
        """Return the client for a provider's own batches."""


class StandIn:
    """A backend whose requests are answered here; what it knows of models is the real one's.

    :param real: The backend.
    :param answer: Answers a request, given its keywords.
    """

    def __init__(self, real: Backend, answer: Answer) -> None:
        self._real = real
        self._answer = answer
        #: LiteLLM's function, the real one's too.
        self.CALL = getattr(real, "CALL", "")

    def capabilities(self, model: str, extra: Any) -> Capabilities:
        """Return what the real backend knows; a name that leads nowhere is an error as ever."""
        return self._real.capabilities(model, extra)

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what is known of a model's sizes and settings."""
        return self._real.rule(can)

    def streams(self, can: Capabilities) -> bool:
        """Tell what the real backend tells, so that the same way is taken."""
        return self._real.streams(can)

    def stream(self, keywords: dict[str, Any], can: Capabilities) -> "Whole":
        """Answer one request that is watched: drawings come whole."""
        return Whole(partial(self._answer, keywords, can))

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Return a key that opens nothing."""
        return {"api_key": KEY}

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Answer one request."""
        return self._answer(keywords, can)

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Answer one request without blocking the event loop."""
        return await asyncio.to_thread(self._answer, keywords, can)

    def close(self) -> None:
        """Close the real backend, which has opened nothing."""
        self._real.close()


class Whole(Iterator[Any]):
    """An answer in one piece, for those who read it piece by piece."""

    def __init__(self, answer: Callable[[], Any]) -> None:
        self._answers = iter([answer])

    def __next__(self) -> Any:
        return next(self._answers)()

    def close(self) -> None:
        """Nothing is held."""


def stand_in(monkeypatch: "pytest.MonkeyPatch", provider: Provider) -> None:
    """Put something in the place of all that sends a bot's requests, of bots that exist already too.

    :param monkeypatch: Puts the real ones back.
    :param provider: What is asked instead.
    """
    named = Backends.named

    def watched(direct: OpenAIStream, keywords: dict[str, Any], can: Capabilities) -> Any:
        return provider.stand_in("images", direct).stream(keywords, can)

    monkeypatch.setattr(Backends, "named", lambda backends, name: provider.stand_in(name, named(backends, name)))
    monkeypatch.setattr(OpenAIStream, "stream", watched)
    monkeypatch.setattr(Service, "_client", lambda service: provider.batches(service._request.model))
