"""Where the pictures of a result go: checked before they are paid for, written when they are there."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from llamabot_images import files
from llamabot_images.asked import shown
from llamabot_images.cloud import is_url
from llamabot_images.errors import (
    ImageBotError,
    ImageBotWarning,
    InvalidImageError,
    ProvenanceLostWarning,
    SaveError,
)
from llamabot_images.formats import KNOWN_FORMATS, mime_for_suffix
from llamabot_images.redact import redact_url
from llamabot_images.results import ImageResult, save_each

__all__ = ["Targets", "check_ending", "local", "save_result"]

#: Any picture can be converted to these, wherever Pillow is installed.
ALWAYS = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff"})
#: Stand in the names and settings of models that draw lines instead of pixels.
VECTORS = ("recraft", "vector", "svg")
#: What may be put after a name: the ending that its picture turns out to have, and a number.
ENDINGS = tuple(known.suffix for known in KNOWN_FORMATS.values())
LONGEST_END = "-99" + max(ENDINGS, key=len)
#: Names that are looked at beforehand; no provider draws more pictures for one call.
MOST_NAMES = 99


class Targets:
    """The folders of one bot, tried before money is spent.

    A folder is tried once by making a file in it. After that a look at its rights and its free space is
    enough: making a file takes a third of a millisecond, and a folder that fails in between costs no picture,
    since what was paid for is rescued.
    """

    def __init__(self) -> None:
        self._tried: set[Path] = set()

    def check(self, save_dir: str | Path, stem: str, save_path: str | Path | None, n: Any = 1) -> None:
        """Make sure that a picture could be saved.

        :param save_dir: Folder for files that are named after the prompt; made when missing.
        :param stem: The name for the prompt.
        :param save_path: An explicit path instead.
        :param n: How many pictures there will be.
        :raises SaveError: When no file can be written there.
        """
        if save_path is not None:
            return _check_path(_local_file(save_path), n)
        if not isinstance(stem, str) or Path(stem).name != stem or "\\" in stem:
            raise SaveError(f"filename_for made {shown(stem)} of the prompt; it must return one name without folders")
        folder = local(save_dir)
        if folder not in self._tried or not files.looks_writable(folder):
            files.check_folder(folder)
            self._tried.add(folder)
        if len(stem) > 200 or not stem.isascii() or "\0" in stem:  # names made from prompts need no look
            files.check_name(folder / f"{stem}{LONGEST_END}")


def _check_path(first: Path, n: Any) -> None:
    """Look at every name that n pictures may get; a count that makes no sense is told by the request."""
    files.check_target(first)
    for path in _numbered(first, min(n, MOST_NAMES) if isinstance(n, int) else 1):
        for ending in ("",) if path.suffix else ("", *ENDINGS):
            files.check_name(path.with_name(path.name + ending))


def _numbered(first: Path, count: int) -> Iterator[Path]:
    yield first
    for number in range(2, count + 1):
        yield first.with_name(f"{first.stem}-{number}{first.suffix}")


def local(path: str | Path) -> Path:
    """Return a folder of this machine.

    :raises SaveError: For an address of an object store, which would become a folder of that name.
    """
    _refuse_address(path)
    return files.expanded(path)


def _local_file(path: str | Path) -> Path:
    _refuse_address(path)
    return files.file_path(path)


def _refuse_address(path: str | Path) -> None:
    if is_url(path):
        raise SaveError(
            f"{redact_url(str(path))!r} is not on this machine; only bot.batch(prompts, save_dir=…) saves to an object "
            "store; nothing was sent"
        )


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
        paths = [*_numbered(_local_file(save_path), len(result))]
        return save_each(len(result), lambda index: _saved(result, index, paths[index], sidecar))
    except (ImageBotError, ImageBotWarning) as error:  # the latter where a filter makes warnings errors
        error.result = result
        raise


def _saved(result: ImageResult, index: int, path: Path, sidecar: bool) -> Path:
    picture = result[index]
    data, suffix = picture.to_bytes(), picture.info.suffix
    try:
        return picture.save(path, record=result.recorder(index) if sidecar else None)
    except (InvalidImageError, ProvenanceLostWarning) as problem:
        kept = files.write_new(path.parent, path.stem, suffix, data)
        text = f"{str(problem).rstrip('.')}. It was kept as {str(kept)!r}"
        problem.args = (text,)
        raise
