"""The gallery's page in a real browser: what people do there, and what it never does."""

import json
import shlex
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images.gallery import write_gallery

from .browser import Watched, comes, serve, until, watch

HOSTILE = "</script><script>document.title='harmed'</script><img src=x onerror=\"document.title='harmed'\"> it's 🦊"
PICTURES = [
    ("red-panda.png", "a red panda reading", "gpt-image-1.5", 0.04, 9.0, 1),
    ("lighthouse.png", "a lighthouse at dusk", "gemini/flash", 0.02, 3.0, 2),
    ("owl #1 100%? it's.png", "an owl with glasses", "gpt-image-1.5", None, 12.0, 3),
    ("rtl.png", "قطة حمراء", "offline/sketch", 0.0, 0.2, 4),
    ("hostile.png", HOSTILE, "<b>model</b>", 0.001, 1.0, 5),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a gallery of a few pictures, of which one has no record."""
    folder = tmp_path_factory.mktemp("some pictures")
    rows = []
    for name, prompt, model, cost, seconds, day in PICTURES:
        Image.new("RGB", (300 + 40 * day, 300), (40 * day, 90, 120)).save(folder / name)
        told = {"model": model, "cost": cost, "elapsed": seconds, "created": f"2026-11-0{day}T12:00:00+00:00"}
        asked = {"schema_version": 1, "prompt": prompt, "text": prompt}
        rows.append(json.dumps({"file_name": name, **asked, **told}) + "\n")
    (folder / "metadata.jsonl").write_text("".join(rows))
    Image.new("RGB", (300, 300), "teal").save(folder / "unknown.png")
    write_gallery(folder, "Some pictures")
    return folder


@pytest.fixture
def watched(browser: Any) -> Iterator[Watched]:
    """Give a new page; an error in its console, or a request to elsewhere, fails the test."""
    with watch(browser, viewport={"width": 1200, "height": 800}, permissions=["clipboard-read"]) as one:
        yield one


@pytest.fixture
def page(watched: Watched, folder: Path) -> Any:
    """Open the gallery of a few pictures as a file."""
    watched.page.goto((folder / "index.html").as_uri())
    return watched.page


#: What stands under the pictures, in order.
TEXTS = "[...document.querySelectorAll('.card .text')].map(one => one.innerText)"
#: How many pictures there are to choose from.
CARDS = "document.querySelectorAll('.card').length"
#: The prompt of the picture that is shown large.
PROMPT = "document.querySelector('dialog[open] #box-prompt')?.innerText"
#: The name or text of what has the focus.
FOCUSED = "(e => e.id || e.querySelector('.text')?.textContent || e.tagName)(document.activeElement)"
#: Whether a picture is shown large.
IS_OPEN = "document.getElementById('box').open"
#: What the system has for pasting.
COPIED = "navigator.clipboard.readText()"


def test_pictures_are_shown_newest_first_with_what_is_known(watched: Watched, page: Any) -> None:
    """Each picture has its thumbnail, prompt, cost, model and date; the head sums them up."""
    until(page, "[...document.querySelectorAll('.card img')].every(one => one.naturalWidth)")

    newest_first = ["unknown.png", *(one[1] for one in reversed(PICTURES))]
    comes(page, newest_first, TEXTS)
    assert "$0.04 · gpt-image-1.5 · Nov 1, 2026" == page.locator(".card .facts").last.inner_text()
    assert (
        page.locator("#summary").inner_text().startswith("6 pictures · 4 models · $0.061 for 4 of them · Nov 1, 2026 –")
    )
    comes(page, 6, lambda: len(watched.names("/thumbnails/")))


def test_search_finds_words_of_prompt_model_and_file(page: Any) -> None:
    """All words must be there, in any order and case; the count is told to screen readers."""
    found = {"LIGHTHOUSE": 1, "gpt-image": 2, "reading gpt": 1, "it's.png": 1, "قطة": 1, "🦊": 1, "<b>": 1}
    for words, count in found.items():
        page.fill("#search", words)

        told = "document.querySelector('#count[aria-live=polite]').innerText"
        comes(page, [words, count, f"{count} of 6 pictures"], f"[search.value, {CARDS}, {told}]")


def test_search_without_result_says_so_and_can_be_undone(page: Any) -> None:
    """Nothing found is a sentence and a way back."""
    page.keyboard.press("/")
    page.keyboard.type("no such thing")
    comes(page, "No picture matches.", "document.querySelector('#nothing p').innerText")

    page.click("text=Show all")

    comes(page, [6, "search"], f"[{CARDS}, {FOCUSED}]")


def test_pictures_are_sorted(page: Any) -> None:
    """Each order is kept; what has no price comes after what has one."""
    panda, lighthouse, owl, cat, hostile = (one[1] for one in PICTURES)
    for order, shown in {
        "cheapest": [cat, hostile, lighthouse, panda, owl, "unknown.png"],
        "dearest": [panda, lighthouse, hostile, cat, owl, "unknown.png"],
        "oldest": [panda, lighthouse, owl, cat, hostile, "unknown.png"],
        "prompt": [hostile, lighthouse, panda, owl, "unknown.png", cat],
    }.items():
        page.select_option("#sort", order)

        comes(page, [order, shown], f"[sort.value, {TEXTS}]")


def test_model_is_chosen_from_the_list_or_from_the_chart(page: Any) -> None:
    """Both ways show one model's pictures only, and pressing the chart again shows all."""
    page.select_option("#model", label="gpt-image-1.5 (2)")
    comes(page, ["an owl with glasses", "a red panda reading"], TEXTS)

    button = page.locator("#models button", has_text="gemini/flash")
    button.click()
    comes(page, ["a lighthouse at dusk"], TEXTS)
    comes(page, "true", lambda: button.get_attribute("aria-pressed"))

    button.click()
    comes(page, 6, CARDS)


def test_models_are_compared_by_cost_and_time(page: Any) -> None:
    """The table has a row per model, and its bars are as long as their numbers."""
    rows = page.locator("#models tbody tr")

    assert "gpt-image-1.5 2 $0.04 $0.04 12 s" == " ".join(rows.first.inner_text().split())
    widths = page.locator("#models .cost rect").evaluate_all("all => all.map(one => one.getAttribute('width'))")
    assert ["100%", "50%", "2.5%"] == widths


def test_picture_is_opened_and_left_by_mouse(watched: Watched, page: Any, folder: Path) -> None:
    """A click shows the picture itself, large; the buttons go on, back and out."""
    page.click("text=an owl with glasses")

    until(page, "document.getElementById('box-picture').src.includes('owl%20%231%20100%25%3F%20it')")
    assert (folder / "owl #1 100%? it's.png").as_uri() in [one.replace("'", "%27") for one in watched.requests]
    page.wait_for_selector("text=420 × 300")
    page.click("#next")
    comes(page, "a lighthouse at dusk", PROMPT)
    page.click("#previous")
    comes(page, "an owl with glasses", PROMPT)
    page.click("#close")
    comes(page, False, IS_OPEN)


def test_picture_is_opened_and_left_by_keyboard(page: Any) -> None:
    """Arrows choose a picture, Enter opens it, arrows go on, Escape leads back to where one is."""
    page.locator(".card button").first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    comes(page, "قطة حمراء", FOCUSED)

    page.keyboard.press("Enter")
    comes(page, "قطة حمراء", PROMPT)
    page.keyboard.press("ArrowRight")
    comes(page, ["an owl with glasses", "4 of 6"], f"[{PROMPT}, document.getElementById('box-place').innerText]")

    page.keyboard.press("Escape")
    comes(page, [False, "an owl with glasses"], f"[{IS_OPEN}, {FOCUSED}]")


def test_ends_of_the_row_are_ends(page: Any) -> None:
    """At the first and last picture the arrows stay, and End and Home go there."""
    page.locator(".card button").first.focus()
    page.keyboard.press("ArrowLeft")
    comes(page, "unknown.png", FOCUSED)
    page.keyboard.press("End")
    comes(page, "a red panda reading", FOCUSED)

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")

    comes(page, ["a red panda reading", True], f"[{PROMPT}, next.disabled]")
    page.keyboard.press("ArrowLeft")
    comes(page, "a lighthouse at dusk", PROMPT)
    page.click("#next")
    comes(page, "a red panda reading", PROMPT)
    page.keyboard.press("ArrowLeft")
    comes(page, "a lighthouse at dusk", PROMPT)


def test_focus_stays_in_the_dialog(page: Any) -> None:
    """Tab and Shift+Tab go round in the dialog, which has a role and a name."""
    page.click("text=a lighthouse at dusk")
    dialog = page.get_by_role("dialog", name="a lighthouse at dusk")
    dialog.wait_for()

    for key in ["Tab"] * 9 + ["Shift+Tab"] * 9:
        page.keyboard.press(key)
        until(page, "document.getElementById('box').contains(document.activeElement)")


def test_prompt_and_command_are_copied(page: Any, folder: Path) -> None:
    """What is copied is the prompt as it was, and a command that a shell reads as one file."""
    page.click("text=an owl with glasses")
    page.evaluate("() => { setTimeout = () => 0; }")  # what a button says stays there

    page.click("#copy-prompt")
    page.wait_for_selector("#copy-prompt:text('Copied')")
    comes(page, "an owl with glasses", COPIED)

    page.click("#copy-again")
    page.wait_for_selector("#copy-again:text('Copied')")
    owl = str(folder / "owl #1 100%? it's.png")
    comes(page, ["llamabot-images", "again", owl], lambda: shlex.split(page.evaluate(COPIED)))


def test_picture_without_record_has_no_command(page: Any) -> None:
    """Where nobody knows how a picture was made, neither prompt nor command is offered."""
    page.click("text=unknown.png")

    comes(page, "unknown.png", PROMPT)
    assert not page.locator("#copy-prompt").is_visible()
    assert not page.locator("#box-again").is_visible()


def test_pictures_stand_in_where_the_copies_were_left_behind(watched: Watched, folder: Path, tmp_path: Path) -> None:
    """Where only the visible files were copied to another place, the page shows the pictures themselves."""
    for one in folder.iterdir():
        if one.is_file():
            shutil.copy(one, tmp_path)

    watched.page.goto((tmp_path / "index.html").as_uri())
    until(watched.page, "[...document.querySelectorAll('.card img')].every(one => one.naturalWidth)")

    assert 6 == watched.page.locator(".card img").count()
    comes(watched.page, 6, lambda: len(watched.errors))
    assert {"Failed to load resource: net::ERR_FILE_NOT_FOUND"} == set(watched.errors)
    watched.errors.clear()


def test_prompt_with_script_does_nothing(page: Any) -> None:
    """A prompt is text, wherever it is shown."""
    page.locator(".card", has_text="harmed").click()

    comes(page, HOSTILE, PROMPT)
    assert "Some pictures" == page.title()
    assert 0 == page.locator("img[onerror], .card script").count()


def test_policy_stops_what_might_slip_in(browser: Any, folder: Path) -> None:
    """Even a script or an address that got into the page would not run and not be fetched."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere, watch(browser) as watched:
        elsewhere.setblocking(False)
        watched.page.goto((folder / "index.html").as_uri())
        watched.page.evaluate(
            "address => { document.body.insertAdjacentHTML('beforeend', `<img src=${address}>`);"
            "const one = document.createElement('script'); one.textContent = 'document.title = 1';"
            "document.body.append(one) }",
            f"http://127.0.0.1:{elsewhere.getsockname()[1]}/",
        )

        comes(watched.page, 2, lambda: sum("Content Security Policy" in one for one in watched.errors))
        assert 2 == len(watched.errors)
        watched.errors.clear()
        assert "Some pictures" == watched.page.title()
        with pytest.raises(BlockingIOError):
            elsewhere.accept()


def test_it_works_from_a_server_too(watched: Watched, folder: Path) -> None:
    """Served from loopback the page is the same, and its command names the file in the folder."""
    with serve(folder) as address:
        watched.page.goto(f"{address}/index.html")
        until(watched.page, "[...document.querySelectorAll('.card img')].every(one => one.naturalWidth)")
        watched.page.click("text=an owl with glasses")
        watched.page.wait_for_selector("text=420 × 300")
        command = watched.page.locator("#again").inner_text()

    assert ["llamabot-images", "again", "./owl #1 100%? it's.png"] == shlex.split(command)
