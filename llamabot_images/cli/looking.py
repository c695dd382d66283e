"""Commands that spend nothing: what a file is, which models there are, a page of pictures; and the MCP server."""

import json
import sys
from collections.abc import Iterable
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from llamabot_images.cli.options import DEFAULT_MODEL, AsJson, Model, Parameters, pairs
from llamabot_images.cli.output import failing, say, waiting

if TYPE_CHECKING:
    from llamabot_images.catalogue import ModelRow

__all__ = ["gallery", "info", "mcp", "models"]

LOOPBACK, PORT = "127.0.0.1", 8765


def info(
    file: Annotated[str, typer.Argument(help="A picture.")],
    as_json: AsJson = False,
) -> None:
    """Say what a picture is and how it was made."""
    with failing():
        found = _about(file)
        if as_json:
            say(json.dumps(found))
            return
        for name, value in found.items():
            if value not in (None, [], {}):
                say(f"{name + ':':<12} {', '.join(value) if isinstance(value, list) else value}")


def _about(file: str) -> dict[str, Any]:
    from pathlib import Path

    from llamabot_images.payload import verify
    from llamabot_images.provenance import read_provenance

    data = Path(file).expanduser().read_bytes()
    known = verify(data, file=file)
    marks = read_provenance(file)
    record = dict(marks.record or {}) if marks else {}
    return {
        "file": file,
        "type": known.mime_type,
        "size": f"{known.width}x{known.height}" if known.width else None,
        "bytes": len(data),
        "prompt": marks.prompt if marks else None,
        "model": marks.model if marks else None,
        "created": record.get("created"),
        "cost": record.get("cost"),
        "seed": record.get("seed"),
        "marks": list(marks.marks) if marks else [],
    }


def models(
    name: Annotated[str, typer.Argument(help="Only models whose name holds this.")] = "",
    expiring: Annotated[bool, typer.Option("--expiring", help="Only those that are switched off soon.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per model.")] = False,
) -> None:
    """List image models. Shows which are alive, what follows them, US dollars per picture, and what they take."""
    from datetime import date

    from llamabot_images.catalogue import rows

    sought = name.lower()
    found = [row for row in rows(date.today()) if sought in row.model.lower()]
    found = [row for row in found if not expiring or row.status == "expiring"]
    for line in [json.dumps(row.as_json()) for row in found] if as_json else _table(found):
        say(line)
    if not found:
        say(f"no model with {name!r} in its name is known; LiteLLM may reach it all the same", err=True)


def _table(found: "list[ModelRow]") -> Iterable[str]:
    from llamabot_images.cli.model_table import lines_of, table_of

    return table_of(found, get_terminal_size().columns) if found and sys.stdout.isatty() else lines_of(found)


def gallery(
    folder: Annotated[str, typer.Argument(help="Folder of pictures.")] = ".",
    title: Annotated[str | None, typer.Option(help="Heading of the page; the folder's name otherwise.")] = None,
    is_opened: Annotated[bool, typer.Option("--open", help="Open the page in this computer's browser.")] = False,
) -> None:
    """Write a page of a folder's pictures. It is index.html, with prompts, models and costs, to search and look at."""
    from llamabot_images.gallery import write_gallery

    with failing():
        with waiting("looking at the pictures"):
            page = write_gallery(folder, title)
        say(page)
        if is_opened:
            typer.launch(str(page))


def mcp(
    folder: Annotated[
        str, typer.Option("--folder", "-o", help="Folder of the pictures; a client cannot leave it.")
    ] = ".",
    model: Model = DEFAULT_MODEL,
    max_cost: Annotated[
        float | None,
        typer.Option(min=0, metavar="<float>", help="Most US dollars that all clients together may spend."),
    ] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve http://HOST:PORT/mcp instead of stdin and stdout.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen at, with --http.")] = LOOPBACK,
    port: Annotated[int, typer.Option(help="Port to listen at, with --http.")] = PORT,
    allowed_host: Annotated[
        list[str] | None, typer.Option(metavar="<str>", help="Name by which clients reach another host, with --http.")
    ] = None,
    parameter: Parameters = None,
) -> None:
    """Serve pictures to assistants over the Model Context Protocol. Needs the mcp extra."""
    with failing():
        if not http and (allowed_host or (host, port) != (LOOPBACK, PORT)):
            raise typer.BadParameter("--host, --port and --allowed-host are for a server with --http: give that too")
        from llamabot_images.mcp_server import serve

        transport: Literal["stdio", "http"] = "http" if http else "stdio"
        settings = {"model": model, **pairs(parameter)}
        serve(
            folder,
            max_cost=max_cost,
            transport=transport,
            host=host,
            port=port,
            allowed_hosts=allowed_host or (),
            **settings,
        )
