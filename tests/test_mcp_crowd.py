"""Several clients and many calls at once: the limit and the folder hold, and no answer takes another's file."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot

from .providers import ProviderServer

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import Client

from llamabot_images.mcp_server import server_for

from .mcp_client import text_of


async def at_once(server: Any, arguments: list[dict[str, Any]], tool: str = "generate_image") -> list[Any]:
    """Have each call made by a client of its own, all of them side by side."""

    async def one(given: dict[str, Any]) -> Any:
        async with Client(server, read_timeout_seconds=300) as client:
            return await client.call_tool(tool, given)

    return await asyncio.gather(*map(one, arguments))


def test_limit_holds_for_clients_that_ask_at_once(provider: ProviderServer, tmp_path: Path) -> None:
    """Of twelve calls at the same moment, as many are sent as the limit pays for, and the others are told why not."""
    provider.pictures.size = (64, 64)
    kwargs = provider.kwargs_for("recraft/recraftv3")
    bot = ImageBot(**kwargs, allow_private_hosts=["127.0.0.1"], max_cost=0.13, save_dir=tmp_path)

    answers = asyncio.run(at_once(server_for(bot), [{"prompt": "a cat"}] * 12))

    refused = [text_of(one) for one in answers if one.is_error]
    assert (3, 9, 3) == (len(provider.posts), len(refused), len(os.listdir(tmp_path)))
    assert all("BudgetExceededError" in one for one in refused)


def test_one_call_of_many_pictures_stays_within_the_limit(provider: ProviderServer, tmp_path: Path) -> None:
    """A call for more pictures than the limit pays for is refused as a whole, before anything is sent."""
    bot = ImageBot(**provider.kwargs_for("recraft/recraftv3"), max_cost=0.13, save_dir=tmp_path)

    (refused,) = asyncio.run(at_once(server_for(bot), [{"prompt": "a cat", "n": 10}]))

    assert refused.is_error
    assert [] == provider.posts


def test_files_of_many_calls_are_their_own(bot: ImageBot) -> None:
    """Forty calls with one prompt at the same moment make forty files."""
    answers = asyncio.run(at_once(server_for(bot), [{"prompt": "a cat"}] * 40))

    assert 40 == len({one.structured_content["paths"][0] for one in answers})
