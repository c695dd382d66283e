"""Pictures made elsewhere: by any executor, in other processes or on other machines."""

import asyncio
import pickle
import secrets
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llamabot_images.batch import places
from llamabot_images.batch.making import Made, Order, make
from llamabot_images.errors import ImageBotError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from llamabot_images.imagebot import ImageBot

__all__ = ["amade_elsewhere", "made_elsewhere", "portable"]


def made_elsewhere(executor: Executor, bot: "ImageBot", order: Order) -> Made:
    """Have an order carried out by a worker of *executor*, and wait.

    :param executor: Any; the folder must be the same one for its workers and for us.
    :param bot: Travels without its key: workers read it from their own environment.
    :param order: What and where.
    :raises Exception: As it came from the worker; one that died leaves an error that may be charged.
    """
    order = replace(order, token=secrets.token_hex(8))
    try:
        return _received(_submitted(executor, bot, order).result())
    finally:
        _forget(order)


async def amade_elsewhere(executor: Executor, bot: "ImageBot", order: Order) -> Made:
    """Do what ``made_elsewhere`` does without blocking the event loop."""
    order = replace(order, token=secrets.token_hex(8))
    try:
        return _received(await asyncio.wrap_future(_submitted(executor, bot, order)))
    finally:
        _forget(order)


def _submitted(executor: Executor, bot: "ImageBot", order: Order) -> "Future[Any]":
    try:
        return executor.submit(carry_out, bot, order)
    except Exception as error:
        raise ImageBotError(f"the executor takes no work: {type(error).__name__}: {error}; nothing was sent") from error


def _received(found: Any) -> Made:
    if isinstance(found, Exception):
        raise found
    if not isinstance(found, Made):
        raise ImageBotError(f"the executor returned {type(found).__name__}, not what was made")
    return found


def carry_out(bot: "ImageBot", order: Order) -> Made | Exception:
    """Do the work where the worker is; errors are returned, since not all of them could travel as such.

    :param bot: As it came.
    :param order: What and where.
    """
    try:
        _claim(order)
        return make(bot, order)
    except Exception as error:
        return portable(error)


def _claim(order: Order) -> None:
    """Take an order for good: Dask gives the work of a worker that died to another one, which would send it again."""
    try:
        places.claim(order.folder, f"{order.key} {order.token}")
    except FileExistsError:
        error = ImageBotError("a worker that died had begun this: it may be charged, so it was not sent again")
        error.maybe_charged = True
        raise error from None


def _forget(order: Order) -> None:
    places.forget(order.folder, f"{order.key} {order.token}")


def portable(error: Exception) -> Exception:
    """Return an error that can be pickled and unpickled, as LiteLLM's own cannot.

    :param error: Loses its frames and the pictures it holds.
    """
    error.__traceback__ = error.__cause__ = error.__context__ = None
    if isinstance(error, ImageBotError):
        error.result = None
    with suppress(Exception):
        pickle.loads(pickle.dumps(error))
        return error
    plain = ImageBotError(f"{type(error).__name__}: {error}")
    plain.maybe_charged = bool(getattr(error, "maybe_charged", True))
    plain.retry_after = getattr(error, "retry_after", None)
    for note in getattr(error, "__notes__", ()):
        plain.add_note(note)
    return plain
