"""What LiteLLM itself still does wrong: a test that fails here says which workaround may go.

These tests use LiteLLM without this library. A newer LiteLLM that does better fails them, and that is their use;
older ones err in their own ways.
"""

import asyncio
import os
import subprocess
import sys
import time
from typing import Any

import litellm
import pytest

from .providers import Delay, Json, ProviderServer, Refusal, Status, picture
from .providers.pictures import encode
from .releases import LITELLM

FIXES = "llamabot_images/backends/litellm_fixes.py"
IMAGES = "llamabot_images/backends/images.py"


def alone(provider: ProviderServer, name: str, **keywords: Any) -> Any:
    """Draw with LiteLLM alone."""
    litellm.suppress_debug_info = True
    return litellm.image_generation(prompt="a red panda", **(provider.kwargs_for(name) | keywords))


@pytest.fixture
def cheap(provider: ProviderServer) -> ProviderServer:
    """Give a server with small pictures."""
    provider.pictures.size = (64, 64)
    return provider


def test_litellm_sends_a_paid_request_three_times(cheap: ProviderServer) -> None:
    """One request that fails with 500 is three at the provider, whatever the caller of an older version sets."""
    cheap.always(Status(500, headers={"retry-after-ms": "1"}))
    given = {"num_retries": 0} if LITELLM >= (1, 109) else {"max_retries": 0, "num_retries": 0}

    with pytest.raises(litellm.InternalServerError):
        alone(cheap, "gpt-image-2", **given)

    assert 3 == len(cheap.posts), f"LiteLLM sends once now: let PostOnce in {FIXES} give plain OpenAI clients"


def test_litellm_leaves_bedrock_without_a_timeout(cheap: ProviderServer) -> None:
    """The caller's timeout is not kept on Bedrock."""
    cheap.always(Delay(0.6))

    reply = alone(cheap, "bedrock", timeout=0.1)

    assert reply.data, f"LiteLLM keeps Bedrock's timeout now: delete the timeout of PostOnce.handler in {FIXES}"


@pytest.mark.parametrize("name", ["gpt-image-2", "azure/gpt-image-2", "recraft", "openrouter", "bedrock"])
def test_litellm_sends_headers_in_the_body(cheap: ProviderServer, name: str) -> None:
    """extra_headers stand in the body too, where strict providers refuse them."""
    cheap.strict = False

    alone(cheap, name, extra_headers={"X-Trace": "42"})

    told = f"headers stay out of the body now: delete _with_headers in {IMAGES} and the body's change in {FIXES}"
    assert b"X-Trace" in cheap.posts[0].body, told


def test_litellm_writes_the_key_into_the_callers_headers(cheap: ProviderServer) -> None:
    """A dict of the caller's comes back with the key in it."""
    headers = {"X-Trace": "42"}
    cheap.strict = False

    alone(cheap, "recraft", extra_headers=headers)

    told = "LiteLLM copies headers now: ImageRequest.keywords in llamabot_images/request.py need not copy them"
    assert {"X-Trace": "42"} != headers, told


@pytest.mark.parametrize("name", ["together_ai", "xai", "litellm_proxy", "compatible"])
def test_litellm_sends_openais_key_elsewhere(cheap: ProviderServer, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A provider without a key of its own is sent OpenAI's."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-0123456789")
    cheap.strict = False

    alone(cheap, name, api_key=None)

    told = f"OpenAI's key stays home now: delete _check_sdk in {IMAGES}, and NO_KEY in llamabot_images/credentials.py"
    assert "Bearer sk-canary-0123456789" == cheap.posts[0].headers["authorization"], told


@pytest.mark.parametrize("name", ["litellm_proxy", "hosted_vllm", "xinference"])
def test_litellm_takes_openai_for_a_server_without_address(
    cheap: ProviderServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A compatible server without api_base is looked for at OpenAI's."""
    monkeypatch.setenv("OPENAI_BASE_URL", cheap.kwargs_for("compatible")["api_base"])
    cheap.strict = False

    litellm.image_generation(prompt="a red panda", model=f"{name}/some-model", api_key="own-key-0123456789")

    told = "LiteLLM asks for an address now: delete needs_base in llamabot_images/credentials.py"
    assert 1 == len(cheap.posts), told


@pytest.mark.parametrize(
    "model", ["ollama/llava", "huggingface/some/model", "replicate/some/model", "mistral/some-model"]
)
def test_litellm_answers_unrouted_models_with_nothing(model: str) -> None:
    """A provider without an image route is an empty success."""
    reply = litellm.image_generation(prompt="a red panda", model=model, api_key="own-key-0123456789")

    assert [] == reply.data, f"LiteLLM says that it has no route now: delete UnroutedModelError's check in {IMAGES}"


@pytest.mark.parametrize("name", ["gemini", "openrouter"])
def test_litellm_says_nothing_of_refusals(cheap: ProviderServer, name: str) -> None:
    """A refusal is an empty list without a reason."""
    cheap.always(Refusal())

    reply = alone(cheap, name)

    told = "LiteLLM raises refusals now: llamabot_images/refusals.py and backends/reading.py may go"
    assert [] == reply.data, told


def test_litellm_makes_up_a_price(cheap: ProviderServer) -> None:
    """gpt-image without usage costs nothing, says LiteLLM."""
    cheap.script(Json({"created": 1, "data": [{"b64_json": encode(picture("png", (64, 64)))}]}))

    reply = alone(cheap, "gpt-image-2")

    told = "LiteLLM knows that it does not know: a price of 0.0 may be believed in llamabot_images/replies.py"
    assert 0.0 == reply._hidden_params["response_cost"], told


def test_litellm_refuses_the_references_defaults(cheap: ProviderServer) -> None:
    """The reference's response_format="url" is an error on most models."""
    with pytest.raises(litellm.UnsupportedParamsError):
        alone(cheap, "gpt-image-2", response_format="url")

    assert [] == cheap.posts, "LiteLLM takes response_format for every model now: negotiate it no more"


def test_litellm_takes_dall_e_for_another_model(cheap: ProviderServer) -> None:
    """A parameter that DALL-E knows is an error before it is sent."""
    with pytest.raises(litellm.UnsupportedParamsError):
        alone(cheap, "dall-e-3", response_format="url")

    told = "LiteLLM knows DALL-E again: delete dalle_in_body in llamabot_images/backends/knowing.py"
    assert [] == cheap.posts, told


# -- async ---------------------------------------------------------------------------------------


def test_litellms_async_function_is_not_async_for_gemini(cheap: ProviderServer) -> None:
    """Thirty-two calls at once are a few at a time: a blocking call in the event loop's small pool."""
    alone(cheap, "gemini")
    cheap.reset()
    cheap.always(Delay(0.1))
    keywords = cheap.kwargs_for("gemini")

    async def many() -> None:
        await asyncio.gather(*(litellm.aimage_generation(prompt="a red panda", **keywords) for _ in range(40)))

    asyncio.run(many())

    told = f"LiteLLM is async for Gemini now: Images.asend in {IMAGES} may use aimage_generation there"
    assert cheap.in_flight_peak < 40, told


def test_litellm_goes_on_after_a_cancelled_call(cheap: ProviderServer) -> None:
    """asyncio.run waits for a call that the caller has given up."""
    alone(cheap, "gemini")
    cheap.always(Delay(0.8))
    keywords = cheap.kwargs_for("gemini")

    async def given_up() -> None:
        await asyncio.wait_for(litellm.aimage_generation(prompt="a red panda", **keywords), 0.1)

    began = time.monotonic()
    with pytest.raises(TimeoutError):
        asyncio.run(given_up())

    told = f"LiteLLM ends cancelled calls now: Images.asend in {IMAGES} may use aimage_generation"
    assert time.monotonic() - began > 0.6, told


LOOPS = """
import asyncio, gc, logging, os, sys
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

async def draw(number):
    await litellm.aimage_generation(
        prompt=f"red panda {number}", model="openai/gpt-image-2", api_key=sys.argv[1], api_base=sys.argv[2]
    )

for number in range(8):
    asyncio.run(draw(number))
    if number in (2, 7):
        gc.collect()
        print(len(os.listdir("/proc/self/fd")))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="open files are counted in /proc")
def test_litellm_leaves_a_socket_and_a_warning_per_event_loop(cheap: ProviderServer) -> None:
    """Each asyncio.run leaves a connection open, and logging of the one before on stderr."""
    settings = cheap.kwargs_for("gpt-image-2")

    done = run_python(LOOPS, settings["api_key"], settings["api_base"])

    third, eighth = map(int, done.stdout.split())
    told = f"no socket is left behind now: PostOnce in {FIXES} need not share connections between loops"
    assert eighth >= third + 5, told
    assert "LoggingWorker" in done.stderr, f"nothing is left to be logged now: delete drain_logging in {FIXES}"


def run_python(program: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program of its own."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **environment},
        check=True,
    )


NOISE = """
import os, sys
del os.environ["LITELLM_LOCAL_MODEL_COST_MAP"]
import litellm
try:
    litellm.image_generation(
        prompt="a red panda", model="openai/gpt-image-2", api_key=sys.argv[1], api_base=sys.argv[2], max_retries=0
    )
except litellm.BadRequestError:
    pass
"""


def test_litellm_fetches_its_prices_and_prints_advice(cheap: ProviderServer) -> None:
    """Importing LiteLLM goes to the network, and an error writes to the program's output."""
    cheap.always(Status(400))
    settings = cheap.kwargs_for("gpt-image-2")
    at = {"LITELLM_LOCAL_MODEL_COST_MAP": "", "LITELLM_MODEL_COST_MAP_URL": f"{cheap.url}/prices.json"}

    done = run_python(NOISE, settings["api_key"], settings["api_base"], **at)

    fetched = [one.path for one in cheap.requests if one.path == "/prices.json"]
    assert fetched, f"importing LiteLLM stays off the network now: delete LITELLM_LOCAL_MODEL_COST_MAP in {FIXES}"
    assert "Give Feedback" in done.stdout, f"LiteLLM prints nothing now: delete suppress_debug_info in {FIXES}"
