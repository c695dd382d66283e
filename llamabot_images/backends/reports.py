"""LiteLLM's reports of what it has done: who listens to them. For nobody, none of a success is made."""

import inspect
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

__all__ = ["has_async_callbacks", "unreported"]

#: Keywords that bring no listener of their own with them, as ``success_callback`` or ``metadata`` may.
PLAIN = frozenset(
    {"model", "prompt", "n", "size", "quality", "style", "response_format", "output_format", "output_compression"}
    | {"background", "moderation", "user", "timeout", "api_key", "api_base", "api_version", "custom_llm_provider"}
    | {"client", "headers", "extra_headers", "extra_body"}
)
#: LiteLLM's lists of who is told of successes, and of failures.
SUCCESS = ("callbacks", "success_callback", "_async_success_callback")
FAILURE = ("failure_callback", "_async_failure_callback")


def has_async_callbacks(litellm: Any) -> bool:
    """Tell whether the program has callbacks that LiteLLM calls after its async functions only.

    These are coroutine functions, loggers with async methods, and LiteLLM's own integrations, given by name.

    :param litellm: The module.
    """
    found = _listeners(litellm, SUCCESS + FAILURE)
    return any(isinstance(one, str) or inspect.iscoroutinefunction(one) or _logs_async(one) for one in found)


def _listeners(litellm: Any, lists: tuple[str, ...]) -> list[Any]:
    """Return the program's callbacks, without those that LiteLLM has put among them."""
    return [one for name in lists for one in getattr(litellm, name, None) or () if not _is_litellms(one)]


def _is_litellms(callback: Any) -> bool:
    """Tell what LiteLLM adds by itself and needs for calls through a Router only, or not at all (1.106.2).

    "cache" comes with the first chat of Gemini's, some methods and a logger with every Router.
    """
    owner = getattr(callback, "__self__", callback)
    return callback == "cache" or any(one.__module__.startswith("litellm.router") for one in type(owner).__mro__)


def _logs_async(callback: Any) -> bool:
    from litellm.integrations.custom_logger import CustomLogger

    names = ("async_log_success_event", "async_log_failure_event", "async_log_pre_api_call", "async_log_event")
    own = (getattr(type(callback), name, None) for name in names)
    return isinstance(callback, CustomLogger) and any(
        one is not getattr(CustomLogger, name, None) for name, one in zip(names, own, strict=True)
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
        bool(_listeners(litellm, SUCCESS))
        or not PLAIN.issuperset(keywords)
        or logging.getLogger("LiteLLM").isEnabledFor(logging.DEBUG)
        or "LITELLM_PRINT_STANDARD_LOGGING_PAYLOAD" in os.environ
    )
