"""Ports of this machine for servers that must be told theirs before they start."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["kept_port"]


@contextmanager
def kept_port() -> Iterator[int]:
    """Give a port at which one server may listen, and which the system gives to nobody else until the block ends."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        kept.bind(("127.0.0.1", 0))
        port: int = kept.getsockname()[1]
        if sys.platform != "linux":
            kept.close()  # elsewhere a port that is bound is not free for a server
        yield port
