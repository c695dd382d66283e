"""The MCP server as a process of its own, asked through a pipe and over HTTP on this machine."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from .providers import ProviderServer

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import Client, StdioServerParameters, stdio_client

from llamabot_images.mcp_server import security_for, serve
from llamabot_images.mcp_server.tools import MOST_CHARACTERS

from .mcp_client import asked, pictures_of, size_of, text_of
from .ports import kept_port

NOISY = """
import os, subprocess
from llamabot_images import sketch
from llamabot_images.mcp_server import serve
quiet = sketch.draw

def draw(*args, **keywords):
    print("noise from print", end="")
    os.write(1, b"noise from os")
    subprocess.run(["echo", "noise from a child"])
    return quiet(*args, **keywords)

sketch.draw = draw
serve("pictures", model="offline/sketch", size="64x64")
"""

#: Begins a slow picture by making a file, and ends it when that file is gone.
HTTP = """
import sys, time
from pathlib import Path
from llamabot_images import sketch
from llamabot_images.mcp_server import serve
folder, port = sys.argv[1:]
quick, begun = sketch.draw, Path(folder, "begun")

def draw(prompt, *args, **keywords):
    if "slow" in prompt:
        begun.touch()
        while begun.exists():
            time.sleep(0.01)
    return quick(prompt, *args, **keywords)

sketch.draw = draw
serve(folder, model="offline/sketch", size="64x64", transport="http", port=int(port))
"""
#: Seconds after which something that should happen at once counts as not happening.
PATIENCE = 120


def by_pipe(folder: Path, **options: Any) -> Any:
    """Return the way to a server that the client starts as a child process."""
    program = f"from llamabot_images.mcp_server import serve; serve({str(folder)!r}, **{options!r})"
    kept = {name: value for name, value in os.environ.items() if name.startswith(("LITELLM_", "RECRAFT_", "LLAMABOT"))}
    return stdio_client(StdioServerParameters(command=sys.executable, args=["-c", program], env=kept))


def test_pipe_draws_and_answers_with_paths_and_previews(tmp_path: Path) -> None:
    """Over a real pipe, pictures are saved in the folder; the answer has paths, cost and a preview of each."""
    folder = tmp_path / "pictures"

    (made,) = asked(
        by_pipe(folder, model="offline/sketch", size="600x600"), ("generate_image", {"prompt": "a cat", "n": 2})
    )

    paths = [folder / "a-cat.png", folder / "a-cat-2.png"]
    assert not made.is_error
    assert {"paths": [str(path) for path in paths], "model": "offline/sketch", "cost": 0.0, "spent": 0.0} == {
        name: made.structured_content[name] for name in ("paths", "model", "cost", "spent")
    }
    assert made.structured_content == json.loads(text_of(made))
    assert [(512, 512), (512, 512)] == [size_of(one.data) for one in pictures_of(made)]
    assert all(
        len(one.data) <= MOST_CHARACTERS < path.stat().st_size
        for one, path in zip(pictures_of(made), paths, strict=True)
    )


def test_stdout_holds_the_protocol_and_nothing_else(tmp_path: Path) -> None:
    """Whatever code, the system or a child process prints while a picture is drawn goes to stderr."""
    params: dict[str, Any] = {"protocolVersion": "2025-06-18", "capabilities": {}}
    params["clientInfo"] = {"name": "test", "version": "1"}
    call = {"name": "generate_image", "arguments": {"prompt": "a cat"}}
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    server = subprocess.Popen([sys.executable, "-c", NOISY], **pipes, text=True, env=buffered)
    assert server.stdin is not None
    assert server.stdout is not None
    for message in (
        {"id": 1, "method": "initialize", "params": params},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": call},
    ):
        server.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        server.stdin.flush()
    first, second = server.stdout.readline(), server.stdout.readline()
    rest, told = server.communicate(timeout=300)

    assert [1, 2] == [json.loads(line)["id"] for line in (first, second)]
    assert "" == rest
    assert ["noise from print", "noise from os", "noise from a child"] == [
        one for one in ("noise from print", "noise from os", "noise from a child") if one in told
    ]


def test_paid_model_over_a_pipe_stays_within_the_limit(
    provider: ProviderServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the key in the environment a paid picture comes with its price, and the limit ends it; no key is told."""
    provider.pictures.size = (64, 64)
    for name, value in provider.variables_for("recraft").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    key = provider.kwargs_for("recraft")["api_key"]
    one = ("generate_image", {"prompt": "a cat", "max_cost": 100})

    made, refused = asked(by_pipe(tmp_path, model="recraft/recraftv3", max_cost=0.05), one, one)

    assert (0.04, 0.04, 0.05) == tuple(made.structured_content[name] for name in ("cost", "spent", "max_cost"))
    assert (True, 1) == (refused.is_error, len(provider.posts))
    assert "BudgetExceededError: max_cost is $0.05" in text_of(refused)
    assert key not in f"{made}{refused}"


def test_unwritable_folder_is_told_before_anything_is_drawn(tmp_path: Path) -> None:
    """A folder that cannot be written ends the server at its start."""
    (tmp_path / "file").write_text("no folder")

    done = subprocess.run(
        [sys.executable, "-c", f"from llamabot_images.mcp_server import serve; serve({str(tmp_path / 'file')!r})"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert "SaveError" in done.stderr.splitlines()[-1]
    assert (1, "") == (done.returncode, done.stdout)


@pytest.fixture(scope="module")
def http_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Give a running server's address and folder."""
    folder = tmp_path_factory.mktemp("served")
    with kept_port() as port:
        process = subprocess.Popen([sys.executable, "-c", HTTP, str(folder), str(port)], stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: answers(port))
            yield f"http://127.0.0.1:{port}/mcp", folder
        finally:
            process.terminate()
            process.wait(PATIENCE)


def answers(port: int) -> bool:
    """Say whether a server answers; before it listens for good it tries once whether it could."""
    with suppress(httpx.TransportError):
        return bool(httpx.get(f"http://127.0.0.1:{port}/mcp", trust_env=False).status_code)
    return False


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_http_draws_like_the_pipe(http_server: tuple[str, Path]) -> None:
    """Over HTTP the answer has the same path and a preview."""
    address, folder = http_server

    (made,) = asked(address, ("generate_image", {"prompt": "a cat", "size": "48x64"}))

    assert [str(folder / "a-cat.png")] == made.structured_content["paths"]
    assert [(48, 64)] == [size_of(one.data) for one in pictures_of(made)]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "attacker.example"}, 421),
        ({"Host": "127.0.0.1.attacker.example:80"}, 421),
        ({"Origin": "https://attacker.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_web_pages_cannot_reach_the_server(http_server: tuple[str, Path], headers: dict[str, str], status: int) -> None:
    """A request under another name, or from a page of another site, is refused."""
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}

    reply = httpx.post(http_server[0], json=body, headers=accept | headers, trust_env=False)

    assert status == reply.status_code


def test_picture_is_kept_when_the_client_goes(http_server: tuple[str, Path]) -> None:
    """A client that hangs up while a picture is made does not lose it: it is in the folder."""
    address, folder = http_server

    async def impatient() -> None:
        async with Client(address) as client:
            call = asyncio.create_task(client.call_tool("generate_image", {"prompt": "a slow llama"}))
            await asyncio.to_thread(wait_for, (folder / "begun").exists)
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call

    asyncio.run(impatient())
    assert not (folder / "a-slow-llama.png").exists()
    (folder / "begun").unlink()
    wait_for((folder / "a-slow-llama.png").is_file)


def test_other_machines_are_let_in_by_name_only() -> None:
    """A host beyond this machine needs the names by which it may be called."""
    with pytest.raises(ValueError, match="host is '0.0.0.0', which others can reach"):
        serve(transport="http", host="0.0.0.0", model="offline/sketch")

    security = security_for("0.0.0.0", ["pictures.internal"])

    assert (True, ["pictures.internal", "pictures.internal:*"]) == (
        security.enable_dns_rebinding_protection,
        security.allowed_hosts,
    )


def test_unknown_transport_is_refused() -> None:
    """A transport that there is not is told before anything is served."""
    with pytest.raises(ValueError, match="transport is 'sse'"):
        serve(transport="sse", model="offline/sketch")


def test_missing_package_is_named() -> None:
    """Without the extra the import says what to install."""
    program = "import sys; sys.modules['mcp'] = None; import llamabot_images.mcp_server"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)

    assert "pip install 'llamabot-images[mcp]'" in done.stderr.splitlines()[-1]
