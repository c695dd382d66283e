"""One prompt drawn by several models, side by side: what to choose a model by."""

import base64
import html
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from io import BytesIO
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any

from llamabot_images import notebook, saving
from llamabot_images.backends.litellm_fixes import load
from llamabot_images.errors import MissingKeyError
from llamabot_images.imagebot import ImageBot
from llamabot_images.names import stem_for
from llamabot_images.redact import redact_text
from llamabot_images.threads import Pool

if TYPE_CHECKING:
    from PIL.Image import Image

    from llamabot_images.request import ImageRequest
    from llamabot_images.results import ImageResult

__all__ = ["Comparison", "Row", "compare"]

_SIDE_BY_SIDE = 8
_HEAD = ("model", "seconds", "cost", "size", "picture")


@dataclass(frozen=True)
class Row:
    """What one model made of the prompt, or why it made nothing.

    :param model: As it was asked.
    :param seconds: From asking to the last picture, or to the error.
    :param cost: US dollars for all its pictures, ``None`` where nobody says.
    :param size: Pixels of its first picture, such as ``"1024x1024"``.
    :param adjustments: What was asked and done otherwise, a sentence for each.
    :param paths: Its saved pictures.
    :param error: Why there is no picture, or why it could not be saved; what came is then in ``result`` all the same.
    :param result: Everything that came.
    """

    model: str
    seconds: float
    cost: float | None = None
    size: str | None = None
    adjustments: tuple[str, ...] = ()
    paths: tuple[Path, ...] = ()
    error: Exception | None = None
    result: "ImageResult | None" = field(default=None, repr=False)

    @property
    def path(self) -> Path | None:
        """The first picture."""
        return self.paths[0] if self.paths else None

    def texts(self) -> tuple[str, ...]:
        """Return what stands in the table."""
        cost = "?" if self.cost is None else f"${self.cost:.4g}"
        # What is said of a picture that was paid for ends with where it is.
        said = _said(self.error) if self.result else shorten(_said(self.error), 100, placeholder=" …")
        place = str(self.path) if self.path else said
        return self.model, f"{self.seconds:.1f}", cost if self.result else "", self.size or "", place

    def as_json(self) -> dict[str, Any]:
        """Return the row as plain JSON values, the error as text."""
        facts = {"model": self.model, "seconds": round(self.seconds, 3), "cost": self.cost, "size": self.size}
        error = _said(self.error) if self.error else None
        return {**facts, "adjustments": [*self.adjustments], "paths": [*map(str, self.paths)], "error": error}


@dataclass(frozen=True)
class Comparison:
    """The pictures that several models made of one prompt.

    ``print`` shows a table, a notebook the pictures too.

    :param prompt: What was asked.
    :param rows: One for each model, in the order in which they were named.
    """

    prompt: str
    rows: tuple[Row, ...]

    @cached_property
    def sheet(self) -> "Image":
        """All pictures on one sheet, with model, time and cost under each. ``sheet.save("sheet.png")`` keeps it."""
        from llamabot_images.sheets import contact_sheet

        tiles = [(one, row) for row in self.rows for one in row.result or [row.error]]
        return contact_sheet([one for one, _ in tiles], captions=[_caption(row) for _, row in tiles])

    def __str__(self) -> str:
        table = [_HEAD, *(row.texts() for row in self.rows)]
        widths = [max(len(line[column]) for line in table) for column in range(len(_HEAD))]
        lines = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in table]
        notes = [f"{row.model}: {one}" for row in self.rows for one in row.adjustments]
        return "\n".join(line.rstrip() for line in [*lines, *notes])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> notebook.Bundle:
        """Show the sheet as a thumbnail, and the table."""
        return {"text/plain": str(self), "text/html": f"{self._picture()}{self._table()}"}, {}

    def _picture(self) -> str:
        from llamabot_images.convert import thumbnail

        whole = BytesIO()
        self.sheet.save(whole, "PNG")
        small, mime_type = thumbnail(whole.getvalue(), edge=1024)
        encoded = base64.b64encode(small).decode("ascii")
        return f'<img src="data:{mime_type};base64,{encoded}" alt="{html.escape(self.prompt[:300])}">'

    def _table(self) -> str:
        cells = [[*row.texts(), "; ".join(row.adjustments)] for row in self.rows]
        head = "".join(f"<th>{one}</th>" for one in (*_HEAD, "adjustments"))
        body = "".join(f"<tr>{''.join(f'<td>{html.escape(one)}</td>' for one in line)}</tr>" for line in cells)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def compare(
    prompt: str,
    models: Iterable[str],
    *,
    bot: ImageBot | None = None,
    save_dir: str | Path | None = None,
    **overrides: Any,
) -> Comparison:
    """Draw one prompt with several models side by side, and save what they make. Each picture is paid for.

    A model that fails is a row with its error, and costs the others nothing.

    :param prompt: What to draw.
    :param models: At least one name; the same one twice is drawn twice.
    :param bot: Whose settings, keys and spending limit count; a new one by default.
    :param save_dir: Folder of the pictures, the bot's by default; their names end with the model's.
    :param overrides: Any setting of the bot, for these calls only.
    :return: One row for each model, in order.
    :raises ValueError: Without a model.
    :raises MissingKeyError: When a key is missing for any of the models; nothing was sent.
    :raises SaveError: When nothing can be written to the folder; nothing was sent.
    """
    if isinstance(models, str) or not (models := tuple(models)):
        raise ValueError(f"models={models!r} names no models; give a list, such as ['gpt-image-2', 'offline/sketch']")
    bot = bot or ImageBot()
    _check_keys(bot, prompt, models, overrides)
    if save_dir is None:
        bot.check_target(prompt)
    else:
        saving.Targets().check(save_dir, "-", None)
    folder = bot.save_dir if save_dir is None else save_dir
    return Comparison(prompt, tuple(_rows(bot, prompt, models, folder, overrides)))


def _rows(
    bot: ImageBot, prompt: str, models: Sequence[str], folder: str | Path, overrides: dict[str, Any]
) -> Iterator[Row]:
    pool = Pool(_SIDE_BY_SIDE)
    try:
        under_way = [pool.submit(partial(_row, bot, prompt, model, folder, overrides)) for model in models]
        for one in under_way:
            assert one is not None
            yield one.result()
    finally:
        pool.close()


def _row(bot: ImageBot, prompt: str, model: str, folder: str | Path, overrides: dict[str, Any]) -> Row:
    started = time.monotonic()
    paths, size, problem = list[Path](), None, None
    result: ImageResult | None
    try:
        result = bot.generate(prompt, **{**overrides, "model": model})
    except Exception as error:
        problem, result = error, getattr(error, "result", None)  # a warning that a filter made an error has it
        if result is None:
            return Row(model, time.monotonic() - started, error=error)
    try:
        info = result[0].info
        size = f"{info.width}x{info.height}" if info.width else None
        stem = f"{bot.filename_for(result.prompt)}-{stem_for(model.rpartition('/')[2])}"
        paths = saving.save_result(result, folder, stem, None, bot.sidecar)
    except Exception as error:
        problem = error
    answered = () if result.model == model else (f"answered by {result.model!r}",)
    told = (*answered, *map(str, result.adjustments), *result.problems)
    return Row(model, result.elapsed, result.cost, size, told, tuple(paths), problem, result)


def _said(error: Exception | None) -> str:
    return f"{type(error).__name__}: {redact_text(str(error))}"


def _caption(row: Row) -> str:
    cost = "" if row.cost is None else f" · ${row.cost:.4g}"
    return f"{row.model} · {row.seconds:.1f} s{cost}"


def _check_keys(bot: ImageBot, prompt: str, models: Sequence[str], overrides: dict[str, Any]) -> None:
    missing = [one for model in dict.fromkeys(models) if (one := _missing_key(bot, prompt, model, overrides))]
    if missing:
        variables = tuple(dict.fromkeys(name for one in missing for name in one.variables))
        raise MissingKeyError("\n".join(str(one) for one in missing), variables=variables)


def _missing_key(bot: ImageBot, prompt: str, model: str, overrides: dict[str, Any]) -> MissingKeyError | None:
    """Return the error that a model would end in; any other is told in its row."""
    try:
        request = bot.build_request(prompt, **{**overrides, "model": model})
    except MissingKeyError as error:
        return error
    except Exception:
        return None
    return _missing_openai_key(request)


def _missing_openai_key(request: "ImageRequest") -> MissingKeyError | None:
    """LiteLLM itself looks for OpenAI's key, and only when it sends; a Router has its own."""
    if request.provider != "openai" or request.route == "routed":
        return None
    litellm = load()
    known = (request.credentials.get("api_key"), os.environ.get("OPENAI_API_KEY"), litellm.openai_key, litellm.api_key)
    if any(known):
        return None
    message = (
        f"no key for {request.model!r}: set the environment variable OPENAI_API_KEY, or pass api_key=; "
        "nothing was sent. model='offline/sketch' needs no key"
    )
    return MissingKeyError(message, variables=("OPENAI_API_KEY",))
