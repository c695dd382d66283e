"""Send a request and make a result of what comes: the thin shells around ``attempts``."""

import asyncio
import time
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

from llamabot_images import attempts
from llamabot_images.attempts import Attempt, Outcome, warn_adjusted, warn_ending
from llamabot_images.backends import Backend, Backends
from llamabot_images.errors import ImageBotError
from llamabot_images.failures import Failure, diagnose
from llamabot_images.leases import Leases
from llamabot_images.prices import Bill, Spending
from llamabot_images.receiving import result_from, tell
from llamabot_images.redact import redact_text
from llamabot_images.request import Capabilities, ImageRequest
from llamabot_images.results import ImageResult
from llamabot_images.retry import RetryBudget, SendFailed, policy
from llamabot_images.threads import Pool, Threads

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["Counter", "Sender", "can_of", "enter", "secrets_in", "wrapped"]

#: Calls of one request that are under way at once, where a model makes few pictures per call.
SIDE_BY_SIDE = 8
#: Replies that are decoded at once for async verbs, apart from the threads that wait for providers.
READERS = 2
#: Seconds between two looks at whether a price is known now.
TURN = 0.02


class Sender:
    """Sends the requests of one bot and remembers what the providers taught it.

    :param threads: Where blocking calls of async verbs run.
    :param downloader: Returns what fetches pictures that come as URLs.
    :param max_cost: US dollars this sender may spend in its life.
    :param router: A ``litellm.Router`` to send through.
    """

    def __init__(
        self,
        threads: Threads,
        downloader: "Callable[[], Downloader]",
        *,
        max_cost: float | None = None,
        router: Any = None,
    ) -> None:
        self.backends = Backends(threads, router)
        self.spending = Spending(max_cost)
        self.in_use = Leases(self._let_go)
        self.on_busy: list[Callable[[float], None]] = []
        self.refused: dict[str, frozenset[str]] = {}
        self.successors: dict[str, str] = {}
        self._budget = RetryBudget()
        self._downloader = downloader
        self._is_routed = router is not None
        self._readers = Threads(READERS)
        self._ends: dict[str, date | None] = {}

    def run(self, attempt: Attempt) -> ImageResult:
        """Send until pictures come.

        :param attempt: The first request.
        :raises Exception: See ``ImageBot.generate``.
        """
        attempt = self.begun(attempt)
        request = attempt.request
        while True:
            with self.bill_for(request) as bill, self.in_use:
                outcomes = self.send_all(request)
                result = self.result_of(attempt, outcomes)
                enter(bill, outcomes, result)
            if result:
                tell(request, result)
                return result
            attempt = self.next_after(attempt, outcomes)
            request = attempt.request

    async def arun(self, attempt: Attempt) -> ImageResult:
        """Do what ``run`` does without blocking the event loop."""
        attempt = self.begun(attempt)
        request = attempt.request
        while True:
            while (bill := self.spending.open(_kind(request), request.n, request.prices)) is None:
                await asyncio.sleep(TURN)
            with bill, self.in_use:
                outcomes = await self._asend_all(request)
                result = await self._readers.run(result_from, attempt, outcomes, self._downloader)
                enter(bill, outcomes, result)
            if result:
                tell(request, result)
                return result
            attempt = await self._anext_after(attempt, outcomes)
            request = attempt.request

    def bill_for(self, request: ImageRequest) -> Bill:
        """Set money aside for a request; wait while another one finds out the price."""
        while (bill := self.spending.open(_kind(request), request.n, request.prices)) is None:
            time.sleep(TURN)
        return bill

    def result_of(self, attempt: Attempt, outcomes: list[Outcome]) -> ImageResult | None:
        """Return the result when at least one picture came."""
        return result_from(attempt, outcomes, self._downloader)

    def retried(self, call: Callable[[], Any]) -> Any:
        """Call until it succeeds or may not be called again."""
        from tenacity import Retrying

        return Retrying(**policy(self._budget, self.on_busy))(call)

    def begun(self, attempt: Attempt) -> Attempt:
        """Warn of what is known before anything is sent: adjustments, and a model that dies soon.

        The names of a Router are its own, and stand for what it likes.
        """
        request = attempt.request
        warn_adjusted(request)
        if self._is_routed:
            return replace(attempt, may_replace=False)
        if request.model not in self._ends:
            can = self.backends.named(request.route).capabilities(request.model, request.parameters)
            self._ends[request.model] = can.off
        warn_ending(attempt, self._ends[request.model], date.today())
        return attempt

    def send_all(self, request: ImageRequest) -> list[Outcome]:
        backend, can = self.backends.named(request.route), can_of(request)
        calls = [partial(self._send, backend, keywords, can) for keywords in request.calls()]
        return [calls[0]()] if len(calls) == 1 else _side_by_side(calls)

    async def _asend_all(self, request: ImageRequest) -> list[Outcome]:
        backend, can = self.backends.named(request.route), can_of(request)
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(keywords: dict[str, Any]) -> Outcome:
            async with gate:
                return await self._asend(backend, keywords, can)

        return list(await asyncio.gather(*(one(keywords) for keywords in request.calls())))

    def _send(self, backend: Backend, keywords: dict[str, Any], can: Capabilities) -> Outcome:
        sends = Counter()
        secrets = secrets_in(keywords)

        def once() -> Any:
            sends.count += 1
            try:
                return backend.send(keywords, can)
            except Exception as error:
                failed = wrapped(error, secrets)
            raise failed

        try:
            return Outcome(self.retried(once), sent=sends.count)
        except SendFailed as failed:
            return sends.outcome(failed)

    async def _asend(self, backend: Backend, keywords: dict[str, Any], can: Capabilities) -> Outcome:
        from tenacity import AsyncRetrying

        sends = Counter()
        secrets = secrets_in(keywords)

        async def once() -> Any:
            sends.count += 1
            try:
                return await backend.asend(keywords, can)
            except Exception as error:
                failed = wrapped(error, secrets)
            raise failed

        try:
            return Outcome(await AsyncRetrying(**policy(self._budget, self.on_busy))(once), sent=sends.count)
        except SendFailed as failed:
            return sends.outcome(failed)

    def next_after(self, attempt: Attempt, outcomes: list[Outcome]) -> Attempt:
        """Return what to send after a request that brought no picture, or raise the error to show."""
        return self._learned(attempt, attempts.next_attempt(attempt, outcomes))

    async def _anext_after(self, attempt: Attempt, outcomes: list[Outcome]) -> Attempt:
        """Do what ``next_after`` does; a fallback may be the first to need LiteLLM, which takes seconds to import."""
        if not attempt.fallbacks:  # a warning of a dead model shall show the caller's line, which no thread knows
            return self.next_after(attempt, outcomes)
        return self._learned(attempt, await self._readers.run(attempts.next_attempt, attempt, outcomes))

    def _learned(self, attempt: Attempt, found: Attempt) -> Attempt:
        """Remember what a provider has taught with its answer, and tell what will be asked otherwise."""
        if found.refused != attempt.refused:
            known = self.refused.get(attempt.request.model, frozenset())
            self.refused[attempt.request.model] = known | found.refused
        if found.request.model != attempt.request.model and found.fallbacks == attempt.fallbacks:
            self.successors[attempt.request.model] = found.request.model
        warn_adjusted(found.request, attempt.request)
        return found

    def close(self) -> None:
        """Let go of every connection, of those in use when their calls are done."""
        self.in_use.close()

    def _let_go(self) -> None:
        self.backends.close()
        self._readers.close()


def _side_by_side(calls: Sequence[Callable[[], Outcome]]) -> list[Outcome]:
    """Make calls at once; an interrupt waits for none of them, and those that have not begun stay undone."""
    pool = Pool(min(len(calls), SIDE_BY_SIDE))
    under_way = [one for one in map(pool.submit, calls) if one is not None]
    try:
        return [one.result() for one in under_way]
    finally:
        for one in under_way:
            one.cancel()
        pool.close()


class Counter:
    """How often one call was sent."""

    def __init__(self) -> None:
        self.count = 0

    def outcome(self, failed: SendFailed) -> Outcome:
        sent = self.count if failed.failure.was_sent else 0
        return Outcome(failure=failed.failure, error=failed.error, sent=sent)


def _kind(request: ImageRequest) -> Hashable:
    return request.model, str(request.parameters.get("size")), str(request.parameters.get("quality"))


def enter(bill: Bill, outcomes: list[Outcome], result: ImageResult | None) -> None:
    """Note what a request cost; one that may be charged without a picture stays open."""
    failed = [one.failure for one in outcomes if one.failure is not None]
    if result is not None:
        bill.paid, bill.pictures = result.cost, len(result)
    elif len(failed) == len(outcomes):
        bill.paid = 0.0
    bill.unsure = sum(one.maybe_charged for one in failed) / len(outcomes)


def can_of(request: ImageRequest) -> Capabilities:
    return Capabilities(request.provider, request.name, route=request.route)


def secrets_in(keywords: dict[str, Any]) -> tuple[str, ...]:
    headers = {**(keywords.get("extra_headers") or {}), **(keywords.get("headers") or {})}
    return tuple(one for one in (keywords.get("api_key"), *headers.values()) if isinstance(one, str))


def wrapped(error: Exception, secrets: Collection[str]) -> SendFailed:
    """Diagnose an exception, and take from it what must not be shown: the chain and the frames hold the key."""
    if isinstance(error, SendFailed):
        return error
    if isinstance(error, ImageBotError):
        return SendFailed(Failure("rejected", str(error)), error)
    failure = diagnose(error, secrets)
    error.__cause__ = error.__context__ = error.__traceback__ = None
    if isinstance(message := getattr(error, "message", None), str):
        error.message = redact_text(message, secrets)  # type: ignore[attr-defined]
    error.args = tuple(redact_text(one, secrets) if isinstance(one, str) else one for one in error.args)
    return SendFailed(failure, error)
