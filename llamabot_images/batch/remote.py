"""Pictures made elsewhere: by any executor, in other processes or on other machines."""

import asyncio
import copy
import pickle
import secrets
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from llamabot_images.batch import places
from llamabot_images.batch.making import Made, Order, make
from llamabot_images.batch.stopping import is_charged
from llamabot_images.batch.work import Job
from llamabot_images.errors import ImageBotError
from llamabot_images.prices import Bill, Spending

if TYPE_CHECKING:
    from concurrent.futures import Future

    from llamabot_images.imagebot import ImageBot

__all__ = ["Elsewhere", "portable"]


class Elsewhere:
    """The workers of an executor.

    :param executor: Any; the folder must be the same one for its workers and for us.
    :param bot: Travels without its key, which workers read from their own environment, and without its budget, which
        is kept here for all of them.
    """

    def __init__(self, executor: Executor, bot: "ImageBot") -> None:
        self._executor = executor
        self._bot = bot
        self._traveller = _without_budget(bot)

    def made(self, job: Job) -> Made:
        """Have a job carried out by a worker, and wait.

        :param job: What and where.
        :raises Exception: As it came from the worker; one that died leaves an error that may be charged.
        """
        order = replace(job.order, token=secrets.token_hex(8))
        with _settled(self._bot._sender.bill_for(job.request)) as bill:
            try:
                return _received(self._submitted(order).result(), bill)
            finally:
                _forget(order)

    async def amade(self, job: Job, run: Callable[..., Awaitable[Any]]) -> Made:
        """Do what ``made`` does without blocking the event loop.

        :param job: See ``made``.
        :param run: Has a thread do what waits.
        """
        order = replace(job.order, token=secrets.token_hex(8))
        with _settled(await run(self._bot._sender.bill_for, job.request)) as bill:
            try:
                return _received(await asyncio.wrap_future(self._submitted(order)), bill)
            finally:
                _forget(order)

    def _submitted(self, order: Order) -> "Future[Any]":
        try:
            return self._executor.submit(carry_out, self._traveller, order)
        except Exception as error:
            text = f"the executor takes no work: {type(error).__name__}: {error}; nothing was sent"
            raise ImageBotError(text) from error


def _without_budget(bot: "ImageBot") -> "ImageBot":
    """Return a bot that has the connections of another one and knows what it has learned."""
    found = copy.copy(bot)
    found._sender = copy.copy(bot._sender)
    found._sender.spending = Spending(None)
    return found


@contextmanager
def _settled(bill: Bill) -> Iterator[Bill]:
    """Close a bill in the end: a request that failed costs nothing, or may."""
    with bill:
        try:
            yield bill
        except Exception as error:
            bill.paid, bill.unsure = 0.0, float(is_charged(error))
            raise


def _received(found: Any, bill: Bill) -> Made:
    if isinstance(found, Exception):
        raise found
    if not isinstance(found, Made):
        raise ImageBotError(f"the executor returned {type(found).__name__}, not what was made")
    bill.paid, bill.pictures = found.cost, len(found.rows)
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
