"""LiteLLM's report of a success: made for those who listen, and for nobody else."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

__all__ = ["unreported"]

#: Keywords that bring no listener of their own with them, as ``success_callback`` or ``metadata`` may.
PLAIN = frozenset(
    {"model", "prompt", "n", "size", "quality", "style", "response_format", "output_format", "output_compression"}
    | {"background", "moderation", "user", "timeout", "api_key", "api_base", "api_version", "custom_llm_provider"}
    | {"client", "headers", "extra_headers", "extra_body"}
)


@contextmanager
def unreported(litellm: Any, keywords: Mapping[str, Any]) -> Iterator[None]:
    """Spare LiteLLM the report of a success in this block where nobody listens.

    LiteLLM makes it all the same, in a thread that holds the picture, for a tenth of the time of a call (1.106.2).
    Callbacks, of the program or of one call, and its debug log get all of it as ever.

    :param litellm: The module.
    :param keywords: Of the call in the block.
    """
    switch = _switch()
    token = switch.set(switch.get() or not _is_heard(litellm, keywords))
    try:
        yield
    finally:
        switch.reset(token)


@cache
def _switch() -> ContextVar[bool]:
    """Return LiteLLM's mark of calls of its own, which it does not report; one without effect where that has gone."""
    unused: ContextVar[bool] = ContextVar("llamabot_images_unreported", default=False)
    try:
        from litellm import _internal_context as context
    except ImportError:
        return unused
    return getattr(context, "is_internal_call", unused)


def _is_heard(litellm: Any, keywords: Mapping[str, Any]) -> bool:
    return (
        any((litellm.callbacks, litellm.success_callback, litellm._async_success_callback))
        or not PLAIN.issuperset(keywords)
        or logging.getLogger("LiteLLM").isEnabledFor(logging.DEBUG)
        or "LITELLM_PRINT_STANDARD_LOGGING_PAYLOAD" in os.environ
    )
