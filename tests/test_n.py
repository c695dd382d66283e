"""n pictures are n pictures: several calls side by side where a model makes fewer, and what is missing is told."""

import warnings
from pathlib import Path

import pytest

from llamabot_images import FewerImagesWarning, ImageBot, InvalidImageError, NoImageError

from .calls import bot_for, both_ways, draw, key_variables, together
from .providers import BadPayload, Delay, EmptyData, Pictures, ProviderServer, Refusal, Status

#: Model, how many pictures one of its calls makes at most.
MODELS = {
    "gemini/gemini-3.1-flash-image": 1,
    "openrouter/google/gemini-3.1-flash-image": 1,
    "bedrock/stability.sd3-5-large-v1:0": 1,
    "stability/sd3.5-large": 1,
    "recraft/recraftv3": 6,
    "fal_ai/fal-ai/flux/schnell": 4,
    "together_ai/black-forest-labs/FLUX.1-schnell": 4,
    "gpt-image-2": 10,
    "compatible/my-model": 10,
}
NINE = [(model, calls) for model, most in MODELS.items() for calls in [-(-9 // most)]]


@both_ways
@pytest.mark.parametrize(("model", "calls"), NINE)
def test_nine_pictures_are_nine(provider: ProviderServer, model: str, calls: int, is_async: bool) -> None:
    """n=9 gives nine different pictures in one result, in as few calls as the model allows."""
    bot = bot_for(provider, model, n=9)

    result = draw(bot, is_async)

    assert calls == len(provider.posts) == result.requests_sent
    assert 9 == len(result)
    assert () == result.problems
    assert sorted(provider.pictures.served) == sorted(one.to_bytes() for one in result)


@both_ways
def test_calls_go_side_by_side_but_at_most_eight(provider: ProviderServer, is_async: bool) -> None:
    """Twelve calls are under way together, never more than eight at once."""
    provider.always(Delay(0.2, then=together(provider, 8)))

    result = draw(bot_for(provider, "gemini", n=12), is_async)

    assert 12 == len(result)
    assert 8 == provider.in_flight_peak


@both_ways
def test_part_that_fails_leaves_the_rest(provider: ProviderServer, is_async: bool) -> None:
    """Calls that fail, each in its own way, are told on the result; the others' pictures are returned."""
    provider.script(Status(500), None, Refusal("SAFETY"), None, EmptyData())

    with pytest.warns(FewerImagesWarning, match="2 of 5 pictures"):
        result = draw(bot_for(provider, "gemini", n=5), is_async)

    assert 2 == len(result)
    assert 5 == len(provider.posts)
    assert 3 == len(result.problems)
    assert "a reply held no picture" in result.problems
    assert any(problem.startswith("ambiguous: The server had an error") for problem in result.problems)
    assert any(problem.startswith("refused: ") and "SAFETY" in problem for problem in result.problems)


def test_saved_files_are_those_that_came(provider: ProviderServer) -> None:
    """Calling the bot saves every picture that came and returns the first."""
    provider.script(None, Status(500), None)

    with pytest.warns(FewerImagesWarning):
        first = bot_for(provider, "gemini", n=3)("a red panda")

    assert Path("a-red-panda.png").resolve() == Path(first).resolve()
    assert 2 == len(list(Path().iterdir()))


@both_ways
def test_fewer_than_asked_is_told(provider: ProviderServer, is_async: bool) -> None:
    """A provider that sends two of four pictures without a word is told of, never silently accepted."""
    provider.script(Pictures(count=2))

    with pytest.warns(FewerImagesWarning, match="2 of 4 pictures came from 'gpt-image-2': the provider sent no more"):
        result = draw(bot_for_bare(provider, n=4), is_async)

    assert 2 == len(result)
    assert ("the provider sent no more, and no reason",) == result.problems


def bot_for_bare(provider: ProviderServer, **settings: object) -> ImageBot:
    """Return a bot for gpt-image-2 under the name that people write."""
    return bot_for(provider, "gpt-image-2", **(settings | {"model": "gpt-image-2"}))


@both_ways
def test_more_than_asked_is_kept(provider: ProviderServer, is_async: bool) -> None:
    """Pictures that came beyond those asked for were paid for: all are kept, without a warning."""
    provider.script(Pictures(count=3))

    with warnings.catch_warnings():
        warnings.simplefilter("error", FewerImagesWarning)
        result = draw(bot_for(provider, "gpt-image-2", n=2), is_async)

    assert 3 == len(result)
    assert 3 == len(result.save("."))


def test_broken_picture_among_good_ones_is_told(provider: ProviderServer) -> None:
    """A payload that is no picture costs one place of the result, not the others."""
    provider.script(None, BadPayload(), None)

    with pytest.warns(FewerImagesWarning, match="2 of 3 pictures"):
        result = bot_for(provider, "gemini", n=3).generate("a red panda")

    assert 2 == len(result)
    assert 1 == len(result.problems)


def test_nothing_but_broken_pictures_is_an_error(provider: ProviderServer) -> None:
    """When no payload is a picture there is no result to return."""
    provider.always(BadPayload())

    with pytest.raises(InvalidImageError):
        bot_for(provider, "gemini", n=3).generate("a red panda")

    assert 3 == len(provider.posts)


def test_nothing_at_all_is_an_error(provider: ProviderServer) -> None:
    """When every call comes back empty the error says so, after each was sent once."""
    provider.always(EmptyData("missing"))

    with pytest.raises(NoImageError, match="No image data found"):
        bot_for(provider, "gemini", n=3).generate("a red panda")

    assert 3 == len(provider.posts)


def test_failure_that_may_be_charged_outweighs_the_others(provider: ProviderServer) -> None:
    """When all parts fail, the error of the one that may be charged is shown."""
    provider.script(Status(429), Status(500), Refusal("SAFETY"))

    with pytest.raises(Exception, match="had an error while processing") as caught:
        bot_for(provider, "gemini", n=3).generate("a red panda")

    assert caught.value.maybe_charged is True


def test_sums_are_over_all_calls(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cost and usage of a result are those of its calls together."""
    key_variables(provider, monkeypatch, "gemini")
    bot = ImageBot(model="gemini/gemini-3.1-flash-image")

    one, three = bot.generate("a red panda"), bot.generate("a red panda", n=3)

    assert one.cost is not None
    assert three.cost == pytest.approx(3 * one.cost)
    assert 3 * one.usage["output_tokens"] == three.usage["output_tokens"]
