"""A loopback HTTP server whose every byte a test decides on, plain or TLS."""

import contextlib
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

__all__ = ["Authority", "FaultServer", "Reply", "answer", "drip", "endless", "redirect", "reset", "then_close"]

#: Bytes to send, after which the connection stays open for the next request; or what sends them itself
#: and says whether it stays open.
Reply = bytes | Callable[[socket.socket, threading.Event], bool]


def answer(body: bytes = b"", status: str = "200 OK", *headers: str, length: bool = True) -> bytes:
    """Return a whole answer; ``length=False`` leaves Content-Length out."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """Return a redirect to *location*."""
    return answer(b"", status, f"Location: {location}")


def then_close(data: bytes) -> Reply:
    """Send *data* and hang up."""

    def send(sock: socket.socket, _stop: threading.Event) -> bool:
        sock.sendall(data)
        return False

    return send


def reset(data: bytes = b"") -> Reply:
    """Send *data* and break the connection off with a TCP reset."""

    def send(sock: socket.socket, _stop: threading.Event) -> bool:
        sock.sendall(data)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    return send


def drip(start: bytes, piece: bytes, seconds: float = 0.05) -> Reply:
    """Send *start*, then *piece* again and again with a pause each."""

    def send(sock: socket.socket, stop: threading.Event) -> bool:
        sock.sendall(start)
        while not stop.wait(seconds):
            sock.sendall(piece)
        return False

    return send


def endless(start: bytes, piece: bytes) -> Reply:
    """Send *start*, then *piece* again and again as fast as it goes."""

    def send(sock: socket.socket, stop: threading.Event) -> bool:
        sock.sendall(start)
        while not stop.is_set():
            sock.sendall(piece)
        return False

    return send


class FaultServer:
    """Answers the first request with the first reply and so on, the last one for all that follow.

    :param replies: What to send.
    :param context: Makes it a TLS server.
    :param speaks_first: Sends the first reply without waiting for a request.
    """

    def __init__(self, *replies: Reply, context: ssl.SSLContext | None = None, speaks_first: bool = False) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self.stop = threading.Event()
        self._replies = replies
        self._context = context
        self._speaks_first = speaks_first
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> "FaultServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.hang_up()

    def hang_up(self) -> None:
        """Close all connections that are open now."""
        with self._lock:
            still_open, self._open = self._open, []
        for sock in still_open:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self.stop.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(sock)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context:
                sock = stack.enter_context(self._context.wrap_socket(sock, server_side=True))
            with self._lock:
                self._open.append(sock)
            if self._speaks_first and not self._reply(sock, b""):
                return
            for request in _requests(sock):
                if not self._reply(sock, request):
                    return

    def _reply(self, sock: socket.socket, request: bytes) -> bool:
        with self._lock:
            reply = self._replies[min(len(self.requests), len(self._replies) - 1)]
            self.requests.append(request)
        if not isinstance(reply, bytes):
            return reply(sock, self.stop)
        sock.sendall(reply)
        return True


def _requests(sock: socket.socket) -> Iterator[bytes]:
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            more = sock.recv(65536)
            if not more:
                return
            data += more
        request, _, data = data.partition(b"\r\n\r\n")
        yield request


class Authority:
    """A certificate authority that exists for one test run, made with the ``openssl`` command.

    :param folder: Where its files go.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "ca.pem"
        self._openssl("req", "-x509", *self._new("ca"), "-subj", "/CN=Test CA")

    def context(self, *names: str) -> ssl.SSLContext:
        """Return a server's context with a certificate for *names*, such as ``"IP:127.0.0.1"``."""
        stem = names[0].replace(":", "-")
        extension = f"subjectAltName={','.join(names)}"
        signed = ("-CA", str(self.file), "-CAkey", str(self.folder / "ca.key"))
        self._openssl("req", "-x509", *self._new(stem), *signed, "-subj", "/CN=server", "-addext", extension)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        return context

    def _new(self, stem: str) -> tuple[str, ...]:
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-days", "2")
        return (*key, "-keyout", str(self.folder / f"{stem}.key"), "-out", str(self.folder / f"{stem}.pem"))

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
