"""The offline model as a custom provider of LiteLLM, for programs and proxies that call LiteLLM themselves.

In a proxy's configuration:

.. code-block:: yaml

    litellm_settings:
      custom_provider_map:
        - {provider: offline, custom_handler: llamabot_images.backends.offline_provider.handler}
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import litellm
from litellm import CustomLLM
from litellm.types.utils import ImageObject, ImageResponse

from llamabot_images.backends.offline import MODELS, OfflineReply, draw, raise_for
from llamabot_images.errors import ImageBotError
from llamabot_images.failures import Failure
from llamabot_images.retry import SendFailed

__all__ = ["OfflineProvider", "handler", "register"]

#: What is looked for in the request to a proxy.
ASKED = ("n", "size", "output_format", "seed")


class OfflineProvider(CustomLLM):  # type: ignore[misc]
    """Draws what ``litellm.image_generation(model="offline/sketch")`` asks for, and edits by ``image_edit``.

    LiteLLM 1.106.2 keeps ``n``, ``size`` and ``quality`` from custom providers. In a proxy they are read from the
    request that came to it; elsewhere ``count``, ``width`` and ``height`` reach this one, and ``seed`` and
    ``output_format``. What fails, fails with LiteLLM's errors, so that a proxy answers with the right status.
    """

    def image_generation(self, model: str, prompt: str, *args: Any, **keywords: Any) -> ImageResponse:
        """Draw pictures of *prompt*.

        :param model: ``"sketch"`` or one of the scripted failures.
        :param prompt: What to draw.
        :return: LiteLLM's reply object with base64 pictures.
        """
        with _as_litellm(model):
            raise_for(model)
            return _response(draw(prompt, **_wanted(keywords)))

    async def aimage_generation(self, model: str, prompt: str, *args: Any, **keywords: Any) -> ImageResponse:
        """Draw in a thread."""
        import asyncio

        return await asyncio.to_thread(self.image_generation, model, prompt, *args, **keywords)

    def image_edit(self, model: str, image: Any, prompt: str | None, *args: Any, **keywords: Any) -> ImageResponse:
        """Change a picture as *prompt* says.

        :param model: ``"sketch"`` or one of the scripted failures.
        :param image: A list of open files; the first one is changed.
        :param prompt: What to change.
        :return: LiteLLM's reply object with base64 pictures.
        """
        from llamabot_images.backends.offline_edits import redraw
        from llamabot_images.request import Capabilities

        with _as_litellm(model):
            sources = _sources(image, (keywords.get("optional_params") or {}).get("mask"))
            asked = {"prompt": prompt or "", "sources": sources, **_wanted(keywords)}
            return _response(redraw(asked, Capabilities("offline", model, None)))

    async def aimage_edit(self, model: str, image: Any, prompt: str | None, *args: Any, **keywords: Any) -> Any:
        """Edit in a thread."""
        import asyncio

        return await asyncio.to_thread(self.image_edit, model, image, prompt, *args, **keywords)


def _response(reply: OfflineReply) -> ImageResponse:
    return ImageResponse(created=1, data=[ImageObject(b64_json=one.b64_json) for one in reply.data])


def _wanted(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is asked for, as ``draw`` takes it."""
    given = dict(keywords.get("optional_params") or {})
    body = _body(keywords.get("logging_obj"))
    found = {name: given[name] if name in given else body[name] for name in ASKED if name in given or name in body}
    if "width" in given or "height" in given:
        found["size"] = f"{given.get('width', 1024)}x{given.get('height', 1024)}"
    return found | {"n": int(given.get("count") or found.get("n") or 1)}


def _body(logging: Any) -> Mapping[str, Any]:
    """Return the body of the request that a proxy was sent, nothing outside a proxy."""
    about = getattr(logging, "model_call_details", None) or {}
    request = (about.get("litellm_params") or {}).get("proxy_server_request") or {}
    return {name: value for name, value in (request.get("body") or {}).items() if value is not None}


def _sources(image: Any, mask: Any) -> Any:
    from llamabot_images.sources import Sources

    images = image if isinstance(image, list) else [image]
    first = mask[0] if isinstance(mask, list) else mask
    return Sources(tuple(map(_source, images)), _source(first) if first is not None else None)


def _source(file: Any) -> Any:
    from llamabot_images.payload import verify
    from llamabot_images.sources import Source

    data = file if isinstance(file, bytes) else file.read()
    info = verify(data, strict=True)
    return Source(data, info.mime_type, "image", info.width or 0, info.height or 0)


@contextmanager
def _as_litellm(model: str) -> Iterator[None]:
    """Turn our errors into LiteLLM's: it takes any other for a broken connection, and sends again."""
    try:
        if model not in MODELS:
            raise litellm.NotFoundError(f"there is no model offline/{model}", model, "offline")
        yield
    except SendFailed as failed:
        raise _scripted(failed.failure, model) from None
    except ImageBotError as error:
        raise litellm.BadRequestError(str(error), model, "offline") from None


def _scripted(failure: Failure, model: str) -> Exception:
    if failure.kind == "refused":
        text = f"Content policy violation: {failure.text}"
        refused: Exception = litellm.ContentPolicyViolationError(text, model, "offline")
        return refused
    text = f"{failure.text}; try again in {failure.retry_after:g} s"
    busy: Exception = litellm.RateLimitError(text, "offline", model)
    return busy


handler = OfflineProvider()


def register(litellm: Any) -> None:
    """Make ``offline/…`` known to LiteLLM, once; a program's own provider of that name is left alone."""
    if all(one["provider"] != "offline" for one in litellm.custom_provider_map):
        litellm.custom_provider_map.append({"provider": "offline", "custom_handler": handler})
