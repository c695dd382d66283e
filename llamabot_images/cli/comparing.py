"""The command that draws a prompt with several models."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from llamabot_images.cli.options import Open, Parameters, Quality, Size, bot_for, pairs, target_of
from llamabot_images.cli.output import code_of, failing, say, show, waiting

if TYPE_CHECKING:
    from PIL.Image import Image

    from llamabot_images.cli.bot import CommandBot
    from llamabot_images.comparison import Comparison

__all__ = ["compare"]


def compare(
    prompt: Annotated[str, typer.Argument(help="What to draw.")],
    model: Annotated[list[str], typer.Option("--model", "-m", metavar="<str>", help="A model; give it once for each.")],
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="File for the sheet, or a folder (ends with /); the pictures go beside it."
        ),
    ] = None,
    size: Size = "1024x1024",
    quality: Quality = None,
    is_opened: Open = False,
    parameter: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per model.")] = False,
) -> None:
    """Draw a prompt with several models. Makes a sheet of the pictures, and a table of what each took and cost."""
    from llamabot_images.comparison import compare as compared

    with failing():
        folder, file = _places(output)
        bot = bot_for(model[0], None)
        with _naming_pictures(bot, prompt, folder), waiting(f"{len(model)} models are drawing"):
            found = compared(prompt, model, bot=bot, save_dir=folder, size=size, quality=quality, **pairs(parameter))
        if not any(row.result for row in found.rows):
            raise found.rows[0].error or RuntimeError("no model drew")
        for line in [json.dumps(row.as_json()) for row in found.rows] if as_json else [found]:
            say(line)
        sheet = _saved(found.sheet, folder, file)
        if not as_json:
            say(sheet)
        show([sheet], as_json, is_opened)
        _end(found)


def _places(output: str | None) -> tuple[Path, Path | None]:
    """Return the folder of the pictures, and the sheet's file where it is named; refuse what cannot be written."""
    from llamabot_images import saving
    from llamabot_images.files import check_target, expanded
    from llamabot_images.formats import mime_for_suffix

    folder, name = target_of(output)
    if name is None:
        return expanded(folder), None
    file = expanded(name)
    file = file if file.suffix else file.with_name(f"{file.name}.png")
    if mime_for_suffix(file.suffix) is None:
        raise typer.BadParameter(f"{name!r} is no picture's name; give the sheet an ending such as .png, or none")
    saving.check_ending(file, ())
    check_target(file)
    return file.parent, file


@contextmanager
def _naming_pictures(bot: "CommandBot", prompt: str, folder: Path) -> Iterator[None]:
    """Say after Ctrl-C which pictures are there."""

    def there() -> set[Path]:
        return {one for one in folder.glob("*") if one.name.startswith(stem)}

    stem = bot.filename_for(prompt)
    before = there()
    try:
        yield
    except KeyboardInterrupt as error:
        error.add_note(bot.fate)
        for path in sorted(there() - before):
            error.add_note(f"saved before: {path}")
        raise


def _saved(sheet: "Image", folder: Path, file: Path | None) -> str:
    """Save a sheet where it is wanted, else under a name that is free."""
    from llamabot_images import ImageReference, files

    data = BytesIO()
    sheet.save(data, "PNG")
    if file is None:
        return str(files.write_new(folder, "compare", ".png", data.getvalue()))
    return str(ImageReference.from_base64(b64encode(data.getvalue())).save(file))


def _end(found: "Comparison") -> None:
    """Fail where a picture came and could not be saved; a model that drew nothing is a row like any other."""
    for row in found.rows:
        if row.result and row.error:
            raise typer.Exit(code_of(row.error))
