"""What a request will cost and what a bot has spent. US dollars throughout."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from llamabot_images.errors import BudgetExceededError
from llamabot_images.sizes import Shape

__all__ = ["Prices", "Spending", "prices_of"]

#: Output tokens of one 1024x1024 picture by quality; OpenAI's pricing page, gpt-image, read 2026-11-20.
TOKENS = {"low": 272, "medium": 1056, "high": 4160}
MEGAPIXEL = 1024 * 1024


@dataclass(frozen=True)
class Prices:
    """What one request may cost: at least, probably, at most."""

    low: float
    likely: float
    high: float


def prices_of(
    entry: Mapping[str, Any], *, n: int, quality: str | None = None, shape: Shape | None = None, prompt: str = ""
) -> Prices | None:
    """Return what a request should cost.

    :param entry: The model's row in LiteLLM's price map.
    :param n: How many pictures.
    :param quality: As sent; when it is left to the model every quality is possible, and medium is likely.
    :param shape: Pixels, a square of 1024 otherwise.
    :param prompt: Counted as a token for every four characters.
    :return: ``None`` where the map has no price.
    """
    words = float(entry.get("input_cost_per_token") or 0) * (len(prompt) / 4 + 1)
    pixels = shape.width * shape.height if shape and shape.exact else MEGAPIXEL
    if each := float(entry.get("output_cost_per_image") or 0) or pixels * float(entry.get("input_cost_per_pixel") or 0):
        return Prices(*[n * each + words] * 3)
    if not (per_token := float(entry.get("output_cost_per_image_token") or 0)):
        return None
    levels = [quality] * 3 if quality in TOKENS else ["low", "medium", "high"]
    return Prices(*(n * TOKENS[str(level)] * pixels / MEGAPIXEL * per_token + words for level in levels))


class Spending:
    """What one bot has spent and may still spend. Safe to use from many threads.

    :param limit: US dollars for the bot's life, ``None`` for no limit.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self._spent = 0.0
        self._assumed = 0.0
        self._reserved = 0.0
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars spent so far, as far as providers or LiteLLM say."""
        with self._lock:
            return self._spent

    def reserve(self, amount: float) -> None:
        """Set money aside for a request, before it is sent.

        :raises BudgetExceededError: When it would pass the limit.
        """
        with self._lock:
            taken = self._spent + self._assumed + self._reserved
            if self.limit is not None and (taken + amount > self.limit + 1e-9 or (taken and taken >= self.limit)):
                raise BudgetExceededError(
                    f"max_cost is ${self.limit:g}, of which ${taken:.4g} is spent or under way, and the next request "
                    f"may cost ${amount:.4g}: it was not sent. Raise max_cost to go on",
                    max_cost=self.limit,
                    spent=self._spent,
                )
            self._reserved += amount

    def settle(self, reserved: float, paid: float | None) -> None:
        """Replace what was set aside by what was paid.

        :param reserved: As given to ``reserve``.
        :param paid: ``None`` where nobody says: the limit then counts what was set aside as paid.
        """
        with self._lock:
            self._reserved = max(0.0, self._reserved - reserved)
            self._spent += paid or 0.0
            self._assumed += reserved if paid is None else 0.0
