"""The ways in which a file can be written, and ways of making them fail."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

from llamabot_images import drafts, files

DATA = bytes(range(256)) * 100
WAYS = ["nameless", "hidden", "without links"]
"""The best of Linux, the portable one, and that of file systems such as exFAT."""


def choose_way(way: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Have all files written in one of :data:`WAYS`."""
    if way != "nameless":
        monkeypatch.setattr(files, "nameless_draft", refused)
    if way == "without links":
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    return way


@contextmanager
def refused(*_args: Any, **_options: Any) -> Iterator[NoReturn]:
    """Stand for a file system that knows no files without a name."""
    raise drafts.Refused
    yield


def failing(number: int) -> Callable[..., NoReturn]:
    """Return a function that fails with an error number of the system."""

    def fail(*_args: Any, **_options: Any) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def names_in(folder: Path) -> list[str]:
    """Return the names of all files in *folder*, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())
