"""From what a caller asked to what a model accepts. Pure: no network, no files, no LiteLLM."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llamabot_images.asked import Adjustment, Asked, Capabilities
from llamabot_images.errors import UnsupportedParameterError
from llamabot_images.models import ModelRule
from llamabot_images.prices import Prices, prices_of
from llamabot_images.problems import is_open, problems_of
from llamabot_images.sizes import Ratios, Shape, parse_size
from llamabot_images.sources import Sources

__all__ = ["Adjustment", "Asked", "Capabilities", "ImageRequest", "negotiate"]

#: OpenAI's parameters, which LiteLLM checks per model; every other keyword is the provider's own.
OPENAI_PARAMETERS = (
    "response_format",
    "style",
    "user",
    "background",
    "moderation",
    "output_format",
    "output_compression",
)
SIZE_KEYWORDS = frozenset({"aspect_ratio", "aspectRatio", "imageConfig", "image_config", "image_size", "imageSize"})
SIZE_KEYWORDS |= {"width", "height"}
#: Seen in LiteLLM 1.106.2: the request goes out, and its reply ends in an error.
UNREADABLE = frozenset({"stream", "partial_images"})
QUALITY_TIERS = {"low": 0, "standard": 1, "medium": 1, "high": 2, "hd": 2, "premium": 2}


@dataclass(frozen=True)
class ImageRequest:
    """A request as the model accepts it. Change one with ``dataclasses.replace``.

    ``n`` pictures are made in calls of at most ``images_per_call``; ``parameters`` go with every call;
    ``shape`` is the size in pixels that the pictures should have and ``prices`` what they should cost, where
    that is known. ``route`` is the name of the backend; ``sources`` are the pictures to edit; ``address`` is where it
    goes and what says so, both empty for the provider's own.
    """

    prompt: str
    model: str
    provider: str
    name: str
    n: int
    parameters: Mapping[str, Any] = field(repr=False)
    timeout: float = 600
    images_per_call: int | None = None
    sends_n: bool = True
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)
    adjustments: tuple[Adjustment, ...] = ()
    shape: Shape | None = None
    prices: Prices | None = None
    explicit: frozenset[str] = frozenset()
    strict: bool = False
    route: str = "images"
    sources: Sources | None = None
    address: tuple[str, str] = ("", "")

    def calls(self) -> Iterator[dict[str, Any]]:
        """Yield the keywords of each call, copied so that nobody writes into the caller's objects."""
        left = self.n
        while left > 0:
            pictures = min(left, self.images_per_call or left)
            left -= pictures
            yield self.keywords(pictures)

    def keywords(self, n: int) -> dict[str, Any]:
        """Return the keywords of one call for *n* pictures."""
        return {
            **{name: copied(value) for name, value in self.parameters.items()},
            **self.credentials,
            "model": self.model,
            "prompt": self.prompt,
            **({"n": n} if self.sends_n else {}),
            **({"sources": self.sources} if self.sources else {}),
            "timeout": self.timeout,
        }

    def without(self, parameter: str, why: str) -> "ImageRequest":
        """Return this request without a parameter that the provider does not know."""
        body = self.parameters.get("extra_body") or {}
        sent = {"n": self.n, **body, **self.parameters}
        kept = {k: v for k, v in self.parameters.items() if k != parameter}
        nested = {"extra_body": {k: v for k, v in body.items() if k != parameter}} if "extra_body" in kept else {}
        told = (
            parameter in self.explicit or parameter in body or (parameter in SIZE_KEYWORDS and "size" in self.explicit)
        )
        return replace(
            self,
            parameters=kept | nested,
            sends_n=self.sends_n and parameter != "n",
            images_per_call=1 if parameter == "n" else self.images_per_call,
            adjustments=self.adjustments + ((Adjustment(parameter, sent.get(parameter), None, why),) if told else ()),
        )


def copied(value: Any) -> Any:
    """Return a copy down to the last container; what is in them, such as clients and loggers, stays itself."""
    if isinstance(value, Mapping):
        return {name: copied(one) for name, one in value.items()}
    if type(value) in (list, tuple, set):
        return type(value)(copied(one) for one in value)
    return value


def negotiate(
    prompt: str,
    asked: Asked,
    can: Capabilities,
    rule: ModelRule,
    *,
    refused: frozenset[str] = frozenset(),
    credentials: Mapping[str, Any],
    address: tuple[str, str] = ("", ""),
) -> ImageRequest:
    """Fit what was asked to what a model accepts.

    :param prompt: What to draw.
    :param asked: Settings and overrides.
    :param can: What LiteLLM forwards for this model.
    :param rule: What is known of the model.
    :param refused: Parameters that the provider has refused before.
    :param credentials: Key, address and version to send.
    :param address: Where they lead, as it may be shown, and what says so.
    :return: The request, with an adjustment for each explicit setting that could not be kept.
    :raises UnsupportedParameterError: When a setting makes no sense for this model or, with ``strict``,
        when anything had to be adjusted; all problems are named at once.
    """
    problems = list(problems_of(prompt, asked, can, rule))
    if problems:
        raise UnsupportedParameterError("; ".join(problems), problems=problems)
    sends_n = _forwards("n", can, rule, refused)
    sized, shape, size_notes = _size(asked, can, rule, refused)
    rated, quality_notes = _quality(asked, can, rule, refused)
    rest, notes = _rest(asked, can, rule, refused)
    adjustments = tuple(note for note in (*size_notes, *quality_notes, *notes) if note.parameter in asked.explicit)
    texts = [str(note) for note in adjustments if not note.is_kept]
    if asked.strict and texts:
        raise UnsupportedParameterError(f"{asked.model!r} cannot do as asked: " + "; ".join(texts), problems=texts)
    return ImageRequest(
        prompt=prompt,
        model=asked.model,
        provider=can.provider,
        name=can.name,
        n=asked.n,
        parameters={**sized, **rated, **rest},
        timeout=asked.timeout,
        images_per_call=rule.images_per_call if sends_n else 1,
        sends_n=sends_n,
        credentials=credentials,
        adjustments=adjustments,
        shape=shape,
        prices=prices_of(can.prices, n=asked.n, quality=rated.get("quality"), shape=shape, prompt=prompt),
        explicit=asked.explicit,
        strict=asked.strict,
        route=can.route,
        sources=asked.sources,
        address=address,
    )


def _forwards(name: str, can: Capabilities, rule: ModelRule, refused: frozenset[str]) -> bool:
    return (can.forwards is None or name in can.forwards) and name not in rule.rejects and name not in refused


Notes = tuple[Adjustment, ...]


def _size(
    asked: Asked, can: Capabilities, rule: ModelRule, refused: frozenset[str]
) -> tuple[dict[str, Any], Shape | None, Notes]:
    if asked.size in (None, "") or ("size" not in asked.explicit and SIZE_KEYWORDS & asked.extra.keys()):
        return {}, None, ()
    shape = parse_size(asked.size)
    if shape is None and rule.is_known and not rule.auto_size:
        return {}, None, ()  # "auto": the model chooses by itself
    if rule.size_as in refused or (rule.size_as == "size" and not _forwards("size", can, rule, refused)):
        return {}, None, (Adjustment("size", asked.size, None, _why_not(rule.size_as, can, refused)),)
    if shape is None:  # "auto", or a word that only this server knows
        return {rule.size_as: asked.size.strip().lower() if is_open(asked.size) else asked.size}, None, ()
    found = rule.sizes.nearest(shape)
    by_ratio = isinstance(rule.sizes, Ratios) and rule.size_as == "size"
    sent = rule.sizes.spelling(shape, found) if by_ratio else str(found)  # type: ignore[union-attr]
    why = f"{can.name} takes {rule.sizes}"
    notes = () if shape.resembles(found) else (Adjustment("size", asked.size, str(found), why),)
    exact = next((one for one in (found, shape) if one.exact), None)
    expected = exact if "size" in asked.explicit else None
    return {rule.size_as: sent}, expected, notes


def _quality(asked: Asked, can: Capabilities, rule: ModelRule, refused: frozenset[str]) -> tuple[dict[str, Any], Notes]:
    if asked.quality is None:
        return {}, ()
    if rule.qualities == () or not _forwards("quality", can, rule, refused):
        return {}, _left_out("quality", asked.quality, _why_not("quality", can, refused))
    sent = asked.quality if rule.qualities is None else nearest_quality(asked.quality, rule.qualities)
    if sent is None:
        return {}, _left_out("quality", asked.quality, f"{can.name} takes {', '.join(rule.qualities or ())}")
    if sent != asked.quality:
        return {"quality": sent}, (Adjustment("quality", asked.quality, sent, f"{can.name}'s word for it"),)
    return {"quality": sent}, ((Adjustment("quality", asked.quality, sent, rule.note),) if rule.note else ())


def _left_out(name: str, asked: Any, why: str) -> Notes:
    return () if is_open(asked) else (Adjustment(name, asked, None, why),)


def nearest_quality(asked: object, offered: tuple[str, ...]) -> str | None:
    """Return the offered quality of the same, else the nearest, level; ``None`` for an unknown word."""
    asked = asked.strip().lower() if isinstance(asked, str) else ""
    if asked in offered:
        return asked
    if asked not in QUALITY_TIERS:
        return None
    ranked = [one for one in offered if one in QUALITY_TIERS]
    return min(ranked, key=lambda one: abs(QUALITY_TIERS[one] - QUALITY_TIERS[asked]), default=None)


def _rest(asked: Asked, can: Capabilities, rule: ModelRule, refused: frozenset[str]) -> tuple[dict[str, Any], Notes]:
    sent: dict[str, Any] = {}
    forced: dict[str, Any] = {}
    notes: list[Adjustment] = []
    for name, value in asked.extra.items():
        if value is None or (name in UNREADABLE and not value):
            continue
        if name not in refused and _passes(name, can, rule):
            sent[name] = value
        elif name in rule.forced and name in asked.explicit and name not in refused:
            forced[name] = value
        elif not (name == "response_format" and rule.only_base64 and value == "b64_json"):
            notes.append(Adjustment(name, value, None, _why_not(name, can, refused)))
    if forced:
        sent["extra_body"] = {**(sent.get("extra_body") or {}), **forced}
    return sent, tuple(notes)


def _passes(name: str, can: Capabilities, rule: ModelRule) -> bool:
    if name in UNREADABLE:
        return False
    if name in OPENAI_PARAMETERS and (can.forwards is None or name in can.forwards):
        return name not in rule.rejects
    if name in OPENAI_PARAMETERS[:3]:
        return False
    return (
        name in can.own
        or name not in rule.rejects
        and (rule.keeps is None or name in rule.keeps or name in ("extra_body", "extra_headers", "headers"))
    )


def _why_not(name: str, can: Capabilities, refused: frozenset[str]) -> str:
    if name in UNREADABLE:
        return "LiteLLM cannot read a reply that comes in parts: the picture would be paid for and lost"
    if name in refused:
        return f"{can.name} answered that it does not know it"
    return f"{can.name} has no such setting"
