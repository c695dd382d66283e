"""Bots that are copied, and bots that travel: they ask whom the first one asks, or say that they cannot."""

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import litellm
import pytest

from llamabot_images import ImageBot, ImageBotError

from .calls import bot_for, both_ways, draw, key_variables
from .providers import ProviderServer
from .test_batch import draw as draw_batch

MODEL = "gpt-image-2"
COPIES = pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy], ids=["copy", "deepcopy"])


@pytest.fixture
def routed(provider: ProviderServer) -> ImageBot:
    """Give a bot with a Router whose group has the name of a model that a key of the environment reaches as well."""
    deployment = {"model_name": MODEL, "litellm_params": provider.kwargs_for(MODEL)}
    return ImageBot(MODEL, router=litellm.Router(model_list=[deployment], num_retries=0))


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch, routed: ImageBot) -> Any:
    """Give another server, which the environment names; nothing shall go there."""
    with ProviderServer() as other:
        key_variables(other, monkeypatch, "openai")
        yield other


@both_ways
@COPIES
def test_copied_bot_keeps_its_router(
    provider: ProviderServer, elsewhere: ProviderServer, routed: ImageBot, copied: Callable[[Any], Any], is_async: bool
) -> None:
    """A copy sends through the Router of the first, not to the provider whose key is in the environment."""
    draw(copied(copied(routed)), is_async)

    assert (1, 0) == (len(provider.posts), len(elsewhere.posts))


def test_bot_with_a_router_does_not_travel(routed: ImageBot) -> None:
    """Pickling a bot with a Router says what to do instead."""
    with pytest.raises(ImageBotError, match="a litellm.Router cannot be sent to another process.*model and key"):
        pickle.dumps(routed)


@both_ways
def test_processes_refuse_a_router(
    provider: ProviderServer, elsewhere: ProviderServer, routed: ImageBot, is_async: bool
) -> None:
    """A batch in other processes sends nothing at all for a bot with a Router, and nothing in it may be charged."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = draw_batch(routed, is_async, ["a fox", "an owl"], "out", executor=pool)

    assert ["failed", "failed"] == [one.status for one in result]
    assert all("litellm.Router" in str(one.error) for one in result)
    assert ([], []) == (provider.requests, elsewhere.requests)


def test_threads_take_a_router(provider: ProviderServer, routed: ImageBot) -> None:
    """Somebody's own threads are in the same process, and draw through the Router."""
    with ThreadPoolExecutor(1) as pool:
        result = routed.batch(["a fox"], "out", executor=pool)

    assert (1, 1) == (len(result.ok), len(provider.posts))


@both_ways
@COPIES
def test_copied_bot_keeps_its_key(provider: ProviderServer, copied: Callable[[Any], Any], is_async: bool) -> None:
    """A copy stays in the process and sends the key of the first; a pickle has none."""
    bot = bot_for(provider, MODEL)
    twin = copied(bot)

    draw(twin, is_async)

    assert [f"Bearer {bot.api_key}"] == [post.headers["authorization"] for post in provider.posts]
    assert str(bot.api_key) not in repr(vars(twin))
    assert pickle.loads(pickle.dumps(twin)).api_key is None


@COPIES
def test_copy_has_settings_of_its_own(copied: Callable[[Any], Any]) -> None:
    """Changing a copy, its key or its keywords of a deep one, leaves the first alone."""
    bot = ImageBot(MODEL, api_key="first", max_cost=2, style={"name": "oil"})
    bot.itself = bot  # type: ignore[attr-defined]
    twin = copied(bot)

    twin.api_key, twin.size = "second", "16:9"
    twin.image_generation_kwargs["style"]["name"] = "ink"

    assert ("first", "1024x1024", 2) == (bot.api_key, bot.size, twin.max_cost)
    assert {"name": "oil" if copied is copy.deepcopy else "ink"} == bot.image_generation_kwargs["style"]
    assert (twin if copied is copy.deepcopy else bot) is twin.itself


@COPIES
def test_copy_of_a_subclass_drops_what_it_drops(copied: Callable[[Any], Any]) -> None:
    """A subclass that leaves something out of its state by ``__getstate__`` does so for copies too."""

    class Holding(ImageBot):
        held = "nothing"

        def __getstate__(self) -> dict[str, Any]:
            return {name: one for name, one in super().__getstate__().items() if name != "held"}

    bot = Holding(MODEL)
    bot.held = (one for one in "no generator can be copied")  # type: ignore[assignment]

    assert ("nothing", MODEL) == (copied(bot).held, copied(bot).model)
