"""A real browser for tests: Debian's Chromium, driven by Playwright, watched for errors and for what it fetches.

The fixture ``browser`` is one for the whole module, since it takes a second to start; pages are opened as
a module wants them::

    @pytest.fixture
    def watched(browser: Any) -> Iterator[Watched]:
        with watch(browser) as one:
            yield one

While the browser runs, Playwright holds this thread's event loop: no ``async`` test in the same module.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

__all__ = ["Watched", "browser", "chromium", "comes", "find_chromium", "serve", "until", "watch"]

#: Seconds after which something that should happen at once counts as not happening.
PATIENCE = 60

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A page, what it has asked for and what went wrong in it."""

    page: Any
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def names(self, part: str = "") -> list[str]:
        """Return the requested addresses that hold *part*."""
        return [one for one in self.requests if part in one]


def find_chromium() -> str | None:
    """Return Chromium's path: from the variable ``CHROMIUM``, Debian's place, or ``PATH``."""
    places = (os.environ.get("CHROMIUM"), "/usr/bin/chromium", shutil.which("chromium"))
    return next((one for one in places if one and Path(one).is_file()), None)


@contextmanager
def chromium(**options: Any) -> Iterator[Any]:
    """Start Chromium with an empty profile; skip the test where there is none, or fail with ``REQUIRE_BROWSER=1``.

    :param options: For Playwright's ``launch``.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _do_without("Playwright is not installed: pip install playwright")
    path = find_chromium()
    if path is None:
        _do_without("there is no Chromium: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS, **options)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start one browser for the module."""
    with chromium() as started:
        yield started


@contextmanager
def watch(browser: Any, **options: Any) -> Iterator[Watched]:
    """Open a page in a context of its own; afterwards fail on errors of its console and on requests to elsewhere.

    :param browser: From :func:`chromium`.
    :param options: For Playwright's ``new_context``: ``viewport``, ``color_scheme`` ….
    """
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE * 1000)
    try:
        watched = Watched(context.new_page())
        context.on("request", lambda request: watched.requests.append(request.url))
        watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
        watched.page.on("console", lambda line: line.type in {"error", "warning"} and watched.errors.append(line.text))
        yield watched
        assert [] == watched.errors
        assert [] == [one for one in watched.requests if not _is_local(one)]
    finally:
        context.close()


def comes(page: Any, expected: object, told: str | Callable[[], object]) -> None:
    """Wait until what is expected is so: what a key, a click or a request brings about may come a moment later.

    :param page: Playwright's, which goes on meanwhile.
    :param told: Gives what is so now: an expression of the page's own language, or a function.
    :raises AssertionError: With what was expected and what was so at last.
    """
    ends = time.monotonic() + PATIENCE
    while True:
        found = page.evaluate(told) if isinstance(told, str) else told()
        if expected == found:
            return
        assert time.monotonic() < ends, f"expected {expected!r}, but after {PATIENCE} s it is {found!r}"
        page.wait_for_timeout(50)


def until(page: Any, condition: str) -> None:
    """Wait until an expression is true in a page; unlike Playwright's own wait, also where a policy forbids ``eval``.

    :param page: Playwright's.
    :param condition: JavaScript.
    """
    comes(page, True, f"Boolean({condition})")


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve a folder's files on loopback; give the address, without a slash at its end."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _is_local(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"file", "data", "blob", "about"} or parts.hostname in {"127.0.0.1", "localhost", "::1"}


def _do_without(reason: str) -> NoReturn:
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, but {reason}")
    pytest.skip(reason)
