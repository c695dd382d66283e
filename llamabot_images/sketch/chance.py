"""Repeatable chance: the same text gives the same numbers on every machine."""

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Chance", "grain_bytes"]

T = TypeVar("T")


class Chance:
    """A named stream of numbers.

    Everything is derived from ``random.Random.random``, the one method whose sequence Python
    promises to keep from version to version; ``choice`` and ``shuffle`` have changed before.

    :param key: Text that fixes the stream; lone surrogates are allowed.
    """

    def __init__(self, key: str) -> None:
        self._digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
        self._next = random.Random(int(self._digest, 16)).random

    def stream(self, name: str) -> "Chance":
        """Return an independent stream, untouched by how much was drawn from this one."""
        return Chance(f"{self._digest}/{name}")

    def between(self, low: float, high: float) -> float:
        """Return a number from *low* to *high*."""
        return low + (high - low) * self._next()

    def below(self, count: int) -> int:
        """Return a whole number from 0 to *count* - 1."""
        return min(int(self._next() * count), count - 1)

    def pick(self, items: Sequence[T]) -> T:
        """Return one of *items*."""
        return items[self.below(len(items))]

    def sometimes(self, share: float) -> bool:
        """Return ``True`` in *share* of all cases."""
        return self._next() < share

    def mixed(self, items: Sequence[T]) -> list[T]:
        """Return *items* in another order."""
        keyed = [(self._next(), place) for place in range(len(items))]
        return [items[place] for _, place in sorted(keyed)]


def grain_bytes(side: int) -> bytes:
    """Return *side* x *side* bytes of even noise, always the same."""
    return hashlib.shake_256(b"paper grain").digest(side * side)
