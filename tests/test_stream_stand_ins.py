"""A program that stands in for LiteLLM's image call has it called for what is watched, too."""

import base64
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from llamabot_images import ImageBot
from llamabot_images.events import StartedEvent

from .calls import both_ways
from .editing import PNG
from .watching import result_of, watched

MODELS = ["gpt-image-2", "gemini/gemini-3.1-flash-image", "openrouter/google/gemini-3.1-flash-image", "my-model"]


@both_ways
@pytest.mark.parametrize("model", MODELS)
def test_a_patched_image_call_is_watched(model: str, is_async: bool) -> None:
    """Whatever way the model is watched otherwise, the patch is called, without a key and without a network."""
    answer = SimpleNamespace(data=[SimpleNamespace(url=None, b64_json=base64.b64encode(PNG).decode())])

    with patch("litellm.image_generation", return_value=answer) as asked:
        events = watched(ImageBot(model), is_async)

    assert 1 == asked.call_count
    assert isinstance(events[0], StartedEvent)
    assert "images" == events[0].route
    assert PNG == result_of(events)[0].to_bytes()
