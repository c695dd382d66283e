"""Names of a job's pictures: refused where no file could have them, and never two pictures under one."""

from pathlib import Path
from typing import Any

import pytest

from llamabot_images import jobs
from llamabot_images.jobs import Job
from llamabot_images.jobs.input import Tag

from .calls import bot_for
from .providers import Refusal
from .providers.batches_api import BatchServer, batches
from .test_batch import read_rows
from .test_jobs import OUT
from .test_jobs_faults import submitted

__all__ = ["batches"]


def other(batches: BatchServer, prompts: Any) -> Job:
    """Return a second job, whose answers have names of their own as a provider's have; the server counts anew."""
    job = submitted(batches, prompts)
    file_id = batches.batches[job.id].shown["output_file_id"]
    data = batches.files[file_id]
    assert isinstance(data, bytes)
    batches.files[file_id] = data.replace(b'"req_', b'"req_other_')
    return job


@pytest.mark.parametrize(
    "name", ["n" * 300 + ".png", "a.heic", "a.svg", "metadata.jsonl"], ids=["long", "heic", "svg", "rows"]
)
def test_name_that_no_picture_can_have_is_refused(batches: BatchServer, name: str) -> None:
    """A name that could not be written is refused before anything is sent."""
    with pytest.raises(ValueError, match="file_name|ending"):
        jobs.submit(bot_for(batches, "gpt-image-2"), ["a", {"prompt": "b", "file_name": name}])

    assert [] == batches.calls


def test_job_with_a_name_that_cannot_be_written_is_collected(
    batches: BatchServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job that was submitted with an impossible name brings every picture, and says where that one is."""
    tagged = Tag.__str__
    with monkeypatch.context() as patched:
        patched.setattr(Tag, "__str__", lambda tag: tagged(tag).replace("bad", "n" * 300))
        job = submitted(batches, ["a", {"prompt": "b", "file_name": "bad.png"}, "c"])

    first, second = job.collect(OUT), job.collect(OUT)

    assert [OUT / "a.png", OUT / "b.png", OUT / "c.png"] == first.paths == second.paths
    assert [True] * 3 == [one.resumed for one in second]


PROMPTS: list[Any] = ["a", "a", {"prompt": "b", "id": "see", "n": 12}, {"prompt": "c", "file_name": "c.png"}]


def test_jobs_of_the_same_prompts_in_one_folder(batches: BatchServer) -> None:
    """Each of two jobs has pictures of its own, however often either is collected, and a batch finds the first's."""
    one = submitted(batches, PROMPTS)
    two = other(batches, PROMPTS)

    first, second = one.collect(OUT), two.collect(OUT)
    again = [two.collect(OUT), one.collect(OUT), two.collect(OUT)]

    assert [False] * 4 == [each.resumed for each in second]
    assert 30 == len({*first.paths, *second.paths}) == len(read_rows(OUT)) == len(list(OUT.glob("*.png")))
    assert [second.paths, first.paths, second.paths] == [result.paths for result in again]
    assert sorted(batches.pictures.served) == sorted(path.read_bytes() for path in OUT.glob("*.png"))
    batches.reset()
    assert first.paths == bot_for(batches, "gpt-image-2").batch(PROMPTS, OUT, progress=False).paths
    assert [] == batches.posts


def test_picture_of_a_second_job_that_was_deleted_comes_back(batches: BatchServer) -> None:
    """What is missing of the second job alone is saved again."""
    one, two = submitted(batches, ["a", "b"]), other(batches, ["a", "b"])
    one.collect(OUT)
    second = two.collect(OUT)
    kept = second.paths[0].read_bytes()
    second.paths[0].unlink()

    result = two.collect(OUT)

    assert [False, True] == [each.resumed for each in result]
    assert kept == result.paths[0].read_bytes()
    assert 4 == len(read_rows(OUT)) == len(list(OUT.glob("*.png")))


def test_picture_that_a_batch_drew_stands_for_one_that_a_job_did_not(batches: BatchServer) -> None:
    """What a job did not bring and a batch drew is done when the job is collected again."""
    batches.always(lambda request: Refusal() if request.json["prompt"] == "b" else None)
    job = submitted(batches, ["a", "b"])
    job.collect(OUT)
    batches.reset()
    drawn = bot_for(batches, "gpt-image-2").batch(["a", "b"], OUT, progress=False)

    again = job.collect(OUT)

    assert drawn.paths == again.paths
    assert 2 == len(list(Path(OUT).glob("*.png")))
