"""Programs that stand in for httpx's transport, as mocking libraries do, are honoured."""

import gzip
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from llamabot_images.download import Downloaded, Downloader
from llamabot_images.errors import DownloadError

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 80


@pytest.mark.parametrize(
    "make",
    [
        lambda request: httpx.Response(200, content=PICTURE, headers={"content-type": "image/png"}),
        lambda request: httpx.Response(
            200, content=gzip.compress(PICTURE), headers={"content-type": "image/png", "content-encoding": "gzip"}
        ),
        lambda request: httpx.Response(200, stream=httpx.ByteStream(PICTURE), headers={"content-type": "image/png"}),
    ],
)
def test_a_patched_transport_is_honoured(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that stands in for httpx's transport gets the request, and nothing is connected to."""
    asked: list[httpx.Request] = []

    def handle_request(_transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        asked.append(request)
        response: httpx.Response = make(request)
        return response

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("looked up"))

    found = Downloader().fetch("https://images.example/a.png?sig=abc")

    assert Downloaded(PICTURE, "image/png") == found
    assert ["https://images.example/a.png?sig=abc"] == [str(request.url) for request in asked]


def test_faults_of_a_patched_transport_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Statuses, redirects and httpx's exceptions from a stand-in are treated like real ones."""
    replies = iter(
        [
            httpx.Response(302, headers={"location": "/b.png"}),
            httpx.Response(503),
            httpx.ConnectError("refused"),
            httpx.Response(410),
        ]
    )

    def handle_request(_transport: httpx.HTTPTransport, _request: httpx.Request) -> httpx.Response:
        reply = next(replies)
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)

    with pytest.raises(DownloadError, match="410.*expired"):
        Downloader().fetch("https://images.example/a.png")


def test_an_assertion_of_a_patched_transport_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a mock asserts reaches the test that set it up."""

    def handle_request(_transport: httpx.HTTPTransport, _request: httpx.Request) -> httpx.Response:
        raise AssertionError("not expected")

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle_request)

    with pytest.raises(AssertionError, match="not expected"):
        Downloader().fetch("https://images.example/a.png")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: httpx.Response(200, content=PICTURE), "larger than 1,000 bytes"),
        (lambda: httpx.Response(200), "empty"),
        (lambda: httpx.Response(200, stream=httpx.ByteStream(b"x"), headers={"content-length": "2"}), "1 of 2"),
        (lambda: httpx.DecodingError("odd"), "cannot be read"),
    ],
)
def test_a_patched_transport_is_judged_too(
    make: Callable[[], httpx.Response | Exception], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a stand-in gives is held to the same limits."""

    def handle_request(_transport: httpx.HTTPTransport, _request: httpx.Request) -> httpx.Response:
        reply = make()
        if isinstance(reply, Exception):
            raise reply
        return reply

    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", handle_request)
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)

    with pytest.raises(DownloadError, match=words):
        Downloader(max_bytes=1000).fetch("https://images.example/a.png")
