"""A program with a terminal of its own for its output."""

import os
import pty
import subprocess
from collections.abc import Mapping, Sequence

__all__ = ["PLAIN", "printed_in_terminal"]

#: The environment without what tells of a terminal.
PLAIN = {name: value for name, value in os.environ.items() if not name.startswith(("TERM", "LC_TERMINAL", "COLORTERM"))}


def printed_in_terminal(command: Sequence[str], variables: Mapping[str, str], *, errors: bool = False) -> str:
    """Run a program and return all that it prints; it must end well.

    :param command: The program and its words.
    :param variables: Added to the environment: ``TERM`` and what else tells of a terminal.
    :param errors: Return what it prints to standard error too.
    """
    ours, theirs = pty.openpty()
    to = theirs if errors else None
    running = subprocess.Popen(command, stdout=theirs, stderr=to, stdin=subprocess.DEVNULL, env={**PLAIN, **variables})
    os.close(theirs)
    parts = []
    try:
        while part := os.read(ours, 65536):
            parts.append(part)
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    assert 0 == running.wait(60)
    return b"".join(parts).decode("utf-8", "replace")
