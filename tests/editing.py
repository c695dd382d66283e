"""Edit by the sync or by the async verb, at a server that stands for the provider, and find what it got."""

import asyncio
import base64
import json
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ImageBot, ImageResult

from .providers import ProviderServer, Recorded, picture

__all__ = ["JPEG", "PNG", "alive", "edit", "mask", "pictures_in"]

JPEG = picture("jpeg", (96, 64))
PNG = picture("png", (96, 64))


@pytest.fixture
def alive(provider: ProviderServer) -> ProviderServer:
    """Give the providers with all their models, and small pictures."""
    provider.retired.clear()
    provider.pictures.size = (64, 64)
    return provider


def edit(bot: ImageBot, is_async: bool = False, image: Any = JPEG, mask: Any = None, **overrides: Any) -> ImageResult:
    """Edit by the sync or by the async verb."""
    if is_async:
        return asyncio.run(bot.aedit("make it night", image, mask, **overrides))
    return bot.edit("make it night", image, mask, **overrides)


def mask() -> Image.Image:
    """Return a mask whose left half may change."""
    made = Image.new("L", (96, 64))
    made.paste(255, (0, 0, 48, 64))
    return made


def pictures_in(post: Recorded) -> list[bytes]:
    """Return the files of a form, or the base64 pictures of a JSON body, in order."""
    if post.parts:
        return [part.data for part in post.files()]
    found: list[bytes] = []
    json.loads(post.body, object_hook=lambda one: found.extend(_decoded(one)))
    return found


def _decoded(fields: dict[str, Any]) -> list[bytes]:
    names = ("data", "url", "image", "mask", "maskImage")
    texts = [fields[name] for name in names if isinstance(fields.get(name), str)]
    return [base64.b64decode(one.rpartition(",")[2]) for one in [*texts, *fields.get("images", ())]]
