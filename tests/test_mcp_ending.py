"""A server on a pipe that is told to end: by a signal, in the middle of a picture or of nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp", reason="the extra mcp is not installed")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

#: A server whose pictures are begun with a word on stderr and take as many seconds as it is told.
SERVER = """
import sys, time
from llamabot_images import sketch
from llamabot_images.mcp_server import serve
quick = sketch.draw

def draw(*args, **keywords):
    print("begun", file=sys.stderr, flush=True)
    time.sleep(float(sys.argv[1]))
    return quick(*args, **keywords)

sketch.draw = draw
serve("pictures", model="offline/sketch", size="64x64")
"""
#: Seconds after which something that should happen at once counts as not happening.
PATIENCE = 60
ABOUT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


@contextmanager
def running(seconds: float = 0.5) -> Iterator[Any]:
    """Give a server that has answered its first message and goes on waiting for others."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    server: Any = subprocess.Popen([sys.executable, "-c", SERVER, str(seconds)], **pipes, text=True)
    try:
        say(server, {"id": 1, "method": "initialize", "params": ABOUT})
        server.stdout.readline()
        say(server, {"method": "notifications/initialized"})
        yield server
    finally:
        server.kill()
        server.communicate()


def say(server: Any, message: dict[str, Any]) -> None:
    """Send one message to a server."""
    server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    server.stdin.flush()


def begin(server: Any) -> None:
    """Ask for a picture and wait until it is begun."""
    asked = {"name": "generate_image", "arguments": {"prompt": "a cat"}}
    say(server, {"id": 2, "method": "tools/call", "params": asked})
    assert "begun\n" == server.stderr.readline()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_picture_that_was_begun_is_saved(number: signal.Signals, tmp_path: Path) -> None:
    """A signal in the middle of a picture ends the server after it is saved, although stdin stays open."""
    with running() as server:
        begin(server)
        server.send_signal(number)

        assert -number == server.wait(PATIENCE)

    assert ["a-cat.png"] == os.listdir(tmp_path / "pictures")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_server_ends_at_once(number: signal.Signals) -> None:
    """Ctrl-C in a terminal ends a server that waits for its client."""
    with running() as server:
        server.send_signal(number)

        assert -number == server.wait(PATIENCE)


def test_second_signal_does_not_wait() -> None:
    """Who insists is obeyed: a second signal ends the server in the middle of a picture."""
    with running(seconds=10 * PATIENCE) as server:
        begin(server)
        for _ in range(10 * PATIENCE):
            server.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.1)
                break

        assert -signal.SIGTERM == server.poll()
