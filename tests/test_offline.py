"""The offline model: pictures without a key, a network or a provider library."""

import base64
import hashlib
import subprocess
import sys
import time
from pathlib import Path

import litellm
import pytest
from PIL import Image

from llamabot_images import ContentPolicyError, ImageBot, UnsupportedParameterError
from llamabot_images.backends.offline_provider import register


def digest(data: bytes) -> str:
    """Return a short hash."""
    return hashlib.sha256(data).hexdigest()[:16]


def test_same_prompt_size_and_seed_give_the_same_bytes(bot: ImageBot) -> None:
    """The drawing depends on prompt, size and seed, and on nothing else."""
    first, again = bot.generate("a fox"), bot.generate("a fox")
    other, seeded = bot.generate("a cat"), bot.generate("a fox", seed=2)

    assert first[0].to_bytes() == again[0].to_bytes()
    assert 3 == len({digest(one[0].to_bytes()) for one in (first, other, seeded)})


@pytest.mark.parametrize(("asked", "kind"), [("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP")])
def test_output_format_is_honoured(bot: ImageBot, asked: str, kind: str) -> None:
    """png, jpeg and webp come as such, with the matching suffix."""
    result = bot.generate("a fox", output_format=asked)

    (path,) = result.save(".")

    assert kind == Image.open(path).format
    assert {"PNG": ".png", "JPEG": ".jpg", "WEBP": ".webp"}[kind] == path.suffix


@pytest.mark.parametrize("size", ["64x64", "160x90", "90x160"])
def test_size_is_honoured(bot: ImageBot, size: str) -> None:
    """Pictures come in the size asked for."""
    info = bot.generate("a fox", size=size)[0].info

    assert size == f"{info.width}x{info.height}"


def test_n_pictures_differ(bot: ImageBot) -> None:
    """n pictures of one prompt are n pictures."""
    result = bot.generate("a fox", n=3)

    assert 3 == len({digest(one.to_bytes()) for one in result})


def test_picture_says_that_it_is_no_ai(bot: ImageBot) -> None:
    """The metadata name the drawing routine."""
    path = bot("a fox")

    with Image.open(str(path)) as picture:
        assert "not AI" in picture.info["Software"]


def test_drawing_is_free(bot: ImageBot) -> None:
    """The cost is a real zero, and says why."""
    result = bot.generate("a fox")

    assert (0.0, "free") == (result.cost, result.cost_source)


def test_no_provider_library_is_loaded(tmp_path: Path) -> None:
    """Drawing offline loads neither LiteLLM nor httpx."""
    code = (
        "import sys; from llamabot_images import ImageBot; ImageBot(model='offline/sketch', size='64x64')('a fox');"
        "print([one for one in ('litellm', 'openai', 'httpx') if one in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)

    assert "[]" == found.stdout.strip()


def test_large_picture_is_drawn_within_a_second(bot: ImageBot) -> None:
    """1024x1024 takes less than a second of processor time."""
    bot.generate("warm up")
    began = time.process_time()

    bot.generate("a red panda reading a book under a lamp", size="1024x1024")

    assert time.process_time() - began < 1


def test_refusing_model_refuses() -> None:
    """offline/refuses behaves like a provider that blocks the prompt."""
    with pytest.raises(ContentPolicyError) as caught:
        ImageBot(model="offline/refuses")("a fox")

    assert ("moderation_blocked", "prompt") == (caught.value.code, caught.value.stage)


async def test_rate_limited_model_is_busy() -> None:
    """offline/rate-limited raises LiteLLM's RateLimitError that says when to come back."""
    with pytest.raises(litellm.RateLimitError) as caught:
        await ImageBot(model="offline/rate-limited").agenerate("a fox")

    assert 600 == caught.value.retry_after


def test_slow_model_is_slow() -> None:
    """offline/slow takes its three seconds."""
    began = time.monotonic()

    ImageBot(model="offline/slow", size="64x64").generate("a fox")

    assert time.monotonic() - began >= 3


def test_nonsense_size_is_refused(bot: ImageBot) -> None:
    """A size that is none is an error before anything is drawn."""
    with pytest.raises(UnsupportedParameterError, match="banana"):
        bot.generate("a fox", size="banana")


def test_litellm_serves_the_offline_model() -> None:
    """litellm.image_generation(model="offline/sketch") draws, once the library has registered it."""
    register(litellm)

    reply = litellm.image_generation(model="offline/sketch", prompt="a fox", width=96, height=64)

    assert b"\x89PNG" == base64.b64decode(reply.data[0].b64_json)[:4]


async def test_litellm_serves_the_offline_model_async() -> None:
    """The async function too."""
    register(litellm)

    reply = await litellm.aimage_generation(model="offline/sketch", prompt="a fox", width=96, height=64, count=2)

    assert 2 == len(reply.data)
