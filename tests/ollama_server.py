"""Ollama on 127.0.0.1, as its versions 0.14.3 to 0.32.5 answer to ``POST /api/generate``."""

import base64
import hashlib
import json
import select
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ImageBot

from .pictures import encode

__all__ = ["DRAWS", "MODEL", "TALKS", "Fault", "OllamaServer", "Request", "bot_for", "server"]

DRAWS, TALKS = "x/z-image-turbo", "llama3.2"
MODEL = f"ollama/{DRAWS}"
STEPS = 9
MOST_PIXELS = 4096
KINDS = {"width": int, "height": int, "steps": int, "prompt": str, "stream": bool, "options": dict}


@dataclass(frozen=True)
class Fault:
    """What goes wrong: *after* so many lines *text* is sent as it is, then the server hangs up, or falls silent.

    ``status`` makes an answer of its own of *text*, before any line.
    """

    text: str = ""
    after: int = 2
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    is_silent: bool = False


@dataclass(frozen=True)
class Request:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any] = field(default_factory=dict)


class OllamaServer(ThreadingHTTPServer):
    """Draws squares whose colour comes from prompt and seed.

    ``chunk``
        Bytes of each piece of the stream, wherever lines end; 0 for a line in each.
    ``faults``
        What happens to the next requests, ``None`` for nothing.
    ``pictures``
        What was drawn, oldest first.
    ``left``
        Set when a client goes away while the server is silent.
    """

    daemon_threads = True

    def __init__(self, *faults: Fault | None, chunk: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.chunk = chunk
        self.faults = list(faults)
        self.requests: list[Request] = []
        self.pictures: list[bytes] = []
        self.left = threading.Event()
        self.silent = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients that go away are what is tested."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: OllamaServer
    kept = b""

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    def do_POST(self) -> None:
        """Answer as Ollama does."""
        said = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.requests.append(Request(self.path, {k.lower(): v for k, v in self.headers.items()}, said))
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault is not None and fault.status != 200:
            self._whole(fault.status, fault.text, *fault.headers)
        elif self.path != "/api/generate":
            self._whole(404, "404 page not found")
        elif (problem := _problem(said)) is not None:
            self._whole(problem[0], json.dumps({"error": problem[1]}))
        else:
            self._stream(_lines(said, self.server.pictures), said.get("stream", True), fault)

    def _whole(self, status: int, text: str, *headers: tuple[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, lines: Iterator[dict[str, Any]], is_streamed: bool, fault: Fault | None) -> None:
        if not is_streamed:
            self._whole(200, json.dumps(list(lines)[-1]))
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, line in enumerate(lines):
            if fault is not None and number == fault.after:
                self._fail(fault)
                return
            self._write(json.dumps(line).encode() + b"\n")
        self._write(b"", is_last=True)
        self.wfile.write(b"0\r\n\r\n")

    def _write(self, data: bytes, *, is_last: bool = False) -> None:
        self.kept += data
        size = self.server.chunk or len(self.kept)
        while len(self.kept) >= size > 0 or (is_last and self.kept):
            piece, self.kept = self.kept[:size], self.kept[size:]
            self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))

    def _fail(self, fault: Fault) -> None:
        self._write(fault.text.encode(), is_last=True)
        self.close_connection = True
        if fault.is_silent:
            self.server.silent.set()
            if select.select([self.connection], [], [], 10)[0]:
                self.server.left.set()


def _problem(said: dict[str, Any]) -> tuple[int, str] | None:
    for name, kind in KINDS.items():
        if name in said and (not isinstance(said[name], kind) or (kind is int and isinstance(said[name], bool))):
            return 400, f"json: cannot unmarshal into Go struct field GenerateRequest.{name}"
    if said["model"] not in (DRAWS, TALKS):
        return 404, f"model '{said['model']}' not found"
    if said["model"] == DRAWS and max(said.get("width", 0), said.get("height", 0)) > MOST_PIXELS:
        return 400, f"width and height must be <= {MOST_PIXELS}"
    return None


def _lines(said: dict[str, Any], pictures: list[bytes]) -> Iterator[dict[str, Any]]:
    about = {"model": said["model"], "created_at": "2026-05-01T12:00:00Z", "response": "", "done": False}
    if said["model"] == TALKS:
        for word in ("I cannot", " draw.\x85\u2028", " Sorry"):
            yield about | {"response": word}
        yield about | {"done": True, "done_reason": "stop"}
        return
    steps = said.get("steps") or STEPS
    for step in range(steps + 1):
        yield about | ({"completed": step} if step else {}) | {"total": steps}
    pictures.append(_picture(said))
    image = base64.b64encode(pictures[-1]).decode()
    yield about | {"image": image, "done": True, "done_reason": "stop", "total_duration": 10**9}


def _picture(said: dict[str, Any]) -> bytes:
    seed = (said.get("options") or {}).get("seed", 0)
    red, green, blue = hashlib.sha256(f"{said['prompt']} {seed}".encode()).digest()[:3]
    size = (said.get("width") or 1024, said.get("height") or 1024)
    return encode(Image.new("RGB", size, (red, green, blue)), "PNG")


@pytest.fixture
def server() -> Iterator[OllamaServer]:
    """Give a running Ollama."""
    with OllamaServer() as found:
        yield found


def bot_for(server: OllamaServer, **settings: Any) -> ImageBot:
    """Return a bot that asks this server."""
    return ImageBot(**{"model": MODEL, "api_base": server.url, "size": "64x64", "timeout": 20, **settings})
