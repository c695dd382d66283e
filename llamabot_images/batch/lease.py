"""One run at a time in a folder of an object store, which knows no locks: an object that says who runs, and since when.

It is advisory. A run that has not been heard of for a minute is taken to be dead; should it wake up, it finds the
other's name within seconds, and stops.
"""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from llamabot_images.cloud import CloudFolder
from llamabot_images.errors import SaveError
from llamabot_images.journal import HIDDEN, JournalError

__all__ = ["BEAT", "LOCK", "STALE", "Lease"]

LOCK = f"{HIDDEN}/lock.json"
#: Seconds between two signs of life, and seconds without one after which a run is taken to be dead.
BEAT, STALE = 10.0, 60.0


class Lease:
    """The right of this run to a folder, kept up by a thread until it is released.

    :param folder: In a store.
    :param lost: Told once when another run has the folder, or the store has not been reached for too long.
    :raises JournalError: When another run has it.
    :raises SaveError: When the store cannot be reached.
    """

    def __init__(self, folder: CloudFolder, lost: Callable[[Exception], Any]) -> None:
        self._folder, self._lost = folder, lost
        self._token = secrets.token_hex(8)
        self._ended = threading.Event()
        self._take()
        self._thread = threading.Thread(target=self._keep_up, name="llamabot-images-lease", daemon=True)
        self._thread.start()

    def _take(self) -> None:
        try:
            self._folder.write(LOCK, self._sign(), is_new=True)
            return
        except FileExistsError:
            found = _parsed(self._folder.read(LOCK))
        if (age := time.time() - float(found.get("time") or 0.0)) < STALE:
            raise self._taken(found, f"it was heard of {max(0, age):.0f} s ago; if it was killed, wait {STALE:.0f} s")
        self._folder.remove([LOCK])
        try:
            self._folder.write(LOCK, self._sign(), is_new=True)
        except FileExistsError:
            raise self._taken({}, "it came a moment before this one") from None

    def _taken(self, found: dict[str, Any], why: str) -> JournalError:
        owner = found.get("owner", "another process")
        return JournalError(
            f"another batch is running in {str(self._folder)!r}, by {owner}: {why}, or choose another save_dir"
        )

    def _sign(self) -> bytes:
        owner = f"{socket.gethostname()}:{os.getpid()}"
        return json.dumps({"owner": owner, "token": self._token, "time": time.time()}).encode()

    def _keep_up(self) -> None:
        heard = time.monotonic()
        while not self._ended.wait(BEAT):
            try:
                if not self._is_mine():
                    self._lost(self._taken({}, "it took this one for dead"))
                    return
                self._folder.write(LOCK, self._sign())
                heard = time.monotonic()
            except SaveError:
                if time.monotonic() - heard > STALE:
                    self._lost(SaveError(f"{str(self._folder)!r} cannot be reached any more"))
                    return

    def _is_mine(self) -> bool:
        return _parsed(self._folder.read(LOCK)).get("token") == self._token

    def release(self) -> None:
        """Leave the folder to others."""
        self._ended.set()
        self._thread.join(STALE)
        with suppress(SaveError):
            if self._is_mine():
                self._folder.remove([LOCK])


def _parsed(data: bytes | None) -> dict[str, Any]:
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
