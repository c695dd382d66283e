"""How fast and how far a batch may go: pictures per minute, a provider's Retry-After, money."""

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from llamabot_images.prices import Bill, Prices, Spending
from llamabot_images.request import ImageRequest

__all__ = ["Limits", "Ticket", "with_others"]

MINUTE = 60_000
#: Seconds between two looks at whether a price is known now.
TURN = 0.02


class Limits:
    """What all requests of one batch share. Safe to use from many threads.

    :param images_per_minute: Most pictures asked for in any minute.
    :param max_cost: US dollars that may be spent in all.
    :param spent: US dollars of it that earlier runs have spent.
    """

    def __init__(self, images_per_minute: int | None, max_cost: float | None, spent: float = 0.0) -> None:
        self.images_per_minute = images_per_minute
        self.spending = Spending(max_cost)
        self._resume_at = 0.0
        self._lock = threading.Lock()
        self._bucket: Any = None
        if images_per_minute is not None:
            from pyrate_limiter import InMemoryBucket, Rate

            self._bucket = InMemoryBucket([Rate(images_per_minute, MINUTE)])
        if spent and (bill := self.spending.open("earlier runs", 0, None)) is not None:
            with bill:
                bill.paid = spent

    def pause(self, seconds: float) -> None:
        """Let nobody send for a while, because a provider has asked one of us to wait."""
        with self._lock:
            self._resume_at = max(self._resume_at, time.monotonic() + seconds)

    def seconds_left(self, pictures: int) -> float:
        """Return how long to wait before asking for some pictures; with 0 they count as asked for."""
        with self._lock:
            if (left := self._resume_at - time.monotonic()) > 0:
                return left
            if self._bucket is None:
                return 0.0
            from pyrate_limiter import RateItem

            now = self._bucket.now()
            self._bucket.leak(now)
            wanted = RateItem("pictures", now, weight=pictures)
            return 0.0 if self._bucket.put(wanted) else max(0.001, self._bucket.waiting(wanted) / 1000)


@dataclass(frozen=True)
class AtLeast(Prices):
    """Prices of a request that another model may answer; so much is set aside for it at least."""

    least: float = 0.0


def with_others(request: ImageRequest, others: Iterable[ImageRequest]) -> ImageRequest:
    """Return a request for which there is money enough, whichever model answers.

    :param request: What is sent first.
    :param others: What may be sent in its place.
    """
    own = request.prices or Prices(0.0, 0.0, 0.0)
    dearest = max((one.prices for one in others if one.prices), key=lambda prices: prices.likely, default=own)
    if dearest.likely <= own.likely:
        return request
    # A guess at either makes it one: the first request then goes alone, and tells what the others will cost.
    is_guess = dearest.low < dearest.high or request.prices is None
    high = max(own.high, dearest.high) if is_guess else own.high
    return replace(request, prices=AtLeast(own.low, own.likely, high, dearest.likely))


class Ticket:
    """The leave to send one request: first waited for, then with its money set aside.

    :param limits: Shared by all.
    :param request: What will be sent.
    """

    def __init__(self, limits: Limits, request: ImageRequest) -> None:
        self._bill: Bill | None = None
        self._limits = limits
        self._request = request

    def waits(self) -> Iterator[float]:
        """Yield the seconds to wait, one pause after another; when nothing more comes, the request may be sent.

        :raises BudgetExceededError: When it would pass ``max_cost``.
        """
        request = self._request
        kind = request.model, str(request.parameters.get("size")), str(request.parameters.get("quality"))
        while (bill := self._limits.spending.open(kind, request.n, request.prices)) is None:
            yield TURN
        self._bill = bill
        self._add(bill)
        while seconds := self._limits.seconds_left(request.n):
            yield seconds

    def _add(self, bill: Bill) -> None:
        """Set more money aside, which is the bill's from then on."""
        prices = self._request.prices
        more = prices.least - bill.amount if isinstance(prices, AtLeast) else 0.0
        if more > 0:
            self._limits.spending.open(object(), 0, Prices(more, more, more))
            bill.amount += more

    @property
    def bill(self) -> Bill:
        """The money set aside, once all is waited for."""
        assert self._bill is not None
        return self._bill

    def give_back(self) -> None:
        """Free the money of a request that is not sent."""
        if self._bill is not None:
            self._bill.paid = 0.0
            self._bill.spending.close(self._bill)
