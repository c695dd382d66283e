"""Who is asked: one file per way of asking, the same functions in each."""

from typing import Any, Protocol

from llamabot_images.errors import UnroutedModelError
from llamabot_images.request import Asked, Capabilities
from llamabot_images.threads import Threads

__all__ = ["Backend", "Backends"]


class Backend(Protocol):
    """A way of asking. ``send`` and ``asend`` send one request once and return the raw reply."""

    def capabilities(self, model: str, extra: Any) -> Capabilities:
        """Return what is known of a model's parameters."""

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Settle key and address."""

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request."""

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request without blocking the event loop."""

    def close(self) -> None:
        """Let go of connections."""


class Backends:
    """The backends of one bot, made when first needed.

    :param threads: Where blocking calls of async verbs run.
    :param router: A ``litellm.Router`` that reaches every model but the offline one.
    """

    def __init__(self, threads: Threads, router: Any = None) -> None:
        self._threads = threads
        self._router = router
        self._made: dict[str, Backend] = {}

    def pick(self, model: str) -> Backend:
        """Return the backend that reaches *model*."""
        name = "offline" if model.startswith("offline/") else "images"
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def provider_of(self, model: str, extra: Any) -> str:
        """Return LiteLLM's name of a model's provider, empty where it knows none.

        :param model: As the caller wrote it.
        :param extra: Further keywords, which may tell what the name means.
        """
        try:
            return self.pick(model).capabilities(model, extra).provider
        except UnroutedModelError:
            return ""

    def _make(self, name: str) -> Backend:
        if name == "offline":
            from llamabot_images.backends.offline import Offline

            return Offline(self._threads)
        if self._router is not None:
            from llamabot_images.backends.routed import Routed

            return Routed(self._threads, self._router)
        from llamabot_images.backends.images import Images

        return Images(self._threads)

    def close(self) -> None:
        """Let go of every connection."""
        for one in self._made.values():
            one.close()
        self._made.clear()
