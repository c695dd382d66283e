"""Many pictures on one sheet, looked at pixel by pixel."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images import DownloadError, ImageBot, ImageReference
from llamabot_images.batch.outcomes import BatchOutcome
from llamabot_images.sheets import contact_sheet, font_for, knows

PAPER, EMPTY = (250, 248, 245), (232, 226, 219)
RED, GREEN = (255, 0, 0), (0, 255, 0)
GAP = 14  # between pictures of 200 pixels


def plain(colour: Any = RED, size: tuple[int, int] = (200, 200), mode: str = "RGB") -> Image.Image:
    """Return a picture of one colour."""
    return Image.new(mode, size, colour)


def saved(path: Path, colour: Any = RED, mode: str = "RGB") -> Path:
    """Write a picture of one colour."""
    plain(colour, mode=mode).save(path)
    return path


def colour_at(sheet: Image.Image, column: int, row: int = 0, edge: int = 200) -> Any:
    """Return the colour in the middle of a tile of a sheet without captions."""
    step = edge + GAP
    return sheet.getpixel((GAP + column * step + edge // 2, GAP + row * step + edge // 2))


def ink(sheet: Image.Image, top: int) -> int:
    """Return how many dark pixels there are below a line."""
    below = sheet.crop((0, top, *sheet.size)).convert("L")
    return sum(below.histogram()[:110])


def given_as_bytes(path: Path) -> Any:
    """Return a picture's bytes."""
    return path.read_bytes()


def given_as_uri(path: Path) -> Any:
    """Return a picture as a data URI."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()


@pytest.mark.parametrize(
    "form",
    [Path, str, given_as_bytes, given_as_uri, lambda one: ImageReference(given_as_uri(one)), Image.open],
    ids=["path", "text", "bytes", "uri", "reference", "pil"],
)
def test_a_picture_in_any_form_is_shown(tmp_path: Path, form: Callable[[Path], Any]) -> None:
    """Paths, bytes, URIs, references and PIL images are all pictures, alone as well as in a list."""
    path = saved(tmp_path / "cat.png")

    both = contact_sheet([form(path), plain(GREEN)], captions=False, edge=200)
    alone = contact_sheet(form(path), captions=False, edge=200)

    assert [RED, GREEN] == [colour_at(both, 0), colour_at(both, 1)]
    assert (RED, (228, 228)) == (colour_at(alone, 0), alone.size)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "avif", "bmp", "tiff"])
def test_every_kind_that_can_be_decoded_is_shown(tmp_path: Path, suffix: str) -> None:
    """Each kind of picture is drawn in its colour."""
    sheet = contact_sheet([saved(tmp_path / f"cat.{suffix}")], captions=False, edge=200)

    red, green, blue = colour_at(sheet, 0)
    assert red > 240
    assert max(green, blue) < 15


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "1", "I;16", "F"])
def test_every_mode_is_shown(mode: str) -> None:
    """A PIL image of any mode takes its place, and is not changed itself."""
    picture = plain(0, mode=mode)

    assert (228, 228) == contact_sheet([picture], captions=False, edge=200).size
    assert (mode, (200, 200)) == (picture.mode, picture.size)


def test_all_pictures_of_a_result_are_shown(bot: ImageBot) -> None:
    """A result counts as its pictures, beside others."""
    result = bot.generate("a red panda", n=3)

    sheet = contact_sheet([result, plain()], columns=4, captions=False, edge=64)

    assert 8 + 4 * (64 + 8) == sheet.width
    assert contact_sheet(result, captions=False).size == contact_sheet(list(result), captions=False).size


def test_outcomes_of_a_batch_are_shown_with_prompt_and_error(tmp_path: Path) -> None:
    """An outcome is its files under its prompt, or a placeholder with its error."""
    made = BatchOutcome(0, "done", "a cat", files=(str(saved(tmp_path / "cat.png")),))
    failed = BatchOutcome(1, "failed", "a dog", error=DownloadError("the link is dead"))

    sheet = contact_sheet([made, failed], edge=200)

    assert RED == colour_at(sheet, 0)
    assert EMPTY == sheet.getpixel((2 * GAP + 200 + 5, GAP + 5))
    assert ink(sheet, 214) > 20


@pytest.mark.parametrize("broken", ["missing.png", "torn.png", "drawn.svg", "text.png", "."])
def test_what_cannot_be_shown_keeps_its_place(tmp_path: Path, broken: str) -> None:
    """A missing, broken or undecodable file is a grey tile with the reason in it, and the others are shown."""
    whole = saved(tmp_path / "cat.png").read_bytes()
    (tmp_path / "torn.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "drawn.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')
    (tmp_path / "text.png").write_text("no picture")

    sheet = contact_sheet([tmp_path / broken, plain(GREEN)], captions=False, edge=200)

    assert EMPTY == sheet.getpixel((GAP + 5, GAP + 5))
    assert 3 < len(set(sheet.crop((GAP, GAP, GAP + 200, GAP + 200)).convert("L").tobytes()))
    assert GREEN == colour_at(sheet, 1)


def test_what_is_no_picture_keeps_its_place() -> None:
    """Objects of other kinds are told from pictures without an error."""
    sheet = contact_sheet([None, 7, plain(GREEN)], captions=False, edge=200)

    assert GREEN == colour_at(sheet, 2)
    assert EMPTY == sheet.getpixel((GAP + 5, GAP + 5))


def test_transparent_picture_stands_on_paper() -> None:
    """What is seen through shows the sheet's own colour."""
    sheet = contact_sheet([plain((255, 0, 0, 0), mode="RGBA")], captions=False, edge=200)

    assert PAPER == colour_at(sheet, 0)


@pytest.mark.parametrize(("count", "columns", "rows"), [(1, 1, 1), (4, 4, 1), (5, 3, 2), (12, 4, 3), (100, 12, 9)])
def test_columns_make_a_pleasant_sheet(count: int, columns: int, rows: int) -> None:
    """Few pictures stand in one row, many on a sheet a little wider than high."""
    sheet = contact_sheet([plain(size=(20, 20))] * count, captions=False, edge=20)

    assert (8 + columns * 28, 8 + rows * 28) == sheet.size


def test_columns_can_be_given() -> None:
    """Pictures follow each other row by row; no more columns than pictures."""
    pictures = [plain(), plain(GREEN), plain(GREEN), plain(RED)]

    sheet = contact_sheet(pictures, 2, captions=False, edge=200)

    assert [[RED, GREEN], [GREEN, RED]] == [[colour_at(sheet, column, row) for column in (0, 1)] for row in (0, 1)]
    assert contact_sheet(pictures, 99, captions=False).size == contact_sheet(pictures, 4, captions=False).size


def test_caption_is_the_prompt_else_the_files_name(bot: ImageBot, tmp_path: Path) -> None:
    """Without captions given, each picture says what is known of it; without any text no room is taken."""
    reference = bot.generate("a red panda")[0]
    (told,) = bot.generate("a red panda").save(tmp_path, sidecar=True, stem="other-name")

    by_prompt = contact_sheet([reference], edge=64)
    by_sidecar = contact_sheet([told], edge=64)
    by_hand = contact_sheet([reference], captions=["a red panda"], edge=64)

    assert by_hand.tobytes() == by_prompt.tobytes() == by_sidecar.tobytes()
    assert contact_sheet([plain()], edge=64).size == contact_sheet([plain()], captions=False, edge=64).size


def test_captions_by_function_or_by_list(tmp_path: Path) -> None:
    """A function is called with what was given; any iterable has one for each, and None leaves one out."""
    paths = [saved(tmp_path / "cat.png"), saved(tmp_path / "dog.png")]

    by_function = contact_sheet(paths, captions=lambda path: path.stem)
    by_list = contact_sheet(paths, captions=["cat", "dog"])

    assert by_list.tobytes() == by_function.tobytes()
    assert by_list.tobytes() == contact_sheet(paths, captions=(path.stem for path in paths)).tobytes()
    assert contact_sheet(paths, captions=["cat", None]).tobytes() != by_list.tobytes()


def test_long_caption_takes_two_lines_and_stays_in_its_column() -> None:
    """A text of any length never runs into its neighbours; words too long for a line are cut."""
    longest = contact_sheet([plain()], captions=["word " * 400], edge=200)
    unbroken = contact_sheet([plain()], captions=["w" * 4000], edge=200)
    short = contact_sheet([plain()], captions=["word"], edge=200)

    assert short.height < longest.height < short.height + 20
    for sheet in (longest, unbroken):
        assert 228 == sheet.width
        assert {PAPER} == {sheet.getpixel((x, y)) for x in (0, 5, 222, 227) for y in range(214, sheet.height)}


@pytest.mark.parametrize("text", ["漢字と仮名", "قطة حمراء", "🦊🦊", "\u202e\x00\n\t", "\ud800"])
def test_text_of_any_script_is_no_error(text: str) -> None:
    """Letters that no font has, controls and halves of characters are drawn as well as can be."""
    assert 228 == contact_sheet([plain()], captions=[text], edge=200).width


def test_font_without_a_letter_gives_way_to_one_that_has_it() -> None:
    """Plain English is set in Pillow's own font; where that lacks a letter, in one that has it, if there is one."""
    assert "Aileron" == font_for("a red panda", 12).getname()[0]
    for text in ("ein Bär", "medvěd", "медведь"):
        font = font_for(text, 12)
        assert "Aileron" == font.getname()[0] or knows(font, text)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pictures": []}, "no pictures"),
        ({"columns": 0}, "columns=0"),
        ({"captions": ["one"]}, "1 captions for 2 pictures"),
        ({"captions": "ab"}, "captions for 2 pictures"),
        ({"columns": 1.5}, "columns=1.5 is no number of pictures"),
        ({"captions": iter("abc")}, "3 captions for 2 pictures"),
        ({"edge": 20_000}, "smaller edge"),
        ({"edge": -5}, "edge=-5 is no number of pixels; give 1 or more"),
        ({"edge": 0}, "edge=0"),
    ],
)
def test_what_makes_no_sheet_is_refused(settings: dict[str, Any], message: str) -> None:
    """The error names what was given and what to do."""
    with pytest.raises(ValueError, match=message):
        contact_sheet(**{"pictures": [plain(), plain()], **settings})
