"""Money where more than one has a say in it, and folders too: fallbacks, earlier runs, workers elsewhere."""

import os
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import BudgetExceededError, ImageBot

from .calls import bot_for, both_ways, key_variables
from .pictures import ROOT
from .providers import Delay, ProviderServer, Recorded, Status
from .providers.fixture import provider
from .test_batch import draw, read_rows

__all__ = ["provider"]

pytestmark = pytest.mark.filterwarnings("ignore::llamabot_images.errors.ImageBotWarning")
PROMPTS = [f"panda {number}" for number in range(20)]


def busy_first(request: Recorded) -> Any:
    """Have the cheap model answer nobody."""
    return Status(503, retry_after="600") if request.json["model"] == "gpt-image-1-mini" else Delay(0.2)


@both_ways
def test_dearer_fallback_does_not_overspend(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, is_async: bool
) -> None:
    """However many requests are under way, max_cost holds also where all of them are answered by a dearer model."""
    key_variables(provider, monkeypatch, "openai")
    provider.always(busy_first)
    bot = ImageBot("gpt-image-1-mini", fallbacks=("gpt-image-2",), quality="medium")

    result = draw(bot, is_async, PROMPTS, "out", max_workers=16, max_cost=0.1)

    assert 0 < result.cost <= 0.1
    assert isinstance(result.stopped, BudgetExceededError)


def test_cheaper_fallback_sets_no_more_aside(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fallback that costs less, or that cannot be asked, changes nothing: what fits into max_cost is drawn."""
    key_variables(provider, monkeypatch, "openai")
    settings = {"quality": "medium", "fallbacks": ("gpt-image-1-mini", "recraft/recraftv3")}

    result = ImageBot("gpt-image-2", **settings).batch(PROMPTS, "out", max_workers=16, max_cost=0.1)

    assert 3 == len(result.ok)


@pytest.mark.parametrize("is_elsewhere", [False, True])
def test_workers_elsewhere_have_the_same_budget_in_every_run(provider: ProviderServer, is_elsewhere: bool) -> None:
    """With and without an executor max_cost is of the folder, not of the run, and rows that are lost are found."""
    with ThreadPoolExecutor(4) as pool:
        options = {"executor": pool if is_elsewhere else None, "max_cost": 0.1}
        for _ in range(3):
            result = bot_for(provider, "gpt-image-2", quality="medium").batch(PROMPTS, "out", **options)
            Path("out/metadata.jsonl").unlink()

    assert 3 == len(result.ok) == len(provider.posts)


@both_ways
def test_relative_folder_is_ours_for_workers_elsewhere(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, is_async: bool, tmp_path: Path
) -> None:
    """Workers whose current folder is another one save where the caller means."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    key_variables(provider, monkeypatch, "openai")
    (tmp_path / "elsewhere").mkdir()
    moved = {"initializer": os.chdir, "initargs": (str(tmp_path / "elsewhere"),)}

    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), **moved) as pool:
        result = draw(ImageBot("openai/gpt-image-2"), is_async, ["a", "b"], "out", executor=pool)

    assert [Path("out/a.png"), Path("out/b.png")] == result.paths
    assert all(path.is_file() for path in result.paths)
    assert 2 == len(read_rows(Path("out")))


class Far(ThreadPoolExecutor):
    """Stands for machines that have a folder of the same name, and not the same folder."""

    def submit(self, *args: Any, **keywords: Any) -> Future[Any]:
        def far() -> Any:
            made = args[0](*args[1:], **keywords)
            for row in made.rows:
                (Path("out") / row["file_name"]).rename(Path("far") / row["file_name"])
            return made

        return super().submit(far)


@both_ways
def test_picture_that_a_worker_saved_elsewhere_is_not_done(provider: ProviderServer, is_async: bool) -> None:
    """What is not in our folder is told with what to do, and nothing more is bought; once there, it is taken up."""
    Path("far").mkdir()
    with Far(1) as pool:
        first = draw(bot_for(provider, "gpt-image-2"), is_async, PROMPTS, "out", executor=pool, max_workers=1)
    os.rename("far/panda-0.png", "out/panda-0.png")
    second = draw(bot_for(provider, "gpt-image-2"), is_async, PROMPTS[:1], "out")

    assert ["unknown"] + ["not_sent"] * 19 == [one.status for one in first]
    assert "give a save_dir that is the same folder for all workers" in str(first.stopped)
    assert [("done", True)] == [(one.status, one.resumed) for one in second]
    assert 1 == len(provider.posts)
