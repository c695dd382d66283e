"""What a job sends, and what is refused before anything is sent."""

from typing import Any

import pytest

from llamabot_images import (
    AdjustmentWarning,
    BudgetExceededError,
    ImageBot,
    MissingKeyError,
    ModelRetiredError,
    UnroutedModelError,
    UnsupportedParameterError,
)
from llamabot_images.jobs import input

from .calls import bot_for
from .providers.batches_api import BatchServer, batches
from .test_jobs import OUT, collected, submitted

__all__ = ["batches"]


NONSENSE: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "none": ([], {}, ValueError, "no prompts"),
    "text": ("a fox", {}, TypeError, "give a list"),
    "empty generator": (iter(()), {}, ValueError, "no prompts"),
    "two ids": ([{"prompt": "a", "id": 1}, {"prompt": "b", "id": 1}], {}, ValueError, "already"),
    "two names": (iter([{"prompt": "a", "file_name": "x"}, {"prompt": "b", "file_name": "X"}]), {}, ValueError, "alre"),
    "outside": (["a", {"prompt": "b", "file_name": "../x.png"}], {}, ValueError, "inside the folder"),
    "no prompt": (["a", ""], {}, UnsupportedParameterError, "prompt"),
    "two models": (["a", {"prompt": "b", "model": "gpt-image-2.5-flare"}], {}, ValueError, "one model"),
    "two keys": (["a", {"prompt": "b", "api_key": "sk-other-key"}], {}, ValueError, "key or address of its own"),
    "no batch API": (["a"], {"model": "gemini/gemini-3.1-flash-image", "api_key": "k"}, UnroutedModelError, "bot.ba"),
    "offline": (["a"], {"model": "offline/sketch"}, UnroutedModelError, "no batch API"),
    "long id": ([{"prompt": "a", "id": "x" * 500}], {}, ValueError, "too long"),
    "no JSON": ([{"prompt": "a", "background": object()}], {}, ValueError, "JSON"),
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_refused_before_anything_is_sent(batches: BatchServer, name: str) -> None:
    """What makes no sense, or cannot be one job, is an error that says so, and no request leaves the machine."""
    prompts, overrides, kind, text = NONSENSE[name]

    with pytest.raises(kind, match=text):
        submitted(bot_for(batches, "gpt-image-2"), prompts, **overrides)

    assert [] == batches.requests


def test_switched_off_model_and_missing_key(batches: BatchServer) -> None:
    """A model that is switched off and a key that nobody gave are found before anything is sent."""
    with pytest.raises(ModelRetiredError, match=r"gpt-image-2\.5-sunburst"):
        submitted(ImageBot(api_key="sk-some-key"), ["a"])
    with pytest.raises(MissingKeyError, match="OPENAI_API_KEY"):
        submitted(ImageBot("gpt-image-2"), ["a"])


@pytest.mark.parametrize(("name", "most"), [("MOST_REQUESTS", 3), ("MOST_BYTES", 300)])
def test_more_than_a_job_holds(batches: BatchServer, monkeypatch: pytest.MonkeyPatch, name: str, most: int) -> None:
    """A list that is longer than the provider takes is refused before it is sent, without reading it to its end."""
    monkeypatch.setattr(input, name, most)
    prompts = iter([f"panda {number}" for number in range(1000)])

    with pytest.raises(ValueError, match="at most"):
        submitted(bot_for(batches, "gpt-image-2"), prompts)

    assert [] == batches.requests
    assert next(prompts) < "panda 9"


def test_money_is_set_aside_and_settled(batches: BatchServer) -> None:
    """A job that would pass max_cost is not sent; what is set aside for one is not spent on others."""
    bot = bot_for(batches, "gpt-image-2", max_cost=0.05, quality="medium")
    with pytest.raises(BudgetExceededError, match="max_cost"):
        submitted(bot, ["a"] * 10)
    assert [] == batches.requests

    job = submitted(bot, ["a"] * 2)
    with pytest.raises(BudgetExceededError):
        bot.generate("b")
    collected(job)

    assert bot.cost == pytest.approx(0.0317, rel=0.01)
    with pytest.raises(BudgetExceededError):
        bot.generate("b")
    assert 2 == len(batches.posts)


class Framed(ImageBot):
    """Draws everything in a frame."""

    def build_request(self, prompt: str, **overrides: Any) -> Any:
        return super().build_request(f"{prompt}, framed", **{**overrides, "quality": "low"})

    def filename_for(self, prompt: str) -> str:
        return f"framed-{len(prompt)}"


def test_subclass_is_heard(batches: BatchServer) -> None:
    """What a subclass makes of a prompt is what is sent, and its names are the files'."""
    bot = Framed(**batches.kwargs_for("gpt-image-2"))

    result = collected(submitted(bot, ["a fox"], size="1536x1024"))

    (post,) = batches.posts
    assert ("a fox, framed", "low", "1536x1024") == tuple(post.json[name] for name in ("prompt", "quality", "size"))
    assert [OUT / "framed-13.png"] == result.paths


def test_adjustments_are_told_once(batches: BatchServer) -> None:
    """A setting that the model does not take is told when the job is submitted, once for all prompts."""
    with pytest.warns(AdjustmentWarning, match="style") as given:
        submitted(bot_for(batches, "gpt-image-2", style="vivid"), ["a", "b"])

    assert [AdjustmentWarning] == [one.category for one in given if one.category is AdjustmentWarning]


@pytest.mark.parametrize(
    "settings",
    [
        {"api_base": "/openai/v1", "api_version": None},
        {"api_base": "/openai"},
        {"api_key": None, "azure_ad_token": "0123456789abcdefloopbackazure000"},
        {"api_key": None, "api_base": "/openai/v1", "azure_ad_token": "0123456789abcdefloopbackazure000"},
    ],
    ids=["dateless", "with path", "token", "token, dateless"],
)
def test_ways_to_reach_azure(batches: BatchServer, settings: dict[str, Any]) -> None:
    """Both kinds of Azure's addresses, and a token of Entra's in place of a key, reach its batch API."""
    settings = settings | {"api_base": batches.url + settings.get("api_base", "")}
    bot = bot_for(batches, "azure/my-pictures", base_model="azure/gpt-image-2", **settings)

    result = collected(submitted(bot, ["a"]))

    assert ["done"] == [one.status for one in result]
    assert result.cost > 0
    assert "azure/my-pictures" == result[0].model
    assert "my-pictures" == batches.posts[0].json["model"]


def test_settings_for_litellm_and_headers_are_not_of_the_body(batches: BatchServer) -> None:
    """A request's body holds what the image API takes; headers go with the job, what is LiteLLM's own goes nowhere."""
    more = {"extra_headers": {"x-team": "red"}, "metadata": {"a": 1}, "drop_params": True, "timeout": 50}

    job = submitted(
        bot_for(batches, "gpt-image-2", **more), ["a"], extra_body={"moderation": "low"}, background="opaque"
    )
    collected(job)

    wanted = {"model": "gpt-image-2", "prompt": "a", "n": 1, "size": "1024x1024", "moderation": "low"}
    assert wanted | {"background": "opaque"} == batches.posts[0].json
    assert {"red"} == {one.headers.get("x-team") for one in batches.requests}
