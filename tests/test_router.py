"""A litellm.Router of the caller's sends the requests: its deployments, its load balancing, its fallbacks."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import litellm
import pytest

from llamabot_images import ContentPolicyError, FewerImagesWarning, ImageBot, UnroutedModelError

from .calls import both_ways, draw
from .providers import ProviderServer, Refusal, Status

MakeRouter = Callable[..., litellm.Router]


@pytest.fixture
def router(provider: ProviderServer) -> MakeRouter:
    """Give a maker of Routers: groups of models, each model pointed at the server."""

    def make(groups: dict[str, list[str]], **settings: Any) -> litellm.Router:
        deployments = [
            {"model_name": group, "litellm_params": provider.kwargs_for(model)}
            for group, models in groups.items()
            for model in models
        ]
        return litellm.Router(model_list=deployments, **({"num_retries": 0} | settings))

    return make


def test_bot_draws_through_a_router(provider: ProviderServer, router: MakeRouter) -> None:
    """bot(prompt) saves the picture of one of the Router's deployments, with the Router's key and no other."""
    bot = ImageBot("pictures", router=router({"pictures": ["gpt-image-2"]}))

    path = bot("a red panda")

    assert provider.pictures.served == [Path(path).read_bytes()]
    assert 1 == len(provider.posts)


@both_ways
def test_load_is_balanced(provider: ProviderServer, router: MakeRouter, is_async: bool) -> None:
    """Calls spread over the deployments of a group."""
    provider.pictures.size = (64, 64)
    bot = ImageBot("pictures", router=router({"pictures": ["gpt-image-2", "gpt-image-2.5-flare"]}))

    for _ in range(24):
        draw(bot, is_async)

    assert 24 == len(provider.posts)
    assert {"gpt-image-2", "gpt-image-2.5-flare"} == {post.json["model"] for post in provider.posts}


@both_ways
def test_the_routers_own_fallbacks_work(provider: ProviderServer, router: MakeRouter, is_async: bool) -> None:
    """A group that fails is followed by the one that the Router names."""
    provider.script(Status(400))
    groups = {"first": ["gpt-image-2"], "second": ["gemini/gemini-3.1-flash-image"]}
    bot = ImageBot("first", router=router(groups, fallbacks=[{"first": ["second"]}]))

    result = draw(bot, is_async)

    assert ["/v1/images/generations", "generateContent"] == [post.path.rpartition(":")[2] for post in provider.posts]
    assert 1 == len(result)


@both_ways
def test_settings_are_fitted_to_the_group(provider: ProviderServer, router: MakeRouter, is_async: bool) -> None:
    """Size and quality are those of the group's model, and n is made of as many calls as it needs."""
    bot = ImageBot(
        "pictures",
        size="16:9",
        n=3,
        response_format="url",
        router=router({"pictures": ["gemini/gemini-3.1-flash-image"]}),
    )

    result = draw(bot, is_async)

    assert 3 == len(result) == len(provider.posts)
    assert {"16:9"} == {post.json["generationConfig"]["imageConfig"]["aspectRatio"] for post in provider.posts}


@both_ways
def test_refusal_through_a_router_is_a_refusal(provider: ProviderServer, router: MakeRouter, is_async: bool) -> None:
    """What a provider refuses is the same error as without a Router, after one request."""
    provider.always(Refusal("moderation_blocked"))
    bot = ImageBot("pictures", router=router({"pictures": ["gpt-image-2"]}))

    with pytest.raises(ContentPolicyError, match="safety system"):
        draw(bot, is_async)

    assert 1 == len(provider.posts)


@both_ways
def test_part_that_fails_leaves_the_rest(provider: ProviderServer, router: MakeRouter, is_async: bool) -> None:
    """Calls side by side through a Router fail one by one."""
    provider.script(None, Refusal("58061214"), None)
    bot = ImageBot("pictures", n=3, router=router({"pictures": ["gemini/gemini-3.1-flash-image"]}))

    with pytest.warns(FewerImagesWarning, match="2 of 3"):
        result = draw(bot, is_async)

    assert 2 == len(result)


def test_bots_own_fallback_is_another_group(provider: ProviderServer, router: MakeRouter) -> None:
    """The bot's fallbacks are names of the Router too."""
    provider.script(Status(429))
    groups = {"first": ["recraft/recraftv3"], "second": ["gpt-image-2"]}
    bot = ImageBot("first", router=router(groups), fallbacks=["second"])

    result = bot.generate("a red panda")

    assert "second" == result.model
    assert result.trail[0].startswith("first: busy")


def test_unknown_group_is_named_with_those_there_are(provider: ProviderServer, router: MakeRouter) -> None:
    """A name that the Router does not have is an error before anything is sent."""
    bot = ImageBot("dall-e-3", router=router({"pictures": ["gpt-image-2"], "sketches": ["recraft"]}))

    with pytest.raises(UnroutedModelError, match=r"'dall-e-3'.*pictures, sketches"):
        bot.generate("a red panda")

    assert [] == provider.requests


def test_names_of_a_router_are_never_replaced(provider: ProviderServer, router: MakeRouter) -> None:
    """A dead model behind a Router is the Router's to replace; the error names the successor."""
    bot = ImageBot("pictures", router=router({"pictures": ["dall-e-3"]}))

    with pytest.raises(litellm.NotFoundError) as caught:
        bot.generate("a red panda")

    assert "gpt-image-2.5-sunburst" in " ".join(caught.value.__notes__)
    assert {"dall-e-3"} == {post.json["model"] for post in provider.posts}


def test_offline_model_needs_no_group(provider: ProviderServer, router: MakeRouter) -> None:
    """The offline model is drawn here, Router or not."""
    bot = ImageBot("pictures", router=router({"pictures": ["gpt-image-2"]}), size="64x64")

    result = bot.generate("a red panda", model="offline/sketch")

    assert 1 == len(result)
    assert [] == provider.requests


def test_price_is_told_through_a_router(provider: ProviderServer, router: MakeRouter) -> None:
    """Cost and usage come through."""
    result = ImageBot("pictures", router=router({"pictures": ["gpt-image-2"]})).generate("a red panda")

    assert result.cost is not None
    assert result.usage["output_tokens"] > 0
