"""What LiteLLM adds to its lists of callbacks by itself is nobody who listens."""

import asyncio
import json
from typing import Any

import litellm
import pytest
from litellm.integrations.custom_logger import CustomLogger

from .calls import bot_for, together
from .providers import ProviderServer
from .test_litellm_reports import program_says

#: More than LiteLLM's async function has threads for; it takes a few of them at a time.
CROWD = 40


class Listening(CustomLogger):
    """Notes what it is told, by the async hook."""

    def __init__(self) -> None:
        super().__init__()
        self.models: list[str] = []

    async def async_log_success_event(self, kwargs: Any, response_obj: Any, start_time: Any, end_time: Any) -> None:
        """Note the model."""
        self.models.append(kwargs["model"])


@pytest.fixture
def cheap(provider: ProviderServer) -> ProviderServer:
    """Give a server with small pictures."""
    provider.pictures.size = (64, 64)
    return provider


def router(provider: ProviderServer, **settings: Any) -> litellm.Router:
    """Return a Router that this program uses for something else."""
    deployments = [{"model_name": "img", "litellm_params": provider.kwargs_for("gpt-image-2")}]
    return litellm.Router(model_list=deployments, **settings)


@pytest.mark.parametrize("strategy", ["simple-shuffle", "least-busy", "latency-based-routing", "cost-based-routing"])
def test_many_async_calls_are_under_way_beside_a_router(cheap: ProviderServer, strategy: Any) -> None:
    """Since a Router exists, whatever its strategy, as many requests are in flight at once as before."""
    bot, unused = bot_for(cheap, "gemini"), router(cheap, routing_strategy=strategy)
    cheap.always(together(cheap, CROWD))

    async def many() -> None:
        await asyncio.gather(*(bot.agenerate("a red panda") for _ in range(CROWD)))

    asyncio.run(many())

    assert CROWD == cheap.in_flight_peak
    assert unused.model_list


def test_an_async_logger_is_heard_beside_a_router(cheap: ProviderServer) -> None:
    """A logger of the program with nothing but async hooks is told of an async call though there is a Router."""
    unused, listening = router(cheap), Listening()
    litellm.callbacks.append(listening)
    bot = bot_for(cheap, "gpt-image-2")

    async def drawn() -> None:
        await bot.agenerate("a red panda")
        await asyncio.sleep(0.2)

    asyncio.run(drawn())

    assert ["gpt-image-2"] == listening.models
    assert unused.model_list


AFTER_A_CHAT = """
import asyncio, json, sys, threading
import litellm
from llamabot_images import ImageBot

def reporters():
    return sum(one.name.startswith("litellm-logging") for one in threading.enumerate())

async def many(count):
    await asyncio.gather(*(bot.agenerate("a red panda") for _ in range(count)))

bot = ImageBot(**json.loads(sys.argv[1]))
list(bot.stream("a red panda"))
streamed = reporters()
bot.generate("a red panda", route="chat")
router = litellm.Router(model_list=[{"model_name": "img", "litellm_params": json.loads(sys.argv[1])}])
asyncio.run(many(int(sys.argv[2])))
print(json.dumps([reporters() - streamed, "cache" in litellm.success_callback]))
"""


def test_many_async_calls_are_under_way_after_a_chat(cheap: ProviderServer) -> None:
    """After Gemini's chat, which adds "cache", and with a Router, calls go side by side and nothing is reported."""
    cheap.script(None, None)
    cheap.always(together(cheap, CROWD))
    found = program_says(AFTER_A_CHAT, json.dumps(cheap.kwargs_for("gemini")), str(CROWD))

    told = 'where LiteLLM adds no "cache" any more, delete the word in llamabot_images/backends/reports.py'
    assert [0, True] == found, told
    assert CROWD == cheap.in_flight_peak
