"""Servers that lie, cut, flood and stall: every fault ends in one error, in time and in bounded memory."""

import gzip
import subprocess
import sys
import textwrap
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from llamabot_images.download import Downloader
from llamabot_images.errors import DownloadError, ImageBotError, UnsafeURLError
from tests.fault_server import FaultServer, Reply, answer, endless, redirect, reset, then_close

BODY = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
LARGE = b"x" * 300_000
CHUNKED = answer(b"", "200 OK", "Transfer-Encoding: chunked", length=False)
LIMIT = 1_000_000
CANARY = "canary0123456789"


def coded(body: bytes, coding: str) -> bytes:
    """Return an answer with a Content-Encoding."""
    return answer(body, "200 OK", f"Content-Encoding: {coding}")


@pytest.fixture
def downloader(monkeypatch: pytest.MonkeyPatch) -> Downloader:
    """One that may reach loopback, takes a megabyte and does not pause between attempts."""
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    return Downloader(allow_hosts=["127.0.0.1"], max_bytes=LIMIT, deadline=20)


BOMB = b"\0" * (LIMIT + 1)
PASSING: dict[str, Reply] = {
    "no answer": then_close(b""),
    "cut in the status line": then_close(b"HTTP/1.1 2"),
    "cut in the headers": then_close(b"HTTP/1.1 200 OK\r\nContent-Type: image/p"),
    "cut after the headers": then_close(answer(BODY)[: -len(BODY)]),
    "cut body": then_close(answer(BODY)[:-1]),
    "cut large body": then_close(answer(LARGE)[:-1]),
    "cut chunk": then_close(CHUNKED + b"1000\r\nabc"),
    "cut before the last chunk": then_close(CHUNKED + b"3\r\nabc\r\n"),
    "cut chunk size": then_close(CHUNKED + b"3\r\nabc\r\n1"),
    "empty close-delimited": then_close(answer(b"", length=False)),
    "reset at once": reset(),
    "reset in the headers": reset(b"HTTP/1.1 200 OK\r\n"),
    "reset in the body": reset(answer(LARGE)[:70_000]),
    "longer than announced": answer(BODY)[:-100].replace(b"5008", b"4000") + b"y" * 100,
    "large and longer than announced": answer(LARGE) + b"y" * 100,
    "cut gzip": coded(gzip.compress(BODY)[:-9], "gzip"),
    "cut deflate": coded(zlib.compress(BODY)[:-5], "deflate"),
    **{str(status): answer(BODY, f"{status} Busy") for status in (408, 425, 429, 500, 502, 503, 504)},
}
LASTING: dict[str, Reply] = {
    "empty": answer(b""),
    "another protocol": then_close(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "no status line": then_close(BODY + b"\r\n\r\n"),
    "binary": then_close(b"\x16\x03\x01\x02\x00" * 100),
    "bad header": answer(BODY, "200 OK", "no colon here"),
    "two lengths": answer(BODY, "200 OK", "Content-Length: 1"),
    "negative length": answer(b"", "200 OK", "Content-Length: -5", length=False),
    "absurd length": answer(b"", "200 OK", "Content-Length: " + "9" * 5000, length=False),
    "huge length": answer(b"", "200 OK", "Content-Length: 99999999999", length=False),
    "one byte too many announced": answer(b"", "200 OK", f"Content-Length: {LIMIT + 1}", length=False),
    "unknown transfer coding": answer(b"", "200 OK", "Transfer-Encoding: gzip", length=False) + BODY,
    "bad chunk size": CHUNKED + b"xyz\r\nabc\r\n",
    "bad chunk end": CHUNKED + b"3\r\nabcdef\r\n",
    "endless headers": endless(b"HTTP/1.1 200 OK\r\n", b"X-More: " + b"y" * 1000 + b"\r\n"),
    "endless header": endless(b"HTTP/1.1 200 OK\r\nX-More: ", b"y" * 10_000),
    "endless body": endless(answer(b"", length=False), b"x" * 65_536),
    "endless chunks": endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    "gzip bomb": coded(gzip.compress(BOMB), "gzip"),
    "deflate bomb": coded(zlib.compress(BOMB), "deflate"),
    "gzip within gzip": coded(gzip.compress(gzip.compress(BODY)), "gzip, gzip"),
    "brotli": coded(BODY, "br"),
    "unknown coding": coded(BODY, "x" * 300),
    "not gzip": coded(BODY, "gzip"),
    "not deflate": coded(BODY, "deflate"),
    "more after gzip": coded(gzip.compress(BODY) + b"more", "gzip"),
    **{str(status): answer(BODY, f"{status} Odd") for status in (201, 203, 206, 226, 300, 305, 400, 401, 451)},
    "204": answer(b"", "204 No Content", length=False),
    "304": answer(b"", "304 Not Modified", length=False),
    "101": answer(b"", "101 Switching Protocols", "Upgrade: x", "Connection: upgrade", length=False),
    "402": answer(b"", "402 Payment Required", "Retry-After: 1"),
    "no Location": answer(b"", "302 Found"),
    "redirect to a broken address": redirect("http://[::1/"),
    "redirect to a bad port": redirect("http://127.0.0.1:99999/"),
    "redirect to control characters": redirect("http://127.0.0.1\x01/"),
}
ELSEWHERE = [
    "file:///etc/passwd",
    "ftp://127.0.0.1/a.png",
    "gopher://127.0.0.1:6379/_INFO",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "http:",
    "http://",
    "//",
    "http://0.0.0.0/",
    "http://127.0.0.2/",
    "http://10.0.0.1/",
    "//169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/",
    "http://images.example\\@127.0.0.1/",
]


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_may_pass_is_met_three_times(fault: str, downloader: Downloader) -> None:
    """Three attempts, then one error that says so."""
    with FaultServer(PASSING[fault]) as server:
        with pytest.raises(DownloadError, match="tried 3 times") as caught:
            downloader.fetch(f"{server.url}/a.png")

        assert 3 == len(server.requests)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("fault", LASTING)
def test_a_fault_that_lasts_is_met_once(fault: str, downloader: Downloader) -> None:
    """One attempt, one error, and nothing in its chain."""
    with FaultServer(LASTING[fault]) as server:
        with pytest.raises(DownloadError) as caught:
            downloader.fetch(f"{server.url}/a.png")

        assert 1 == len(server.requests)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("location", ELSEWHERE)
def test_a_redirect_elsewhere_is_not_followed(location: str, downloader: Downloader) -> None:
    """Only public and allowed web hosts are redirected to."""
    with FaultServer(redirect(location)) as server, pytest.raises(DownloadError):
        downloader.fetch(server.url)


def test_a_fault_does_not_spoil_the_next_fetch(downloader: Downloader) -> None:
    """Bytes that nobody announced are never taken for the next answer."""
    smuggled = answer(b"smuggled")
    with FaultServer(answer(BODY) + smuggled, answer(b"right")) as server:
        assert b"right" == downloader.fetch(server.url).data
        assert b"right" == downloader.fetch(server.url).data
        assert 2 == server.connections


def test_a_line_end_after_the_body_is_forgiven(downloader: Downloader) -> None:
    """Old servers end a body with a line end that is not counted."""
    with FaultServer(answer(BODY) + b"\r\n") as server:
        assert BODY == downloader.fetch(server.url).data
        assert BODY == downloader.fetch(server.url).data


def failure(downloader: Downloader, url: str) -> Exception | None:
    """Return what a fetch raises."""
    try:
        downloader.fetch(url)
    except ImageBotError as error:
        return error
    return None


def test_every_fault_is_of_one_family(downloader: Downloader) -> None:
    """Faults met by many threads at once all end as DownloadError."""
    faults = [*PASSING.values(), *LASTING.values()]
    with FaultServer(*faults * 3) as server, ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: failure(downloader, server.url), range(60)))

    assert {DownloadError} >= {type(one) for one in found} - {UnsafeURLError, type(None)}


def test_closing_while_fetching_ends_in_our_error_or_a_picture(downloader: Downloader) -> None:
    """``close`` in one thread while others fetch makes them reconnect, or fail as downloads do."""
    with FaultServer(answer(LARGE)) as server, ThreadPoolExecutor(8) as pool:
        fetches = [pool.submit(failure, downloader, server.url) for _ in range(100)]
        while not all(fetch.done() for fetch in fetches):
            downloader.close()
            time.sleep(0.005)

        assert {type(None), DownloadError} >= {type(fetch.result()) for fetch in fetches}


def test_memory_stays_bounded() -> None:
    """Endless bodies and bombs against the default limit cost less than 300 MB in all."""
    code = """
        import pathlib, resource, sys
        from llamabot_images.download import Downloader
        from llamabot_images.errors import DownloadError
        downloader = Downloader(allow_hosts=["localhost"], deadline=20)
        for url in sys.argv[1:]:
            try:
                downloader.fetch(url)
                print("fetched")
            except DownloadError as error:
                print("larger" in str(error) or "more than" in str(error))
        status = pathlib.Path("/proc/self/status")
        # On Linux ru_maxrss begins with the size of the parent, here a whole test run.
        lines = status.read_text().splitlines() if status.exists() else []
        peaks = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
        peaks += [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)]
        print(peaks[0] // 1024)
    """
    bomb = zlib.compressobj(9, zlib.DEFLATED, 31)
    packed = b"".join(bomb.compress(bytes(2**20)) for _ in range(100)) + bomb.flush()
    body = b"x" * 2**20
    full = answer(b"", "200 OK", f"Content-Length: {64 * 2**20}", length=False)
    with (
        FaultServer(endless(answer(b"", length=False), body)) as flood,
        FaultServer(coded(packed, "gzip")) as blast,
        FaultServer(endless(full, body)) as whole,
    ):
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code), flood.url, blast.url, whole.url],
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            timeout=300,
        )

    flooded, blasted, fetched, used = done.stdout.split("\n")[:4]
    assert ("True", "True") == (flooded, blasted)
    assert fetched
    assert int(used) < 300
