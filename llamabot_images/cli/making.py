"""Commands that make a picture."""

import sys
from os.path import isfile
from typing import TYPE_CHECKING, Annotated

import typer

from llamabot_images.cli.options import (
    DEFAULT_MODEL,
    AsJson,
    Count,
    Model,
    Open,
    Output,
    Parameters,
    Quality,
    Sidecar,
    Size,
    Url,
    bot_for,
    pairs,
    target_of,
)
from llamabot_images.cli.output import failing, print_places, say, show, waiting

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["again", "edit", "generate"]


def generate(
    prompt: Annotated[
        str | None, typer.Argument(help="What to draw; read from standard input when missing or -.")
    ] = None,
    model: Model = DEFAULT_MODEL,
    output: Output = None,
    n: Count = 1,
    size: Size = "1024x1024",
    quality: Quality = None,
    url: Url = False,
    is_opened: Open = False,
    sidecar: Sidecar = False,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Draw a picture, save it and print its path. Each picture is paid for, unless the model is offline."""
    with failing():
        if url and (output or sidecar or is_opened):
            raise typer.BadParameter("with --url nothing is saved: leave out --output, --sidecar and --open")
        text = _prompt() if prompt in (None, "-") else str(prompt).strip()
        settings = {"n": n, "size": size, "quality": quality, "sidecar": sidecar, **pairs(parameter)}
        bot = bot_for(model, output, **settings)
        target = target_of(output)[1]
        if not url:
            bot.check_target(text, target)
        with waiting(f"{model} is drawing"):
            result = bot.generate(text)
        deliver(bot, result, target, url=url, as_json=as_json, is_opened=is_opened)


def _prompt() -> str:
    if sys.stdin.isatty():
        say("the prompt is read from here: write it, and end it with Ctrl-D on a line of its own", err=True)
    return sys.stdin.read().strip()


def edit(
    prompt: Annotated[str, typer.Argument(help="What to change.")],
    image: Annotated[list[str], typer.Argument(help="The picture: a file or URL. Some models take several.")],
    mask: Annotated[
        str | None, typer.Option(help="A picture that is transparent, or black, where it may change.")
    ] = None,
    model: Model = DEFAULT_MODEL,
    output: Output = None,
    n: Count = 1,
    size: Size = "1024x1024",
    quality: Quality = None,
    is_opened: Open = False,
    sidecar: Sidecar = False,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Change a picture as a prompt says. The new one is saved under the prompt's name."""
    with failing():
        if isfile(prompt) and not isfile(image[-1]):
            raise typer.BadParameter(f"{prompt!r} is a file: the prompt comes first, then the picture")
        settings = {"n": n, "size": size, "quality": quality, "sidecar": sidecar, **pairs(parameter)}
        bot = bot_for(model, output, **settings)
        target = target_of(output)[1]
        bot.check_target(prompt, target)
        with waiting(f"{model} is changing it"):
            result = bot.edit(prompt, image[0] if len(image) == 1 else image, mask)
        deliver(bot, result, target, as_json=as_json, is_opened=is_opened)


def again(
    file: Annotated[str, typer.Argument(help="A picture that was saved with its record (--sidecar, or a batch).")],
    model: Annotated[str | None, typer.Option("--model", "-m", help="Another model than the record's.")] = None,
    output: Output = None,
    is_opened: Open = False,
    sidecar: Sidecar = False,
    parameter: Parameters = None,
    as_json: AsJson = False,
) -> None:
    """Ask anew for what made a picture. Its prompt, model, size, quality and seed are sent."""
    with failing():
        from llamabot_images.provenance import asked_in

        asked = {"model": DEFAULT_MODEL, **asked_in(file)} | pairs(parameter) | ({"model": model} if model else {})
        prompt, target = asked.pop("prompt"), target_of(output)[1]
        bot = bot_for(asked["model"], output, sidecar=sidecar)
        bot.check_target(prompt, target)
        with waiting(f"{bot.model} is drawing it again"):
            result = bot.generate(prompt, **asked)
        deliver(bot, result, target, as_json=as_json, is_opened=is_opened)


def deliver(
    bot: "ImageBot", result: "ImageResult", target: str | None, *, url: bool = False, as_json: bool, is_opened: bool
) -> None:
    """Save the pictures, or not, and print where they are."""
    if url:
        return print_places(result, [str(one) for one in result], as_json)
    paths = [str(path) for path in bot.save(result, target)]
    print_places(result, paths, as_json)
    show(paths, as_json, is_opened)
    return None
