"""Watch one picture by the sync or by the async verb."""

import asyncio
from typing import Any

from llamabot_images import ImageBot, ImageResult
from llamabot_images.events import DoneEvent, ImageEvent, TextEvent

__all__ = ["STREAMS", "result_of", "watched", "words_in"]

#: Models whose pictures, or whose words, can be watched while they come.
STREAMS = ("gemini", "openrouter", "gpt-image-2", "azure/gpt-image-2")


def watched(bot: ImageBot, is_async: bool = False, **overrides: Any) -> list[ImageEvent]:
    """Return all events of one picture, by the sync or by the async verb."""
    if not is_async:
        return list(bot.stream("a red panda", **overrides))

    async def collect() -> list[ImageEvent]:
        return [event async for event in bot.astream("a red panda", **overrides)]

    return asyncio.run(collect())


def words_in(events: list[ImageEvent]) -> str:
    """Return what was told as it came."""
    return "".join(event.text for event in events if isinstance(event, TextEvent))


def result_of(events: list[ImageEvent]) -> ImageResult:
    """Return the result in the last event."""
    assert isinstance(events[-1], DoneEvent)
    return events[-1].result
