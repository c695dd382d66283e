"""What an error tells of a link: when it died, and nothing of its signature."""

import logging
import pickle
import socket
import threading
import traceback
from datetime import UTC, datetime

import pytest

from llamabot_images.download import Downloader
from llamabot_images.errors import DownloadError
from tests.fault_server import FaultServer, Reply, answer, redirect, reset, then_close

BODY = b"\x89PNG\r\n\x1a\n" + b"x" * 5000
LARGE = b"x" * 300_000
CANARY = "canary0123456789"


@pytest.fixture
def downloader(monkeypatch: pytest.MonkeyPatch) -> Downloader:
    """One that may reach loopback and does not pause between attempts."""
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    return Downloader(allow_hosts=["127.0.0.1"], deadline=20)


@pytest.mark.parametrize("status", [403, 404, 410])
@pytest.mark.parametrize(
    ("query", "words", "end"),
    [
        (
            "se=2024-01-01T10%3A00%3A00Z&sig={}",
            r"expired, .*2024-01-01T10:00:00Z",
            datetime(2024, 1, 1, 10, tzinfo=UTC),
        ),
        (
            "X-Amz-Date=20240101T090000Z&X-Amz-Expires=3600&X-Amz-Signature={}",
            r"expired, .*2024-01-01T10:00:00Z",
            datetime(2024, 1, 1, 10, tzinfo=UTC),
        ),
        ("Expires=4102444800&Signature={}", r"expired early.*2100-01-01T00:00:00Z", datetime(2100, 1, 1, tzinfo=UTC)),
        ("token={}", "expired or never was", None),
    ],
)
def test_a_dead_link_is_told_with_its_date(
    status: int, query: str, words: str, end: datetime | None, downloader: Downloader
) -> None:
    """403, 404 and 410 are not tried again; the error says when the link died, without its signature."""
    with FaultServer(answer(b"<Error/>", f"{status} Gone")) as server:
        with pytest.raises(DownloadError, match=f"HTTP {status}.*{words}") as caught:
            downloader.fetch(f"{server.url}/a.png?{query.format(CANARY)}")
        assert 1 == len(server.requests)

    assert end == caught.value.expires_at
    assert f"{server.url}/a.png?…" == caught.value.url


def reflect(_sock: socket.socket, _stop: threading.Event) -> bool:
    """Send the canary back in a malformed answer."""
    _sock.sendall(f"HTTP/1.1 200 OK\r\n{CANARY} is no header\r\n\r\n".encode())
    return False


@pytest.mark.parametrize(
    "fault",
    [
        answer(b"", "403 No"),
        answer(b"", "503 No"),
        answer(b"", f"418 {CANARY}", f"X-Echo: {CANARY}"),
        reflect,
        reset(),
        then_close(b""),
        then_close(answer(LARGE)[:-1]),
        answer(BODY, "200 OK", "Content-Encoding: gzip"),
        redirect(f"/next?sig={CANARY}"),
        redirect(f"http://10.0.0.1/?sig={CANARY}"),
        redirect(f"http://[{CANARY}/?sig={CANARY}"),
        redirect(f"ftp://host/?sig={CANARY}"),
    ],
)
def test_no_signature_leaks(fault: Reply, downloader: Downloader, caplog: pytest.LogCaptureFixture) -> None:
    """Neither message, repr, attributes, pickle, chain, frames nor any log at DEBUG hold the signature."""
    caplog.set_level(logging.DEBUG)
    with FaultServer(fault) as server:
        caught = _caught(downloader, f"http://{CANARY}:{CANARY}@127.0.0.1:{server.port}/a.png?sig={CANARY}#{CANARY}")

    assert caught is not None
    shown = traceback.TracebackException.from_exception(caught, capture_locals=True)
    frames = [
        frame for frame in shown.stack if frame.filename.endswith("download.py") and "tests" not in frame.filename
    ]
    assert 1 == len(frames)
    sinks = [
        str(caught),
        repr(caught),
        str(vars(caught)),
        str(frames[0].locals),
        caplog.text,
        repr(pickle.dumps(caught)),
    ]
    assert not [sink for sink in sinks if CANARY in sink]
    assert caught.__cause__ is caught.__context__ is None


def _caught(downloader: Downloader, url: str) -> DownloadError | None:
    try:
        downloader.fetch(url)
    except DownloadError as error:
        return error
    return None
