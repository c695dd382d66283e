"""A request that was built a moment before the verb is called that sends it.

A batch has to know what a prompt's request is before it asks the bot to draw. Building it takes as long as saving a
small picture, so the bot's own verb takes over what was built, as long as it is called with the very same things.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

__all__ = ["building_once", "taken"]


@dataclass(frozen=True)
class Built:
    """What was built, for which bot and of what."""

    bot: Any
    prompt: str
    overrides: Mapping[str, Any]
    attempt: Any


_built: ContextVar[list[Built]] = ContextVar("llamabot_images_built")


@contextmanager
def building_once(bot: Any, prompt: str, overrides: Mapping[str, Any], attempt: Any) -> Iterator[None]:
    """Let *bot* take *attempt*, once, when it is asked for *prompt* in this block.

    :param bot: The bot.
    :param prompt: What to draw.
    :param overrides: Of this call.
    :param attempt: What the bot would build of them.
    """
    token = _built.set([Built(bot, prompt, overrides, attempt)])
    try:
        yield
    finally:
        _built.reset(token)


def taken(bot: Any, prompt: str, overrides: Mapping[str, Any]) -> Any:
    """Return what was built of the very same things before, ``None`` where nothing was, or it was taken already.

    :param bot: Who asks.
    :param prompt: What to draw.
    :param overrides: Of this call.
    """
    found = _built.get([])
    if not found or found[0].bot is not bot or found[0].prompt is not prompt:
        return None
    if found[0].overrides.keys() != overrides.keys():
        return None
    # By identity: to compare pictures or tables would take longer than to build anew, where it can be done at all.
    if any(value is not overrides[name] for name, value in found[0].overrides.items()):
        return None
    return found.pop().attempt
