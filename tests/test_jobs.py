"""Jobs: many prompts handed over at half price, and collected by any process."""

import asyncio
import json
import os
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import (
    ContentPolicyError,
    ImageBot,
    jobs,
)
from llamabot_images.batch import BatchResult
from llamabot_images.jobs import Job

from .calls import bot_for, both_ways
from .providers import Refusal
from .providers.batches_api import BatchServer, batches
from .test_batch import read_rows

__all__ = ["batches"]

OUT = Path("out")
PROMPTS: list[Any] = ["a", {"prompt": "b", "n": 12, "size": "1024x1536"}, {"prompt": "c", "id": "see"}, "a"]
SERVICES = ["gpt-image-2", "azure/gpt-image-2"]
both_services = pytest.mark.parametrize("model", SERVICES)


def submitted(bot: ImageBot, prompts: Any, is_async: bool = False, **overrides: Any) -> Job:
    """Submit by the sync or by the async verb."""
    if is_async:
        return asyncio.run(jobs.asubmit(bot, prompts, **overrides))
    return jobs.submit(bot, prompts, **overrides)


def collected(job: Job, is_async: bool = False) -> BatchResult:
    """Wait for a job and collect it by the sync or by the async verbs."""

    async def by_await() -> BatchResult:
        assert (await job.await_(poll=0.01, timeout=60)).is_over
        return await job.acollect(OUT)

    if is_async:
        return asyncio.run(by_await())
    assert job.wait(poll=0.01, timeout=60).is_over
    return job.collect(OUT)


@both_ways
@both_services
def test_pictures_of_a_job(batches: BatchServer, model: str, is_async: bool) -> None:
    """Every prompt has its n pictures, as the provider drew them, in the order of the prompts."""
    job = submitted(bot_for(batches, model), [*PROMPTS, {"prompt": "d", "file_name": "sub/é.jpg"}], is_async)

    result = collected(job, is_async)

    names = ["a.png", "b.png", *(f"b-{number}.png" for number in range(2, 13)), "c.png", "a-2.png", "sub/é.jpg"]
    assert [OUT / name for name in names] == result.paths
    kept = sorted(path.read_bytes() for path in result.paths if path.suffix == ".png")
    assert sorted(batches.pictures.served[:-1]) == kept
    assert [1, 12, 1, 1, 1] == [len(one.paths) for one in result]
    assert [None, None, "see", None, None] == [one.id for one in result]


@both_services
def test_half_the_price(batches: BatchServer, model: str) -> None:
    """A picture of a job costs half of the same picture by itself, in the estimate, the result and the bot's sum."""
    bot = bot_for(batches, model, quality="medium")
    single = bot.generate("a").cost
    estimate = bot.estimate("a")
    assert single is not None
    other = bot_for(batches, model, quality="medium")

    job = submitted(other, ["a", "b"])
    result = collected(job)

    assert job.estimate == pytest.approx(estimate)
    assert result.cost == pytest.approx(single)
    assert other.cost == pytest.approx(single)


def test_row_is_the_one_of_a_batch(batches: BatchServer) -> None:
    """A job's row has the keys and the facts of a batch's row for the same prompt."""
    bot = bot_for(batches, "gpt-image-2")
    collected(submitted(bot, PROMPTS))

    bot.batch(PROMPTS, "other", progress=False, max_workers=1)

    unlike = ("cost", "elapsed", "request_id", "id", "created", "usage")  # LiteLLM adds chat's names of the counts
    mine, theirs = ([{k: v for k, v in row.items() if k not in unlike} for row in read_rows(Path(one))]
                    for one in (OUT, "other"))  # fmt: skip
    assert theirs == mine


def test_batch_draws_what_a_job_did_not(batches: BatchServer) -> None:
    """After a job a batch of the same prompts in the same folder sends only what the job did not bring."""
    batches.always(lambda request: Refusal() if request.json["prompt"] == "b" else None)
    bot = bot_for(batches, "gpt-image-2")
    result = collected(submitted(bot, PROMPTS))
    batches.reset()

    again = bot.batch(PROMPTS, OUT, progress=False)

    assert ["done", "failed", "done", "done"] == [one.status for one in result]
    assert [True, False, True, True] == [one.resumed for one in again]
    assert {"b"} == {one.json["prompt"] for one in batches.posts}


def test_collected_twice_is_saved_once(batches: BatchServer) -> None:
    """Collecting again saves and charges nothing twice; a picture that was deleted comes back."""
    bot = bot_for(batches, "gpt-image-2")
    job = submitted(bot, PROMPTS)
    first = collected(job)
    cost = bot.cost

    second = job.collect(OUT)
    first.paths[0].unlink()
    third = jobs.job(bot_for(batches, "gpt-image-2"), job.id).collect(OUT)

    assert first.paths == second.paths == third.paths
    assert [True] * 4 == [one.resumed for one in second]
    assert [False, True, True, True] == [one.resumed for one in third]
    assert cost == bot.cost
    assert 15 == len(read_rows(OUT))


SCRIPT = """
import sys
from llamabot_images import ImageBot, jobs
print(len(jobs.job(ImageBot(model="gpt-image-2"), sys.argv[1]).collect("out").ok))
"""


def test_another_process_collects(batches: BatchServer) -> None:
    """The job's id, and a key of the same account, are all that another process needs."""
    job = submitted(bot_for(batches, "gpt-image-2"), [*PROMPTS, {"prompt": "d", "file_name": "mine.png"}])
    batches.finish(job.id)

    variables = os.environ | batches.variables_for("openai")
    command = [sys.executable, "-c", SCRIPT, job.id]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300)

    assert ("5\n", 0) == (done.stdout, done.returncode), done.stderr
    assert {"a", "b", "c", "d"} == {row["text"] for row in read_rows(OUT)}
    assert Path("out/mine.png").exists()


def test_async_iterable_of_prompts(batches: BatchServer) -> None:
    """An async verb takes prompts from an async iterable."""

    async def prompts() -> AsyncIterator[str]:
        for name in "ab":
            yield name

    assert 2 == len(collected(submitted(bot_for(batches, "gpt-image-2"), prompts(), is_async=True)))


def test_refusal_is_in_the_providers_words(batches: BatchServer) -> None:
    """A prompt that is refused is an outcome with the provider's words, and the others have their pictures."""
    batches.always(lambda request: Refusal() if request.json["prompt"] == "bad" else None)

    result = collected(submitted(bot_for(batches, "gpt-image-2"), ["good", "bad"]))

    error = result[1].error
    assert isinstance(error, ContentPolicyError)
    assert ("moderation_blocked", False, "failed") == (error.code, error.maybe_charged, result[1].status)
    assert "rejected by the safety system" in str(error)
    assert result[0].ok


@both_services
def test_key_is_shown_nowhere(batches: BatchServer, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """The key is in no repr, no pickle, no file and no error of a job; a pickled job works where the key is known."""
    bot = bot_for(batches, model)
    key = str(bot.api_key)
    job = submitted(bot, ["a"])
    collected(job)

    texts = [repr(job), str(vars(job)), repr(pickle.dumps(job)), str(job.status())]
    texts += [path.read_text(errors="replace") for path in OUT.rglob("*") if path.is_file()]
    assert [] == [text for text in texts if key in text]
    assert key not in json.dumps([dict(one.shown) for one in batches.batches.values()])
    for name, value in batches.variables_for(model.partition("/")[0] if "/" in model else "openai").items():
        monkeypatch.setenv(name, value)
    assert job.status() == pickle.loads(pickle.dumps(job)).status()
