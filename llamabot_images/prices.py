"""What a request will cost and what a bot has spent. US dollars throughout."""

import threading
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self

from llamabot_images.errors import BudgetExceededError, UnsupportedParameterError
from llamabot_images.sizes import Shape

__all__ = ["Bill", "Prices", "Spending", "prices_of"]

#: Output tokens of one 1024x1024 picture by quality; OpenAI's pricing page, gpt-image, read 2026-11-20.
TOKENS = {"low": 272, "medium": 1056, "high": 4160}
#: Output tokens of one picture of 1K; Google's pricing page, Gemini 2.5 Flash Image, read 2026-11-20.
PICTURE_TOKENS = 1290
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
    if entry.get("is_free"):
        return Prices(0.0, 0.0, 0.0)
    words = float(entry.get("input_cost_per_token") or 0) * (len(prompt) / 4 + 1)
    pixels = shape.width * shape.height if shape and shape.exact else MEGAPIXEL
    each = float(entry.get("output_cost_per_image") or 0) or pixels * float(entry.get("input_cost_per_pixel") or 0)
    per_token = float(entry.get("output_cost_per_image_token") or 0)
    if each:
        # A picture that is billed by tokens costs more than the map's price for its smallest size.
        most = max(each, PICTURE_TOKENS * per_token)
        return Prices(n * each + words, n * most + words, n * most + words)
    if not per_token:
        return None
    levels = [quality] * 3 if quality in TOKENS else ["low", "medium", "high"]
    return Prices(*(n * TOKENS[str(level)] * pixels / MEGAPIXEL * per_token + words for level in levels))


class Spending:
    """What one bot has spent and may still spend. Safe to use from many threads.

    :param limit: US dollars for the bot's life, ``None`` for no limit.
    :raises UnsupportedParameterError: For a limit that is no sum of money.
    """

    def __init__(self, limit: float | None) -> None:
        if limit is not None and not (isinstance(limit, Real) and not isinstance(limit, bool) and limit >= 0):
            raise UnsupportedParameterError(f"max_cost is {limit!r:.100}; give US dollars as a number, such as 5.0")
        self.limit = limit
        self._spent = 0.0
        self._assumed = 0.0
        self._reserved = 0.0
        self._seen: dict[Hashable, float | None] = {}
        self._asking: set[Hashable] = set()
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars spent so far, as far as providers or LiteLLM say."""
        with self._lock:
            return self._spent

    def open(self, kind: Hashable, n: int, prices: Prices | None) -> "Bill | None":
        """Set money aside for a request, before it is sent.

        Where there is a limit and the price is a guess, the first request of a kind goes alone: it tells what
        the others will cost.

        :param kind: What has one price: a model with size and quality.
        :param n: How many pictures.
        :param prices: What is known beforehand.
        :return: ``None`` while another request finds out the price: ask again soon.
        :raises BudgetExceededError: When it would pass the limit.
        """
        with self._lock:
            is_guess = kind not in self._seen and (prices is None or prices.low < prices.high)
            if self.limit is not None and is_guess and kind in self._asking:
                return None
            each = self._seen.get(kind)
            amount = each * n if each is not None else prices.likely if prices else 0.0
            self._check(amount)
            self._reserved += amount
            if is_guess:
                self._asking.add(kind)
            return Bill(self, kind, amount)

    def _check(self, amount: float) -> None:
        taken = self._spent + self._assumed + self._reserved
        if self.limit is None or (taken + amount <= self.limit + 1e-9 and not 0 < self.limit <= taken):
            return
        raise BudgetExceededError(
            f"max_cost is ${self.limit:g}, of which ${taken:.4g} is spent or under way, and the next request "
            f"may cost ${amount:.4g}: it was not sent. Raise max_cost to go on",
            max_cost=self.limit,
            spent=self._spent,
        )

    def close(self, bill: "Bill") -> None:
        """Replace what was set aside by what was paid; the limit counts what may have been paid as paid."""
        with self._lock:
            self._asking.discard(bill.kind)
            self._reserved = max(0.0, self._reserved - bill.amount)
            self._spent += bill.paid or 0.0
            self._assumed += bill.amount * (1.0 if bill.paid is None else bill.unsure)
            if bill.pictures:
                each = None if bill.paid is None else max(self._seen.get(bill.kind) or 0.0, bill.paid / bill.pictures)
                self._seen[bill.kind] = each if each is not None else self._seen.get(bill.kind)


@dataclass
class Bill:
    """What one request turns out to cost; closed when the ``with`` block ends.

    ``amount`` is set aside; ``paid`` stays ``None`` where nobody says; ``pictures`` came for it; ``unsure`` is
    the share of its calls that may be charged although they brought nothing.
    """

    spending: Spending
    kind: Hashable
    amount: float
    paid: float | None = None
    pictures: int = 0
    unsure: float = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.spending.close(self)
