"""The same call by the sync and by the async verb, to a server that stands for the provider."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageResult

from .providers import ProviderServer, Recorded

__all__ = ["bot_for", "both_ways", "draw", "key_variables", "together"]

#: Marks a test that shall hold for both verbs; it takes ``is_async``.
both_ways = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def bot_for(provider: ProviderServer, name: str, **settings: Any) -> ImageBot:
    """Return a bot for a provider or a model, pointed at the server by its arguments."""
    return ImageBot(**(provider.kwargs_for(name) | settings))


def draw(bot: ImageBot, is_async: bool, **overrides: Any) -> ImageResult:
    """Draw by the sync or by the async verb."""
    if is_async:
        return asyncio.run(bot.agenerate("a red panda", **overrides))
    return bot.generate("a red panda", **overrides)


def key_variables(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Point providers at the server by their own environment variables."""
    for name in names:
        for variable, value in provider.variables_for(name).items():
            monkeypatch.setenv(variable, value)


def together(provider: ProviderServer, calls: int) -> Callable[[Recorded], None]:
    """Return a reply that holds requests back until *calls* of them are in flight, a minute at most."""
    full = threading.Event()

    def hold(request: Recorded) -> None:
        if provider.in_flight >= calls:
            full.set()
        full.wait(60)
        full.set()  # or each call would wait as long

    return hold
