"""Loopback HTTP/1.1: reading requests, and sending answers whole or in one of many broken ways."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedReader
from urllib.parse import parse_qsl, unquote, urlsplit

from .recorded import Recorded

__all__ = ["Answer", "Connection", "Delivery", "Listener"]


_LENGTHS = {"content-length", "transfer-encoding"}


@dataclass(frozen=True)
class Answer:
    """What goes back for one request.

    *delivery* sends it and says whether the connection may be used again. *events*, where given, are
    sent as they come in place of *body* (chunked; the place for ``text/event-stream``). *framed* ``False``
    leaves out the length, so that only the close tells the end.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delivery: "Delivery | None" = None
    events: Iterable[bytes] | None = None
    framed: bool = True

    def head(self) -> bytes:
        """Return status line and headers, ready to send."""
        known = {status.value: status.phrase for status in HTTPStatus}
        lines = [f"HTTP/1.1 {self.status} {known.get(self.status, 'Status')}"]
        lines += [f"{name}: {value}" for name, value in self._framed().items()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _framed(self) -> dict[str, str]:
        headers = dict(self.headers)
        if self.events is not None:
            headers["transfer-encoding"] = "chunked"
        elif self.framed and not _LENGTHS & {name.lower() for name in headers}:
            headers["content-length"] = str(len(self.body))
        return headers


class Connection:
    """One accepted TCP connection."""

    def __init__(self, sock: socket.socket, closing: threading.Event) -> None:
        self.sock = sock
        self.closing = closing
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, data: bytes) -> None:
        """Send *data* to its end."""
        self.sock.sendall(data)

    def wait(self, seconds: float | None) -> None:
        """Do nothing for *seconds* (``None``: for ever), or until the server closes."""
        self.closing.wait(seconds)

    def reset(self) -> None:
        """Make the coming close of the connection a TCP reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def serve(self, host: str, answer: Callable[[Recorded], Answer]) -> None:
        """Answer requests until either side has had enough."""
        with self.sock, self.sock.makefile("rb") as reader, contextlib.suppress(OSError, ValueError):
            while (request := _read_request(reader, self, host)) is not None:
                reply = answer(request)
                if not (reply.delivery or _deliver)(self, reply):
                    return


Delivery = Callable[[Connection, Answer], bool]


def _deliver(connection: Connection, answer: Answer) -> bool:
    """Send *answer* whole."""
    if answer.events is None:
        connection.send(answer.head() + answer.body)
        return True
    connection.send(answer.head())
    for event in answer.events:
        connection.send(b"%x\r\n%s\r\n" % (len(event), event))
    connection.send(b"0\r\n\r\n")
    return True


def _read_request(reader: BufferedReader, connection: Connection, host: str) -> Recorded | None:
    """Return the next request, ``None`` when the other side has hung up."""
    line = reader.readline(65536)
    if not line.strip():
        return None
    method, target, _ = line.decode("latin-1").split(" ", 2)
    headers = _read_headers(reader)
    if headers.get("expect", "").lower() == "100-continue":
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
    url = urlsplit(target)
    return Recorded(
        method=method,
        path=unquote(url.path),
        query=dict(parse_qsl(url.query, keep_blank_values=True)),
        headers=headers,
        body=_read_body(reader, headers),
        host=host,
    )


def _read_headers(reader: BufferedReader) -> dict[str, str]:
    headers: dict[str, str] = {}
    while (line := reader.readline(65536)) not in (b"\r\n", b"\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers


def _read_body(reader: BufferedReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return b"".join(iter(lambda: _read_chunk(reader), b""))
    return reader.read(int(headers.get("content-length") or 0))


def _read_chunk(reader: BufferedReader) -> bytes:
    data = reader.read(int(reader.readline().split(b";")[0], 16))
    reader.readline()
    return data


class Listener:
    """Accepts connections on an ephemeral port of 127.0.0.1, one thread for each.

    :param host: Name written into the records, ``"api"`` or ``"images"``.
    :param answer: Gives the answer to a request; called in the connection's thread.
    """

    def __init__(self, host: str, answer: Callable[[Recorded], Answer]) -> None:
        self.connections = 0
        self._host = host
        self._answer = answer
        self._closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, name=f"{host} listener", daemon=True).start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self.connections += 1
                self._open.add(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        try:
            Connection(sock, self._closing).serve(self._host, self._answer)
        finally:
            with self._lock:
                self._open.discard(sock)

    def wait(self, seconds: float | None) -> None:
        """Do nothing for *seconds* (``None``: for ever), or until the listener closes."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Stop listening and cut every connection; what hangs wakes up. A second call does nothing."""
        self._closing.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        with self._lock:
            still_open = list(self._open)
        for sock in still_open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
