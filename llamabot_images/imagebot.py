"""ImageBot: settings and verbs, nothing else."""

import os
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images import names, notebook, saving, sending
from llamabot_images.asked import CREDENTIALS, DEFAULTS, Asked, asked_from
from llamabot_images.attempts import Attempt, first_with_key
from llamabot_images.credentials import for_other_provider, without_keys
from llamabot_images.links import private_hosts
from llamabot_images.models import rule_for
from llamabot_images.redact import Hidden
from llamabot_images.reference import ImageReference
from llamabot_images.request import ImageRequest, negotiate
from llamabot_images.results import ImageResult
from llamabot_images.threads import Threads

if TYPE_CHECKING:
    from llamabot_images.download import Downloader

__all__ = ["ImageBot"]


class ImageBot:
    """Generate images with any model that LiteLLM can reach.

    Building a bot sends nothing and loads no provider library.

    :param model: The model to use. Defaults to "dall-e-3", which OpenAI has switched off: its successor is
        used instead, with one warning.
    :param size: The size of the image to generate. Defaults to "1024x1024". Also ``(1792, 1024)``,
        ``"16:9"``, ``"landscape"``, ``"portrait"``, ``"square"`` and ``"auto"``; the nearest size that the
        model offers is taken.
    :param quality: Optional quality setting for models that support it. Higher ones cost more.
    :param n: The number of images to generate. Defaults to 1. Each one is paid for.
    :param response_format: The LiteLLM image response format to request. Defaults to "url". Models without
        this setting answer as they do; both forms are understood.
    :param api_key: Optional API key to pass through to LiteLLM. Otherwise the provider's own variable.
    :param api_base: Optional API base URL to pass through to LiteLLM.
    :param api_version: Optional API version to pass through to LiteLLM.
    :param timeout: Maximum time, in seconds, to wait for image generation.
    :param save_dir: Folder for files that are named after the prompt; created when missing.
    :param strict: Raise ``UnsupportedParameterError`` before sending, instead of adjusting a setting that the
        model does not take.
    :param fallbacks: Models to try in order when a model is gone, busy for longer than two minutes, or cannot be
        reached: only when nothing was accepted, so nothing is paid twice. Keys come from their own variables.
    :param fallback_on_refusal: Try the fallbacks also when a provider refuses the prompt.
    :param router: A ``litellm.Router`` to send through; ``model`` is then one of its names, and its own settings
        say how often a request is sent.
    :param max_cost: US dollars this bot may spend in its life; the next request past it raises
        ``BudgetExceededError`` before it is sent. Prices that nobody knows count as nothing.
    :param allow_private_hosts: Hosts that image URLs may point to although their address is not public, beside
        the host of ``api_base``. The variable ``LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS`` (comma-separated) adds to it.
    :param sidecar: Also save what made each picture, prompt included: ``cat.png.json`` beside ``cat.png``.
    :param image_generation_kwargs: Additional provider-specific keyword arguments to pass through to
        ``litellm.image_generation``.
    """

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
        fallbacks: Sequence[str] = (),
        fallback_on_refusal: bool = False,
        router: Any = None,
        max_cost: float | None = None,
        allow_private_hosts: Collection[str] = (),
        sidecar: bool = False,
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
        self.fallbacks = tuple(fallbacks)
        self.fallback_on_refusal = fallback_on_refusal
        self.allow_private_hosts = tuple(allow_private_hosts)
        self.sidecar = sidecar
        self.image_generation_kwargs = image_generation_kwargs
        self._start(max_cost, router)

    def _start(self, max_cost: float | None, router: Any) -> None:
        self._threads, self._targets = Threads(), saving.Targets()
        self._sender = sending.Sender(self._threads, self._fetcher, max_cost=max_cost, router=router)
        self._downloader: Downloader | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the settings; the key stays here, and the copy reads its provider's variable."""
        live = ("_threads", "_targets", "_sender", "_downloader")
        return {"max_cost": self.max_cost} | {name: one for name, one in vars(self).items() if name not in live}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update({name: value for name, value in state.items() if name != "max_cost"})
        self._start(state["max_cost"], None)

    def __call__(
        self, prompt: str, return_url: bool = False, save_path: str | Path | None = None
    ) -> ImageReference | Path:
        """Generate an image from a text prompt.

        :param prompt: The text prompt describing the image to generate.
        :param return_url: Whether to return a displayable image reference instead of saving the file. If True,
            overrides ``save_path``.
        :param save_path: The path to save the generated image to, replacing what is there. If None, a name is
            made from the prompt and nothing is ever overwritten.
        :return: An ``ImageReference`` (a string: URL or data URI) with ``return_url``, otherwise the path of the
            saved file. All n pictures are saved; the first is returned.
        :raises ValueError: If no generated image data is found in the response.
        :raises SaveError: If the target cannot be written; found out before anything is sent.
        """
        if not return_url:
            self.check_target(prompt, save_path)
        return self._delivered(self.generate(prompt), return_url, save_path)

    async def acall(
        self, prompt: str, return_url: bool = False, save_path: str | Path | None = None
    ) -> ImageReference | Path:
        """Do what calling the bot does without blocking the event loop.

        :param prompt: See ``__call__``.
        :param return_url: See ``__call__``.
        :param save_path: See ``__call__``.
        """
        if not return_url:
            await self._threads.run(self.check_target, prompt, save_path)
        result = await self.agenerate(prompt)
        return await self._threads.run(self._delivered, result, return_url, save_path)

    def generate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Generate all n images and save none.

        :param prompt: What to draw.
        :param overrides: Any setting of the constructor, for this call only.
        :return: The pictures with cost, usage and what was adjusted.
        :raises ValueError: ``NoImageError`` when the reply holds no image, ``ContentPolicyError`` when the provider
            refused, ``UnsupportedParameterError`` for settings that make no sense.
        :raises MissingKeyError: When no key is found; nothing was sent.
        :raises Exception: LiteLLM's own, with a note that says what to do and ``maybe_charged`` set.
        """
        return self._sender.run(self._first_attempt(prompt, overrides))

    async def agenerate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Do what ``generate`` does without blocking the event loop.

        :param prompt: What to draw.
        :param overrides: Any setting of the constructor, for this call only.
        """
        return await self._sender.arun(await self._threads.run(self._first_attempt, prompt, overrides))

    def again(self, path: str | Path, **overrides: Any) -> ImageResult:
        """Ask anew for what a saved picture's record says: prompt, model, size, quality and seed. Saves nothing.

        :param path: A picture that was saved with its sidecar, or has an embedded record.
        :param overrides: ``prompt`` or any setting of the constructor, in place of the record's.
        :raises ValueError: When the picture has no record of how it was made; nothing was sent.
        """
        from llamabot_images.provenance import asked_in

        asked = asked_in(path) | overrides
        return self.generate(asked.pop("prompt"), **asked)

    def build_request(self, prompt: str, **overrides: Any) -> ImageRequest:
        """Return the request that would be sent. Override it to change every verb; sends nothing.

        :param prompt: What to draw.
        :param overrides: Any setting of the constructor.
        :return: The request, fitted to the model.
        :raises UnsupportedParameterError: For settings that make no sense, or that ``strict`` forbids to adjust.
        :raises MissingKeyError: When no key is found.
        """
        asked = self._asked(overrides)
        backend = self._sender.backends.pick(asked.model)
        can = backend.capabilities(asked.model, asked.extra)
        if asked.model != self.model and can.provider != self._provider(self.model):
            asked = for_other_provider(asked, overrides)
        rule, refused = rule_for(can.provider, can.name), self._sender.refused.get(asked.model, frozenset())
        return negotiate(prompt, asked, can, rule, refused=refused, credentials=backend.credentials(asked, can))

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

    def estimate(self, prompt: str, **overrides: Any) -> tuple[float, float] | None:
        """Return what a prompt will cost, without sending anything.

        :param prompt: What would be drawn.
        :param overrides: Any setting of the constructor.
        :return: US dollars, at least and at most; ``None`` where LiteLLM's price map does not say.
        """
        prices = self.build_request(prompt, **overrides).prices
        return (prices.low, prices.high) if prices else None

    def filename_for(self, prompt: str) -> str:
        """Return the file name, without suffix, for a prompt. Override it to name files otherwise.

        :param prompt: What was drawn.
        """
        return names.stem_for(prompt)

    def close(self) -> None:
        """Let go of connections and threads. The bot can still be used; it makes new ones."""
        self._sender.close()
        self._threads.close()
        if self._downloader is not None:
            self._downloader.close()
            self._downloader = None

    def _asked(self, overrides: dict[str, Any]) -> Asked:
        named = ("model", *DEFAULTS, *CREDENTIALS, "timeout", "strict")
        return asked_from({name: getattr(self, name) for name in named}, self.image_generation_kwargs | overrides)

    def _provider(self, model: str) -> str:
        return self._sender.backends.provider_of(model, self.image_generation_kwargs)

    def _first_attempt(self, prompt: str, overrides: dict[str, Any]) -> Attempt:
        asked = overrides.get("model", self.model)

        def build(model: str) -> ImageRequest:
            is_same = model == asked or self._provider(model) == self._provider(asked)
            return self.build_request(prompt, **{**(overrides if is_same else without_keys(overrides)), "model": model})

        may_replace = not overrides.get("api_base", self.api_base)
        model = self._sender.successors.get(asked, asked) if may_replace else asked
        request, fallbacks, trail = first_with_key((model, *self.fallbacks), build)
        on_refusal, now = self.fallback_on_refusal, time.monotonic()
        return Attempt(request, build, may_replace, fallbacks, on_refusal, trail, started=now)

    def check_target(self, prompt: str, save_path: str | Path | None = None) -> None:
        """Make sure that a picture could be saved, before it is paid for. Sends nothing.

        :param prompt: What would be drawn.
        :param save_path: As for calling the bot.
        :raises SaveError: When no file can be written there.
        """
        stem = self.filename_for(prompt) if save_path is None and isinstance(prompt, str) else "-"
        self._targets.check(self.save_dir, stem, save_path)

    def save(self, result: ImageResult, save_path: str | Path | None = None) -> list[Path]:
        """Save every picture of a result, as calling the bot does.

        :param result: From ``generate``.
        :param save_path: Path of the first picture, the others get ``-2``, ``-3`` …; without it, names made from
            the prompt, in ``save_dir``.
        :return: One path per picture, in order.
        :raises SaveError: When a file cannot be written, ``DownloadError`` when a picture cannot be fetched. The
            error's ``result`` still holds every picture.
        """
        stem = self.filename_for(result.prompt) if save_path is None else "-"
        return saving.save_result(result, self.save_dir, stem, save_path, self.sidecar)

    def _delivered(self, result: ImageResult, return_url: bool, save_path: str | Path | None) -> ImageReference | Path:
        made = result[0] if return_url else self.save(result, save_path)[0]
        notebook.show(result[0])
        return made

    def _fetcher(self) -> "Downloader":
        if self._downloader is None:
            from llamabot_images.download import Downloader

            hosts = private_hosts(self.api_base, self.allow_private_hosts, os.environ)
            self._downloader = Downloader(allow_hosts=hosts)
        return self._downloader

    def __repr__(self) -> str:
        return f"<ImageBot {self.model!r} size={self.size!r} n={self.n}>"
