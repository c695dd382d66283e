"""Whatever step of saving fails, the folder is as it was and the picture is not lost."""

import errno
import os
from hashlib import sha256
from pathlib import Path

import pytest

from llamabot_images import drafts, files
from llamabot_images.errors import SaveError
from llamabot_images.files import replace, write_new

from .writing import DATA, WAYS, choose_way, failing, names_in, refused


@pytest.fixture(params=WAYS, autouse=True)
def way(request, monkeypatch, tmp_path_factory):
    """Run every test in each way of writing, rescued pictures going to a folder of their own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("rescued")))
    return choose_way(request.param, monkeypatch)


def test_what_a_killed_process_left_is_cleared(tmp_path):
    """A part left between the two steps of replacing goes away with the next replacement."""
    target = tmp_path / "panda.png"
    target.write_bytes(b"old")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "replace", failing(errno.EIO))
        patch.setattr(os, "unlink", lambda *_args: None)
        with pytest.raises(SaveError):
            replace(target, b"first")
    left = set(names_in(tmp_path)) - {"panda.png"}

    replace(target, DATA)

    assert all(name.startswith(".") and name.endswith(".part") for name in left)
    assert DATA == target.read_bytes()


STEPS = {
    "folder is on a read-only disk": ("open", errno.EROFS),
    "folder is not ours": ("open", errno.EACCES),
    "too many open files": ("open", errno.EMFILE),
    "disk is full": ("write", errno.ENOSPC),
    "quota is used up": ("write", errno.EDQUOT),
    "disk fails at writing": ("write", errno.EIO),
    "disk is full at the end": ("fsync", errno.ENOSPC),
    "disk fails at the end": ("fsync", errno.EIO),
}


@pytest.mark.parametrize("verb", ["new", "over"])
@pytest.mark.parametrize("step", STEPS)
def test_a_failing_step_leaves_the_folder_as_it_was(step, verb, tmp_path, monkeypatch):
    """The target is unchanged, no temporary file is left, the error names the cause and keeps the picture."""
    name, number = STEPS[step]
    out = tmp_path / "out"
    out.mkdir()
    (out / "panda.png").write_bytes(b"old")
    monkeypatch.setattr(os, name, failing(number))

    with pytest.raises(SaveError) as caught:
        write_new(out, "panda", ".png", DATA) if verb == "new" else replace(out / "panda.png", DATA)

    monkeypatch.undo()
    assert ["panda.png"] == names_in(out)
    assert b"old" == (out / "panda.png").read_bytes()
    assert os.strerror(number) in str(caught.value)
    assert number == caught.value.__cause__.errno
    assert DATA == caught.value.data
    assert caught.value.rescue_path is None


@pytest.mark.parametrize("verb", ["new", "over"])
def test_one_failure_anywhere_is_survived_or_undone(verb, tmp_path, monkeypatch):
    """Each single call that can fail is made to fail once: the picture is there, or all is as it was."""
    out = tmp_path / "out"
    out.mkdir()
    old, target = out / "panda.png", out / ("panda-2.png" if verb == "new" else "panda.png")

    for step in range(1, 50):
        old.write_bytes(b"old")
        with monkeypatch.context() as patch:
            calls = _fail_once(patch, step)
            try:
                write_new(out, "panda", ".png", DATA) if verb == "new" else replace(old, DATA)
                expected = {old.name: b"old"} | {target.name: DATA}
            except SaveError as error:
                expected = {old.name: b"old"}
                Path(error.rescue_path).unlink()
        assert expected == {path.name: path.read_bytes() for path in out.iterdir()}, f"step {step}"
        if len(calls) < step:
            return
        target.unlink(missing_ok=True)

    pytest.fail("more calls than expected")


def _fail_once(patch, step):
    """Make the *step*-th call fail among all that write, sync or name files."""
    calls = []

    def counted(function):
        def call(*args, **options):
            calls.append(function.__name__)
            if len(calls) == step:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            return function(*args, **options)

        return call

    for name in ("open", "write", "fsync", "link", "replace"):
        patch.setattr(os, name, counted(getattr(os, name)))
    return calls


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_name_that_cannot_be_given_leaves_the_folder_as_it_was(number, tmp_path, monkeypatch):
    """The last step can fail like the others."""
    (tmp_path / "panda.png").write_bytes(b"old")
    monkeypatch.setattr(os, "replace", failing(number))

    with pytest.raises(SaveError, match=os.strerror(number)) as caught:
        replace(tmp_path / "panda.png", DATA)

    assert ["panda.png"] == names_in(tmp_path)
    assert b"old" == (tmp_path / "panda.png").read_bytes()
    assert DATA == Path(caught.value.rescue_path).read_bytes()
    os.unlink(caught.value.rescue_path)


def test_a_picture_that_cannot_be_saved_is_rescued(tmp_path, monkeypatch):
    """A picture that was paid for is put into the system's temporary folder, under a name that says so."""
    rescue = tmp_path / "rescue"
    rescue.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(rescue))
    (tmp_path / "out").write_bytes(b"a file where a folder should be")

    with pytest.raises(SaveError, match="was rescued to") as caught:
        write_new(tmp_path / "out", "panda", ".png", DATA)

    saved = Path(caught.value.rescue_path)
    assert [saved] == list(rescue.iterdir())
    assert saved.name.startswith("llamabot-images-rescued-")
    assert ".png" == saved.suffix
    assert DATA == saved.read_bytes() == caught.value.data


def test_a_failed_rescue_leaves_no_stump(tmp_path, monkeypatch):
    """Where the rescue fails too, the bytes stay on the error and no part of them lies about."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(os, "write", failing(errno.ENOSPC))

    with pytest.raises(SaveError, match=r"in this error's \.data") as caught:
        write_new(tmp_path / "out", "panda", ".png", DATA)

    assert DATA == caught.value.data
    assert ["out"] == names_in(tmp_path)
    assert [] == names_in(tmp_path / "out")


def test_an_interrupt_leaves_no_temporary_file(tmp_path, monkeypatch):
    """Ctrl-C in the middle of writing is passed on and leaves nothing."""
    monkeypatch.setattr(os, "fsync", lambda _file: (_ for _ in ()).throw(KeyboardInterrupt))

    with pytest.raises(KeyboardInterrupt):
        write_new(tmp_path, "panda", ".png", DATA)

    assert [] == names_in(tmp_path)


def test_a_file_system_that_cannot_sync_is_written_to(tmp_path, monkeypatch):
    """Where waiting for the disk is not offered, the picture is written all the same."""
    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL))

    assert DATA == write_new(tmp_path, "panda", ".png", DATA).read_bytes()


def test_writes_of_a_few_bytes_at_a_time_add_up(tmp_path, monkeypatch):
    """A system that takes less than it is given is given the rest."""
    monkeypatch.setattr(os, "write", lambda file, data, real=os.write: real(file, data[:1000]))

    assert DATA == write_new(tmp_path, "panda", ".png", DATA).read_bytes()


def test_a_system_that_takes_nothing_is_an_error(tmp_path, monkeypatch):
    """A write of no bytes does not go round for ever."""
    monkeypatch.setattr(os, "write", lambda _file, _data: 0)

    with pytest.raises(SaveError):
        write_new(tmp_path, "panda", ".png", DATA)


def test_windows_claims_by_renaming_and_waits_for_readers(tmp_path, monkeypatch):
    """On Windows a rename refuses an existing name, and a file that somebody reads is replaced a little later."""
    real, refusals = os.replace, iter([True, True, False])

    def rename(part, target):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        real(part, target)

    def replace_unread(part, target):
        if next(refusals):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        real(part, target)

    monkeypatch.setattr(files, "nameless_draft", refused)
    monkeypatch.setattr(drafts, "_ON_WINDOWS", True)
    monkeypatch.setattr(drafts, "_PAUSE", 0)
    monkeypatch.setattr(os, "rename", rename)
    monkeypatch.setattr(os, "replace", replace_unread)

    assert "panda.png" == write_new(tmp_path, "panda", ".png", b"first").name
    assert "panda-2.png" == write_new(tmp_path, "panda", ".png", b"second").name
    assert DATA == replace(tmp_path / "panda.png", DATA).read_bytes()
    assert ["panda-2.png", "panda.png"] == names_in(tmp_path)


def test_a_part_that_another_process_cleared_is_named_again(tmp_path, monkeypatch):
    """Two processes that replace one file may take each other's part for a leftover; both go on."""
    real, losses = os.replace, iter([True, True, False])

    def lose(part, target):
        if next(losses, False):
            os.unlink(part)
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        real(part, target)

    target = tmp_path / "panda.png"
    target.write_bytes(b"old")
    monkeypatch.setattr(drafts.os, "replace", lose)

    try:
        replace(target, DATA)
    except SaveError as error:  # the portable way shares no name, so that nobody clears it
        os.unlink(error.rescue_path)
    else:
        assert DATA == target.read_bytes()
    assert ["panda.png"] == names_in(tmp_path)


def test_a_part_that_cannot_be_cleared_is_gone_round(tmp_path):
    """Where something immovable has the name of the part, a file of another name is used."""
    target = tmp_path / "panda.png"
    target.write_bytes(b"old")
    in_the_way = tmp_path / f".{sha256(b'panda.png').hexdigest()[:16]}.part"
    in_the_way.mkdir()

    replace(target, DATA)

    assert DATA == target.read_bytes()
    assert [in_the_way.name, "panda.png"] == names_in(tmp_path)


def test_a_folder_where_every_name_is_taken_is_an_error(tmp_path, monkeypatch):
    """The search for a free name ends, with the picture rescued."""
    monkeypatch.setattr(files, "_MOST_TRIES", 3)
    monkeypatch.setattr(drafts._Nameless, "claim", failing(errno.EEXIST))
    monkeypatch.setattr(drafts._Hidden, "claim", failing(errno.EEXIST))

    with pytest.raises(SaveError, match="no free name") as caught:
        write_new(tmp_path, "panda", ".png", DATA)

    os.unlink(caught.value.rescue_path)
    assert [] == names_in(tmp_path)
