"""A bot as a tool: a plain typed function, as agent frameworks take it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from llamabot_images import saving
from llamabot_images.redact import redact_text

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.results import ImageResult

__all__ = ["as_tool", "given", "told"]


def as_tool(bot: "ImageBot", *, folder: str | Path | None = None, name: str = "generate_image") -> Callable[..., str]:
    """Return a function that draws a picture, saves it and answers with its path as text.

    It has what agent frameworks read: a name, a docstring and types. It blocks while the picture is made; the
    frameworks run it in a thread.

    :param bot: Its model, key, ``max_cost`` and file names hold for every call; whoever calls the function
        cannot change them.
    :param folder: Where the pictures go; the bot's ``save_dir`` by default.
    :param name: What an agent calls the function by.
    :return: ``(prompt, size=None, quality=None, n=None) -> str``. What goes wrong is answered in words too, for an
        error would end the agent. Raised is only what kept a finished picture from being saved: the error's
        ``result`` holds it.
    """
    target = Path(bot.save_dir if folder is None else folder).expanduser().absolute()
    targets = saving.Targets()

    def drawn(prompt: str, settings: dict[str, Any]) -> str:
        targets.check(target, bot.filename_for(prompt), None)
        result = bot.generate(prompt, **settings)
        paths = saving.save_result(result, target, bot.filename_for(result.prompt), None, bot.sidecar)
        return "\n".join([*map(str, paths), *remarks(result)])

    # Google's form of a docstring and Optional: LangChain reads no other form, LlamaBot takes int | None for text.
    def generate_image(
        prompt: str,
        size: Optional[str] = None,  # noqa: UP045
        quality: Optional[str] = None,  # noqa: UP045
        n: Optional[int] = None,  # noqa: UP045
    ) -> str:
        """Draw a picture from a text prompt and save it as a file. It may cost money.

        Args:
            prompt: What to draw, in full: subject, setting, style, light.
            size: Such as 1024x1024, 16:9, landscape, portrait or square.
            quality: Such as low, medium or high; higher costs more.
            n: How many pictures; each one is paid for.

        Returns:
            The path of each saved picture on a line of its own, then what was done otherwise than asked; or what
            went wrong and what to do.
        """
        try:
            return drawn(prompt, given(size=size, quality=quality, n=n))
        except Exception as error:
            if getattr(error, "result", None) is not None:
                raise
            return told(error)

    generate_image.__name__ = generate_image.__qualname__ = name
    return generate_image


def given(**settings: Any) -> dict[str, Any]:
    """Return the settings that were given; for the others the bot's own hold."""
    return {name: value for name, value in settings.items() if value is not None}


def told(error: Exception) -> str:
    """Return what a language model may read of an error: what happened and what to do, without a key."""
    said = redact_text(str(error)) or "no reason given"
    return "\n".join([f"{type(error).__name__}: {said}", *getattr(error, "__notes__", ())])


def remarks(result: "ImageResult") -> list[str]:
    """Return what there is to say about a result beside its pictures: adjustments, missing pictures, its price."""
    cost = [f"cost: ${result.cost:.4g}"] if result.cost else []
    return [*map(str, result.adjustments), *result.problems, *cost]
