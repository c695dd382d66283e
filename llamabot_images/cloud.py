"""A folder in an object store: ``s3://…``, ``gs://…``, or any other address that fsspec can write to."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from llamabot_images import files
from llamabot_images.asked import shown
from llamabot_images.errors import ImageBotError, SaveError
from llamabot_images.redact import redact_text

if TYPE_CHECKING:
    from llamabot_images.results import ImageResult

__all__ = ["CloudFolder", "is_url"]

#: Names tried in turn before one with a random end is taken: each try is a request.
IN_TURN = 16
#: Objects fetched at once.
AT_ONCE = 256


def is_url(save_dir: object) -> bool:
    """Tell whether pictures go to an object store, and not to a folder of this machine.

    :param save_dir: As a caller gave it.
    """
    return "://" in str(save_dir)


@dataclass(frozen=True)
class CloudFolder:
    """A folder in an object store. It may travel to another process, which connects with keys of its own.

    :param url: Without user name and password: fsspec and the store's package read them from the environment.
    :raises ValueError: When it cannot be a folder in a store.
    :raises ImportError: When fsspec, or the package for this kind of store, is not installed.
    """

    url: str

    def __post_init__(self) -> None:
        kind, _, rest = self.url.partition("://")
        if "@" in rest:
            raise ValueError(f"save_dir is a {kind} address with a user name in it; give keys in the environment")
        if kind in ("file", "local") or not rest.strip("/"):
            raise ValueError(f"save_dir is {shown(self.url)}; give a folder in a store, or the path of a local one")
        object.__setattr__(self, "url", self.url.rstrip("/"))
        _ = self._store

    def __str__(self) -> str:
        return self.url

    @property
    def _store(self) -> tuple[Any, str]:
        """The file system, which fsspec keeps, and the folder's path in it."""
        try:
            from fsspec.core import url_to_fs
        except ImportError as error:
            raise ImportError(f"{self.url!r} needs fsspec: pip install 'llamabot-images[cloud]'") from error
        try:
            store, path = url_to_fs(self.url, use_listings_cache=False)
        except ImportError as error:
            package = _package(self.url.partition("://")[0])
            raise ImportError(
                f"{self.url!r} needs {package}: pip install 'llamabot-images[cloud]' {package}"
            ) from error
        return store, path

    def address(self, name: str = "") -> str:
        """Return the URL of a file in it.

        :param name: Its name, which may be in a folder below.
        """
        return f"{self.url}/{name}" if name else self.url

    def check(self) -> None:
        """Make sure that objects can be put here and taken away, before money is spent.

        :raises SaveError: When not: no such bucket, no right, no network.
        """
        probe = f".llamabot-images/probe-{secrets.token_hex(8)}"
        self.write(probe, b"\0")
        self.remove([probe])

    def write(self, name: str, data: bytes, *, is_new: bool = False) -> None:
        """Put a whole object.

        :param name: Its name in the folder.
        :param data: What is in it.
        :param is_new: Put nothing where there is an object. Where the store can tell by itself (S3, Google, memory)
            two writers never take each other's name.
        :raises FileExistsError: When there is one.
        :raises SaveError: When it cannot be put.
        """
        store, path = self._store
        with self._explained(name):
            if not is_new:
                store.pipe_file(f"{path}/{name}", data)
            elif self.size(name) is None:
                store.pipe_file(f"{path}/{name}", data, mode="create")
            else:
                raise FileExistsError(self.address(name))

    def write_from(self, name: str, file: Path) -> None:
        """Put a file of any size in place of an object.

        :param name: The object's name in the folder.
        :param file: On this machine.
        """
        store, path = self._store
        with self._explained(name):
            store.put_file(str(file), f"{path}/{name}")

    def read(self, name: str) -> bytes | None:
        """Return what is in an object, ``None`` where there is none.

        :param name: Its name in the folder.
        """
        store, path = self._store
        with self._explained(name), suppress(FileNotFoundError):
            return bytes(store.cat_file(f"{path}/{name}"))
        return None

    def read_all(self, names: Iterable[str]) -> Iterator[bytes]:
        """Yield what is in many objects, in their order.

        :param names: In the folder; all of them exist.
        """
        store, path = self._store
        paths = [f"{path}/{name}" for name in names]
        with self._explained(""):
            for begin in range(0, len(paths), AT_ONCE):
                some = paths[begin : begin + AT_ONCE]
                found = store.cat(some)
                yield from (found[one] for one in some)

    def read_to(self, name: str, file: Path) -> None:
        """Fetch an object of any size, where there is one.

        :param name: The object's name in the folder.
        :param file: Written on this machine.
        """
        store, path = self._store
        with self._explained(name):
            if self.size(name) is not None:
                store.get_file(f"{path}/{name}", str(file))

    def size(self, name: str) -> int | None:
        """Return an object's size in bytes, ``None`` where there is none.

        :param name: Its name in the folder.
        """
        store, path = self._store
        with self._explained(name), suppress(FileNotFoundError):
            about = store.info(f"{path}/{name}")
            return int(about["size"] or 0) if about["type"] == "file" else None
        return None

    def names(self, start: str) -> list[str]:
        """Return the names of all objects that begin with *start*, sorted.

        :param start: The folder below, and the beginning of a name.
        """
        store, path = self._store
        below, _, beginning = start.rpartition("/")
        root = f"{path}/{below}".rstrip("/")
        with self._explained(start), suppress(FileNotFoundError):
            found = (one[len(path) + 1 :] for one in store.find(root, prefix=beginning))
            return sorted(one for one in found if one.startswith(start))
        return []

    def remove(self, names: list[str]) -> None:
        """Take objects away; those that are not there are left out.

        :param names: In the folder.
        """
        store, path = self._store
        with self._explained(""), suppress(FileNotFoundError):
            if names:
                store.rm([f"{path}/{name}" for name in names])

    def is_there(self, row: Mapping[str, Any], *, by_hash: bool = False) -> bool:
        """Tell whether a picture is as it was saved, by its size: to hash it would be to fetch it.

        :param row: On it.
        :param by_hash: Fetch it and look.
        """
        name = str(row.get("file_name"))
        if self.size(name) != row.get("bytes"):
            return False
        return not by_hash or hashlib.sha256(self.read(name) or b"").hexdigest() == row.get("sha256")

    def save(
        self, result: "ImageResult", stem: str, file_name: str | None = None, sidecar: bool = False
    ) -> list[tuple[str, bytes]]:
        """Put every picture of a result.

        :param result: Its pictures are fetched when they have not been yet.
        :param stem: The name for the prompt; nothing is put in another object's place.
        :param file_name: Name of the first picture instead, in place of what is there; the others get ``-2`` ….
        :param sidecar: Put each picture's record beside it.
        :return: The name and the bytes of each, in order.
        :raises ImageBotError: With ``result`` set to *result*, so that no picture is lost.
        """
        try:
            return [self._save_one(result, index, stem, file_name, sidecar) for index in range(len(result))]
        except ImageBotError as error:
            error.result = result
            raise

    def _save_one(
        self, result: "ImageResult", index: int, stem: str, file_name: str | None, sidecar: bool
    ) -> tuple[str, bytes]:
        """Make the file as it is made on a disk, converted where its name says so, and put it."""
        one, record = result[index], result.recorder(index) if sidecar else None
        is_new = file_name is None
        for name in _free_names(stem, one.info.suffix) if file_name is None else [_numbered(file_name, index)]:
            with tempfile.TemporaryDirectory(prefix="llamabot-images-") as folder:
                made = one.save(Path(folder) / name, record=record)
                name = made.relative_to(folder).as_posix()
                data = made.read_bytes()
                try:
                    self._write_picture(name, data, is_new)
                except FileExistsError:
                    continue
                for beside in set(made.parent.iterdir()) - {made}:
                    self.write(beside.relative_to(folder).as_posix(), beside.read_bytes())
                return name, data
        raise AssertionError("there is always a free name")

    def _write_picture(self, name: str, data: bytes, is_new: bool) -> None:
        try:
            self.write(name, data, is_new=is_new)
        except SaveError as error:
            error.data = data
            with suppress(SaveError):
                path = files.write_new(Path(tempfile.gettempdir()), "llamabot-images-rescued", Path(name).suffix, data)
                error.rescue_path = str(path)
                error.add_note(f"The picture was rescued to {str(path)!r}.")
            raise

    @contextmanager
    def _explained(self, name: str) -> Iterator[None]:
        """Make one error of the many kinds that stores have."""
        try:
            yield
        except (FileExistsError, ImageBotError):
            raise
        except Exception as error:
            reason = redact_text(str(error) or type(error).__name__)[:300]
            raise SaveError(f"{self.address(name)!r} cannot be reached or written: {reason}") from error


def _free_names(stem: str, suffix: str) -> Iterator[str]:
    yield f"{stem}{suffix}"
    yield from (f"{stem}-{number}{suffix}" for number in range(2, IN_TURN + 1))
    while True:
        yield f"{stem}-{secrets.token_hex(4)}{suffix}"


def _numbered(file_name: str, index: int) -> str:
    path = PurePosixPath(file_name)
    return file_name if not index else str(path.with_name(f"{path.stem}-{index + 1}{path.suffix}"))


def _package(kind: str) -> str:
    """Return the name of the package that reaches a kind of store."""
    from fsspec.registry import known_implementations

    return str(known_implementations.get(kind, {}).get("class", kind)).partition(".")[0]
