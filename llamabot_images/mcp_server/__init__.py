"""The MCP server: an assistant draws within a folder and a spending limit that it cannot change."""

import socket
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, redirect_stdout, suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal

from llamabot_images import __version__
from llamabot_images.imagebot import ImageBot

try:
    from mcp.server.mcpserver import MCPServer
    from mcp.server.transport_security import TransportSecuritySettings
    from mcp_types import ToolAnnotations
except ModuleNotFoundError as error:
    message = f"the MCP server needs the package 'mcp' ({error}): pip install 'llamabot-images[mcp]'"
    raise ModuleNotFoundError(message, name=error.name) from None

from llamabot_images.mcp_server.ending import ended_by_signals
from llamabot_images.mcp_server.tools import Tools
from llamabot_images.under_way import UnderWay

__all__ = ["serve", "server_for"]

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
INSTRUCTIONS = (
    "Draws pictures and saves them as files. Answers hold the files' paths and small previews. Pictures may cost "
    "money: estimate_cost says how much, and the spending limit cannot be raised from here."
)


@asynccontextmanager
async def aside(work: UnderWay, server: "MCPServer[Any]") -> AsyncIterator[None]:
    """Send what anything prints to stderr, since stdout belongs to the protocol, and end when told to."""
    with redirect_stdout(sys.stderr), ended_by_signals(work):
        yield


def server_for(bot: ImageBot, *, is_stdio: bool = False) -> "MCPServer[Any]":
    """Return a server that is not running yet, to be mounted in an application of your own.

    :param bot: Its ``save_dir`` and ``max_cost`` hold for every client together.
    :param is_stdio: Keep what anything prints out of stdout while it runs, and end by a signal when no picture is
        under way.
    """
    tools = Tools(bot)
    server: MCPServer[Any] = MCPServer(
        "llamabot_images",
        version=__version__,
        instructions=INSTRUCTIONS,
        log_level="WARNING",
        lifespan=partial(aside, tools.work) if is_stdio else None,
    )
    draws = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True)
    looks = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    server.add_tool(tools.generate_image, annotations=draws)
    server.add_tool(tools.edit_image, annotations=draws)
    server.add_tool(tools.list_models, annotations=looks)
    server.add_tool(tools.estimate_cost, annotations=looks)
    return server


def serve(
    folder: str | Path = ".",
    *,
    max_cost: float | None = None,
    transport: Literal["stdio", "http"] = "stdio",
    host: str = "127.0.0.1",
    port: int = 8765,
    allowed_hosts: Collection[str] = (),
    **bot_options: Any,
) -> None:
    """Serve until the client goes, or until interrupted.

    :param folder: Where pictures are saved, and the only place from which they are read.
    :param max_cost: US dollars that all clients together may spend while the server runs.
    :param transport: ``"stdio"`` for a client that starts the server, ``"http"`` for ``http://HOST:PORT/mcp``.
    :param host: Address to listen at. There are no passwords: whoever reaches it may draw.
    :param port: Port to listen at.
    :param allowed_hosts: Names by which clients reach a host that is not this machine alone. Requests for any
        other name are refused, so that no web page can reach the server through a name of its own.
    :param bot_options: Options of ``ImageBot``: ``model``, ``size``, ``sidecar`` and others.
    :raises ValueError: For a host beyond this machine without ``allowed_hosts``, an address at which nothing can
        listen, or an unknown transport.
    :raises SaveError: When nothing can be saved in *folder*.
    """
    if transport not in ("stdio", "http"):
        raise ValueError(f"transport is {transport!r}; choose 'stdio' or 'http'")
    security = security_for(host, allowed_hosts) if transport == "http" else None
    if security is not None:
        check_address(host, port)
    bot = ImageBot(save_dir=Path(folder).expanduser().resolve(), max_cost=max_cost, **bot_options)
    bot.check_target("picture")
    server = server_for(bot, is_stdio=transport == "stdio")
    with suppress(KeyboardInterrupt):
        if transport == "stdio":
            return server.run("stdio")
        print(f"MCP server at http://{host}:{port}/mcp, pictures in {bot.save_dir}", file=sys.stderr, flush=True)
        server.run("streamable-http", host=host, port=port, transport_security=security)


def check_address(host: str, port: int) -> None:
    """Make sure that a server could listen there; uvicorn would end the process with a traceback.

    :raises ValueError: When it cannot, as where another program listens already.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError) as error:
        reason = str((isinstance(error, OSError) and error.strerror) or error).partition(" (while")[0].rstrip(".")
        raise ValueError(
            f"nothing can listen at port {port!r} of {host!r}: {reason}; choose another port (--port) or host (--host)"
        ) from None


def security_for(host: str, allowed_hosts: Collection[str]) -> TransportSecuritySettings:
    """Return which names and which pages' requests are answered.

    :raises ValueError: For a host beyond this machine that nobody named.
    """
    is_loopback = host in (*LOOPBACK, "::1")
    if not is_loopback and not allowed_hosts:
        raise ValueError(
            f"host is {host!r}, which others can reach, and anybody who does may spend money; keep '127.0.0.1', or "
            "put a proxy that asks for a password before it and pass the name it is reached by in allowed_hosts="
        )
    names = [*(LOOPBACK if is_loopback else ()), *allowed_hosts]
    return TransportSecuritySettings(
        allowed_hosts=[form for name in names for form in (name, f"{name}:*")],
        allowed_origins=[
            f"{scheme}://{name}{end}" for scheme in ("http", "https") for name in names for end in ("", ":*")
        ],
    )
