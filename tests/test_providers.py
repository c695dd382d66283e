"""The loopback providers, checked against LiteLLM's own code: pictures come, and wrong requests are refused."""

import base64
import contextlib
import io
import os
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest
from PIL import Image

from tests.providers import PartialRefusal, ProviderServer, Refusal, Status, fixture, picture
from tests.providers.pictures import black_picture

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
provider = fixture.provider

LIVE = (
    "gpt-image-1-mini", "gpt-image-1.5", "gpt-image-2", "gpt-image-2.5-sunburst", "gpt-image-2.6-flare",
    "gemini", "gemini/gemini-2.5-flash-image", "vertex_ai", "openrouter", "azure", "azure/my-pictures",
    "azure/dall-e-3", "azure_ai", "azure_ai/FLUX-1.1-pro", "azure_ai/MAI-Image-2", "recraft", "stability",
    "stability/stable-image-ultra", "stability/stable-image-core", "fal_ai", "fal_ai/fal-ai/nano-banana",
    "bedrock", "bedrock/stability.stable-image-core-v1:1", "bedrock/stability.stable-image-ultra-v1:1",
    "bedrock/stability.stable-diffusion-xl-v1", "compatible", "xai", "litellm_proxy", "xinference",
    "together_ai", "fireworks_ai", "deepinfra", "nebius", "hosted_vllm",
)  # fmt: skip
RETIRED = (
    "dall-e-2", "dall-e-3", "gpt-image-1", "gemini/imagen-4.0-generate-001", "vertex_ai/imagen-4.0-generate-001",
    "bedrock/amazon.nova-canvas-v1:0", "bedrock/amazon.titan-image-generator-v2:0", "azure_ai/MAI-Image-2.5",
    "xai/grok-imagine-image-quality",
)  # fmt: skip
EDITORS = (
    "gpt-image-2", "azure", "azure_ai", "azure_ai/FLUX.1-Kontext-pro", "azure_ai/MAI-Image-2", "gemini", "vertex_ai",
    "openrouter", "recraft", "fal_ai/fal-ai/nano-banana/edit", "litellm_proxy", "compatible", "hosted_vllm",
    "bedrock/stability.stable-image-inpaint-v1:0",
)  # fmt: skip
FOUND_BY_VARIABLES = (
    "openai", "gemini", "azure", "azure_ai", "recraft", "stability", "fal_ai", "bedrock", "xai", "litellm_proxy",
    "together_ai", "fireworks_ai", "deepinfra", "nebius", "hosted_vllm",
)  # fmt: skip
PROVIDERS = tuple(name for name in LIVE if "/" not in name and not name.startswith("gpt-")) + ("openai",)


@pytest.fixture
def llm(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give LiteLLM, quiet."""
    import litellm

    monkeypatch.setattr(litellm, "suppress_debug_info", True)
    return litellm


def ask(llm: Any, provider: ProviderServer, name: str, **settings: Any) -> Any:
    """Ask *name* for a picture of a cat through LiteLLM."""
    return llm.image_generation(**(provider.kwargs_for(name) | {"prompt": "a cat"} | settings))


def bytes_of(item: Any) -> bytes:
    """Return the bytes of one item of a reply, downloaded where it is an address."""
    if item.url:
        return httpx.get(item.url).raise_for_status().content
    return base64.b64decode(item.b64_json)


def answer_to(error: BaseException) -> httpx.Response:
    """Return the provider's own answer from an exception's chain of causes."""
    link: BaseException | None = error
    while link is not None:
        if isinstance(found := getattr(link, "response", None), httpx.Response) and found.content:
            return found
        link = link.__cause__ or link.__context__
    raise AssertionError(f"no answer in the chain of {error!r}")


def refused(llm: Any, provider: ProviderServer, name: str, **settings: Any) -> str:
    """Return status and body of the answer to a request that must be refused."""
    with pytest.raises(Exception, match=".") as caught:
        ask(llm, provider, name, **settings)
    answer = answer_to(caught.value)
    return f"{answer.status_code} {answer.text}"


@pytest.mark.parametrize("name", LIVE)
def test_every_live_model_gives_a_picture(llm: Any, provider: ProviderServer, name: str) -> None:
    """What LiteLLM sends by itself is accepted, and the picture that arrives is the one that was served."""
    reply = ask(llm, provider, name)

    data = bytes_of(reply.data[0])
    assert provider.pictures.served[-1] == data
    assert 1 == len(reply.data) == len(provider.posts)
    if data.startswith(b"<svg") is False:
        Image.open(io.BytesIO(data)).load()


@pytest.mark.parametrize("name", RETIRED)
def test_retired_models_are_refused_until_they_are_taken_off_the_list(
    llm: Any, provider: ProviderServer, name: str
) -> None:
    """A model that is off is answered as the provider does; with an empty list it draws again."""
    with pytest.raises((llm.NotFoundError, llm.BadRequestError)):
        ask(llm, provider, name)
    provider.retired.clear()

    reply = ask(llm, provider, name)

    assert provider.pictures.served[-1] == bytes_of(reply.data[0])


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [("404", 404, "model_not_found"), ("400", 400, "model_not_found"), ("deprecated", 400, "has been deprecated")],
)
def test_openai_says_in_three_ways_that_a_model_is_gone(
    llm: Any, provider: ProviderServer, form: str, status: int, words: str
) -> None:
    """The way is chosen by ``gone``."""
    provider.gone = form

    said = refused(llm, provider, "dall-e-3")

    assert said.startswith(str(status))
    assert words in said
    assert "dall-e-3" in said


FORCED = {"extra_body": {"response_format": "url"}}
WRONG = [
    ("gpt-image-2", FORCED, "400", "Unknown parameter: 'response_format'."),
    ("gpt-image-2", {"extra_body": {"style": "vivid"}}, "400", "unknown_parameter"),
    ("gpt-image-2", {"size": "1000x1000"}, "400", "divisible by 16"),
    ("gpt-image-2", {"size": "3840x1024"}, "400", "ratio"),
    ("gpt-image-1.5", {"size": "1792x1024"}, "400", "Supported values are: '1024x1024'"),
    ("gpt-image-2", {"quality": "hd"}, "400", "'low', 'medium', 'high', and 'auto'"),
    ("gpt-image-2", {"n": 11}, "400", "integer_above_max_value"),
    ("gpt-image-2", {"prompt": "x" * 32_001}, "400", "string_above_max_length"),
    ("gpt-image-2.5-flare", {"output_format": "svg"}, "400", "'png', 'jpeg', and 'webp'"),
    ("gpt-image-2", {"frame_count": 4}, "400", "Unknown parameter: 'frame_count'."),
    ("gpt-image-9", {}, "404", "model_not_found"),
    ("azure", FORCED, "400", "Unknown parameter: 'response_format'."),
    ("azure/no-such-deployment", {}, "404", "DeploymentNotFound"),
    ("azure", {"api_version": "2023-12-01-preview"}, "404", "Resource not found"),
    ("azure/dall-e-3", {"n": 2}, "400", "You must provide n=1 for this model."),
    ("gemini", {"n": 2}, "400", "Multiple candidates is not enabled for this model"),
    ("gemini", {"imageConfig": {"aspectRatio": "7:5"}}, "400", "INVALID_ARGUMENT"),
    ("gemini", {"imageConfig": {"colour": "red"}}, "400", 'Unknown name \\"colour\\" at'),
    ("vertex_ai", {"n": 2}, "400", "Multiple candidates is not enabled for this model"),
    ("openrouter/no-slash", {}, "400", "is not a valid model ID"),
    ("openrouter", {"image_config": {"image_size": "8K"}}, "400", "image_size"),
    ("recraft", {"size": "1792x1024"}, "400", "unsupported image size"),
    ("recraft", {"n": 7}, "400", "n must be from 1 to 6"),
    ("stability", {"aspect_ratio": "7:5"}, "400", "aspect_ratio: must be one of"),
    ("stability", {"output_format": "webp"}, "400", "output_format: must be one of"),
    ("fal_ai", {"n": 5}, "422", "num_images"),
    ("fal_ai/fal-ai/flux/schnell", {"image_size": "huge"}, "422", "image_size"),
    ("bedrock", {"width": 512}, "400", "Invalid field in request. Available fields"),
    ("bedrock/stability.stable-diffusion-xl-v1", {"size": "1000x1000"}, "400", "allowed dimensions"),
    ("azure_ai", {"size": "1000x1000"}, "400", "multiples of 16"),
    ("azure_ai/FLUX-1.1-pro", {"background": "opaque"}, "400", "Unknown parameter: 'background'."),
    ("xai", {"size": "1024x1024"}, "400", "Argument not supported: size"),
    ("compatible", {"size": "big"}, "400", "Expected 'WIDTHxHEIGHT'"),
    ("litellm_proxy", FORCED, "400", "unknown_parameter"),
    ("xinference", {"size": "big"}, "400", '"detail"'),
    ("together_ai", {"n": 5}, "400", "integer_above_max_value"),
]


@pytest.mark.parametrize(("name", "settings", "status", "words"), WRONG)
def test_what_the_real_api_refuses_is_refused_in_its_own_words(
    llm: Any, provider: ProviderServer, name: str, settings: dict[str, Any], status: str, words: str
) -> None:
    """A wrong request gets the provider's status and body, and no picture is drawn for it."""
    said = refused(llm, provider, name, **settings)

    assert said.startswith(status), said
    assert words in said
    assert [] == provider.pictures.served


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_wrong_key_is_refused_as_the_provider_does(llm: Any, provider: ProviderServer, name: str) -> None:
    """The status is 401, save for Google (400), xAI (400) and AWS (403)."""
    expected = {"gemini": "400", "xai": "400", "bedrock": "403"}.get(name, "401")
    own_ways: dict[str, dict[str, Any]] = {
        "bedrock": {"aws_access_key_id": "AKIAWRONG"},
        "vertex_ai": {"extra_headers": {"Authorization": "Bearer no"}},
    }
    wrong = own_ways.get(name, {"api_key": "wrong-0123456789"})

    said = refused(llm, provider, name, **wrong)

    assert said.startswith(expected), said
    assert "wrong-0123456789" not in said


def refusals() -> Iterator[tuple[str, str]]:
    """Give each provider with each of its refusals."""
    with ProviderServer() as server:
        for name in PROVIDERS:
            yield from ((name, kind) for kind in server.refusals(name))


@pytest.mark.parametrize(("name", "kind"), list(refusals()))
def test_a_refusal_never_holds_a_picture(llm: Any, provider: ProviderServer, name: str, kind: str) -> None:
    """Each way to refuse is an error, a reply without a picture, or (fal's flag) a black one."""
    provider.script(Refusal(kind))

    data = []
    with contextlib.suppress(openai.APIStatusError, llm.APIError):
        data = ask(llm, provider, name).data

    addresses = [item.url for item in data if item.url] + [item.b64_json for item in data if item.b64_json]
    assert all(base64.b64encode(black_picture()).decode() in address for address in addresses)
    assert 1 == len(provider.posts)


@pytest.mark.parametrize("name", FOUND_BY_VARIABLES)
def test_environment_variables_lead_here_too(
    llm: Any, provider: ProviderServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables of ``variables_for`` carry the right key to the right provider."""
    for variable, value in provider.variables_for(name).items():
        monkeypatch.setenv(variable, value)

    reply = llm.image_generation(prompt="a cat", model=provider.kwargs_for(name)["model"])

    assert provider.pictures.served[-1] == bytes_of(reply.data[0])


@pytest.mark.parametrize("name", EDITORS)
def test_edits_carry_the_picture_to_the_provider(llm: Any, provider: ProviderServer, name: str) -> None:
    """An edit's source arrives unchanged, and the edit is answered with a picture."""
    source = picture("png", (64, 64), 3)

    reply = llm.image_edit(image=source, prompt="at night", **provider.kwargs_for(name))

    (post,) = provider.posts
    sent = [part.data for part in post.parts if part.filename]
    assert [source] == sent or base64.b64encode(source).decode() in post.body.decode()
    assert provider.pictures.served[-1] == bytes_of(reply.data[0])


def test_partial_pictures_are_streamed(provider: ProviderServer) -> None:
    """OpenAI's own client reads rough pictures first, then the finished one."""
    known = provider.kwargs_for("gpt-image-2")

    with openai.OpenAI(api_key=known["api_key"], base_url=known["api_base"]) as client:
        stream = client.images.generate(model="gpt-image-2", prompt="a cat", stream=True, partial_images=2)
        events = list(stream)

    kinds = ["image_generation.partial_image"] * 2 + ["image_generation.completed"]
    assert kinds == [event.type for event in events]
    assert provider.pictures.served[-1] == base64.b64decode(events[-1].b64_json)


@pytest.mark.parametrize("name", ["gemini", "openrouter", "compatible"])
@pytest.mark.parametrize("stream", [False, True])
def test_chats_answer_with_pictures(llm: Any, provider: ProviderServer, name: str, stream: bool) -> None:
    """A chat model's picture arrives in ``message.images``, whole or streamed."""
    messages = [{"role": "user", "content": "a cat"}]

    reply = llm.completion(messages=messages, stream=stream, **provider.kwargs_for(name))
    if stream:
        reply = llm.stream_chunk_builder(list(reply))

    (found,) = reply.choices[0].message.images
    assert base64.b64decode(found["image_url"]["url"].partition(",")[2]) == provider.pictures.served[-1]


@pytest.mark.parametrize(
    "name", ["gpt-image-2", "xai", "fal_ai", "recraft", "gemini/imagen-4.0-generate-001", "compatible"]
)
def test_some_pictures_may_be_withheld(llm: Any, provider: ProviderServer, name: str) -> None:
    """Of three pictures two come; the provider may leave a slot, a flag or nothing for the third."""
    provider.retired.clear()
    provider.script(PartialRefusal(kept=2))

    data = ask(llm, provider, name, n=3).data

    assert provider.pictures.served == [bytes_of(item) for item in data[:2]]
    assert 2 == len(provider.pictures.served)
    assert 3 >= len(data) >= 2


def test_statuses_carry_retry_after(llm: Any, provider: ProviderServer) -> None:
    """A scripted 429 reaches LiteLLM's exception chain with its header, and takes one POST."""
    provider.script(Status(429, retry_after="1.5"))

    with pytest.raises(llm.RateLimitError) as caught:
        ask(llm, provider, "gemini")

    assert "1.5" == answer_to(caught.value).headers["retry-after"]
    assert 1 == len(provider.posts)


def test_openrouter_tells_what_it_cost(llm: Any, provider: ProviderServer) -> None:
    """The price follows the size that was asked for, and LiteLLM reports it."""
    small = ask(llm, provider, "openrouter")
    large = ask(llm, provider, "openrouter", quality="high")

    assert 0.0387 == pytest.approx(small._hidden_params["response_cost"])
    assert 4 * 0.0387 == pytest.approx(large._hidden_params["response_cost"])
    assert (4096, 4096) == Image.open(io.BytesIO(bytes_of(large.data[0]))).size
