"""The reply of a chat, streamed or not, in the form of image calls. Pure."""

from collections.abc import Mapping
from typing import Any

from llamabot_images.backends.chat_messages import answer_to_keep, signatures_in
from llamabot_images.backends.chat_replies import Answer, parts_in, said_no
from llamabot_images.backends.chat_rules import GOOGLE
from llamabot_images.backends.pieces import Reply
from llamabot_images.request import Capabilities

__all__ = ["made"]


def made(
    answer: Answer,
    body: Any,
    prepared: Mapping[str, Any],
    can: Capabilities,
    usage: Any,
    hidden: Mapping[str, Any],
    original: Any = None,
) -> Reply:
    """Return a reply that can be used like that of an image call.

    :param answer: As it was read.
    :param body: The provider's own reply as JSON, where there is one.
    :param prepared: What was asked.
    :param can: The model.
    :param usage: Tokens as LiteLLM counted them.
    :param hidden: LiteLLM's hidden parameters, with the price.
    :param original: LiteLLM's own object.
    :raises SendFailed: When there is no picture in the answer.
    """
    failed = said_no(answer, body, str(prepared["model"]))
    if failed is not None:
        raise failed
    own = {"text": answer.text, "history": _history(answer, body, prepared, can)}
    return Reply(answer.slots, usage, original, {**hidden, **own})


def _history(answer: Answer, body: Any, prepared: Mapping[str, Any], can: Capabilities) -> tuple[Any, ...]:
    """Return the chat so far for Gemini, which knows its own pictures again; others are shown them anew."""
    if can.provider not in GOOGLE or len(answer.urls) != len(answer.slots):
        return ()
    kept = answer_to_keep(answer.text, answer.urls, signatures_in(list(parts_in(body))))
    return (*prepared["messages"], kept)
