"""The API reference of ImageBot, held to the letter."""

import inspect
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import litellm
import pytest

import llamabot_images as lmb
from llamabot_images import ImageBot, ImageReference

from .providers import ProviderServer, picture

PICTURE = picture("png", (64, 64))


def test_constructor_takes_the_parameters_of_the_reference_in_its_order() -> None:
    """Names, order and defaults of the constructor are the reference's; everything of ours is keyword-only."""
    parameters = list(inspect.signature(ImageBot).parameters.values())
    positional = [one for one in parameters if one.kind is one.POSITIONAL_OR_KEYWORD]

    assert [
        ("model", "dall-e-3"),
        ("size", "1024x1024"),
        ("quality", None),
        ("n", 1),
        ("response_format", "url"),
        ("api_key", None),
        ("api_base", None),
        ("api_version", None),
        ("timeout", 600),
    ] == [(one.name, one.default) for one in positional]
    assert "image_generation_kwargs" == parameters[-1].name
    assert parameters[-1].VAR_KEYWORD == parameters[-1].kind


def test_call_takes_the_parameters_of_the_reference_in_its_order() -> None:
    """Calling the bot takes prompt, return_url and save_path, by position too."""
    parameters = list(inspect.signature(ImageBot.__call__).parameters.values())[1:]

    assert ["prompt", "return_url", "save_path"] == [one.name for one in parameters]
    assert [inspect.Parameter.empty, False, None] == [one.default for one in parameters]


def test_attributes_are_those_of_the_reference() -> None:
    """Every setting reads back, and further keywords are kept in image_generation_kwargs."""
    bot = ImageBot("m", "512x512", "hd", 2, "b64_json", "key", "http://base", "v1", 5, user="user-123", seed=7)

    assert ("m", "512x512", "hd", 2, "b64_json") == (bot.model, bot.size, bot.quality, bot.n, bot.response_format)
    assert ("key", "http://base", "v1", 5) == (bot.api_key, bot.api_base, bot.api_version, bot.timeout)
    assert {"user": "user-123", "seed": 7} == bot.image_generation_kwargs


@pytest.fixture
def openai(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Stand in for OpenAI as it was when its DALL-E models lived, reached by OpenAI's own variables."""
    provider.retired.clear()
    for name, value in provider.variables_for("openai").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS", "127.0.0.1")
    return provider


def test_basic_example(openai: ProviderServer) -> None:
    """The reference's first example saves a file and prints its path."""
    bot = lmb.ImageBot()

    image_path = bot("A painting of a sunset over mountains")

    assert isinstance(image_path, Path)
    assert "a-painting-of-a-sunset-over-mountains.png" == image_path.name
    assert openai.pictures.served[-1] == image_path.read_bytes()
    sent = openai.posts[0].json
    assert ("dall-e-3", "1024x1024", 1, "url") == (sent["model"], sent["size"], sent["n"], sent["response_format"])


def test_notebook_example_returns_the_url(openai: ProviderServer) -> None:
    """With return_url=True the result is the URL as a string, and nothing is saved."""
    bot = lmb.ImageBot()

    url = bot("A beautiful sunset", return_url=True)

    assert isinstance(url, str)
    assert url.startswith(openai.image_url)
    assert [] == list(Path().iterdir())
    assert [] == openai.downloads


def test_provider_options_example(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The OpenRouter example runs; what that route does not take is told and left out."""
    for name, value in provider.variables_for("openrouter").items():
        monkeypatch.setenv(name, value)
    bot = lmb.ImageBot(model="openrouter/google/gemini-2.5-flash-image", quality="high", user="user-123")

    with pytest.warns(lmb.AdjustmentWarning, match="user='user-123' left out"):
        image_path = bot("A watercolor red panda reading a book")

    assert isinstance(image_path, Path)
    assert image_path.is_file()


def test_custom_size_and_quality_example(openai: ProviderServer) -> None:
    """Size and quality of DALL-E 3 are sent as given."""
    bot = lmb.ImageBot(model="dall-e-3", size="1792x1024", quality="hd")

    image_path = bot("A detailed landscape painting")

    assert isinstance(image_path, Path)
    assert image_path.is_file()
    assert ("1792x1024", "hd") == (openai.posts[0].json["size"], openai.posts[0].json["quality"])


def test_save_path_example_makes_missing_folders(openai: ProviderServer) -> None:
    """An explicit path is honoured exactly, folders that are missing are made."""
    bot = lmb.ImageBot()

    image_path = bot("A painting of a dog", save_path=Path("output/dog_painting.png"))

    assert Path("output/dog_painting.png") == image_path
    assert openai.pictures.served[-1] == Path("output/dog_painting.png").read_bytes()


def test_dall_e_2_example_saves_every_picture(openai: ProviderServer) -> None:
    """Three calls of a bot with n=3 save nine files, none over another."""
    bot = lmb.ImageBot(model="dall-e-2", size="512x512", n=3)

    image_paths = [bot("A cat wearing sunglasses") for _ in range(3)]

    assert 9 == len(list(Path().glob("a-cat-wearing-sunglasses*.png")))
    assert 3 == len(set(image_paths))
    assert 3 == len(openai.posts)


def test_return_url_overrides_save_path(openai: ProviderServer) -> None:
    """With both given, the reference is returned and no file is made."""
    found = lmb.ImageBot()("a cat", return_url=True, save_path="cat.png")

    assert isinstance(found, ImageReference)
    assert not Path("cat.png").exists()


def test_save_path_may_be_text(openai: ProviderServer) -> None:
    """A str works like a Path."""
    assert Path("here/cat.png") == lmb.ImageBot()("a cat", save_path="here/cat.png")


class Patched:
    """What a host framework's test puts in the place of litellm.image_generation."""

    def __init__(self, *items: Any) -> None:
        self.items = items
        self.calls: list[dict[str, Any]] = []

    def __call__(self, **keywords: Any) -> Any:
        self.calls.append(keywords)
        return SimpleNamespace(data=list(self.items))


def b64(data: bytes) -> str:
    """Return bytes as base64 text."""
    import base64

    return base64.b64encode(data).decode()


def test_patched_function_is_called_with_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that patches litellm.image_generation needs no key and no network, and sees every setting."""
    patched = Patched(SimpleNamespace(url=None, b64_json=b64(PICTURE)))
    monkeypatch.setattr(litellm, "image_generation", patched)

    path = ImageBot(timeout=33, api_key="given")("a red panda")

    assert isinstance(path, Path)
    assert PICTURE == path.read_bytes()
    (call,) = patched.calls
    assert {
        "model": "dall-e-3",
        "prompt": "a red panda",
        "n": 1,
        "size": "1024x1024",
        "response_format": "url",
        "timeout": 33,
        "api_key": "given",
    }.items() <= call.items()
    assert [] == [name for name, value in call.items() if value is None]


@pytest.mark.parametrize(
    "model",
    [
        "dall-e-3",
        "openrouter/google/gemini-2.5-flash-image",
        "azure/my-deployment",
        "recraft/recraftv3",
        "no-such-model",
    ],
)
def test_patched_function_needs_no_key_for_any_provider(monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """Nothing of ours stands between a program and its own patch: no key check, no unknown provider."""
    monkeypatch.setattr(litellm, "image_generation", Patched({"url": "https://images.example/cat.png"}))

    url = ImageBot(model=model)("a cat", return_url=True)

    assert "https://images.example/cat.png" == url


async def test_patched_function_serves_the_async_verbs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The async verbs go through a patched image_generation too."""
    monkeypatch.setattr(litellm, "image_generation", Patched({"b64_json": b64(PICTURE)}))

    path = await ImageBot().acall("a cat")

    assert PICTURE == Path(path).read_bytes()


async def test_patched_async_function_is_awaited(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that patches litellm.aimage_generation gets what its patch returns."""

    async def patched(**keywords: Any) -> Any:
        return {"data": [{"b64_json": b64(PICTURE)}]}

    monkeypatch.setattr(litellm, "aimage_generation", patched)

    result = await ImageBot().agenerate("a cat")

    assert PICTURE == result[0].to_bytes()


@pytest.mark.parametrize("items", [(), ({"url": None, "b64_json": None},), ({"url": "", "b64_json": ""},)])
def test_reply_without_image_is_a_value_error(monkeypatch: pytest.MonkeyPatch, items: Any) -> None:
    """ValueError where the reply holds no image, and no file."""
    monkeypatch.setattr(litellm, "image_generation", Patched(*items))

    with pytest.raises(ValueError, match="No image data found"):
        ImageBot()("a cat")

    assert [] == list(Path().iterdir())


def test_subclass_may_override_each_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """build_request, generate and filename_for are what every verb goes through."""
    patched = Patched({"b64_json": b64(PICTURE)})
    monkeypatch.setattr(litellm, "image_generation", patched)

    class Poster(ImageBot):
        seen: tuple[str, ...] = ()

        def build_request(self, prompt: str, **overrides: Any) -> lmb.ImageRequest:
            return super().build_request(f"poster of {prompt}", **overrides)

        def generate(self, prompt: str, **overrides: Any) -> lmb.ImageResult:
            self.seen += (prompt,)
            return super().generate(prompt, **overrides)

        def filename_for(self, prompt: str) -> str:
            return "poster"

    bot = Poster()
    path = bot("a llama")

    assert "poster of a llama" == patched.calls[0]["prompt"]
    assert ("a llama",) == bot.seen
    assert "poster.png" == Path(path).name
