"""Asking an MCP server by the SDK's own client, for tests."""

import asyncio
import base64
import io
from typing import Any

from mcp import Client
from PIL import Image

__all__ = ["asked", "pictures_of", "size_of", "text_of"]


def asked(server: Any, *calls: tuple[str, dict[str, Any]]) -> list[Any]:
    """Connect to a server, call its tools one after the other and return what they answer."""

    async def talk() -> list[Any]:
        async with Client(server, read_timeout_seconds=300) as client:
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(talk())


def text_of(result: Any) -> str:
    """Return what a tool says."""
    return str(result.content[0].text)


def pictures_of(result: Any) -> list[Any]:
    """Return the pictures of an answer."""
    return [one for one in result.content if one.type == "image"]


def size_of(encoded: str) -> tuple[int, int]:
    """Return width and height of a picture in base64."""
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as image:
        return image.size
