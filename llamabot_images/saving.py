"""Where the pictures of a result go: checked before they are paid for, written when they are there."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from llamabot_images import files
from llamabot_images.cloud import is_url
from llamabot_images.errors import (
    ImageBotError,
    ImageBotWarning,
    InvalidImageError,
    ProvenanceLostWarning,
    SaveError,
)
from llamabot_images.formats import mime_for_suffix
from llamabot_images.redact import redact_url
from llamabot_images.reference import ImageReference
from llamabot_images.results import ImageResult

if TYPE_CHECKING:
    from llamabot_images.provenance import Recorder

__all__ = ["Targets", "check_ending", "local", "save_result"]

#: Any picture can be converted to these, wherever Pillow is installed.
ALWAYS = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff"})
#: Stand in the names and settings of models that draw lines instead of pixels.
VECTORS = ("recraft", "vector", "svg")


class Targets:
    """The folders of one bot, tried before money is spent.

    A folder is tried once by making a file in it. After that a look at its rights and its free space is
    enough: making a file takes a third of a millisecond, and a folder that fails in between costs no picture,
    since what was paid for is rescued.
    """

    def __init__(self) -> None:
        self._tried: set[Path] = set()

    def check(self, save_dir: str | Path, stem: str, save_path: str | Path | None) -> None:
        """Make sure that a picture could be saved.

        :param save_dir: Folder for files that are named after the prompt; made when missing.
        :param stem: The name for the prompt.
        :param save_path: An explicit path instead.
        :raises SaveError: When no file can be written there.
        """
        if save_path is not None:
            return files.check_target(local(save_path))
        if Path(stem).name != stem:
            raise SaveError(f"filename_for made {stem!r} of the prompt; it must return one name without folders")
        folder = local(save_dir)
        if folder not in self._tried or not files.looks_writable(folder):
            files.check_folder(folder)
            self._tried.add(folder)


def local(path: str | Path) -> Path:
    """Return a folder or file of this machine.

    :raises SaveError: For an address of an object store, which would become a folder of that name.
    """
    if is_url(path):
        raise SaveError(
            f"{redact_url(str(path))!r} is not on this machine; only bot.batch(prompts, save_dir=…) saves to an object "
            "store; nothing was sent"
        )
    return files.expanded(path)


def check_ending(path: str | Path, drawn_by: Iterable[str]) -> None:
    """Refuse an ending that names a format which no picture can be converted to, before one is paid for.

    :param path: Where a picture shall go.
    :param drawn_by: The model's name, and settings that may have it draw an SVG; nothing else can become one.
    :raises SaveError: For ``.heic``, for ``.svg`` where pixels will come, and for what Pillow cannot write here.
    """
    suffix = Path(path).suffix
    wanted = mime_for_suffix(suffix)
    if wanted is None or wanted in ALWAYS:
        return
    if wanted == "image/svg+xml" and any(word in one.lower() for one in drawn_by for word in VECTORS):
        return
    from llamabot_images.convert import can_write

    if not can_write(wanted):
        raise SaveError(
            f"{str(path)!r} cannot be written: no picture can be converted to {suffix!r} here. Take another ending, "
            "such as '.png', or none: then it is the picture's own"
        )


def save_result(
    result: ImageResult, save_dir: str | Path, stem: str, save_path: str | Path | None, sidecar: bool = False
) -> list[Path]:
    """Save every picture of a result.

    :param result: Its pictures are fetched when they have not been yet.
    :param save_dir: Folder for files that are named after the prompt.
    :param stem: The name for the prompt.
    :param save_path: Path of the first picture instead; the others get ``-2``, ``-3`` ….
    :param sidecar: Write each picture's record beside it.
    :return: One path per picture, in order.
    :raises ImageBotError: With ``result`` set to *result*, so that no picture is lost.
    """
    try:
        if save_path is None:
            return result.save(local(save_dir), stem=stem, sidecar=sidecar)
        return _save_all(result, local(save_path), sidecar)
    except (ImageBotError, ImageBotWarning) as error:  # the latter where a filter makes warnings errors
        error.result = result
        raise


def _save_all(result: ImageResult, first: Path, sidecar: bool) -> list[Path]:
    """Save every picture, those after one that cannot be saved too; then raise what was wrong with it."""
    paths: list[Path] = []
    problems: list[ImageBotError | ImageBotWarning] = []
    for index, one in enumerate(result):
        path = first if index == 0 else first.with_name(f"{first.stem}-{index + 1}{first.suffix}")
        try:
            paths.append(_saved(one, path, result.recorder(index) if sidecar else None))
        except (ImageBotError, ImageBotWarning) as problem:
            problems.append(problem)
    if problems:
        raise problems[0]
    return paths


def _saved(picture: ImageReference, path: Path, record: "Recorder | None") -> Path:
    data, suffix = picture.to_bytes(), picture.info.suffix
    try:
        return picture.save(path, record=record)
    except (InvalidImageError, ProvenanceLostWarning) as problem:
        kept = files.write_new(path.parent, path.stem, suffix, data)
        text = f"{str(problem).rstrip('.')}. It was kept as {str(kept)!r}"
        problem.args = (text,)
        raise
