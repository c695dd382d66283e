"""The command line: ``llamabot-images "a red panda"`` saves a picture and prints its path."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from llamabot_images.catalogue import ModelRow
    from llamabot_images.results import ImageResult

__all__ = ["EXIT_CODES", "app", "main"]

#: What a program that calls the command can tell apart. 2 is the command line's own: wrong usage.
EXIT_CODES = {
    "UnsupportedParameterError": 2,
    "UnroutedModelError": 2,
    "MissingKeyError": 3,
    "AuthenticationError": 3,
    "ContentPolicyError": 4,
    "ModelRetiredError": 5,
    "BudgetExceededError": 6,
    "RateLimitError": 7,
    "DownloadError": 8,
    "UnsafeURLError": 8,
    "NoImageError": 9,
    "InvalidImageError": 9,
    "SaveError": 10,
}


class PromptFirst(TyperGroup):
    """A group whose first word may be the prompt itself: ``generate`` is then meant."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put ``generate`` before a prompt."""
        own = {*self.commands, "--help", "--version", "--install-completion", "--show-completion"}
        if (args and args[0] not in own) or (not args and not sys.stdin.isatty()):
            args = ["generate", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=PromptFirst,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help='Generate images with any model: llamabot-images "a red panda".',
)


def version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        from llamabot_images import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def options(
    show_version: Annotated[bool, typer.Option("--version", callback=version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Generate images with any model: llamabot-images "a red panda"."""


@app.command()
def generate(
    prompt: Annotated[str | None, typer.Argument(help="What to draw; read from standard input when missing.")] = None,
    model: Annotated[
        str,
        typer.Option("--model", "-m", envvar="LLAMABOT_IMAGES_MODEL", help="Such as offline/sketch: no key needed."),
    ] = "dall-e-3",
    output: Annotated[
        str | None,
        typer.Option(
            "--output", "-o", help="File to write, or a folder (ends with /) for a name made from the prompt."
        ),
    ] = None,
    n: Annotated[int, typer.Option("-n", help="How many pictures.")] = 1,
    size: Annotated[str, typer.Option(help="1792x1024, 16:9, landscape, portrait, square or auto.")] = "1024x1024",
    quality: Annotated[str | None, typer.Option(help="Such as low, medium, high; the model's own words too.")] = None,
    url: Annotated[bool, typer.Option("--url", help="Print the URL or data URI instead of saving.")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("--parameter", "-p", metavar="KEY=VALUE", help="Anything else the model takes.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture.")] = False,
) -> None:
    """Draw a picture, save it and print its path. Each picture is paid for, unless the model is offline."""
    text = prompt if prompt is not None else sys.stdin.read()
    try:
        _generate(
            text.strip(), model, output, {"n": n, "size": size, "quality": quality}, _pairs(parameter), url, as_json
        )
    except Exception as error:
        _fail(error)


@app.command()
def models(
    words: Annotated[str, typer.Argument(metavar="[WORDS]", help="Only models whose name holds this.")] = "",
    expiring: Annotated[bool, typer.Option("--expiring", help="Only those that are switched off soon.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per model.")] = False,
) -> None:
    """List image models: alive or not, what follows them, price per picture in US dollars, what they take."""
    from datetime import date

    from llamabot_images.catalogue import rows

    for row in rows(date.today()):
        if words in row.model and (not expiring or row.status == "expiring"):
            typer.echo(json.dumps(row.as_json()) if as_json else _line(row))


def _line(row: "ModelRow") -> str:
    low, high = (row.prices.low, row.prices.high) if row.prices else (None, None)
    price = "?" if low is None else f"{low:.3g}" if low == high else f"{low:.3g}-{high:.3g}"
    end = f" {row.off.isoformat()}" if row.off else ""
    follows = f"-> {row.successor} " if row.successor and row.status != "live" else ""
    takes = "whatever the server takes" if row.parameters is None else ", ".join(row.parameters)
    return f"{row.model:<52} {row.status + end:<20} {price:>14}  {follows}({takes})"


def _generate(
    prompt: str,
    model: str,
    output: str | None,
    settings: dict[str, Any],
    extra: dict[str, Any],
    url: bool,
    as_json: bool,
) -> None:
    from llamabot_images import ImageBot

    is_folder = output is not None and (output.endswith(("/", "\\")) or Path(output).is_dir())
    bot = ImageBot(model=model, save_dir=output if output and is_folder else ".", **{**settings, **extra})
    target = None if is_folder else output
    if not url:
        bot.check_target(prompt, target)
    result = bot.generate(prompt)
    places = [str(one) for one in result] if url else [str(path) for path in bot.save(result, target)]
    for place, line in zip(places, _lines(result, places), strict=True):
        typer.echo(json.dumps(line) if as_json else place)


def _lines(result: "ImageResult", places: list[str]) -> list[dict[str, Any]]:
    cost = None if result.cost is None else result.cost / len(result)
    shared = {"prompt": result.prompt, "model": result.model, "cost": cost, "seconds": round(result.elapsed, 3)}
    notes = [str(one) for one in result.adjustments]
    return [{"path": place, **shared, "adjustments": notes} for place in places]


def _pairs(given: list[str] | None) -> dict[str, Any]:
    pairs = [one.partition("=") for one in given or []]
    if any(not sign for _, sign, _ in pairs):
        raise typer.BadParameter("write -p key=value")
    return {key: _value(text) for key, _, text in pairs}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fail(error: Exception) -> NoReturn:
    if isinstance(error, (typer.Exit, typer.BadParameter)):
        raise error
    from llamabot_images.redact import redact_text

    typer.echo(f"error: {redact_text(str(error))}", err=True)
    for note in getattr(error, "__notes__", ()):
        typer.echo(f"       {note}", err=True)
    codes = (EXIT_CODES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in EXIT_CODES)
    raise typer.Exit(next(codes, 1)) from None


def main() -> None:
    """Run the command."""
    app(prog_name="llamabot-images")
