"""Read a reply, whatever object it is. Pure."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Slot", "cost_of", "history_of", "request_id_of", "slots", "text_of", "usage_of"]

#: xAI's units of money in one US dollar.
TICKS = 10**10


@dataclass(frozen=True)
class Slot:
    """One picture of a reply, as it came."""

    url: str | None = field(default=None, repr=False)
    b64_json: str | bytes | None = field(default=None, repr=False)
    revised_prompt: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the provider left the place of a picture empty."""
        return not self.url and not self.b64_json


def get(thing: Any, name: str) -> Any:
    """Return a field of an object or a mapping, ``None`` where there is none."""
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def slots(reply: Any) -> list[Slot]:
    """Return the places of the pictures in an image reply, the empty ones included.

    :param reply: LiteLLM's object or any with ``data[i].url`` and ``data[i].b64_json``; a mapping too.
    """
    data = get(reply, "data")
    items = [data] if isinstance(data, Mapping) else data
    return [_slot(one) for one in items] if isinstance(items, Iterable) and not isinstance(items, (str, bytes)) else []


def _slot(item: Any) -> Slot:
    revised = get(item, "revised_prompt")
    return Slot(_text(get(item, "url")), _text(get(item, "b64_json")), revised if isinstance(revised, str) else None)


def _text(value: Any) -> Any:
    return value if isinstance(value, (str, bytes)) and value else None


def cost_of(reply: Any) -> tuple[float | None, str | None]:
    """Return the price in US dollars and who says so.

    LiteLLM 1.106.2 says 0.0 where it cannot know (``gpt-image-*`` without ``usage``), so a zero counts
    as unknown unless nobody can have charged.
    """
    hidden = get(reply, "_hidden_params")
    if (said := _said_price(reply, hidden)) is not None:
        return said, "provider"
    if (price := _dollars(get(hidden, "response_cost"))) is not None:
        return price, "litellm"
    return (0.0, "free") if get(reply, "is_free") is True else (None, None)


def _said_price(reply: Any, hidden: Any) -> float | None:
    """Return the price in the provider's own reply: OpenRouter's, a LiteLLM proxy's, xAI's in its tiny unit."""
    header = get(get(hidden, "additional_headers"), "llm_provider-x-litellm-response-cost")
    ticks = _dollars(get(get(reply, "usage"), "cost_in_usd_ticks"))
    return _dollars(_number(header)) or (ticks / TICKS if ticks else None)


def _number(value: Any) -> Any:
    try:
        return float(value) if isinstance(value, str) else value
    except ValueError:
        return None


def _dollars(value: Any) -> float | None:
    """Return a price above nothing; LiteLLM's 0 means that it does not know."""
    return float(value) if _is_amount(value) else None


def _is_amount(value: Any) -> bool:
    """Tell whether it is a number above nothing that can be added up: no infinity, nor JSON's 1 with 400 zeros."""
    return isinstance(value, (int, float)) and value is not True and 0 < value <= sys.float_info.max


def usage_of(reply: Any) -> dict[str, Any]:
    """Return the provider's count of tokens, empty where it gave none."""
    usage = get(reply, "usage")
    if usage is None:
        return {}
    found = usage if isinstance(usage, Mapping) else _fields(usage)
    return {name: count for name, count in found.items() if _is_amount(count)}


def _fields(thing: Any) -> Mapping[str, Any]:
    more = getattr(thing, "model_extra", None)
    found = getattr(thing, "__dict__", {})
    return {**found, **more} if isinstance(more, Mapping) else found


def request_id_of(reply: Any) -> str | None:
    """Return the provider's name for the request, for its support."""
    hidden = get(reply, "_hidden_params")
    headers = get(hidden, "additional_headers") if hidden is not None else None
    found = get(headers, "llm_provider-x-request-id") if headers is not None else None
    return found if isinstance(found, str) else None


def text_of(reply: Any) -> str:
    """Return what a chat model said beside its pictures, as its backend found it."""
    found = get(get(reply, "_hidden_params"), "text")
    return found if isinstance(found, str) else ""


def history_of(reply: Any) -> tuple[Mapping[str, Any], ...]:
    """Return the messages of a chat so far, as its backend found them."""
    found = get(get(reply, "_hidden_params"), "history")
    return tuple(found) if isinstance(found, (list, tuple)) else ()
