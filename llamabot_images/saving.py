"""Where the pictures of a result go: checked before they are paid for, written when they are there."""

from pathlib import Path

from llamabot_images import files
from llamabot_images.cloud import is_url
from llamabot_images.errors import ImageBotError, SaveError
from llamabot_images.redact import redact_url
from llamabot_images.results import ImageResult

__all__ = ["Targets", "local", "save_result"]


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
            return files.check_target(Path(save_path))
        if Path(stem).name != stem:
            raise SaveError(f"filename_for made {stem!r} of the prompt; it must return one name without folders")
        folder = local(save_dir)
        if folder not in self._tried or not files.looks_writable(folder):
            files.check_folder(folder)
            self._tried.add(folder)


def local(save_dir: str | Path) -> Path:
    """Return a folder of this machine.

    :raises SaveError: For an address of an object store, which would become a folder of that name.
    """
    if is_url(save_dir):
        raise SaveError(
            f"{redact_url(str(save_dir))!r} is no local folder; only bot.batch(prompts, save_dir=…) saves to an object "
            "store; nothing was sent"
        )
    return Path(save_dir)


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
            return result.save(save_dir, stem=stem, sidecar=sidecar)
        first = Path(save_path)
        others = [first.with_name(f"{first.stem}-{number}{first.suffix}") for number in range(2, len(result) + 1)]
        records = [result.recorder(index) if sidecar else None for index in range(len(result))]
        paths = (first, *others)
        return [one.save(path, record=record) for one, path, record in zip(result, paths, records, strict=True)]
    except ImageBotError as error:
        error.result = result
        raise
