"""Which models answer a chat with pictures, and what their chats take. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from llamabot_images.models import GEMINI, ModelRule
from llamabot_images.sizes import AnySize, parse_size

__all__ = ["chats", "draws", "rule_for_chat", "sized", "sizes_in"]

GOOGLE = frozenset({"gemini", "vertex_ai", "vertex_ai_beta"})
#: The word by which models that draw are called; Imagen, which has no chat, is another word.
DRAWING = re.compile(r"(?<![a-z])(?:image|banana)(?![a-z])")
#: More of them on OpenRouter, where every model is asked by chat.
ROUTED = re.compile(r"flux|seedream|riverflow|recraft")
#: What LiteLLM's price map calls models that have a chat; it knows no word for models that it does not list.
CHAT_MODES = frozenset({"chat", "responses", "completion", ""})
IMAGE_NAMES = ("gpt-image", "chatgpt-image", "dall-e")
#: Parameters of image calls that mean nothing, or something else, in a chat.
NOT_FOR_CHAT = frozenset(
    {"response_format", "style", "background", "moderation", "output_format", "output_compression", "stream"}
)
#: Pixels from which a size is nearer to 2K, and to 4K, than to what these models draw by themselves.
TWO_K, FOUR_K = 2 * 2**20, 8 * 2**20


def draws(provider: str, name: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a chat with a model brings pictures.

    LiteLLM's ``supported_output_modalities`` lists models that only write, such as gpt-5.1, so the name must say it
    too (1.106.2).

    :param provider: LiteLLM's name of the provider.
    :param name: The model without the provider's prefix.
    :param row: The model's row in LiteLLM's price map.
    """
    is_named = bool(DRAWING.search(name.lower()))
    if provider == "openrouter":
        return is_named or bool(ROUTED.search(name.lower()))
    if provider in GOOGLE:
        return is_named
    return is_named and row.get("mode") in ("chat", "responses") and "image" in _outputs(row)


def chats(provider: str, name: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a model can be asked by chat at all; parameters as for ``draws``."""
    if draws(provider, name, row):
        return True
    is_picture_model = provider in ("openai", "azure") and name.startswith(IMAGE_NAMES)
    return str(row.get("mode") or "") in CHAT_MODES and not is_picture_model


def _outputs(row: Mapping[str, Any]) -> Any:
    return row.get("supported_output_modalities") or ()


def sized(provider: str) -> bool:
    """Tell whether the chats of a provider have a setting for the size."""
    return provider in GOOGLE or provider == "openrouter"


def rule_for_chat(provider: str, name: str) -> ModelRule:
    """Return what is known of a model's chat: one picture per answer, and proportions where there is a setting."""
    return ModelRule(
        f"{provider}/{name}",
        GEMINI if sized(provider) else AnySize(),
        qualities=(),
        images_per_call=1,
        rejects=NOT_FOR_CHAT,
        only_base64=True,
    )


def sizes_in(provider: str, name: str, keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keyword that tells a chat the size, ``{}`` where nothing is to be told.

    :param provider: LiteLLM's name of the provider.
    :param name: The model.
    :param keywords: Of an image call: ``size`` and, from the caller, the provider's own settings, which win.
    """
    ratio, scale = _ratio_and_scale(name, keywords.get("size"))
    ratio = keywords.get("aspect_ratio") or keywords.get("aspectRatio") or ratio
    scale = keywords.get("image_size") or keywords.get("imageSize") or scale
    given = {**(keywords.get("image_config") or {}), **(keywords.get("imageConfig") or {})}
    own = {"aspectRatio": ratio, "imageSize": scale} if provider in GOOGLE else _snake(ratio, scale)
    config = {**{key: value for key, value in own.items() if value}, **given}
    return {"imageConfig" if provider in GOOGLE else "image_config": config} if config else {}


def _snake(ratio: Any, scale: Any) -> dict[str, Any]:
    return {"aspect_ratio": ratio, "image_size": scale}


def _ratio_and_scale(name: str, size: Any) -> tuple[str | None, str | None]:
    shape = parse_size(size)
    if shape is None:
        return None, None
    pixels = shape.width * shape.height if shape.exact else 0
    scale = "4K" if pixels >= FOUR_K else "2K" if pixels >= TWO_K else None
    # Gemini before version 3 has one size only.
    return str(GEMINI.nearest(shape)), None if re.search(r"gemini-[12]\.", name) else scale
