"""A picture is on disk whole or not at all, never in another's place, and never lost."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from llamabot_images.errors import SaveError
from llamabot_images.files import check_folder, check_target, replace, write_new

from .pictures import run_python
from .writing import DATA, WAYS, choose_way, failing, names_in


@pytest.fixture(params=WAYS, autouse=True)
def way(request, monkeypatch, tmp_path_factory):
    """Run every test in each way of writing, rescued pictures going to a folder of their own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("rescued")))
    return choose_way(request.param, monkeypatch)


def test_a_picture_is_written_under_its_name(tmp_path):
    """The bytes are written untouched, and the path says where."""
    path = write_new(tmp_path, "a-red-panda", ".png", DATA)

    assert tmp_path / "a-red-panda.png" == path
    assert DATA == path.read_bytes()
    assert ["a-red-panda.png"] == names_in(tmp_path)


@pytest.mark.parametrize("durable", [True, False])
def test_an_empty_file_and_a_large_one_are_written_whole(durable, tmp_path):
    """The size makes no difference."""
    for size in (0, 1, 3_000_001):
        data = os.urandom(size)

        assert data == write_new(tmp_path, "x", ".png", data, durable=durable).read_bytes()
        assert data == replace(tmp_path / "y.png", data, durable=durable).read_bytes()


def test_the_same_name_is_numbered(tmp_path):
    """Pictures of one prompt get -2, -3 … and none is overwritten."""
    paths = [write_new(tmp_path, "panda", ".png", str(number).encode()) for number in range(40)]

    assert ["panda.png", *(f"panda-{number}.png" for number in range(2, 41))] == [path.name for path in paths]
    assert list(range(40)) == [int(path.read_bytes()) for path in paths]


def test_another_suffix_is_another_name(tmp_path):
    """A PNG and a JPEG of one prompt stand side by side."""
    write_new(tmp_path, "panda", ".png", DATA)

    assert "panda.jpg" == write_new(tmp_path, "panda", ".jpg", DATA).name


def test_a_gap_near_the_front_is_filled(tmp_path):
    """The first free of the low numbers is taken."""
    for number in ("", "-2", "-4"):
        (tmp_path / f"panda{number}.png").touch()

    assert "panda-3.png" == write_new(tmp_path, "panda", ".png", DATA).name


@pytest.mark.parametrize("kind", ["folder", "link", "dangling link"])
def test_whatever_has_the_name_keeps_it(kind, tmp_path):
    """Folders and links, dangling ones too, are in the way like files, and are left alone."""
    elsewhere = tmp_path / "elsewhere"
    name = tmp_path / "panda.png"
    match kind:
        case "folder":
            name.mkdir()
        case "link":
            elsewhere.write_bytes(b"old")
            name.symlink_to(elsewhere)
        case _:
            name.symlink_to(elsewhere)

    path = write_new(tmp_path, "panda", ".png", DATA)

    assert "panda-2.png" == path.name
    assert not elsewhere.exists() or b"old" == elsewhere.read_bytes()


def test_a_free_name_is_found_quickly_among_thousands(tmp_path, monkeypatch):
    """The 3001st picture of one prompt takes some dozen looks, not thousands."""
    for number in range(1, 3001):
        (tmp_path / ("panda.png" if number == 1 else f"panda-{number}.png")).touch()
    looks = []
    monkeypatch.setattr(os.path, "lexists", lambda path, real=os.path.lexists: looks.append(path) or real(path))

    path = write_new(tmp_path, "panda", ".png", DATA)

    assert "panda-3001.png" == path.name
    assert len(looks) < 40


def test_threads_with_one_prompt_never_take_each_others_name(tmp_path):
    """Eight threads write 25 pictures each under one name: 200 different, whole files."""
    start = threading.Barrier(8)

    def write(worker):
        start.wait()
        for number in range(25):
            write_new(tmp_path, "panda", ".png", f"{worker}/{number}".encode(), durable=False)

    workers = [threading.Thread(target=write, args=(worker,)) for worker in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert 200 == len({path.read_bytes() for path in tmp_path.iterdir()}) == len(names_in(tmp_path))


def test_missing_folders_are_created(tmp_path):
    """Both ways of writing create the folders that the path names."""
    assert write_new(tmp_path / "a" / "b", "x", ".png", DATA).is_file()
    assert replace(tmp_path / "c" / "d" / "x.png", DATA).is_file()


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_the_umask_decides_who_may_read(umask, tmp_path):
    """A picture has the mode of any file its owner makes, not that of a temporary one."""
    before = os.umask(umask)
    try:
        paths = [write_new(tmp_path, "x", ".png", DATA), replace(tmp_path / "y.png", DATA)]
        paths.append(replace(tmp_path / "y.png", DATA))
    finally:
        os.umask(before)

    assert {0o666 & ~umask} == {stat.S_IMODE(path.stat().st_mode) for path in paths}


def test_an_explicit_path_is_replaced(tmp_path):
    """What was at the path gives way, and nothing else is left."""
    target = tmp_path / "panda.png"
    target.write_bytes(b"old")

    assert target == replace(target, DATA)

    assert DATA == target.read_bytes()
    assert ["panda.png"] == names_in(tmp_path)


def test_a_link_is_replaced_not_written_through(tmp_path):
    """What a symbolic link points to is left alone."""
    precious, target = tmp_path / "precious", tmp_path / "panda.png"
    precious.write_bytes(b"old")
    target.symlink_to(precious)

    replace(target, DATA)

    assert b"old" == precious.read_bytes()
    assert not target.is_symlink()
    assert DATA == target.read_bytes()


def test_a_hard_link_is_replaced_not_written_through(tmp_path):
    """Another name of the old file keeps the old content."""
    target, other = tmp_path / "panda.png", tmp_path / "other.png"
    target.write_bytes(b"old")
    run_python("import os, sys; os.link(sys.argv[1], sys.argv[2])", target, other)

    replace(target, DATA)

    assert b"old" == other.read_bytes()


def test_a_reader_of_the_old_file_keeps_it(tmp_path):
    """A program that has the old picture open goes on reading the old picture."""
    target = tmp_path / "panda.png"
    target.write_bytes(b"old")

    with target.open("rb") as reader:
        replace(target, DATA)

        assert b"old" == reader.read()


@pytest.mark.parametrize("stem", ["../x", "a/b", "/etc/x", "..\\x", "a\0b", "x" * 300, ""])
def test_a_stem_never_leads_out_of_the_folder(stem, tmp_path):
    """A name from a subclass is one component, or the picture is rescued and the error says why."""
    out = tmp_path / "out"

    try:
        path = write_new(out, stem, ".png", DATA)
    except SaveError as error:
        os.unlink(error.rescue_path)
    else:
        assert out == path.parent

    assert {"out"} >= set(names_in(tmp_path))


def test_check_folder_creates_it_and_leaves_no_trace(tmp_path):
    """The folder is there afterwards, empty."""
    check_folder(tmp_path / "a" / "b")

    assert [] == names_in(tmp_path / "a" / "b")


def test_check_folder_refuses_what_is_no_folder(tmp_path):
    """A file in the place of the folder is an error before anything is spent."""
    (tmp_path / "out").touch()

    for folder in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(SaveError, match="Choose another place") as caught:
            check_folder(folder)
        assert b"" == caught.value.data


@pytest.mark.parametrize(("name", "number"), [("open", errno.EROFS), ("open", errno.EACCES), ("write", errno.ENOSPC)])
def test_check_folder_sees_that_nothing_can_be_written(name, number, tmp_path, monkeypatch):
    """Read-only folders and full disks are seen by trying, and the trial leaves nothing."""
    monkeypatch.setattr(os, name, failing(number))

    with pytest.raises(SaveError, match=os.strerror(number)):
        check_folder(tmp_path)

    monkeypatch.undo()
    assert [] == names_in(tmp_path)


def test_check_target_accepts_a_path_and_creates_its_folder(tmp_path):
    """The target itself is not made, its folder is."""
    check_target(tmp_path / "a" / "panda.png")

    assert [] == names_in(tmp_path / "a")


def test_check_target_leaves_what_is_there(tmp_path):
    """An existing file is as it was after the check."""
    (tmp_path / "panda.png").write_bytes(b"old")

    check_target(tmp_path / "panda.png")

    assert b"old" == (tmp_path / "panda.png").read_bytes()


NEVER = [".", "/", "/dev/null", "x" * 300 + ".png", "a\0b.png", "new/" + "x" * 300]


@pytest.mark.parametrize("target", [*map(Path, NEVER), *NEVER, "new/", "", "new/.."])
def test_check_target_refuses_what_can_never_be_a_picture(target):
    """Folders, devices and impossible names, also in a folder that is missing, are refused before anything is spent."""
    with pytest.raises(SaveError):
        check_target(target)


def test_replace_refuses_a_folder_and_a_device(tmp_path):
    """Neither is put out of the way for a picture, not even by an administrator."""
    (tmp_path / "panda.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")

    for name in ("panda.png", "pipe.png"):
        with pytest.raises(SaveError) as caught:
            replace(tmp_path / name, DATA)
        os.unlink(caught.value.rescue_path)

    assert (tmp_path / "panda.png").is_dir()
    assert stat.S_ISFIFO((tmp_path / "pipe.png").stat().st_mode)
