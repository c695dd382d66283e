"""A provider and an image host that answer at once; run as a process of its own.

Prints its two ports, then serves until its standard input closes.
"""

import asyncio
import base64
import json
import os
import struct
import sys
import zlib

__all__ = ["picture"]

USAGE = {"input_tokens": 10, "output_tokens": 1056, "total_tokens": 1066}
USAGE_DETAILS = {"input_tokens_details": {"text_tokens": 10, "image_tokens": 0}}


def picture(size: int) -> bytes:
    """Return a valid PNG of about *size* bytes: noise, which does not compress."""
    width = 1024 if size > 2**20 else 80
    height = max(1, size // (width * 3))
    rows = b"".join(b"\0" + os.urandom(width * 3) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(rows, 1)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


class Counter:
    """Connections accepted by one listener."""

    count = 0


async def serve(sizes: dict[str, int]) -> None:
    """Serve pictures of the named sizes until standard input closes."""
    pictures = {name: picture(size) for name, size in sizes.items()}
    counters = Counter(), Counter()
    images = await asyncio.start_server(lambda r, w: _talk(r, w, _images(pictures), counters[1]), "127.0.0.1", 0)
    image_port = images.sockets[0].getsockname()[1]
    replies = _replies(pictures, image_port)
    api = await asyncio.start_server(lambda r, w: _talk(r, w, _api(replies, counters), counters[0]), "127.0.0.1", 0)
    print(api.sockets[0].getsockname()[1], image_port, flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    os._exit(0)  # with connections still open, which asyncio would complain about


def _replies(pictures: dict[str, bytes], image_port: int) -> dict[str, bytes]:
    found = {}
    for name, data in pictures.items():
        url = {"url": f"http://127.0.0.1:{image_port}/{name}.png"}
        text = {"b64_json": base64.b64encode(data).decode()}
        for form, item in (("url", url), ("b64", text)):
            body = {"created": 1, "data": [item], "usage": USAGE | USAGE_DETAILS}
            found[f"/{name}/{form}/"] = json.dumps(body).encode()
    return found


def _api(replies: dict[str, bytes], counters: tuple[Counter, Counter]):
    def answer(path: str) -> tuple[str, bytes]:
        if path == "/connections":
            return "application/json", json.dumps([one.count for one in counters]).encode()
        return "application/json", next(body for start, body in replies.items() if path.startswith(start))

    return answer


def _images(pictures: dict[str, bytes]):
    return lambda path: ("image/png", pictures[path.strip("/").removesuffix(".png")])


async def _talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer, counter: Counter) -> None:
    counter.count += 1
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = next(
                (int(one.split(":")[1]) for one in head.split("\r\n") if one.startswith("content-length:")), 0
            )
            await reader.readexactly(length)
            kind, body = answer(head.split(" ")[1])
            start = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(start.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
