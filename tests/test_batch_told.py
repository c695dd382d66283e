"""What a batch tells of a prompt that brought less than was asked for."""

from pathlib import Path

import pytest

from llamabot_images import FewerImagesWarning, ImageBot

from .calls import bot_for, both_ways
from .providers import Pictures, ProviderServer, picture
from .providers.fixture import provider
from .test_batch import draw, read_rows

__all__ = ["provider"]

OUT = Path("out")


@both_ways
def test_fewer_pictures_are_told(provider: ProviderServer, is_async: bool) -> None:
    """Where fewer pictures came than were asked for, the outcome and every row say so and why, also in the next run."""
    provider.script(Pictures(files=(picture(size=(64, 64)), picture(size=(64, 48)))))
    bot = bot_for(provider, "gpt-image-2", n=3)

    with pytest.warns(FewerImagesWarning, match="2 of 3 pictures came"):
        first = draw(bot, is_async, ["a"], OUT)
    second = draw(bot, is_async, ["a"], OUT)

    told = "2 of 3 pictures came; the provider sent no more, and no reason"
    assert [told, told] == [first[0].problems, second[0].problems]
    assert [told, told] == [row["problems"] for row in read_rows(OUT)]
    assert told in repr(first[0])
    assert ("done", 2) == (first[0].status, len(first[0].files))


def test_all_pictures_are_no_problem(bot: ImageBot) -> None:
    """Where everything came as asked there is nothing to tell."""
    result = bot.batch([{"prompt": "a", "n": 2}], OUT)

    assert "" == result[0].problems
    assert ["", ""] == [row["problems"] for row in read_rows(OUT)]
    assert f"<BatchOutcome 0 done 'a' {result[0].files[0]}>" == repr(result[0])


@both_ways
def test_picture_that_cannot_be_converted_is_done(provider: ProviderServer, is_async: bool) -> None:
    """Where nothing can make of a picture what its name wants, it is kept as it came, told, and not paid again."""
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9" height="9"/></svg>'
    provider.always(Pictures(files=(svg,)))
    prompts = [{"prompt": "a", "file_name": "logo.png"}]

    first = draw(bot_for(provider, "recraft/recraftv3"), is_async, prompts, OUT)
    Path("out/metadata.jsonl").unlink()
    second = draw(bot_for(provider, "recraft/recraftv3"), is_async, prompts, OUT)

    assert [Path("out/logo.svg")] == first.paths == second.paths
    assert "it has an ending of its own: " in first[0].problems
    assert svg == Path("out/logo.svg").read_bytes()
    assert 1 == len(provider.posts)
