"""What a bot holds: its settings, its key, and the connections and threads behind them."""

import copy
import os
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, SupportsIndex

from llamabot_images import saving, sending
from llamabot_images.asked import texts_from
from llamabot_images.errors import ImageBotError
from llamabot_images.links import private_hosts
from llamabot_images.redact import Hidden
from llamabot_images.threads import Threads

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["BotSettings"]


class BotSettings:
    """The part of ``ImageBot`` that is no verb."""

    def __init__(
        self,
        model: str = "dall-e-3",
        size: Any = "1024x1024",
        quality: str | None = None,
        n: int = 1,
        response_format: str = "url",
        api_key: str | None = None,
        api_base: str | None = None,
        api_version: str | None = None,
        timeout: float = 600,
        *,
        save_dir: str | Path = ".",
        strict: bool = False,
        fallbacks: Sequence[str] | str = (),
        fallback_on_refusal: bool = False,
        router: Any = None,
        max_cost: float | None = None,
        allow_private_hosts: Collection[str] | str = (),
        sidecar: bool = False,
        route: str = "auto",
        **image_generation_kwargs: Any,
    ) -> None:
        self.model = model
        self.size = size
        self.quality = quality
        self.n = n
        self.response_format = response_format
        self._api_key = Hidden(api_key)
        self.api_base = api_base
        self.api_version = api_version
        self.timeout = timeout
        self.save_dir = save_dir
        self.strict = strict
        self.fallbacks = texts_from("fallbacks", fallbacks)
        self.fallback_on_refusal = fallback_on_refusal
        self.allow_private_hosts = texts_from("allow_private_hosts", allow_private_hosts)
        self.sidecar = sidecar
        self.route = route
        self.image_generation_kwargs = image_generation_kwargs
        self._start(max_cost, router)

    def _start(self, max_cost: float | None, router: Any) -> None:
        self._threads, self._targets, self._router = Threads(), saving.Targets(), router
        self._sender = sending.Sender(self._threads, self._fetcher, max_cost=max_cost, router=router)
        self._downloader: Downloader | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings; the key stays here, and the copy reads its provider's variable."""
        live = ("_threads", "_targets", "_sender", "_downloader", "_router")
        return {"max_cost": self.max_cost} | {name: one for name, one in vars(self).items() if name not in live}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({name: value for name, value in state.items() if name != "max_cost"})
        self._start(state["max_cost"], state.get("_router"))

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        if self._router is not None:  # without it the prompts would go to whoever has the model's name and a key here
            raise ImageBotError(
                f"a bot with a litellm.Router cannot be sent to another process: {self!r}. Give a bot the model and "
                "key of one of its deployments, or make the bot and its Router in that process"
            )
        return super().__reduce_ex__(protocol)

    def __copy__(self) -> Self:
        return self._shared_with(type(self).__new__(type(self)), self.__getstate__())

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        memo[id(self)] = twin = type(self).__new__(type(self))
        return self._shared_with(twin, copy.deepcopy(self.__getstate__(), memo))

    def _shared_with(self, twin: Self, state: dict[str, Any]) -> Self:
        """Make a copy that stays in this process, and so has what does not travel."""
        twin.__setstate__({**state, "_router": self._router, "_api_key": self._api_key})
        return twin

    @property
    def max_cost(self) -> float | None:
        """US dollars this bot may spend in its life."""
        return self._sender.spending.limit

    @property
    def cost(self) -> float:
        """US dollars this bot has spent, as far as providers or LiteLLM's price map say."""
        return self._sender.spending.spent

    @property
    def api_key(self) -> str | None:
        """The key passed to LiteLLM; it is in no repr and no pickle of the bot."""
        return self._api_key.value

    @api_key.setter
    def api_key(self, value: str | None) -> None:
        self._api_key = Hidden(value)

    def close(self) -> None:
        """Let go of connections and threads. The bot can still be used; it makes new ones."""
        self._sender.close()
        self._threads.close()
        found, self._downloader = self._downloader, None
        if found is not None:
            found.close()

    def _fetcher(self) -> "Downloader":
        found = self._downloader  # another thread may close the bot meanwhile
        if found is None:
            from llamabot_images.download import Downloader

            hosts = private_hosts(self.api_base, self.allow_private_hosts, os.environ)
            found = self._downloader = Downloader(allow_hosts=hosts)
        return found

    def __repr__(self) -> str:
        return f"<ImageBot {self.model!r} size={self.size!r} n={self.n}>"
