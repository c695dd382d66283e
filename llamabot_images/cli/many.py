"""The command for many pictures."""

import json
import warnings
from typing import TYPE_CHECKING, Annotated, Any

import typer

from llamabot_images.asked import shown
from llamabot_images.cli.options import (
    DEFAULT_MODEL,
    Count,
    Model,
    Parameters,
    Quality,
    Size,
    bot_for,
    pairs,
)
from llamabot_images.cli.output import EXIT_CODES, INTERRUPTED, failing, say
from llamabot_images.cli.prompts import prompts_in
from llamabot_images.cli.telling import Teller, announced, tell_end, tell_interrupted
from llamabot_images.errors import ImageBotWarning

if TYPE_CHECKING:
    from llamabot_images.batch import BatchResult
    from llamabot_images.imagebot import ImageBot

__all__ = ["batch"]

#: What a prompt may have that is no setting of the model.
NAMES = frozenset({"id", "file_name"})


def batch(
    file: Annotated[
        str, typer.Argument(help="Prompts: .txt (one a line), .csv, .tsv, .jsonl, .json, or - for standard input.")
    ],
    model: Model = DEFAULT_MODEL,
    folder: Annotated[str, typer.Option("--output", "-o", help="Folder of the pictures and their journal.")] = ".",
    n: Count = 1,
    size: Size = "1024x1024",
    quality: Quality = None,
    workers: Annotated[
        int, typer.Option("--workers", "-w", min=1, metavar="<int>", help="Prompts under way at once.")
    ] = 8,
    per_minute: Annotated[
        int | None, typer.Option("--images-per-minute", min=1, metavar="<int>", help="Most pictures a minute.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(min=0, metavar="<float>", help="Most US dollars to spend in this folder in all.")
    ] = None,
    retry_unknown: Annotated[
        bool, typer.Option("--retry-unknown", help="Ask again where an answer was lost; it may be paid twice.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would cost; send nothing.")] = False,
    parameter: Parameters = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per prompt.")] = False,
) -> None:
    """Draw every prompt of a file. Prints the paths, and takes up where an earlier run stopped."""
    with failing():
        bot = bot_for(model, None, n=n, size=size, quality=quality, **pairs(parameter))
        if dry_run:
            _price(bot, file, as_json)
            return
        # The last line says it too.
        warnings.filterwarnings("ignore", "the batch was stopped", ImageBotWarning)
        teller = Teller(as_json)
        try:
            with announced():
                result = bot.batch(
                    prompts_in(file),
                    folder,
                    max_workers=workers,
                    images_per_minute=per_minute,
                    max_cost=max_cost,
                    retry_unknown=retry_unknown,
                    on_event=teller,
                )
        except KeyboardInterrupt as error:
            tell_interrupted(error)
            raise typer.Exit(INTERRUPTED) from None
        finally:
            teller.end()
        tell_end(result)
        if len(result.ok) < len(result):
            raise typer.Exit(_exit_code(result))


def _exit_code(result: "BatchResult") -> int:
    """Return a class of error's own code where it kept every prompt from being drawn."""
    name = "BatchError" if result.ok else type(result.stopped).__name__
    return EXIT_CODES.get(name, EXIT_CODES["BatchError"])


def _price(bot: "ImageBot", file: str, as_json: bool) -> None:
    """Print what a batch would cost."""
    found = [_estimate(bot, number, one) for number, one in enumerate(prompts_in(file), 1)]
    priced = [one for one in found if one is not None]
    low, high = sum(one[0] for one in priced), sum(one[1] for one in priced)
    unpriced = len(found) - len(priced)
    if as_json:
        say(json.dumps({"prompts": len(found), "low": low, "high": high, "unpriced": unpriced}))
        return
    price = f"${low:.4g}" if low == high else f"${low:.4g} to ${high:.4g}"
    rest = f", and {unpriced:,} of which nobody knows the price" if unpriced else ""
    noun = "prompt" if len(found) == 1 else "prompts"
    say(f"{len(found):,} {noun}: {price}{rest}; nothing was sent")


def _estimate(bot: "ImageBot", number: int, one: str | dict[str, Any]) -> tuple[float, float] | None:
    asked = {"prompt": one} if isinstance(one, str) else one
    try:
        return bot.estimate(**{key: value for key, value in asked.items() if key not in NAMES})
    except Exception as error:
        error.add_note(f"This is prompt {number}, {shown(asked['prompt'])}.")
        raise
