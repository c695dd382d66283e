"""The prompts of a batch, read one at a time as they are needed."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any

from llamabot_images.batch.items import Item, Reader
from llamabot_images.batch.stopping import Stop

__all__ = ["Reading"]


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
