"""Commands for many pictures."""

import json
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llamabot_images import files
from llamabot_images.cli.options import (
    DEFAULT_MODEL,
    AsJson,
    Count,
    Model,
    Open,
    Parameters,
    Quality,
    Size,
    bot_for,
    pairs,
)
from llamabot_images.cli.output import EXIT_CODES, failing, show, waiting
from llamabot_images.cli.prompts import prompts_in

if TYPE_CHECKING:
    from PIL.Image import Image

    from llamabot_images.batch import BatchEvent, BatchOutcome
    from llamabot_images.imagebot import ImageBot

__all__ = ["batch", "compare", "gallery"]

#: As shells have it.
INTERRUPTED = 130
#: What a prompt may have that is no setting of the model.
NAMES = frozenset({"id", "file_name"})


def batch(
    file: Annotated[str, typer.Argument(help="Prompts: text (one a line), CSV, JSONL, or - for standard input.")],
    model: Model = DEFAULT_MODEL,
    folder: Annotated[str, typer.Option("--output", "-o", help="Folder of the pictures and their journal.")] = ".",
    n: Count = 1,
    size: Size = "1024x1024",
    quality: Quality = None,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Prompts under way at once.")] = 8,
    per_minute: Annotated[
        int | None, typer.Option("--images-per-minute", min=1, help="Most pictures a minute.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0, help="Most US dollars to spend in this folder in all.")
    ] = None,
    retry_unknown: Annotated[
        bool, typer.Option("--retry-unknown", help="Ask again where an answer was lost; it may be paid twice.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost; send nothing.")] = False,
    parameter: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per prompt.")] = False,
) -> None:
    """Draw every prompt of a file, print the paths, and take up where an earlier run stopped."""
    with failing():
        bot = bot_for(model, None, n=n, size=size, quality=quality, **pairs(parameter))
        if dry_run:
            _price(bot, file, as_json)
            return
        try:
            result = bot.batch(
                prompts_in(file),
                folder,
                max_workers=workers,
                images_per_minute=per_minute,
                max_cost=max_cost,
                retry_unknown=retry_unknown,
                on_event=lambda event: _tell(event, as_json),
            )
        except KeyboardInterrupt:
            typer.echo("stopped; the same command takes up where it stopped", err=True)
            raise typer.Exit(INTERRUPTED) from None
        typer.echo(repr(result).strip("<>").removeprefix("BatchResult "), err=True)
        if len(result.ok) < len(result):
            raise typer.Exit(EXIT_CODES["BatchError"])


def _tell(event: "BatchEvent", as_json: bool) -> None:
    one = event.outcome
    if one is None:
        return
    if as_json:
        typer.echo(json.dumps(_as_json(one)))
    elif one.error is not None:
        typer.echo(f"error: {one.error}", err=True)
    for path in () if as_json else one.files:
        typer.echo(path)


def _as_json(one: "BatchOutcome") -> dict[str, Any]:
    prompt = one.prompt if isinstance(one.prompt, str) else dict(one.prompt).get("prompt")
    error = None if one.error is None else f"{type(one.error).__name__}: {one.error}"
    known = {"index": one.index, "id": one.id, "status": one.status, "prompt": prompt, "paths": list(one.files)}
    return {**known, "model": one.model, "cost": one.cost, "seconds": round(one.elapsed, 3), "error": error}


def _price(bot: "ImageBot", file: str, as_json: bool) -> None:
    """Print what a batch would cost."""
    found = [_estimate(bot, one) for one in prompts_in(file)]
    priced = [one for one in found if one is not None]
    low, high = sum(one[0] for one in priced), sum(one[1] for one in priced)
    unpriced = len(found) - len(priced)
    if as_json:
        typer.echo(json.dumps({"prompts": len(found), "low": low, "high": high, "unpriced": unpriced}))
        return
    price = f"${low:.4g}" if low == high else f"${low:.4g} to ${high:.4g}"
    rest = f", and {unpriced:,} of which nobody knows the price" if unpriced else ""
    noun = "prompt" if len(found) == 1 else "prompts"
    typer.echo(f"{len(found):,} {noun}: {price}{rest}; nothing was sent")


def _estimate(bot: "ImageBot", one: str | dict[str, Any]) -> tuple[float, float] | None:
    asked = {"prompt": one} if isinstance(one, str) else one
    return bot.estimate(**{key: value for key, value in asked.items() if key not in NAMES})


def compare(
    prompt: Annotated[str, typer.Argument(help="What to draw.")],
    model: Annotated[list[str], typer.Option("--model", "-m", help="A model; give it once for each.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="File for the sheet; the pictures go beside it.")
    ] = None,
    size: Size = "1024x1024",
    quality: Quality = None,
    is_opened: Open = False,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Draw a prompt with several models side by side: a sheet of pictures, and what each took and cost."""
    from llamabot_images.comparison import compare as compared

    with failing():
        folder = Path(output or ".").parent
        with waiting(f"{len(model)} models are drawing"):
            found = compared(prompt, model, save_dir=folder, size=size, quality=quality, **pairs(parameter))
        if not any(row.result for row in found.rows):
            raise found.rows[0].error or RuntimeError("no model drew")
        sheet = _saved(found.sheet, output)
        for row in found.rows if as_json else ():
            typer.echo(json.dumps(row.as_json()))
        if not as_json:
            typer.echo(f"{found}\n{sheet}")
        show([sheet], as_json, is_opened)


def _saved(sheet: "Image", output: str | None) -> str:
    """Save a sheet where it is wanted, else under a name that is free."""
    if output is not None:
        sheet.save(output)
        return output
    data = BytesIO()
    sheet.save(data, "PNG")
    return str(files.write_new(Path("."), "compare", ".png", data.getvalue()))


def gallery(
    folder: Annotated[str, typer.Argument(help="Folder of pictures.")] = ".",
    title: Annotated[str | None, typer.Option(help="Heading of the page; the folder's name otherwise.")] = None,
    is_opened: Open = False,
) -> None:
    """Write index.html into a folder: all its pictures, with prompt, model and cost, to search and to look at."""
    from llamabot_images.gallery import write_gallery

    with failing():
        with waiting("looking at the pictures"):
            page = write_gallery(folder, title)
        typer.echo(page)
        if is_opened:
            typer.launch(str(page))
