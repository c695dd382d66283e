"""What a caller may say about size, and the nearest thing a model offers."""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral
from typing import Any

__all__ = ["AnySize", "ListedSizes", "Ratios", "Shape", "SizeRule", "SteppedSizes", "parse_size"]

WORDS = {"square": (1, 1), "landscape": (3, 2), "portrait": (2, 3)}


@dataclass(frozen=True)
class Shape:
    """The form of a picture: pixels when ``exact``, a mere proportion otherwise."""

    width: int
    height: int
    exact: bool = True
    loose: bool = False
    """Asked for by a word such as ``landscape``: any proportion that lies the same way will do."""

    def __str__(self) -> str:
        return f"{self.width}{'x' if self.exact else ':'}{self.height}"

    @property
    def ratio(self) -> float:
        """Width over height."""
        return self.width / self.height

    def resembles(self, other: "Shape") -> bool:
        """Tell whether *other* is what somebody who asked for this would expect."""
        if self.exact and other.exact:
            return (self.width, self.height) == (other.width, other.height)
        if self.loose:
            return (self.width > self.height, self.height > self.width) == (
                other.width > other.height,
                other.height > other.width,
            )
        return abs(math.log(self.ratio / other.ratio)) < 0.05


def parse_size(value: object) -> Shape | None:
    """Read a size as people write it.

    :param value: ``"1792x1024"``, ``(1792, 1024)``, ``"16:9"``, ``"landscape"``, ``"portrait"`` or
        ``"square"``.
    :return: The shape, ``None`` for anything else.
    """
    if isinstance(value, (tuple, list)) and len(value) == 2:
        value = f"{_edge(value[0])}x{_edge(value[1])}"
    return _parsed(value.strip().lower()) if isinstance(value, str) else None


@lru_cache(maxsize=64)
def _parsed(text: str) -> Shape | None:
    if text in WORDS:
        return Shape(*WORDS[text], exact=False, loose=text != "square")
    match = re.fullmatch(r"(\d{1,5})\s*([x×*:])\s*(\d{1,5})", text)
    if not match or not int(match[1]) or not int(match[3]):
        return None
    return Shape(int(match[1]), int(match[3]), exact=match[2] != ":")


def _edge(value: Any) -> Any:
    if isinstance(value, str):
        return value
    is_number = isinstance(value, Integral) and not isinstance(value, bool)
    return int(value) if is_number and 0 < int(value) < 10**5 else None


def fit_pixels(shape: Shape, pixels: int, step: int) -> Shape:
    """Return sides in *shape*'s proportion, multiples of *step*, of about *pixels* in all."""
    width = math.sqrt(pixels * shape.ratio)
    return Shape(max(step, round(width / step) * step), max(step, round(width / shape.ratio / step) * step))


@dataclass(frozen=True)
class AnySize:
    """The server decides: pixels go as asked, a proportion becomes about a megapixel."""

    pixels: int = 1024 * 1024
    step: int = 64

    def nearest(self, shape: Shape) -> Shape:
        """Return *shape* in pixels."""
        return shape if shape.exact else fit_pixels(shape, self.pixels, self.step)

    def __str__(self) -> str:
        return "any WIDTHxHEIGHT"


@dataclass(frozen=True)
class ListedSizes:
    """A fixed list, such as DALL-E's."""

    sizes: tuple[str, ...]

    def nearest(self, shape: Shape) -> Shape:
        """Return the listed shape with the nearest proportion, then the nearest area."""
        offered = [found for text in self.sizes if (found := parse_size(text))]
        area = shape.width * shape.height if shape.exact else 1024 * 1024
        return min(offered, key=lambda one: (_distance(one, shape), abs(one.width * one.height - area)))

    def __str__(self) -> str:
        return ", ".join(self.sizes)


@dataclass(frozen=True)
class Ratios:
    """Proportions only; the model chooses the pixels.

    ``spelled`` are the ``(ratio, WIDTHxHEIGHT)`` pairs by which LiteLLM knows them, where it does not
    take any size of that proportion.
    """

    ratios: tuple[str, ...]
    spelled: tuple[tuple[str, str], ...] = ()

    def spelling(self, shape: Shape, ratio: Shape) -> str:
        """Return the ``size`` that LiteLLM reads as *ratio*, *shape* itself where it may be sent.

        A made-up size keeps the proportion to the pixel: rounded to a step, 3:4 is read as 4:5.
        """
        known = dict(self.spelled).get(str(ratio))
        if known or (shape.exact and shape.resembles(ratio)):
            return known or str(shape)
        pixels = shape.width * shape.height if shape.exact else 1024 * 1024
        times = max(1, round(math.sqrt(pixels / (ratio.width * ratio.height))))
        return f"{ratio.width * times}x{ratio.height * times}"

    def nearest(self, shape: Shape) -> Shape:
        """Return the offered proportion that is nearest to *shape*'s."""
        offered = [found for text in self.ratios if (found := parse_size(text))]
        return min(offered, key=lambda one: _distance(one, shape))

    def __str__(self) -> str:
        return ", ".join(self.ratios)


@dataclass(frozen=True)
class SteppedSizes:
    """Any size whose edges are multiples of a step, within limits."""

    step: int
    longest: int
    max_ratio: float
    min_pixels: int
    max_pixels: int
    shortest: int = 1

    def nearest(self, shape: Shape) -> Shape:
        """Return *shape* where it is legal, else the nearest legal one."""
        if shape.exact and self.allows(shape):
            return shape
        ratio = min(max(shape.ratio, 1 / self.max_ratio), self.max_ratio)
        most = min(self.max_pixels, self.longest**2 * min(ratio, 1 / ratio))
        least = max(self.min_pixels, self.shortest**2 * max(ratio, 1 / ratio))
        wanted = shape.width * shape.height if shape.exact else 1024 * 1024
        return self._legal_near(ratio, int(min(max(wanted, least), most)))

    def _legal_near(self, ratio: float, target: int) -> Shape:
        middle = round(math.sqrt(target * ratio) / self.step)
        pairs = (
            Shape(width * self.step, max(1, round(width / ratio) + nudge) * self.step)
            for width in range(max(1, middle - 8), middle + 9)
            for nudge in (-1, 0, 1)
        )
        goal = Shape(round(ratio * 10**6), 10**6)
        return min(filter(self.allows, pairs), key=lambda one: _distance(one, goal) * 8 + _away(one, target))

    def allows(self, shape: Shape) -> bool:
        """Tell whether the model takes exactly this."""
        short, long = sorted((shape.width, shape.height))
        return (
            not (short % self.step or long % self.step)
            and self.shortest <= short
            and long <= self.longest
            and long <= short * self.max_ratio
            and self.min_pixels <= short * long <= self.max_pixels
        )

    def __str__(self) -> str:
        return (
            f"multiples of {self.step}, edges from {self.shortest} to {self.longest}, at most {self.max_ratio:.3g}:1, "
            f"{self.min_pixels:,} to {self.max_pixels:,} pixels"
        )


SizeRule = AnySize | ListedSizes | Ratios | SteppedSizes


def _distance(one: Shape, other: Shape) -> float:
    return round(abs(math.log(one.ratio / other.ratio)), 6)


def _away(one: Shape, pixels: int) -> float:
    return abs(math.log(one.width * one.height / pixels))
