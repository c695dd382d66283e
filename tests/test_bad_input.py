"""Nonsense is an error before money is spent, wherever that is possible."""

from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, SaveError, UnroutedModelError, UnsupportedParameterError

from .providers import ProviderServer


@pytest.fixture
def settings(provider: ProviderServer) -> dict[str, Any]:
    """Give what reaches a model that would be paid for."""
    return provider.kwargs_for("gpt-image-2")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"n": 0}, "n is 0"),
        ({"n": -1}, "n is -1"),
        ({"n": 1.5}, "n is 1.5"),
        ({"size": "banana"}, "size is 'banana'"),
        ({"size": "0x0"}, "size is '0x0'"),
        ({"timeout": -1}, "timeout is -1"),
        ({"timeout": "soon"}, "timeout is 'soon'"),
        ({"n": "2"}, "n is '2'; give a whole number"),
        ({"model": None}, "model is None"),
        ({"api_key": 5}, "api_key is of type int"),
        ({"max_cost": "5"}, "max_cost is '5'"),
        ({"max_cost": True}, "max_cost is True"),
        ({"max_cost": float("nan")}, "max_cost is nan"),
        ({"max_cost": -1}, "max_cost is -1"),
        ({"fallbacks": 5}, "fallbacks is 5"),
        ({"fallbacks": [None]}, r"fallbacks is \[None\]"),
        ({"allow_private_hosts": 5}, "allow_private_hosts is 5"),
    ],
)
def test_wrong_setting_is_named_and_nothing_sent(
    provider: ProviderServer, settings: dict[str, Any], wrong: dict[str, Any], says: str
) -> None:
    """A setting that makes no sense is an error that shows it, and no request goes out."""
    with pytest.raises(UnsupportedParameterError, match=says):
        ImageBot(**settings | wrong)("a cat")

    assert [] == provider.requests


@pytest.mark.parametrize("prompt", ["", "   ", "\n", None])
def test_empty_prompt_is_refused(provider: ProviderServer, settings: dict[str, Any], prompt: Any) -> None:
    """A prompt that says nothing is not sent."""
    with pytest.raises(UnsupportedParameterError, match="prompt"):
        ImageBot(**settings)(prompt)

    assert [] == provider.requests


def test_all_problems_are_named_at_once(settings: dict[str, Any]) -> None:
    """One error names everything that is wrong."""
    with pytest.raises(UnsupportedParameterError) as caught:
        ImageBot(**settings | {"n": 0, "size": "banana", "timeout": -1})("")

    assert 4 == len(caught.value.problems)


def test_long_prompt_goes_through_whole(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """A prompt of 100,000 characters is sent whole and gives a file with a short name."""
    provider.strict = False  # OpenAI itself takes 32,000
    prompt = "a very long story about a llama " * 3200

    path = ImageBot(**settings)(prompt[:100_000])

    assert prompt[:100_000] == provider.posts[0].json["prompt"]
    assert len(Path(path).name) < 100


def test_folder_as_save_path_is_refused_before_sending(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """A folder cannot be overwritten by a picture; nothing is sent."""
    Path("album").mkdir()

    with pytest.raises(SaveError, match="album"):
        ImageBot(**settings)("a cat", save_path="album")

    assert [] == provider.requests


def test_unwritable_folder_is_seen_before_sending(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """A folder that cannot be made is an error before any request."""
    Path("file").write_text("in the way")

    with pytest.raises(SaveError):
        ImageBot(**settings, save_dir="file/album")("a cat")
    with pytest.raises(SaveError):
        ImageBot(**settings)("a cat", save_path="file/cat.png")

    assert [] == provider.requests


def test_save_path_without_suffix_gets_the_real_one(settings: dict[str, Any]) -> None:
    """The suffix is that of the bytes."""
    assert Path("cat.png") == ImageBot(**settings)("a cat", save_path="cat")


def test_save_path_with_another_suffix_converts(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """A suffix that names another format is a wish: the picture is converted."""
    path = ImageBot(**settings)("a cat", save_path="cat.webp")

    assert b"WEBP" == Path(path).read_bytes()[8:12]


def test_save_path_replaces_what_is_there(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """An explicit path is replaced, a name made from the prompt never is."""
    Path("cat.png").write_text("old")
    Path("a-cat.png").write_text("kept")

    ImageBot(**settings)("a cat", save_path="cat.png")
    other = ImageBot(**settings)("a cat")

    assert provider.pictures.served[0] == Path("cat.png").read_bytes()
    assert ("a-cat-2.png", "kept") == (Path(other).name, Path("a-cat.png").read_text())


def test_keyword_that_the_provider_refuses_is_told(provider: ProviderServer, settings: dict[str, Any]) -> None:
    """A keyword that a provider does not know is left out on its word, and the caller told."""
    with pytest.warns(match="wheels=4 left out"):
        result = ImageBot(**settings, wheels=4).generate("a cat")

    assert "wheels" == result.adjustments[0].parameter
    assert 2 == len(provider.posts)


def test_address_of_a_store_is_no_folder_of_a_single_call() -> None:
    """A single call refuses an object store before it draws, instead of making a folder of that name."""
    with pytest.raises(SaveError, match=r"'s3://bucket/album' is not on this machine; only bot\.batch"):
        ImageBot(model="offline/sketch", size="64x64", save_dir="s3://bucket/album")("a fox")

    assert [] == list(Path().iterdir())


def test_one_text_stands_for_a_list_of_one() -> None:
    """One fallback, or one host, given by itself is that one, not its letters."""
    bot = ImageBot("recraft/recraftv3", fallbacks="offline/sketch", allow_private_hosts="pictures.lan")

    assert (("offline/sketch",), ("pictures.lan",)) == (bot.fallbacks, bot.allow_private_hosts)
    assert 1 == len(bot.generate("a cat", size="64x64"))


@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("ofline/sketch", "offline/sketch"),
        ("gemni/gemini-3.1-flash-image", "gemini/gemini-3.1-flash-image"),
        ("Opnai/gpt-image-2", "openai/gpt-image-2"),
        ("gpt-imgae-2", "gpt-image-2"),
        ("offline-sketch", "offline/sketch"),
    ],
)
def test_mistyped_model_is_told_what_was_meant(mistyped: str, meant: str) -> None:
    """A name that leads nowhere gets the nearest one that leads somewhere."""
    with pytest.raises(UnroutedModelError, match=f"{mistyped!r} is unknown: did you mean {meant!r}"):
        ImageBot(mistyped).generate("a cat")


def test_model_that_resembles_none_gets_the_rule() -> None:
    """Where no name is near, none is made up."""
    with pytest.raises(UnroutedModelError, match="'pictures-of-cats' is unknown: write 'provider/name'"):
        ImageBot("pictures-of-cats").generate("a cat")
