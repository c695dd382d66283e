"""What an assistant may do over MCP: draw, edit, and ask for models and prices."""

import base64
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn

from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import CallToolResult, ContentBlock, ImageContent, TextContent
from pydantic import Field

from llamabot_images.formats import sniff
from llamabot_images.imagebot import ImageBot
from llamabot_images.reference import ImageReference
from llamabot_images.results import ImageResult
from llamabot_images.tool import given, told
from llamabot_images.under_way import UnderWay

__all__ = ["MOST_CHARACTERS", "Tools", "preview"]

#: Base64 characters of one thumbnail.
MOST_CHARACTERS = 64 * 1024
#: Longest edges of thumbnails, pixels; the first one that is light enough is taken.
EDGES = (512, 384, 256, 128, 64)
#: Bytes of a picture to edit.
LARGEST_SOURCE = 64 * 1024 * 1024

Prompt = Annotated[str, Field(min_length=1, description="What to draw, in full: subject, setting, style, light.")]
Change = Annotated[str, Field(min_length=1, description="What to change, and what shall stay as it is.")]
Model = Annotated[str | None, Field(description="One of list_models; without it, the server's own choice.")]
Size = Annotated[str | None, Field(description="Such as 1024x1024, 16:9, landscape, portrait or square.")]
Quality = Annotated[str | None, Field(description="Such as low, medium or high; higher costs more.")]
Count = Annotated[int, Field(ge=1, le=10, description="How many pictures; each one is paid for.")]
Source = Annotated[str, Field(description="A picture in the server's folder: its path, or its name in the folder.")]
Mask = Annotated[str | None, Field(description="A picture of the same size, transparent where it may be changed.")]
Words = Annotated[str, Field(description="Only models whose name holds this, such as 'gemini'.")]


@dataclass(frozen=True)
class Made:
    """What was drawn: files in order, US dollars, and what was done otherwise than asked."""

    paths: list[str]
    model: str
    cost: float | None
    spent: float
    max_cost: float | None
    adjustments: list[str]
    problems: list[str]


@dataclass(frozen=True)
class Estimate:
    """What a request will cost in US dollars, ``None`` where nobody knows, and what has been spent so far."""

    at_least: float | None
    at_most: float | None
    spent: float
    max_cost: float | None


@dataclass(frozen=True)
class Models:
    """Models that can be asked for, with the price of one picture in US dollars, at least and at most."""

    models: list[dict[str, Any]]


class Tools:
    """What an assistant may do.

    :param bot: Its model, key, limit and folder hold for every call.
    """

    def __init__(self, bot: ImageBot) -> None:
        self._bot = bot
        self._folder = Path(bot.save_dir).resolve()
        self.work = UnderWay()

    def generate_image(
        self, prompt: Prompt, model: Model = None, size: Size = None, quality: Quality = None, n: Count = 1
    ) -> Annotated[CallToolResult, Made]:
        """Draw pictures from a text prompt and save them as files."""
        settings = given(model=model, size=size, quality=quality, n=n)
        return self._made(prompt, settings, lambda: self._bot.generate(prompt, **settings))

    def edit_image(
        self,
        prompt: Change,
        image_path: Source,
        mask_path: Mask = None,
        model: Model = None,
        size: Size = None,
        quality: Quality = None,
        n: Count = 1,
    ) -> Annotated[CallToolResult, Made]:
        """Change a picture in the server's folder as a prompt says, and save the outcome as a new file."""
        from llamabot_images.inputs import sources_from

        settings = given(model=model, size=size, quality=quality, n=n)
        with answered():
            image, mask = self._read(image_path), self._read(mask_path) if mask_path else None
            priced = {**settings, "sources": sources_from(image, mask, no_downloads)}
        return self._made(prompt, priced, lambda: self._bot.edit(prompt, image, mask, **settings))

    def list_models(self, words: Words = "") -> Annotated[CallToolResult, Models]:
        """List image models with price and sizes. Each needs a key of its provider on the server."""
        from llamabot_images.catalogue import rows

        with answered():
            living = [one.as_json() for one in rows(date.today()) if one.status != "retired"]
            found = [one for one in living if words.lower() in one["model"].lower()]
            kept = ("model", "status", "off", "price", "sizes")
            return answer(Models([{name: one[name] for name in kept} for one in found]))

    def estimate_cost(
        self, prompt: Prompt, model: Model = None, size: Size = None, quality: Quality = None, n: Count = 1
    ) -> Annotated[CallToolResult, Estimate]:
        """Tell what generate_image would cost, without drawing anything."""
        with answered():
            prices = self._bot.estimate(prompt, **given(model=model, size=size, quality=quality, n=n))
            low, high = prices or (None, None)
            return answer(Estimate(low, high, self._bot.cost, self._bot.max_cost))

    def _made(self, prompt: str, settings: dict[str, Any], ask: Callable[[], ImageResult]) -> CallToolResult:
        """Draw and save. It runs in a thread to its end, so that a picture is kept when nobody waits any more."""
        with answered(), self.work.one():
            self._check_price(prompt, settings)
            self._bot.check_target(prompt)
            result = ask()
            paths = [str(path.absolute()) for path in self._bot.save(result)]
            notes, spent = [str(one) for one in result.adjustments], self._bot.cost
            made = Made(paths, result.model, result.cost, spent, self._bot.max_cost, notes, list(result.problems))
            return answer(made, [small for one in result if (small := preview(one)) is not None])

    def _check_price(self, prompt: str, settings: dict[str, Any]) -> None:
        """Refuse a model of the assistant's choice that a limit cannot hold for."""
        if "model" not in settings or self._bot.max_cost is None or self._bot.estimate(prompt, **settings):
            return
        raise ToolError(
            f"nobody knows what {settings['model']!r} costs, so the limit of ${self._bot.max_cost:g} could not hold; "
            "nothing was sent. Choose a model that list_models shows with a price, or name none"
        )

    def _read(self, path: str) -> bytes:
        """Return a picture's bytes, from the folder only, wherever links lead."""
        if "://" in path or path.startswith("data:"):
            raise ToolError(
                "that is an address; only files in the server's folder can be edited: save the picture there"
            )
        found = (self._folder / path).resolve()
        if not found.is_relative_to(self._folder):
            raise ToolError(f"{path!r} is not in the server's folder {str(self._folder)!r}: copy the picture there")
        if not found.is_file():
            raise ToolError(f"there is no file {path!r} in the server's folder {str(self._folder)!r}")
        if found.stat().st_size > LARGEST_SOURCE:
            raise ToolError(f"{path!r} has more than {LARGEST_SOURCE // 2**20} MB: make it smaller")
        data = found.read_bytes()
        if sniff(data) is None:  # what is in other files of the folder is not told, not even how it begins
            raise ToolError(f"{path!r} is no picture")
        return data


def no_downloads() -> NoReturn:
    """Stand where a downloader would: nothing is fetched for a client."""
    raise ToolError("nothing is fetched for an edit: save the picture in the server's folder")


@contextmanager
def answered() -> Iterator[None]:
    """Make of an error what an assistant may read: what happened and what to do, without a traceback or a key."""
    try:
        yield
    except ToolError:
        raise
    except Exception as error:
        raise ToolError(told(error)) from None


def answer(facts: Made | Estimate | Models, pictures: Collection[ContentBlock] = ()) -> CallToolResult:
    """Return facts as text and as data, with pictures after them."""
    data = asdict(facts)
    text = TextContent(text=json.dumps(data, ensure_ascii=False))
    return CallToolResult(content=[text, *pictures], structured_content=data)


def preview(picture: ImageReference) -> ImageContent | None:
    """Return a small copy of a picture, ``None`` for kinds that have none, such as SVG."""
    from llamabot_images.convert import thumbnail
    from llamabot_images.errors import InvalidImageError

    with suppress(InvalidImageError):
        for edge in EDGES:
            small, mime_type = thumbnail(picture.to_bytes(), edge=edge)
            encoded = base64.b64encode(small).decode("ascii")
            if len(encoded) <= MOST_CHARACTERS:
                return ImageContent(data=encoded, mime_type=mime_type)
    return None
