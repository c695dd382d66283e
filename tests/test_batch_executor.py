"""Pictures made elsewhere: in threads, in processes, on a Dask cluster; a worker that dies costs its own prompts."""

import asyncio
import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageResult
from llamabot_images.errors import ImageBotWarning

from .calls import both_ways
from .pictures import ROOT
from .providers import ProviderServer, Refusal, Status
from .providers.fixture import provider
from .test_batch import draw, read_rows

__all__ = ["provider"]


class Mortal(ImageBot):
    """Draws in the process it is in, and dies with it when told to."""

    def generate(self, prompt: str, **overrides: Any) -> ImageResult:
        if prompt == "die":
            Path("deaths").mkdir(exist_ok=True)
            Path(f"deaths/{os.getpid()}").touch()
            os._exit(1)
        return super().generate(f"{prompt} by {os.getpid()}" if prompt.startswith("panda") else prompt, **overrides)


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let other processes find this module."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


@pytest.fixture
def processes(workers: None) -> Iterator[Executor]:
    """Give two processes."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield pool


def test_any_executor_makes_the_pictures(bot: ImageBot) -> None:
    """Threads of somebody else's executor do the work; journal and outcomes are as ever."""
    with ThreadPoolExecutor(2) as pool:
        first = bot.batch(["a", "a", {"prompt": "b", "n": 2}], "out", executor=pool)
        second = bot.batch(["a", "a", {"prompt": "b", "n": 2}], "out", executor=pool)

    assert 3 == len(first.ok)
    assert 4 == len(set(first.paths)) == len(read_rows(Path("out")))
    assert [True] * 3 == [one.resumed for one in second]


@both_ways
def test_processes_send_and_write(
    provider: ProviderServer, processes: Executor, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """Other processes send with the key of their environment; what they cannot do comes back as an error."""
    about = provider.kwargs_for("gpt-image-2")
    monkeypatch.setenv("OPENAI_API_KEY", about["api_key"])
    provider.always(lambda request: {"no": Refusal(), "lost": Status(500)}.get(request.json["prompt"]))
    bot = Mortal("openai/gpt-image-2", api_key=about["api_key"], api_base=about["api_base"])

    result = draw(bot, is_async, ["panda 1", "no", "panda 2", "lost", "panda 3"], "out", executor=processes)

    assert ["done", "failed", "done", "unknown", "done"] == [one.status for one in result]
    assert "InternalServerError" in str(result[3].error)
    drawn_by = {row["text"].rpartition(" ")[2] for row in read_rows(Path("out"))}
    assert drawn_by
    assert str(os.getpid()) not in drawn_by
    assert [] == list(Path("out/.llamabot-images/claims").iterdir())


def test_broken_pool_sends_nothing_more(processes: Executor) -> None:
    """When a process dies, what it had begun is doubtful, and what was not begun can be done by the next run."""
    bot = Mortal("offline/sketch", size="64x64")

    with pytest.warns(ImageBotWarning, match="the batch was stopped"):
        result = bot.batch(["die", *(f"panda {n}" for n in range(30))], "out", executor=processes, max_workers=1)

    assert "unknown" == result[0].status
    assert 30 == len(result.failed)
    second = bot.batch([f"panda {n}" for n in range(30)], "out")
    assert 30 == len(second.ok)


class Closed(Executor):
    """Takes no work."""

    def submit(self, *args: Any, **keywords: Any) -> Future[Any]:
        raise RuntimeError("cannot schedule new futures after shutdown")


@pytest.mark.filterwarnings("ignore:the batch was stopped")
def test_executor_that_takes_no_work(bot: ImageBot) -> None:
    """What an executor refuses was not sent, and is no reason to go through a whole list."""
    result = bot.batch([f"panda {n}" for n in range(100)], "out", executor=Closed())

    assert 100 == len(result.failed)
    assert "the executor takes no work: RuntimeError" in str(result[0].error)


def test_dask_cluster(workers: None) -> None:
    """A cluster draws; a worker that dies leaves what it had begun doubtful, and unsent again; the rest goes on."""
    distributed = pytest.importorskip("distributed")
    bot = Mortal("offline/sketch", size="64x64")
    prompts = [*(f"panda {n}" for n in range(10)), "die", *(f"panda {n}" for n in range(10, 20))]

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        result = bot.batch(prompts, "out", executor=client.get_executor(), max_workers=4)
        again = asyncio.run(bot.abatch(prompts, "out", executor=client.get_executor(), max_workers=4))

    doubtful = [one.prompt for one in result.unknown]
    assert "die" in doubtful
    assert len(doubtful) <= 4  # what was under way, where the worker did all of it
    assert doubtful == [one.prompt for one in again.unknown]
    assert 1 == len(list(Path("deaths").iterdir()))
    assert "had begun this" in str(result[10].error)
    drawn_by = {row["text"].rpartition(" ")[2] for row in read_rows(Path("out"))}
    assert len(drawn_by) >= 2
    assert 21 == len(result.ok) + len(doubtful)
    assert all(one.resumed for one in again)
