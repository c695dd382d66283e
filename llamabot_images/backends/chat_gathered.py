"""What the chunks of a streamed answer have brought so far. No network here."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from llamabot_images.backends.chat_replies import MARKS, Answer, parts_in, read_answer, tellable
from llamabot_images.replies import get

__all__ = ["Gathered", "body_of_events", "gathered_from"]


class Gathered:
    """One answer that grows."""

    def __init__(self) -> None:
        self.usage: Any = None
        self._texts: list[str] = []
        self._told = 0
        self._pending = ""
        self._is_mute = False
        self._pictures: list[Any] = []
        self._finish = ""
        self._refusal = ""

    def take(self, chunk: Any) -> str:
        """Add a chunk.

        :param chunk: LiteLLM's.
        :return: Words that can be told now.
        """
        self.usage = get(chunk, "usage") or self.usage
        return "".join(self._take(one) for one in get(chunk, "choices") or ())

    def _take(self, choice: Any) -> str:
        delta = get(choice, "delta") or get(choice, "message")
        self._finish = str(get(choice, "finish_reason") or self._finish)
        self._refusal += str(get(delta, "refusal") or "")
        content = get(delta, "content")
        inner = read_answer({"content": None if isinstance(content, str) else content, **_shown(delta)})
        self._pictures += inner.slots
        return self._words(content if isinstance(content, str) else inner.text)

    def _words(self, text: str) -> str:
        self._texts.append(text)
        if self._is_mute:
            return ""
        window = self._pending + text
        sure = tellable(window)
        self._told += sure
        self._pending = window[sure:]
        self._is_mute = any(mark in self._pending for mark in MARKS)
        return window[:sure]

    def rest(self) -> str:
        """Return the words that were held back because a picture had, or might have, begun in them."""
        return read_answer({"content": "".join(self._texts)[self._told :]}).text

    def answer(self) -> Answer:
        """Return what has come as one answer."""
        message = {"content": "".join(self._texts), "images": self._pictures, "refusal": self._refusal}
        return read_answer(message, self._finish)


def gathered_from(body: bytes) -> Gathered:
    """Return what the provider's own events brought: LiteLLM drops ``delta.image`` (1.106.2).

    :param body: Server-sent events.
    """
    found = Gathered()
    for event in _events(body):
        found.take(event)
    return found


def _shown(delta: Any) -> dict[str, Any]:
    return {name: get(delta, name) for name in ("images", "image")}


def body_of_events(body: bytes) -> Any:
    """Return Gemini's events as the one reply they make up, ``None`` for those of others.

    :param body: Server-sent events, or a reply that came whole all the same.
    """
    events = [one for one in _events(body) if "candidates" in one or "promptFeedback" in one]
    if not events:
        return None
    feedback = next((one["promptFeedback"] for one in events if one.get("promptFeedback")), None)
    last: dict[str, Any] = {}
    for candidate in (one for event in events for one in event.get("candidates") or () if isinstance(one, Mapping)):
        last |= candidate
    parts = [part for event in events for part in parts_in(event)]
    return {"candidates": [{**last, "content": {"parts": parts}}], "promptFeedback": feedback}


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    for line in body.splitlines():
        text = line.removeprefix(b"data:").strip()
        if not text.startswith(b"{"):
            continue
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):  # the last line of a connection that broke
            continue
        if isinstance(found, dict):
            yield found
