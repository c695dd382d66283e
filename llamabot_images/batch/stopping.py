"""When a batch must stop, and when a request may go again."""

import threading

from llamabot_images.errors import (
    BudgetExceededError,
    ContentPolicyError,
    ImageBotError,
    MissingKeyError,
    SaveError,
    UnsupportedParameterError,
)
from llamabot_images.failures import diagnose
from llamabot_images.retry import MAX_WAIT

__all__ = ["Stop", "is_charged", "seconds_to_wait"]

#: Every further prompt would fail of the same.
FATAL = (BudgetExceededError, MissingKeyError, SaveError)
#: What the prompt is to blame for, not the provider.
OF_THE_PROMPT = (ContentPolicyError, UnsupportedParameterError)


def is_charged(error: BaseException) -> bool:
    """Tell whether a request that ended in this error may be charged; one that does not say may be."""
    return bool(getattr(error, "maybe_charged", True)) or isinstance(error, SaveError)


def seconds_to_wait(error: BaseException) -> float | None:
    """Return after how many seconds the request may be sent again, ``None`` where it may not."""
    wait = getattr(error, "retry_after", None)
    may = isinstance(wait, (int, float)) and wait <= MAX_WAIT and not is_charged(error)
    return float(wait) if may and wait is not None else None


class Stop:
    """Whether a batch goes on. Safe to use from many threads.

    :param most: Requests in a row without a picture after which the provider is taken to be down.
    :param resume: Whether the next run takes up what this one leaves.
    """

    def __init__(self, most: int, *, resume: bool = True) -> None:
        self.event = threading.Event()
        self.reason: BaseException | None = None
        self.resume = resume
        self._most = most
        self._in_a_row = 0
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return self.event.is_set()

    @property
    def is_interrupted(self) -> bool:
        """Whether the caller was interrupted, and waits for nothing that can be left."""
        return self.reason is not None and not isinstance(self.reason, Exception)

    def because(self, reason: BaseException) -> None:
        """Let no further request be sent."""
        with self._lock:
            self.reason = self.reason or reason
            self.event.set()

    def succeeded(self) -> None:
        """Note a picture."""
        with self._lock:
            self._in_a_row = 0

    def failed(self, error: BaseException) -> None:
        """Note a failure, and stop when all further ones would fail as well."""
        if isinstance(error, OF_THE_PROMPT):
            return
        if isinstance(error, FATAL) or _is_of_the_account(error):
            return self.because(error)
        with self._lock:
            self._in_a_row += 1
            row = self._in_a_row
        if row >= self._most:
            why = f"{row} requests in a row brought no picture, the last one because of {type(error).__name__}: {error}"
            outage = ImageBotError(f"{why}. {_advice(error, self.resume)}")
            outage.__cause__ = error
            self.because(outage)


def _advice(error: BaseException, resume: bool) -> str:
    again = "run the same call again" if resume else "call retry_failed() on the result"
    if _kind_of(error) in ("rejected", "gone", "unknown_parameter"):
        return f"The next ones would be refused as well: check the model and its settings, then {again}"
    return f"When the provider is back, {again}"


def _kind_of(error: BaseException) -> str:
    return getattr(error, "kind", None) or diagnose(error).kind


def _is_of_the_account(error: BaseException) -> bool:
    """Tell whether the key is wrong or the account empty."""
    if isinstance(error, ImageBotError):
        return False
    return _kind_of(error) in ("unauthorized", "no_key", "quota", "unsendable") or "insufficient_quota" in str(error)
