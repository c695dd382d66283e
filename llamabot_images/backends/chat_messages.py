"""What is said to a chat model, and what it needs to hear again. Pure."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from llamabot_images.sources import Source, Sources

__all__ = ["answer_to_keep", "messages_of", "with_signatures"]

Message = Mapping[str, Any]


def messages_of(prompt: str, sources: Sources | None = None, model: str = "") -> list[Message]:
    """Return the messages that ask for a picture.

    :param prompt: What to draw, or to change.
    :param sources: The pictures to change. A chat that went before takes their place: the last one is in it.
    :param model: Whose chat may go on.
    """
    if sources is None:
        return [{"role": "user", "content": prompt}]
    if (before := sources.history_for(model)) and len(sources.images) == 1:
        return [*before, {"role": "user", "content": prompt}]
    parts = [{"type": "image_url", "image_url": {"url": _data_uri(one)}} for one in sources.images]
    return [{"role": "user", "content": [*parts, {"type": "text", "text": prompt}]}]


def _data_uri(picture: Source) -> str:
    return f"data:{picture.mime_type};base64,{base64.b64encode(picture.data).decode('ascii')}"


def answer_to_keep(text: str, urls: Sequence[str], signatures: Mapping[str, Any]) -> Message:
    """Return a model's answer as LiteLLM takes it back.

    :param text: What it said.
    :param urls: Its pictures, as data URIs.
    :param signatures: Gemini's marks on them, by which it goes on.
    """
    images = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    signed = {"provider_specific_fields": signatures} if signatures else {}
    return {"role": "assistant", "content": text or None, "images": images, **signed}


def signatures_in(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the thought signatures of Gemini's answer, in the order of its words and of its pictures.

    :param parts: Of its content.
    """
    kept = [one for one in parts if not one.get("thought")]
    texts = [one.get("thoughtSignature") for one in kept if "text" in one]
    pictures = [one.get("thoughtSignature") for one in kept if "inlineData" in one or "inline_data" in one]
    found = {"text_signature": next(filter(None, texts), None), "image_signatures": pictures}
    return found if any((*texts, *pictures)) else {}


def with_signatures(body: Mapping[str, Any], messages: Sequence[Message]) -> dict[str, Any]:
    """Return a request to Gemini with the marks of its earlier answers, which LiteLLM leaves out (1.106.2).

    :param body: As LiteLLM made it.
    :param messages: As they were given to LiteLLM.
    """
    answers = [one.get("provider_specific_fields") or {} for one in messages if one["role"] == "assistant"]
    turns = iter(answers)
    contents = [_signed(one, next(turns, {})) if one.get("role") == "model" else one for one in body["contents"]]
    return {**body, "contents": contents}


def _signed(turn: Mapping[str, Any], signatures: Mapping[str, Any]) -> dict[str, Any]:
    pictures = iter(signatures.get("image_signatures") or ())

    def mark(part: Mapping[str, Any]) -> Any:
        return signatures.get("text_signature") if "text" in part else next(pictures, None)

    marked = [(part, mark(part)) for part in turn["parts"]]
    return {**turn, "parts": [{**part, "thoughtSignature": sign} if sign else part for part, sign in marked]}
