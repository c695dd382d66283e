"""What goes wrong with jobs: nothing is paid twice, nothing that was drawn is lost."""

import json
import pickle
import traceback
from collections.abc import Iterator
from typing import Any

import pytest

from llamabot_images import InvalidImageError, SaveError, jobs
from llamabot_images.jobs import Job, JobError

from .calls import bot_for
from .providers import BadPayload, EmptyData, Hang, Reset, Status
from .providers.batches_api import BatchServer, batches
from .test_batch import read_rows
from .test_batch_resume import kill_before
from .test_jobs import OUT, both_services

__all__ = ["batches"]


def submitted(batches: BatchServer, prompts: Any, model: str = "gpt-image-2", **settings: Any) -> Job:
    """Return a job that the provider has done."""
    job = jobs.submit(bot_for(batches, model, **settings), prompts)
    batches.finish(job.id)
    return job


@both_services
@pytest.mark.parametrize("fault", [Status(500), Status(502), Reset(), Hang()], ids=["500", "502", "reset", "timeout"])
def test_doubtful_job_is_sent_once_and_can_be_found(batches: BatchServer, model: str, fault: Any) -> None:
    """Where nobody knows whether there is a job, it was asked for once, and the error has what is needed to look."""
    bot = bot_for(batches, model, max_cost=1.0, timeout=3 if isinstance(fault, Hang) else 60)
    batches.script_batch("create", fault)

    with pytest.raises(JobError, match="may be charged, so it was not sent again") as caught:
        jobs.submit(bot, ["a"])

    assert ["upload", "create"] == batches.calls
    assert caught.value.maybe_charged
    assert list(batches.files) == [caught.value.file_id]
    assert jobs.find(bot, str(caught.value.file_id)) is None


def test_job_whose_answer_was_lost_is_found(batches: BatchServer) -> None:
    """A job that was made although its answer was lost is found by its file, and can be collected."""
    bot = bot_for(batches, "gpt-image-2")
    lost = jobs.submit(bot, ["a"])
    batches.finish(lost.id)

    found = jobs.find(bot, str(batches.batches[lost.id].shown["input_file_id"]))

    assert found is not None
    assert lost.id == found.id
    assert found.collect(OUT)[0].ok


@both_services
@pytest.mark.parametrize("status", [400, 401, 429])
def test_refused_job_leaves_nothing_behind(batches: BatchServer, model: str, status: int) -> None:
    """After a definite no nothing is charged or set aside, and the uploaded prompts are deleted."""
    bot = bot_for(batches, model, max_cost=1.0)
    batches.script_batch("create", Status(status, retry_after="7" if status == 429 else None))

    with pytest.raises(JobError, match="nothing is charged") as caught:
        jobs.submit(bot, ["a"])

    assert ["upload", "create", "delete"] == batches.calls
    assert {} == batches.files
    assert not caught.value.maybe_charged
    assert (429 == status) == (caught.value.retry_after == 7)
    assert 0.0 == bot._sender.spending._reserved == bot._sender.spending._assumed


@pytest.mark.parametrize("fault", [Status(500), Reset()], ids=["500", "reset"])
def test_upload_that_fails_costs_nothing(batches: BatchServer, fault: Any) -> None:
    """When the prompts do not arrive no job is made."""
    batches.script_batch("upload", fault)

    with pytest.raises(JobError, match="could not be uploaded; nothing is charged") as caught:
        jobs.submit(bot_for(batches, "gpt-image-2"), ["a"])

    assert (["upload"], False) == (batches.calls, caught.value.maybe_charged)


def test_file_that_azure_is_reading(batches: BatchServer) -> None:
    """A job is made of the uploaded prompts once Azure has read them."""
    batches.reads_files = True

    assert submitted(batches, ["a"], "azure/gpt-image-2").collect(OUT)[0].ok
    assert ["upload", "file", "create"] == batches.calls[:3]


@both_services
def test_unknown_job_and_wrong_key(batches: BatchServer, model: str) -> None:
    """A job that the provider does not know, and a key that it does not take, are errors that say what to check."""
    with pytest.raises(JobError, match=r"'batch_nix' could not be looked at.*check the id"):
        jobs.job(bot_for(batches, model), "batch_nix").status()
    with pytest.raises(JobError, match="check the key") as caught:
        jobs.job(bot_for(batches, model, api_key="sk-wrong-key-0123456789"), "batch_nix").status()

    ours = traceback.TracebackException(JobError, caught.value, caught.tb.tb_next, capture_locals=True)
    shown = "".join(ours.format()) + repr(pickle.dumps(caught.value))
    assert "sk-wrong-key-0123456789" not in shown
    assert caught.value.__context__ is None


@pytest.mark.parametrize("name", ["", "../x", "a/b", "..", None, 7])
def test_what_is_no_id(batches: BatchServer, name: Any) -> None:
    """What cannot be a job's id is refused before it becomes a part of an address or a file's name."""
    with pytest.raises(ValueError, match="no job's id"):
        jobs.job(bot_for(batches, "gpt-image-2"), name)


def test_looking_is_repeated(batches: BatchServer) -> None:
    """A look at a job costs nothing, so it is repeated after a failure; cancelling ends it."""
    job = jobs.submit(bot_for(batches, "gpt-image-2"), ["a", "b"])
    batches.script_batch("retrieve", Status(500), Reset())

    assert "validating" == job.status().state
    assert "cancelling" == job.cancel().state
    assert "cancelled" == job.wait(poll=0.01).state
    assert ["done", "failed"] == [one.status for one in job.collect(OUT)]


def test_job_that_is_not_over(batches: BatchServer) -> None:
    """Before its end a job says how far it is and when to come back, and brings what there is where that is asked."""
    job = jobs.submit(bot_for(batches, "gpt-image-2"), ["a", "b"])
    batches.waits = True

    with pytest.raises(JobError, match="validating, 0 of 0 requests are done: come back later, by 20"):
        job.collect(OUT)
    with pytest.raises(JobError, match="validating"):
        job.wait(poll=0.01, timeout=0.05)
    early = job.collect(OUT, partial=True)
    batches.finish(job.id)

    assert ["unknown", "unknown"] == [one.status for one in early]
    assert ["done", "done"] == [one.status for one in job.collect(OUT)]


def test_job_that_failed(batches: BatchServer) -> None:
    """A job that the provider refused as a whole says why, and what was set aside for it is free again."""
    batches.ending = "failed"
    job = submitted(batches, ["a"], max_cost=1.0)
    spending = job._bot._sender.spending
    assert spending._reserved > 0

    assert "too bad" == job.status().error
    with pytest.raises(JobError, match="refused job .* drew nothing: too bad"):
        job.collect(OUT)

    assert 0.0 == spending._reserved == spending.spent


def test_expired_job_brings_what_was_drawn(batches: BatchServer) -> None:
    """What was drawn before a job expired is saved, and the rest has failed without a charge."""
    batches.ending, batches.done_before_end = "expired", 2
    job = submitted(batches, ["a", "b", "c", {"prompt": "d", "n": 11}])

    result = job.collect(OUT)

    assert ["done", "done", "failed", "failed"] == [one.status for one in result]
    assert "completion window expired" in str(result[2].error)


def test_some_pictures_of_a_prompt(batches: BatchServer) -> None:
    """Where one of a prompt's requests failed, the pictures of the others are kept, and what is missing is told."""
    batches.script(None, Status(500))
    job = submitted(batches, [{"prompt": "a", "n": 12}])

    with pytest.warns(match="10 of 12 pictures came"):
        result = job.collect(OUT)

    assert 10 == len(result[0].paths)


@pytest.mark.parametrize(
    ("reply", "status"), [(Status(500), "failed"), (EmptyData(), "unknown"), (BadPayload("text"), "unknown")]
)
def test_line_without_a_picture(batches: BatchServer, reply: Any, status: str) -> None:
    """An error of one line is not charged; an answer without a picture, or with a broken one, may be."""
    batches.script(reply)
    job = submitted(batches, ["a", "b"])

    result = job.collect(OUT)

    assert [status, "done"] == [one.status for one in result]
    assert isinstance(result[0].error, InvalidImageError) == isinstance(reply, BadPayload)
    assert [] == [path for path in OUT.glob("*") if path.suffix == ".json"]
    assert 1 == len(read_rows(OUT))


def test_torn_line_is_read_over(batches: BatchServer) -> None:
    """A line that was cut short costs no other prompt its picture, and may be had the next time."""
    job = submitted(batches, ["a", "b", "c"])
    name = batches.batches[job.id].shown["output_file_id"]
    whole = batches.files[name]
    assert isinstance(whole, bytes)
    batches.files[name] = whole[:-500]

    first = job.collect(OUT)
    batches.files[name] = whole
    second = job.collect(OUT)

    assert ["unknown", "done", "done"] == [one.status for one in first]
    assert [False, True, True] == [one.resumed for one in second]
    assert {"done"} == {one.status for one in second}


def test_cut_download_is_fetched_again(batches: BatchServer) -> None:
    """A download that breaks off is no results: it begins anew, and when it never ends nothing is left in its place."""
    job = submitted(batches, ["a", "b", "c"])
    name = batches.batches[job.id].shown["output_file_id"]
    whole = batches.files[name]
    assert isinstance(whole, bytes)
    cuts = [True] * 4

    def pieces() -> Iterator[bytes]:
        yield whole[:5000]
        if cuts and cuts.pop():
            raise OSError("cut")
        yield whole[5000:]

    batches.files[name] = pieces

    with pytest.raises(JobError, match="could not be fetched"):
        job.collect(OUT)
    assert "" == (OUT / "metadata.jsonl").read_text()
    assert 3 == len(job.collect(OUT).ok)


def test_kill_between_two_pictures_of_a_prompt(batches: BatchServer) -> None:
    """When a process died between two pictures of one prompt, all of them are there after the next time."""
    job = submitted(batches, [{"prompt": "a", "n": 2}, "b"])
    first = job.collect(OUT)
    kill_before("done")
    (OUT / "metadata.jsonl").unlink()
    first.paths[1].unlink()

    result = job.collect(OUT)

    assert [False, True] == [one.resumed for one in result]
    assert sorted(batches.pictures.served) == sorted(path.read_bytes() for path in result.paths)
    assert 3 == len(read_rows(OUT))


def test_folder_that_cannot_be_written(batches: BatchServer) -> None:
    """A folder that is none is found out before anything is fetched, and another one will do."""
    job = submitted(batches, ["a"])
    OUT.write_text("a file")

    with pytest.raises(SaveError):
        job.collect(OUT)

    assert "content" not in batches.calls
    assert job.collect("other")[0].ok


def test_job_of_another_program(batches: BatchServer) -> None:
    """A job that was not submitted by this library is refused in plain words."""
    job = submitted(batches, ["a"])
    name = batches.batches[job.id].shown["input_file_id"]
    line = json.loads(batches.files[name])
    batches.files[name] = json.dumps({**line, "custom_id": "theirs"}).encode()

    with pytest.raises(JobError, match="not submitted by this library"):
        job.collect(OUT)


def test_litellm_still_sends_an_azure_job_again(batches: BatchServer) -> None:
    """LiteLLM asks Azure for one batch several times, whatever max_retries says; once it does not, call it."""
    import litellm

    about = {name: value for name, value in batches.kwargs_for("azure").items() if name != "model"}
    about["custom_llm_provider"] = "azure"
    file = litellm.create_file(file=("a.jsonl", b"{}"), purpose="batch", **about)
    batches.script_batch("create", *[Status(500, retry_after="0")] * 3)
    batch = {"completion_window": "24h", "endpoint": "/v1/images/generations", "input_file_id": file.id}

    with pytest.raises(Exception, match="500"):
        litellm.create_batch(**batch, max_retries=0, **about)

    assert 3 == batches.calls.count("create")
