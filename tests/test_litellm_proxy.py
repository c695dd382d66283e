"""A real LiteLLM proxy, set up as the guide says: what comes through it, what it repeats, and its rate limit."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import litellm
import pytest
from PIL import Image

from llamabot_images import ContentPolicyError, ImageBot
from llamabot_images.backends.offline_provider import register

from .doc_fences import ROOT, fences
from .providers import ProviderServer, Refusal, Reset, Status, Timeout, picture
from .proxy_process import ProxyProcess, minutes_since

PAGE = fences(ROOT / "docs/guides/litellm-proxy.md")
#: Requests a minute to ``pictures``, in place of the guide's 60.
LIMIT = 6
#: Of a batch.
WORKERS = 8
#: In the log of the proxy.
TOO_MANY = '/generations HTTP/1.1" 429'
MORE = """model_list:
  - model_name: paid
    litellm_params: {model: gpt-image-2, api_key: os.environ/OPENAI_API_KEY}
  - model_name: refuses
    litellm_params: {model: offline/refuses}
  - model_name: busy
    litellm_params: {model: offline/rate-limited}
  - model_name: scarce
    litellm_params: {model: gpt-image-2, api_key: os.environ/OPENAI_API_KEY, rpm: 2}
  - model_name: without-hook
    litellm_params: {model: hosted_vllm/some-model}
  - model_name: as-it-comes
    litellm_params: {model: hosted_vllm/some-model, num_retries: 2}
"""


def example(language: str, words: str) -> str:
    """Return the guide's block that holds some words."""
    (found,) = (one.body for one in PAGE if one.language == language and words in one.body)
    return found


def config() -> str:
    """Return the guide's configuration with a low limit and models to fail with."""
    text = example("yaml", "model_list")
    return text.replace("model_list:\n", MORE).replace("rpm: 60", f"rpm: {LIMIT}")


@pytest.fixture(scope="module")
def upstream() -> Iterator[ProviderServer]:
    """Give the provider behind the proxy."""
    with ProviderServer() as server:
        server.pictures.size = (64, 64)
        yield server


@pytest.fixture(scope="module")
def running(upstream: ProviderServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProxyProcess]:
    """Give the guide's proxy."""
    folder = tmp_path_factory.mktemp("proxy")
    (folder / "once.py").write_text(example("python", "CustomLogger"), encoding="utf-8")
    environ = upstream.variables_for("openai") | upstream.variables_for("hosted_vllm")
    with ProxyProcess(folder, config(), environ) as process:
        ImageBot("litellm_proxy/paid", api_base=process.url, api_key=process.key).generate("it loads what it needs")
        yield process


@pytest.fixture
def proxy(running: ProxyProcess, upstream: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProxyProcess:
    """Give the guide's proxy, with a provider that has forgotten the last test, and the guide's two variables."""
    upstream.reset()
    for name, value in running.variables.items():
        monkeypatch.setenv(name, value)
    return running


def paid(**settings: Any) -> ImageBot:
    """Return a bot that draws through the proxy with a model behind it."""
    return ImageBot("litellm_proxy/paid", **settings)


def test_offline_model_draws_what_was_asked_for(proxy: ProxyProcess) -> None:
    """Size and number reach the offline model in a proxy, and whole pictures come back and are saved."""
    result = ImageBot("litellm_proxy/sketches", size="96x64").generate("a red panda", n=2)

    paths = result.save()
    assert [(96, 64)] * 2 == [Image.open(path).size for path in paths]
    assert 2 == len({path.read_bytes() for path in paths})
    assert ((), 1) == (result.adjustments, result.requests_sent)


def test_offline_model_edits_in_a_proxy(proxy: ProxyProcess) -> None:
    """An edit goes through, and what comes back has the size of the picture that was given."""
    before = picture("png", (96, 64))

    result = ImageBot("litellm_proxy/sketches").edit("make it night", before, n=2)
    assert [(96, 64)] * 2 == [one.open().size for one in result]
    assert before not in [one.to_bytes() for one in result]


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("refuses", litellm.ContentPolicyViolationError),
        ("rate-limited", litellm.RateLimitError),
        ("sketches", litellm.NotFoundError),
        ("sketch", litellm.BadRequestError),
    ],
)
def test_offline_model_fails_as_litellm_expects(model: str, kind: type[Exception]) -> None:
    """Called by LiteLLM, the offline model raises LiteLLM's errors: of others a proxy makes a broken connection."""
    register(litellm)

    with pytest.raises(kind):
        litellm.image_generation(model=f"offline/{model}", prompt="a fox", output_format="gif")


def test_refusal_is_one(proxy: ProxyProcess) -> None:
    """A refusal by the offline model in a proxy is a refusal, and nothing is charged."""
    with pytest.raises(ContentPolicyError) as caught:
        ImageBot("litellm_proxy/refuses")("a fox")

    assert not caught.value.maybe_charged


def test_busy_model_says_when(proxy: ProxyProcess) -> None:
    """The time that the proxy takes out of the headers is read from its words."""
    with pytest.raises(litellm.RateLimitError) as caught:
        ImageBot("litellm_proxy/busy")("a fox")

    assert (600, False) == (caught.value.retry_after, caught.value.maybe_charged)


@pytest.mark.filterwarnings("ignore:.*the picture came in this size")
def test_provider_draws_through_the_proxy(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """A picture of the provider arrives byte for byte, with what the proxy says it cost, after one request."""
    result = paid().generate("a red panda", size="1024x1536", quality="high")

    (post,) = upstream.posts
    assert upstream.pictures.served == [one.to_bytes() for one in result]
    assert ("gpt-image-2", "1024x1536", "high") == tuple(post.json[name] for name in ("model", "size", "quality"))
    assert proxy.key not in str(post.headers)
    assert result.cost == pytest.approx(0.0002, rel=1)
    assert "provider" == result.cost_source


def test_edit_goes_through_the_proxy(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """The picture to be edited reaches the provider as it is, and what comes back is the provider's."""
    before = picture("png", (96, 64))

    result = paid().edit("make it night", before)

    (post,) = upstream.posts
    assert ("/v1/images/edits", [before]) == (post.path, [one.data for one in post.files()])
    assert upstream.pictures.served == [one.to_bytes() for one in result]


FAULTS = {"500": Status(500), "503": Status(503), "reset": Reset(), "timeout": Timeout(4)}


@pytest.mark.parametrize("name", FAULTS)
def test_paid_request_goes_out_once(proxy: ProxyProcess, upstream: ProviderServer, name: str) -> None:
    """With the guide's settings a failure that may be charged is one request at the provider, and is said to be."""
    upstream.always(FAULTS[name])

    with pytest.raises(Exception) as caught:  # noqa: PT011
        paid(timeout=60 if name != "timeout" else 2)("a red panda")

    wait_for(lambda: upstream.posts and not upstream.in_flight)
    assert 1 == len(upstream.posts)
    assert caught.value.maybe_charged


@pytest.mark.parametrize("name", ["500", "reset"])
def test_edit_is_paid_once(proxy: ProxyProcess, upstream: ProviderServer, name: str) -> None:
    """The picture reaches the provider once; what is sent after a broken connection has none, and is refused."""
    upstream.always(FAULTS[name])

    with pytest.raises(Exception, match="litellm"):
        paid().edit("make it night", picture("png", (96, 64)))

    assert 1 == sum(bool(post.files()) for post in upstream.posts)


def test_busy_provider_is_waited_for(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """The provider's Retry-After comes through in words, and the bot asks again when it has passed."""
    upstream.script(Status(429, retry_after="1"))

    result = paid().generate("a red panda")

    first, second = upstream.posts
    assert second.at - first.at >= 1
    assert 2 == result.requests_sent


def test_refusal_of_the_provider_is_one(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """A refusal by the provider is still one behind a proxy, and is not sent again."""
    upstream.always(Refusal())

    with pytest.raises(ContentPolicyError, match="violence"):
        paid()("a fight")

    assert 1 == len(upstream.posts)


def test_unknown_name_is_a_model_that_is_not_there(proxy: ProxyProcess) -> None:
    """A name that the proxy does not have costs nothing and is told apart from a broken request."""
    with pytest.raises(litellm.BadRequestError) as caught:
        ImageBot("litellm_proxy/nothing")("a fox")

    assert ["The provider does not know 'litellm_proxy/nothing'"] == [
        one.partition(":")[0] for one in caught.value.__notes__
    ]


def test_wrong_key_sends_nothing_on(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """A wrong key is an error without charge that shows no key, and the provider hears nothing."""
    with pytest.raises(litellm.BadRequestError, match="No connected db") as caught:
        paid(api_key="sk-wrong-0123456789")("a fox")

    assert not caught.value.maybe_charged
    assert "sk-wrong" not in str(caught.value)
    assert [] == upstream.posts


def test_proxy_that_is_down(proxy: ProxyProcess) -> None:
    """Where no proxy listens nothing is charged, and the error says to check the address."""
    with pytest.raises(litellm.InternalServerError) as caught:
        paid(api_base="http://127.0.0.1:9")("a fox")

    assert "Check api_base" in " ".join(caught.value.__notes__)


@pytest.mark.parametrize(("name", "times"), [("without-hook", 3), ("as-it-comes", 9)])
def test_what_a_proxy_repeats(proxy: ProxyProcess, upstream: ProviderServer, name: str, times: int) -> None:
    """A doubtful failure is repeated where the hook does not look, and where retries are as LiteLLM has them."""
    upstream.always(Reset())

    with pytest.raises(litellm.APIConnectionError):
        ImageBot(f"litellm_proxy/{name}")("a red panda")

    assert times == len(upstream.posts)


def test_limit_is_kept_and_told(proxy: ProxyProcess, upstream: ProviderServer) -> None:
    """Beyond the limit nothing reaches the provider, and the error says when to come back, which a batch waits for."""
    bot, began = ImageBot("litellm_proxy/scarce"), time.time()
    kinds: list[Any] = []
    bot._sender._budget._tokens = bot._sender._budget._full = 0  # it raises instead of waiting
    for _ in range(7):
        try:
            kinds.append(bot.generate("a red panda").model)
        except litellm.RateLimitError as error:
            kinds.append((error.retry_after, error.maybe_charged))

    assert {"litellm_proxy/scarce", (60, False)} == {*kinds}
    assert kinds.count("litellm_proxy/scarce") == len(upstream.posts) <= 2 * minutes_since(began)


def batch_of(machine: int, folder: Path) -> "subprocess.Popen[str]":
    """Start the guide's batch as one of two machines would."""
    code = example("python", "a lighthouse in a storm").partition("path =")[0] + example("python", "machines")
    program = code.replace("0, 2", f"{machine}, 2").replace("range(8)", "range(80)")
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_two_machines_share_one_limit(proxy: ProxyProcess, upstream: ProviderServer, tmp_path: Path) -> None:
    """Whoever asks, no more requests reach the provider in a minute than the limit, and no worker asks on and on."""
    began, before = time.time(), proxy.log.count(TOO_MANY)
    both = [batch_of(machine, tmp_path) for machine in (0, 1)]
    try:
        wait_for(lambda: len(upstream.posts) + proxy.log.count(TOO_MANY) - before >= 2 * WORKERS, both)
        time.sleep(1)  # in which somebody who does not wait would ask again
        sent, told = len(upstream.posts), proxy.log.count(TOO_MANY) - before
    finally:
        for one in both:
            one.kill()
            one.communicate(timeout=60)

    assert LIMIT <= sent <= LIMIT * minutes_since(began)
    assert 2 <= told <= 2 * WORKERS


def wait_for(condition: Callable[[], object], processes: Sequence["subprocess.Popen[str]"] = ()) -> None:
    """Wait until something is so, five minutes at most, while all processes run."""
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        assert [None] * len(processes) == [one.poll() for one in processes]
        time.sleep(0.05)
