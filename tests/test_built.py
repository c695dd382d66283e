"""A batch builds the request of a prompt once; whoever is asked for something else builds his own."""

from typing import Any

import pytest

from llamabot_images import ImageBot, ImageRequest, ImageResult, preparing
from llamabot_images.built import building_once

from .calls import bot_for
from .providers import DisallowParameter, ProviderServer


class Counting(ImageBot):
    """Counts the requests that are built, over all copies of it."""

    built: list[str] = []

    def build_request(self, prompt: str, **overrides: Any) -> ImageRequest:
        """Count."""
        self.built.append(prompt)
        return super().build_request(prompt, **overrides)


@pytest.fixture
def bot(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> Counting:
    """Return a bot that has counted nothing yet."""
    monkeypatch.setattr(Counting, "built", [])
    return Counting(**provider.kwargs_for("gpt-image-2"))


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
async def test_a_batch_builds_each_request_once(bot: Counting, provider: ProviderServer, is_async: bool) -> None:
    """What is sent is what the journal knows the prompt by, and making it twice would cost as much as saving it."""
    prompts = [{"prompt": f"a panda {number}", "quality": "low"} for number in range(6)]

    result = await bot.abatch(prompts, "out") if is_async else bot.batch(prompts, "out")

    assert [one["prompt"] for one in prompts] == sorted(bot.built)
    assert sorted(bot.built) == sorted(post.json["prompt"] for post in provider.posts)
    assert (6, {"low"}) == (len(result.ok), {post.json["quality"] for post in provider.posts})


def test_time_is_counted_from_the_call(bot: Counting) -> None:
    """The seconds of a result do not hold those before its request was sent."""
    attempt = bot._first_attempt("a cat", {})
    with building_once(bot, "a cat", {}, attempt):
        taken = bot._first_attempt("a cat", {})

    assert taken.started > attempt.started
    assert (["a cat"], attempt.request) == (bot.built, taken.request)


CASES: dict[str, Any] = {
    "another prompt": lambda bot: bot._first_attempt("a dog", {"quality": "low"}),
    "another value": lambda bot: bot._first_attempt("a cat", {"quality": "high"}),
    "one override more": lambda bot: bot._first_attempt("a cat", {"quality": "low", "n": 2}),
    "one override less": lambda bot: bot._first_attempt("a cat", {}),
    "another bot": lambda bot: Counting(bot.model, api_key="key")._first_attempt("a cat", {"quality": "low"}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_not_the_very_same_is_built_anew(bot: Counting, case: str) -> None:
    """A subclass that asks for something else gets that."""
    attempt = bot._first_attempt("a cat", {"quality": "low"})
    with building_once(bot, "a cat", {"quality": "low"}, attempt):
        CASES[case](bot)

    assert 2 == len(bot.built)


def test_it_is_taken_once(bot: Counting) -> None:
    """A verb that draws twice builds a second time, for what chooses a seed while it builds."""
    attempt = bot._first_attempt("a cat", {})
    with building_once(bot, "a cat", {}, attempt):
        bot._first_attempt("a cat", {})
        bot._first_attempt("a cat", {})
    bot._first_attempt("a cat", {})

    assert 3 == len(bot.built)


def test_what_waited_is_built_anew(bot: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key may have been renewed while a request waited for its turn."""
    monkeypatch.setattr(preparing, "FRESH", 0.0)
    attempt = bot._first_attempt("a cat", {})
    with building_once(bot, "a cat", {}, attempt):
        bot._first_attempt("a cat", {})

    assert 2 == len(bot.built)


def test_what_a_provider_has_taught_counts(provider: ProviderServer) -> None:
    """A setting that the provider does not know is sent once in a batch, not with every prompt."""
    provider.script(DisallowParameter("background"))
    bot = bot_for(provider, "gpt-image-2", background="opaque")

    with pytest.warns(match="background"):
        result = bot.batch(["a", "b", "c"], "out", max_workers=1)

    assert 3 == len(result.ok)
    assert ["background" in post.json for post in provider.posts] == [True, False, False, False]


def test_a_subclass_that_changes_the_prompt_gets_its_own(bot: Counting, provider: ProviderServer) -> None:
    """A bot whose generate asks for something else sends that."""

    class Blue(Counting):
        def generate(self, prompt: str, **overrides: Any) -> ImageResult:
            return super().generate(f"{prompt} in blue", **overrides)

    Blue(**provider.kwargs_for("gpt-image-2")).batch(["a cat"], "out")

    assert (["a cat", "a cat in blue"], ["a cat in blue"]) == (
        bot.built,
        [one.json["prompt"] for one in provider.posts],
    )
