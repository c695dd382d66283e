"""What a test can script of streams: events of its own, pieces cut anywhere, and what happens midway."""

import json
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .replies import Reply
from .wire import Answer, Connection, Delivery

if TYPE_CHECKING:
    from .scene import Scene

__all__ = ["BreakOff", "Events", "InPieces", "Stall"]


@dataclass(frozen=True)
class Events(Reply):
    """Exactly these server-sent events, sent *size* bytes at a time; ``[DONE]`` comes last where *done* says so."""

    events: Sequence[Any]
    size: int = 1 << 20
    done: bool = True

    def answer(self, scene: "Scene") -> Answer:
        lines = [f"data: {json.dumps(one, ensure_ascii=False)}\n\n" for one in self.events]
        body = "".join([*lines, "data: [DONE]\n\n" if self.done else ""]).encode()
        return Answer(200, body, {"content-type": "text/event-stream"}, delivery=_in_pieces(self.size))


@dataclass(frozen=True)
class InPieces(Reply):
    """The normal answer, sent *size* bytes at a time, wherever that cuts it."""

    size: int

    def answer(self, scene: "Scene") -> Answer:
        whole = scene.normal()
        return Answer(whole.status, whole.body, whole.headers, delivery=_in_pieces(self.size))


@dataclass(frozen=True)
class Stall(Reply):
    """The first events of the normal answer, then silence until the caller hangs up, which sets *noticed*.

    :param first: How many; less than none leaves out the headers too.
    """

    first: int = 1
    noticed: threading.Event = field(default_factory=threading.Event)

    def answer(self, scene: "Scene") -> Answer:
        def deliver(connection: Connection, answer: Answer) -> bool:
            _send_first(connection, answer, self.first)
            connection.sock.settimeout(120)
            try:
                is_over = connection.sock.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                is_over = True
            if is_over and not connection.closing.is_set():
                self.noticed.set()
            return False

        return _with(scene.normal(), deliver)


@dataclass(frozen=True)
class BreakOff(Reply):
    """The first events of the normal answer, then a TCP reset or, where *clean*, an ordinary end."""

    first: int = 1
    clean: bool = False

    def answer(self, scene: "Scene") -> Answer:
        def deliver(connection: Connection, answer: Answer) -> bool:
            _send_first(connection, answer, self.first)
            if self.clean:
                connection.send(b"0\r\n\r\n")
            else:
                connection.sock.shutdown(socket.SHUT_WR)
            return False

        return _with(scene.normal(), deliver)


def _with(answer: Answer, delivery: Delivery) -> Answer:
    return Answer(answer.status, answer.body, answer.headers, delivery=delivery, events=answer.events)


def _send_first(connection: Connection, answer: Answer, first: int) -> None:
    if first < 0:
        return
    connection.send(answer.head())
    for event in list(answer.events or ())[:first]:
        connection.send(b"%x\r\n%s\r\n" % (len(event), event))


def _in_pieces(size: int) -> Delivery:
    def deliver(connection: Connection, answer: Answer) -> bool:
        connection.send(answer.head())
        for start in range(0, len(answer.body), size):
            connection.send(answer.body[start : start + size])
        return True

    return deliver
