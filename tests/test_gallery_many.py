"""The gallery's page with thousands of pictures, in a real browser."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images.gallery import write_gallery

from . import browser as browsers
from .browser import Watched, chromium, comes, until, watch

MANY = 5_000


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a gallery of thousands of tiny pictures."""
    folder = tmp_path_factory.mktemp("many")
    Image.new("RGB", (8, 6), "teal").save(folder / "0.png")
    data = (folder / "0.png").read_bytes()
    with (folder / "metadata.jsonl").open("w") as rows:
        for number in range(MANY):
            (folder / f"{number}.png").write_bytes(data)
            told = {"model": f"model-{number % 7}", "cost": number / MANY, "elapsed": 1 + number % 9}
            rows.write(json.dumps({"file_name": f"{number}.png", "text": f"picture number {number}", **told}) + "\n")
    write_gallery(folder)
    return folder


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    """Give a new page; an error in its console, or a request to elsewhere, fails the test."""
    with watch(browser, viewport={"width": 1200, "height": 800}) as one:
        yield one


def test_thousands_of_pictures_are_few_elements_and_few_requests(watched: Watched, many: Path) -> None:
    """With 5,000 pictures only those near the window are in the document and have been fetched."""
    page = watched.page
    page.goto((many / "index.html").as_uri())
    until(page, "document.querySelector('.card img').naturalWidth")

    comes(page, "5,000 pictures", "document.getElementById('count').innerText")
    comes(page, True, lambda: 10 <= len(watched.names("/thumbnails/")))
    page.wait_for_load_state("networkidle")
    assert len(watched.names("/thumbnails/")) < 200
    assert page.evaluate("document.querySelectorAll('*').length") < 1_500


def test_thousands_of_pictures_scroll_to_the_end_and_are_searched(watched: Watched, many: Path) -> None:
    """Anywhere in 5,000 pictures the right ones are there, by scrolling, by keyboard and by search."""
    page = watched.page
    page.goto((many / "index.html").as_uri())
    page.select_option("#sort", "cheapest")

    for share in (0.25, 0.5, 1.0, 0.0, 1.0):
        page.evaluate("share => scrollTo(0, document.body.scrollHeight * share)", share)
        until(page, "(e => e?.closest('.card') !== null)(document.elementFromPoint(300, 500))")
    until(page, "document.querySelector('.card:last-child .text').textContent === 'picture number 4999'")
    comes(page, str(MANY), lambda: page.locator(".card").last.get_attribute("aria-posinset"))
    assert page.locator(".card").count() < 300
    assert len(watched.names("/thumbnails/")) < 1_000

    page.fill("#search", "number 4321")
    comes(page, ["picture number 4321"], page.locator(".card .text").all_inner_texts)
    until(page, "document.elementFromPoint(100, 150).closest('.card')")
    page.fill("#search", "")
    page.locator(".card button").first.focus()
    page.keyboard.press("End")
    comes(page, "picture number 4999", "document.activeElement.querySelector('.text')?.textContent")


@pytest.mark.parametrize(("variable", "outcome"), [("1", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_missing_browser_is_told(monkeypatch: pytest.MonkeyPatch, variable: str, outcome: type[BaseException]) -> None:
    """Without Chromium these tests say that they are skipped; where a browser is required, they fail."""
    pytest.importorskip("playwright")
    monkeypatch.setattr(browsers, "find_chromium", lambda: None)
    monkeypatch.setenv("REQUIRE_BROWSER", variable)

    with pytest.raises(outcome, match="there is no Chromium"), chromium():
        pass
