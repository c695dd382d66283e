"""What a batch gives back: a table, a view, a data set, and the way to what is missing."""

import pickle
import tempfile
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.batch import BatchError, BatchEvent, BatchResult

from .calls import bot_for
from .pictures import run_python
from .providers import ProviderServer, Status
from .providers.fixture import provider

__all__ = ["provider"]


@pytest.fixture
def mixed(provider: ProviderServer) -> BatchResult:
    """Give a result with two pictures, a failure, a doubtful one and hostile words."""
    replies = {"no": Status(400, message="not <b>this</b>"), "lost": Status(500)}
    provider.always(lambda request: replies.get(request.json["prompt"]))
    return bot_for(provider, "gpt-image-2").batch(
        ["<script>alert(1)</script>", "no", {"prompt": "c", "id": "see"}, "lost"], "out"
    )


def test_parts_of_a_result(mixed: BatchResult) -> None:
    """Done, failed and unknown are all there is, and the repr says how many there are of each."""
    assert [[0, 2], [1], [3]] == [[one.index for one in part] for part in (mixed.ok, mixed.failed, mixed.unknown)]
    assert "<BatchResult 2 of 4 done, 1 failed, 1 unknown, $0.06" in repr(mixed)
    assert "<BatchOutcome 1 failed 'no' BadRequestError>" == repr(mixed[1])
    assert mixed.cost == sum(one.cost or 0 for one in mixed)


def test_raise_if_any(mixed: BatchResult, bot: ImageBot) -> None:
    """What is missing is raised as one error that names the first ones, with the whole result."""
    with pytest.raises(BatchError, match="2 of 4 done, .*; 1: 'no' failed .*; 3: 'lost' unknown") as caught:
        mixed.raise_if_any()

    assert mixed is caught.value.result
    assert mixed[1].error is caught.value.__cause__
    bot.batch(["a"], "fine").raise_if_any()


def test_retry_failed(mixed: BatchResult, provider: ProviderServer) -> None:
    """What failed is sent again, what is doubtful only when told, and the result covers all prompts."""
    provider.reset()

    second = mixed.retry_failed()
    third = second.retry_failed(retry_unknown=True)

    assert ["done", "done", "done", "unknown"] == [one.status for one in second]
    assert ["no", "lost"] == [one.json["prompt"] for one in provider.posts]
    assert [0, 1, 2, 3] == [one.index for one in third if one.ok]
    assert third is third.retry_failed()


def test_retry_of_a_prompt_given_twice(provider: ProviderServer) -> None:
    """When one of two equal prompts has failed, it gets a picture of its own."""
    provider.script(None, Status(400))
    result = bot_for(provider, "gpt-image-2").batch(["a", "a"], "out", max_workers=1)

    result = result.retry_failed()

    assert 2 == len(set(result.paths)) == len(provider.posts) - 1


def test_result_travels_without_its_bot(mixed: BatchResult) -> None:
    """A pickled result has all outcomes, and says what to do instead of trying again."""
    found = pickle.loads(pickle.dumps(mixed))

    assert mixed.ok == found.ok
    assert [one.status for one in mixed] == [one.status for one in found]
    assert "litellm.BadRequestError" in str(found[1].error)
    assert [False, True] == [found[place].error.maybe_charged for place in (1, 3)]
    with pytest.raises(ValueError, match="run the same batch again"):
        found.retry_failed()


def test_table(mixed: BatchResult) -> None:
    """to_pandas has a row for each prompt."""
    pytest.importorskip("pandas")
    table = mixed.to_pandas()

    assert ["done", "failed", "done", "unknown"] == list(table["status"])
    assert "see" == table["id"][2]
    assert Path(table["path"][2]).is_file()
    assert "BadRequestError" in table["error"][1]


def test_view_shows_pictures_and_runs_nothing(mixed: BatchResult) -> None:
    """In a notebook the first pictures and failures are shown, and prompts are text, whatever is in them."""
    data, _ = mixed._repr_mimebundle_()

    assert 2 == data["text/html"].count("<img ")
    assert "<script" not in data["text/html"]
    assert "<b>" not in data["text/html"]
    assert "&lt;script&gt;" in data["text/html"]
    assert data["text/plain"] == repr(mixed)


def test_view_of_many_is_short(bot: ImageBot) -> None:
    """However many pictures there are, a few small ones are shown; one that is gone is its name."""
    result = bot.batch((f"panda {number}" for number in range(40)), "out")
    result[0].path.unlink()

    assert 23 == result._repr_html_().count("<img ")
    assert len(result._repr_html_()) < 500_000


def test_folder_is_a_data_set_for_pandas(mixed: BatchResult) -> None:
    """metadata.jsonl has a line for each picture, which pandas reads."""
    pandas = pytest.importorskip("pandas")

    table = pandas.read_json("out/metadata.jsonl", lines=True)

    assert ["file_name", "text"] == list(table.columns[:2])
    assert ["<script>alert(1)</script>", "c"] == sorted(table["text"])


def test_folder_is_a_data_set_for_hugging_face(bot: ImageBot, tmp_path: Path) -> None:
    """datasets loads every picture with its text, in a folder with failures and several pictures per prompt."""
    pytest.importorskip("datasets")
    bot.batch(["a", "", {"prompt": "b", "n": 2}, {"prompt": "c", "file_name": "sub/c.jpg", "quality": "high"}], "out")
    code = (
        "import sys; from datasets import load_dataset\n"
        "rows = load_dataset('imagefolder', data_dir=sys.argv[1], cache_dir=sys.argv[2])['train']\n"
        "print(sorted((row['text'], row['image'].size) for row in rows))"
    )

    with tempfile.TemporaryDirectory() as cache:
        said = run_python(code, tmp_path / "out", cache)

    assert "[('a', (64, 64)), ('b', (64, 64)), ('b', (64, 64)), ('c', (64, 64))]" == said


def test_events(bot: ImageBot) -> None:
    """Another front end hears of the start, of each prompt, and of the end, with the counts so far."""
    events: list[BatchEvent] = []

    bot.batch(["a", "", "b"], "out", on_event=events.append, max_workers=1)

    told = [(one.kind, one.done, one.failed, one.total) for one in events]
    assert [("start", 0, 0, 3), ("done", 1, 0, 3), ("failed", 1, 1, 3), ("done", 2, 1, 3), ("end", 2, 1, 3)] == told
    assert ["a", "", "b"] == [one.outcome.prompt for one in events if one.outcome]


def test_error_of_a_listener_costs_nothing(bot: ImageBot) -> None:
    """A front end that fails is told of in a warning and left alone; every picture is drawn."""

    def listener(event: BatchEvent) -> Any:
        raise RuntimeError("the window is closed")

    with pytest.warns(match="the window is closed.*is not called again; the batch goes on"):
        result = bot.batch(["a", "b"], "out", on_event=listener)

    assert 2 == len(result.ok)


@pytest.mark.parametrize(("progress", "is_shown"), [(True, True), (False, False), (None, False)])
def test_bar(bot: ImageBot, capsys: pytest.CaptureFixture[str], progress: bool | None, is_shown: bool) -> None:
    """A bar with counts, failures and cost is shown when asked for; in a log file only then."""
    bot.batch(["a", ""], "out", progress=progress)

    said = capsys.readouterr()
    assert is_shown == ("2/2" in said.err and "failed 1, $0" in said.err)
    assert "" == said.out
