"""The offline model edits: a visible change of the given picture, with no key and no network."""

import base64
import io
from typing import Any

import pytest
from PIL import Image, ImageChops

from llamabot_images import ContentPolicyError, ImageBot, ImageResult, UnsupportedParameterError
from llamabot_images.backends.offline_edits import redraw
from llamabot_images.inputs import sources_from
from llamabot_images.request import Capabilities
from llamabot_images.retry import SendFailed

SKETCH = Capabilities("offline", "sketch")


@pytest.fixture
def drawn(bot: ImageBot) -> ImageResult:
    """Give a drawing of 96x64 pixels."""
    return bot.generate("a cat in a meadow", size="96x64")


def redrawn(image: Any, prompt: str = "make it night", mask: Any = None, **keywords: Any) -> list[bytes]:
    """Edit as the backend does."""
    sources = sources_from(image, mask, lambda: pytest.fail("something was fetched"))
    reply = redraw({"prompt": prompt, "sources": sources, **keywords}, SKETCH)
    return [base64.b64decode(one.b64_json or (one.url or "").partition(",")[2]) for one in reply.data]


def opened(data: bytes) -> Image.Image:
    """Open a picture without transparency."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def changed(before: bytes, after: bytes) -> tuple[int, int, int, int] | None:
    """Return the box in which two pictures differ."""
    return ImageChops.difference(opened(before), opened(after)).getbbox()


@pytest.mark.parametrize("prompt", ["make it night", "add snow", "add a red balloon", "qwertz", "赤いパンダ"])
def test_every_prompt_changes_the_picture(drawn: ImageResult, prompt: str) -> None:
    """Whatever is asked, another picture of the same size comes."""
    (after,) = redrawn(drawn, prompt)

    assert (96, 64) == opened(after).size
    assert changed(drawn[0].to_bytes(), after)


def test_the_picture_is_still_there(drawn: ImageResult) -> None:
    """An edit is a change of the given picture, not a new one: two pictures edited alike differ."""
    other = Image.new("RGB", (96, 64), "white")

    assert redrawn(drawn) != redrawn(other)


def test_the_same_edit_gives_the_same_bytes(drawn: ImageResult) -> None:
    """Prompt, picture and seed decide; another seed or another place in the row gives another picture."""
    first = redrawn(drawn, n=3, seed=7)

    assert first == redrawn(drawn, n=3, seed=7)
    assert 3 == len(set(first))
    assert first != redrawn(drawn, n=3, seed=8)


def test_outside_the_mask_nothing_changes(drawn: ImageResult) -> None:
    """Only the part that the mask frees is painted on."""
    mask = Image.new("L", (96, 64))
    mask.paste(255, (0, 0, 40, 64))

    (after,) = redrawn(drawn, "make it night", mask)

    box = changed(drawn[0].to_bytes(), after)
    assert box is not None
    assert 40 >= box[2] > 30


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
def test_formats_are_kept(drawn: ImageResult, kind: str) -> None:
    """The picture comes in the format that is asked for, and says what drew it."""
    (after,) = redrawn(drawn, output_format=kind)

    assert kind.upper() == Image.open(io.BytesIO(after)).format
    assert b"not AI" in after


def test_an_unknown_format_is_refused(drawn: ImageResult) -> None:
    """The error names the formats there are."""
    with pytest.raises(UnsupportedParameterError, match="png, jpeg, webp"):
        redrawn(drawn, output_format="tiff")


def test_scripted_failures_fail_for_edits(drawn: ImageResult) -> None:
    """offline/refuses refuses an edit too."""
    with pytest.raises(SendFailed) as caught:
        redraw({"prompt": "x", "sources": sources_from(drawn, None, pytest.fail)}, Capabilities("offline", "refuses"))

    assert isinstance(caught.value.error, ContentPolicyError)


def test_a_large_photograph_is_made_smaller() -> None:
    """What comes of a very large picture has its proportions, and 2048 pixels at most."""
    (after,) = redrawn(Image.new("RGB", (4000, 100), "green"), "qwertz")

    assert (2048, 51) == opened(after).size


async def test_bots_edit_offline(bot: ImageBot) -> None:
    """The bot's verbs reach it, sync and async alike, and a chain goes on."""
    drawn = bot.generate("a cat in a meadow")
    night = bot.edit("make it night", drawn)
    snow = night.edit("add snow")

    assert redrawn(drawn) == [night[0].to_bytes()] == [(await bot.aedit("make it night", drawn))[0].to_bytes()]
    assert redrawn(night, "add snow") == [snow[0].to_bytes()]
    assert ("offline/sketch", 0.0, ()) == (snow.model, snow.cost, snow.adjustments)
