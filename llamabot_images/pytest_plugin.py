"""Fixtures for tests of programs that draw. pytest finds them by itself; a test that asks for none is left alone."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.testing import OfflineImages, Requested

__all__ = ["image_bot", "image_requests", "no_paid_images", "offline_images"]

ALLOWED = "LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS"


@pytest.fixture
def image_bot(tmp_path: Path) -> "Callable[..., ImageBot]":
    """Make bots that draw offline, small, into tmp_path; any option of ImageBot can be given."""
    from llamabot_images.imagebot import ImageBot

    def build(**options: Any) -> ImageBot:
        return ImageBot(**{"model": "offline/sketch", "size": "256x256", "save_dir": tmp_path, **options})

    return build


@pytest.fixture
def offline_images(monkeypatch: pytest.MonkeyPatch) -> "Iterator[OfflineImages]":
    """Let every bot draw offline, whatever its model, without a key; script faults; see what was requested."""
    from llamabot_images.standing_in import stand_in
    from llamabot_images.testing import OfflineImages

    images = OfflineImages()
    monkeypatch.setenv(ALLOWED, ",".join(filter(None, (os.environ.get(ALLOWED), "127.0.0.1"))))
    stand_in(monkeypatch, images)
    yield images
    images.close()


@pytest.fixture
def image_requests(offline_images: "OfflineImages") -> "list[Requested]":
    """List what bots requested in this test; pictures are drawn offline."""
    return offline_images.requests


@pytest.fixture
def no_paid_images(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail the test at any request to a model other than offline/…, before it is sent."""
    if "offline_images" in request.fixturenames:
        yield
        return
    from llamabot_images.standing_in import stand_in
    from llamabot_images.testing import PaidRequests

    paid, failed_before = PaidRequests(request.node.nodeid), request.session.testsfailed
    stand_in(monkeypatch, paid)
    yield
    if paid.refused and request.session.testsfailed == failed_before:  # the program has caught the error
        pytest.fail(paid.refused[0], pytrace=False)
