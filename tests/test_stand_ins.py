"""Whether the program has put a function of its own in the place of one of LiteLLM's."""

import functools
from collections.abc import Callable
from typing import Any
from unittest.mock import AsyncMock, Mock, create_autospec

import litellm
import pytest

from llamabot_images import ImageBot, MissingKeyError
from llamabot_images.backends.litellm_fixes import is_patched

from .providers import picture

FUNCTIONS = ("image_generation", "aimage_generation", "image_edit", "aimage_edit", "completion", "acompletion")
every_function = pytest.mark.parametrize("name", FUNCTIONS)


def plain(theirs: Any) -> Any:
    """Return a function of the program's own."""
    return lambda **keywords: None


def renamed(theirs: Any) -> Any:
    """Return a function that says that it is LiteLLM's."""
    made = plain(theirs)
    made.__name__, made.__module__, made.__qualname__ = theirs.__name__, theirs.__module__, theirs.__qualname__
    return made


STAND_INS: dict[str, Callable[[Any], Any]] = {
    "function": plain,
    "renamed": renamed,
    "partial": lambda theirs: functools.partial(theirs, timeout=1),
    "mock": lambda theirs: Mock(return_value=None),
    "async mock": lambda theirs: AsyncMock(),
    "autospec": create_autospec,
    "another of LiteLLM's": lambda theirs: litellm.mock_completion,
}


def instrumented(theirs: Any) -> Any:
    """Return a wrapper as instrumentation makes it, which names what it wraps."""

    @functools.wraps(theirs)
    def wrapper(*args: Any, **keywords: Any) -> Any:
        return theirs(*args, **keywords)

    return wrapper


@every_function
def test_litellm_itself_is_no_stand_in(name: str) -> None:
    """An untouched LiteLLM is taken for what it is, wherever it keeps its functions."""
    assert not is_patched(litellm, name)


@pytest.mark.parametrize("kind", STAND_INS)
@every_function
def test_a_stand_in_is_seen(monkeypatch: pytest.MonkeyPatch, name: str, kind: str) -> None:
    """Whatever takes the place of one of LiteLLM's functions is seen, and only there."""
    monkeypatch.setattr(litellm, name, STAND_INS[kind](getattr(litellm, name)))

    assert [name] == [one for one in FUNCTIONS if is_patched(litellm, one)]


@pytest.mark.parametrize("name", ["image_generation", "aimage_generation", "completion", "acompletion"])
def test_a_routers_method_is_seen(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A Router in the place of LiteLLM's function is the program's choice, although LiteLLM's code."""
    router = litellm.Router([{"model_name": "x", "litellm_params": {"model": "openai/x", "api_key": "k"}}])
    monkeypatch.setattr(litellm, name, getattr(router, name))

    assert is_patched(litellm, name)


@every_function
def test_instrumentation_is_no_stand_in(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A wrapper around LiteLLM's function, or two, still asks LiteLLM."""
    monkeypatch.setattr(litellm, name, instrumented(instrumented(getattr(litellm, name))))

    assert not is_patched(litellm, name)


def test_a_stand_in_for_pictures_is_none_for_chats_and_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where only the image call has been replaced, the others still want a key before anything is sent."""
    monkeypatch.setattr(litellm, "image_generation", plain(litellm.image_generation))
    bot = ImageBot("gemini/gemini-3.1-flash-image")

    with pytest.raises(MissingKeyError):
        bot.generate("a red panda", route="chat")
    with pytest.raises(MissingKeyError):
        bot.edit("make it night", picture())
