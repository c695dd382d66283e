"""A bot as a tool: a plain typed function, as agent frameworks take it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images import saving

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["as_tool"]


def as_tool(bot: "ImageBot", *, folder: str | Path | None = None, name: str = "generate_image") -> Callable[..., str]:
    """Return a function that draws a picture, saves it and answers with its path as text.

    It has what agent frameworks read: a name, a docstring and types. It blocks while the picture is made; the
    frameworks run it in a thread.

    :param bot: Its model, key, ``max_cost`` and file names hold for every call; whoever calls the function
        cannot change them.
    :param folder: Where the pictures go; the bot's ``save_dir`` by default.
    :param name: What an agent calls the function by.
    :return: ``(prompt, size=None, quality=None, n=None) -> str``. Errors are raised.
    """
    target = Path(bot.save_dir if folder is None else folder).expanduser().absolute()
    targets = saving.Targets()

    def generate_image(prompt: str, size: str | None = None, quality: str | None = None, n: int | None = None) -> str:
        """Draw a picture from a text prompt and save it as a file. It may cost money.

        :param prompt: What to draw, in full: subject, setting, style, light.
        :param size: Such as 1024x1024, 16:9, landscape, portrait or square.
        :param quality: Such as low, medium or high; higher costs more.
        :param n: How many pictures; each one is paid for.
        :return: The path of each saved picture on a line of its own, then what was done otherwise than asked.
        """
        stem = bot.filename_for(prompt)
        targets.check(target, stem, None)
        result = bot.generate(prompt, **given(size=size, quality=quality, n=n))
        paths = saving.save_result(result, target, stem, None, bot.sidecar)
        return "\n".join([*map(str, paths), *remarks(result)])

    generate_image.__name__ = generate_image.__qualname__ = name
    return generate_image


def given(**settings: Any) -> dict[str, Any]:
    """Return the settings that were given; for the others the bot's own hold."""
    return {name: value for name, value in settings.items() if value is not None}


def remarks(result: "ImageResult") -> list[str]:
    """Return what there is to say about a result beside its pictures: adjustments, missing pictures, its price."""
    cost = [f"cost: ${result.cost:.4g}"] if result.cost else []
    return [*map(str, result.adjustments), *result.problems, *cost]
