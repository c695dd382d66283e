"""The sample pictures are what they say: whole, of the asked size and weight, each unlike the next."""

import base64
import io
from typing import Any

import httpx
import pytest
from PIL import Image

from tests.providers import ProviderServer, fixture, picture
from tests.providers.pictures import BASE64_STYLES, MIME_TYPES, encode

provider = fixture.provider


def opened(data: bytes) -> Image.Image:
    """Return a picture read to its end."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.mark.parametrize("format", [name for name in MIME_TYPES if name != "svg"])
def test_pictures_are_whole_files(format: str) -> None:
    """Pillow reads every format at the asked size, and variants differ."""
    first, second = picture(format, (160, 96), 0), picture(format, (160, 96), 1)

    assert (160, 96) == opened(first).size
    assert format == (opened(first).format or "").lower()
    assert first != second


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "gif", "svg"])
def test_pictures_can_be_heavy(format: str) -> None:
    """The weight is reached without touching a pixel."""
    light, heavy = picture(format, (64, 64)), picture(format, (64, 64), weight=2_000_000)

    assert 2_000_000 <= len(heavy) < 2_100_000
    if format != "svg":
        assert opened(light).tobytes() == opened(heavy).tobytes()


@pytest.mark.parametrize(("format", "mark"), [("png", b"caBX"), ("jpeg", b"\xff\xeb"), ("webp", b"C2PA")])
def test_pictures_can_carry_content_credentials(format: str, mark: bytes) -> None:
    """The box sits where providers put it, and the picture still opens."""
    marked = picture(format, (64, 64), c2pa=True)

    assert mark in marked
    assert mark not in picture(format, (64, 64))
    assert (64, 64) == opened(marked).size


@pytest.mark.parametrize("format", ["gif", "webp", "png"])
def test_pictures_can_move(format: str) -> None:
    """Several frames make an animation."""
    assert 4 == getattr(opened(picture(format, (64, 64), frames=4)), "n_frames", 1)


@pytest.mark.parametrize("style", BASE64_STYLES)
def test_base64_comes_in_the_forms_seen_from_providers(style: str) -> None:
    """Each form holds the same bytes once its peculiarity is taken away."""
    data = picture("jpeg", (33, 17))

    text = encode(data, "image/jpeg", style).removeprefix("data:image/jpeg;base64,").strip("\ufeff \r\n")

    clean = "".join(text.split())
    assert data == base64.urlsafe_b64decode(clean.replace("+", "-").replace("/", "_") + "=" * (-len(clean) % 4))


def generate(provider: ProviderServer, name: str, **body: Any) -> dict[str, Any]:
    """Return the items of OpenAI's answer."""
    known = provider.kwargs_for(name)
    answer = httpx.post(
        f"{known['api_base']}/images/generations",
        json={"model": known["model"].partition("/")[2], "prompt": "a cat"} | body,
        headers={"authorization": f"Bearer {known['api_key']}"},
    )
    items: dict[str, Any] = answer.raise_for_status().json()
    return items


def test_the_request_decides_size_format_and_frames(provider: ProviderServer) -> None:
    """What is asked for is what comes."""
    reply = generate(provider, "gpt-image-2.6-flare", size="1536x1024", output_format="gif", frame_count=3, n=2)

    first, second = (opened(base64.b64decode(item["b64_json"])) for item in reply["data"])
    assert ((1536, 1024), "GIF", 3) == (first.size, first.format, getattr(first, "n_frames", 1))
    assert reply["data"][0] != reply["data"][1]
    assert ("gif", "1536x1024") == (reply["output_format"], reply["size"])


def test_settings_overrule_the_request(provider: ProviderServer) -> None:
    """Bytes may be of another format than announced, heavier, smaller, marked, and sent by the other way."""
    provider.reply_with = "url"
    provider.pictures.format, provider.pictures.size = "jpeg", (48, 32)
    provider.pictures.weight, provider.pictures.c2pa = 300_000, True

    (item,) = generate(provider, "gpt-image-2")["data"]
    sent = httpx.get(item["url"])

    assert "image/png" == sent.headers["content-type"]
    assert ".png?se=" in item["url"]
    assert (48, 32) == opened(sent.content).size
    assert sent.content.startswith(b"\xff\xd8\xff")
    assert len(sent.content) > 300_000
