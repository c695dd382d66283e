"""Make a result of what came for one request."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from llamabot_images import attempts, replies
from llamabot_images.attempts import Attempt, Outcome
from llamabot_images.errors import AdjustmentWarning, FewerImagesWarning, InvalidImageError
from llamabot_images.reference import ImageReference
from llamabot_images.request import Adjustment, ImageRequest
from llamabot_images.results import ImageResult
from llamabot_images.warn import warn

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["result_from", "tell"]


def result_from(
    attempt: Attempt, outcomes: list[Outcome], downloader: "Callable[[], Downloader]"
) -> ImageResult | None:
    """Return the result when at least one picture came, ``None`` when none did.

    :param attempt: What was sent.
    :param outcomes: What each of its calls brought.
    :param downloader: Returns what fetches pictures that come as URLs; nothing is fetched here.
    :raises InvalidImageError: When what came is no picture.
    """
    request, pictures = attempt.request, attempts.pictures_of(outcomes)
    if not pictures.slots:
        return None
    images, problems = _references(request, pictures, downloader)
    found = [one.reply for one in outcomes if one.failure is None]
    facts = [replies.facts_of(reply) for reply in found]
    cost, source = _price(facts)
    return ImageResult(
        images=images,
        prompt=request.prompt,
        model=request.model,
        cost=cost,
        cost_source=source,
        usage=_summed([one.usage for one in facts]),
        adjustments=(*request.adjustments, *_unlike_asked(request, images)),
        trail=attempt.trail,
        problems=problems or _missing(request, images),
        provider=request.provider,
        sent=_sent(request),
        requests_sent=attempt.sent + sum(one.sent for one in outcomes),
        elapsed=attempts.seconds_since(attempt.started),
        request_id=next((one.request_id for one in facts if one.request_id), None),
        response=getattr(found[0], "original", None) or found[0],
        text="\n".join(one.text for one in facts if one.text),
        history=facts[0].history,
    )


def tell(request: ImageRequest, result: ImageResult) -> None:
    """Warn the caller of what came otherwise than it was asked for; ``result`` is on a warning that becomes an error.

    :param request: Its own adjustments were told before it was sent.
    :param result: What came.
    """
    carried = {"result": result, "maybe_charged": True}
    if unlike := [str(one) for one in result.adjustments if one not in request.adjustments]:
        warn(f"{request.model!r}: " + "; ".join(unlike), AdjustmentWarning, **carried)
    if len(result) < request.n:
        why = "; ".join(dict.fromkeys(result.problems))
        text = f"{len(result)} of {request.n} pictures came from {request.model!r}: {why}"
        warn(text, FewerImagesWarning, **carried)


def _references(
    request: ImageRequest, pictures: attempts.Pictures, downloader: "Callable[[], Downloader]"
) -> tuple[tuple[ImageReference, ...], tuple[str, ...]]:
    images: list[ImageReference] = []
    problems = list(pictures.problems)
    broken: InvalidImageError | None = None
    for slot in pictures.slots:
        try:
            images.append(_reference(request, slot, downloader))
        except InvalidImageError as error:
            broken = error
            problems.append(str(error))
    if not images and broken is not None:
        raise broken
    return tuple(images), tuple(problems)


def _reference(request: ImageRequest, slot: replies.Slot, downloader: "Callable[[], Downloader]") -> ImageReference:
    about: dict[str, Any] = {"prompt": request.prompt, "revised_prompt": slot.revised_prompt}
    if slot.b64_json or (slot.url or "").startswith("data:"):
        return ImageReference.from_base64(slot.b64_json or slot.url or "", strict=request.strict, **about)
    return ImageReference(slot.url or "", downloader=downloader(), strict=request.strict, **about)


def _price(facts: list[replies.Facts]) -> tuple[float | None, str | None]:
    """Add up the prices of all calls; one that nobody knows makes the sum unknown."""
    known = [one.cost for one in facts if one.cost is not None]
    return (sum(known), facts[0].source) if len(known) == len(facts) else (None, None)


def _missing(request: ImageRequest, images: tuple[ImageReference, ...]) -> tuple[str, ...]:
    return ("the provider sent no more, and no reason",) if len(images) < request.n else ()


def _sent(request: ImageRequest) -> dict[str, Any]:
    parameters = {**(request.parameters.get("extra_body") or {}), **request.parameters}
    size = next((parameters[name] for name in ("size", "aspect_ratio", "aspectRatio") if name in parameters), None)
    edited = {"edited_from": request.sources.digests()} if request.sources else {}
    sent = {"size": size, "quality": parameters.get("quality"), "n": request.n, "seed": parameters.get("seed")}
    return sent | edited


def _summed(counts: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: sum(one.get(name, 0) for one in counts) for name in {key for one in counts for key in one}}


def _unlike_asked(request: ImageRequest, images: tuple[ImageReference, ...]) -> tuple[Adjustment, ...]:
    shape = request.shape
    if shape is None:
        return ()
    came = {f"{one.known.width}x{one.known.height}" for one in images if one.known and one.known.width}
    return tuple(Adjustment("size", str(shape), size, "the picture came in this size") for size in came - {str(shape)})
