"""Batches whose pictures and journal are in an object store: in memory, and in a real S3 server on loopback."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, SaveError
from llamabot_images.batch import BatchResult, JournalError
from llamabot_images.batch.segments import Segments
from llamabot_images.cloud import CloudFolder

from .calls import bot_for
from .pictures import ROOT
from .providers import Delay, ProviderServer, Status
from .providers.fixture import provider

__all__ = ["provider"]

fsspec = pytest.importorskip("fsspec")


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """Give the address of an S3 server with one bucket, ``pandas``: one for good, since s3fs keeps its connections."""
    server_module = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch, s3_server: str) -> str:
    """Give the URL of a folder in S3 that does not exist yet."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(variable, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    fsspec.filesystem("s3").mkdirs("pandas", exist_ok=True)
    return f"s3://pandas/{time.monotonic_ns()}"


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> str:
    """Give the URL of a folder that does not exist yet, in memory and in S3."""
    in_memory = f"memory://{time.monotonic_ns()}/out"
    return in_memory if request.param == "memory" else request.getfixturevalue("s3")


def rows_in(store: str) -> list[dict[str, Any]]:
    """Return the rows of the data set."""
    return [json.loads(line) for line in (CloudFolder(store).read("metadata.jsonl") or b"").splitlines()]


def statuses(result: BatchResult) -> list[str]:
    """Return what became of every prompt."""
    return [one.status for one in result]


def drawn(bot: ImageBot, is_async: bool, prompts: list[Any], store: str, **options: Any) -> BatchResult:
    """Run a batch in one of its two ways."""
    if is_async:
        return asyncio.run(bot.abatch(prompts, store, progress=False, **options))
    return bot.batch(prompts, store, progress=False, **options)


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
def test_second_run_sends_nothing(provider: ProviderServer, store: str, is_async: bool) -> None:
    """Pictures, names of their own and equal prompts are all in the store, and no request is sent for them again."""
    prompts = ["a", "a", {"prompt": "b", "file_name": "sub/b.jpg"}, {"prompt": "c", "id": "see"}]

    first = drawn(bot_for(provider, "gpt-image-2"), is_async, prompts, store)
    second = drawn(bot_for(provider, "gpt-image-2"), not is_async, prompts, store)

    assert ["done"] * 4 == statuses(first) == statuses(second)
    assert 4 == len(provider.posts)
    assert [True] * 4 == [one.resumed for one in second]
    assert {f"{store}/{name}" for name in ("a.png", "a-2.png", "sub/b.jpg", "c.png")} == {
        name for one in second for name in one.files
    }
    kept = {row["file_name"]: row["bytes"] for row in rows_in(store)}
    assert kept == {name: CloudFolder(store).size(name) for name in ("a.png", "a-2.png", "sub/b.jpg", "c.png")}
    assert (None, store) == (first[0].path, first.folder)


def test_journal_is_put_together_at_the_end(store: str, bot: ImageBot) -> None:
    """After a run the store has one object of the journal, the data set, the pictures, and no lock."""
    bot.batch([f"panda {n}" for n in range(10)], store, progress=False)
    bot.batch(["one more"], store, progress=False)

    names = CloudFolder(store).names("")

    (whole,) = [name for name in names if name.startswith(".llamabot-images/")]
    assert whole.endswith("-whole.jsonl")
    assert 11 == len([name for name in names if name.endswith(".png")]) == len(rows_in(store))


def test_unknown_stays_unknown(provider: ProviderServer, store: str) -> None:
    """What was sent and never answered is sent again only when the caller says so, and a changed picture is."""
    provider.script(Status(500))
    bot_for(provider, "gpt-image-2").batch(["a"], store)

    second = bot_for(provider, "gpt-image-2").batch(["a"], store)
    third = bot_for(provider, "gpt-image-2").batch(["a"], store, retry_unknown=True)
    CloudFolder(store).write("a.png", b"cut")
    fourth = bot_for(provider, "gpt-image-2").batch(["a"], store)

    assert [["unknown"], ["done"], ["done"]] == [statuses(one) for one in (second, third, fourth)]
    assert 3 == len(provider.posts)


KILLED = """
import os, sys
from llamabot_images import ImageBot
from llamabot_images.batch.segments import Segments
from llamabot_images.cloud import CloudFolder
store, stage = sys.argv[1:]
write = CloudFolder.write
def die(self, name, data, **about):
    if stage == "picture" and name == "b.png":
        os._exit(9)
    write(self, name, data, **about)
    if stage == "row" and name == "b.png":
        os._exit(9)
CloudFolder.write = die
ImageBot("offline/sketch", size="64x64").batch(["a", "b", "c"], store, max_workers=1, progress=False)
"""


def kill(store: str, stage: str) -> None:
    """Run a batch of three that dies at its second picture."""
    run = subprocess.run([sys.executable, "-c", KILLED, store, stage], capture_output=True)
    assert 9 == run.returncode, run.stderr.decode()


@pytest.mark.parametrize("stage", ["picture", "row"])
def test_killed_run_is_taken_up(s3: str, bot: ImageBot, stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a kill what is in the store is done, what was only sent is unknown, and the rest is made."""
    kill(s3, stage)
    with pytest.raises(JournalError, match="it was heard of . s ago"):
        bot.batch(["a"], s3)
    monkeypatch.setattr("llamabot_images.batch.lease.STALE", 0.0)

    result = bot.batch(["a", "b", "c"], s3)

    assert ["done", "unknown" if stage == "picture" else "done", "done"] == statuses(result)
    assert [True, True, False] == [one.resumed for one in result]
    assert len(result.ok) == len(rows_in(s3))


def test_second_run_at_the_same_time_is_refused(provider: ProviderServer, store: str) -> None:
    """A folder belongs to one run; the second sends nothing, and the first is not disturbed."""
    provider.always(Delay(0.3))
    refused: list[str] = []

    def second(event: Any) -> None:
        if event.kind == "start":
            with pytest.raises(JournalError, match="another batch is running in") as caught:
                bot_for(provider, "gpt-image-2").batch(["b"], store, progress=False)
            refused.append(str(caught.value))

    result = bot_for(provider, "gpt-image-2").batch(["a"], store, progress=False, on_event=second)

    assert (["done"], 1, 1) == (statuses(result), len(refused), len(provider.posts))


def test_run_that_lost_its_folder_stops(store: str, bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was taken for dead and wakes up sends nothing more, once it finds the other's lock."""
    monkeypatch.setattr("llamabot_images.batch.lease.BEAT", 0.05)

    def overtake(event: Any) -> None:
        if (event.kind, event.done) == ("done", 1):
            for _ in range(20):  # a sign of life that is on its way may be written over it
                CloudFolder(store).write(".llamabot-images/lock.json", b'{"token": "other"}')
                time.sleep(0.02)

    with pytest.warns(match=r"took this one for dead|not up to date"):
        result = bot.batch([f"panda {n}" for n in range(40)], store, max_workers=1, progress=False, on_event=overtake)

    assert result.not_sent
    assert b'{"token": "other"}' == CloudFolder(store).read(".llamabot-images/lock.json")


def test_run_that_is_heard_in_time_keeps_its_folder(store: str, bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose signs of life arrive loses its folder for no reason of time, and writes its data set."""
    monkeypatch.setattr("llamabot_images.batch.lease.BEAT", 0.01)
    monkeypatch.setattr("llamabot_images.batch.lease.STALE", 0.0)

    result = bot.batch([f"panda {n}" for n in range(20)], store, max_workers=1, progress=False)

    assert 20 == len(result.ok) == len(rows_in(store))


def test_missing_bucket_is_an_error_before_anything_is_sent(provider: ProviderServer, s3: str) -> None:
    """A bucket that is not there costs nothing."""
    with pytest.raises(SaveError, match=r"s3://no-such-bucket/x/.* cannot be reached or written: .*does not exist"):
        bot_for(provider, "gpt-image-2").batch(["a"], "s3://no-such-bucket/x")

    assert [] == provider.posts


def test_pandas_reads_the_data_set(s3: str, bot: ImageBot) -> None:
    """metadata.jsonl is read by its address."""
    pandas = pytest.importorskip("pandas")
    bot.batch(["a", "b"], s3, progress=False)

    table = pandas.read_json(f"{s3}/metadata.jsonl", lines=True)

    assert [("a.png", "a"), ("b.png", "b")] == sorted(zip(table["file_name"], table["text"], strict=True))


def test_missing_package_is_named() -> None:
    """The error says which extra and which package the address needs."""
    with pytest.raises(ImportError, match=r"adlfs: pip install 'llamabot-images\[cloud\]' adlfs"):
        CloudFolder("abfs://pandas/out")


@pytest.mark.parametrize("url", ["s3://key:secret@bucket/x", "file:///tmp/x", "s3://"])
def test_address_that_is_no_folder_of_a_store(url: str) -> None:
    """It is refused, and no secret in it is shown."""
    with pytest.raises(ValueError, match="save_dir is") as caught:
        ImageBot("offline/sketch").batch(["a"], url)

    assert "secret" not in str(caught.value)


def test_lines_of_many_threads_share_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """While one object is being put, the lines of all other threads gather for the next one."""
    segments = Segments(CloudFolder(f"memory://threads-{time.monotonic_ns()}"))
    puts: list[bytes] = []

    def write(self: CloudFolder, name: str, data: bytes) -> None:
        puts.append(data)
        for _ in range(500):
            if len(puts) > 1 or len(segments._waiting) == 7:
                return
            time.sleep(0.01)

    monkeypatch.setattr(CloudFolder, "write", write)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(segments.append, [b"%d\n" % n for n in range(8)]))

    assert [1, 7] == [data.count(b"\n") for data in puts]
    assert set(range(8)) == {int(line) for data in puts for line in data.split()}


def test_worker_processes_put_the_pictures(s3: str, bot: ImageBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes put pictures into the store themselves, and leave nothing else there."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        result = bot.batch(["a", "b"], s3, executor=pool, progress=False)

    assert ["done", "done"] == statuses(result)
    assert ["a.png", "b.png", "metadata.jsonl"] == CloudFolder(s3).names("")[1:]


def test_picture_that_cannot_be_put_is_rescued(
    store: str, bot: ImageBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that was paid for and finds its store gone is put on this machine, and the batch stops."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    write = CloudFolder.write

    def fail(self: CloudFolder, name: str, data: bytes, **about: Any) -> None:
        if name.endswith(".png"):
            raise SaveError("the store is gone")
        write(self, name, data, **about)

    monkeypatch.setattr(CloudFolder, "write", fail)
    with pytest.warns(match="the batch was stopped"):
        result = bot.batch(["a", "b", "c"], store, max_workers=1, progress=False)

    assert ["unknown", "not_sent", "not_sent"] == statuses(result)
    assert 1 == len(list(tmp_path.glob("llamabot-images-rescued*.png")))
    assert isinstance(result[0].error, SaveError)
    assert Path(result[0].error.rescue_path or "").is_file()
