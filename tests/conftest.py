"""Fixtures for every test: no real provider can be reached, and each test has a folder of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from llamabot_images import ImageBot
from llamabot_images.warn import warn_retired

from .browser import browser
from .providers.fixture import clear_environment, provider
from .releases import leave_out

__all__ = ["browser", "provider"]

CALLBACKS = (
    "callbacks",
    "input_callback",
    "success_callback",
    "failure_callback",
    "_async_input_callback",
    "_async_success_callback",
    "_async_failure_callback",
)
# Before LiteLLM is imported anywhere: its price map comes from the package, not from the network.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what an older LiteLLM cannot do."""
    leave_out(items)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run each test in an empty folder, with no provider's key or address in the environment."""
    clear_environment(monkeypatch)
    monkeypatch.chdir(tmp_path)
    warn_retired.cache_clear()
    yield tmp_path
    forget_callbacks()


def forget_callbacks() -> None:
    """Take the callbacks of a test out of LiteLLM, which copies them from list to list."""
    if (litellm := sys.modules.get("litellm")) is not None:
        for name in CALLBACKS:
            getattr(litellm, name, []).clear()
        # LiteLLM gets ready for the kinds of callbacks in the first list that it sees, for no others (1.106.2).
        litellm.utils.callback_list = []


@pytest.fixture
def bot() -> ImageBot:
    """Give a bot that draws offline, small and quick."""
    return ImageBot(model="offline/sketch", size="64x64")
