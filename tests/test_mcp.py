"""What an assistant may do over MCP, asked by the SDK's own client in this process."""

import asyncio
import base64
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ImageBot, ImageReference

from .providers import ProviderServer, Status

pytest.importorskip("mcp", reason="the extra mcp is not installed")

from mcp import Client

from llamabot_images.mcp_server import server_for
from llamabot_images.mcp_server.tools import MOST_CHARACTERS, preview

from .mcp_client import asked, text_of

TOOLS = {"generate_image", "edit_image", "list_models", "estimate_cost"}


@pytest.fixture
def server(bot: ImageBot) -> Any:
    """Give a server in this process that draws offline, small, into the current folder."""
    return server_for(bot)


def test_refused_key_is_not_told(provider: ProviderServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider's error comes as our text with what to do, without the key and without a traceback."""
    provider.always(Status(401))
    for name, value in provider.variables_for("recraft").items():
        monkeypatch.setenv(name, value)
    key = provider.kwargs_for("recraft")["api_key"]

    (failed,) = asked(server_for(ImageBot(model="recraft/recraftv3")), ("generate_image", {"prompt": "a cat"}))

    assert failed.is_error
    assert "check RECRAFT_API_KEY" in text_of(failed)
    assert key not in text_of(failed)
    assert "Traceback" not in text_of(failed)


def test_client_can_set_neither_folder_nor_limit_nor_key(server: Any) -> None:
    """The four tools take a prompt and a few settings, described, and nothing that reaches beyond them."""

    async def listed() -> Any:
        async with Client(server) as client:
            return (await client.list_tools()).tools

    tools = {one.name: one for one in asyncio.run(listed())}
    taken = {name for one in tools.values() for name in one.input_schema["properties"]}

    assert TOOLS == set(tools)
    assert {"prompt", "model", "size", "quality", "n", "image_path", "mask_path", "words"} == taken
    assert [] == [name for name, one in tools.items() if not one.description or not one.output_schema]
    assert all("description" in about for one in tools.values() for about in one.input_schema["properties"].values())


def test_errors_are_answers_that_say_what_to_do(server: Any) -> None:
    """A refusal, a missing key and a setting out of bounds come as tool errors in words."""
    refused, keyless, many = asked(
        server,
        ("generate_image", {"prompt": "a cat", "model": "offline/refuses"}),
        ("generate_image", {"prompt": "a cat", "model": "gpt-image-2"}),
        ("generate_image", {"prompt": "a cat", "n": 11}),
    )

    assert all(one.is_error for one in (refused, keyless, many))
    assert "ContentPolicyError: offline refused to draw this" in text_of(refused)
    assert "set the environment variable OPENAI_API_KEY" in text_of(keyless)
    assert "less than or equal to 10" in text_of(many)


def test_models_are_listed_with_prices(server: Any) -> None:
    """list_models tells living models with price and sizes, and finds them by a part of their name."""
    everything, some = asked(server, ("list_models", {}), ("list_models", {"words": "Gemini/"}))

    names = [one["model"] for one in everything.structured_content["models"]]
    assert "offline/sketch" == names[0]
    assert len(names) > 50
    assert {"gemini"} == {one["model"].partition("/")[0] for one in some.structured_content["models"]} - {"openrouter"}
    assert "retired" not in {one["status"] for one in everything.structured_content["models"]}


def test_cost_is_estimated_without_drawing(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """estimate_cost says at least and at most, or that nobody knows, and draws nothing."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key")
    free, paid, unknown = asked(
        server,
        ("estimate_cost", {"prompt": "a cat"}),
        ("estimate_cost", {"prompt": "a cat", "model": "gpt-image-2", "quality": "high", "size": "1024x1024"}),
        ("estimate_cost", {"prompt": "a cat", "model": "openai/unknown"}),
    )

    assert (0.0, 0.0) == (free.structured_content["at_least"], free.structured_content["at_most"])
    assert 0.05 < paid.structured_content["at_least"] <= paid.structured_content["at_most"] < 0.5
    assert (None, None) == (unknown.structured_content["at_least"], unknown.structured_content["at_most"])
    assert [] == list(tmp_path.iterdir())


def test_model_without_a_price_is_refused_under_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client cannot get around the limit by a model whose price nobody knows."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-a-real-key")
    limited = server_for(ImageBot(model="offline/sketch", max_cost=1))

    (refused,) = asked(limited, ("generate_image", {"prompt": "a cat", "model": "openai/unknown"}))

    assert refused.is_error
    assert "nobody knows what 'openai/unknown' costs, so the limit of $1 could not hold" in text_of(refused)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../outside.png", "is not in the server's folder"),
        ("{outside}", "is not in the server's folder"),
        ("link.png", "is not in the server's folder"),
        ("linked/outside.png", "is not in the server's folder"),
        ("missing.png", "there is no file"),
        (".env", "'.env' is no picture"),
        (".", "there is no file"),
        ("https://images.example/cat.png?sig=secret", "that is an address"),
        ("file:///cat.png", "that is an address"),
        ("data:image/png;base64,AAAA", "that is an address"),
        ("cat\0.png", "null"),
    ],
)
@pytest.mark.parametrize("place", ["image_path", "mask_path"])
def test_only_pictures_in_the_folder_are_read(path: str, why: str, place: str, tmp_path: Path) -> None:
    """Paths and links that lead out of the folder, and addresses, are refused with a reason."""
    outside, folder = tmp_path / "outside.png", tmp_path / "folder"
    folder.mkdir()
    Image.new("RGB", (8, 8)).save(outside)
    Image.new("RGB", (8, 8)).save(folder / "inside.png")
    (folder / ".env").write_text("SECRET=1")
    (folder / "link.png").symlink_to(outside)
    (folder / "linked").symlink_to(tmp_path)
    server = server_for(ImageBot(model="offline/sketch", save_dir=folder))
    arguments = {"prompt": "add a hat", "image_path": "inside.png", place: path.format(outside=outside)}

    (refused,) = asked(server, ("edit_image", arguments))

    assert refused.is_error
    assert why in text_of(refused)
    assert not re.search("sig=secret|SECRET", text_of(refused))
    assert [".env", "inside.png", "link.png", "linked"] == sorted(os.listdir(folder))


def test_picture_in_the_folder_is_edited(tmp_path: Path) -> None:
    """A picture that was drawn before is found by its name or by its path, and the outcome is a new file."""
    server = server_for(ImageBot(model="offline/sketch", size="64x64"))

    drawn, by_name, by_path = asked(
        server,
        ("generate_image", {"prompt": "a cat"}),
        ("edit_image", {"prompt": "add a hat", "image_path": "a-cat.png"}),
        ("edit_image", {"prompt": "add a hat", "image_path": str(tmp_path / "a-cat.png")}),
    )

    assert [False] * 3 == [one.is_error for one in (drawn, by_name, by_path)]
    assert [str(tmp_path / "add-a-hat.png")] == by_name.structured_content["paths"]
    assert [str(tmp_path / "add-a-hat-2.png")] == by_path.structured_content["paths"]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_previews_of_the_heaviest_pictures_stay_small(mode: str) -> None:
    """Noise, with and without transparency, which nothing compresses, comes within 64 KB all the same."""
    noise = Image.frombytes(mode, (900, 900), os.urandom(900 * 900 * len(mode)))
    out = io.BytesIO()
    noise.save(out, "PNG", compress_level=0)

    small = preview(ImageReference.from_base64(base64.b64encode(out.getvalue()).decode()))

    assert small is not None
    assert 1_000 < len(small.data) <= MOST_CHARACTERS


def test_picture_that_cannot_be_made_small_has_no_preview() -> None:
    """Of an SVG the answer holds the path only."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"></svg>'

    assert preview(ImageReference.from_base64(f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}")) is None
