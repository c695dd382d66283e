"""A contact sheet: many pictures on one, with a line under each."""

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from llamabot_images.errors import ImageBotError, InvalidImageError
from llamabot_images.formats import KNOWN_FORMATS, sniff
from llamabot_images.payload import MAX_BYTES
from llamabot_images.redact import redact_text
from llamabot_images.reference import ImageReference

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont, ImageFont

    Font = FreeTypeFont | ImageFont

__all__ = ["contact_sheet"]

Captions = Iterable[Any] | Callable[[Any], Any] | bool | None

_PAPER, _INK, _SOFT, _EMPTY = (250, 248, 245), (33, 29, 26), (126, 116, 107), (232, 226, 219)
_WIDEST = 4_000  # pixels of a sheet whose tiles are not given
_LARGEST = 30_000
#: Tried in turn for what Pillow's own font has not, such as "é"; the name finds the file where a system has it.
_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "LiberationSans-Regular.ttf",
    "Arial.ttf",
    "arial.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "msyh.ttc",
    "seguisym.ttf",
)


@dataclass(frozen=True)
class _Given:
    """One picture as it was given, with its prompt where whoever gave it says so."""

    picture: Any
    prompt: str | None = None


@dataclass(frozen=True)
class _Tile:
    """One picture as it goes onto the sheet; ``problem`` is why there is none."""

    image: "Image | None"
    caption: str
    problem: str = ""


def contact_sheet(
    pictures: Any, columns: int | None = None, captions: Captions = None, *, edge: int | None = None
) -> "Image":
    """Put pictures side by side on one sheet.

    A picture that cannot be shown (an SVG, a broken or missing file) keeps its place, with the reason in it.

    :param pictures: Paths, ``ImageReference``, ``ImageResult`` (all its pictures), outcomes of a batch, PIL images,
        bytes, in any mixture; one of these alone will do.
    :param columns: How many side by side; as many as make a pleasant sheet by default.
    :param captions: A text for each picture, or a function that makes it of what was given; ``False`` for none. By
        default the prompt where it is known, else the file's name.
    :param edge: Longest edge of a picture on the sheet, pixels; at most 320 by default, less where there are many.
    :return: The sheet, RGB. ``sheet.save("sheet.png")`` keeps it.
    :raises ValueError: When there are no pictures, not as many captions as pictures, *columns* or *edge* are below 1,
        or the sheet would be larger than 30,000 pixels.
    """
    shown = [one for given in _listed(pictures) for one in _opened(given)]
    if not shown:
        raise ValueError("there are no pictures to put on a sheet; give at least one")
    _check("columns", columns, "pictures")
    _check("edge", edge, "pixels")
    count = len(shown)
    columns = min(count, columns or (count if count <= 4 else math.ceil(math.sqrt(count * 1.3))))
    edge = edge or max(96, min(320, _WIDEST // columns))
    texts = _captions(shown, captions)
    with ThreadPoolExecutor(max_workers=min(8, os.cpu_count() or 2)) as threads:
        tiles = list(threads.map(partial(_tile, edge), (one.picture for one in shown), texts))
    return _Sheet(tiles, columns, edge).draw()


def _listed(pictures: Any) -> Iterable[Any]:
    is_one = isinstance(pictures, (str, bytes, os.PathLike)) or _is_image(pictures)
    return [pictures] if is_one or hasattr(pictures, "files") else pictures


def _opened(given: Any) -> Iterator[_Given]:
    """Yield the pictures of a result, or of a batch's outcome; anything else is one itself."""
    if isinstance(given, (str, bytes, os.PathLike)) or _is_image(given):
        yield _Given(given)
    elif hasattr(given, "files"):
        prompt = given.prompt if isinstance(given.prompt, str) else None
        yield from (_Given(one, prompt) for one in [*map(Path, given.files)] or [given.error])
    elif isinstance(given, Sequence):
        yield from (_Given(one) for one in given)
    else:
        yield _Given(given)


def _check(name: str, value: Any, what: str) -> None:
    if value is not None and (not isinstance(value, Integral) or value < 1):
        raise ValueError(f"{name}={value!r} is no number of {what}; give 1 or more")


def _captions(shown: Sequence[_Given], captions: Captions) -> list[str]:
    if captions is False:
        return [""] * len(shown)
    if captions is None or captions is True:
        return [_known(one.picture) if one.prompt is None else one.prompt for one in shown]
    if callable(captions):
        return [str(captions(one.picture)) for one in shown]
    texts = [captions] if isinstance(captions, str) else ["" if one is None else str(one) for one in captions]
    if len(texts) != len(shown):
        raise ValueError(f"{len(texts)} captions for {len(shown)} pictures; give one for each, or captions=False")
    return texts


def _known(one: Any) -> str:
    """Return the prompt of a picture, else its file's name."""
    if isinstance(one, ImageReference):
        return one.prompt
    if isinstance(one, (str, os.PathLike)):
        from llamabot_images.provenance import read_provenance

        try:
            found = read_provenance(os.fspath(one))
        except (OSError, ValueError):
            found = None
        return (found and found.prompt) or Path(one).name
    return str(getattr(one, "prompt", "") or "")


def _tile(edge: int, one: Any, caption: str) -> _Tile:
    if isinstance(one, Exception):
        return _Tile(None, caption, redact_text(str(one)) or type(one).__name__)
    try:
        return _Tile(_fitted(_image(one), edge), caption)
    except OSError as error:
        return _Tile(None, caption, error.strerror or "cannot be read")
    except InvalidImageError as error:
        return _Tile(None, caption, _kind(error.data))
    except ImageBotError as error:
        return _Tile(None, caption, redact_text(str(error)))


def _kind(data: bytes) -> str:
    """Return what the bytes are that Pillow cannot draw: "SVG", "broken PNG", "no picture"."""
    known = KNOWN_FORMATS.get(sniff(data) or "")
    if known is None:
        return "no picture"
    name = known.suffix[1:].upper()
    return name if known.pillow is None else f"broken {name}"


def _is_image(one: Any) -> bool:
    from PIL import Image

    return isinstance(one, Image.Image)


def _image(one: Any) -> "Image":
    from llamabot_images.convert import open_image

    if _is_image(one):
        return cast("Image", one)
    if isinstance(one, str) and not isinstance(one, ImageReference) and one.startswith(("http:", "https:", "data:")):
        one = ImageReference(one)
    if isinstance(one, ImageReference):
        return one.open()
    if isinstance(one, bytes):
        return open_image(one)
    if isinstance(one, (str, os.PathLike)):
        with Path(one).open("rb") as file:
            return open_image(file.read(MAX_BYTES))
    raise InvalidImageError(f"{type(one).__name__} is no picture")


def _fitted(image: "Image", edge: int) -> "Image":
    """Return a small copy, upright, on the sheet's own colour where it is seen through."""
    from PIL import Image, ImageOps

    small = image.copy()
    if small.mode in ("P", "1") or small.mode.startswith("I"):
        small = small.convert("RGBA" if small.has_transparency_data else "RGB")
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    small = ImageOps.exif_transpose(small)
    if small.has_transparency_data:
        small = small.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", small.size, _PAPER), small).convert("RGB")
    return small.convert("RGB")


class _Sheet:
    """Lays tiles out in rows; a row is as high as its highest picture."""

    def __init__(self, tiles: Sequence[_Tile], columns: int, edge: int) -> None:
        self.edge = edge
        self.gap = max(8, edge // 14)
        self.type = max(11, min(20, round(edge / 18)))
        self.rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
        self.lines = [self._lines(row) for row in self.rows]
        self.heights = [max(one.image.height if one.image else edge * 2 // 3 for one in row) for row in self.rows]
        self.width = self.gap + columns * (edge + self.gap)

    def _lines(self, row: Sequence[_Tile]) -> list[list[str]]:
        return [_wrapped(one.caption, font_for(one.caption, self.type), self.edge) for one in row]

    def _text_height(self, lines: Sequence[Sequence[str]]) -> int:
        most = max(len(one) for one in lines)
        return round(self.type * 0.5) + round(most * self.type * 1.35) if most else 0

    def draw(self) -> "Image":
        """Return the sheet."""
        from PIL import Image, ImageDraw

        texts = [self._text_height(lines) for lines in self.lines]
        height = self.gap + sum(self.heights) + sum(texts) + self.gap * len(self.rows)
        if max(self.width, height) > _LARGEST:
            raise ValueError(
                f"a sheet of {self.width}x{height} pixels is too large; give a smaller edge, or fewer pictures"
            )
        sheet = Image.new("RGB", (self.width, height), _PAPER)
        draw, top = ImageDraw.Draw(sheet), self.gap
        for row, lines, tall, text in zip(self.rows, self.lines, self.heights, texts, strict=True):
            for column, (tile, caption) in enumerate(zip(row, lines, strict=True)):
                left = self.gap + column * (self.edge + self.gap)
                self._picture(sheet, draw, tile, left, top, tall)
                self._caption(draw, tile, caption, left, top + tall)
            top += tall + text + self.gap
        return sheet

    def _picture(self, sheet: "Image", draw: "ImageDraw", tile: _Tile, left: int, top: int, tall: int) -> None:
        if tile.image is not None:
            at = (left + (self.edge - tile.image.width) // 2, top + tall - tile.image.height)
            return sheet.paste(tile.image, at)
        draw.rectangle((left, top, left + self.edge - 1, top + tall - 1), fill=_EMPTY)
        middle, font = (left + self.edge // 2, top + tall // 2), font_for(tile.problem, self.type)
        text = "\n".join(_wrapped(tile.problem, font, self.edge - 2 * self.gap, most=5))
        return draw.text(middle, text, font=font, fill=_SOFT, anchor="mm", align="center")

    def _caption(self, draw: "ImageDraw", tile: _Tile, lines: Sequence[str], left: int, top: int) -> None:
        font, middle = font_for(tile.caption, self.type), left + self.edge // 2
        for number, line in enumerate(lines):
            y = top + round(self.type * (0.5 + 1.35 * number))
            draw.text((middle, y), line, font=font, fill=_INK, anchor="ma")


def font_for(text: str, size: int) -> "Font":
    """Return the first font that knows every letter of a text, else Pillow's own."""
    from PIL import ImageFont

    own = ImageFont.load_default(size)
    if not isinstance(own, ImageFont.FreeTypeFont) or knows(own, text):
        return own
    for name in _FONTS:
        try:
            font = ImageFont.truetype(name, size)
        except OSError:
            continue
        if knows(font, text):
            return font
    return own


def knows(font: "FreeTypeFont", text: str) -> bool:
    """Tell whether a font has every letter of a text."""
    missing = bytes(font.getmask("\U0010ffff"))
    return all(bytes(font.getmask(one)) != missing for one in set(text) if not one.isspace())


def _wrapped(text: str, font: "Font", width: int, most: int = 2) -> list[str]:
    """Return the text in a few lines, the last one cut with an ellipsis."""
    words, lines = text[:500].split(), list[str]()
    while words and len(lines) < most - 1:
        count = max((n for n in range(1, len(words) + 1) if font.getlength(" ".join(words[:n])) <= width), default=1)
        lines.append(_cut(" ".join(words[:count]), font, width))
        words = words[count:]
    return [*lines, _cut(" ".join(words), font, width)] if words else lines


def _cut(text: str, font: "Font", width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
