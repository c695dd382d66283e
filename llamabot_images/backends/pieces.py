"""What a backend hands on while a picture is made; its reply comes last."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llamabot_images.replies import Slot

__all__ = ["Reply", "Rough", "Words", "broken_off"]


@dataclass(frozen=True)
class Words:
    """Some more of what a model says."""

    text: str


@dataclass(frozen=True)
class Rough:
    """An unfinished picture, the ``index``-th of its kind, of the ``picture``-th picture of the call."""

    slot: Slot
    index: int
    picture: int = 0


@dataclass(frozen=True)
class Reply:
    """A reply in the form that image calls give; ``original`` is LiteLLM's own object, where there is one."""

    data: tuple[Slot, ...]
    usage: Any = None
    original: Any = field(default=None, repr=False)
    _hidden_params: Mapping[str, Any] = field(default_factory=dict, repr=False)


def broken_off(reply: Reply, error: Exception) -> Reply:
    """Return a reply whose pictures had come before the connection broke, and a word on that."""
    why = f"the connection broke after the picture ({type(error).__name__}): what it cost is not known"
    withheld = {"withheld": {len(reply.data): why}}
    return replace(reply, data=(*reply.data, Slot()), _hidden_params={**reply._hidden_params, **withheld})
