"""Watch a picture arrive: the thin shells around ``watching``, and what a notebook shows meanwhile."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import replace
from typing import Any

from llamabot_images.attempts import Attempt
from llamabot_images.events import DoneEvent, ImageEvent, PictureEvent
from llamabot_images.receiving import tell
from llamabot_images.sending import Sender
from llamabot_images.showing import Showing
from llamabot_images.watching import Made, Switch, watch

__all__ = ["astream", "stream"]


def stream(sender: Sender, attempt: Attempt, bot: Any) -> Iterator[ImageEvent]:
    """Yield what happens while pictures are made.

    :param sender: Of the bot.
    :param attempt: The first request.
    :param bot: Whose result it is.
    :raises Exception: See ``ImageBot.generate``.
    """
    showing, switch = Showing(), Switch()
    pieces = watch(sender, sender.begun(attempt), switch)
    try:
        for piece in pieces:
            for event in _events(piece, bot):
                if show := showing.prepare(event):
                    show(getattr(event, "image", None))
                yield event
    finally:
        switch.close()
        pieces.close()


async def astream(sender: Sender, build: Callable[[], Attempt], bot: Any) -> AsyncIterator[ImageEvent]:
    """Do what ``stream`` does without blocking the event loop.

    :param sender: Of the bot.
    :param build: Makes the first request.
    :param bot: Whose result it is.
    """
    threads, showing, switch = bot._threads, Showing(), Switch()
    attempt = sender.begun(await threads.run(build))
    found: asyncio.Queue[Any] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hand_on(piece: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop has ended meanwhile
            loop.call_soon_threadsafe(found.put_nowait, piece)

    reading = asyncio.ensure_future(threads.run(_pump, watch(sender, attempt, switch), switch, hand_on))
    try:
        while (piece := await found.get()) is not None:
            for event in _events(piece, bot):
                if show := await threads.run(showing.prepare, event):
                    show(getattr(event, "image", None))
                yield event
        await reading
    finally:
        switch.close()
        reading.cancel()


def _pump(pieces: Generator[Any, None, None], switch: Switch, hand_on: Callable[[Any], None]) -> None:
    """Hand on what comes until the caller has had enough; ``None`` is the end."""
    try:
        with contextlib.closing(pieces):
            for piece in pieces:
                hand_on(piece)
                if switch.is_closed:
                    return
    finally:
        hand_on(None)


def _events(piece: ImageEvent | Made, bot: Any) -> Iterator[ImageEvent]:
    if not isinstance(piece, Made):
        yield piece
        return
    tell(piece.request, piece.result)
    result = replace(piece.result, bot=bot)
    for index, image in enumerate(result):
        yield PictureEvent(image, index)
    yield DoneEvent(result)
