"""Who is asked: one file per way of asking, the same functions in each."""

from typing import Any, Protocol

from llamabot_images.errors import UnroutedModelError, UnsupportedParameterError
from llamabot_images.models import ModelRule
from llamabot_images.request import Asked, Capabilities
from llamabot_images.threads import Threads

__all__ = ["ROUTES", "Backend", "Backends"]

ROUTES = ("auto", "images", "chat")


class Backend(Protocol):
    """A way of asking. ``send`` and ``asend`` send one request once and return the raw reply."""

    def capabilities(self, model: str, extra: Any) -> Capabilities:
        """Return what is known of a model's parameters."""

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what is known of a model's sizes and settings on this way."""

    def streams(self, can: Capabilities) -> bool:
        """Tell whether the way to a picture can be watched."""

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

    def pick(self, asked: Asked) -> Backend:
        """Return the backend that reaches what is asked.

        :param asked: The model, the route and whether pictures are edited or watched decide.
        :raises UnsupportedParameterError: For a route that there is not.
        """
        if asked.route not in ROUTES:
            raise UnsupportedParameterError(f"route is {asked.route!r}; choose one of {', '.join(ROUTES)}")
        return self.named(self._name_for(asked))

    def named(self, name: str) -> Backend:
        """Return a backend by its name, which ``ImageRequest.route`` holds."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _name_for(self, asked: Asked) -> str:
        prefix = asked.model.partition("/")[0]
        if prefix in ("offline", "ollama"):
            return prefix
        if self._router is not None:
            return "routed"
        wanted = "edits" if asked.sources else "images"
        if asked.route != "auto":
            return "chat" if asked.route == "chat" else wanted
        if asked.sources and asked.sources.history_for(asked.model):
            return "chat"
        return wanted if self._reaches(wanted, asked) or not self._reaches("chat", asked) else "chat"

    def _reaches(self, name: str, asked: Asked) -> bool:
        from llamabot_images.backends.litellm_fixes import is_patched, load

        backend: Any = self.named(name)
        try:
            can = backend.capabilities(asked.model, asked.extra)
        except UnroutedModelError:
            return False
        return not asked.is_streamed or backend.streams(can) or is_patched(load(), backend.CALL)

    def provider_of(self, asked: Asked) -> str:
        """Return LiteLLM's name of a model's provider, empty where it knows none.

        :param asked: The model as the caller wrote it, and keywords which may tell what the name means.
        """
        try:
            return self.pick(asked).capabilities(asked.model, asked.extra).provider
        except UnroutedModelError:
            return ""

    def _make(self, name: str) -> Backend:
        if name == "offline":
            from llamabot_images.backends.offline import Offline

            return Offline(self._threads)
        if name == "ollama":
            from llamabot_images.backends.ollama import Ollama

            return Ollama(self._threads)
        if name == "routed":
            from llamabot_images.backends.routed import Routed

            return Routed(self._threads, self._router)
        if name == "chat":
            from llamabot_images.backends.chat import Chat

            return Chat(self._threads)
        if name == "edits":
            from llamabot_images.backends.edits import Edits

            return Edits(self._threads)
        from llamabot_images.backends.images import Images

        return Images(self._threads)

    def close(self) -> None:
        """Let go of every connection."""
        for name in list(self._made):
            if (one := self._made.pop(name, None)) is not None:
                one.close()
