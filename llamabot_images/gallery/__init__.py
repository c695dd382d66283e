"""A page that shows every picture of a folder: searched, sorted, compared, without a server or a network."""

from pathlib import Path

from llamabot_images import files
from llamabot_images.errors import SaveError
from llamabot_images.gallery.page import MADE_HERE, page_of
from llamabot_images.gallery.reading import pictures_in
from llamabot_images.gallery.thumbnails import ready

__all__ = ["write_gallery"]


def write_gallery(folder: str | Path, title: str | None = None) -> Path:
    """Write a page on the pictures of a folder: ``index.html`` in it, small copies in a hidden folder beside.

    Read are ``metadata.jsonl`` as a batch leaves it, sidecars, and what pictures themselves say; pictures without any
    are shown by name. Writing again takes up what is new or changed only. The page fetches nothing from a network,
    and can be moved together with the folder.

    :param folder: Where the pictures are.
    :param title: The page's; the folder's name by default.
    :return: The page.
    :raises SaveError: When *folder* is none, the page cannot be written, or an ``index.html`` there is not ours.
    """
    folder = files.expanded(folder)
    if not folder.is_dir():
        raise SaveError(f"{str(folder)!r} is no folder; name one that holds pictures")
    page = folder / "index.html"
    _refuse_foreign(page)
    files.check_folder(folder)
    pictures = ready(folder, pictures_in(folder))
    return files.replace(page, page_of(pictures, title or folder.resolve().name or "Pictures"))


def _refuse_foreign(page: Path) -> None:
    try:
        with page.open("rb") as file:
            is_ours = MADE_HERE.encode() in file.read(4096)
    except OSError:
        return
    if not is_ours:
        raise SaveError(f"{str(page)!r} is another page, not a gallery of this library: move it away first")
