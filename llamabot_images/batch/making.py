"""From an order to files and their rows: what is done for each prompt where the work is, here or on another machine."""

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from llamabot_images.batch import places
from llamabot_images.batch.turns import Turn
from llamabot_images.errors import DownloadError, ImageBotWarning, InvalidImageError
from llamabot_images.provenance import record_of
from llamabot_images.reference import ImageReference

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["Made", "Order", "adrawn", "drawn", "keep", "make", "recovered"]


@dataclass(frozen=True)
class Order:
    """What is to be drawn and where it goes; it may travel to another process.

    ``key`` and ``request`` are the prompt's name and its request's fingerprint in the journal; ``token`` tells one
    sending of it from another.
    """

    prompt: str
    overrides: Mapping[str, Any] = field(repr=False)
    folder: places.Place
    key: str
    request: str
    id: str | None = None
    file_name: str | None = None
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


def drawn(bot: "ImageBot", order: Order) -> "ImageResult":
    """Draw what is ordered.

    :param bot: Asked by its ``generate``.
    :param order: What.
    """
    try:
        return bot.generate(order.prompt, **order.overrides)
    except ImageBotWarning as warning:
        return _carried(warning)


async def adrawn(bot: "ImageBot", order: Order) -> "ImageResult":
    """Do what ``drawn`` does without blocking the event loop."""
    try:
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
    """Save the pictures of a result.

    :param bot: Names the files by its ``filename_for``.
    :param result: Its pictures are fetched when they have not been yet.
    :param order: Where they go.
    :param came: Told the rows, ``file_name`` still empty, and the cost, before the files are written.
    :param turn: Makes what is held while they are written.
    :raises ImageBotError: When no picture can be fetched, or one cannot be saved.
    """
    result = _fetched(result)
    rows = [_row(result, index, order) for index in range(len(result))]
    if came is not None:
        came(rows, result.cost)
    stem = bot.filename_for(result.prompt) if order.file_name is None else "-"
    with turn():
        saved = places.save(result, order.folder, stem, order.file_name, bot.sidecar)
    for index, (name, converted) in enumerate(saved):
        rows[index]["file_name"] = name
        if converted is not None:
            rows[index] |= record_of(result, index, name, data=converted)
    return Made(rows, result.cost, result.model, result.elapsed)


def _fetched(result: "ImageResult") -> "ImageResult":
    """Return a result of bytes alone, without what it was decoded from, and without pictures that cannot be had."""
    problem: Exception | None = None
    images = []
    for one in result.images:
        try:
            data, info = one.to_bytes(), one.info
        except (DownloadError, InvalidImageError) as error:
            problem = error
        else:
            said = one.revised_prompt
            images.append(ImageReference("data:", prompt=one.prompt, revised_prompt=said, data=data, info=info))
    if not images and problem is not None:
        raise problem
    return replace(result, images=tuple(images), response=None, history=())


def _row(result: "ImageResult", index: int, order: Order) -> dict[str, Any]:
    return record_of(result, index, "") | {
        "item": order.id,
        "of": len(result),
        "elapsed": round(result.elapsed, 3),
        "adjustments": "; ".join(map(str, result.adjustments)),
        "key": order.key,
        "request": order.request,
    }


def recovered(
    bot: "ImageBot", rows: list[dict[str, Any]], order: Order, is_free: Callable[[str], bool]
) -> list[dict[str, Any]]:
    """Return the rows of pictures that were saved just before the process died, with their file names.

    :param bot: Names the files by its ``filename_for``.
    :param rows: As they came.
    :param order: Where they were to go.
    :param is_free: Tells whether a file is no other prompt's picture.
    """
    found: list[dict[str, Any]] = []
    for row in rows:
        for name in places.named_like(order.folder, _start(bot, row, order)):
            if is_free(name) and all(name != one["file_name"] for one in found):
                named = row | {"file_name": name}
                if places.is_same(order.folder, named):
                    found.append(named)
                    break
    return [row | {"index": index, "of": len(found)} for index, row in enumerate(found)]


def _start(bot: "ImageBot", row: Mapping[str, Any], order: Order) -> str:
    """Return how the names of a prompt's files begin."""
    if order.file_name is None:
        return bot.filename_for(str(row["text"]))
    return str(PurePosixPath(order.file_name).with_suffix(""))
