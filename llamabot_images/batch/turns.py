"""Writing to a disk from many threads: in turns, and with one wait for what several have written."""

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeAlias

from llamabot_images.batch.places import Place
from llamabot_images.drafts import folders_synced_later, sync_folder
from llamabot_images.together import Together

__all__ = ["Turn", "turns"]

#: Makes what to hold while the pictures of one prompt are saved.
Turn: TypeAlias = Callable[[], AbstractContextManager[Any]]


def turns(place: Place) -> Turn:
    """Return what makes the turns of one batch. A store takes all at once.

    :param place: Where pictures go.
    """
    return Turns(max(2, os.cpu_count() or 1)).one if isinstance(place, Path) else nullcontext


class Turns:
    """Has a few threads write at once; where all do, all their next requests go out late and together.

    A folder takes as long to sync as a picture does. The names of pictures that were saved at once outlast a power
    cut after one sync for all.

    :param at_once: Threads that write at once.
    """

    def __init__(self, at_once: int) -> None:
        self._gate = threading.BoundedSemaphore(at_once)
        self._folders: deque[Path] = deque()
        self._named = Together(self._sync)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a turn; when the block has ended, wait until its pictures would outlast a power cut."""
        with folders_synced_later() as folders:
            try:
                with self._gate:
                    yield
            finally:
                self._folders.extend(folders)
        if folders:
            self._named.wait()

    def _sync(self) -> None:
        for folder in {self._folders.popleft() for _ in range(len(self._folders))}:
            sync_folder(folder)
