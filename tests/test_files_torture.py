"""Saving under kills, crowds and really full disks."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llamabot_images import files
from llamabot_images.files import replace, write_new

from .pictures import ROOT, TORTURE, run_python
from .writing import WAYS, refused

KILLS = 500 if TORTURE else 12
PICTURES = 200 if TORTURE else 25
BODY = random.Random(3).randbytes(300_000)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be killed")


def _sealed(number: int) -> bytes:
    body = number.to_bytes(4, "big") + BODY[: 100_000 + number * 37 % 200_000]
    return hashlib.sha256(body).digest() + body


def _is_whole(data: bytes) -> bool:
    return hashlib.sha256(data[32:]).digest() == data[:32]


def _kill_while(save, dice: random.Random) -> None:
    """Run *save* over and over in a process of its own, and kill that at any moment."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            for number in range(10_000):
                save(number)
                os.write(writing, b".")
        finally:
            os._exit(1)
    os.read(reading, 1)
    time.sleep(dice.random() * 0.012)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing)


def _torn_and_left(folder) -> tuple[list[str], list[str]]:
    torn, left = [], []
    for path in folder.iterdir():
        if path.name.startswith("."):
            left.append(path.name)
        elif not _is_whole(path.read_bytes()):
            torn.append(path.name)
    return torn, left


@pytest.mark.parametrize("way", ["nameless", "hidden"])
def test_a_kill_while_saving_tears_nothing(way, tmp_path, monkeypatch):
    """Whenever the process dies, every file under a picture's name is whole; on Linux nothing else is left."""
    if way == "hidden":
        monkeypatch.setattr(files, "nameless_draft", refused)
    dice = random.Random(11)

    for turn in range(KILLS):
        folder = tmp_path / str(turn)
        _kill_while(lambda number, folder=folder: write_new(folder, "panda", ".png", _sealed(number)), dice)
        torn, left = _torn_and_left(folder)
        assert [] == torn
        assert all(name.endswith(".part") for name in left)
        assert "hidden" == way or [] == left
        shutil.rmtree(folder)


@pytest.mark.parametrize("way", ["nameless", "hidden"])
def test_a_kill_while_replacing_tears_nothing(way, tmp_path, monkeypatch):
    """The old picture or a new one is there, whole; on Linux the next save clears what may be left."""
    if way == "hidden":
        monkeypatch.setattr(files, "nameless_draft", refused)
    dice = random.Random(12)
    target = tmp_path / "panda.png"
    seen = 0

    for _ in range(KILLS):
        _kill_while(lambda number: replace(target, _sealed(number)), dice)
        torn, left = _torn_and_left(tmp_path)
        seen += bool(left)
        assert [] == torn
        assert target.exists()
        assert "hidden" == way or len(left) <= 1

    replace(target, _sealed(1))
    assert "hidden" == way or ["panda.png"] == os.listdir(tmp_path)
    if TORTURE:
        print(f"{way}: {seen} of {KILLS} looks saw a part")


CROWD = """
import sys
from contextlib import contextmanager
from pathlib import Path
from llamabot_images import drafts, files

@contextmanager
def refused(*args, **options):
    raise drafts.Refused
    yield

if sys.argv[3] != "nameless":
    files.nameless_draft = refused
if sys.argv[3] == "without links":
    def no_link(*args, **options):
        raise PermissionError(1, "no hard links")
    drafts.os.link = no_link
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[4])):
    data = f"{sys.argv[2]}/{number}".encode() * 100
    files.write_new(Path(sys.argv[1]), "a-red-panda", ".png", data, durable=False)
"""


@pytest.mark.parametrize("way", WAYS)
def test_processes_with_one_prompt_lose_no_picture(way, tmp_path):
    """Eight processes saving the same prompt at once end with as many different files as pictures."""
    folder = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    crowd = [
        subprocess.Popen(
            [sys.executable, "-c", CROWD, folder, str(worker), way, str(PICTURES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        for worker in range(8)
    ]
    for process in crowd:
        process.stdout.readline()

    for process in crowd:
        process.stdin.write(b"go\n")
        process.stdin.flush()
    codes = [process.wait(timeout=300) for process in crowd]
    for process in crowd:
        process.stdin.close()
        process.stdout.close()

    contents = [path.read_bytes() for path in folder.iterdir()]
    assert [0] * 8 == codes
    assert {f"{worker}/{n}".encode() * 100 for worker in range(8) for n in range(PICTURES)} == set(contents)
    assert 8 * PICTURES == len(contents)


def test_processes_replacing_one_file_leave_one_whole_file(tmp_path):
    """Many writers of one path never make it torn, and leave nothing beside it."""
    code = (
        "import sys, hashlib; from pathlib import Path; from llamabot_images.files import replace\n"
        "for n in range(100):\n"
        "    body = (sys.argv[2] * (n + 1)).encode() * 500\n"
        "    replace(Path(sys.argv[1]), hashlib.sha256(body).digest() + body, durable=False)\n"
    )
    target = tmp_path / "panda.png"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    crowd = [
        subprocess.Popen([sys.executable, "-c", code, target, str(worker)], env=environment) for worker in range(4)
    ]

    torn = 0
    while any(process.poll() is None for process in crowd):
        torn += target.exists() and not _is_whole(target.read_bytes())

    assert [0] * 4 == [process.returncode for process in crowd]
    assert 0 == torn
    assert ["panda.png"] == os.listdir(tmp_path)
    assert _is_whole(target.read_bytes())


TRY_ALL = """
import json, os, sys
from pathlib import Path
from llamabot_images.errors import SaveError
from llamabot_images.files import check_folder, replace, write_new
folder, data, results = Path(sys.argv[1]), b"new" * int(sys.argv[2]), []
before = sorted(os.listdir(folder))
for save in (
    lambda: write_new(folder, "panda", ".png", data),
    lambda: replace(folder / "old.png", data),
    lambda: check_folder(folder),
):
    try:
        save()
        results.append("saved")
    except SaveError as error:
        results.append([error.__cause__.errno, len(error.data), error.rescue_path])
print(json.dumps([results, before == sorted(os.listdir(folder)), (folder / "old.png").read_text()]))
"""


def test_a_real_limit_on_file_size_leaves_the_folder_as_it_was(tmp_path):
    """Under a limit of the operating system the target is unchanged and the picture stays on the error."""
    (tmp_path / "old.png").write_text("old")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"

    results, same, old = json.loads(run_python(limit + TRY_ALL, tmp_path, 100_000))

    assert [[27, 300_000, None], [27, 300_000, None], "saved"] == results
    assert same
    assert "old" == old


def _on_small_disk(folder, options: str, code: str, *arguments: object) -> list:
    """Run *code* where *folder* is a disk of its own, seen by that process alone."""
    mount = f'mount -t tmpfs -o size=200k tmpfs "$1" && echo old > "$1/old.png" && mount -o remount,{options} "$1"'
    command = ["unshare", "-rm", "sh", "-c", f'{mount} && shift && exec "$@"', "sh", folder]
    command += [sys.executable, "-c", code, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run([*map(str, command)], capture_output=True, text=True, env=environment)
    if "unshare" in run.stderr or "mount" in run.stderr:
        pytest.skip("needs the right to mount a disk")
    assert 0 == run.returncode, run.stderr
    return json.loads(run.stdout)


def test_a_really_full_disk_leaves_the_folder_as_it_was(tmp_path):
    """On a disk of 200 KiB a picture of 300 KB fails, the target stays, and the rescue is elsewhere."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare")

    results, same, old = _on_small_disk(tmp_path, "rw", TRY_ALL, tmp_path, 100_000)

    for number, kept, rescue in results[:2]:
        assert (28, 300_000) == (number, kept)
        assert b"new" * 100_000 == Path(rescue).read_bytes()
        os.unlink(rescue)
    assert "saved" == results[2]
    assert same
    assert "old\n" == old


def test_a_really_read_only_disk_is_seen_beforehand(tmp_path):
    """On a read-only disk the check before spending fails, and so do both ways of saving."""
    if not shutil.which("unshare"):
        pytest.skip("needs unshare")

    results, same, old = _on_small_disk(tmp_path, "ro", TRY_ALL, tmp_path, 10)

    for _, _, rescue in results[:2]:
        os.unlink(rescue)
    assert [30, 30, 30] == [result[0] for result in results]
    assert same
    assert "old\n" == old
