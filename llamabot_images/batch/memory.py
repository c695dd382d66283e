"""Memory that goes back to the system when a picture is done with."""

import os
import sys
from contextlib import suppress

__all__ = ["return_large_blocks"]

#: glibc's M_MMAP_THRESHOLD, and its own first value for it.
_MMAP_THRESHOLD, _BYTES = -3, 128 * 1024


def return_large_blocks() -> None:
    """Have glibc give blocks the size of a picture back when they are freed, as it does until the first one is.

    After that it keeps them, for each thread apart: 16 workers with pictures of 2 MB keep 200 MB for nothing. A
    variable with which the user tunes glibc's memory wins; on other systems nothing is done.
    """
    if not sys.platform.startswith("linux") or any(name.startswith("MALLOC_") for name in os.environ):
        return
    import ctypes

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, _BYTES)
