"""The list of models."""

import json
import subprocess
import sys
from datetime import date

import pytest

from llamabot_images.catalogue import ModelRow, rows


@pytest.fixture(scope="module")
def found() -> dict[str, ModelRow]:
    """Give the list as of a fixed day."""
    return {row.model: row for row in rows(date(2026, 11, 20))}


def test_list_is_long_and_by_name(found: dict[str, ModelRow]) -> None:
    """Hundreds of models are listed, the offline one first and the others in order, each once."""
    names = list(found)

    assert "offline/sketch" == names[0]
    assert sorted(names[1:]) == names[1:]
    assert len(names) > 100


@pytest.mark.parametrize(
    ("model", "status", "successor"),
    [
        ("dall-e-3", "retired", "gpt-image-2.5-sunburst"),
        ("gpt-image-1", "retired", "gpt-image-2.5-sunburst"),
        ("gpt-image-1-mini", "expiring", "gpt-image-2.5-flare"),
        ("gpt-image-2", "live", None),
        ("gemini/gemini-3-pro-image", "live", None),
        ("offline/sketch", "live", None),
    ],
)
def test_status_and_successor(found: dict[str, ModelRow], model: str, status: str, successor: str | None) -> None:
    """Each model says whether it lives and what follows it."""
    assert (status, successor) == (found[model].status, found[model].successor)


def test_prices_are_ranges_or_unknown(found: dict[str, ModelRow]) -> None:
    """A price is a range of US dollars; nobody's price is no price."""
    priced = [row.prices for row in found.values() if row.prices]

    assert len(priced) > 50
    assert all(0 <= one.low <= one.high < 2 for one in priced)
    assert found["dall-e-3"].prices is None


def test_parameters_are_those_that_are_taken(found: dict[str, ModelRow]) -> None:
    """What the list says of a model is what negotiation goes by."""
    assert "quality" in (found["gpt-image-2"].parameters or ())
    assert "quality" not in (found["gemini/gemini-3-pro-image"].parameters or ())


def test_no_price_variants_are_listed(found: dict[str, ModelRow]) -> None:
    """Rows of LiteLLM's price map that stand for a size or a quality are no models."""
    assert [] == [name for name in found if "-x-" in name or name.startswith(("low/", "high/", "medium/"))]


def run(*words: str) -> list[str]:
    """Run `llamabot-images models` and return its lines."""
    command = [sys.executable, "-m", "llamabot_images", "models", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_command_filters_and_gives_json() -> None:
    """Words choose models by name, and --json gives one object per model."""
    models = [json.loads(line) for line in run("dall-e-3", "--json")]

    assert "dall-e-3" in [one["model"] for one in models]
    assert all("dall-e-3" in one["model"] for one in models)
    assert {"model", "status", "off", "successor", "price", "sizes", "parameters"} == set(models[0])


def test_command_shows_what_dies_soon() -> None:
    """--expiring lists only models with a near end, with its date."""
    assert all("expiring 20" in line for line in run("--expiring"))
