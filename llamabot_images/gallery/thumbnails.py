"""Small copies of a folder's pictures, made once, and how each picture looks."""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from io import BytesIO
from pathlib import Path

from llamabot_images import files
from llamabot_images.errors import ImageBotError, SaveError
from llamabot_images.gallery.reading import Picture, Told, told_by_picture, told_by_row
from llamabot_images.payload import MAX_BYTES, verify

__all__ = ["THUMBNAILS", "Look", "Shown", "ready"]

#: Hidden, so that pandas and Hugging Face ``datasets`` do not take the copies for samples.
THUMBNAILS = ".llamabot-images/thumbnails"
_KNOWN = "known.json"
_VERSION = 2
_EDGE = 448
_OURS = re.compile(r"[0-9a-f]{24}\.(?:jpg|png)")
_NARROWEST, _WIDEST = 0.4, 3.0
_LARGEST_SVG = 2**20


@dataclass(frozen=True)
class Look:
    """How a picture looks.

    :param thumbnail: Name of its small copy; empty where the picture is its own, ``None`` where there is none.
    :param aspect: Width by height, as far as a row of pictures can take it.
    :param colour: What stands there until the copy is loaded.
    """

    thumbnail: str | None = None
    aspect: float = 1.0
    colour: str = ""


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it: its path in the folder, how it looks, what is known of it."""

    name: str
    look: Look
    told: Told


#: A picture's stamp, its look, and what was told of it, unless the journal tells it.
Known = tuple[tuple[int, ...], Look, Told | None]


def ready(folder: Path, pictures: Sequence[Picture]) -> list[Shown]:
    """Make the small copies that are missing, and drop those of pictures that are gone.

    :param folder: Of the pictures.
    :param pictures: From ``pictures_in``.
    :raises SaveError: When a copy cannot be written.
    """
    small = folder / THUMBNAILS
    try:
        small.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SaveError(f"{str(small)!r} cannot be made: {error.strerror}. Free that name.") from error
    known = _known(small)
    with ThreadPoolExecutor(max_workers=min(32, (os.cpu_count() or 2) + 1)) as threads:
        shown = list(threads.map(partial(_shown, folder, known), pictures))
    _remember(small, pictures, shown)
    _drop(small, {one.look.thumbnail for one in shown})
    return shown


def _shown(folder: Path, known: Mapping[str, Known], picture: Picture) -> Shown:
    stamp, look, told = known.get(picture.name, ((), Look(), None))
    if stamp != picture.stamp or not _is_there(folder, look):
        look, told = _looked_at(folder, picture), None
    told = told_by_row(picture) if picture.row else told or told_by_picture(folder, picture)
    return Shown(picture.name, look, told)


def _is_there(folder: Path, look: Look) -> bool:
    return not look.thumbnail or (folder / THUMBNAILS / look.thumbnail).is_file()


def _looked_at(folder: Path, picture: Picture) -> Look:
    """Read a picture and write its small copy; one that cannot be read has none."""
    try:
        with (folder / picture.name).open("rb") as file:
            data = file.read(MAX_BYTES)
        return _svg(data) if picture.name.lower().endswith(".svg") else _small(folder, picture, data)
    except SaveError:
        raise
    except (OSError, ImageBotError):
        return Look()


def _svg(data: bytes) -> Look:
    # Inside <img> an SVG runs no script and fetches nothing.
    info = verify(data)
    is_light = info.mime_type == "image/svg+xml" and len(data) <= _LARGEST_SVG
    return Look("" if is_light else None, _aspect(info.width or 1, info.height or 1))


def _small(folder: Path, picture: Picture, data: bytes) -> Look:
    from PIL import Image

    from llamabot_images.convert import thumbnail

    copy, mime_type = thumbnail(data, edge=_EDGE)
    key = hashlib.sha256(repr((picture.name, picture.stamp[:2])).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    name = f"{key}.{'png' if mime_type == 'image/png' else 'jpg'}"
    files.replace(folder / THUMBNAILS / name, copy, durable=False)
    with Image.open(BytesIO(copy)) as image:
        # A picture that is seen through stands on the page's own colour.
        mean = image.resize((1, 1), Image.Resampling.BOX).tobytes().hex() if image.mode == "RGB" else ""
        return Look(name, _aspect(*image.size), mean and f"#{mean}")


def _aspect(width: int, height: int) -> float:
    return round(min(_WIDEST, max(_NARROWEST, width / height)), 3)


def _known(small: Path) -> dict[str, Known]:
    """Return what an earlier run found, nothing where it cannot be read."""
    try:
        found = json.loads((small / _KNOWN).read_bytes())
        if found["version"] != _VERSION:
            return {}
        return {
            name: (tuple(stamp), Look(**look), Told(**told) if told else None)
            for name, (stamp, look, told) in found["pictures"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _remember(small: Path, pictures: Sequence[Picture], shown: Sequence[Shown]) -> None:
    known = {
        one.name: (picture.stamp, asdict(one.look), None if picture.row else asdict(one.told))
        for picture, one in zip(pictures, shown, strict=True)
    }
    files.replace(small / _KNOWN, json.dumps({"version": _VERSION, "pictures": known}).encode(), durable=False)


def _drop(small: Path, used: set[str | None]) -> None:
    for name in os.listdir(small):
        if _OURS.fullmatch(name) and name not in used:
            with suppress(OSError):
                (small / name).unlink()
