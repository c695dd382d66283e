"""LiteLLM's report of a success reaches everybody who listens, and is not made for nobody."""

import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import litellm
import pytest

from .calls import bot_for, both_ways, draw
from .providers import ProviderServer

MODELS = ["gpt-image-2", "azure/gpt-image-2", "gemini", "recraft"]


def heard(condition: Callable[[], object]) -> bool:
    """Wait for LiteLLM's thread, five seconds at most."""
    for _ in range(500):
        if condition():
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("model", MODELS)
@both_ways
def test_a_callback_gets_the_whole_picture(provider: ProviderServer, model: str, is_async: bool) -> None:
    """A function in success_callback is given the reply that the caller is given."""
    replies: list[Any] = []
    litellm.success_callback = [lambda kwargs, response, start, end: replies.append(response)]

    result = draw(bot_for(provider, model), is_async)

    assert heard(lambda: replies)
    assert result.response.data[0] == replies[0].data[0]


@both_ways
def test_a_callback_of_one_call_is_heard(provider: ProviderServer, is_async: bool) -> None:
    """success_callback as a keyword of one call fires for that call and no other."""
    calls: list[str] = []
    bot = bot_for(provider, "gpt-image-2")
    # LiteLLM hears functions of single calls only after it has had one for all calls (1.106.2).
    litellm.input_callback = [lambda kwargs: None]
    draw(bot, is_async)
    litellm.input_callback = []

    draw(bot, is_async)
    draw(bot, is_async, success_callback=[lambda kwargs, response, start, end: calls.append(kwargs["model"])])
    draw(bot, is_async)

    assert heard(lambda: calls)
    assert ["gpt-image-2"] == calls


@both_ways
def test_a_callback_set_between_calls_is_heard(provider: ProviderServer, is_async: bool) -> None:
    """Whoever begins to listen hears the next call, and whoever stops no more."""
    calls: set[str] = set()  # LiteLLM 1.101 reports a call twice
    bot = bot_for(provider, "gpt-image-2")

    draw(bot, is_async)
    litellm.success_callback = [lambda kwargs, response, start, end: calls.add(kwargs["litellm_call_id"])]
    draw(bot, is_async)
    assert heard(lambda: calls)
    litellm.success_callback = []
    draw(bot, is_async)

    assert 1 == len(calls)


def test_the_debug_log_has_the_report(provider: ProviderServer, caplog: pytest.LogCaptureFixture) -> None:
    """At level DEBUG LiteLLM's logger tells of the success as it does without this library."""
    with caplog.at_level(logging.DEBUG, "LiteLLM"):
        draw(bot_for(provider, "gpt-image-2"), is_async=False)
        reported = heard(lambda: any("LiteLLM-Success Call" in one.getMessage() for one in list(caplog.records)))

    assert reported


SILENT = """
import json, sys, threading
import litellm
from llamabot_images import ImageBot

def reporters():
    return sum(one.name.startswith("litellm-logging") for one in threading.enumerate())

settings = json.loads(sys.argv[1])
for _ in range(3):
    result = ImageBot(**settings).generate("a red panda")
before = reporters()
reply = litellm.image_generation(prompt="a red panda", **settings)
print(json.dumps([before, reporters(), result.cost == reply._hidden_params["response_cost"]]))
"""


def program_says(code: str, *arguments: str) -> Any:
    """Run a program of its own, where LiteLLM has no callbacks of other tests, and return what it prints as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True"},
        check=True,
    )
    return json.loads(done.stdout)


def test_no_report_is_made_for_nobody(provider: ProviderServer) -> None:
    """Without callbacks no thread of LiteLLM's holds the picture, as one does without this library."""
    found = program_says(SILENT, json.dumps(provider.kwargs_for("gpt-image-2")))

    told = "where the second number is 0, LiteLLM makes no report by itself: delete llamabot_images/backends/reports.py"
    assert [0, 1, True] == found, told
