"""Warnings that point at the caller's line, not at one of ours."""

import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from llamabot_images.errors import ImageBotWarning, ModelRetiredWarning

__all__ = ["warn", "warn_retired"]

HERE = str(Path(__file__).parent / "_").removesuffix("_")


def warn(message: str, category: type[ImageBotWarning], **carried: Any) -> None:
    """Give a warning at the first line outside this package.

    :param message: What happened and what to do.
    :param category: One of the classes in ``errors``.
    :param carried: Attributes of the warning where a filter makes an error of it, such as ``result``: what would be
        lost otherwise.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        frame, level = frame.f_back, level + 1
    try:
        warnings.warn(message, category, stacklevel=level)
    except ImageBotWarning as raised:
        vars(raised).update({"maybe_charged": False, "result": None, **carried})
        raise


@cache
def warn_retired(message: str) -> None:
    """Give a ``ModelRetiredWarning`` once per process and text."""
    warn(message, ModelRetiredWarning)
