"""How the gallery's page is laid out, measured in a real browser."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images.gallery import write_gallery

from .browser import comes, until, watch

Opened = Callable[[int], Any]


@pytest.fixture(params=[1280, 500], ids=["wide", "narrow"])
def opened(request: pytest.FixtureRequest, browser: Any, tmp_path: Path) -> Iterator[Opened]:
    """Open a page of so many pictures, all of them free."""
    with watch(browser, viewport={"width": request.param, "height": 800}) as watched:

        def page(count: int) -> Any:
            about = {"text": "a fox", "model": "offline/sketch", "cost": 0.0, "created": "2026-11-01T12:00:00+00:00"}
            for number in range(count):
                Image.new("RGB", (64, 64), "teal").save(tmp_path / f"{number}.png")
            rows = [json.dumps({"file_name": f"{number}.png", **about}) for number in range(count)]
            (tmp_path / "metadata.jsonl").write_text("\n".join(rows))
            watched.page.goto(write_gallery(tmp_path).as_uri())
            return watched.page

        yield page


def test_few_pictures_leave_nothing_to_scroll_to(opened: Opened) -> None:
    """A page whose pictures fit the window is no longer than the window."""
    page = opened(2)

    comes(page, page.evaluate("innerHeight"), "document.documentElement.scrollHeight")


def test_the_bar_stays_where_it_is_while_few_of_many_are_chosen(opened: Opened) -> None:
    """Somebody who has scrolled and then searches has the search field before him, though nothing is found."""
    page = opened(90)
    page.evaluate("scrollTo(0, 1200)")
    until(page, "scrollY === 1200")
    page.fill("#search", "nothing of the kind")

    comes(page, 0, "document.querySelectorAll('.card').length")
    until(page, "(top => 0 <= top && top < 80)(document.querySelector('.bar').getBoundingClientRect().top)")
    assert page.evaluate("scrollY") > 0


def test_a_price_stands_under_its_heading(opened: Opened) -> None:
    """The text of a cost begins where the heading of its column does, also where there is no bar."""
    page = opened(4)
    edges = [page.locator(one).bounding_box()["x"] for one in ("thead th:nth-child(3)", "tbody .chart.cost span")]

    assert edges[0] == pytest.approx(edges[1], abs=1)
