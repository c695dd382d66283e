"""Ask through a ``litellm.Router`` of the caller's: its load balancing, cooldowns, retries and fallbacks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llamabot_images.backends.images import Images
from llamabot_images.backends.knowing import dalle_in_body
from llamabot_images.backends.litellm_fixes import captured
from llamabot_images.backends.reading import with_picture
from llamabot_images.errors import UnroutedModelError
from llamabot_images.request import Asked, Capabilities
from llamabot_images.threads import Threads

__all__ = ["Routed"]


class Routed(Images):
    """A Router's image call.

    How often a request is sent is the Router's own setting here: what it retries may be charged more than once.

    :param threads: Where blocking calls of async verbs run.
    :param router: The caller's ``litellm.Router``.
    """

    def __init__(self, threads: Threads, router: Any) -> None:
        super().__init__(threads)
        self._router = router

    def capabilities(self, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what LiteLLM says of the first deployment of a model group.

        :param model: A ``model_name`` of the Router.
        :param extra: Further keywords.
        :raises UnroutedModelError: When the Router has no such group.
        """
        found, names = _groups(self._router, model)
        if not found:
            has = ", ".join(sorted(names))
            raise UnroutedModelError(f"the Router has no model {model!r}; it has {has}; nothing was sent")
        settings = found[0]["litellm_params"]
        return replace(super().capabilities(settings["model"], {**settings, **extra}), route="routed")

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Return nothing: each deployment of the Router has its own.

        :raises UnroutedModelError: For edits.
        """
        if asked.sources:
            raise UnroutedModelError(
                "a Router cannot edit here: give the picture to a bot without router=; nothing was sent"
            )
        return {}

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request through the Router."""
        with captured() as raw:
            reply = self._router.image_generation(**dalle_in_body(keywords, can.provider, can.name))
            return with_picture(reply, raw, keywords)

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request through the Router without blocking the event loop."""
        return await self._threads.run(self.send, keywords, can)


def _groups(router: Any, model: str) -> tuple[list[Any], list[str]]:
    """Return a Router's deployments of a model group, and the names of all its groups.

    LiteLLM 1.109 has new names for both, and warns about the old ones.
    """
    if not hasattr(router, "registry"):
        return router.get_model_list(model_name=model) or [], router.get_model_names()
    registry = router.registry()
    return registry.deployments(model) or [], registry.names()
