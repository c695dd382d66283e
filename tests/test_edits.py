"""Edits through LiteLLM's own code, to a server that checks what arrives: pictures, masks, settings."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ImageBot, MissingKeyError, UnroutedModelError, UnsupportedParameterError

from .calls import bot_for, both_ways
from .editing import JPEG, PNG, alive, edit, mask, pictures_in
from .providers import DisallowParameter, ProviderServer, picture

__all__ = ["alive"]

INPAINT = "bedrock/stability.stable-image-inpaint-v1:0"
NOVA = "bedrock/amazon.nova-canvas-v1:0"

#: Model, the end of the path and the key's header where its provider takes edits, and whether it takes a mask.
ROUTES = {
    "gpt-image-2": ("/v1/images/edits", "authorization", True),
    "azure/gpt-image-2": ("/openai/deployments/gpt-image-2/images/edits", "api-key", True),
    "azure_ai/FLUX.1-Kontext-pro": ("/FLUX.1-Kontext-pro/images/edits", "api-key", True),
    "gemini/gemini-3.1-flash-image": ("/models/gemini-3.1-flash-image:generateContent", "x-goog-api-key", False),
    "vertex_ai/gemini-3.1-flash-image": (":generateContent", "authorization", False),
    "openrouter/google/gemini-3.1-flash-image": ("/chat/completions", "authorization", False),
    "recraft/recraftv3": ("/v1/images/imageToImage", "authorization", False),
    "stability/inpaint": ("/v2beta/stable-image/edit/inpaint", "authorization", True),
    "stability/search-and-replace": ("/v2beta/stable-image/edit/search-and-replace", "authorization", False),
    INPAINT: ("/invoke", "authorization", True),
    NOVA: ("/invoke", "authorization", True),
    "hosted_vllm/some-model": ("/v1/images/edits", "authorization", False),
    "litellm_proxy/some-model": ("/images/edits", "authorization", True),
    "compatible": ("/compatible/v1/images/edits", "authorization", True),
}
MASKED = [name for name, (_, _, masks) in ROUTES.items() if masks]


@both_ways
@pytest.mark.parametrize("name", ROUTES)
def test_every_provider_edits(alive: ProviderServer, name: str, is_async: bool) -> None:
    """One request brings prompt and picture to the provider's own place, and one picture comes back."""
    end, header, masks = ROUTES[name]

    result = edit(bot_for(alive, name), is_async, mask=mask() if masks else None)

    (post,) = alive.posts
    assert post.path.endswith(end)
    assert post.headers[header]
    assert post.headers["content-type"].startswith(("multipart/form-data", "application/json"))
    assert b"make it night" in post.body
    assert [(96, 64)] * (1 + masks) == [Image.open(io.BytesIO(one)).size for one in pictures_in(post)]
    assert alive.pictures.served[-1] == result[0].to_bytes()
    assert () == result.adjustments
    assert "make it night" == result.prompt


@pytest.mark.parametrize("name", [name for name in ROUTES if name not in ("stability/inpaint", INPAINT)])
@pytest.mark.parametrize("data", [JPEG, PNG, picture("webp", (96, 64))], ids=["jpeg", "png", "webp"])
def test_pictures_arrive_untouched(alive: ProviderServer, name: str, data: bytes) -> None:
    """Without a mask the caller's own bytes arrive, under their real kind and a name that fits and tells nothing."""
    kind = {JPEG: "jpeg", PNG: "png"}.get(data, "webp")

    edit(bot_for(alive, name), image=data)

    (post,) = alive.posts
    (came,) = pictures_in(post)
    if (name, kind) == (NOVA, "webp"):  # which Amazon does not read
        assert "PNG" == Image.open(io.BytesIO(came)).format
    else:
        assert data == came
    if post.parts:
        (part,) = post.files()
        assert (f"image.{kind}".replace("jpeg", "jpg"), f"image/{kind}") == (part.filename, part.content_type)
    elif "bedrock" not in name:
        assert f"image/{kind}".encode() in post.body


def test_a_paths_name_stays_here(alive: ProviderServer, own_folder: Path) -> None:
    """The name of the caller's file is not told to the provider."""
    file = own_folder / "secret plan.png"
    file.write_bytes(PNG)

    edit(bot_for(alive, "gpt-image-2"), image=file)

    assert b"secret" not in alive.posts[0].body


@pytest.mark.parametrize("name", MASKED)
def test_masks_arrive_as_the_provider_reads_them(alive: ProviderServer, name: str) -> None:
    """The half that is white in the caller's mask is the one that the provider may paint; OpenAI gets two PNGs."""
    edit(bot_for(alive, name), mask=mask())

    image, painted = pictures_in(alive.posts[0])
    sent = Image.open(io.BytesIO(painted))
    by_alpha = "stability" not in name and name != NOVA
    assert ("PNG" if by_alpha else "JPEG") == Image.open(io.BytesIO(image)).format
    free, kept = sent.getpixel((10, 30)), sent.getpixel((90, 30))
    forms = {"stability": (255, 0), "bedrock": (255, 0)}
    expected = (0, 255) if name == NOVA else forms.get(name.partition("/")[0], ((0, 0, 0, 0), (0, 0, 0, 255)))
    assert expected == (free, kept)


def test_several_pictures_keep_their_order(alive: ProviderServer) -> None:
    """OpenAI, Gemini and OpenRouter get all pictures, in order."""
    given = [JPEG, PNG, picture("webp", (64, 64))]

    for name in ("gpt-image-2", "gemini", "openrouter"):
        edit(bot_for(alive, name), image=given)
        assert given == pictures_in(alive.posts[-1])


def test_n_pictures_of_one(alive: ProviderServer) -> None:
    """n pictures come in one request where the model makes them, in n that each bring the picture where not."""
    assert 3 == len(edit(bot_for(alive, "gpt-image-2", n=3)))
    assert 1 == len(alive.posts)
    assert 3 == len(edit(bot_for(alive, "gemini", n=3)))
    assert [[JPEG]] * 4 == [pictures_in(post) for post in alive.posts]


# -- what is refused before anything is sent -----------------------------------------------------

CANNOT: dict[str, tuple[str, dict[str, Any], str]] = {
    "mask for Gemini": ("gemini", {"mask": mask()}, "takes no mask"),
    "mask for Recraft": ("recraft", {"mask": mask()}, "takes no mask"),
    "two for Recraft": ("recraft", {"image": [JPEG, PNG]}, "image holds 2 pictures; recraft/recraftv3 takes 1"),
    "two for Stability": ("stability/search-and-replace", {"image": [JPEG, PNG]}, "takes 1"),
    "no mask to inpaint": ("stability/inpaint", {}, "give mask="),
    "seventeen": ("gpt-image-2", {"image": [PNG] * 17}, "takes 16"),
    "mock": ("gpt-image-2", {"mock_response": "http://x/y.png"}, "would send the request"),
}


@both_ways
@pytest.mark.parametrize("case", CANNOT)
def test_what_would_be_dropped_is_refused(alive: ProviderServer, case: str, is_async: bool) -> None:
    """A mask or a picture that LiteLLM would leave out silently is an error, and nothing is sent."""
    name, given, words = CANNOT[case]

    with pytest.raises(UnsupportedParameterError, match=words):
        edit(bot_for(alive, name), is_async, **given)

    assert [] == alive.posts


@pytest.mark.parametrize("name", ["xai", "together_ai", "bedrock/stability.sd3-5-large-v1:0"])
def test_models_that_cannot_edit(alive: ProviderServer, name: str) -> None:
    """A model without a way to edit is an error that names some that can, and nothing is sent."""
    with pytest.raises(UnroutedModelError, match="'gemini/gemini-3.1-flash-image'"):
        edit(bot_for(alive, name))

    assert [] == alive.posts


def test_transparency_is_a_mask_for_inpainting(alive: ProviderServer) -> None:
    """Inpainting needs no mask for a picture that is transparent in places."""
    edit(bot_for(alive, "stability/inpaint"), image=Image.new("RGBA", (96, 64), (9, 9, 9, 40)))

    assert 1 == len(alive.posts)


@pytest.mark.parametrize("name", ["gpt-image-2", "azure", "gemini", "recraft", "stability/search-and-replace"])
def test_a_missing_key_sends_nothing(alive: ProviderServer, name: str) -> None:
    """Without a key there is an error that names the variable."""
    bot = bot_for(alive, name, api_key=None)
    if name == "gpt-image-2":
        bot = ImageBot(model=name)

    with pytest.raises(MissingKeyError, match="_API_KEY"):
        edit(bot)

    assert [] == alive.posts


# -- settings ------------------------------------------------------------------------------------


def test_settings_arrive_and_ours_do_not(alive: ProviderServer) -> None:
    """OpenAI gets its own parameters, and neither response_format nor a setting of LiteLLM's."""
    alive.pictures.size = None
    bot = bot_for(alive, "gpt-image-2", quality="low", output_format="webp", drop_params=True)

    edit(bot, input_fidelity="high", size="1536x1024", extra_body={"background": "opaque"})

    expected = {"model": "gpt-image-2", "prompt": "make it night", "n": "1", "size": "1536x1024", "quality": "low"}
    expected |= {"output_format": "webp", "input_fidelity": "high", "background": "opaque"}
    assert expected == alive.posts[0].form


def test_headers_are_headers(alive: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller's headers, and whose account it is, arrive as headers and nowhere else."""
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-7")
    headers = {"X-Trace": "42"}

    edit(bot_for(alive, "gpt-image-2"), extra_headers=headers, organization="org-7")

    (post,) = alive.posts
    sent = [post.headers.get(name) for name in ("x-trace", "openai-organization", "openai-project")]
    assert ["42", "org-7", "proj-7"] == sent
    assert b"X-Trace" not in post.body
    assert {"X-Trace": "42"} == headers


def test_forms_get_fields_that_litellm_drops(alive: ProviderServer) -> None:
    """Recraft's strength and Stability's borders arrive, although LiteLLM has no place for them."""
    edit(bot_for(alive, "recraft"), strength=0.6, style="realistic_image", extra_body={"random_seed": 7})
    edit(bot_for(alive, "stability/outpaint"), up=64, left=32, output_format="webp")

    recraft, stability = (post.form for post in alive.posts)
    assert ("0.6", "realistic_image", "7") == (recraft["strength"], recraft["style"], recraft["random_seed"])
    assert ("64", "32", "webp") == (stability["up"], stability["left"], stability["output_format"])


def test_what_cannot_be_kept_is_told(alive: ProviderServer) -> None:
    """A setting that a model has not when it edits is left out and told of; strict refuses it."""
    bot = bot_for(alive, "stability/search-and-replace")

    with pytest.warns(UserWarning, match="size='1536x1024' left out"):
        result = edit(bot, size="1536x1024")
    with pytest.raises(UnsupportedParameterError, match="size"):
        edit(bot, size="1536x1024", strict=True)

    assert ["size"] == [one.parameter for one in result.adjustments]
    assert 1 == len(alive.posts)


@pytest.mark.parametrize(("name", "keyword"), [("gemini", "tools"), ("openrouter", "seed"), ("vertex_ai", "tools")])
def test_what_litellm_drops_is_told(alive: ProviderServer, name: str, keyword: str) -> None:
    """A keyword that LiteLLM drops from edits, without a word, is told of."""
    with pytest.warns(UserWarning, match=f"{keyword}=.* left out"):
        edit(bot_for(alive, name), **{keyword: 7})


def test_a_parameter_that_is_refused_goes(alive: ProviderServer) -> None:
    """After a 400 that names a parameter the edit is asked again without it, with the picture whole."""
    alive.script(DisallowParameter("user"))

    with pytest.warns(UserWarning, match="user"):
        edit(bot_for(alive, "gpt-image-2"), user="somebody")

    assert [[JPEG], [JPEG]] == [pictures_in(post) for post in alive.posts]
    assert ["user" in post.form for post in alive.posts] == [True, False]
