"""The same batch again: nothing is sent for what is done or doubtful, and the rest is taken up."""

import json
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot
from llamabot_images.batch import BatchResult

from .calls import bot_for
from .providers import DisallowParameter, ProviderServer, Refusal, Status
from .providers.fixture import provider
from .test_batch import draw, read_rows

__all__ = ["provider"]

OUT = Path("out")
PROMPTS: list[Any] = ["a", "a", "b", {"prompt": "c", "id": "see"}, {"prompt": "d", "file_name": "d.jpg"}]
both = pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])


def statuses(result: BatchResult) -> list[str]:
    """Return what became of every prompt."""
    return [one.status for one in result]


@both
def test_second_run_sends_nothing(provider: ProviderServer, is_async: bool) -> None:
    """What is done is not sent again, by a fresh bot, in either verb; the outcomes are the same."""
    first = draw(bot_for(provider, "gpt-image-2"), is_async, PROMPTS, "out")
    sent = len(provider.posts)

    second = draw(bot_for(provider, "gpt-image-2"), not is_async, PROMPTS, "out")

    assert 5 == sent == len(provider.posts)
    assert sorted(first.paths) == sorted(second.paths)
    assert first.cost == pytest.approx(second.cost)
    assert [True] * 5 == [one.resumed for one in second]
    assert 5 == len(read_rows(OUT))


def test_rest_is_taken_up(provider: ProviderServer) -> None:
    """A longer list draws what is new, and a refusal is tried again."""
    provider.always(lambda request: Refusal() if request.json["prompt"] == "b" else None)
    bot_for(provider, "gpt-image-2").batch(PROMPTS, "out")
    provider.reset()

    result = bot_for(provider, "gpt-image-2").batch([*PROMPTS, "a", "new"], "out")

    assert ["b", "a", "new"] == sorted((one.json["prompt"] for one in provider.posts), key=["b", "a", "new"].index)
    assert ["done"] * 7 == statuses(result)


def test_unknown_is_not_sent_again(provider: ProviderServer) -> None:
    """What was sent and never answered is sent again only when the caller says so."""
    provider.script(Status(500))
    bot_for(provider, "gpt-image-2").batch(["a"], "out")

    second = bot_for(provider, "gpt-image-2").batch(["a"], "out")
    third = bot_for(provider, "gpt-image-2").batch(["a"], "out", retry_unknown=True)
    fourth = bot_for(provider, "gpt-image-2").batch(["a"], "out")

    assert [["unknown"], ["done"], ["done"]] == [statuses(one) for one in (second, third, fourth)]
    assert "pass retry_unknown=True" in str(second[0].error)
    assert second[0].error.maybe_charged
    assert 2 == len(provider.posts)


@pytest.mark.parametrize("damage", ["gone", "cut", "other"])
def test_damaged_picture_is_drawn_again(bot: ImageBot, damage: str) -> None:
    """A picture that is missing or no longer the one that was saved is not done; the data set stays sound."""
    bot.batch(["a", "b"], OUT)
    path = OUT / "a.png"
    size = path.stat().st_size
    path.unlink() if damage == "gone" else path.write_bytes(bytes(size if damage == "other" else 10))

    result = bot.batch(["a", "b"], OUT)

    assert [False, True] == [one.resumed for one in result]
    assert sorted(path.name for path in result.paths) == sorted(row["file_name"] for row in read_rows(OUT))
    assert [True, True] == [one.resumed for one in bot.batch(["a", "b"], OUT)]


@pytest.mark.parametrize("change", [{"size": "96x96"}, {"n": 2}, {"output_format": "jpeg"}])
def test_other_request_is_drawn_anew(bot: ImageBot, change: dict[str, Any]) -> None:
    """Another size, number or parameter is another request, also under a name of its own."""
    bot.batch(PROMPTS, OUT)

    result = bot.batch([{**({"prompt": one} if isinstance(one, str) else one), **change} for one in PROMPTS], OUT)

    assert not any(one.resumed for one in result)
    assert ["done"] * 5 == statuses(result)


def test_key_and_address_are_not_of_the_request(provider: ProviderServer) -> None:
    """With another key, time limit or header everything is still done."""
    bot_for(provider, "gpt-image-2").batch(["a"], "out")

    other = bot_for(provider, "gpt-image-2", api_key="sk-other", timeout=7, extra_headers={"x-team": "a"})

    assert [True] == [one.resumed for one in other.batch(["a"], "out")]


def test_what_a_provider_teaches_changes_no_request(provider: ProviderServer) -> None:
    """A parameter that was refused in one run is the same request in the next, by a bot that knows nothing of it."""
    provider.always(DisallowParameter("background"))
    settings = {"background": "opaque"}
    bot = bot_for(provider, "compatible/my-model", **settings)
    with pytest.warns(match="background"):
        bot.batch(["a", "b", "c"], "out", max_workers=1)
    sent = len(provider.posts)

    again = bot_for(provider, "compatible/my-model", **settings).batch(["a", "b", "c"], "out")
    same_bot = bot.batch(["a", "b", "c"], "out")

    assert 4 == sent == len(provider.posts)
    assert [True] * 6 == [one.resumed for one in (*again, *same_bot)]


def test_without_resume_all_is_drawn_beside_what_is_there(bot: ImageBot) -> None:
    """resume=False sends everything and overwrites nothing, and both sets are in the data set."""
    first = bot.batch(["a", "b"], OUT)

    second = bot.batch(["a", "b"], OUT, resume=False)

    assert set() == set(first.paths) & set(second.paths)
    assert 4 == len(read_rows(OUT))


def test_own_file_name_is_replaced_in_file_and_row(bot: ImageBot) -> None:
    """A picture with a name of its own takes the place of the earlier one, and so does its row."""
    bot.batch([{"prompt": "a", "file_name": "x.png"}], OUT)

    bot.batch([{"prompt": "b", "file_name": "x.png"}], OUT)

    assert ["b"] == [row["text"] for row in read_rows(OUT)]
    assert ["x.png"] == [path.name for path in OUT.glob("*.png")]


def kill_before(status: str, key_word: str = "a") -> None:
    """Take from the journal what was written from *status* on, as if the process had been killed before it."""
    journal = OUT / ".llamabot-images" / "journal.jsonl"
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    order = ["intent", "came", "done"]
    kept = [one for one in lines if "status" not in one or order.index(one["status"]) < order.index(status)]
    journal.write_text("".join(json.dumps(one) + "\n" for one in kept))


def test_picture_saved_just_before_a_kill_is_found(bot: ImageBot) -> None:
    """A picture whose file is there and whose row is not was paid for: it is taken into the data set, not sent."""
    first = bot.batch(["a", {"prompt": "b", "n": 2}, {"prompt": "c", "file_name": "see.png"}], OUT)
    kill_before("done")
    (OUT / "metadata.jsonl").unlink()

    second = bot.batch(["a", {"prompt": "b", "n": 2}, {"prompt": "c", "file_name": "see.png"}], OUT)

    assert [True] * 3 == [one.resumed for one in second]
    assert sorted(first.paths) == sorted(second.paths)
    assert ["a.png", "b-2.png", "b.png", "see.png"] == sorted(row["file_name"] for row in read_rows(OUT))


@both
@pytest.mark.parametrize("damage", ["torn", "second", "first", "gone"])
def test_lost_rows_of_finished_pictures_are_found(provider: ProviderServer, is_async: bool, damage: str) -> None:
    """When a power cut or a person takes rows away and the pictures are there, nothing is paid again."""
    prompts = [*PROMPTS, {"prompt": "e", "n": 2}]
    first = draw(bot_for(provider, "gpt-image-2"), is_async, prompts, "out", max_workers=1)
    path, rows = OUT / "metadata.jsonl", read_rows(OUT)
    lines = path.read_bytes().splitlines(keepends=True)
    left = {"torn": [*lines[:-1], lines[-1][:-40]], "second": lines[:-1], "first": [*lines[:-2], lines[-1]], "gone": []}
    path.write_bytes(b"".join(left[damage]))

    for _ in range(2):
        result = draw(bot_for(provider, "gpt-image-2"), is_async, prompts, "out")
        assert [True] * 6 == [one.resumed for one in result]
        assert sorted(first.paths) == sorted(result.paths)

    assert 6 == len(provider.posts)
    assert sorted(row["file_name"] for row in rows) == sorted(row["file_name"] for row in read_rows(OUT))


def test_picture_and_row_that_were_taken_away_are_drawn_anew(provider: ProviderServer) -> None:
    """A finished picture that is gone with its row is no doubtful one: it is drawn again."""
    bot_for(provider, "gpt-image-2").batch(["a", {"prompt": "b", "n": 2}], "out", max_workers=1)
    (OUT / "metadata.jsonl").unlink()
    (OUT / "b-2.png").unlink()

    result = bot_for(provider, "gpt-image-2").batch(["a", {"prompt": "b", "n": 2}], "out")

    assert [("done", True), ("done", False)] == [(one.status, one.resumed) for one in result]
    assert 2 == len(result[1].files) == sum(Path(one).is_file() for one in result[1].files)


def test_picture_of_another_prompt_is_not_taken_for_ones_own(bot: ImageBot) -> None:
    """Of two equal pictures, of which one was killed before it was saved, one is done and one is unknown."""
    bot.batch(["a", "a"], OUT)
    (OUT / "a-2.png").unlink()
    rows = [one for one in read_rows(OUT) if one["file_name"] == "a.png"]
    (OUT / "metadata.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows))
    kill_before("done")

    result = bot.batch(["a", "a"], OUT)

    assert ["done", "unknown"] == sorted(statuses(result))


def test_kill_before_the_answer_is_unknown(bot: ImageBot) -> None:
    """An intent without anything after it is unknown, even where a file with that name lies about."""
    bot.batch(["a"], OUT)
    kill_before("came")
    (OUT / "metadata.jsonl").unlink()

    assert ["unknown"] == statuses(bot.batch(["a"], OUT))


def test_kill_between_row_and_journal_is_done(bot: ImageBot) -> None:
    """A row whose file is there is done, whatever the journal did not get to."""
    bot.batch(["a"], OUT)
    kill_before("came")

    assert [True] == [one.resumed for one in bot.batch(["a"], OUT)]


def test_damaged_picture_whose_second_request_is_doubtful(bot: ImageBot) -> None:
    """Where the file is gone and a later request has no outcome, nothing is sent: that one may be charged."""
    bot.batch(["a"], OUT)
    (OUT / "a.png").unlink()
    kill_before("came")

    assert ["unknown"] == statuses(bot.batch(["a"], OUT))


def test_a_renewed_token_is_no_other_request(provider: ProviderServer) -> None:
    """What says who asks, such as a token that changes from day to day, does not make a prompt be drawn again."""
    settings = provider.kwargs_for("azure")
    ImageBot(**settings, azure_ad_token="monday").batch(["a fox"], progress=False)
    sent = len(provider.posts)

    found = ImageBot(**settings, azure_ad_token="tuesday").batch(["a fox"], progress=False)

    assert (True, sent) == (found[0].resumed, len(provider.posts))
