"""What LiteLLM itself still does wrong with edits: a test that fails here says which workaround may go.

These tests use LiteLLM without this library, as ``test_litellm_fixes.py`` does for drawing.
"""

import asyncio
import io
from typing import Any

import litellm
import pytest

from .editing import JPEG, PNG, alive
from .providers import ProviderServer, Reset

__all__ = ["alive"]

EDITS = "llamabot_images/backends/edits.py"


@pytest.fixture(autouse=True)
def lenient(alive: ProviderServer) -> ProviderServer:
    """Let the server take what the real providers would refuse."""
    alive.strict = False
    return alive


def alone(provider: ProviderServer, name: str, **keywords: Any) -> Any:
    """Edit with LiteLLM alone."""
    litellm.suppress_debug_info = True
    given = {"prompt": "make it night", "image": [JPEG]} | provider.kwargs_for(name) | keywords
    return litellm.image_edit(**given)


def test_litellm_names_every_picture_image_png(lenient: ProviderServer) -> None:
    """Bytes go out as image.png, or without name and type."""
    alone(lenient, "gpt-image-2")
    alone(lenient, "stability/search-and-replace")

    told = f"LiteLLM names files by their bytes now: _file in {EDITS} may return bytes"
    parts = [post.files()[0] for post in lenient.posts]
    assert [("image.png", "image/jpeg"), ("upload", "application/octet-stream")] == [
        (part.filename, part.content_type) for part in parts
    ], told


def test_litellm_takes_a_path_for_a_picture(lenient: ProviderServer) -> None:
    """The text of a path is uploaded in the place of the picture."""
    alone(lenient, "gpt-image-2", image=["cat.png"])

    assert b"cat.png" == lenient.posts[0].files()[0].data, "LiteLLM reads paths now"


@pytest.mark.parametrize("name", ["recraft", "stability/search-and-replace"])
def test_litellm_sends_the_first_of_several(lenient: ProviderServer, name: str) -> None:
    """Further pictures are left out without a word."""
    alone(lenient, name, image=[JPEG, PNG])

    told = f"LiteLLM sends all pictures, or refuses: see 'most' of {name} in llamabot_images/backends/edit_rules.py"
    assert [JPEG] == [part.data for part in lenient.posts[0].files()], told


def test_litellm_sends_its_own_settings(lenient: ProviderServer) -> None:
    """drop_params is a field of the form."""
    alone(lenient, "gpt-image-2", drop_params=True)

    assert "true" == lenient.posts[0].form["drop_params"], f"no longer: delete drop_params in Edits._edited in {EDITS}"


def test_litellm_edits_without_a_key(lenient: ProviderServer) -> None:
    """OpenAI is asked with the word None for a key."""
    alone(lenient, "gpt-image-2", api_key=None)

    told = f"LiteLLM demands a key now: delete the error of _with_openai in {EDITS}"
    assert "Bearer None" == lenient.posts[0].headers["authorization"], told


def test_litellm_prefers_the_modules_key(lenient: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """litellm.api_key, whoever it belongs to, goes before OpenAI's variable."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-own")
    monkeypatch.setattr(litellm, "api_key", "sk-of-another")

    alone(lenient, "gpt-image-2", api_key=None)

    told = f"OpenAI's own key goes first now: delete _with_openai in {EDITS}"
    assert "Bearer sk-of-another" == lenient.posts[0].headers["authorization"], told


def test_litellm_knows_no_organization(lenient: ProviderServer) -> None:
    """Whose account it is does not reach OpenAI."""
    alone(lenient, "gpt-image-2", organization="org-7")

    told = f"LiteLLM sends the organization now: delete it from _own_headers in {EDITS}"
    assert "openai-organization" not in lenient.posts[0].headers, told


def test_litellm_does_not_say_that_json_is_json(lenient: ProviderServer) -> None:
    """Vertex AI gets a body without a type."""
    alone(lenient, "vertex_ai")

    told = f"LiteLLM names the type now: delete vertex_ai from _own_headers in {EDITS}"
    assert "content-type" not in lenient.posts[0].headers, told


def test_litellm_drops_form_fields(lenient: ProviderServer) -> None:
    """Recraft's strength and style are LiteLLM's own, and Stability's format is always PNG."""
    alone(lenient, "recraft", strength=0.6, style="realistic_image")
    alone(lenient, "stability/outpaint", up=64, output_format="webp")

    recraft, stability = (post.form for post in lenient.posts)
    told = f"LiteLLM sends these fields now: see _add_fields in {EDITS}"
    assert ("0.2", None) == (recraft["strength"], recraft.get("style")), told
    assert (None, "png") == (stability.get("up"), stability["output_format"]), told


def test_litellm_loses_a_picture_without_a_price(lenient: ProviderServer) -> None:
    """An edit by a model that is not in the price map is an error after the picture has come."""
    with pytest.raises(litellm.APIConnectionError):
        alone(lenient, "stability/stable-new-inpaint", mask=PNG)

    assert 1 == len(lenient.pictures.served), f"the picture is kept now: delete _saved in {EDITS}"


def test_litellm_has_no_mock_for_edits(lenient: ProviderServer) -> None:
    """mock_response, which keeps other calls at home, is sent."""
    alone(lenient, "gpt-image-2", mock_response="http://example.com/x.png")

    assert 1 == len(lenient.posts), f"LiteLLM mocks edits now: let _check in {EDITS} pass mock_response"


def test_litellms_async_client_sends_again(lenient: ProviderServer) -> None:
    """A broken connection is followed by a second request, which may be paid twice."""
    lenient.always(Reset())

    async def once() -> None:
        await litellm.aimage_edit(prompt="make it night", image=[JPEG], **lenient.kwargs_for("openrouter"))

    litellm.suppress_debug_info = True
    with pytest.raises(Exception):  # noqa: B017, PT011
        asyncio.run(once())

    told = f"LiteLLM's async client sends once now: Edits.asend in {EDITS} may use aimage_edit"
    assert 1 < len(lenient.posts), told


def test_an_open_file_tells_its_path(lenient: ProviderServer, own_folder: Any) -> None:
    """The whole path of an open file is its name at the provider."""
    (own_folder / "cat.jpg").write_bytes(JPEG)

    with (own_folder / "cat.jpg").open("rb") as file:
        alone(lenient, "gpt-image-2", image=[file])

    assert str(own_folder / "cat.jpg") == lenient.posts[0].files()[0].filename, "LiteLLM sends the name alone now"


def test_litellm_reads_any_buffered_reader(lenient: ProviderServer) -> None:
    """An open file without a file behind it is taken with its name."""

    class Named(io.BytesIO):
        name = "cat.jpg"

    alone(lenient, "gpt-image-2", image=[io.BufferedReader(Named(JPEG))])

    assert "cat.jpg" == lenient.posts[0].files()[0].filename
