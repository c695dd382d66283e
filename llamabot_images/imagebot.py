"""ImageBot: settings and verbs, nothing else."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llamabot_images import notebook, saving
from llamabot_images.preparing import Preparing
from llamabot_images.reference import ImageReference
from llamabot_images.results import ImageResult

if TYPE_CHECKING:
    from llamabot_images.batch import BatchResult
    from llamabot_images.events import ImageEvent
    from llamabot_images.jobs import Job

__all__ = ["ImageBot"]


class ImageBot(Preparing):
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
    :param route: ``"images"`` or ``"chat"`` where a model can be asked both ways; ``"auto"`` takes the image API where
        there is one.
    :param image_generation_kwargs: Additional provider-specific keyword arguments to pass through to
        ``litellm.image_generation``.
    """

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
        made, show = self._delivered(self.generate(prompt), return_url, save_path, notebook.front_end())
        show(made)
        return made

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
        made, show = await self._threads.run(self._delivered, result, return_url, save_path, notebook.front_end())
        show(made)
        return made

    def generate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Generate all n images and save none.

        :param prompt: What to draw.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        :return: The pictures with cost, usage and what was adjusted.
        :raises ValueError: ``NoImageError`` when the reply holds no image, ``ContentPolicyError`` when the provider
            refused, ``UnsupportedParameterError`` for settings that make no sense.
        :raises MissingKeyError: When no key is found; nothing was sent.
        :raises Exception: LiteLLM's own, with a note that says what to do and ``maybe_charged`` set.
        """
        return replace(self._sender.run(self._first_attempt(prompt, overrides)), bot=self)

    async def agenerate(self, prompt: str, **overrides: Any) -> ImageResult:
        """Do what ``generate`` does without blocking the event loop.

        :param prompt: What to draw.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        """
        attempt = await self._threads.run(self._first_attempt, prompt, overrides)
        return replace(await self._sender.arun(attempt), bot=self)

    def edit(self, prompt: str, image: Any, mask: Any = None, **overrides: Any) -> ImageResult:
        """Change a picture as a prompt says. Saves nothing.

        :param prompt: What to change.
        :param image: A path, bytes, PIL image, URL, data URI, ``ImageReference`` or ``ImageResult``; a list of them
            where the model takes several.
        :param mask: A picture of the same size, transparent (or white, without transparency) where the model may paint.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        :return: The pictures, as from ``generate``.
        :raises InvalidImageError: When *image* or *mask* is no picture, or their sizes differ; nothing was sent.
        :raises UnroutedModelError: When the model cannot edit; nothing was sent.
        """
        from llamabot_images.inputs import sources_from

        return self.generate(prompt, sources=sources_from(image, mask, self._fetcher), **overrides)

    async def aedit(self, prompt: str, image: Any, mask: Any = None, **overrides: Any) -> ImageResult:
        """Do what ``edit`` does without blocking the event loop.

        :param prompt: See ``edit``.
        :param image: See ``edit``.
        :param mask: See ``edit``.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        """
        from llamabot_images.inputs import sources_from

        sources = await self._threads.run(sources_from, image, mask, self._fetcher)
        return await self.agenerate(prompt, sources=sources, **overrides)

    def stream(self, prompt: str, **overrides: Any) -> "Iterator[ImageEvent]":
        """Watch a picture arrive: text, partial pictures where the provider sends them, then the result.

        :param prompt: What to draw.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        :return: Events; the last one holds the ``ImageResult``. Closing the iterator closes the connection, but
            what the provider has begun may be charged.
        :raises Exception: See ``generate``.
        """
        from llamabot_images.streaming import stream

        return stream(self._sender, self._first_attempt(prompt, {**overrides, "is_streamed": True}), self)

    def astream(self, prompt: str, **overrides: Any) -> "AsyncIterator[ImageEvent]":
        """Do what ``stream`` does without blocking the event loop.

        :param prompt: What to draw.
        :param overrides: Any setting of a request, for this call only: not the folder, the budget or the router.
        """
        from llamabot_images.streaming import astream

        build = partial(self._first_attempt, prompt, {**overrides, "is_streamed": True})
        return astream(self._sender, build, self)

    def batch(self, prompts: Iterable[Any], save_dir: str | Path | None = None, **options: Any) -> "BatchResult":
        """Make and save a picture of every prompt, take up where an earlier run stopped, and pay for none twice.

        :param prompts: Strings, or dicts with ``prompt``, overrides and an ``id`` or ``file_name`` of their own; read
            as they are needed.
        :param save_dir: Folder of the pictures and of their journal, the bot's by default.
        :param options: See ``llamabot_images.batch.run``: ``max_workers=8``, ``images_per_minute``, ``max_cost``,
            ``resume=True``, ``retry_unknown=False``, ``progress``, ``executor``, ``on_event``.
        :return: One outcome per prompt, in order, failures included.
        """
        from llamabot_images import batch

        return batch.run(self, prompts, save_dir, **options)

    async def abatch(self, prompts: Iterable[Any], save_dir: str | Path | None = None, **options: Any) -> "BatchResult":
        """Do what ``batch`` does without blocking the event loop.

        :param prompts: See ``batch``.
        :param save_dir: See ``batch``.
        :param options: See ``batch``.
        """
        from llamabot_images import batch

        return await batch.arun(self, prompts, save_dir, **options)

    def again(self, path: str | Path, **overrides: Any) -> ImageResult:
        """Ask anew for what a saved picture's record says: prompt, model, size, quality and seed. Saves nothing.

        :param path: A picture that was saved with its sidecar, or has an embedded record.
        :param overrides: ``prompt`` or any setting of the constructor, in place of the record's.
        :raises ValueError: When the picture has no record of how it was made; nothing was sent.
        """
        from llamabot_images.provenance import asked_in

        asked = asked_in(path) | overrides
        return self.generate(asked.pop("prompt"), **asked)

    async def aagain(self, path: str | Path, **overrides: Any) -> ImageResult:
        """Do what ``again`` does without blocking the event loop.

        :param path: See ``again``.
        :param overrides: See ``again``.
        """
        from llamabot_images.provenance import asked_in

        asked = await self._threads.run(asked_in, path) | overrides
        return await self.agenerate(asked.pop("prompt"), **asked)

    def submit(self, prompts: Iterable[Any], **overrides: Any) -> "Job":
        """Give many prompts to the provider's own batches: half the price, done within a day.

        Each call is a new job, and paid for.

        :param prompts: See ``batch``.
        :param overrides: Any setting of a request, for this job only.
        :return: The job; its ``id`` is all that another process needs.
        :raises UnroutedModelError: When the model's provider has no such batches; nothing was sent.
        """
        from llamabot_images import jobs

        return jobs.submit(self, prompts, **overrides)

    async def asubmit(self, prompts: Any, **overrides: Any) -> "Job":
        """Do what ``submit`` does without blocking the event loop.

        :param prompts: See ``submit``; async iterables too.
        :param overrides: See ``submit``.
        """
        from llamabot_images import jobs

        return await jobs.asubmit(self, prompts, **overrides)

    def job(self, job_id: str) -> "Job":
        """Return a job that was submitted before, by this process or another. Sends nothing.

        :param job_id: The ``id`` of the job.
        """
        from llamabot_images import jobs

        return jobs.job(self, job_id)

    def as_tool(self, *, folder: str | Path | None = None, name: str = "generate_image") -> Callable[..., str]:
        """Return a function for agent frameworks that draws, saves and answers with the path as text.

        :param folder: Where its pictures go, ``save_dir`` by default.
        :param name: What an agent calls it by.
        """
        from llamabot_images.tool import as_tool

        return as_tool(self, folder=folder, name=name)

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

    def _delivered(
        self, result: ImageResult, return_url: bool, save_path: str | Path | None, front: notebook.FrontEnd
    ) -> tuple[ImageReference | Path, notebook.Shower]:
        """Return what the call returns and what shows it, which only the caller's thread can do."""
        made = result[0] if return_url else self.save(result, save_path)[0]
        return made, front(result[0])
