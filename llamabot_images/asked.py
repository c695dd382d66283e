"""What a caller asks for, what is known of a model, and what was done otherwise: the values that travel."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from numbers import Integral, Real
from types import NoneType
from typing import Any

from llamabot_images.errors import UnsupportedParameterError
from llamabot_images.sources import Sources

__all__ = [
    "CREDENTIALS",
    "DEFAULTS",
    "Adjustment",
    "Asked",
    "Capabilities",
    "asked_from",
    "pair_from",
    "shown",
    "texts_from",
    "value_of",
]

#: The specification's defaults: a setting that differs from them was set by the caller.
DEFAULTS = {"size": "1024x1024", "quality": None, "n": 1, "response_format": "url"}
CREDENTIALS = ("api_key", "api_base", "api_version")
#: Settings of ours, which no provider sees.
OWN = {"strict": False, "route": "auto", "sources": None, "is_streamed": False}
NAMED = ("model", "size", "quality", "n", "timeout", *OWN)
#: Settings of ours that tell which models are asked one after the other.
FALLING_BACK = ("fallbacks", "fallback_on_refusal")
#: What is no setting of one request, and what to do instead.
NOT_OF_A_REQUEST = {
    **dict.fromkeys(("save_path", "return_url"), "call the bot with it, or save the result: bot.save(result, path)"),
    **dict.fromkeys(("save_dir", "router", "max_cost", "allow_private_hosts", "sidecar"), "make another bot with it"),
}


@dataclass(frozen=True)
class Adjustment:
    """One thing that was asked and is done otherwise.

    ``sent`` is ``None`` where the parameter was left out.
    """

    parameter: str
    asked: Any
    sent: Any
    why: str

    @property
    def is_kept(self) -> bool:
        """Whether it was sent as asked after all, and there is only something to say about it."""
        return self.sent is not None and bool(self.sent == self.asked)

    def __str__(self) -> str:
        done = "left out" if self.sent is None else "sent as asked" if self.is_kept else f"became {self.sent!r}"
        return f"{self.parameter}={shown(self.asked)} {done}: {self.why}"


def shown(value: Any) -> str:
    """Return a value as it may stand in a message: its repr, cut short, since it may hold image data."""
    try:
        text = repr(value[:200] if isinstance(value, (str, bytes)) else value)
    except Exception:  # the repr of somebody's object, or of a number of more than 4,300 digits
        return f"<{type(value).__name__}>"
    return text if len(text) <= 100 else f"{text[:97]}..."


@dataclass(frozen=True)
class Asked:
    """What the caller wants: the bot's settings with the overrides of one call.

    ``explicit`` names what the caller set himself; only that is worth an adjustment. ``route`` is ``"auto"``,
    ``"images"`` or ``"chat"``; ``sources`` are the pictures to edit; ``is_streamed`` says that the caller watches.
    """

    model: str
    size: Any = None
    quality: Any = None
    n: int = 1
    timeout: float = 600
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)
    explicit: frozenset[str] = frozenset()
    strict: bool = False
    route: str = "auto"
    sources: Sources | None = None
    is_streamed: bool = False


@dataclass(frozen=True)
class Capabilities:
    """What LiteLLM says of a model.

    ``forwards`` holds the OpenAI parameters it passes on, ``None`` for every one; ``own`` the keywords that
    it keeps for itself; ``prices`` the model's row in its price map; ``off`` the day on which it says that the
    model is switched off. ``route`` names the backend that reaches it.
    """

    provider: str
    name: str
    forwards: frozenset[str] | None = None
    own: frozenset[str] = frozenset()
    prices: Mapping[str, Any] = field(default_factory=dict, repr=False)
    off: date | None = None
    route: str = "images"


def asked_from(settings: Mapping[str, Any], further: Mapping[str, Any]) -> Asked:
    """Return what a caller wants.

    :param settings: The bot's named settings.
    :param further: Its further keywords and the overrides of one call; these win.
    :raises UnsupportedParameterError: When the model, or a key, is no text; no value of a key is shown. Also for
        what one request cannot have: a folder, a budget.
    """
    for name in NOT_OF_A_REQUEST.keys() & further.keys():
        raise UnsupportedParameterError(f"{name} is no setting of a single request: {NOT_OF_A_REQUEST[name]}")
    further = {name: _plain(value) for name, value in further.items() if name not in FALLING_BACK}
    all_of_them = {**OWN, **settings, **further}
    _check_texts(all_of_them)
    changed = {name for name, value in DEFAULTS.items() if all_of_them[name] != value}
    if (sources := all_of_them["sources"]) and "size" not in changed | further.keys():
        all_of_them["size"] = sources.ratio  # an edit keeps the proportions of its picture
    return Asked(
        **{name: all_of_them[name] for name in NAMED},
        credentials={name: all_of_them[name] for name in CREDENTIALS},
        extra={name: value for name, value in all_of_them.items() if name not in (*NAMED, *CREDENTIALS)},
        explicit=frozenset(changed | further.keys()),
    )


def _plain(value: Any) -> Any:
    """Return a number of NumPy's or pandas' as Python's own: JSON knows no other."""
    if isinstance(value, (int, float)) or not isinstance(value, Real):
        return value
    return int(value) if isinstance(value, Integral) else float(value)


def _check_texts(settings: Mapping[str, Any]) -> None:
    if not isinstance(settings["model"], str):
        raise UnsupportedParameterError(f"model is {shown(settings['model'])}; give a name, such as 'gpt-image-2'")
    if not isinstance(key := settings["api_key"], (str, NoneType)):
        raise UnsupportedParameterError(f"api_key is of type {type(key).__name__}; give the key as text")


def texts_from(name: str, given: Any) -> tuple[str, ...]:
    """Return several texts as a tuple; one by itself is one of them, not its letters.

    :param name: Of the setting.
    :param given: A text, or an iterable of texts.
    :raises UnsupportedParameterError: For anything else.
    """
    found = (given,) if isinstance(given, str) else tuple(given) if isinstance(given, Iterable) else None
    if found is None or not all(isinstance(one, str) for one in found):
        raise UnsupportedParameterError(f"{name} is {shown(given)}; give a list of texts")
    return found


def pair_from(text: str) -> tuple[str, Any]:
    """Return the name and the value of a setting that is written as text.

    :param text: ``KEY=VALUE``; a value that is JSON is read as such.
    :raises UnsupportedParameterError: Without an equals sign.
    """
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise UnsupportedParameterError(f"{text!r} is no setting; write KEY=VALUE, such as seed=7")
    return key, value_of(value)


def value_of(text: str) -> Any:
    """Return what a text says as JSON, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text
