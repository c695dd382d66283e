"""The fetch of a picture's URL where all goes well, or well in the end."""

import gzip
import logging
import random
import socket
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from llamabot_images.download import Downloaded, Downloader
from llamabot_images.errors import DownloadError
from tests.fault_server import FaultServer, answer, redirect, reset, then_close

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 80
#: Without a pattern: a piece in the wrong place shows.
LARGE = random.Random(0).randbytes(2**20)


@pytest.fixture
def downloader() -> Iterator[Downloader]:
    """One that may reach loopback."""
    made = Downloader(allow_hosts=["localhost"], deadline=20)
    yield made
    made.close()


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pauses between attempts short."""
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)


def test_bytes_and_type_come_back(downloader: Downloader) -> None:
    """The bytes are the server's own, the type is lower case and without parameters."""
    with FaultServer(answer(PICTURE, "200 OK", "Content-Type: Image/PNG; charset=binary")) as server:
        found = downloader.fetch(f"{server.url}/a.png")

    assert Downloaded(PICTURE, "image/png") == found
    assert repr(found) == "Downloaded(content_type='image/png')"


@pytest.mark.parametrize("size", [1, 1000, 65_535, 65_536, 65_537, 131_072, 1_000_003])
@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
def test_every_size_and_framing_arrives_whole(size: int, framing: str, downloader: Downloader) -> None:
    """Bodies below and above the size of one read arrive whole, whatever marks their end."""
    body = (LARGE * 2)[:size]
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
    reply = {
        "length": answer(body),
        "chunked": answer(b"", "200 OK", "Transfer-Encoding: chunked", length=False) + chunks,
        "close": then_close(answer(body, "200 OK", "Connection: close", length=False)),
    }[framing]
    with FaultServer(reply) as server:
        found = [downloader.fetch(server.url).data for _ in range(2)]

    assert [body, body] == found


def test_a_large_body_may_come_in_pieces(downloader: Downloader) -> None:
    """Pieces of a large body that come one by one are put together in their order."""

    def send(sock: socket.socket, stop: threading.Event) -> bool:
        whole = answer(LARGE)
        for at in range(0, len(whole), 99_991):
            sock.sendall(whole[at : at + 99_991])
            stop.wait(0.002)
        return True

    with FaultServer(send) as server:
        assert [LARGE, LARGE] == [downloader.fetch(server.url).data for _ in range(2)]
        assert 1 == server.connections


def test_a_request_says_little(downloader: Downloader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials, cookies, versions or query parts beyond the address itself are sent."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login canary password canary")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    cookie = answer(PICTURE, "200 OK", "Set-Cookie: canary=1; Path=/")
    with FaultServer(cookie) as server:
        downloader.fetch(server.url)
        downloader.fetch(f"http://canary:canary@127.0.0.1:{server.port}/a%20b.png?sig=a%2Bb#canary")

        lines = server.requests[1].decode().split("\r\n")

    assert "GET /a%20b.png?sig=a%2Bb HTTP/1.1" == lines[0]
    assert {
        f"Host: 127.0.0.1:{server.port}",
        "accept: */*",
        "accept-encoding: identity",
        "user-agent: llamabot-images",
        "Connection: keep-alive",
    } == set(lines[1:])


def test_credentials_in_a_redirect_are_not_sent(downloader: Downloader) -> None:
    """A user name in a Location header is left out, and nothing of the first request follows."""
    with FaultServer(answer(PICTURE)) as second:
        with FaultServer(redirect(f"http://canary:canary@localhost:{second.port}/")) as first:
            downloader.fetch(first.url)

        assert not {b"authorization", b"cookie", b"referer"} & set(
            second.requests[0].lower().replace(b":", b" ").split()
        )


def test_proxies_of_the_environment_are_ignored(downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment gets nothing."""
    with FaultServer(answer(b"proxy")) as proxy, FaultServer(answer(PICTURE)) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")

        assert PICTURE == downloader.fetch(server.url).data
        assert 0 == proxy.connections


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(PICTURE)),
        ("x-gzip", gzip.compress(PICTURE)),
        ("GZIP", gzip.compress(PICTURE)),
        ("deflate", zlib.compress(PICTURE)),
        ("deflate", zlib.compressobj(wbits=-15).compress(PICTURE)),
        ("identity", PICTURE),
        ("aws-chunked", PICTURE),
    ],
)
def test_a_coded_answer_is_decoded(coding: str, body: bytes, downloader: Downloader) -> None:
    """A server that codes although it was asked not to is understood."""
    if coding == "deflate" and body[:1] != b"\x78":
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(PICTURE) + packer.flush()
    with FaultServer(answer(body, "200 OK", f"Content-Encoding: {coding}")) as server:
        assert PICTURE == downloader.fetch(server.url).data


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(status: int, downloader: Downloader) -> None:
    """Every kind of redirect is followed, relative ones too, over one connection."""
    with FaultServer(redirect("/b.png?x=1", f"{status} Moved"), answer(PICTURE)) as server:
        found = downloader.fetch(f"{server.url}/dir/a.png")

        assert PICTURE == found.data
        assert server.requests[1].startswith(b"GET /b.png?x=1 ")
        assert 1 == server.connections


def test_five_redirects_are_followed_and_no_sixth(downloader: Downloader) -> None:
    """Five redirects lead to the picture, six to an error."""
    five = [redirect("/next")] * 5
    with FaultServer(*five, answer(PICTURE)) as server:
        assert PICTURE == downloader.fetch(server.url).data
    with FaultServer(redirect("/next")) as server:
        with pytest.raises(DownloadError, match="more than 5 redirects"):
            downloader.fetch(server.url)
        assert 6 == len(server.requests)


@pytest.mark.parametrize(
    "fault",
    [
        *[answer(b"", f"{status} Busy") for status in (408, 425, 429, 500, 502, 503, 504, 599)],
        answer(b"", "503 Busy", "Retry-After: 0"),
        answer(b"", "503 Busy", "Retry-After: nonsense"),
        then_close(b""),
        then_close(b"HTTP/1.1 200 OK\r\nContent-Le"),
        then_close(answer(PICTURE)[:-1]),
        then_close(answer(LARGE)[:-1]),
        then_close(answer(LARGE)[:300_000]),
        then_close(answer(b"", "200 OK", "Transfer-Encoding: chunked", length=False) + b"5\r\nabc"),
        reset(),
        reset(answer(LARGE)[:70_000]),
    ],
)
def test_what_passes_by_itself_is_tried_again(fault: Any, downloader: Downloader, no_pause: None) -> None:
    """Two faults in a row do not show when the third attempt succeeds."""
    with FaultServer(fault, fault, answer(LARGE)) as server:
        assert LARGE == downloader.fetch(server.url).data
        assert 3 == len(server.requests)


def test_a_short_wait_is_kept(downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pause is the one that the server asks for."""
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    busy = answer(b"", "429 Busy", "Retry-After: 7")
    with FaultServer(busy, answer(b"", "500 No"), answer(PICTURE)) as server:
        downloader.fetch(server.url)

    assert 7.0 == pauses[0]
    assert 0.2 <= pauses[1] <= 0.6


@pytest.mark.parametrize("value", ["60", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_long_wait_is_left_to_the_caller(value: str, downloader: Downloader) -> None:
    """A server that asks for a minute is not asked again; the error says how long."""
    with FaultServer(answer(b"", "503 Busy", f"Retry-After: {value}")) as server:
        with pytest.raises(DownloadError) as caught:
            downloader.fetch(server.url)
        assert 1 == len(server.requests)

    assert (caught.value.retry_after or 0) >= 60


def test_silence_is_tried_again_within_the_deadline(no_pause: None) -> None:
    """A server that says nothing for half of the deadline is asked a second time."""

    def say_nothing(_sock: socket.socket, stop: threading.Event) -> bool:
        stop.wait(10)
        return False

    with FaultServer(say_nothing, answer(PICTURE)) as server:
        found = Downloader(allow_hosts=["localhost"], deadline=2).fetch(server.url)

    assert PICTURE == found.data


def test_refused_connections_are_tried_three_times(
    downloader: Downloader, no_pause: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody listens three attempts are made, and the reason is told."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    with pytest.raises(DownloadError, match=r"refused.*tried 3 times"):
        downloader.fetch(f"http://127.0.0.1:{port}/")


def test_our_own_log_names_the_address_without_its_query(
    downloader: Downloader, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG the fetch can be seen, the signature cannot; other users of httpx keep their log."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")  # LiteLLM sets WARNING when it is imported
    with FaultServer(redirect("/b?sig=canary"), answer(PICTURE)) as server:
        downloader.fetch(f"{server.url}/a.png?sig=canary")
        with httpx.Client(trust_env=False) as other:
            other.get(f"{server.url}/other.png")

    assert f"fetched {server.url}/a.png?…" in caplog.text
    assert "/other.png" in caplog.text
    assert "canary" not in caplog.text
