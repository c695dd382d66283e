"""What a picture costs is told before and after, never made up, and a limit holds whatever runs side by side."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from llamabot_images import BudgetExceededError, FewerImagesWarning, ImageBot, ImageResult
from llamabot_images.prices import Prices, Spending, prices_of
from llamabot_images.sizes import parse_size

from .calls import bot_for, both_ways, draw, together
from .providers import BadPayload, Delay, Json, ProviderServer, Refusal, Status, Timeout, picture
from .providers.pictures import encode

#: Model and who says what it costs.
PRICED = {
    "gpt-image-2": "litellm",
    "azure/gpt-image-2": "litellm",
    "gemini": "litellm",
    "vertex_ai/gemini-3-pro-image": "litellm",
    "bedrock": "litellm",
    "recraft": "litellm",
    "stability": "litellm",
    "fal_ai": "litellm",
    "openrouter": "provider",
    "xai": "provider",
}
UNPRICED = ["dall-e-3", "gpt-image-2.6-flare", "compatible", "litellm_proxy", "together_ai"]


@pytest.mark.parametrize("model", PRICED)
def test_price_and_who_says_it(provider: ProviderServer, model: str) -> None:
    """A result carries its price and its source, and the bot adds it up."""
    bot = bot_for(provider, model)

    result = bot.generate("a red panda")

    assert result.cost is not None
    assert 0 < result.cost < 1
    assert PRICED[model] == result.cost_source
    assert result.cost == bot.cost


@pytest.mark.parametrize("model", UNPRICED)
def test_unknown_price_is_none(provider: ProviderServer, model: str) -> None:
    """Where nobody says, the price is None and not nothing."""
    provider.retired.clear()
    bot = bot_for(provider, model)

    result = bot.generate("a red panda")

    assert (None, None) == (result.cost, result.cost_source)
    assert 0 == bot.cost


@both_ways
def test_litellms_zero_is_not_believed(provider: ProviderServer, is_async: bool) -> None:
    """gpt-image without usage has no price: LiteLLM's 0.0 is made up."""
    provider.script(Json({"created": 1, "data": [{"b64_json": encode(picture("png", (64, 64)))}]}))

    result = draw(bot_for(provider, "gpt-image-2"), is_async)

    assert result.cost is None
    assert 0.0 == result.response._hidden_params["response_cost"]


def test_price_of_a_part_that_nobody_knows_makes_the_sum_unknown(provider: ProviderServer) -> None:
    """A sum over several calls is told only when each of them is."""
    provider.script(None, Json({"created": 1, "data": [{"b64_json": encode(picture("png", (64, 64)))}]}))

    result = bot_for(provider, "gpt-image-2", n=11).generate("a red panda")

    assert len(result) in (2, 11)  # either of the two calls got the reply without a price
    assert (None, None) == (result.cost, result.cost_source)


def test_offline_pictures_are_free(bot: ImageBot) -> None:
    """A drawing costs nothing, and says so."""
    result = bot.generate("a red panda")

    assert (0.0, "free") == (result.cost, result.cost_source)


def test_sixty_four_threads_add_up(provider: ProviderServer) -> None:
    """No price is lost between threads."""
    bot = bot_for(provider, "recraft", size="1024x1024")

    with ThreadPoolExecutor(64) as pool:
        results = list(pool.map(lambda number: bot.generate(f"red panda {number}"), range(64)))

    assert 64 == len(provider.posts)
    assert bot.cost == pytest.approx(sum(one.cost or 0 for one in results))
    assert bot.cost == pytest.approx(64 * 0.04)


# -- before sending ------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["gpt-image-2", "gemini", "vertex_ai/gemini-3-pro-image", "recraft", "bedrock"])
def test_estimate_holds(provider: ProviderServer, model: str) -> None:
    """The estimate sends nothing, and what is paid lies in its range."""
    bot = bot_for(provider, model, n=2)

    estimate = bot.estimate("a red panda")

    assert [] == provider.requests
    assert estimate is not None
    paid = bot.generate("a red panda").cost
    assert paid is not None
    assert 0 < estimate[0] * 0.999 <= paid <= estimate[1] * 1.001


def test_estimate_knows_quality(provider: ProviderServer) -> None:
    """A named quality narrows the range, and more of it costs more."""
    bot = bot_for(provider, "gpt-image-2")

    low, high = (bot.estimate("a red panda", quality=name) for name in ("low", "high"))
    any_ = bot.estimate("a red panda")

    assert low is not None
    assert high is not None
    assert any_ is not None
    assert low[0] == low[1] < high[0] == high[1]
    assert (low[0], high[1]) == any_


def test_estimate_of_an_unknown_price_is_none(provider: ProviderServer) -> None:
    """Nothing is guessed where LiteLLM's map has no price."""
    assert bot_for(provider, "compatible").estimate("a red panda") is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({}, None),
        ({"output_cost_per_image": 0.04}, Prices(0.08, 0.08, 0.08)),
        ({"input_cost_per_pixel": 1e-7}, Prices(*[2 * 1024 * 1536 * 1e-7] * 3)),
        ({"output_cost_per_image": 0.045, "output_cost_per_image_token": 6e-5}, Prices(0.09, 0.1548, 0.1548)),
    ],
)
def test_prices_follow_the_map(entry: dict[str, float], expected: Prices | None) -> None:
    """Each way in which LiteLLM's map tells a price is understood."""
    found = prices_of(entry, n=2, shape=parse_size("1024x1536"), prompt="a red panda")

    assert (found is None) == (expected is None)
    if found and expected:
        assert (expected.low, expected.high) == pytest.approx((found.low, found.high))


# -- a limit -------------------------------------------------------------------------------------


@both_ways
def test_limit_stops_the_request_that_would_pass_it(provider: ProviderServer, is_async: bool) -> None:
    """At four cents a picture ten cents are two pictures; the third is refused before it is sent."""
    bot = bot_for(provider, "recraft", max_cost=0.10)
    draw(bot, is_async)
    draw(bot, is_async)

    with pytest.raises(BudgetExceededError, match=r"\$0\.1.*not sent") as caught:
        draw(bot, is_async)

    assert 2 == len(provider.posts)
    assert (0.10, 0.08) == (caught.value.max_cost, pytest.approx(caught.value.spent))
    assert bot.cost <= 0.10


def test_limit_can_be_used_up_exactly(provider: ProviderServer) -> None:
    """What fits to the cent is sent."""
    bot = bot_for(provider, "recraft", max_cost=0.12)

    for _ in range(3):
        bot.generate("a red panda")

    assert bot.cost == pytest.approx(0.12)


def test_limit_counts_all_pictures_of_a_request(provider: ProviderServer) -> None:
    """Four pictures at four cents do not fit into ten cents: none is sent."""
    with pytest.raises(BudgetExceededError):
        bot_for(provider, "recraft", max_cost=0.10, n=4).generate("a red panda")

    assert [] == provider.requests


def all_at_once(bot: ImageBot, calls: int) -> list[ImageResult | BaseException]:
    """Draw from as many threads as there are calls."""

    def one(number: int) -> ImageResult | BaseException:
        try:
            return bot.generate(f"red panda {number}")
        except Exception as error:
            return error

    with ThreadPoolExecutor(calls) as pool:
        return list(pool.map(one, range(calls)))


async def gathered(bot: ImageBot, calls: int) -> list[Any]:
    """Draw by as many tasks as there are calls."""
    return await asyncio.gather(*(bot.agenerate(f"panda {one}") for one in range(calls)), return_exceptions=True)


@both_ways
@pytest.mark.parametrize(
    ("model", "each"), [("recraft", 0.04), ("gpt-image-2", 0.0317), ("gemini", 0.0774), ("openrouter", 0.0387)]
)
def test_limit_holds_for_requests_under_way(provider: ProviderServer, model: str, each: float, is_async: bool) -> None:
    """Twenty calls at once spend no more than the limit, also where only the reply tells the price."""
    provider.always(Delay(0.05))
    bot = bot_for(provider, model, max_cost=5.5 * each)

    found = asyncio.run(gathered(bot, 20)) if is_async else all_at_once(bot, 20)

    assert 5 == len(provider.posts) == sum(isinstance(one, ImageResult) for one in found)
    assert 15 == sum(isinstance(one, BudgetExceededError) for one in found)
    assert bot.cost == pytest.approx(5 * each, rel=0.01)


def test_price_that_nobody_knows_does_not_hold_others_up(provider: ProviderServer) -> None:
    """After one reply without a price the others go side by side."""
    provider.script(None)
    provider.always(together(provider, 5))
    bot = bot_for(provider, "compatible", max_cost=1.0)

    found = all_at_once(bot, 6)

    assert all(isinstance(one, ImageResult) for one in found)
    assert 5 == provider.in_flight_peak


@pytest.mark.parametrize("reply", [Status(400), Status(429), Refusal("moderation")])
def test_what_is_not_charged_does_not_count(provider: ProviderServer, reply: Any) -> None:
    """A request that was refused leaves the limit as it was."""
    provider.script(reply)
    bot = bot_for(provider, "recraft", max_cost=0.04)

    with pytest.raises(Exception):  # noqa: B017, PT011
        bot.generate("a red panda")
    bot.generate("a red panda")

    assert bot.cost == pytest.approx(0.04)


@pytest.mark.parametrize("reply", [Status(500), Timeout(5), BadPayload()])
def test_what_may_be_charged_counts(provider: ProviderServer, reply: Any) -> None:
    """A request with an unknown outcome counts against the limit, though not as spent."""
    provider.reply_with = "b64"
    provider.script(reply)
    bot = bot_for(provider, "recraft", max_cost=0.04, timeout=0.5)

    with pytest.raises(Exception):  # noqa: B017, PT011
        bot.generate("a red panda")
    with pytest.raises(BudgetExceededError):
        bot.generate("a red panda")

    assert 0 == bot.cost
    assert 1 == len(provider.posts)


def test_part_that_may_be_charged_counts(provider: ProviderServer) -> None:
    """Of three calls one has an unknown outcome: its share stays set aside."""
    bot = bot_for(provider, "stability", n=3, max_cost=4 * 0.065 - 0.01)
    provider.script(Status(500))

    with pytest.warns(FewerImagesWarning):
        bot.generate("a red panda")
    with pytest.raises(BudgetExceededError):
        bot.generate("a red panda", n=1)

    assert bot.cost == pytest.approx(2 * 0.065)


def test_free_pictures_do_not_count(own_limit: ImageBot) -> None:
    """A bot that may spend nothing can still draw offline."""
    for _ in range(3):
        own_limit.generate("a red panda")

    assert 0 == own_limit.cost


@pytest.fixture
def own_limit() -> ImageBot:
    """Give an offline bot that may spend nothing."""
    return ImageBot(model="offline/sketch", size="64x64", max_cost=0)


def test_first_request_of_a_guessed_price_goes_alone() -> None:
    """With a limit, and a price that is a guess, the second request waits for the first; another kind does not."""
    spending = Spending(1.0)
    guess = Prices(0.01, 0.04, 0.2)

    first, second, other = (spending.open(kind, 1, guess) for kind in ("model", "model", "another"))

    assert first is not None
    assert second is None
    assert other is not None


def test_learned_price_is_set_aside_from_then_on() -> None:
    """What the first request cost is what the next ones are expected to cost."""
    spending = Spending(1.0)
    with spending.open("model", 2, None) or pytest.fail("nothing to wait for") as bill:
        bill.paid, bill.pictures = 0.6, 2

    fits = spending.open("model", 1, None)

    assert fits is not None
    assert 0.3 == pytest.approx(fits.amount)
    with pytest.raises(BudgetExceededError):
        spending.open("model", 1, None)


def test_without_a_limit_nothing_waits() -> None:
    """Prices hold nobody up where there is no limit."""
    spending = Spending(None)

    assert all(spending.open("model", 1, None) is not None for _ in range(3))
