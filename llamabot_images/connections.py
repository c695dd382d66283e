"""Sockets that are opened to permitted addresses only, and that give up on time.

This is the layer under httpx where connections are made: a name is resolved once, every address of it
is judged, and the judged address is the one that is connected to. Server name and Host header stay the
name's.

httpx knows limits for a single read, which a server stretches without end by sending a byte now and
then. So the ``timeout`` that reaches this layer is not a span but a moment (``time.monotonic()``) that
no wait of any kind passes.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import httpcore
import httpx

from llamabot_images.addresses import Place, host_key, is_private, is_public, resolve

__all__ = ["GuardedBackend", "GuardedStream", "NotPermitted", "NotTrusted", "Trust"]

#: Seconds for one address to accept; a name may have others.
CONNECT_SECONDS = 10.0
#: Seconds, and how many, connections wait for their next use.
KEPT_SECONDS = 60.0
KEPT_CONNECTIONS = 32


class NotPermitted(Exception):
    """The host has an address that must not be connected to."""


class NotTrusted(Exception):
    """The server's certificate is not valid for its name."""


class Trust:
    """The certificates that servers are judged by, loaded when the first https address is fetched.

    They are certifi's, or those of ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return the one context of this process; the first call takes some 20 ms."""
        with self._lock:
            if self._context is None:
                self._context = httpx.create_ssl_context()
                self._context.set_alpn_protocols(["http/1.1"])
            return self._context


class GuardedStream(httpcore.NetworkStream):
    """One connection, plain or TLS."""

    def __init__(self, sock: socket.socket, home: "GuardedBackend", name: tuple[str, int], address: str) -> None:
        self._sock = sock
        self._home = home
        self._name = name
        self._head: bytearray | None = bytearray()
        self._body_bytes = 0
        self._idle_since = 0.0
        #: Whether the other end is on the public Internet.
        self.is_public = is_public(address)
        #: Set by a reader that took the rest of a body from here, past the HTTP parser, to its end.
        self.reusable = False

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what is there, ``b""`` at the end; *timeout* is a moment."""
        data: bytes = self._received(self._sock.recv, max_bytes, timeout)
        self._count(data)
        return data

    def read_into(self, place: memoryview, moment: float) -> int:
        """Put what is there to *place*, which is no longer than the rest of the body; return how much, 0 at the end."""
        came: int = self._received(self._sock.recv_into, place, moment)
        return came

    def _received(self, receive: Callable[[Any], Any], room: int | memoryview, moment: float | None) -> Any:
        try:
            self._sock.settimeout(self._home.seconds_to(moment))
            return receive(room)
        except TimeoutError:
            raise httpcore.ReadTimeout("the server fell silent") from None
        except OSError as error:
            raise httpcore.ReadError(_reason(error)) from None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of *buffer*; *timeout* is a moment."""
        if not buffer:  # httpcore sends the empty body of a GET too
            return
        self._head, self._body_bytes, self.reusable = bytearray(), 0, False
        try:
            self._sock.settimeout(self._home.seconds_to(timeout))
            self._sock.sendall(buffer)
        except TimeoutError:
            raise httpcore.WriteTimeout("the server does not read") from None
        except OSError as error:
            raise httpcore.WriteError(_reason(error)) from None

    def close(self) -> None:
        """Close, or keep for the next request where the whole answer has been read."""
        if self.reusable:
            self.reusable = False
            self._idle_since = time.monotonic()
            self._home.keep(self, self._name)
        else:
            self.cut()

    def cut(self) -> None:
        """Close the socket, whatever its state."""
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Shake hands, with the certificates of :class:`Trust` in place of *ssl_context*."""
        if isinstance(self._sock, ssl.SSLSocket):
            return self
        try:
            self._sock.settimeout(self._home.seconds_to(timeout))
            self._sock = self._home.trust.context().wrap_socket(self._sock, server_hostname=server_hostname)
        except BaseException as error:
            self.cut()
            raise _tls_failure(error) from None
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for, ``None`` for what it does not need."""
        if info == "is_readable":
            return self._peek() is not None
        is_tls = isinstance(self._sock, ssl.SSLSocket)
        return self._sock if info == "socket" or (info == "ssl_object" and is_tls) else None

    def surplus(self, length: int) -> int:
        """Return how many bytes came after a body of *length* bytes, as far as is known."""
        ahead = b"" if isinstance(self._sock, ssl.SSLSocket) else self._peek() or b""
        return max(0, self._body_bytes - length) + len(ahead)

    def is_fresh(self) -> bool:
        """Say whether a kept connection can take another request."""
        return time.monotonic() - self._idle_since < KEPT_SECONDS and self._peek() is None

    def _peek(self) -> bytes | None:
        """Look at the next bytes without taking them: ``b""`` for the end, ``None`` for none yet."""
        try:
            self._sock.settimeout(0)
            # Past the TLS layer, which does not offer this.
            return socket.socket.recv(self._sock, 4, socket.MSG_PEEK)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def _count(self, data: bytes) -> None:
        if self._head is None:
            self._body_bytes += len(data)
            return
        self._head += data
        while (end := self._head.find(b"\r\n\r\n")) >= 0:
            interim = self._head[:10].startswith((b"HTTP/1.1 1", b"HTTP/1.0 1"))
            del self._head[: end + 4]
            if not interim:
                self._body_bytes, self._head = len(self._head), None
                return


class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections for httpcore's pool.

    :param allowed: Keys of the hosts that may have private addresses.
    :param silence: Most seconds to wait for the next byte.
    :param trust: The certificates, shared by the backends of a process.
    """

    def __init__(self, allowed: frozenset[str], silence: float, trust: Trust) -> None:
        self.trust = trust
        self._allowed = allowed
        self._silence = silence
        self._lock = threading.Lock()
        self._kept: list[tuple[tuple[str, int], GuardedStream]] = []
        self._open: WeakSet[GuardedStream] = WeakSet()

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any
    ) -> httpcore.NetworkStream:
        """Return a connection to *host*, a kept one where there is one; *timeout* is a moment.

        :raises NotPermitted: An address of the host is neither public nor allowed.
        """
        kept = self._take((host, port))
        if kept is not None:
            return kept
        try:
            places = resolve(host, port, self.seconds_to(timeout))
            self._check(host, places)
            sock, address = self._connect(places, timeout)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"{host} did not answer") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"no connection to {host}: {_reason(error)}") from None
        stream = GuardedStream(sock, self, (host, port), address)
        with self._lock:
            self._open.add(stream)
        return stream

    def seconds_to(self, moment: float | None, most: float | None = None) -> float:
        """Return how long the next wait may be.

        :raises TimeoutError: *moment* has passed.
        """
        most = self._silence if most is None else most
        left = most if moment is None else min(most, moment - time.monotonic())
        if left <= 0:
            raise TimeoutError
        return left

    def keep(self, stream: GuardedStream, name: tuple[str, int]) -> None:
        """Hold *stream* for the next request to its host."""
        with self._lock:
            self._kept.append((name, stream))
            surplus = self._kept[:-KEPT_CONNECTIONS]
            del self._kept[:-KEPT_CONNECTIONS]
        for _, old in surplus:
            old.cut()

    def close(self) -> None:
        """Close every socket, none of which may be in use.

        Takes no lock: in a forked child, which closes what it has inherited, nobody may free it.
        """
        for stream in list(self._open):
            stream.cut()

    def _take(self, name: tuple[str, int]) -> GuardedStream | None:
        while True:
            with self._lock:
                found = next((pair for pair in reversed(self._kept) if pair[0] == name), None)
                if found is None:
                    return None
                self._kept.remove(found)
            if found[1].is_fresh():
                return found[1]
            found[1].cut()

    def _check(self, host: str, places: list[Place]) -> None:
        for place in places:
            address = str(place[4][0])
            if not (is_public(address) or self._is_allowed(host, address)):
                raise NotPermitted(f"its host {host!r} is {address}" if host != address else f"its host is {address}")

    def _is_allowed(self, host: str, address: str) -> bool:
        if host_key(host) not in self._allowed:
            return False
        return is_private(address) or host_key(host) == host_key(address)

    def _connect(self, places: list[Place], moment: float | None) -> tuple[socket.socket, str]:
        failure: OSError = OSError("it has no address")
        for place in places:
            try:
                return _open_socket(place, self.seconds_to(moment, CONNECT_SECONDS)), str(place[4][0])
            except OSError as error:
                failure = error
        raise failure


def _open_socket(place: Place, seconds: float) -> socket.socket:
    sock = socket.socket(place[0], socket.SOCK_STREAM, place[2])
    try:
        sock.settimeout(seconds)
        sock.connect(place[4])
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


def _reason(error: Exception) -> str:
    """Return the system's own words, which hold nothing that a server has said."""
    return getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error) or "lost"


def _tls_failure(error: BaseException) -> BaseException:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotTrusted(error.verify_message)
    if isinstance(error, TimeoutError):
        return httpcore.ConnectTimeout("the TLS handshake did not end")
    if isinstance(error, (OSError, ValueError)):
        return httpcore.ConnectError(f"no TLS connection: {_reason(error)}")
    return error
