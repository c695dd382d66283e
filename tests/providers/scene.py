"""One request being answered: what a scripted reply may look at and use."""

from collections.abc import Callable
from dataclasses import dataclass

from .api import Api
from .orders import Call, House, Order
from .replies import Reply, Script
from .studio import Studio
from .wire import Answer

__all__ = ["Scene"]


@dataclass(frozen=True)
class Scene:
    """The request, the API it came to, and the means to answer it.

    *wait* ends early when the server closes.
    """

    api: Api
    call: Call
    order: Order
    studio: Studio
    wait: Callable[[float | None], None]

    @property
    def house(self) -> House:
        """Return the server's settings."""
        return self.call.house

    def normal(self, *, count: int | None = None, files: tuple[bytes, ...] = (), base64: str | None = None) -> Answer:
        """Return the answer of a good day, with these files or this base64 text in place of drawings."""
        if self.order.route == "fetch":
            return self._fetched(files)
        made = self.studio.make(self.order, count=count, files=files, base64=base64)
        return self.api.answer(self.order, made, self.house)

    def _fetched(self, files: tuple[bytes, ...]) -> Answer:
        answer = self.api.answer(self.order, (), self.house)
        return Answer(200, files[0], answer.headers) if files else answer

    def play(self, reply: Script) -> Answer:
        """Return the answer *reply* stands for."""
        if reply is None:
            return self.normal()
        if isinstance(reply, Reply):
            return reply.answer(self)
        return self.play(reply(self.call.request))
