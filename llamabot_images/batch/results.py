"""The result of a batch: what became of every prompt."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.errors import BatchError, ImageBotError
from llamabot_images.formats import sniff
from llamabot_images.notebook import LARGEST_SVG

if TYPE_CHECKING:
    import pandas

__all__ = ["BatchError", "BatchResult"]

#: Pictures that a notebook shows.
SHOWN = 24
EDGE = 128
NAMED = 5


@dataclass(frozen=True)
class BatchResult(Sequence[BatchOutcome]):
    """What became of every prompt: a sequence of outcomes, in the order of the prompts.

    :param outcomes: One for each prompt.
    :param folder: Where the pictures and the journal are; a URL for one in an object store.
    :param elapsed: Seconds.
    :param stopped: Why the batch ended before all prompts were sent, ``None`` when it did not.
    """

    outcomes: tuple[BatchOutcome, ...]
    folder: Path | str
    elapsed: float = 0.0
    stopped: BaseException | None = None
    again: Callable[..., "BatchResult"] | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        from llamabot_images.batch.remote import portable

        kept = [replace(one, error=portable(one.error)) if one.error else one for one in self.outcomes]
        stopped = portable(self.stopped) if isinstance(self.stopped, Exception) else self.stopped
        return vars(self) | {"again": None, "outcomes": tuple(kept), "stopped": stopped}

    def __len__(self) -> int:
        return len(self.outcomes)

    @overload
    def __getitem__(self, index: int) -> BatchOutcome: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[BatchOutcome, ...]: ...
    def __getitem__(self, index: int | slice) -> BatchOutcome | tuple[BatchOutcome, ...]:
        return self.outcomes[index]

    @property
    def ok(self) -> tuple[BatchOutcome, ...]:
        """Those with a picture."""
        return tuple(one for one in self.outcomes if one.ok)

    @property
    def failed(self) -> tuple[BatchOutcome, ...]:
        """Those without a picture that are not charged: the provider said no, or they were not sent."""
        return tuple(one for one in self.outcomes if one.status in ("failed", "not_sent"))

    @property
    def unknown(self) -> tuple[BatchOutcome, ...]:
        """Those that were sent and may be charged, without a picture in the folder."""
        return tuple(one for one in self.outcomes if one.status == "unknown")

    @property
    def not_sent(self) -> tuple[BatchOutcome, ...]:
        """Those of ``failed`` that the batch did not get to."""
        return tuple(one for one in self.outcomes if one.status == "not_sent")

    @property
    def paths(self) -> list[Path]:
        """All pictures, in the order of the prompts; those in an object store are in the outcomes' ``files``."""
        return [path for one in self.outcomes for path in one.paths]

    @property
    def cost(self) -> float:
        """US dollars that the pictures cost, as far as anybody says; earlier runs' pictures count."""
        return sum(one.cost or 0.0 for one in self.outcomes)

    def raise_if_any(self) -> None:
        """Raise when a prompt has no picture.

        :raises BatchError: With the first error as its cause.
        """
        missing = [one for one in self.outcomes if not one.ok]
        if not missing and self.stopped is None:
            return
        first = next((one.error for one in missing if one.error), self.stopped)
        raise BatchError("; ".join([self._summary(), *map(_line, missing[:NAMED])]), self) from first

    def retry_failed(self, *, retry_unknown: bool = False) -> "BatchResult":
        """Draw again what is in ``failed``.

        :param retry_unknown: Also what is in ``unknown``: it may be paid twice.
        :return: A result for all prompts, what was there already included.
        :raises ValueError: When this result knows no bot, because it was pickled, say.
        """
        if self.again is None:
            raise ValueError(
                "this result has no bot any more; run the same batch again, which sends only what is missing unless "
                "resume=False is given"
            )
        wanted = ("failed", "not_sent", *(["unknown"] if retry_unknown else []))
        places = [place for place, one in enumerate(self.outcomes) if one.status in wanted and one.item is not None]
        if not places:
            return self
        fresh = self.again([self.outcomes[place].item for place in places], retry_unknown=retry_unknown)
        outcomes = list(self.outcomes)
        for place, one in zip(places, fresh.outcomes, strict=False):
            outcomes[place] = replace(one, index=self.outcomes[place].index)
        return BatchResult(tuple(outcomes), self.folder, fresh.elapsed, fresh.stopped, self.again)

    def to_pandas(self) -> "pandas.DataFrame":
        """Return a table with a row for each prompt.

        :raises ImportError: When pandas is not installed.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas needs pandas: pip install pandas") from error
        return pandas.DataFrame([_row(one) for one in self.outcomes], columns=list(_row(_EMPTY)))

    def __repr__(self) -> str:
        return f"<BatchResult {self._summary()}>"

    def _summary(self) -> str:
        counts = ((len(self.failed) - len(self.not_sent), "failed"), (len(self.unknown), "unknown"))
        parts = [f"{number:,} {what}" for number, what in (*counts, (len(self.not_sent), "not sent")) if number]
        stopped = [f"stopped: {self.stopped}"] if self.stopped is not None else []
        return ", ".join([f"{len(self.ok):,} of {len(self):,} done", *parts, f"${self.cost:.4g}", *stopped])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        """Show the first pictures, and what failed."""
        return {"text/plain": repr(self), "text/html": self._repr_html_()}, {}

    def _repr_html_(self) -> str:
        cells = "".join(_cell(one) for one in self.ok[:SHOWN])
        missing = [one for one in self.outcomes if not one.ok][:NAMED]
        lines = "".join(f"<li>{html.escape(_line(one))}</li>" for one in missing)
        return (
            f"<p>{html.escape(self._summary())}</p>"
            f'<div style="display:flex;flex-wrap:wrap;gap:8px">{cells}</div>' + (f"<ul>{lines}</ul>" if lines else "")
        )


_EMPTY = BatchOutcome(0, "not_sent", "")


def _row(one: BatchOutcome) -> dict[str, Any]:
    return {
        "id": one.id,
        "prompt": _prompt(one),
        "status": one.status,
        "path": one.files[0] if one.files else None,
        "pictures": len(one.files),
        "cost": one.cost,
        "model": one.model,
        "elapsed": one.elapsed,
        "error": f"{type(one.error).__name__}: {one.error}" if one.error else None,
        "resumed": one.resumed,
        "problems": one.problems,
    }


def _prompt(one: BatchOutcome) -> str:
    return one.prompt if isinstance(one.prompt, str) else repr(one.prompt)


def _line(one: BatchOutcome) -> str:
    why = f"{type(one.error).__name__}: {one.error}"[:300] if one.error else ""
    return f"{one.index}: {_prompt(one)[:80]!r} {one.status.replace('_', ' ')} {why}".rstrip()


def _cell(one: BatchOutcome) -> str:
    """Return a picture's thumbnail with its prompt; one that cannot be shown is its name."""
    price = "" if one.cost is None else f", ${one.cost:.4g}"
    words = f"{html.escape(_prompt(one)[:100])}<br><small>{html.escape(str(one.model))}{price}</small>"
    style = f"margin:0;width:{EDGE}px;overflow-wrap:anywhere"
    return f'<figure style="{style}">{_thumbnail(one)}<figcaption>{words}</figcaption></figure>'


def _thumbnail(one: BatchOutcome) -> str:
    from base64 import b64encode

    from llamabot_images.convert import thumbnail

    try:
        data, mime_type = Path(one.files[0]).read_bytes(), "image/svg+xml"
        if sniff(data) != mime_type or len(data) > LARGEST_SVG:
            data, mime_type = thumbnail(data, edge=EDGE)
    except (OSError, ImageBotError):
        return html.escape(Path(one.files[0]).name)
    about = f'alt="{html.escape(_prompt(one)[:300])}" style="max-width:100%"'
    return f'<img src="data:{mime_type};base64,{b64encode(data).decode()}" {about}>'
