"""What became of one prompt of a batch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llamabot_images.asked import shown
from llamabot_images.batch.items import Item

__all__ = ["BatchEvent", "BatchOutcome"]


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What became of one prompt; small, since there may be a million.

    :param index: The prompt's place in the batch, from 0.
    :param status: ``"done"``; ``"failed"``: nothing came and nothing is charged; ``"unknown"``: it may be charged,
        but there is no picture in the folder; ``"not_sent"``: the batch had stopped before.
    :param prompt: As it was given.
    :param files: The pictures' paths, as text, or their URLs in an object store.
    :param cost: US dollars, ``None`` where nobody says.
    :param model: The model that answered.
    :param elapsed: Seconds from asking to the last picture.
    :param error: Why there is no picture.
    :param resumed: Whether an earlier run had made the pictures, or sent the request.
    :param id: The prompt's own name, where it was given one.
    :param item: What ``retry_failed`` draws; ``None`` where there is a picture.
    :param problems: Why there are fewer pictures than asked for, or why they are named otherwise.
    """

    index: int
    status: str
    prompt: Any
    files: tuple[str, ...] = ()
    cost: float | None = None
    model: str | None = None
    elapsed: float = 0.0
    error: Exception | None = None
    resumed: bool = False
    id: str | None = None
    item: Item | None = None
    problems: str = ""

    @property
    def path(self) -> Path | None:
        """The first picture; ``None`` where it is in an object store, see ``files``."""
        return next(iter(self.paths), None)

    @property
    def paths(self) -> tuple[Path, ...]:
        """All pictures of this prompt that are on this machine."""
        return tuple(Path(one) for one in self.files if "://" not in one)

    @property
    def ok(self) -> bool:
        """Whether there is a picture."""
        return self.status == "done"

    def __repr__(self) -> str:
        what = self.files[0] if self.files else f"{type(self.error).__name__}" if self.error else ""
        parts = [str(self.index), self.status, shown(self.prompt), what, self.problems]
        return f"<BatchOutcome {' '.join(filter(None, parts))}>"


@dataclass(frozen=True, slots=True)
class BatchEvent:
    """How far a batch is.

    :param kind: ``"start"``; ``"done"``, ``"failed"``, ``"unknown"`` or ``"not_sent"`` for a prompt; ``"end"``.
    :param done: Prompts with a picture so far.
    :param failed: Prompts without one.
    :param total: All prompts, ``None`` where nobody knows.
    :param cost: US dollars of the pictures so far.
    :param outcome: The prompt's, ``None`` for start and end.
    """

    kind: str
    done: int = 0
    failed: int = 0
    total: int | None = None
    cost: float = 0.0
    outcome: BatchOutcome | None = None
