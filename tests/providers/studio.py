"""Draws what is ordered and keeps it under the addresses of the image host."""

import threading
from dataclasses import dataclass, field
from urllib.parse import urlencode

from .orders import Order, Picture
from .pictures import encode, mime_type, picture

__all__ = ["Studio"]


@dataclass
class Studio:
    """What pictures look like; every setting left at ``None`` follows the request.

    :param format: Format of the bytes whatever was asked for; the declared type stays the asked one, as
        with providers that announce PNG and send JPEG, unless *declared* says otherwise.
    :param declared: MIME type that is announced.
    :param size: Pixels whatever was asked for.
    :param weight: Bytes a picture shall weigh at least.
    :param c2pa: Whether pictures carry content credentials.
    :param base64_style: A key of ``pictures.BASE64_STYLES``.
    :param suffix: What addresses end in; ``None`` is the announced format's.
    :param query: Query of the addresses; the default looks like a signed link good for two hours.
    """

    format: str | None = None
    declared: str | None = None
    size: tuple[int, int] | None = None
    weight: int | None = None
    c2pa: bool = False
    base64_style: str = "plain"
    suffix: str | None = None
    query: dict[str, str] = field(
        default_factory=lambda: {"se": "2099-01-01T00:00:00Z", "sp": "r", "sig": "c2lnbmF0dXJl/canary+1="}
    )
    image_url: str = ""
    served: list[bytes] = field(default_factory=list)
    gallery: dict[str, Picture] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def make(
        self,
        order: Order,
        *,
        count: int | None = None,
        files: tuple[bytes, ...] = (),
        base64: str | None = None,
    ) -> list[Picture]:
        """Return the pictures for *order*, in place of drawn ones *files*, under new addresses."""
        number = len(files) or (order.n if count is None else count)
        size = self.size or order.size or (1024, 1024)
        start = sum(order.prompt.encode())
        drawn = files or tuple(self._draw(order, size, start + index) for index in range(number))
        return [self._hang(data, order, size, base64) for data in drawn]

    def _draw(self, order: Order, size: tuple[int, int], variant: int) -> bytes:
        format = self.format or order.format
        return picture(format, size, variant, weight=self.weight, c2pa=self.c2pa, frames=order.frames)

    def _hang(self, data: bytes, order: Order, size: tuple[int, int], base64: str | None) -> Picture:
        mime = self.declared or mime_type(order.format)
        text = base64 if base64 is not None else encode(data, mime, self.base64_style)
        query = f"?{urlencode(self.query)}" if self.query else ""
        with self._lock:
            path = f"/pictures/{len(self.gallery) + 1:06d}.{self.suffix or order.format}"
            self.gallery[path] = made = Picture(data, mime, text, self.image_url + path + query, size)
            self.served.append(data)
        return made
