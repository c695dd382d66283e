"""The prompts of a batch, read one at a time as they are needed."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from itertools import chain
from typing import Any

from llamabot_images.batch.items import Item, Reader, no_prompts
from llamabot_images.batch.stopping import Stop

__all__ = ["Reading", "abegun", "begun"]


def begun(prompts: Any) -> Iterable[Any]:
    """Return prompts of which the first one has been read: where that fails, nothing was touched yet.

    :param prompts: As they were given.
    :raises Exception: When there is none, or as they raise it themselves.
    """
    if hasattr(prompts, "__len__"):
        found: Iterable[Any] = prompts
        return found
    rest = iter(prompts)
    for first in rest:
        return chain([first], rest)
    raise no_prompts()


async def abegun(prompts: Any) -> Iterable[Any] | AsyncIterable[Any]:
    """Do what ``begun`` does; *prompts* may be an async iterable."""
    if not isinstance(prompts, AsyncIterable):
        return begun(prompts)
    rest = aiter(prompts)
    async for first in rest:
        return _after(first, rest)
    raise no_prompts()


async def _after(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[Any]:
    yield first
    async for one in rest:
        yield one


class Reading:
    """Items of prompts. Once the batch has stopped, only a list is read on: its end is known to come.

    ``problem`` is the error with which the prompts themselves ended; what came before it is still drawn.

    :param prompts: As they were given.
    :param stop: Says when the batch has stopped.
    """

    def __init__(self, prompts: Any, stop: Stop) -> None:
        self.problem: Exception | None = None
        self._prompts = prompts
        self._stop = stop
        self._read = Reader()

    def __iter__(self) -> Iterator[Item]:
        for index, prompt in self._given(self._prompts):
            if self._is_over():
                return
            yield self._read(index, prompt)

    async def __aiter__(self) -> AsyncIterator[Item]:
        if not isinstance(self._prompts, AsyncIterable):
            for item in self:
                yield item
            return
        index = 0
        try:
            async for prompt in self._prompts:
                if self._is_over():
                    return
                yield self._read(index, prompt)
                index += 1
        except Exception as error:
            self.problem = error

    def _given(self, prompts: Iterable[Any]) -> Iterator[tuple[int, Any]]:
        try:
            yield from enumerate(prompts)
        except Exception as error:
            self.problem = error

    def _is_over(self) -> bool:
        return bool(self._stop) and not hasattr(self._prompts, "__len__")
