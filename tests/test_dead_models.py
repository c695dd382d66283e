"""A model that its provider has switched off is replaced by its successor, once told, and never behind a gateway."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import litellm
import pytest

from llamabot_images import ImageBot, ModelRetiredError, ModelRetiredWarning
from llamabot_images.lifecycle import LIFECYCLES, WARN_DAYS, Lifecycle, ending_of, lifecycle_of, status_of

from .calls import bot_for, both_ways, draw, key_variables
from .providers import Gone, ProviderServer

FORMS = ["404", "400", "deprecated"]
TODAY = date(2026, 11, 20)
#: One name for each row of the table that has a successor, as a user writes it.
DEAD = {
    "openai/dall-e-[23]": "dall-e-2",
    "openai/gpt-image-1": "gpt-image-1",
    "openai/gpt-image-1-mini": "gpt-image-1-mini",
    "openai/gpt-image-1.5*": "gpt-image-1.5",
    "openai/chatgpt-image-latest": "chatgpt-image-latest",
    "gemini/imagen-*": "gemini/imagen-4.0-generate-001",
    "vertex_ai/imagen*": "vertex_ai/imagen-4.0-generate-001",
    "gemini/gemini-3-pro-image-preview": "gemini/gemini-3-pro-image-preview",
    "vertex_ai/gemini-3-pro-image-preview": "vertex_ai/gemini-3-pro-image-preview",
    "gemini/gemini-3.1-flash-image-preview": "gemini/gemini-3.1-flash-image-preview",
    "vertex_ai/gemini-3.1-flash-image-preview": "vertex_ai/gemini-3.1-flash-image-preview",
    "gemini/gemini-2.0-flash-*image*": "gemini/gemini-2.0-flash-exp-image-generation",
    "gemini/gemini-2.5-flash-image*": "gemini/gemini-2.5-flash-image",
    "vertex_ai/gemini-2.5-flash-image*": "vertex_ai/gemini-2.5-flash-image",
    "bedrock/*amazon.nova-canvas*": "bedrock/amazon.nova-canvas-v1:0",
    "bedrock/*amazon.titan-image-generator*": "bedrock/amazon.titan-image-generator-v2:0",
    "xai/grok-2-image*": "xai/grok-2-image",
    "xai/grok-imagine-image-quality": "xai/grok-imagine-image-quality",
}


@pytest.fixture
def openai(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Stand in for OpenAI as it is today, reached by OpenAI's own variables."""
    key_variables(provider, monkeypatch, "openai")
    return provider


@pytest.fixture
def quiet() -> Iterator[None]:
    """Fail on any warning of a dead model."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ModelRetiredWarning)
        yield


def retirements(told: Iterable[warnings.WarningMessage]) -> list[warnings.WarningMessage]:
    """Return the warnings of dead models; LiteLLM's own libraries warn of other things while they load."""
    return [one for one in told if issubclass(one.category, ModelRetiredWarning)]


@pytest.mark.parametrize("form", FORMS)
def test_the_defaults_work_today(openai: ProviderServer, form: str) -> None:
    """ImageBot()("…") saves a picture, however OpenAI says that dall-e-3 is gone, with one warning that names both."""
    openai.gone = form

    with pytest.warns(ModelRetiredWarning) as told:
        path = ImageBot()("a red panda")

    assert openai.pictures.served == [Path(path).read_bytes()]
    assert ["dall-e-3", "gpt-image-2.5-sunburst"] == [post.json["model"] for post in openai.posts]
    (one,) = retirements(told)
    assert "'dall-e-3'" in str(one.message)
    assert "'gpt-image-2.5-sunburst'" in str(one.message)
    assert __file__ == one.filename


@both_ways
@pytest.mark.filterwarnings("ignore::llamabot_images.errors.ModelRetiredWarning")
def test_successor_is_used_from_then_on(openai: ProviderServer, is_async: bool) -> None:
    """The second call of a bot asks the successor at once."""
    bot = ImageBot()
    first = draw(bot, is_async)

    second = draw(bot, is_async)

    assert (2, 1) == (first.requests_sent, second.requests_sent)
    assert ["gpt-image-2.5-sunburst"] == [post.json["model"] for post in openai.posts[2:]]
    assert "gpt-image-2.5-sunburst" == second.model


def test_warning_comes_once_in_a_process(openai: ProviderServer) -> None:
    """Other bots of the same program do not say it again."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", ModelRetiredWarning)
        for _ in range(3):
            ImageBot().generate("a red panda")

    assert 1 == len(retirements(told))


@pytest.mark.filterwarnings("ignore::llamabot_images.errors.ModelRetiredWarning")
def test_successor_gets_the_settings_fitted_anew(openai: ProviderServer) -> None:
    """What dall-e-3 took is fitted to what its successor takes, and all pictures come."""
    bot = ImageBot(size="1792x1024", quality="hd", n=2)

    with pytest.warns(UserWarning, match="quality='hd' became 'high'"):
        result = bot.generate("a red panda")

    sent = openai.posts[-1].json
    assert ("1792x1024", "high", 2) == (sent["size"], sent["quality"], sent["n"])
    assert "response_format" not in sent
    assert 2 == len(result)


@both_ways
def test_strict_names_the_successor_instead(openai: ProviderServer, is_async: bool, quiet: None) -> None:
    """With strict=True a dead model is an error that says what to use."""
    with pytest.raises(ModelRetiredError, match=r"use model='gpt-image-2\.5-sunburst'") as caught:
        draw(ImageBot(strict=True), is_async)

    assert ("dall-e-3", "gpt-image-2.5-sunburst") == (caught.value.model, caught.value.successor)
    assert 1 == len(openai.posts)


@both_ways
@pytest.mark.parametrize("form", FORMS)
def test_names_behind_an_api_base_are_never_replaced(
    provider: ProviderServer, form: str, is_async: bool, quiet: None
) -> None:
    """A bot with an address of its own asks that server for that name and for no other."""
    provider.gone = form
    bot = bot_for(provider, "dall-e-3")

    with pytest.raises((litellm.BadRequestError, litellm.NotFoundError)) as caught:
        draw(bot, is_async)

    assert ["dall-e-3"] == [post.json["model"] for post in provider.posts]
    assert "gpt-image-2.5-sunburst" in " ".join(caught.value.__notes__)


@pytest.mark.filterwarnings("ignore::llamabot_images.errors.ModelRetiredWarning")
def test_learned_successor_is_not_used_behind_an_api_base(openai: ProviderServer) -> None:
    """A bot that knows its model's successor still asks another server, given for one call, for the name itself."""
    bot = ImageBot()
    bot.generate("a red panda")
    openai.retired.clear()

    result = bot.generate("a red panda", api_base=openai.kwargs_for("dall-e-3")["api_base"])

    assert "dall-e-3" == result.model


def test_living_model_is_asked_as_it_is(openai: ProviderServer, quiet: None) -> None:
    """The table is no reason to replace a model that still answers."""
    openai.retired.clear()

    result = ImageBot().generate("a red panda")

    assert "dall-e-3" == result.model
    assert 1 == len(openai.posts)


def test_every_row_with_a_successor_has_a_name_here() -> None:
    """The table of names covers the table of lifecycles, and each name finds its own row."""
    rows = {row.pattern for row in LIFECYCLES if row.successor}

    assert rows == DEAD.keys()
    for pattern, name in DEAD.items():
        provider, _, model = name.rpartition("/") if "/" in name else ("openai", "", name)
        row = lifecycle_of(provider, model)
        assert row is not None
        assert pattern == row.pattern


def test_no_successor_is_dead_itself() -> None:
    """No row leads to a model of which another row says that it is gone or dies soon."""
    for row in LIFECYCLES:
        if row.successor is not None:
            provider, _, name = row.successor.rpartition("/") if "/" in row.successor else ("openai", "", row.successor)
            assert lifecycle_of(provider, name) is None, row.successor


class Recording:
    """Stands in for LiteLLM where a provider cannot be reached by variables alone: says "gone" to one name."""

    def __init__(self, provider: ProviderServer, dead: str) -> None:
        self.provider = provider
        self.dead = dead
        self.models: list[str] = []
        self.real = litellm.image_generation

    def __call__(self, **keywords: Any) -> Any:
        model = keywords["model"]
        self.models.append(model)
        self.provider.always(Gone() if model == self.dead else None)
        here = self.provider.kwargs_for(model)
        return self.real(**(without_client(keywords) | here))


def without_client(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """Return keywords without the client that knows another address."""
    return {name: value for name, value in keywords.items() if name != "client"}


@pytest.mark.filterwarnings("ignore::llamabot_images.errors.ModelRetiredWarning")
@pytest.mark.parametrize("model", DEAD.values())
def test_every_dead_model_is_replaced(provider: ProviderServer, monkeypatch: pytest.MonkeyPatch, model: str) -> None:
    """Each model of the table that the provider says is gone draws by its successor, which the provider knows."""
    provider.retired.clear()
    recording = Recording(provider, model)
    monkeypatch.setattr(litellm, "image_generation", recording)

    with pytest.warns(ModelRetiredWarning, match="is used instead"):
        result = ImageBot(model=model).generate("a red panda")

    row = next(row for row in LIFECYCLES if DEAD.get(row.pattern) == model)
    assert [model, row.successor] == recording.models
    assert row.successor == result.model
    assert 1 == len(result)


def test_dead_model_without_successor_is_an_error_that_says_so(
    provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody names a successor, the caller is told to choose."""
    key_variables(provider, monkeypatch, "azure_ai")

    with pytest.raises(ModelRetiredError, match="choose another model") as caught:
        ImageBot(model="azure_ai/MAI-Image-2.5").generate("a red panda")

    assert caught.value.successor is None


# -- models that die soon -----------------------------------------------------------------------


@pytest.fixture
def dying(openai: ProviderServer, monkeypatch: pytest.MonkeyPatch) -> ProviderServer:
    """Let LiteLLM say that gpt-image-2 is switched off in thirty days."""
    ask_litellm = ImageBot(model="gpt-image-2")
    ask_litellm.build_request("load LiteLLM")
    off = (date.today() + timedelta(days=30)).isoformat()
    for name in ("gpt-image-2", "openai/gpt-image-2"):
        if name in litellm.model_cost:
            monkeypatch.setitem(litellm.model_cost, name, litellm.model_cost[name] | {"deprecation_date": off})
    return openai


@both_ways
def test_model_that_dies_within_sixty_days_warns_once(dying: ProviderServer, is_async: bool) -> None:
    """The request goes out as asked, and the day is told once in a process."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        results = [draw(ImageBot(model="gpt-image-2"), is_async) for _ in range(2)]

    (one,) = retirements(told)
    assert (date.today() + timedelta(days=30)).isoformat() in str(one.message)
    assert ["gpt-image-2", "gpt-image-2"] == [result.model for result in results]
    assert 2 == len(dying.posts)


def test_warning_of_a_dying_model_points_at_the_callers_line(dying: ProviderServer) -> None:
    """Both verbs warn at the line that called them."""
    with pytest.warns(ModelRetiredWarning) as told:
        ImageBot(model="gpt-image-2").generate("a red panda")

    assert [__file__] == [one.filename for one in retirements(told)]


async def test_warning_points_at_the_line_that_awaits(dying: ProviderServer) -> None:
    """An async call warns at the line that awaits it."""
    with pytest.warns(ModelRetiredWarning) as told:
        await ImageBot(model="gpt-image-2").agenerate("a red panda")

    assert [__file__] == [one.filename for one in retirements(told)]


def test_dying_name_behind_an_api_base_does_not_warn(dying: ProviderServer, quiet: None) -> None:
    """With an address of the caller's the name means what that server says."""
    bot_for(dying, "gpt-image-2").generate("a red panda")


@pytest.mark.parametrize(
    ("days", "is_ending"), [(0, False), (1, True), (WARN_DAYS, True), (WARN_DAYS + 1, False), (-10, False)]
)
def test_only_the_last_sixty_days_warn(days: int, is_ending: bool) -> None:
    """A date that has passed, or is far, warns of nothing."""
    off = TODAY + timedelta(days=days)

    row = ending_of("openai", "some-new-model", off, TODAY)

    assert is_ending == (row is not None)


def test_the_earlier_of_two_dates_counts() -> None:
    """Between our table and LiteLLM's map the earlier date counts, with the successor of our table."""
    row = ending_of("openai", "gpt-image-1-mini", date(2026, 11, 25), TODAY)

    assert row is not None
    assert (date(2026, 11, 25), "gpt-image-2.5-flare") == (row.off, row.successor)


@pytest.mark.parametrize(("days", "status"), [(0, "retired"), (1, "expiring"), (60, "expiring"), (61, "live")])
def test_status_follows_the_date(days: int, status: str) -> None:
    """A model is retired on its day, expiring in the sixty days before."""
    row = Lifecycle("openai/x", TODAY + timedelta(days=days), None, "test")

    assert status == status_of(row, TODAY)


def test_unknown_model_is_live() -> None:
    """A model without a row has no known end."""
    assert "live" == status_of(None, TODAY)
    assert not any(fnmatchcase("openai/gpt-image-2", row.pattern) for row in LIFECYCLES)
