"""Send a request and make a result of what comes: the thin shells around ``attempts``."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from llamabot_images import attempts, replies
from llamabot_images.attempts import Attempt, Outcome
from llamabot_images.backends import Backend, Backends
from llamabot_images.errors import AdjustmentWarning, FewerImagesWarning, InvalidImageError
from llamabot_images.failures import diagnose
from llamabot_images.prices import Spending
from llamabot_images.redact import redact_text
from llamabot_images.reference import ImageReference
from llamabot_images.request import Adjustment, Capabilities, ImageRequest
from llamabot_images.results import ImageResult
from llamabot_images.retry import RetryBudget, SendFailed, policy
from llamabot_images.threads import Threads
from llamabot_images.warn import warn

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["Sender"]

#: Calls of one request that are under way at once, where a model makes few pictures per call.
SIDE_BY_SIDE = 8


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
        self.refused: dict[str, frozenset[str]] = {}
        self.successors: dict[str, str] = {}
        self._budget = RetryBudget()
        self._downloader = downloader
        self._seen: dict[str, float] = {}

    def run(self, attempt: Attempt) -> ImageResult:
        """Send until pictures come.

        :param attempt: The first request.
        :raises Exception: See ``ImageBot.generate``.
        """
        while True:
            with self._paying(attempt.request) as bill:
                outcomes = self._send_all(attempt.request)
                result = bill.enter(outcomes, self._result(attempt, outcomes))
            if result:
                return result
            attempt = self._next(attempt, outcomes)

    async def arun(self, attempt: Attempt) -> ImageResult:
        """Do what ``run`` does without blocking the event loop."""
        while True:
            with self._paying(attempt.request) as bill:
                outcomes = await self._asend_all(attempt.request)
                result = bill.enter(outcomes, self._result(attempt, outcomes))
            if result:
                return result
            attempt = self._next(attempt, outcomes)

    @contextmanager
    def _paying(self, request: ImageRequest) -> "Iterator[_Bill]":
        """Set aside what a request should cost, and book afterwards what it did."""
        seen = self._seen.get(request.model, 0.0)
        amount = max(request.prices.likely if request.prices else 0.0, seen * request.n)
        self.spending.reserve(amount)
        bill = _Bill()
        try:
            yield bill
        finally:
            self.spending.settle(amount, bill.paid)
        if bill.each:
            self._seen[request.model] = bill.each

    def _send_all(self, request: ImageRequest) -> list[Outcome]:
        backend, can = self.backends.pick(request.model), _can(request)
        calls = list(request.calls())
        if len(calls) == 1:
            return [self._send(backend, calls[0], can)]
        with ThreadPoolExecutor(min(len(calls), SIDE_BY_SIDE)) as pool:
            return list(pool.map(lambda keywords: self._send(backend, keywords, can), calls))

    async def _asend_all(self, request: ImageRequest) -> list[Outcome]:
        backend, can = self.backends.pick(request.model), _can(request)
        gate = asyncio.Semaphore(SIDE_BY_SIDE)

        async def one(keywords: dict[str, Any]) -> Outcome:
            async with gate:
                return await self._asend(backend, keywords, can)

        return list(await asyncio.gather(*(one(keywords) for keywords in request.calls())))

    def _send(self, backend: Backend, keywords: dict[str, Any], can: Capabilities) -> Outcome:
        from tenacity import Retrying

        sends = _Counter()
        secrets = _secrets(keywords)

        def once() -> Any:
            sends.count += 1
            try:
                return backend.send(keywords, can)
            except Exception as error:
                failed = _wrapped(error, secrets)
            raise failed

        try:
            return Outcome(Retrying(**policy(self._budget))(once), sent=sends.count)
        except SendFailed as failed:
            return sends.outcome(failed)

    async def _asend(self, backend: Backend, keywords: dict[str, Any], can: Capabilities) -> Outcome:
        from tenacity import AsyncRetrying

        sends = _Counter()
        secrets = _secrets(keywords)

        async def once() -> Any:
            sends.count += 1
            try:
                return await backend.asend(keywords, can)
            except Exception as error:
                failed = _wrapped(error, secrets)
            raise failed

        try:
            return Outcome(await AsyncRetrying(**policy(self._budget))(once), sent=sends.count)
        except SendFailed as failed:
            return sends.outcome(failed)

    def _next(self, attempt: Attempt, outcomes: list[Outcome]) -> Attempt:
        found = attempts.next_attempt(attempt, outcomes)
        if found.refused != attempt.refused:
            known = self.refused.get(attempt.request.model, frozenset())
            self.refused[attempt.request.model] = known | found.refused
        if found.request.model != attempt.request.model:
            self.successors[attempt.request.model] = found.request.model
        return found

    def _result(self, attempt: Attempt, outcomes: list[Outcome]) -> ImageResult | None:
        """Return the result when at least one picture came, ``None`` when none did."""
        request, pictures = attempt.request, attempts.pictures_of(outcomes)
        if not pictures.slots:
            return None
        images, problems = self._references(request, pictures)
        found = [one.reply for one in outcomes if one.failure is None]
        costs = [replies.cost_of(reply) for reply in found]
        known = [price for price, _ in costs if price is not None]
        result = ImageResult(
            images=images,
            prompt=request.prompt,
            model=request.model,
            cost=sum(known) if len(known) == len(costs) else None,
            cost_source=costs[0][1] if len(known) == len(costs) else None,
            usage=_summed([replies.usage_of(reply) for reply in found]),
            adjustments=(*request.adjustments, *_unlike_asked(request, images)),
            trail=attempt.trail,
            problems=problems,
            requests_sent=attempt.sent + sum(one.sent for one in outcomes),
            elapsed=attempts.seconds_since(attempt.started),
            request_id=next(filter(None, map(replies.request_id_of, found)), None),
            response=found[0],
        )
        _tell(request, result)
        return result

    def _references(
        self, request: ImageRequest, pictures: attempts.Pictures
    ) -> tuple[tuple[ImageReference, ...], tuple[str, ...]]:
        images: list[ImageReference] = []
        problems = list(pictures.problems)
        broken: InvalidImageError | None = None
        for slot in pictures.slots:
            try:
                images.append(self._reference(request, slot))
            except InvalidImageError as error:
                broken = error
                problems.append(str(error))
        if not images and broken is not None:
            raise broken
        return tuple(images), tuple(problems)

    def _reference(self, request: ImageRequest, slot: replies.Slot) -> ImageReference:
        about: dict[str, Any] = {"prompt": request.prompt, "revised_prompt": slot.revised_prompt}
        if slot.b64_json:
            return ImageReference.from_base64(slot.b64_json, strict=request.strict, **about)
        url = slot.url or ""
        downloader = None if url.startswith("data:") else self._downloader()
        return ImageReference(url, downloader=downloader, strict=request.strict, **about)

    def close(self) -> None:
        """Let go of every connection."""
        self.backends.close()


class _Bill:
    """What one request turned out to cost; ``None`` while, and where, nobody says."""

    def __init__(self) -> None:
        self.paid: float | None = None
        self.each: float | None = None

    def enter(self, outcomes: list[Outcome], result: ImageResult | None) -> ImageResult | None:
        """Note the price; a request that may be charged without a picture stays open."""
        if result is not None:
            self.paid = result.cost
            self.each = result.cost / len(result) if result.cost else None
        elif all(one.failure is not None and not one.failure.maybe_charged for one in outcomes):
            self.paid = 0.0
        return result


class _Counter:
    """How often one call was sent."""

    def __init__(self) -> None:
        self.count = 0

    def outcome(self, failed: SendFailed) -> Outcome:
        sent = self.count if failed.failure.was_sent else 0
        return Outcome(failure=failed.failure, error=failed.error, sent=sent)


def _can(request: ImageRequest) -> Capabilities:
    return Capabilities(request.provider, request.name)


def _secrets(keywords: dict[str, Any]) -> tuple[str, ...]:
    headers = {**(keywords.get("extra_headers") or {}), **(keywords.get("headers") or {})}
    return tuple(one for one in (keywords.get("api_key"), *headers.values()) if isinstance(one, str))


def _wrapped(error: Exception, secrets: Collection[str]) -> SendFailed:
    """Diagnose an exception, and take from it what must not be shown: the chain and the frames hold the key."""
    if isinstance(error, SendFailed):
        return error
    failure = diagnose(error, secrets)
    error.__cause__ = error.__context__ = error.__traceback__ = None
    if isinstance(message := getattr(error, "message", None), str):
        error.message = redact_text(message, secrets)  # type: ignore[attr-defined]
    error.args = tuple(redact_text(one, secrets) if isinstance(one, str) else one for one in error.args)
    return SendFailed(failure, error)


def _summed(counts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: sum(one.get(name, 0) for one in counts) for name in {key for one in counts for key in one}}


def _unlike_asked(request: ImageRequest, images: tuple[ImageReference, ...]) -> tuple[Adjustment, ...]:
    shape = request.shape
    if shape is None:
        return ()
    came = {f"{one.known.width}x{one.known.height}" for one in images if one.known and one.known.width}
    return tuple(Adjustment("size", str(shape), size, "the picture came in this size") for size in came - {str(shape)})


def _tell(request: ImageRequest, result: ImageResult) -> None:
    if result.adjustments:
        warn(f"{request.model!r}: " + "; ".join(map(str, result.adjustments)), AdjustmentWarning)
    if len(result) < request.n:
        why = "; ".join(dict.fromkeys(result.problems)) or "the provider sent no more"
        warn(f"{len(result)} of {request.n} pictures came from {request.model!r}: {why}", FewerImagesWarning)
