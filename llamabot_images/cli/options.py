"""Options that several commands share, and what they mean."""

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llamabot_images.asked import pair_from

if TYPE_CHECKING:
    from llamabot_images.cli.bot import CommandBot

__all__ = [
    "DEFAULT_MODEL",
    "AsJson",
    "Count",
    "Model",
    "Open",
    "Output",
    "Parameters",
    "Quality",
    "Sidecar",
    "Size",
    "Url",
    "bot_for",
    "pairs",
    "target_of",
]

#: The specification's default.
DEFAULT_MODEL = "dall-e-3"

#: Names that are no settings of a request, and what says them.
ELSEWHERE = {
    "model": "--model",
    "prompt": "the prompt's own place",
    "save_dir": "--output",
    "save_path": "--output",
    "return_url": "--url",
}

Model = Annotated[
    str, typer.Option("--model", "-m", envvar="LLAMABOT_IMAGES_MODEL", help="Such as offline/sketch: no key needed.")
]
Output = Annotated[
    str | None,
    typer.Option("--output", "-o", help="File to write, or a folder (ends with /) for a name made from the prompt."),
]
Count = Annotated[int, typer.Option("-n", help="How many pictures.")]
Size = Annotated[str, typer.Option(help="1792x1024, 16:9, landscape, portrait, square or auto.")]
Quality = Annotated[str | None, typer.Option(help="Such as low, medium, high; the model's own words too.")]
Url = Annotated[bool, typer.Option("--url", help="Print the URL or data URI instead of saving.")]
Open = Annotated[bool, typer.Option("--open", help="Open the picture in this computer's viewer.")]
Sidecar = Annotated[bool, typer.Option("--sidecar", help="Write FILE.json beside it: what made the picture.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per picture.")]
Parameters = Annotated[
    list[str] | None, typer.Option("--parameter", "-p", metavar="KEY=VALUE", help="Anything else the model takes.")
]


def pairs(given: list[str] | None) -> dict[str, Any]:
    """Return what ``-p key=value`` says; a value that is JSON is read as such.

    :raises typer.BadParameter: For what only an option or an argument can say.
    """
    found = dict(pair_from(one) for one in given or ())
    for key in found:
        if key in ELSEWHERE:
            raise typer.BadParameter(f"-p {key}=… cannot be given so: use {ELSEWHERE[key]}")
    return found


def target_of(output: str | None) -> tuple[str, str | None]:
    """Return the folder for names made from the prompt, and the path to write instead."""
    if output is None:
        return ".", None
    is_folder = output.endswith(("/", "\\")) or os.path.isdir(output)
    return (output, None) if is_folder else (".", output)


def bot_for(model: str, output: str | None, **settings: Any) -> "CommandBot":
    """Return the bot of a command; settings that are ``None`` are left to its defaults."""
    from llamabot_images.cli.bot import CommandBot

    given = {name: value for name, value in settings.items() if value is not None}
    return CommandBot(model=model, save_dir=target_of(output)[0], **given)
