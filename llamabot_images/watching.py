"""Send a request and hand on what comes, piece by piece."""

import threading
from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from llamabot_images.attempts import Attempt, Outcome
from llamabot_images.backends.ollama_lines import Progress
from llamabot_images.backends.openai_stream import OpenAIStream
from llamabot_images.backends.pieces import Rough, Words
from llamabot_images.errors import InvalidImageError
from llamabot_images.events import ImageEvent, PartialImageEvent, ProgressEvent, StartedEvent, TextEvent
from llamabot_images.reference import ImageReference
from llamabot_images.request import Capabilities, ImageRequest
from llamabot_images.results import ImageResult
from llamabot_images.retry import SendFailed
from llamabot_images.sending import Counter, Sender, can_of, enter, secrets_in, wrapped
from llamabot_images.threads import Threads

__all__ = ["Made", "Switch", "watch"]

DIRECT = "LiteLLM's image call cannot stream, so OpenAI's own client is used: unfinished pictures come first"
WHOLE = "LiteLLM's image call cannot stream, and there is no other way to this model: the picture comes when it is done"
WHY = {
    "chat": "LiteLLM's chat call streams: words come as they are written, the picture in one piece",
    "offline": "it is drawn here, and each stage can be shown",
    "ollama": "Ollama tells of every step, and sends the picture when it is done",
}
Pieces = Generator["ImageEvent | Made", None, None]


@dataclass(frozen=True)
class Made:
    """The end of it: pictures."""

    request: ImageRequest
    result: ImageResult


class Switch:
    """Ends a connection that another thread may be reading from."""

    def __init__(self) -> None:
        self.is_closed = False
        self._pieces: Any = None
        self._lock = threading.Lock()

    def hold(self, pieces: Any) -> Any:
        """Take charge of what is read from now on."""
        with self._lock:
            self._pieces = pieces
        if self.is_closed:
            pieces.close()
        return pieces

    def close(self) -> None:
        """Close it, from any thread; whatever is opened later is closed at once."""
        with self._lock:
            self.is_closed = True
            pieces = self._pieces
        if pieces is not None:
            pieces.close()


def watch(sender: Sender, attempt: Attempt, switch: Switch) -> Pieces:
    """Yield events until pictures come.

    The bill of a request that is given up stays open: it may be charged.

    :param sender: Of the bot.
    :param attempt: The first request.
    :param switch: Ends the connection.
    :raises Exception: See ``ImageBot.generate``; ``partials`` on it holds the unfinished pictures, ``text`` the words.
    """
    seen: list[ImageEvent] = []
    while not switch.is_closed:
        request, can = attempt.request, can_of(attempt.request)
        backend, why = _way(sender, request, can)
        yield StartedEvent(request.model, request.route, why)
        with sender.bill_for(request) as bill, sender.in_use:
            outcomes = yield from _outcomes(sender, request, backend, switch, seen)
            result = sender.result_of(attempt, outcomes)
            enter(bill, outcomes, result)
        if result:
            yield Made(request, result)
            return
        attempt = _after(sender, attempt, outcomes, seen)


def _after(sender: Sender, attempt: Attempt, outcomes: list[Outcome], seen: list[ImageEvent]) -> Attempt:
    try:
        return sender.next_after(attempt, outcomes)
    except Exception as error:
        error.partials = [one.image for one in seen if isinstance(one, PartialImageEvent)]  # type: ignore[attr-defined]
        error.text = "".join(one.text for one in seen if isinstance(one, TextEvent))  # type: ignore[attr-defined]
        raise


def _way(sender: Sender, request: ImageRequest, can: Capabilities) -> tuple[Any, str]:
    """Return what can be watched, ``None`` for what can only be waited for, and why it is this."""
    backend: Any = sender.backends.named(request.route)
    if request.route == "chat" or backend.streams(can):
        return backend, WHY.get(request.route, "its pictures can be watched")
    direct = OpenAIStream(Threads(1))
    if request.route == "images" and direct.streams(can, request.parameters):
        return direct, DIRECT
    return None, WHOLE


def _outcomes(
    sender: Sender, request: ImageRequest, backend: Any, switch: Switch, seen: list[ImageEvent]
) -> Generator[ImageEvent, None, list[Outcome]]:
    if backend is None:
        return sender.send_all(request)
    outcomes = []
    for place, keywords in enumerate(request.calls()):
        begin = partial(_begun, backend, keywords, request, switch)
        outcomes.append((yield from _read(sender, request, begin, secrets_in(keywords), place, seen)))
    return outcomes


def _begun(backend: Any, keywords: dict[str, Any], request: ImageRequest, switch: Switch) -> tuple[Any, Any]:
    """Send a request, and return its pieces and the first of them."""
    pieces = switch.hold(backend.stream(keywords, can_of(request)))
    return pieces, next(pieces, None)


def _read(
    sender: Sender,
    request: ImageRequest,
    begin: Callable[[], tuple[Any, Any]],
    secrets: Collection[str],
    place: int,
    seen: list[ImageEvent],
) -> Generator[ImageEvent, None, Outcome]:
    sends = Counter()

    def once() -> tuple[Any, Any]:
        sends.count += 1
        return _told(begin, secrets)  # type: ignore[no-any-return]

    try:
        pieces, piece = sender.retried(once)
        with closing(pieces):
            while isinstance(piece, (Words, Rough, Progress)):
                for event in _events(piece, request, place):
                    seen.append(event)
                    yield event
                piece = _told(partial(next, pieces, None), secrets, is_begun=True)
    except SendFailed as failed:
        return sends.outcome(failed)
    return Outcome(piece, sent=sends.count)


def _told(call: Callable[[], Any], secrets: Collection[str], *, is_begun: bool = False) -> Any:
    """Return what comes of a call; what fails once something has come may be charged."""
    try:
        return call()
    except Exception as error:
        failed = wrapped(error, secrets)
    if is_begun and failed.failure.kind != "refused":
        failed = SendFailed(replace(failed.failure, kind="ambiguous"), failed.error)
    raise failed


def _events(piece: Words | Rough | Progress, request: ImageRequest, place: int) -> Iterator[ImageEvent]:
    if isinstance(piece, Words):
        yield TextEvent(piece.text)
    elif isinstance(piece, Progress):
        yield ProgressEvent(piece.completed / piece.total)
    else:
        with suppress(InvalidImageError):  # an unfinished picture is nobody's loss
            image = ImageReference.from_base64(piece.slot.b64_json or piece.slot.url or "", prompt=request.prompt)
            yield PartialImageEvent(image, piece.index, place + piece.picture)
