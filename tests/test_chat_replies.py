"""What chats answer, in every shape: pictures, words, and reasons for neither."""

import base64
from types import SimpleNamespace
from typing import Any

import pytest

from llamabot_images.backends.chat_gathered import Gathered, body_of_events
from llamabot_images.backends.chat_messages import messages_of, signatures_in, with_signatures
from llamabot_images.backends.chat_replies import Answer, read_answer, said_no, tellable
from llamabot_images.backends.chat_rules import chats, draws, rule_for_chat, sizes_in
from llamabot_images.errors import NoImageError
from llamabot_images.replies import Slot
from llamabot_images.sources import Source, Sources

DATA = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()
URI = f"data:image/png;base64,{DATA}"
#: A message, its pictures as URLs or base64, and its words.
SHAPES = {
    "images": ({"content": "Voilà.", "images": [{"type": "image_url", "image_url": {"url": URI}}]}, [URI], "Voilà."),
    "two": ({"content": None, "images": [{"image_url": {"url": URI}}, {"image_url": {"url": "https://x/y.png"}}]},
            [URI, "https://x/y.png"], ""),
    "older": ({"content": "Here's the image you requested:", "image": {"url": URI, "detail": "auto"}},
              [URI], "Here's the image you requested:"),
    "twice": ({"content": None, "image": {"url": URI}, "images": [{"image_url": {"url": URI}}]}, [URI], ""),
    "bare string": ({"content": None, "images": [URI]}, [URI], ""),
    "parts": ({"content": [{"type": "text", "text": "So."}, {"type": "image_url", "image_url": {"url": URI}}]},
              [URI], "So."),
    "part as text": ({"content": [{"type": "image_url", "image_url": URI}, "So."]}, [URI], "So."),
    "inline data": ({"content": [{"inline_data": {"mime_type": "image/png", "data": DATA}}]}, [DATA], ""),
    "inlineData": ({"content": [{"inlineData": {"mimeType": "image/png", "data": DATA}}]}, [DATA], ""),
    "source": ({"content": [{"type": "image", "source": {"type": "base64", "data": DATA}}]}, [DATA], ""),
    "b64_json": ({"content": [{"type": "output_image", "b64_json": DATA}]}, [DATA], ""),
    "markdown": ({"content": f"Here:\n\n![a panda]({URI})\n\nEnjoy!"}, [URI], "Here:\n\nEnjoy!"),
    "titled": ({"content": f'![a]({URI} "A title") there'}, [URI], "there"),
    "angled": ({"content": f"![]( <{URI}> )"}, [URI], ""),
    "markdown link": ({"content": "![a](https://host.example/a.png?x=1) there"},
                      ["https://host.example/a.png?x=1"], "there"),
    "html": ({"content": f'<p>So</p> <img alt="a" src="{URI}" width="3">'}, [URI], "<p>So</p>"),
    "bare": ({"content": f"It is {URI} as asked"}, [URI], "It is as asked"),
    "two in text": ({"content": f"![]({URI}) and ![]({URI}A)"}, [URI, f"{URI}A"], "and"),
    "words only": ({"content": "I would rather not."}, [], "I would rather not."),
    "a link is no picture": ({"content": "see [here](https://host.example/a.png)"},
                             [], "see [here](https://host.example/a.png)"),
    "nothing": ({"content": None}, [], ""),
    "none at all": (None, [], ""),
    "nonsense": ({"content": 7, "images": {"image_url": None}, "image": []}, [], ""),
}  # fmt: skip


def urls_in(answer: Answer) -> list[Any]:
    """Return what the pictures of an answer are."""
    return [slot.url or slot.b64_json for slot in answer.slots]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read(shape: str) -> None:
    """Pictures are found wherever a message may hold them, each once; what is left are its words."""
    message, pictures, words = SHAPES[shape]

    answer = read_answer(message, "stop")

    assert pictures == urls_in(answer)
    assert words == answer.text


@pytest.mark.parametrize("shape", SHAPES)
def test_objects_are_read_like_mappings(shape: str) -> None:
    """LiteLLM's objects say the same as the JSON they come from."""
    message, pictures, _ = SHAPES[shape]

    assert pictures == urls_in(read_answer(SimpleNamespace(**message or {})))


@pytest.mark.parametrize("size", [1, 2, 3, 10, 64])
@pytest.mark.parametrize("shape", ["markdown", "html", "bare", "two in text", "words only", "a link is no picture"])
def test_words_are_told_without_pictures_wherever_they_are_cut(shape: str, size: int) -> None:
    """Whatever the length of the pieces, what is told holds all words and no character of a picture."""
    message, pictures, words = SHAPES[shape]
    text = str(message["content"])
    gathered = Gathered()

    told = [
        gathered.take({"choices": [{"delta": {"content": text[at : at + size]}}]}) for at in range(0, len(text), size)
    ]

    assert words.split() == "".join([*told, gathered.rest()]).split()
    assert pictures == urls_in(gathered.answer())
    assert not any("base64" in one for one in told)


def test_what_may_begin_a_picture_is_held_back() -> None:
    """Only the end of a text that could be the start of a picture waits for more."""
    assert 5 == tellable("Hello")
    assert 4 == tellable("Wow !")
    assert 3 == tellable("a: data:im")
    assert 2 == tellable("a ![x](data:image/png;base64,AAAA) b")


def test_a_long_answer_is_read_at_once() -> None:
    """Four megabytes of base64 in a text take no more than the time to look at them once."""
    answer = read_answer({"content": f"x ![a](data:image/png;base64,{'A' * 4_000_000}) y {'![' * 10_000}"})

    assert 1 == len(answer.slots)
    assert answer.text.startswith("x y ![")


#: An answer without a picture, the provider's own reply, and what is raised: kind, code.
NO = {
    "polite": (Answer("I cannot.", finish="stop"), None, "ambiguous", None),
    "too long": (Answer("Once upon", finish="length"), None, "ambiguous", None),
    "silent": (Answer(finish="stop"), None, "ambiguous", None),
    "filtered": (Answer(finish="content_filter"), None, "refused", "content_filter"),
    "refusal": (Answer("", (), "I can't help with that.", "stop"), None, "refused", None),
    "empty place": (Answer("", (Slot(),)), None, "ambiguous", None),
    "gemini": (
        Answer(finish="content_filter"),
        {"candidates": [{"finishReason": "PROHIBITED_CONTENT", "finishMessage": "No."}]},
        "refused",
        "PROHIBITED_CONTENT",
    ),
}


@pytest.mark.parametrize("case", NO)
def test_a_refusal_is_told_from_words(case: str) -> None:
    """A reason of the provider or a refusal of the model is a refusal; mere words are no picture, and are shown."""
    answer, body, kind, code = NO[case]

    failed = said_no(answer, body, "some/model")

    assert failed is not None
    assert (kind, code) == (failed.failure.kind, failed.failure.code)
    assert isinstance(failed.error, NoImageError)
    assert answer.text in str(failed.error)


def test_a_picture_is_no_refusal() -> None:
    """An answer with a picture stands, whatever reason is given for its end."""
    assert said_no(Answer("", (Slot(url=URI),), "", "content_filter"), None, "some/model") is None


#: Provider, name, row of the price map, whether its chat draws.
MODELS = [
    ("gemini", "gemini-3.1-flash-image", {"mode": "image_generation"}, True),
    ("gemini", "gemini-9-flash-image-preview", {}, True),
    ("gemini", "nano-banana-pro-preview", {}, True),
    ("gemini", "imagen-4.0-generate-001", {"mode": "image_generation"}, False),
    ("gemini", "gemini-3-pro", {"mode": "chat"}, False),
    ("vertex_ai", "gemini-2.5-flash-image", {}, True),
    ("vertex_ai", "imagegeneration@006", {}, False),
    ("openrouter", "google/gemini-3.1-flash-image", {}, True),
    ("openrouter", "openai/gpt-5-image-mini", {}, True),
    ("openrouter", "black-forest-labs/flux.2-pro", {}, True),
    ("openrouter", "anthropic/claude-sonnet-4.5", {}, False),
    ("openai", "gpt-5.1", {"mode": "chat", "supported_output_modalities": ["text", "image"]}, False),
    ("databricks", "databricks-gemini-3-pro-image", {"mode": "chat", "supported_output_modalities": ["image"]}, True),
    ("xai", "grok-imagine-image", {"mode": "image_generation", "supported_output_modalities": ["image"]}, False),
    ("openai", "my-image-model", {}, False),
]


@pytest.mark.parametrize(("provider", "name", "row", "expected"), MODELS, ids=lambda one: str(one)[:40])
def test_models_whose_chat_draws(provider: str, name: str, row: dict[str, Any], expected: bool) -> None:
    """A chat is chosen by itself only for models that are known to draw in it."""
    assert expected == draws(provider, name, row)


def test_models_without_a_chat() -> None:
    """Models that only make pictures have no chat; a name that nobody knows may have one."""
    assert not chats("openai", "gpt-image-2.6-flare", {})
    assert not chats("stability", "sd3.5-large", {"mode": "image_generation"})
    assert chats("openai", "my-own", {})
    assert chats("gemini", "gemini-3.1-flash-image", {"mode": "image_generation"})


#: Provider, model, keywords of an image call, what the chat is told.
SIZES = [
    ("gemini", "gemini-3.1-flash-image", {"size": "1024x1024"}, {"imageConfig": {"aspectRatio": "1:1"}}),
    ("gemini", "gemini-3-image", {"size": "2048x1152"}, {"imageConfig": {"aspectRatio": "16:9", "imageSize": "2K"}}),
    ("gemini", "gemini-3-pro-image", {"size": "4096x4096"}, {"imageConfig": {"aspectRatio": "1:1", "imageSize": "4K"}}),
    ("gemini", "gemini-2.5-flash-image", {"size": "2048x2048"}, {"imageConfig": {"aspectRatio": "1:1"}}),
    ("gemini", "gemini-3.1-flash-image", {}, {}),
    ("gemini", "m", {"imageConfig": {"aspectRatio": "9:16"}}, {"imageConfig": {"aspectRatio": "9:16"}}),
    ("gemini", "m", {"aspect_ratio": "21:9", "size": "1024x1024"}, {"imageConfig": {"aspectRatio": "21:9"}}),
    ("openrouter", "google/m", {"size": "1536x1024"}, {"image_config": {"aspect_ratio": "3:2"}}),
    ("openrouter", "google/m", {"image_size": "2K"}, {"image_config": {"image_size": "2K"}}),
]  # fmt: skip


@pytest.mark.parametrize(("provider", "name", "keywords", "expected"), SIZES)
def test_sizes_become_the_chats_own_settings(provider: str, name: str, keywords: Any, expected: Any) -> None:
    """Proportions and scale go where the provider has a place for them; the caller's own settings win."""
    assert expected == sizes_in(provider, name, keywords)


def test_a_chat_draws_one_picture_per_call() -> None:
    """Several pictures are several answers."""
    assert 1 == rule_for_chat("gemini", "gemini-3.1-flash-image").images_per_call


PICTURE = Source(b"\x89PNG", "image/png", "image.png", 1, 1)
HISTORY = ({"role": "user", "content": "a cat"}, {"role": "assistant", "content": None, "images": []})


def test_pictures_are_shown_to_the_model() -> None:
    """Pictures to change go as data URIs before the words, in their order."""
    (message,) = messages_of("make it night", Sources((PICTURE, PICTURE)), "m")

    assert ["image_url", "image_url", "text"] == [part["type"] for part in message["content"]]
    assert "data:image/png;base64,iVBORw==" == message["content"][0]["image_url"]["url"]


def test_a_chat_goes_on_with_its_own_model_only() -> None:
    """The messages so far go back to the model that wrote them; another is shown the picture alone."""
    sources = Sources((PICTURE,), None, HISTORY, "gemini/m")

    assert [*HISTORY, {"role": "user", "content": "night"}] == messages_of("night", sources, "gemini/m")
    assert 1 == len(messages_of("night", sources, "other/m"))


def test_signatures_go_back_to_their_parts() -> None:
    """Each mark of an answer stands on the part on which it came; the caller's messages stay as they are."""
    parts = [{"text": "hm", "thought": True, "thoughtSignature": "no"}, {"text": "So.", "thoughtSignature": "t"},
             {"inlineData": {"data": "AA"}}, {"inlineData": {"data": "BB"}, "thoughtSignature": "b"}]  # fmt: skip
    messages = [{"role": "assistant", "provider_specific_fields": signatures_in(parts)}]
    turn = {
        "role": "model",
        "parts": [{"inline_data": {"data": "AA"}}, {"inline_data": {"data": "BB"}}, {"text": "So."}],
    }

    sent = with_signatures({"contents": [{"role": "user", "parts": []}, turn]}, messages)

    assert [None, "b", "t"] == [part.get("thoughtSignature") for part in sent["contents"][1]["parts"]]
    assert not any("thoughtSignature" in part for part in turn["parts"])
    assert {} == signatures_in([{"text": "So."}])


def test_events_of_gemini_are_one_reply() -> None:
    """The parts of all events come together, with the reason that the last one gives; half a line is no event."""
    lines = b'data: {"candidates": [{"content": {"parts": [{"text": "a"}]}}]}\r\n\r\n' + (
        b'data: {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]}\n\ndata: {"cand'
    )

    body = body_of_events(lines)

    assert [{"text": "a"}, {"text": "b"}] == body["candidates"][0]["content"]["parts"]
    assert "STOP" == body["candidates"][0]["finishReason"]
    assert body_of_events(b'data: {"choices": []}\n\ndata: [DONE]\n\n') is None
