"""Servers, handshakes and resolvers that drip or hang: each fetch ends within its deadline and a second."""

import socket
import ssl
import threading
import time
from typing import Any

import pytest

from llamabot_images.download import Downloader
from llamabot_images.errors import DownloadError
from tests.fault_server import FaultServer, Reply, answer, drip, endless, redirect, then_close

BODY = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
LARGE = b"x" * 300_000
CHUNKED = answer(b"", "200 OK", "Transfer-Encoding: chunked", length=False)


@pytest.fixture
def downloader(monkeypatch: pytest.MonkeyPatch) -> Downloader:
    """One that may reach loopback and does not pause between attempts."""
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    return Downloader(allow_hosts=["127.0.0.1"], deadline=20)


def say_nothing(_sock: socket.socket, stop: threading.Event) -> bool:
    """Keep the connection open and silent."""
    stop.wait(30)
    return False


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
STALLS: dict[str, Reply] = {
    "silence": say_nothing,
    "silence after the headers": drip(answer(LARGE)[:200], b"", 30),
    "silence in a large body": drip(answer(LARGE)[:200_000], b"", 30),
    "dripping status line": drip(b"H", b"T"),
    "dripping headers": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "dripping body": drip(answer(LARGE)[:-300_000], b"x"),
    "dripping large body": drip(answer(LARGE)[:-1000], b"x"),
    "dripping chunks": drip(CHUNKED, b"1\r\nx\r\n"),
    "dripping chunk size": drip(CHUNKED, b"0"),
    "dripping close-delimited body": drip(answer(b"", length=False), b"x"),
    "dripping interim answers": drip(INTERIM, INTERIM),
    "flood of interim answers": endless(INTERIM, INTERIM * 100),
    "flood of small chunks": endless(CHUNKED, b"1\r\nx\r\n" * 1000),
    "dripping redirect": drip(redirect("/b")[:-4] + b"\r\n", b"X: y\r\n"),
    "redirect whose body drips": drip(answer(b"x" * 1000, "302 Found", "Location: /b")[:-1000], b"x"),
    "busy for a while": answer(b"", "503 Busy", "Retry-After: 0.4"),
}
DEADLINE = 0.5


def seconds_for(url: str) -> float:
    """Return how long a fetch with the small deadline takes to fail."""
    started = time.monotonic()
    with pytest.raises(DownloadError):
        Downloader(allow_hosts=["localhost"], max_bytes=10**9, deadline=DEADLINE).fetch(url)
    return time.monotonic() - started


@pytest.mark.parametrize("fault", STALLS)
def test_no_stall_outlasts_the_deadline(fault: str) -> None:
    """Whatever drips or hangs, the whole fetch ends within its deadline and a second."""
    with FaultServer(STALLS[fault]) as server:
        assert DEADLINE + 1 > seconds_for(server.url)


def test_silence_instead_of_a_handshake_ends_in_time() -> None:
    """A server that accepts and never speaks TLS does not hold the fetch."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert DEADLINE + 1 > seconds_for(f"https://127.0.0.1:{server.getsockname()[1]}/")


def test_a_dripping_handshake_ends_in_time() -> None:
    """A handshake record that comes byte by byte does not stretch the deadline."""
    with FaultServer(drip(b"\x16\x03\x03\x40\x00", b"\x02"), speaks_first=True) as server:
        assert DEADLINE + 1 > seconds_for(server.url.replace("http:", "https:"))


def test_a_server_without_tls_is_told(downloader: Downloader) -> None:
    """https to a plain server fails as a download does."""
    speaks = FaultServer(then_close(answer(BODY)), speaks_first=True)
    with speaks as server, pytest.raises(DownloadError, match="no TLS connection"):
        downloader.fetch(server.url.replace("http:", "https:"))


def test_a_hanging_resolver_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is looked up for ever does not hold the fetch."""
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> Any:
        released.wait(30)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure")

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    took = seconds_for("http://images.example/")
    released.set()

    assert DEADLINE + 1 > took


@pytest.mark.parametrize("error", [socket.gaierror(-2, "Name or service not known"), UnicodeError("label too long")])
def test_an_unknown_name_is_told(error: Exception, downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not resolve, or cannot be asked for, fails as a download does."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(DownloadError, match="no connection to images.example"):
        downloader.fetch("http://images.example/")


def test_a_name_without_addresses_is_told(downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A resolver that returns nothing leads to an error, not to a connection."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])

    with pytest.raises(DownloadError, match="no address"):
        downloader.fetch("http://images.example/")


def test_the_second_address_of_a_name_is_tried(downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with two addresses, one of them dead, is reached."""
    with FaultServer(answer(BODY)) as server:
        places = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, server.port)) for host in ("127.0.0.9", "127.0.0.1")
        ]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)

        found = Downloader(allow_hosts=["gateway.internal"]).fetch("http://gateway.internal/")

    assert BODY == found.data


@pytest.mark.parametrize("error", [TimeoutError(), BrokenPipeError(32, "Broken pipe")])
def test_a_request_that_cannot_be_sent_is_told(
    error: OSError, downloader: Downloader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not even read the request fails as a download does."""

    def fail(_sock: socket.socket, _data: bytes) -> None:
        raise error

    with FaultServer(drip(b"", b"", 30)) as server:
        monkeypatch.setattr(socket.socket, "sendall", fail)

        assert DEADLINE + 1 > seconds_for(server.url)


def test_a_cancelled_handshake_leaves_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the middle of a TLS handshake passes, and the socket is closed."""
    sockets: list[socket.socket] = []

    def cancel(_context: ssl.SSLContext, sock: socket.socket, **_: Any) -> None:
        sockets.append(sock)
        raise KeyboardInterrupt

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", cancel)
    with FaultServer(answer()) as server, pytest.raises(KeyboardInterrupt):
        Downloader(allow_hosts=["localhost"]).fetch(server.url.replace("http:", "https:"))

    assert [-1] == [sock.fileno() for sock in sockets]
