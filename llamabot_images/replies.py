"""Read a reply, whatever object it is. Pure."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Facts", "Slot", "facts_of", "slots"]

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


@dataclass(frozen=True)
class Facts:
    """What a reply says beside its pictures.

    ``cost`` is in US dollars and ``source`` who says so; ``usage`` is the provider's count of tokens;
    ``request_id`` is the provider's name for the request, for its support; ``text`` and ``history`` are what a chat
    model said and the messages so far, as its backend found them.
    """

    cost: float | None
    source: str | None
    usage: Mapping[str, Any]
    request_id: str | None
    text: str
    history: tuple[Mapping[str, Any], ...]


def facts_of(reply: Any) -> Facts:
    """Return what a reply says beside its pictures: each field of LiteLLM's object takes it microseconds to find."""
    hidden, usage = get(reply, "_hidden_params"), get(reply, "usage")
    headers, text, history = get(hidden, "additional_headers"), get(hidden, "text"), get(hidden, "history")
    name = get(headers, "llm_provider-x-request-id")
    return Facts(
        *_cost(reply, hidden, headers, usage),
        usage=_counts(usage),
        request_id=name if isinstance(name, str) else None,
        text=text if isinstance(text, str) else "",
        history=tuple(history) if isinstance(history, (list, tuple)) else (),
    )


def _cost(reply: Any, hidden: Any, headers: Any, usage: Any) -> tuple[float | None, str | None]:
    """Return the price in US dollars and who says so.

    LiteLLM 1.106.2 says 0.0 where it cannot know (``gpt-image-*`` without ``usage``), so a zero counts
    as unknown unless nobody can have charged.
    """
    if (said := _said_price(headers, usage)) is not None:
        return said, "provider"
    if (price := _dollars(get(hidden, "response_cost"))) is not None:
        return price, "litellm"
    return (0.0, "free") if get(reply, "is_free") is True else (None, None)


def _said_price(headers: Any, usage: Any) -> float | None:
    """Return the price in the provider's own reply: OpenRouter's, a LiteLLM proxy's, xAI's in its tiny unit."""
    ticks = _dollars(get(usage, "cost_in_usd_ticks"))
    return _dollars(_number(get(headers, "llm_provider-x-litellm-response-cost"))) or (ticks / TICKS if ticks else None)


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


def _counts(usage: Any) -> dict[str, Any]:
    if usage is None:
        return {}
    found = usage if isinstance(usage, Mapping) else _fields(usage)
    return {name: count for name, count in found.items() if _is_amount(count)}


def _fields(thing: Any) -> Mapping[str, Any]:
    more = getattr(thing, "model_extra", None)
    found = getattr(thing, "__dict__", {})
    return {**found, **more} if isinstance(more, Mapping) else found
