"""Writing to a disk from many threads: what a batch saves outlasts a power cut, and the disk is not asked for each."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.batch import turns
from llamabot_images.cloud import CloudFolder
from llamabot_images.journal import Journal

from .providers import ProviderServer
from .waiting import until


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """Note the pictures that a folder has each time it is synced."""
    found: list[set[str]] = []
    sync = turns.sync_folder

    def noted(folder: Path) -> None:
        found.append({one.name for one in folder.glob("*.png")})
        sync(folder)

    monkeypatch.setattr(turns, "sync_folder", noted)
    return found


def test_a_picture_is_done_when_its_name_is_on_disk(
    provider: ProviderServer, synced: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal says of no picture that it is done before its folder was synced with its name in it."""
    early: list[str] = []
    keep = Journal.keep

    def checked(self: Journal, key: str, rows: list[dict[str, Any]]) -> None:
        early.extend(row["file_name"] for row in rows if not any(row["file_name"] in names for names in synced))
        keep(self, key, rows)

    monkeypatch.setattr(Journal, "keep", checked)
    result = ImageBot(**provider.kwargs_for("gpt-image-2")).batch([f"panda {n}" for n in range(12)], "out")

    assert (12, []) == (len(result.ok), early)


def test_pictures_that_are_saved_at_once_share_a_sync(
    synced: list[set[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one waits for the disk, those who come wait together for the next sync."""
    sync, began, go = turns.sync_folder, threading.Event(), threading.Event()

    def slow(folder: Path) -> None:
        began.set()
        assert go.wait(20)
        sync(folder)

    monkeypatch.setattr(turns, "sync_folder", slow)
    turn = turns.Turns(2)
    threads = [threading.Thread(target=_save, args=(turn.one, tmp_path / f"{number}.png")) for number in range(9)]
    threads[0].start()
    assert began.wait(20)
    for one in threads[1:]:
        one.start()
    until(lambda: len(turn._named._waiting) == 8)
    go.set()
    for one in threads:
        one.join(20)

    assert [9, 9] == [len(names) for names in synced]


def _save(turn: turns.Turn, path: Path) -> None:
    from llamabot_images import files

    with turn():
        files.write_new(path.parent, path.stem, path.suffix, b"a picture")


def test_a_picture_that_cannot_be_saved_holds_nobody_up(tmp_path: Path) -> None:
    """An error in a turn is the caller's, and the turn goes to the next one."""
    turn = turns.Turns(1)
    for number in range(3):
        with pytest.raises(OSError, match="no space"), turn.one():
            raise OSError("no space")

        _save(turn.one, tmp_path / f"{number}.png")

    assert ["0.png", "1.png", "2.png"] == sorted(one.name for one in tmp_path.iterdir())


def test_a_single_call_syncs_its_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside a turn nobody else does it."""
    asked: list[int] = []
    fsync: Callable[[int], None] = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (asked.append(file), fsync(file))[1])

    _save(turns.turns(CloudFolder("memory://nowhere")), tmp_path / "a.png")

    assert 2 == len(asked)
