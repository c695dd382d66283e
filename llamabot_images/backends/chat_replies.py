"""What a chat model answered: its pictures, whatever shape they come in, and its words. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llamabot_images import refusals
from llamabot_images.asked import shown
from llamabot_images.errors import NoImageError
from llamabot_images.failures import Failure
from llamabot_images.redact import redact_text
from llamabot_images.replies import Slot, get
from llamabot_images.retry import SendFailed

__all__ = ["Answer", "parts_in", "read_answer", "said_no", "tellable"]

DATA = r"data:image/[\w.+-]+(?:;[\w.=+-]+)*;base64,[A-Za-z0-9+/=_-]+"
#: A picture in running text: Markdown's, HTML's, or the bare data URI.
WRITTEN = re.compile(
    rf"!\[[^\]\n]*\]\(\s*<?(?P<markdown>{DATA}|https?://[^\s)>]+)>?(?:\s+\"[^\"\n]*\")?\s*\)"
    rf"|<img\s[^<>]{{0,200}}?src\s*=\s*[\"'](?P<html>{DATA}|https?://[^\s\"'>]+)[\"'][^<>]*>"
    rf"|(?P<bare>{DATA})"
)
MARKS = ("![", "<img", "data:image/")
LONGEST_WORDS = 500
#: Reasons to stop that say nothing of what was drawn.
CUT_SHORT = frozenset({"length", "max_tokens"})


@dataclass(frozen=True)
class Answer:
    """One answer: its words, without pictures that were written into them, and its pictures."""

    text: str = ""
    slots: tuple[Slot, ...] = ()
    refusal: str = ""
    finish: str = ""

    @property
    def urls(self) -> list[str]:
        """The pictures that are data URIs."""
        return [one.url for one in self.slots if (one.url or "").startswith("data:")]  # type: ignore[misc]


def read_answer(message: Any, finish: Any = None) -> Answer:
    """Return what a message says and shows.

    :param message: LiteLLM's object or a mapping, with the pictures in ``images``, in the older ``image``, in parts of
        its content, or written into its text.
    :param finish: The reason why the model stopped.
    """
    text, written = _content(get(message, "content"))
    listed = [_picture(one) for one in _items(get(message, "images"))]
    older = [_picture(get(message, "image"))]
    slots = dict.fromkeys(slot for slot in (*listed, *older, *written) if slot is not None)
    refusal = get(message, "refusal") or get(get(message, "provider_specific_fields"), "refusal")
    return Answer(text, tuple(slots), refusal if isinstance(refusal, str) else "", str(finish or ""))


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else () if value is None else (value,)


def _content(content: Any) -> tuple[str, list[Slot]]:
    if isinstance(content, str):
        return take_out(content)
    texts, slots = [], []
    for part in content if isinstance(content, (list, tuple)) else ():
        if isinstance(words := part if isinstance(part, str) else get(part, "text"), str):
            text, written = take_out(words)
            texts.append(text)
            slots += written
        elif (found := _picture(part)) is not None:
            slots.append(found)
    return "\n".join(filter(None, texts)), slots


def take_out(text: str) -> tuple[str, list[Slot]]:
    """Return a text without the pictures that are written into it, and these.

    :param text: Markdown, mostly.
    """
    found = [Slot(url=next(filter(None, one.groups()))) for one in WRITTEN.finditer(text)]
    if not found:
        return text.strip(), []
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]{2,}", " ", WRITTEN.sub("", text))).strip(), found


def _picture(thing: Any) -> Slot | None:
    """Return the picture of an item: a URL, or one of the places where chats put pictures."""
    if isinstance(thing, str):
        return Slot(url=thing) if thing else None
    for name in ("image_url", "image", "inline_data", "inlineData", "source"):
        if (inner := get(thing, name)) is not None:
            return _picture(inner)
    if isinstance(url := get(thing, "url"), str) and url:
        return Slot(url=url)
    data = next((get(thing, name) for name in ("b64_json", "data", "result") if get(thing, name)), None)
    return Slot(b64_json=data) if isinstance(data, (str, bytes)) else None


def tellable(text: str) -> int:
    """Return how much of a growing text is surely words: up to where a picture begins, or may begin.

    :param text: What has come so far.
    """
    begun = [place for mark in MARKS if (place := text.find(mark)) >= 0]
    if begun:
        return min(begun)
    ends = [length for mark in MARKS for length in range(1, len(mark)) if text.endswith(mark[:length])]
    return len(text) - max(ends, default=0)


def said_no(answer: Answer, body: Any, model: str) -> SendFailed | None:
    """Return the failure that an answer without pictures stands for, ``None`` where there are pictures.

    :param answer: As it was read.
    :param body: The provider's own reply as JSON, where there is one: it says more than LiteLLM hands on.
    :param model: For the message.
    """
    if any(not slot.is_empty for slot in answer.slots):
        return None
    failure = refusals.read(body) or refusals.read(_as_body(answer))
    if failure is not None and _is_refusal(failure, answer):
        return SendFailed(failure, NoImageError(failure.text))
    words = redact_text(answer.text[:LONGEST_WORDS]).strip()
    said = f"{model!r} answered in words, without a picture: {shown_whole(words)}" if words else _nothing(model)
    error = NoImageError(f"{said}; it may be charged and was not sent again")
    return SendFailed(Failure("ambiguous", str(error), 200), error)


def _is_refusal(failure: Failure, answer: Answer) -> bool:
    """Tell a refusal from an answer in words; a model that asks back stops as one that is done."""
    is_coded = failure.code is not None and failure.code.lower() not in CUT_SHORT
    return failure.kind == "refused" and bool(failure.stage or answer.refusal or is_coded)


def shown_whole(words: str) -> str:
    """Return a model's words in quotes."""
    return repr(words) if len(words) < LONGEST_WORDS else f"{words!r} and more"


def _nothing(model: str) -> str:
    return f"No image data found in the response of {shown(model)}, and no words"


def _as_body(answer: Answer) -> Mapping[str, Any]:
    message = {"content": answer.text or None, "refusal": answer.refusal or None}
    return {"choices": [{"message": message, "finish_reason": answer.finish}]}


def parts_in(body: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the parts of Gemini's own reply, nothing for another's."""
    for candidate in _items(get(body, "candidates") if isinstance(body, Mapping) else None):
        parts = get(get(candidate, "content"), "parts")
        yield from (one for one in _items(parts) if isinstance(one, Mapping))
