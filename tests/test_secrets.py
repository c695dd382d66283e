"""A key and a signature stay where they belong, whatever happens."""

import copy
import io
import json
import logging
import pickle
import traceback
import warnings
from pathlib import Path
from typing import Any

import pytest

from llamabot_images import ImageBot, ImageReference

from .providers import EmptyData, Expired, Gone, Html, ProviderServer, Refusal, Reset, Status, Timeout

KEY = "sk-canary-0123456789abcdef"
SIGNATURE = "CANARYSIGNATURE0123456789"
FAULTS = {
    "400": Status(400),
    "401": Status(401),
    "403": Status(403),
    "404": Gone(),
    "429": Status(429),
    "500": Status(500),
    "html": Html(502),
    "reset": Reset(),
    "timeout": Timeout(3),
    "empty": EmptyData(),
    "refusal": Refusal(),
}
ROUTES = ["gpt-image-2", "azure/gpt-image-2", "gemini", "openrouter", "recraft", "compatible", "stability"]


def everything_about(error: BaseException) -> str:
    """Return all that a traceback tool would show: text, notes, attributes, chain, and the locals of each frame."""
    told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    ours = told.split(str(Path(__file__).parent), 1)[0] + told.rsplit("llamabot_images", 1)[-1]
    return ours + "".join(f"{one!s}{one!r}{one.args!r}{getattr(one, '__notes__', '')}{vars(one)!r}" for one in chain)


@pytest.fixture
def log() -> Any:
    """Collect everything that is logged at DEBUG, by whoever."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    names = ("", "llamabot_images", "LiteLLM", "httpx", "httpcore", "openai")
    before = [(logging.getLogger(name), logging.getLogger(name).level) for name in names]
    logging.getLogger().addHandler(handler)
    for logger, _ in before:
        logger.setLevel(logging.DEBUG)
    yield stream
    logging.getLogger().removeHandler(handler)
    for logger, level in before:
        logger.setLevel(level)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("route", ROUTES)
def test_no_failure_shows_the_key(provider: ProviderServer, route: str, fault: str, log: io.StringIO) -> None:
    """Whatever goes wrong, the key is in no text, note, attribute, chain, log or local variable of ours."""
    settings = provider.kwargs_for(route)
    provider.keys[settings["model"].partition("/")[0]] = KEY
    provider.strict = False
    provider.always(FAULTS[fault])
    bot = ImageBot(**settings | {"api_key": KEY, "timeout": 0.5})

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(Exception) as caught:  # noqa: PT011
            bot("a fox")

    assert KEY not in everything_about(caught.value)
    assert KEY not in "".join(str(one.message) for one in told)
    assert KEY not in log.getvalue()


def test_echoed_key_is_removed(provider: ProviderServer) -> None:
    """A provider that repeats the key in its error does not make us show it."""
    provider.always(Status(401, message=f"Incorrect API key provided: {KEY}. You can find yours on our page."))
    provider.strict = False

    with pytest.raises(Exception) as caught:  # noqa: PT011
        ImageBot(**provider.kwargs_for("gpt-image-2") | {"api_key": KEY})("a fox")

    assert KEY not in everything_about(caught.value)
    assert "Incorrect API key provided: [key]" in str(caught.value)


def test_bot_shows_no_key(provider: ProviderServer) -> None:
    """The key reads back, and is in no repr, vars, pickle or copy of the bot or its requests."""
    bot = ImageBot(**provider.kwargs_for("gpt-image-2") | {"api_key": KEY})
    request = bot.build_request("a fox")

    assert KEY == bot.api_key
    assert KEY not in f"{bot!r}{bot!s}{vars(bot)!r}{request!r}"
    assert KEY.encode() not in pickle.dumps(bot)
    assert KEY not in repr(vars(copy.copy(bot)))


def test_pickled_bot_draws_again() -> None:
    """A bot survives a pickle, key aside."""
    bot = pickle.loads(pickle.dumps(ImageBot(model="offline/sketch", size="64x64", seed=3, max_cost=2)))

    assert 2 == bot.max_cost
    assert 1 == len(bot.generate("a fox"))


def test_signature_of_a_link_is_shown_nowhere(provider: ProviderServer, log: io.StringIO) -> None:
    """The signed part of a picture's address is the reference's value, and nowhere else."""
    provider.pictures.query = {"se": "2030-01-01T00:00:00Z", "sig": SIGNATURE}
    bot = ImageBot(**provider.kwargs_for("recraft"))
    reference = bot("a fox", return_url=True)
    assert isinstance(reference, ImageReference)
    assert SIGNATURE in reference

    shown = repr(reference) + repr(bot.generate("a fox")) + reference.to_html()
    path = bot("a fox")
    provider.always_images(Expired())
    with pytest.raises(Exception) as caught:  # noqa: PT011
        bot("a fox")

    assert SIGNATURE not in shown + everything_about(caught.value) + log.getvalue()
    assert SIGNATURE.encode() not in Path(path).read_bytes()


def test_extra_headers_of_the_caller_are_left_alone(provider: ProviderServer) -> None:
    """The caller's own dictionaries are neither written to nor sent to another provider."""
    headers = {"x-team": "art"}
    bot = ImageBot(**provider.kwargs_for("recraft"), extra_headers=headers)

    bot.generate("a fox")

    assert {"x-team": "art"} == headers
    assert "art" == provider.posts[0].headers["x-team"]


def test_no_credentials_travel_to_the_image_host(provider: ProviderServer) -> None:
    """The picture is fetched without key, cookie or any header of the API."""
    ImageBot(**provider.kwargs_for("recraft"), extra_headers={"api-key": KEY, "x-api-key": KEY, "cookie": KEY})("a fox")

    (fetched,) = provider.downloads
    assert set() == {"authorization", "api-key", "x-api-key", "cookie"} & set(fetched.headers)
    assert KEY not in json.dumps(dict(fetched.headers))
