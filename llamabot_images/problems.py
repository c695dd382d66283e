"""What is wrong with what a caller asks, found before anything is sent. Pure."""

import json
import math
from collections.abc import Iterator, Mapping
from numbers import Real
from types import NoneType
from typing import Any

from llamabot_images.asked import Asked, Capabilities, shown
from llamabot_images.credentials import PROVIDERS
from llamabot_images.models import ModelRule
from llamabot_images.sizes import parse_size

__all__ = ["is_open", "problems_of"]

#: One call keeps all its pictures in memory.
MOST_PICTURES = 1000
#: What people give to have a picture changed; only servers of one's own may have such a setting.
PICTURES = frozenset({"image", "images", "mask"})
HTTP_PROVIDERS = frozenset({*PROVIDERS, "openai"})


def problems_of(prompt: str, asked: Asked, can: Capabilities, rule: ModelRule) -> Iterator[str]:
    """Yield what makes no sense, in words, so that a caller learns of all of it at once.

    :param prompt: What to draw.
    :param asked: Settings and overrides.
    :param can: What LiteLLM forwards for this model.
    :param rule: What is known of the model.
    """
    if not isinstance(prompt, str) or not prompt.strip():
        yield f"the prompt is {shown(prompt)}; say what to draw"
    elif not prompt.isascii() and prompt.encode(errors="ignore").decode() != prompt:
        yield f"the prompt {shown(prompt)} holds half a character (a lone surrogate); it cannot be sent"
    if not isinstance(asked.n, int) or isinstance(asked.n, bool):
        yield f"n is {shown(asked.n)}; give a whole number"
    elif asked.n < 1:
        yield f"n is {shown(asked.n)}; ask for 1 picture or more"
    elif asked.n > MOST_PICTURES:
        yield f"n is {shown(asked.n)}; ask for {MOST_PICTURES:,} pictures at most in one call"
    if not _is_seconds(asked.timeout):
        yield f"timeout is {shown(asked.timeout)}; give seconds greater than 0"
    if not (is_open(asked.size) or parse_size(asked.size) or (isinstance(asked.size, str) and not rule.is_known)):
        forms = "give 'WIDTHxHEIGHT', (width, height), 'W:H', 'landscape', 'portrait', 'square' or 'auto'"
        yield f"size is {shown(asked.size)}; {forms}; {asked.model} takes {rule.sizes}"
    for name in ("extra_body", "extra_headers", "headers"):
        if not isinstance(value := asked.extra.get(name), (Mapping, NoneType)):
            yield f"{name} is {shown(value)}; give a dict"
    yield from _unsendable(asked, can, rule)


def _unsendable(asked: Asked, can: Capabilities, rule: ModelRule) -> Iterator[str]:
    """Yield what is wrong with further keywords; a program's own provider may take what it likes."""
    if not (rule.is_known or can.provider in HTTP_PROVIDERS):
        return
    for name, value in asked.extra.items():
        if rule.is_known and name in PICTURES:
            yield f"{name} is {shown(value)}; to change a picture, use bot.edit(prompt, image)"
        elif name not in can.own and name not in ("extra_headers", "headers") and not _is_json(value):
            yield f"{name} is {shown(value)}, which JSON has no form for; give numbers, texts, lists or dicts"


def _is_json(value: Any) -> bool:
    try:
        return isinstance(value, (str, bool, NoneType)) or bool(json.dumps(value, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        return False


def is_open(size: Any) -> bool:
    """Tell whether a size or quality leaves the choice to the model."""
    return size is None or (isinstance(size, str) and size.strip().lower() in ("", "auto"))


def _is_seconds(value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return bool(0 < value < math.inf) if is_number else hasattr(value, "connect")  # an httpx.Timeout
