"""The answer of a chat, read while it comes."""

from collections.abc import Generator
from typing import Any

from llamabot_images.backends.chat_gathered import Gathered, body_of_events, gathered_from
from llamabot_images.backends.chat_made import made
from llamabot_images.backends.one_line import OneLine
from llamabot_images.backends.pieces import Reply, Words, broken_off
from llamabot_images.replies import get
from llamabot_images.request import Capabilities

__all__ = ["pieces_of_chat"]


def pieces_of_chat(
    litellm: Any, prepared: dict[str, Any], can: Capabilities, line: OneLine
) -> Generator[Words | Reply, None, None]:
    """Yield words as they come, the reply last.

    :param litellm: The module.
    :param prepared: Keywords of ``litellm.completion``.
    :param can: The model.
    :param line: The connection it comes over, closed at the end.
    """
    gathered = Gathered()
    chunks = broken = None
    try:
        chunks = litellm.completion(**prepared)
        for chunk in [chunks] if get(chunks, "choices") else chunks:
            if words := gathered.take(chunk):
                yield Words(words)
    except Exception as error:
        broken = error
    finally:
        line.close()
    answer = gathered.answer()
    if not answer.slots:
        answer = max(answer, gathered_from(line.body).answer(), key=lambda one: len(one.slots))
    if broken is not None and (line.is_cut or not answer.slots):
        raise broken
    if words := gathered.rest():
        yield Words(words)
    hidden = _hidden(gathered.usage, getattr(chunks, "_hidden_params", None), can, line)
    reply = made(answer, body_of_events(line.body), prepared, can, gathered.usage, hidden)
    yield reply if broken is None else broken_off(reply, broken)


def _hidden(usage: Any, hidden: Any, can: Capabilities, line: OneLine) -> dict[str, Any]:
    """Return LiteLLM's hidden parameters with the price, which it puts into the usage of a stream (1.106.2)."""
    headers = {**line.headers, **(get(hidden, "additional_headers") or {})}
    price = get(usage, "cost")
    if can.provider == "openrouter":
        headers["llm_provider-x-litellm-response-cost"] = price
    return {"additional_headers": headers, "response_cost": price}
