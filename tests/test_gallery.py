"""The page on a folder's pictures: what it reads, what it writes, and what it does not write again."""

import html
import json
import os
import re
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from llamabot_images import ImageBot, SaveError
from llamabot_images.gallery import write_gallery
from llamabot_images.gallery.thumbnails import THUMBNAILS

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><circle r="9"/></svg>'


def rows_of(page: Path) -> dict[str, dict[str, Any]]:
    """Return what the page's data say of each file."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page.read_text("utf-8"), re.DOTALL)
    assert found is not None
    data = json.loads(found[1])
    names = ("address", "thumbnail", "aspect", "colour", "prompt", "model", "cost", "created", "seconds", "again")
    rows = {row[0]: dict(zip(names, row[1:], strict=True)) for row in data["pictures"]}
    for row in rows.values():
        row["model"] = data["models"][row["model"]] if row["model"] >= 0 else None
    return rows


def paint(path: Path, size: tuple[int, int] = (40, 20), colour: str = "teal") -> Path:
    """Write a picture of one colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, colour).save(path)
    return path


def journal(folder: Path, *rows: dict[str, Any], torn: str = "") -> None:
    """Write a folder's journal."""
    (folder / "metadata.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows) + torn)


def thumbnails(folder: Path) -> dict[str, int]:
    """Return the small copies and when they were written."""
    return {one.name: one.stat().st_mtime_ns for one in (folder / THUMBNAILS).iterdir() if one.suffix != ".json"}


def test_journal_tells_prompt_model_cost_time_and_date(tmp_path: Path) -> None:
    """A row of the journal is what the page shows of its picture; keys it does not know are passed over."""
    paint(tmp_path / "cat.png")
    row = {"file_name": "cat.png", "text": "a cat", "model": "m", "cost": 0.04, "elapsed": 2.5, "of": 1, "new": [1]}
    row |= {"schema_version": 1, "prompt": "a cat"}
    journal(tmp_path, row | {"created": "2026-11-03T10:00:00.000+00:00", "status": "done"})

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    told = [shown[name] for name in ("prompt", "model", "cost", "seconds", "created", "again")]
    assert ["a cat", "m", 0.04, 2.5, 1793700000, 1] == told
    assert 2.0 == shown["aspect"]
    assert re.fullmatch("#0[0-3][78].[78].", shown["colour"])


def test_sidecar_tells_as_much_where_there_is_no_journal(bot: ImageBot, tmp_path: Path) -> None:
    """A picture that was saved with its sidecar is shown with what is in it."""
    result = bot.generate("a red panda")
    result.save(tmp_path, sidecar=True)

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    assert ["a red panda", "offline/sketch", 0.0, 1] == [shown[name] for name in ("prompt", "model", "cost", "again")]
    assert round(result.created.timestamp()) == pytest.approx(shown["created"], abs=1)


def test_picture_that_nobody_knows_is_shown_by_name(tmp_path: Path) -> None:
    """Without journal and sidecar there is a name and the date of the file, and no command to make it again."""
    path = paint(tmp_path / "unknown.png")
    os.utime(path, (1_700_000_000, 1_700_000_000))

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    told = [shown[name] for name in ("prompt", "model", "cost", "created", "again")]
    assert ["", None, None, 1_700_000_000, 0] == told


def test_sidecar_of_another_picture_is_not_believed(bot: ImageBot, tmp_path: Path) -> None:
    """Where a picture was replaced, its old record gives neither cost nor a command to make it again."""
    (path,) = bot.generate("a red panda").save(tmp_path, sidecar=True)
    paint(path)

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    assert [None, 0] == [shown["cost"], shown["again"]]


def test_later_rows_win_and_what_came_wins_over_what_was_sent(tmp_path: Path) -> None:
    """Of several rows on a file the last counts, unless it only says that something was sent."""
    paint(tmp_path / "cat.png")
    rows = [
        {"file_name": "cat.png", "text": "first"},
        {"file_name": "cat.png", "text": "second", "status": "done"},
        {"file_name": "cat.png", "text": "third", "status": "intent"},
    ]
    journal(tmp_path, *rows)

    assert "second" == rows_of(write_gallery(tmp_path))["cat.png"]["prompt"]


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/secret.png", "a/../../secret.png", "", ".", "x\0.png", 7, None]
)
def test_rows_on_files_elsewhere_are_passed_over(tmp_path: Path, name: Any) -> None:
    """A journal cannot show what is outside its folder."""
    folder = tmp_path / "pictures"
    paint(tmp_path / "secret.png")
    paint(folder / "cat.png")
    journal(folder, {"file_name": name, "text": "x"}, {"file_name": "gone.png", "text": "x"}, torn='{"file_name": "to')

    assert ["cat.png"] == list(rows_of(write_gallery(folder)))


def test_journal_of_nonsense_is_read_over(tmp_path: Path) -> None:
    """Lines that are no JSON, no objects, or hold values of other kinds cost nothing but themselves."""
    paint(tmp_path / "cat.png")
    row = {"file_name": "cat.png", "text": 5, "model": ["m"], "cost": "a lot", "created": "soon", "elapsed": True}
    (tmp_path / "metadata.jsonl").write_bytes(
        b"\xff\xfe\n[]\n7\n" + json.dumps(row).encode() + b"\n{}\n\n" + b"[" * 9999
    )

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    assert ["", None, None, None, 0] == [shown[name] for name in ("prompt", "model", "cost", "seconds", "again")]


def test_pictures_in_folders_below_are_shown_where_the_journal_names_them(tmp_path: Path) -> None:
    """A row may name a file in a folder below; other files there are left alone."""
    paint(tmp_path / "a" / "cat.png")
    paint(tmp_path / "a" / "dog.png")
    journal(tmp_path, {"file_name": "a/cat.png", "text": "a cat"})

    assert ["a/cat.png"] == list(rows_of(write_gallery(tmp_path)))


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "gif", "avif", "bmp", "tiff"])
def test_each_kind_of_picture_has_a_small_copy(tmp_path: Path, suffix: str) -> None:
    """Browsers show the copy even of kinds that they do not know."""
    paint(tmp_path / f"cat.{suffix}", (1000, 500))

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    with Image.open(tmp_path / THUMBNAILS / shown["thumbnail"]) as copy:
        assert ("JPEG", (448, 224)) == (copy.format, copy.size)


def test_svg_is_its_own_small_copy_and_what_cannot_be_read_has_none(tmp_path: Path) -> None:
    """An SVG is shown as it is; a broken file keeps its place, without a picture."""
    (tmp_path / "drawn.svg").write_text(SVG)
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "broken.svg").write_bytes(b"no")

    shown = rows_of(write_gallery(tmp_path))

    assert {"drawn.svg": "", "broken.png": None, "broken.svg": None} == {k: v["thumbnail"] for k, v in shown.items()}
    assert 2.0 == shown["drawn.svg"]["aspect"]


def test_second_run_makes_copies_of_what_is_new_or_changed_only(tmp_path: Path) -> None:
    """Small copies that are there stay; those of changed and removed pictures go."""
    for name in ("same", "changed", "removed"):
        paint(tmp_path / f"{name}.png")
    first = thumbnails(write_gallery(tmp_path).parent)

    paint(tmp_path / "changed.png", colour="red", size=(50, 50))
    paint(tmp_path / "new.png")
    (tmp_path / "removed.png").unlink()
    second = thumbnails(write_gallery(tmp_path).parent)

    assert 3 == len(first) == len(second)
    assert 1 == len(first.items() & second.items())


def test_sidecar_that_comes_later_is_read(bot: ImageBot, tmp_path: Path) -> None:
    """What is remembered of a picture is forgotten when its sidecar changes."""
    (path,) = bot.generate("a red panda").save(tmp_path, sidecar=True)
    beside = path.with_name(path.name + ".json")
    record = beside.read_bytes()
    beside.unlink()
    write_gallery(tmp_path)
    beside.write_bytes(record)

    assert 0.0 == rows_of(write_gallery(tmp_path))[path.name]["cost"]


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"version": 2, "pictures": {"cat.png": [1]}}', b'{"version": 9}']
)
def test_damaged_memory_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    """What an earlier run left is never a reason to fail."""
    paint(tmp_path / "cat.png")
    write_gallery(tmp_path)
    for one in (tmp_path / THUMBNAILS).iterdir():
        one.unlink()
    (tmp_path / THUMBNAILS / "known.json").write_bytes(damage)

    (shown,) = rows_of(write_gallery(tmp_path)).values()

    assert (tmp_path / THUMBNAILS / shown["thumbnail"]).is_file()


def test_page_of_somebody_else_is_not_overwritten(tmp_path: Path) -> None:
    """An index.html that this library did not write stays as it is."""
    (tmp_path / "index.html").write_text("<h1>my own</h1>")

    with pytest.raises(SaveError, match="another page"):
        write_gallery(tmp_path)

    assert "<h1>my own</h1>" == (tmp_path / "index.html").read_text()


def test_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    """Nothing is made where there is no folder."""
    with pytest.raises(SaveError, match="'.*nowhere' is no folder"):
        write_gallery(tmp_path / "nowhere")

    assert [] == list(tmp_path.iterdir())


def test_page_is_one_file_that_names_no_address(tmp_path: Path) -> None:
    """Style, script and data are in the page; the policy allows no network, and no other script."""
    paint(tmp_path / "cat.png")
    journal(tmp_path, {"file_name": "cat.png", "text": "</script><script>alert(1)</script> @css@ <!--"})

    text = write_gallery(tmp_path, title="<b>Cats</b> & co").read_text("utf-8")

    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert html.unescape(policy[1]).startswith("default-src 'none'; img-src 'self' file: data:; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert 2 == text.count("</script>")
    assert "<title>&lt;b&gt;Cats&lt;/b&gt; &amp; co</title>" in text
    assert [] == [one for one in re.findall(r"https?://[^'\" ]*", text) if "www.w3.org" not in one]


def test_any_file_name_is_an_address(tmp_path: Path) -> None:
    """Names with signs that mean something in addresses are encoded, those that are no UTF-8 too."""
    names = {"a #1 100%? it's.png": "a%20%231%20100%25%3F%20it%27s.png", os.fsdecode(b"\xff.png"): "%FF.png"}
    for name in names:
        shutil.copyfile(paint(tmp_path / "x.png"), tmp_path / name)
    (tmp_path / "x.png").unlink()

    shown = rows_of(write_gallery(tmp_path))

    assert names == {name: row["address"] for name, row in shown.items()}


def test_hidden_files_and_copies_are_no_pictures_of_the_folder(tmp_path: Path) -> None:
    """Neither what is hidden nor the small copies themselves are shown."""
    paint(tmp_path / "cat.png")
    paint(tmp_path / ".hidden.png")
    write_gallery(tmp_path)

    assert ["cat.png"] == list(rows_of(write_gallery(tmp_path)))
    assert [".hidden.png", ".llamabot-images", "cat.png", "index.html"] == sorted(os.listdir(tmp_path))


def test_empty_folder_has_a_page_too(tmp_path: Path) -> None:
    """A folder without pictures gives a page that says so."""
    assert {} == rows_of(write_gallery(tmp_path))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_is_readable_in_light_and_dark(scheme: int) -> None:
    """In both colour schemes text stands out from paper and cards by at least 4.5 to 1."""
    css = resources.files("llamabot_images.gallery").joinpath("page.css").read_text("utf-8")
    found = dict(re.findall(r"--(\w+): (#\w+);", css.split(":root {")[scheme + 1]))
    assert {"paper", "card", "ink", "soft", "accent", "line", "time"} == set(found)

    colours = {name: brightness(colour) for name, colour in found.items()}
    pairs = [(colours[ground], colours[text]) for ground in ("paper", "card") for text in ("ink", "soft", "accent")]

    assert [] == [one for one in pairs if (max(one) + 0.05) / (min(one) + 0.05) < 4.5]


def brightness(colour: str) -> float:
    """Return how bright a colour such as ``#b4491f`` is, from 0 to 1, as the guidelines for the web measure it."""
    parts = [int(one, 16) / 255 for one in re.findall("..", colour[1:] if len(colour) == 7 else colour[1:] * 2)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
