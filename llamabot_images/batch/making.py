"""From an order to files and their rows: what is done for each prompt where the work is, here or on another machine."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from llamabot_images import names
from llamabot_images.attempts import Attempt
from llamabot_images.batch import places
from llamabot_images.batch.items import name_problem, stem_problem
from llamabot_images.batch.turns import Turn
from llamabot_images.built import building_once
from llamabot_images.errors import DownloadError, ImageBotWarning, InvalidImageError
from llamabot_images.formats import mime_for_suffix, suffix_for
from llamabot_images.payload import ImageInfo, verify
from llamabot_images.provenance import record_of, warn_of_loss
from llamabot_images.reference import ImageReference

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["Made", "Order", "adrawn", "drawn", "keep", "make", "recovered"]


@dataclass(frozen=True)
class Order:
    """What is to be drawn and where it goes; it may travel to another process.

    ``key`` and ``request`` are the prompt's name and its request's fingerprint in the journal; ``own`` are the names
    of its earlier pictures, which new ones may replace; ``token`` tells one sending of it from another.
    """

    prompt: str
    overrides: Mapping[str, Any] = field(repr=False)
    folder: places.Place
    key: str
    request: str
    id: str | None = None
    file_name: str | None = None
    own: tuple[str, ...] = ()
    token: str = ""


@dataclass(frozen=True)
class Made:
    """Pictures that are in the folder: the rows on them, and what they cost."""

    rows: list[dict[str, Any]]
    cost: float | None
    model: str | None
    elapsed: float


def make(bot: "ImageBot", order: Order) -> Made:
    """Draw what is ordered and save it.

    :param bot: Asked by its ``generate``.
    :param order: What and where.
    """
    return keep(bot, drawn(bot, order), order)


def drawn(bot: "ImageBot", order: Order, attempt: Attempt | None = None) -> "ImageResult":
    """Draw what is ordered.

    :param bot: Asked by its ``generate``.
    :param order: What.
    :param attempt: What the bot would build of it, where that was built already.
    """
    try:
        with building_once(bot, order.prompt, order.overrides, attempt):
            return bot.generate(order.prompt, **order.overrides)
    except ImageBotWarning as warning:
        return _carried(warning)


async def adrawn(bot: "ImageBot", order: Order, attempt: Attempt | None = None) -> "ImageResult":
    """Do what ``drawn`` does without blocking the event loop."""
    try:
        with building_once(bot, order.prompt, order.overrides, attempt):
            return await bot.agenerate(order.prompt, **order.overrides)
    except ImageBotWarning as warning:
        return _carried(warning)


def _carried(warning: ImageBotWarning) -> "ImageResult":
    """Return the pictures that a warning has, where a filter makes it an error."""
    if warning.result is None:
        raise warning
    result: ImageResult = warning.result
    return result


def keep(
    bot: "ImageBot",
    result: "ImageResult",
    order: Order,
    came: Callable[[list[dict[str, Any]], float | None], None] | None = None,
    turn: Turn = nullcontext,
) -> Made:
    """Save the pictures of a result. They are paid for: what a subclass of the bot does wrong loses none of them.

    :param bot: Names the files by its ``filename_for``.
    :param result: Its pictures are fetched when they have not been yet.
    :param order: Where they go.
    :param came: Told the rows, ``file_name`` still empty, and the cost, before the files are written.
    :param turn: Makes what is held while they are written.
    :raises ImageBotError: When no picture can be fetched, or one cannot be saved.
    """
    result = _fetched(result, PurePosixPath(_own_name(order) or "").suffix)
    stem, error = _stem(bot, result.prompt, order)
    rows = [_row(result, index, order) for index in range(len(result))]
    if came is not None:
        came(rows, result.cost)
    with turn():
        saved = places.save(result, order.folder, stem, order.own, bot.sidecar)
    told = _told(result, order, saved[0], error)
    for row, name in zip(rows, saved, strict=True):
        row |= {"file_name": name, "problems": told}
    if isinstance(error, SystemExit):
        raise error
    return Made(rows, result.cost, result.model, result.elapsed)


def _fetched(result: "ImageResult", suffix: str) -> "ImageResult":
    """Return a result of bytes alone, of the kind that a suffix names, and without pictures that cannot be had."""
    images, problems = [], list(result.problems)
    problem: Exception | None = None
    for one in result.images:
        try:
            data, info = one.to_bytes(), one.info
        except (DownloadError, InvalidImageError) as error:
            problem = error
            problems.append(str(error))
            continue
        try:
            data, info = _converted(data, info, suffix)
        except (InvalidImageError, ImageBotWarning) as error:
            problems.append(f"it has an ending of its own: {error}")
        said = one.revised_prompt
        images.append(ImageReference("data:", prompt=one.prompt, revised_prompt=said, data=data, info=info))
    if not images and problem is not None:
        raise problem
    return replace(result, images=tuple(images), problems=tuple(problems), response=None, history=())


def _converted(data: bytes, info: ImageInfo, suffix: str) -> tuple[bytes, ImageInfo]:
    wanted = mime_for_suffix(suffix)
    if wanted is None:
        return data, info
    if wanted != info.mime_type:
        from llamabot_images.convert import reencode

        before, data = data, reencode(data, wanted, info)
        warn_of_loss(before, data)
        info = verify(data)
    return data, replace(info, suffix=suffix)


def _row(result: "ImageResult", index: int, order: Order) -> dict[str, Any]:
    return record_of(result, index, "") | {
        "item": order.id,
        "of": len(result),
        "elapsed": round(result.elapsed, 3),
        "adjustments": "; ".join(map(str, result.adjustments)),
        "problems": "; ".join(result.problems),
        "key": order.key,
        "request": order.request,
    }


def _own_name(order: Order) -> str | None:
    """Return the name that was given for a picture, where it can have it: a job may bring back any."""
    return order.file_name if order.file_name is not None and name_problem(order.file_name) is None else None


def _stem(bot: "ImageBot", prompt: str, order: Order) -> tuple[str, BaseException | None]:
    """Return the name without ending, and why it is not the bot's."""
    if name := _own_name(order):
        return str(PurePosixPath(name).with_suffix("")), None
    try:
        stem = bot.filename_for(prompt)
    except (Exception, SystemExit) as error:
        return names.stem_for(prompt), error
    problem = stem_problem(stem)
    return (stem, None) if problem is None else (names.stem_for(prompt), ValueError(problem))


def _told(result: "ImageResult", order: Order, saved: str, error: BaseException | None) -> str:
    """Return what came otherwise than it was asked for."""
    told = list(dict.fromkeys(result.problems))
    if isinstance(asked := result.sent.get("n"), int) and asked > len(result):
        told.insert(0, f"{len(result)} of {asked} pictures came")
    if order.file_name is not None and PurePosixPath(saved).stem != PurePosixPath(order.file_name).stem:
        told.append(f"file_name is {order.file_name!r}, which is another picture's or cannot be: it is {saved!r}")
    if error is not None:
        told.append(f"it is not named as filename_for says: {type(error).__name__}: {error}")
    return "; ".join(told)


def recovered(
    bot: "ImageBot", rows: list[dict[str, Any]], order: Order, is_free: Callable[[str, str], bool]
) -> list[dict[str, Any]]:
    """Return the rows of pictures that were saved and have none, with their file names.

    :param bot: Names the files by its ``filename_for``.
    :param rows: As they came.
    :param order: Where they were to go.
    :param is_free: Tells whether a file is no other prompt's picture than that of a key.
    """
    found: list[dict[str, Any]] = []
    for row in rows:
        for name in _names(bot, row, order):
            named = row | {"file_name": name}
            is_new = all(name != one["file_name"] for one in found)
            if is_new and places.is_same(order.folder, named) and is_free(name, order.key):
                found.append(named)
                break
    return [row | {"index": index, "of": len(found)} for index, row in enumerate(found)]


def _names(bot: "ImageBot", row: Mapping[str, Any], order: Order) -> Iterator[str]:
    """Yield what a picture's file may be called, the likeliest first: to list a folder of many takes long."""
    suffix = PurePosixPath(_own_name(order) or "").suffix or suffix_for(str(row.get("mime")))
    prompt = str(row.get("text"))
    for start in dict.fromkeys([_stem(bot, prompt, order)[0], names.stem_for(prompt)]):
        yield f"{start}{suffix}"
        yield from places.named_like(order.folder, start)
