"""A fallback is made ready beside the event loop, and its warnings show the caller's line."""

import threading
from typing import Any

import pytest

from llamabot_images import AdjustmentWarning, ImageBot, ImageRequest

from .calls import bot_for
from .editing import alive
from .providers import ProviderServer, Status

__all__ = ["alive"]


class Noting(ImageBot):
    """Notes the threads in which requests are built."""

    def __init__(self, *settings: Any, **keywords: Any) -> None:
        super().__init__(*settings, **keywords)
        self.built: list[int] = []

    def build_request(self, prompt: str, **overrides: Any) -> ImageRequest:
        self.built.append(threading.get_ident())
        return super().build_request(prompt, **overrides)


@pytest.mark.parametrize("verb", ["agenerate", "astream"])
async def test_no_request_is_built_on_the_event_loop(alive: ProviderServer, verb: str) -> None:
    """Neither the first request nor the fallback's holds up the loop, though building it may load LiteLLM."""
    alive.script(Status(429))
    bot = Noting(**alive.kwargs_for("gpt-image-2"), fallbacks=["offline/sketch"], size="1024x1024")

    if verb == "agenerate":
        await bot.agenerate("a red panda")
    else:
        assert [event async for event in bot.astream("a red panda")]

    assert 2 == len(bot.built)
    assert threading.get_ident() not in bot.built


async def test_a_fallbacks_warning_shows_the_callers_line(alive: ProviderServer) -> None:
    """What the fallback does otherwise is told at the line that awaits the picture."""
    alive.script(Status(429))
    bot = bot_for(alive, "gpt-image-2", style="vivid", fallbacks=["offline/sketch"])

    with pytest.warns(AdjustmentWarning) as told:
        await bot.agenerate("a red panda")

    assert [__file__, __file__] == [one.filename for one in told if issubclass(one.category, AdjustmentWarning)]
