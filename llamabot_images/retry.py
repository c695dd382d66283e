"""May it be sent again, and when.

A paid request is sent again only when nothing was accepted: it never left, or the provider said when
to come back. Everything else is left to the caller, since a second request is a second bill.
"""

import random
import threading
from collections.abc import Callable, Collection
from typing import Any

from llamabot_images.failures import Failure

__all__ = ["MAX_WAIT", "RetryBudget", "SendFailed", "policy"]

#: Seconds that a call waits in all for a provider that says when to come back.
MAX_WAIT = 120.0
UNSENT_RETRIES = 2
BUSY_RETRIES = 4


class SendFailed(Exception):
    """Carries a failure and LiteLLM's own exception through the retries."""

    def __init__(self, failure: Failure, error: Exception) -> None:
        super().__init__(failure.kind)
        self.failure = failure
        self.error = error


class RetryBudget:
    """How many retries all calls of one bot may use together.

    A retry costs one token and a success gives a tenth back, so that a provider that is down for
    everybody is not asked several times by everybody.

    :param tokens: Retries at the start, and at most.
    """

    def __init__(self, tokens: float = 100) -> None:
        self._full = self._tokens = tokens
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Use up one retry; ``False`` when none is left."""
        with self._lock:
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True

    def refill(self) -> None:
        """Note a success."""
        with self._lock:
            self._tokens = min(self._full, self._tokens + 0.1)


def policy(budget: RetryBudget, on_busy: Collection[Callable[[float], None]] = ()) -> dict[str, Any]:
    """Return the keywords for tenacity's ``Retrying`` and ``AsyncRetrying``.

    :param budget: Shared by all calls of a bot.
    :param on_busy: Called with the seconds that a provider asks to wait.
    """
    return {
        "retry": lambda state: _again(state, budget),
        "wait": _wait,
        "reraise": True,
        "before_sleep": lambda state: _tell(state, on_busy),
    }


def _tell(state: Any, on_busy: Collection[Callable[[float], None]]) -> None:
    wanted: float | None = state.outcome.exception().failure.retry_after
    if wanted is not None:
        for one in tuple(on_busy):
            one(wanted)


def _again(state: Any, budget: RetryBudget) -> bool:
    error = state.outcome.exception()
    if error is None:
        budget.refill()
        return False
    return isinstance(error, SendFailed) and _may_go_again(error.failure, state) and budget.take()


def _may_go_again(failure: Failure, state: Any) -> bool:
    if failure.kind == "not_sent":
        return bool(state.attempt_number <= UNSENT_RETRIES)
    if failure.kind != "busy" or failure.retry_after is None or state.attempt_number > BUSY_RETRIES:
        return False
    return bool(state.idle_for + failure.retry_after <= MAX_WAIT)


def _wait(state: Any) -> float:
    failure: Failure = state.outcome.exception().failure
    if failure.kind == "not_sent":
        return random.uniform(0.1, 0.5) * 2.0 ** int(state.attempt_number - 1)
    wanted: float = failure.retry_after or 0.0
    return wanted * random.uniform(1.0, 1.1) + min(0.01, wanted / 10)
