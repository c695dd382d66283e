"""What an image server's answer is worth: its status, and its body, whole and of bounded size."""

import contextlib
import time
import zlib
from datetime import UTC, datetime
from io import BytesIO

import httpx

from llamabot_images.connections import GuardedStream
from llamabot_images.links import expires_at
from llamabot_images.waits import retry_after

__all__ = ["Refusal", "body_of", "check_status", "finish"]

#: Seconds that a server may ask to wait and is waited for.
PATIENCE = 10.0
AGAIN = frozenset({408, 425, 429})
GONE = frozenset({403, 404, 410})
#: Not codings, but written into that header by uploaders; the bytes are as they are.
PLAIN = frozenset({"", "identity", "none", "binary", "aws-chunked"})
#: zlib's number for each coding. Some servers leave zlib's frame out of deflate.
WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
READ_SIZE = 64 * 1024


class Refusal(Exception):
    """Why a download came to nothing.

    :param reason: Words for the user, free of secrets.
    :param unsafe: The address must not be fetched at all.
    :param again: Another attempt may succeed.
    :param wait: Seconds to wait before it, where the server says so.
    """

    def __init__(self, reason: str, *, unsafe: bool = False, again: bool = False, wait: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unsafe = unsafe
        self.again = again
        self.wait = wait


def check_status(response: httpx.Response, link: str) -> None:
    """Refuse every answer but a 200.

    :param response: Its headers are there; the body need not be.
    :param link: What was asked for first; it may say when it dies.
    :raises Refusal: Another attempt is offered for what passes by itself.
    """
    status = response.status_code
    if status == 200:
        return
    if status in GONE:
        raise Refusal(f"HTTP {status}, {_expiry(expires_at(link))}")
    wait = retry_after(response.headers)
    passing = status in AGAIN or 500 <= status < 600
    hint = f" (to be tried again in {wait:.0f} s)" if passing and wait is not None else ""
    again = passing and (wait is None or wait <= PATIENCE)
    raise Refusal(f"HTTP {status} in place of 200{hint}", again=again, wait=wait if passing else None)


def body_of(response: httpx.Response, limit: int, moment: float) -> bytes:
    """Read the whole body, gzip and deflate undone.

    :param response: Opened as a stream.
    :param limit: Most bytes, on the wire and decoded.
    :param moment: When to give up (``time.monotonic()``).
    :raises Refusal: The body is too large, cut short, badly coded, or late.
    """
    if response.is_stream_consumed:  # a stand-in of httpx's transport may give the body at once
        return _within(response.content, limit)
    length = _declared(response)
    if length is not None and length > limit:
        raise Refusal(f"{length:,} bytes are announced, more than the {limit:,} that are taken")
    raw = _collect(response, length, limit, moment)
    if not raw:
        raise Refusal("the answer is empty", again=length is None)
    return _decoded(raw, response.headers.get("content-encoding", ""), limit)


def finish(response: httpx.Response) -> None:
    """Read a short body that nobody wants, so that the connection can be used again."""
    length = _declared(response)
    if length is not None and length <= READ_SIZE and not response.is_stream_consumed:
        for _ in response.iter_raw():
            pass


def _collect(response: httpx.Response, length: int | None, limit: int, moment: float) -> bytes:
    stream = response.extensions.get("network_stream")
    if length is not None and length > READ_SIZE and isinstance(stream, GuardedStream):
        # Zeros, which the system hands out only as they are written over: announcing much costs it nothing.
        sink = BytesIO(bytes(length))
        with sink.getbuffer() as place:
            size = _fill(place, response, stream, moment)
    else:
        sink = BytesIO()
        size = _copy(sink, response, length, limit, moment)
    if length is not None and size < length:
        raise Refusal(f"cut short: {size:,} of {length:,} bytes came", again=True)
    return sink.getvalue()


def _copy(sink: BytesIO, response: httpx.Response, length: int | None, limit: int, moment: float) -> int:
    size = 0
    for piece in response.iter_raw():
        size += len(piece)
        if size > limit:
            raise Refusal(f"the answer is larger than {limit:,} bytes")
        if time.monotonic() > moment:
            raise TimeoutError
        sink.write(piece)
        if size == length:
            _check_end(response, length)
    return size


def _fill(place: memoryview, response: httpx.Response, stream: GuardedStream, moment: float) -> int:
    """Read a large body straight from the socket to where it stays, and return how much came.

    The HTTP parser under httpx copies every byte four times, which takes longer than a local network.
    """
    # Hands over what has been read along with the head; from there on the parser holds nothing back, but it
    # closes the connection when it is let go of.
    parsed = response.iter_raw()
    piece = next(parsed, b"")
    size = came = len(piece)
    place[:size] = piece
    while came and size < len(place):
        came = stream.read_into(place[size:], moment)
        size += came
    if time.monotonic() > moment:
        raise TimeoutError
    if size == len(place):
        stream.reusable = _stays_open(response)
        _check_end(response, size)
    return size


def _stays_open(response: httpx.Response) -> bool:
    closes = "close" in response.headers.get("connection", "").lower()
    return response.http_version == "HTTP/1.1" and not closes


def _check_end(response: httpx.Response, length: int) -> None:
    """Look for more than was announced, while the connection is not yet somebody else's."""
    stream = response.extensions.get("network_stream")
    if not isinstance(stream, GuardedStream) or not (surplus := stream.surplus(length)):
        return
    stream.cut()
    if surplus > 2:  # a line end after the body is an old server's habit
        raise Refusal(f"more than the announced {length:,} bytes came", again=True)


def _declared(response: httpx.Response) -> int | None:
    value = response.headers.get("content-length", "")
    known = value.isascii() and value.isdigit() and "transfer-encoding" not in response.headers
    return int(value) if known else None


def _within(data: bytes, limit: int) -> bytes:
    if len(data) > limit:
        raise Refusal(f"the answer is larger than {limit:,} bytes")
    if not data:
        raise Refusal("the answer is empty")
    return data


def _decoded(raw: bytes, coding: str, limit: int) -> bytes:
    coding = coding.strip().lower()
    if coding in PLAIN:
        return raw
    if coding not in WINDOWS:
        raise Refusal("the answer is in a coding that was not asked for")
    for window in WINDOWS[coding]:
        with contextlib.suppress(zlib.error):
            return _inflated(raw, window, limit)
    raise Refusal(f"the answer is not {coding}, as it says it is")


def _inflated(raw: bytes, window: int, limit: int) -> bytes:
    inflater = zlib.decompressobj(window)
    data = inflater.decompress(raw, limit + 1)
    if len(data) > limit:
        raise Refusal(f"the answer decodes to more than {limit:,} bytes")
    if not inflater.eof:
        raise Refusal("the compressed answer is cut short", again=True)
    if inflater.unused_data:
        raise Refusal("something follows the compressed answer")
    return data


def _expiry(ends: datetime | None) -> str:
    if ends is None:
        return "the link has expired or never was; such links live for an hour or so"
    when = f"{ends:%Y-%m-%dT%H:%M:%SZ}"
    if ends <= datetime.now(UTC):
        return f"the link has expired, it was good until {when}"
    return f"the link has expired early or never was, it names {when} as its end"
