"""A reference to one picture: a string that shows, fetches and saves itself."""

import base64
import html
import threading
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from llamabot_images import files, marimo_output, notebook, payload
from llamabot_images.errors import InvalidImageError
from llamabot_images.formats import mime_for_suffix
from llamabot_images.links import expires_at
from llamabot_images.redact import redact_url

if TYPE_CHECKING:
    from PIL.Image import Image

    from llamabot_images.download import Downloader
    from llamabot_images.provenance import Provenance, Recorder

__all__ = ["ImageReference"]

SUFFIXES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".svg": "image/svg+xml",
}


class ImageReference(str):
    """One picture: a string (URL or data URI) that shows itself in a notebook.

    The bytes are fetched or decoded when first needed, then kept. Nothing is fetched by making,
    printing or comparing a reference.
    """

    revised_prompt: str | None
    prompt: str
    shown_in: Any = None
    _downloader: "Downloader | None"
    _data: bytes | None
    _info: payload.ImageInfo | None
    _strict: bool
    _lock: threading.Lock

    def __new__(
        cls,
        value: str,
        *,
        prompt: str = "",
        revised_prompt: str | None = None,
        downloader: "Downloader | None" = None,
        data: bytes | None = None,
        info: payload.ImageInfo | None = None,
        strict: bool = False,
    ) -> Self:
        """Make a reference to the picture at an address.

        :param value: An http(s) URL, or a ``data:image/…;base64`` URI.
        :param prompt: What was asked, used as the text beside the picture.
        :param revised_prompt: What the provider made of the prompt.
        :param downloader: Fetches the URL; a new one with default limits otherwise.
        :param data: The picture's bytes where they are known.
        :param info: What these bytes are.
        :param strict: Refuse bytes of an unknown kind instead of keeping them with a warning.
        """
        self = super().__new__(cls, value)
        self.prompt = prompt
        self.revised_prompt = revised_prompt
        self._downloader = downloader
        self._data = data
        self._info = info
        self._strict = strict
        self._lock = threading.Lock()
        return self

    @classmethod
    def from_base64(cls, text: str | bytes, *, strict: bool = False, **about: Any) -> Self:
        """Make a data URI of a picture in base64.

        :param text: Base64 as providers send it; line breaks, the URL-safe alphabet, missing padding and a
            data URI are understood.
        :param strict: Refuse bytes of an unknown kind instead of keeping them with a warning.
        :param about: ``prompt``, ``revised_prompt``.
        :raises InvalidImageError: When it does not hold a whole image.
        """
        import pybase64

        plain = payload.decode_plain(text) if isinstance(text, str) else None
        data = plain or payload.decode_base64(text)
        info = payload.verify(data, strict=strict)
        encoded = str(text) if plain else pybase64.b64encode_as_string(data)
        return cls(f"data:{info.mime_type};base64,{encoded}", data=data, info=info, strict=strict, **about)

    def is_data_uri(self) -> bool:
        """Tell whether the picture is in the string itself."""
        return self.startswith("data:")

    @property
    def mime_type(self) -> str | None:
        """The picture's real type, such as ``"image/png"``; ``None`` for a URL that was not fetched yet."""
        if self._info is None and self.is_data_uri():
            self.to_bytes()
        return self._info.mime_type if self._info else None

    @property
    def known(self) -> payload.ImageInfo | None:
        """What is known of the picture without fetching it."""
        return self._info

    @property
    def info(self) -> payload.ImageInfo:
        """Type, suffix and pixels of the picture, fetched when needed."""
        self.to_bytes()
        assert self._info is not None
        return self._info

    @property
    def provenance(self) -> "Provenance":
        """Where the picture's own marks say that it comes from, fetched when needed; false where it has none."""
        from llamabot_images.provenance import marks_of

        return marks_of(self.to_bytes())

    @property
    def expires_at(self) -> datetime | None:
        """When the link dies (UTC), where the link says so."""
        return None if self.is_data_uri() else expires_at(self)

    def to_bytes(self) -> bytes:
        """Return the picture's bytes as the provider sent them.

        :raises DownloadError: When the URL cannot be fetched, or must not be.
        :raises InvalidImageError: When what it holds is not a whole image.
        """
        with self._lock:
            if self._data is None or self._info is None:
                data, declared = (self._data, None) if self._data is not None else self._read()
                self._info = payload.verify(data, declared_mime=declared, strict=self._strict)
                self._data = data
            return self._data

    def _read(self) -> tuple[bytes, str | None]:
        if self.is_data_uri():
            return payload.parse_data_uri(str(self))
        if self._downloader is None:
            from llamabot_images.download import Downloader

            self._downloader = Downloader()
        got = self._downloader.fetch(str(self))
        return got.data, got.content_type or None

    def save(self, path: str | Path, *, record: "Recorder | None" = None) -> Path:
        """Write the picture to *path*, replacing what is there, whole or not at all.

        The provider's bytes are written untouched, unless the suffix names another format: then the
        picture is converted. Without a suffix the real one is added.

        :param path: A file; missing folders are created.
        :param record: From ``ImageResult.recorder``: makes the record that is written beside the picture.
        :return: The file that was written.
        :raises SaveError: When it cannot be written; the bytes are kept on the error, and rescued.
        :raises InvalidImageError: When the picture cannot be converted to what the suffix names.
        """
        data, info = self.to_bytes(), self.info
        target = files.file_path(path, data)
        files.check_name(target, data)
        if not target.suffix:
            return _written(target.with_name(target.name + info.suffix), data, record)
        wanted = mime_for_suffix(target.suffix) or info.mime_type
        if wanted != info.mime_type:
            data = _converted(data, wanted, info, target)
        return _written(target, data, record)

    def open(self) -> "Image":
        """Return the picture as a PIL image.

        :raises InvalidImageError: When Pillow cannot read this kind.
        """
        from llamabot_images.convert import open_image

        return open_image(self.to_bytes())

    def to_html(self, *, edge: int | None = None) -> str:
        """Return an ``<img>`` element that holds the picture itself, not its link.

        :param edge: Longest edge of a thumbnail, pixels; the whole picture otherwise.
        """
        data, mime_type = self.to_bytes(), self.info.mime_type
        style = f' style="max-width:{edge}px;max-height:{edge}px"' if edge else ""
        if edge and mime_type != "image/svg+xml":
            from llamabot_images.convert import thumbnail

            data, mime_type = thumbnail(data, edge=edge)
        encoded = base64.b64encode(data).decode("ascii")
        return f'<img src="data:{mime_type};base64,{encoded}" alt="{html.escape(self.prompt[:300])}"{style}>'

    def _display_(self) -> Any:
        """Show the picture as the value of a cell of marimo, which asks for this."""
        return marimo_output.value(notebook.html_for(self), self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> notebook.Bundle:
        """Show the picture as a thumbnail; as text only where this cell has shown it already."""
        if notebook.is_shown_already(self):
            return {"text/plain": repr(self)}, {}
        return notebook.bundle_for(self)

    def __repr__(self) -> str:
        if self._info is None:
            return f"<ImageReference {redact_url(self)}>"
        pixels = f" {self._info.width}x{self._info.height}" if self._info.width else ""
        return f"<ImageReference {self._info.mime_type}{pixels} {_readable(len(self._data or b''))}>"

    def __reduce__(self) -> tuple[Any, ...]:
        kept = None if self.is_data_uri() else self._data
        fetcher = self._downloader if self._data is None else None
        return _restored, (type(self), str(self), self.prompt, self.revised_prompt, kept, fetcher, self._strict)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self


def _converted(data: bytes, wanted: str, info: payload.ImageInfo, target: Path) -> bytes:
    from llamabot_images.convert import reencode
    from llamabot_images.provenance import warn_of_loss

    try:
        made = reencode(data, wanted, info)
    except InvalidImageError as error:
        error.args = (f"{str(target)!r} cannot be written: {error}",)
        raise
    warn_of_loss(data, made)
    return made


def _written(path: Path, data: bytes, record: "Recorder | None") -> Path:
    if record is None:
        return files.replace(path, data)
    from llamabot_images.provenance import save_over

    return save_over(path, data, record)


def _restored(
    cls: type[ImageReference],
    value: str,
    prompt: str,
    revised_prompt: str | None,
    data: bytes | None,
    downloader: "Downloader | None" = None,
    strict: bool = False,
) -> ImageReference:
    return cls(value, prompt=prompt, revised_prompt=revised_prompt, downloader=downloader, data=data, strict=strict)


def _readable(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size / 2**10:.1f} KB" if size >= 2**10 else f"{size} B"
