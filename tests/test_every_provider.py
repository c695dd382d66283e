"""Every provider that the reference names, through LiteLLM's own code to a server that checks what arrives."""

import warnings
from pathlib import Path

import pytest

from llamabot_images import AdjustmentWarning, ImageBot, ImageReference

from .providers import ProviderServer

#: Model, the path and the key's header where its provider takes requests.
ROUTES = {
    "dall-e-3": ("/v1/images/generations", "authorization"),
    "gpt-image-2": ("/v1/images/generations", "authorization"),
    "azure/dall-e-3": ("/openai/deployments/dall-e-3/images/generations", "api-key"),
    "azure/gpt-image-2": ("/openai/deployments/gpt-image-2/images/generations", "api-key"),
    "compatible": ("/v1/images/generations", "authorization"),
    "xinference": ("/v1/images/generations", "authorization"),
    "openrouter/google/gemini-3.1-flash-image": ("/chat/completions", "authorization"),
    "gemini/gemini-3.1-flash-image": ("/models/gemini-3.1-flash-image:generateContent", "x-goog-api-key"),
    "vertex_ai/gemini-3-pro-image": (":generateContent", "authorization"),
    "bedrock/stability.sd3-5-large-v1:0": ("/invoke", "authorization"),
    "bedrock/stability.stable-image-core-v1:1": ("/invoke", "authorization"),
    "recraft/recraftv3": ("/images/generations", "authorization"),
    "litellm_proxy": ("/images/generations", "authorization"),
}


@pytest.fixture
def alive(provider: ProviderServer) -> ProviderServer:
    """Give the providers as they were when DALL-E lived."""
    provider.retired.clear()
    return provider


@pytest.mark.parametrize("name", ROUTES)
def test_default_settings_save_a_picture(alive: ProviderServer, name: str) -> None:
    """With the reference's defaults one request goes out, in the provider's own form, and one picture is saved."""
    bot = ImageBot(**alive.kwargs_for(name))

    with warnings.catch_warnings():
        warnings.simplefilter("error", AdjustmentWarning)
        path = bot("a red panda")

    assert alive.pictures.served[-1] == Path(path).read_bytes()
    (post,) = alive.posts
    end, header = ROUTES[name]
    assert end in post.path
    assert post.headers[header]


@pytest.mark.parametrize("name", ROUTES)
async def test_async_call_saves_a_picture(alive: ProviderServer, name: str) -> None:
    """The async verb sends the same one request and saves the same picture."""
    bot = ImageBot(**alive.kwargs_for(name))

    path = await bot.acall("a red panda")

    assert alive.pictures.served[-1] == Path(path).read_bytes()
    assert 1 == len(alive.posts)


@pytest.mark.parametrize("form", ["url", "b64"])
@pytest.mark.parametrize("name", ["dall-e-3", "azure/dall-e-3", "compatible", "xinference", "recraft/recraftv3"])
def test_both_forms_of_reply_are_understood(alive: ProviderServer, name: str, form: str) -> None:
    """A picture that comes as a URL and one that comes as base64 give the same file."""
    alive.reply_with = form
    bot = ImageBot(**alive.kwargs_for(name))

    reference = bot("a red panda", return_url=True)

    assert isinstance(reference, ImageReference)
    assert ("url" == form) == reference.startswith("http")
    assert alive.pictures.served[-1] == reference.to_bytes()


@pytest.mark.parametrize("name", ROUTES)
def test_three_pictures_are_three_files(alive: ProviderServer, name: str) -> None:
    """n=3 saves three files whatever the model makes per request, and returns the first."""
    bot = ImageBot(**alive.kwargs_for(name), n=3)

    first = bot("a red panda")

    assert "a-red-panda" == Path(first).stem
    assert ["a-red-panda", "a-red-panda-2", "a-red-panda-3"] == sorted(one.stem for one in Path().iterdir())


@pytest.mark.parametrize("name", ["dall-e-3", "recraft/recraftv3", "gemini/gemini-3.1-flash-image"])
def test_files_carry_the_suffix_of_their_bytes(alive: ProviderServer, name: str) -> None:
    """A provider that sends JPEG gets a .jpg file, whatever it says of it."""
    alive.pictures.format = "jpeg"
    bot = ImageBot(**alive.kwargs_for(name))

    path = bot("a red panda")

    assert ".jpg" == Path(path).suffix


def test_result_carries_cost_usage_and_revised_prompt(alive: ProviderServer) -> None:
    """generate returns what the provider said beside the pictures."""
    result = ImageBot(**alive.kwargs_for("gpt-image-2")).generate("a red panda")
    revised = ImageBot(**alive.kwargs_for("dall-e-3")).generate("a red panda")

    assert result.cost is not None
    assert 0 < result.cost < 1
    assert "litellm" == result.cost_source
    assert result.usage["output_tokens"] > 0
    assert result.request_id
    assert revised[0].revised_prompt
    assert revised.cost is None
