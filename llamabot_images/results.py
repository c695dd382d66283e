"""The result of one call: its pictures and everything said about them."""

import html
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from llamabot_images import files, names, notebook
from llamabot_images.asked import Adjustment
from llamabot_images.errors import ImageBotError, ImageBotWarning
from llamabot_images.reference import ImageReference

if TYPE_CHECKING:
    from llamabot_images.provenance import Recorder

__all__ = ["ImageResult", "save_each"]


@dataclass(frozen=True)
class ImageResult(Sequence[ImageReference]):
    """Everything one call brought: a sequence of its pictures.

    :param images: The pictures, in the order in which they came.
    :param prompt: What was asked.
    :param model: The model that answered.
    :param cost: US dollars, ``None`` where nobody says; never a made-up 0.
    :param cost_source: Who says: ``"provider"``, ``"litellm"`` (its price map), ``"free"`` or ``None``.
    :param usage: Tokens as the provider counted them, where it did.
    :param text: What a chat model said beside the picture.
    :param adjustments: What was asked and done otherwise.
    :param trail: Models that were tried before the one that answered, each with why it did not.
    :param problems: Why pictures are missing, a sentence for each part that failed.
    :param requests_sent: Paid requests that left this machine, the failed ones included.
    :param elapsed: Seconds from asking to the last picture.
    :param request_id: The provider's name for the request, for its support.
    :param response: LiteLLM's own object; the first one where several calls made the pictures.
    :param provider: LiteLLM's name of the provider that answered.
    :param sent: ``size``, ``quality``, ``n`` and ``seed`` as they were sent; ``None`` for those left to the model.
    :param created: When the pictures came (UTC).
    :param history: What a chat model needs to go on from here: its messages so far, with its signatures.
    :param bot: The bot that ``edit`` goes on with; it does not travel with a pickled result.
    """

    images: tuple[ImageReference, ...]
    prompt: str
    model: str
    cost: float | None = None
    cost_source: str | None = None
    usage: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    trail: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    requests_sent: int = 1
    elapsed: float = 0.0
    request_id: str | None = None
    response: Any = field(default=None, repr=False, compare=False)
    provider: str | None = None
    sent: Mapping[str, Any] = field(default_factory=dict)
    created: datetime = field(default_factory=lambda: datetime.now(UTC), compare=False)
    history: tuple[Mapping[str, Any], ...] = field(default=(), repr=False, compare=False)
    bot: Any = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "bot"}

    def __len__(self) -> int:
        return len(self.images)

    @overload
    def __getitem__(self, index: int) -> ImageReference: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[ImageReference, ...]: ...
    def __getitem__(self, index: int | slice) -> ImageReference | tuple[ImageReference, ...]:
        return self.images[index]

    def edit(self, prompt: str, mask: Any = None, **overrides: Any) -> "ImageResult":
        """Change the first picture as a prompt says; a chat model goes on with its chat. Saves nothing.

        :param prompt: What to change.
        :param mask: See ``ImageBot.edit``.
        :param overrides: Any setting of the bot, for this call only; the model is the one that answered.
        :raises ValueError: When this result knows no bot, because it was pickled, say.
        """
        if self.bot is None:
            raise ValueError(f"this result of {self.model!r} has no bot any more: call bot.edit(prompt, result)")
        edited: ImageResult = self.bot.edit(prompt, self, mask, **{"model": self.model, **overrides})
        return edited

    def save(self, folder: str | Path = ".", *, stem: str | None = None, sidecar: bool = False) -> list[Path]:
        """Save every picture under a name made from the prompt, never overwriting another file.

        :param folder: Created when missing.
        :param stem: File name without suffix, instead of the one made from the prompt.
        :param sidecar: Write the record of each picture beside it, as ``cat.png.json`` for ``cat.png``.
        :return: One file per picture, in order.
        :raises SaveError: When a file cannot be written, ``DownloadError`` when a picture cannot be fetched; the
            other pictures are saved all the same, and the error's notes name them.
        """
        target, name = files.expanded(folder), stem or names.stem_for(self.prompt)
        save = self._save_recorded if sidecar else self._save_alone
        return save_each(len(self), lambda index: save(index, target, name))

    def _save_alone(self, index: int, folder: Path, stem: str) -> Path:
        one = self.images[index]
        return files.write_new(folder, stem, one.info.suffix, one.to_bytes())

    def _save_recorded(self, index: int, folder: Path, stem: str) -> Path:
        from llamabot_images.provenance import save_new

        one = self.images[index]
        data = one.to_bytes()
        with suppress(OSError):  # then the picture cannot be saved either, and is rescued
            folder.mkdir(parents=True, exist_ok=True)
        return save_new(folder, stem, one.info.suffix, data, self.recorder(index))

    def recorder(self, index: int) -> "Recorder":
        """Return what makes the record of a picture from its file's name and bytes, for ``ImageReference.save``.

        :param index: The picture's place, from 0.
        """
        from llamabot_images.provenance import record_of

        return lambda file_name, data: record_of(self, index, file_name, data=data)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> notebook.Bundle:
        """Show the pictures side by side, with prompt, model and cost under them."""
        if len(self.images) == 1:
            return notebook.bundle_for(self.images[0])
        return {"text/plain": repr(self), "text/html": self._grid()}, {}

    def _grid(self) -> str:
        edge = max(128, 768 // max(1, min(len(self.images), 4)))
        cells = "".join(notebook.html_for(one, edge=edge) for one in self.images)
        words = f"{html.escape(self.prompt[:300])}<br><small>{html.escape(self.model)}, {self._price()}</small>"
        return (
            f'<figure style="margin:0"><div style="display:flex;flex-wrap:wrap;gap:8px">{cells}</div>'
            f"<figcaption>{words}</figcaption></figure>"
        )

    def _price(self) -> str:
        return "cost unknown" if self.cost is None else f"${self.cost:.4g}"

    def __repr__(self) -> str:
        return f"<ImageResult {len(self)} from {self.model!r}, {self._price()}, {self.elapsed:.1f} s>"


def save_each(count: int, save: Callable[[int], Path]) -> list[Path]:
    """Save pictures, those after one that cannot be saved too; then raise what was wrong with it.

    :param count: How many there are.
    :param save: Saves one, from 0.
    :return: One path per picture, in order.
    :raises ImageBotError: The first problem, with notes of the others and of what was saved. A warning that a filter
        makes an error is one too.
    """
    paths: list[Path] = []
    problems: list[ImageBotError | ImageBotWarning] = []
    for index in range(count):
        try:
            paths.append(save(index))
        except (ImageBotError, ImageBotWarning) as problem:
            problems.append(problem)
    if not problems:
        return paths
    first, *others = problems
    for other in others:
        first.add_note(str(other))
    if paths:
        first.add_note(f"The others were saved: {', '.join(repr(str(path)) for path in paths)}.")
    raise first
