"""The journal of a batch whose pictures go to an object store: a copy on this machine while it runs."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from llamabot_images.batch.lease import Lease
from llamabot_images.batch.segments import Segments
from llamabot_images.cloud import CloudFolder
from llamabot_images.errors import ImageBotError, ImageBotWarning
from llamabot_images.journal import HIDDEN, METADATA, Journal, JournalError, header
from llamabot_images.warn import warn

__all__ = ["StoredJournal"]


@dataclass
class StoredJournal(Journal):
    """A journal that is read and searched on this machine, and written to the store line by line."""

    store: CloudFolder | None = None
    segments: Any = field(default=None, repr=False)
    lease: Any = field(default=None, repr=False)
    copy: Any = field(default=None, repr=False)

    @classmethod
    def take(cls, store: CloudFolder) -> "StoredJournal":
        """Take a folder in a store for a batch, and read what earlier runs left there.

        :param store: The folder; its bucket must be there.
        :raises SaveError: When nothing can be put there.
        :raises JournalError: When another run has it, or another version wrote it.
        """
        store.check()
        segments = Segments(store)
        lease, copy = Lease(store, segments.fail), TemporaryDirectory(prefix="llamabot-images-journal-")
        try:
            found = cls._copied(store, segments, Path(copy.name))
        except BaseException:
            lease.release()
            copy.cleanup()
            raise
        found.store, found.segments, found.lease, found.copy = store, segments, lease, copy
        return found

    @classmethod
    def _copied(cls, store: CloudFolder, segments: Segments, folder: Path) -> "StoredJournal":
        (folder / HIDDEN).mkdir()
        segments.read(folder / HIDDEN / "journal.jsonl", folder / METADATA)
        try:
            found = cls.open(folder)
        except JournalError as error:
            raise JournalError(str(error).replace(str(folder), str(store))) from None
        found.log.elsewhere = segments.append
        found.metadata.elsewhere = partial(segments.append, is_row=True)
        found.log.append(header())
        return found

    def close(self) -> None:
        """Put the journal together in the store, and leave the folder to others."""
        if not self.lock.is_locked:
            return
        super().close()
        try:
            self.segments.finish(self.log.path, self.metadata.path)
        except ImageBotError as error:
            warn(f"{METADATA} in {str(self.store)!r} is not up to date, the next run does it: {error}", ImageBotWarning)
        finally:
            self.lease.release()
            self.copy.cleanup()
