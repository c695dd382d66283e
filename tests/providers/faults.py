"""What a test can script to go wrong on the way: slow, cut, reset, silent and misdirected answers."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .replies import Reply, Script
from .wire import Answer, Connection, Delivery

if TYPE_CHECKING:
    from .scene import Scene

__all__ = ["Closed", "Delay", "Drip", "Expired", "Hang", "Redirect", "Reset", "Timeout", "Truncated"]


@dataclass(frozen=True)
class Delay(Reply):
    """Another reply, *seconds* later."""

    seconds: float
    then: Script = None

    def answer(self, scene: "Scene") -> Answer:
        scene.wait(self.seconds)
        return scene.play(self.then)


@dataclass(frozen=True)
class Timeout(Reply):
    """Silence for *seconds*, then the connection is closed without an answer."""

    seconds: float = 30.0

    def answer(self, scene: "Scene") -> Answer:
        scene.wait(self.seconds)
        return Answer(delivery=_close)


@dataclass(frozen=True)
class Hang(Reply):
    """Silence until the server closes.

    :param after: What was sent before: nothing (``"request"``), ``"headers"``, or ``"half"`` of the body.
    """

    after: str = "half"

    def answer(self, scene: "Scene") -> Answer:
        return _broken_off(scene, self.after, _fall_silent)


@dataclass(frozen=True)
class Reset(Reply):
    """A TCP reset; *after* as in :class:`Hang`."""

    after: str = "request"

    def answer(self, scene: "Scene") -> Answer:
        return _broken_off(scene, self.after, _reset)


@dataclass(frozen=True)
class Closed(Reply):
    """A clean close; *after* as in :class:`Hang`."""

    after: str = "request"

    def answer(self, scene: "Scene") -> Answer:
        return _broken_off(scene, self.after, lambda connection: None)


@dataclass(frozen=True)
class Truncated(Reply):
    """A success cut off after *share* of the body.

    :param share: 0 to 1.
    :param framing: How the length was announced: ``"length"``, ``"chunked"``, or ``"close"`` (not at all).
    """

    share: float = 0.5
    framing: str = "length"

    def answer(self, scene: "Scene") -> Answer:
        whole = scene.normal()
        kept = whole.body[: int(len(whole.body) * self.share)]
        framings = {
            "length": ({"content-length": str(len(whole.body))}, kept),
            "chunked": ({"transfer-encoding": "chunked"}, b"%x\r\n%s" % (len(whole.body), kept)),
            "close": ({"connection": "close"}, kept),
        }
        headers, body = framings[self.framing]
        headers = dict(whole.headers) | headers
        return Answer(whole.status, body, headers, delivery=_send_and_close, framed=False)


@dataclass(frozen=True)
class Drip(Reply):
    """A whole answer sent *size* bytes at a time, *pause* seconds apart."""

    pause: float = 0.05
    size: int = 64

    def answer(self, scene: "Scene") -> Answer:
        return replace(scene.normal(), delivery=_dripping(self.size, self.pause), events=None)


@dataclass(frozen=True)
class Redirect(Reply):
    """A redirect; ``{picture}`` in *location* stands for the address that was asked for."""

    location: str
    status: int = 302

    def answer(self, scene: "Scene") -> Answer:
        location = self.location.replace("{picture}", scene.call.request.path)
        return Answer(self.status, b"", {"location": location} if self.location else {})


@dataclass(frozen=True)
class Expired(Reply):
    """What blob storage says of a signed link whose time has passed."""

    def answer(self, scene: "Scene") -> Answer:
        text = (
            '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code><Message>Server '
            "failed to authenticate the request.</Message><AuthenticationErrorDetail>Signed expiry time "
            "has to be after signed start time</AuthenticationErrorDetail></Error>"
        )
        return Answer(403, text.encode(), {"content-type": "application/xml"})


def _broken_off(scene: "Scene", after: str, end: Callable[[Connection], Any]) -> Answer:
    whole = Answer() if after == "request" else scene.normal()
    return replace(whole, delivery=_until(after, end), events=None)


def _until(after: str, end: Callable[[Connection], Any]) -> Delivery:
    def deliver(connection: Connection, answer: Answer) -> bool:
        share = {"request": b"", "headers": answer.head(), "half": _half(answer)}[after]
        connection.send(share)
        end(connection)
        return False

    return deliver


def _half(answer: Answer) -> bytes:
    return answer.head() + answer.body[: len(answer.body) // 2]


def _fall_silent(connection: Connection) -> None:
    connection.wait(None)


def _reset(connection: Connection) -> None:
    connection.reset()


def _close(connection: Connection, answer: Answer) -> bool:
    return False


def _send_and_close(connection: Connection, answer: Answer) -> bool:
    connection.send(answer.head() + answer.body)
    connection.sock.shutdown(socket.SHUT_WR)
    return False


def _dripping(size: int, pause: float) -> Delivery:
    def deliver(connection: Connection, answer: Answer) -> bool:
        connection.send(answer.head())
        for start in range(0, len(answer.body), size):
            connection.send(answer.body[start : start + size])
            connection.wait(pause)
        return True

    return deliver
