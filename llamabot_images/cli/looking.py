"""Commands that spend nothing: what a file is, which models there are; and the MCP server."""

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from llamabot_images.cli.options import DEFAULT_MODEL, AsJson, Model, Parameters, pairs
from llamabot_images.cli.output import failing

if TYPE_CHECKING:
    from llamabot_images.catalogue import ModelRow

__all__ = ["info", "mcp", "models"]


def info(
    file: Annotated[str, typer.Argument(help="A picture.")],
    as_json: AsJson = False,
) -> None:
    """Say what a picture file is and what is known of how it was made."""
    with failing():
        found = _about(file)
        if as_json:
            typer.echo(json.dumps(found))
            return
        for name, value in found.items():
            if value not in (None, [], {}):
                typer.echo(f"{name + ':':<12} {', '.join(value) if isinstance(value, list) else value}")


def _about(file: str) -> dict[str, Any]:
    from pathlib import Path

    from llamabot_images.payload import verify
    from llamabot_images.provenance import read_provenance

    data = Path(file).read_bytes()
    known = verify(data)
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
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="Only models whose name holds this.")] = "",
    expiring: Annotated[bool, typer.Option("--expiring", help="Only those that are switched off soon.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per model.")] = False,
) -> None:
    """List image models: alive or not, what follows them, price per picture in US dollars, what they take."""
    from datetime import date

    from llamabot_images.catalogue import rows

    found = [row for row in rows(date.today()) if words in row.model and (not expiring or row.status == "expiring")]
    for row in found:
        typer.echo(json.dumps(row.as_json()) if as_json else _line(row))
    if not found:
        typer.echo(f"no model with {words!r} in its name is known; LiteLLM may reach it all the same", err=True)


def _line(row: "ModelRow") -> str:
    low, high = (row.prices.low, row.prices.high) if row.prices else (None, None)
    price = "?" if low is None else f"{low:.3g}" if low == high else f"{low:.3g}-{high:.3g}"
    end = f" {row.off.isoformat()}" if row.off else ""
    follows = f"-> {row.successor} " if row.successor and row.status != "live" else ""
    takes = "whatever the server takes" if row.parameters is None else ", ".join(row.parameters)
    return f"{row.model:<52} {row.status + end:<20} {price:>14}  {follows}({takes})"


def mcp(
    folder: Annotated[
        str, typer.Option("--folder", "-o", help="Folder of the pictures; a client cannot leave it.")
    ] = ".",
    model: Model = DEFAULT_MODEL,
    max_cost: Annotated[float | None, typer.Option(help="Most US dollars that all clients together may spend.")] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve http://HOST:PORT/mcp instead of stdin and stdout.")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen at, with --http.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at, with --http.")] = 8765,
    allowed_host: Annotated[
        list[str] | None, typer.Option(help="Name by which clients reach another host, with --http.")
    ] = None,
    parameter: Parameters = None,
) -> None:
    """Serve pictures to assistants over the Model Context Protocol. Needs the mcp extra."""
    with failing():
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
