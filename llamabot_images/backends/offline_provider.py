"""The offline model as a custom provider of LiteLLM, for programs and proxies that call LiteLLM themselves.

In a proxy's configuration:

.. code-block:: yaml

    litellm_settings:
      custom_provider_map:
        - {provider: offline, custom_handler: llamabot_images.backends.offline_provider.handler}
"""

from typing import Any

from litellm import CustomLLM
from litellm.types.utils import ImageObject, ImageResponse

from llamabot_images.backends.offline import draw, raise_for
from llamabot_images.retry import SendFailed

__all__ = ["OfflineProvider", "handler", "register"]


class OfflineProvider(CustomLLM):  # type: ignore[misc]
    """Draws what ``litellm.image_generation(model="offline/sketch")`` asks for.

    LiteLLM 1.106.2 keeps ``n``, ``size`` and ``quality`` from custom providers; ``count``, ``width`` and
    ``height`` reach this one, and ``seed`` and ``output_format``.
    """

    def image_generation(self, model: str, prompt: str, *args: Any, **keywords: Any) -> ImageResponse:
        """Draw pictures of *prompt*.

        :param model: ``"sketch"`` or one of the scripted failures.
        :param prompt: What to draw.
        :return: LiteLLM's reply object with base64 pictures.
        """
        try:
            raise_for(model)
        except SendFailed as failed:
            raise failed.error from None
        wanted = dict(keywords.get("optional_params") or {})
        width, height = wanted.pop("width", 1024), wanted.pop("height", 1024)
        reply = draw(prompt, n=wanted.pop("count", 1), size=f"{width}x{height}", **wanted)
        return ImageResponse(created=1, data=[ImageObject(b64_json=one.b64_json) for one in reply.data])

    async def aimage_generation(self, model: str, prompt: str, *args: Any, **keywords: Any) -> ImageResponse:
        """Draw in a thread."""
        import asyncio

        return await asyncio.to_thread(self.image_generation, model, prompt, *args, **keywords)


handler = OfflineProvider()


def register(litellm: Any) -> None:
    """Make ``offline/…`` known to LiteLLM, once; a program's own provider of that name is left alone."""
    if all(one["provider"] != "offline" for one in litellm.custom_provider_map):
        litellm.custom_provider_map.append({"provider": "offline", "custom_handler": handler})
