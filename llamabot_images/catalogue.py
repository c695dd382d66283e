"""The image models there are: alive or not, what follows them, what they cost and what they take."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from llamabot_images.backends.images import Images
from llamabot_images.backends.litellm_fixes import load
from llamabot_images.errors import ImageBotError
from llamabot_images.lifecycle import LIFECYCLES, Lifecycle, lifecycle_of, status_of
from llamabot_images.models import rule_for
from llamabot_images.prices import Prices, prices_of
from llamabot_images.threads import Threads

__all__ = ["ModelRow", "rows"]

#: First parts of price-map keys that name a size or a quality instead of a provider.
NOT_PROVIDERS = ("hd", "low", "medium", "high", "standard", "max", "50-steps")


@dataclass(frozen=True)
class ModelRow:
    """One model.

    ``status`` is ``live``, ``expiring`` (within 60 days) or ``retired``; ``off`` the day of its end where
    that is known; ``prices`` what one square picture costs in US dollars, ``None`` where nobody says;
    ``parameters`` the OpenAI parameters that it takes, ``None`` for whatever the server takes.
    """

    model: str
    provider: str
    status: str
    off: date | None
    successor: str | None
    prices: Prices | None
    sizes: str
    parameters: tuple[str, ...] | None

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain values."""
        return {
            "model": self.model,
            "status": self.status,
            "off": self.off.isoformat() if self.off else None,
            "successor": self.successor,
            "price": [self.prices.low, self.prices.high] if self.prices else None,
            "sizes": self.sizes,
            "parameters": None if self.parameters is None else list(self.parameters),
        }


def rows(today: date) -> list[ModelRow]:
    """Return every image model that LiteLLM's price map or our own table knows, by name. Sends nothing.

    :param today: The day for which ``status`` holds.
    """
    litellm = load()
    backend = Images(Threads())
    free = ModelRow("offline/sketch", "offline", "live", None, None, Prices(0, 0, 0), "any", ("n", "size", "seed"))
    found = {one.model: one for name in _names(litellm) if (one := _row(backend, name, today))}
    return [free, *(found[name] for name in sorted(found))]


def _names(litellm: Any) -> Iterator[str]:
    for key, entry in litellm.model_cost.items():
        if entry.get("mode") == "image_generation" and not _is_variant(key):
            yield _spelled(key, entry)
    for row in LIFECYCLES:
        name = row.pattern.removeprefix("openai/")
        yield from (name.replace("[23]", digit) for digit in "23" if "[23]" in name)
        if not set(name) & set("*["):
            yield name


def _is_variant(key: str) -> bool:
    parts = key.split("/")
    return any("-x-" in part or part in NOT_PROVIDERS for part in parts)


def _spelled(key: str, entry: Mapping[str, Any]) -> str:
    provider = str(entry.get("litellm_provider") or "")
    is_bare = "/" not in key and provider not in ("openai", "")
    return f"{provider.replace('vertex_ai-language-models', 'vertex_ai')}/{key}" if is_bare else key


def _row(backend: Images, model: str, today: date) -> ModelRow | None:
    try:
        can = backend.capabilities(model, {})
    except ImageBotError:
        return None
    known = lifecycle_of(can.provider, can.name)
    end = known or (Lifecycle(model, can.off, None, "LiteLLM's price map") if can.off else None)
    rule = rule_for(can.provider, can.name)
    taken = None if can.forwards is None else tuple(sorted(can.forwards - rule.rejects))
    return ModelRow(
        model,
        can.provider,
        status_of(end, today),
        end.off if end else None,
        end.successor if end else None,
        prices_of(can.prices, n=1),
        str(rule.sizes),
        taken,
    )
