"""Who makes warnings errors is stopped before paying where that is possible, and loses no picture where it is not."""

import asyncio
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from llamabot_images import AdjustmentWarning, FewerImagesWarning, ImageBot
from llamabot_images.comparison import compare
from llamabot_images.errors import ImageBotWarning, UnverifiedImageWarning

from .calls import bot_for, both_ways, draw
from .providers import DisallowParameter, Pictures, ProviderServer
from .test_testing_verbs import watched, watched_async


@pytest.fixture(autouse=True)
def stopped_by_warnings() -> Iterator[None]:
    """Make errors of this library's warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ImageBotWarning)
        yield


VERBS: dict[str, Callable[[ImageBot], Any]] = {
    "call": lambda bot: bot("a fox"),
    "acall": lambda bot: asyncio.run(bot.acall("a fox")),
    "stream": watched,
    "astream": watched_async,
}
every_verb = pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)


@every_verb
def test_adjustment_stops_before_anything_is_sent(provider: ProviderServer, verb: Callable[[ImageBot], Any]) -> None:
    """A setting that the model does not take is told before sending, so it costs nothing."""
    with pytest.raises(AdjustmentWarning, match="quality='hihg' left out") as caught:
        verb(bot_for(provider, "gpt-image-2", quality="hihg"))

    assert (False, None) == (caught.value.maybe_charged, caught.value.result)
    assert [] == provider.requests


@every_verb
def test_adjustment_after_a_no_stops_before_the_next_request(
    provider: ProviderServer, verb: Callable[[ImageBot], Any]
) -> None:
    """A parameter that the provider itself refuses is told before it is asked again without it: nothing is paid."""
    provider.always(DisallowParameter("quality"))

    with pytest.raises(AdjustmentWarning, match="quality='high' left out"):
        verb(bot_for(provider, "compatible/my-model", quality="high"))

    assert (1, []) == (len(provider.posts), provider.pictures.served)


@every_verb
def test_other_size_is_told_with_the_picture(provider: ProviderServer, verb: Callable[[ImageBot], Any]) -> None:
    """What is only seen when the picture is there stops with the picture on the warning."""
    provider.pictures.size = (640, 480)

    with pytest.raises(AdjustmentWarning, match="640x480") as caught:
        verb(bot_for(provider, "gpt-image-2", size="1536x1024"))

    result = caught.value.result
    assert caught.value.maybe_charged
    assert provider.pictures.served == [one.to_bytes() for one in result]
    assert ["a-fox.png"] == [path.name for path in result.save()]


@both_ways
def test_fewer_pictures_are_on_the_warning(provider: ProviderServer, is_async: bool) -> None:
    """Two of four pictures stop with these two on the warning."""
    provider.script(Pictures(count=2))

    with pytest.raises(FewerImagesWarning, match="2 of 4") as caught:
        draw(bot_for(provider, "gpt-image-2", n=4), is_async)

    assert 2 == len(caught.value.result)


def test_unknown_bytes_are_on_the_warning(provider: ProviderServer) -> None:
    """Bytes of no known kind stop with the bytes on the warning."""
    strange = b"\x01\x02\x03strange" * 50
    provider.script(Pictures(files=(strange,)))
    provider.reply_with = "b64"

    with pytest.raises(UnverifiedImageWarning) as caught:
        bot_for(provider, "gpt-image-2").generate("a fox")

    assert (strange, True) == (caught.value.data, caught.value.maybe_charged)


def test_adjustments_are_told_once(provider: ProviderServer) -> None:
    """What was told before sending is not told again when the picture is there."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        bot_for(provider, "gpt-image-2", quality="hihg").generate("a fox")

    assert 1 == sum(issubclass(one.category, ImageBotWarning) for one in told)


def test_comparison_keeps_a_picture_that_is_told_of(provider: ProviderServer) -> None:
    """A row whose picture came in another size has the warning, and the saved picture all the same."""
    provider.pictures.size = (640, 480)
    bot = bot_for(provider, "gpt-image-2", size="1536x1024")

    (row,) = compare("a fox", [bot.model], bot=bot).rows

    assert isinstance(row.error, AdjustmentWarning)
    assert [one.read_bytes() for one in row.paths] == provider.pictures.served
