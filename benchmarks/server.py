"""A provider and an image host that answer at once; run as a process of its own.

Prints its two ports, then serves until its standard input closes. Every answer is made beforehand and sent in one
piece, so that what is measured is the client.
"""

import base64
import json
import os
import socketserver
import struct
import sys
import threading
import zlib
from collections.abc import Mapping, Sequence

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


class Server(socketserver.ThreadingTCPServer):
    """Serves on a port of its own, and counts its connections.

    :param answers: What is sent for a request whose path begins so; for any other, the connections of *counted*.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, answers: Mapping[str, bytes], counted: Sequence["Server"] = ()) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = answers
        self.counted = (self, *counted)
        self.connections = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def answer(self, path: str) -> bytes:
        """Return what is sent for a path."""
        found = next((answer for start, answer in self.answers.items() if path.startswith(start)), None)
        return found or _answer("application/json", json.dumps([one.connections for one in self.counted]).encode())


class Handler(socketserver.StreamRequestHandler):
    """One connection."""

    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        """Answer until the other end closes."""
        self.server.connections += 1
        while line := self.rfile.readline():
            headers = dict(one.lower().split(b":", 1) for one in iter(self.rfile.readline, b"\r\n"))
            self.rfile.read(int(headers.get(b"content-length", 0)))
            path = line.split(b" ")[1].decode()
            self.wfile.write(self.server.answer(path))


def _answer(kind: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def serve(sizes: Mapping[str, int]) -> None:
    """Serve pictures of the named sizes until standard input closes."""
    pictures = {name: picture(size) for name, size in sizes.items()}
    images = Server({f"/{name}.png": _answer("image/png", data) for name, data in pictures.items()})
    api = Server(_replies(pictures, images.port), counted=[images])
    print(api.port, images.port, flush=True)
    sys.stdin.read()


def _replies(pictures: Mapping[str, bytes], image_port: int) -> dict[str, bytes]:
    found = {}
    for name, data in pictures.items():
        url = {"url": f"http://127.0.0.1:{image_port}/{name}.png"}
        text = {"b64_json": base64.b64encode(data).decode()}
        for form, item in (("url", url), ("b64", text)):
            body = {"created": 1, "data": [item], "usage": USAGE | USAGE_DETAILS}
            found[f"/{name}/{form}/"] = _answer("application/json", json.dumps(body).encode())
    return found


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
