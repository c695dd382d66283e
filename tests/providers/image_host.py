"""The host behind picture URLs: a CDN or blob storage, on a port of its own."""

from collections.abc import Sequence

from .api import Api
from .orders import Call, House, Order, Picture, Route
from .studio import Studio
from .wire import Answer

__all__ = ["ImageHost"]


class ImageHost(Api):
    """Serves what the studio has hung, and knows nothing of keys."""

    name = "images"
    routes = (Route("fetch", "/.*", "GET"),)

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def check_key(self, call: Call) -> None:
        """Ask for no key: the link itself is the permission."""

    def check(self, call: Call) -> None:
        if call.request.path not in self._studio.gallery:
            self.reject(404, "The specified blob does not exist.", code="BlobNotFound")

    def order(self, call: Call) -> Order:
        return Order(route="fetch", prompt=call.request.path)

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        found = self._studio.gallery[order.prompt]
        return Answer(200, found.data, {"content-type": found.mime, "etag": '"0x8D"', "accept-ranges": "bytes"})

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        inner = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        text = f'<?xml version="1.0" encoding="utf-8"?>{inner}'
        return Answer(status, text.encode(), {"content-type": "application/xml"})

    def stamp(self, answer: Answer) -> Answer:
        return answer
