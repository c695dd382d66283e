"""The page offers a command to make a picture again where it works, and nowhere else."""

import json
from pathlib import Path

import pytest

from llamabot_images import ImageBot
from llamabot_images.gallery import write_gallery

from .test_gallery import paint, rows_of

BOT = ImageBot(model="offline/sketch", size="64x64", sidecar=True)


def offered(folder: str) -> list[str]:
    """Return the pictures for which the page has a command; each one works."""
    found = [name for name, row in rows_of(write_gallery(folder)).items() if row["again"]]
    for name in found:
        assert BOT.again(Path(folder, name))
    return found


def test_pictures_of_a_batch_in_folders_below_too() -> None:
    """What a batch has drawn can be drawn again, wherever it lies; not so a file that was put in its place."""
    prompts = [{"prompt": "a fox"}, {"prompt": "a cat", "file_name": "pets/cat.png"}, {"prompt": "an owl"}]
    ImageBot(model="offline/sketch", size="64x64").batch(prompts, save_dir="album", progress=False)
    paint(Path("album/an-owl.png"))

    assert ["a-fox.png", "pets/cat.png"] == offered("album")
    assert ["cat.png"] == offered("album/pets")


def test_no_picture_that_was_made_of_another() -> None:
    """An edit is shown with its prompt and cost, without a command."""
    (cat,) = BOT.save(BOT.generate("a cat"))
    BOT.save(BOT.edit("make it night", cat))

    assert ["a-cat.png"] == offered(".")
    assert "make it night" == rows_of(Path("index.html"))["make-it-night.png"]["prompt"]


@pytest.mark.parametrize("more", [{}, {"schema_version": 1}, {"prompt": "a cat"}])
def test_no_picture_of_a_data_set_of_somebody_else(more: dict[str, object]) -> None:
    """A row that no batch has written is shown and not asked again."""
    paint(Path("cat.png"))
    Path("metadata.jsonl").write_text(json.dumps({"file_name": "cat.png", "text": "a cat", **more}))

    assert [] == offered(".")
    assert "a cat" == rows_of(Path("index.html"))["cat.png"]["prompt"]
