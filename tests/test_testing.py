"""Stand-ins for providers, asked for by their fixtures: programs that name paid models draw, and fail as scripted."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import litellm
import pytest

from llamabot_images import (
    ContentPolicyError,
    DownloadError,
    ImageBot,
    SaveError,
    UnroutedModelError,
    UnsupportedParameterError,
)
from llamabot_images.backends import Backends
from llamabot_images.pytest_plugin import image_bot, image_requests, no_paid_images, offline_images
from llamabot_images.standing_in import stand_in
from llamabot_images.testing import OfflineImages, PaidRequestError, PaidRequests, Requested

from .providers import ProviderServer
from .run_docs import coarse_drawings

__all__ = ["image_bot", "image_requests", "no_paid_images", "offline_images"]

#: One model for each way in which LiteLLM asks; none has a key here.
MODELS = [
    "gpt-image-2",
    "azure/gpt-image-2",
    "gemini/gemini-3.1-flash-image",
    "openrouter/google/gemini-3.1-flash-image",
    "bedrock/amazon.nova-canvas-v1:0",
    "recraft/recraftv3",
    "offline/sketch",
]


@pytest.fixture(autouse=True)
def quick_drawings() -> Iterator[None]:
    """Draw coarsely: what is drawn does not matter here."""
    with coarse_drawings():
        yield


@pytest.mark.parametrize("model", MODELS)
def test_every_model_draws_without_a_key(offline_images: OfflineImages, model: str) -> None:
    """A bot that names any provider's model draws offline, and the request is noted."""
    result = ImageBot(model=model).generate("a red panda")

    assert b"\x89PNG" == result[0].to_bytes()[:4]
    assert [("a red panda", model)] == [(one.prompt, one.model) for one in offline_images.requests]


def test_requests_are_noted_as_they_would_be_sent(image_requests: list[Requested]) -> None:
    """A request is noted with the settings that the model takes, and without a key."""
    bot = ImageBot(model="gpt-image-2", size="1536x1024", quality="high", n=2, api_key="sk-secret-key-1", user="me")

    bot.generate("a red panda")

    assert [
        Requested("a red panda", "gpt-image-2", "1536x1024", "high", 2, parameters={"user": "me"})
    ] == image_requests


def test_default_bot_is_answered(offline_images: OfflineImages) -> None:
    """The constructor's own model, with no key and no network, saves a file named after the prompt."""
    assert Path("a-cat.png") == ImageBot()("a cat")


def test_bots_that_exist_already_are_reached(offline_images: OfflineImages) -> None:
    """A bot that drew before the fixture was asked for is answered by it too."""
    bot = ImageBot(model="offline/sketch", size="64x64")
    bot.generate("before")

    offline_images.refuse()

    with pytest.raises(ContentPolicyError):
        bot.generate("after")


def test_refusal_is_the_real_error(offline_images: OfflineImages) -> None:
    """A scripted refusal reaches the program as a provider's would, once."""
    offline_images.refuse("not with me")
    bot = ImageBot(model="gpt-image-2", size="1024x1024")

    with pytest.raises(ContentPolicyError, match="not with me") as caught:
        bot.generate("a red panda")

    assert ("moderation_blocked", False) == (caught.value.code, caught.value.maybe_charged)
    assert 1 == len(bot.generate("a red panda"))


def test_rate_limit_without_a_time_is_an_error_at_once(offline_images: OfflineImages) -> None:
    """Without retry_after LiteLLM's own error comes after one request, and nothing is charged."""
    offline_images.rate_limit()

    with pytest.raises(litellm.RateLimitError) as caught:
        ImageBot(model="gemini/gemini-3.1-flash-image").generate("a red panda")

    assert (1, False) == (len(offline_images.requests), caught.value.maybe_charged)


def test_rate_limit_with_a_time_is_waited_for(offline_images: OfflineImages) -> None:
    """With retry_after the library itself waits and asks again."""
    offline_images.rate_limit(retry_after=0.05)

    assert 2 == ImageBot(model="gpt-image-2").generate("a red panda").requests_sent
    assert 2 == len(offline_images.requests)


def test_long_rate_limit_says_how_long(offline_images: OfflineImages) -> None:
    """A wait beyond two minutes is left to the program, which can read how long it is."""
    offline_images.rate_limit(retry_after=600)

    with pytest.raises(litellm.RateLimitError) as caught:
        ImageBot(model="gpt-image-2").generate("a red panda")

    assert 600 == caught.value.retry_after


def test_timeout_may_be_charged_and_is_not_sent_again(offline_images: OfflineImages) -> None:
    """A scripted timeout is LiteLLM's own, says that it may be charged, and comes after one request."""
    offline_images.time_out()

    with pytest.raises(litellm.Timeout) as caught:
        ImageBot(model="offline/sketch").generate("a red panda")

    assert (1, True) == (len(offline_images.requests), caught.value.maybe_charged)


def test_expired_link_fails_when_it_is_fetched(offline_images: OfflineImages) -> None:
    """The reply comes, and its picture cannot be fetched: a real server answers 403."""
    offline_images.expired_link()
    bot = ImageBot(model="gpt-image-2")

    result = bot.generate("a red panda")
    with pytest.raises(DownloadError, match="403") as caught:
        bot.save(result)

    assert "expired" in str(caught.value)
    assert result is caught.value.result
    assert [] == list(Path().iterdir())


def test_faults_are_used_in_order_and_once(offline_images: OfflineImages) -> None:
    """Each fault is for one request, in the order in which they were scripted."""
    offline_images.refuse()
    offline_images.time_out()
    bot = ImageBot(model="gpt-image-2")

    for kind in (ContentPolicyError, litellm.Timeout):
        with pytest.raises(kind):
            bot.generate("a red panda")

    assert 1 == len(bot.generate("a red panda"))


def test_async_verbs_are_answered_too(offline_images: OfflineImages) -> None:
    """acall draws and agenerate fails as scripted."""
    bot = ImageBot(model="gpt-image-2")
    path = asyncio.run(bot.acall("a red panda"))
    offline_images.refuse()

    with pytest.raises(ContentPolicyError):
        asyncio.run(bot.agenerate("a red panda"))

    assert Path("a-red-panda.png") == path


def test_edits_are_answered_too(offline_images: OfflineImages) -> None:
    """An edit draws, and the request says how many pictures it started from."""
    bot = ImageBot(model="gpt-image-2")

    bot.generate("a cat").edit("with a hat")
    bot.edit("both in one", [bot.generate("a dog")[0], bot.generate("a bird")[0]])

    assert [0, 1, 0, 0, 2] == [one.sources for one in offline_images.requests]


def test_batches_are_answered_too(offline_images: OfflineImages, tmp_path: Path) -> None:
    """Of a batch, one prompt is refused and the others are drawn, as scripted."""
    offline_images.refuse()

    result = ImageBot(model="gpt-image-2").batch([f"cat {number}" for number in range(4)], tmp_path, max_workers=1)

    assert [False, True, True, True] == [outcome.path is not None for outcome in result]


def test_what_is_wrong_without_a_provider_stays_wrong(offline_images: OfflineImages, tmp_path: Path) -> None:
    """Names that lead nowhere, settings that make no sense and folders that cannot be written are real errors."""
    (tmp_path / "taken").write_text("a file")

    with pytest.raises(UnroutedModelError):
        ImageBot(model="pictures-of-cats").generate("a cat")
    with pytest.raises(UnsupportedParameterError):
        ImageBot(model="gpt-image-2", n=0).generate("a cat")
    with pytest.raises(SaveError):
        ImageBot(model="gpt-image-2", save_dir=tmp_path / "taken" / "below")("a cat")

    assert [] == offline_images.requests


def test_offline_bots_save_into_the_tests_folder(image_bot: Callable[..., ImageBot], tmp_path: Path) -> None:
    """image_bot makes bots that draw into tmp_path, with any option."""
    assert tmp_path / "a-cat.webp" == image_bot(output_format="webp")("a cat")


def test_offline_models_pass_where_paid_ones_do_not(no_paid_images: None) -> None:
    """With no_paid_images an offline model draws as ever."""
    assert Path("a-cat.png") == ImageBot(model="offline/sketch", size="64x64")("a cat")


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("n", [1, 3])
def test_paid_request_is_refused_before_it_is_sent(
    monkeypatch: pytest.MonkeyPatch, provider: ProviderServer, is_async: bool, n: int
) -> None:
    """A paid request is an error that names the test and the model, in threads too, and nothing reaches a provider."""
    paid = PaidRequests("tests/test_cover.py::test_cover")
    stand_in(monkeypatch, paid)
    bot = ImageBot(**provider.kwargs_for("gemini/gemini-3.1-flash-image"), n=n)

    with pytest.raises(PaidRequestError) as caught:
        asyncio.run(bot.agenerate("a cat")) if is_async else bot.generate("a cat")

    told = "tests/test_cover.py::test_cover asked 'gemini/gemini-3.1-flash-image' for a picture"
    assert str(caught.value).startswith(told)
    assert (n, []) == (len(paid.refused), provider.requests)


def test_offline_images_win_over_no_paid_images(no_paid_images: None, offline_images: OfflineImages) -> None:
    """A project may forbid paid requests everywhere and draw offline in single tests."""
    assert 1 == len(ImageBot(model="gpt-image-2").generate("a cat"))


def test_backends_are_put_back() -> None:
    """A test that asks for no fixture has the real library."""
    assert "Backends.named" == Backends.named.__qualname__
