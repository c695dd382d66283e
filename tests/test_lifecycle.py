"""Which models end when, and what takes their place."""

import re
from datetime import date, timedelta

import pytest

from llamabot_images.lifecycle import LIFECYCLES, WARN_DAYS, Lifecycle, ending_of, lifecycle_of, status_of
from llamabot_images.models import rule_for

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("provider", "name", "status", "successor"),
    [
        ("openai", "dall-e-3", "retired", "gpt-image-2.5-sunburst"),
        ("openai", "dall-e-2", "retired", "gpt-image-2.5-sunburst"),
        ("openai", "gpt-image-1", "retired", "gpt-image-2.5-sunburst"),
        ("openai", "gpt-image-1-mini", "expiring", "gpt-image-2.5-flare"),
        ("openai", "gpt-image-1.5", "expiring", "gpt-image-2.5-sunburst"),
        ("openai", "chatgpt-image-latest", "expiring", "gpt-image-2.5-sunburst"),
        ("openai", "gpt-image-2", "live", None),
        ("openai", "gpt-image-2.5-sunburst", "live", None),
        ("openai", "dall-e-4", "live", None),
        ("azure", "dall-e-3", "live", None),
        ("azure", "gpt-image-1.5", "expiring", None),
        ("azure", "gpt-image-1-mini", "live", None),
        ("azure_ai", "MAI-Image-2.5", "retired", None),
        ("azure_ai", "MAI-Image-2", "live", None),
        ("gemini", "imagen-4.0-generate-001", "retired", "gemini/gemini-3-pro-image"),
        ("vertex_ai", "imagen-4.0-generate-001", "retired", "vertex_ai/gemini-3-pro-image"),
        ("gemini", "gemini-3-pro-image-preview", "retired", "gemini/gemini-3-pro-image"),
        ("gemini", "gemini-3-pro-image", "live", None),
        ("gemini", "gemini-2.5-flash-image", "live", "gemini/gemini-3.1-flash-image"),
        ("bedrock", "amazon.nova-canvas-v1:0", "retired", "bedrock/stability.stable-image-core-v1:1"),
        ("bedrock", "us.amazon.nova-canvas-v1:0", "retired", "bedrock/stability.stable-image-core-v1:1"),
        ("bedrock", "stability.sd3-5-large-v1:0", "live", None),
        ("xai", "grok-imagine-image-quality", "retired", "xai/grok-imagine-image"),
        ("xai", "grok-imagine-image", "live", None),
        ("hosted_vllm", "dall-e-3", "live", None),
        ("", "", "live", None),
    ],
)
def test_what_is_known_of_a_models_end(provider: str, name: str, status: str, successor: str | None) -> None:
    """Each model has the state that its row gives it, and a live neighbour is not caught by a pattern."""
    row = lifecycle_of(provider, name)

    assert status == status_of(row, TODAY)
    assert successor == (row.successor if row else None)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(-400, "retired"), (-1, "retired"), (0, "retired"), (1, "expiring"), (WARN_DAYS, "expiring")]
    + [(WARN_DAYS + 1, "live"), (4000, "live")],
)
def test_state_by_the_day(days: int, expected: str) -> None:
    """On its last day a model counts as gone, and sixty days before as about to go."""
    row = Lifecycle("x/y", TODAY + timedelta(days=days), None, "a test")

    assert expected == status_of(row, TODAY)


@pytest.mark.parametrize(
    ("name", "off", "expected"),
    [
        ("gpt-image-1-mini", None, date(2026, 12, 1)),
        ("gpt-image-1-mini", date(2026, 11, 25), date(2026, 11, 25)),
        ("gpt-image-1-mini", date(2027, 5, 1), date(2026, 12, 1)),
        ("gpt-image-2", date(2026, 12, 24), date(2026, 12, 24)),
        ("gpt-image-2", date(2027, 12, 24), None),
        ("gpt-image-2", date(2025, 12, 24), None),
        ("gpt-image-2", None, None),
        ("dall-e-3", None, None),
    ],
)
def test_the_earlier_of_both_sources_counts(name: str, off: date | None, expected: date | None) -> None:
    """LiteLLM's price map and the table are put together; only an end that is near is told."""
    row = ending_of("openai", name, off, TODAY)

    assert expected == (row.off if row else None)


def test_an_end_from_the_price_map_keeps_the_tables_successor() -> None:
    """An earlier date does not lose what is known of the model that comes next."""
    row = ending_of("openai", "gpt-image-1-mini", date(2026, 11, 25), TODAY)

    assert row is not None
    assert "gpt-image-2.5-flare" == row.successor
    assert "price map" in row.source


@pytest.mark.parametrize("row", LIFECYCLES, ids=lambda row: row.pattern)
def test_rows_are_sound(row: Lifecycle) -> None:
    """Every row has a date, a source with the day it was read, and a successor that is alive and routed alike."""
    provider = row.pattern.partition("/")[0]

    assert date(2025, 1, 1) < row.off < date(2030, 1, 1)
    assert re.search(r"read 20\d\d-\d\d-\d\d$", row.source)
    if row.successor is not None:
        home, _, name = row.successor.rpartition("/")[0] or "openai", "", row.successor.rpartition("/")[2]
        assert provider == home
        assert "live" == status_of(lifecycle_of(home, name), row.off)
        assert "live" == status_of(lifecycle_of(home, name), TODAY)
        assert rule_for(home, name).is_known


def test_no_pattern_is_in_the_table_twice() -> None:
    """A second row with the same pattern would never be read."""
    patterns = [row.pattern for row in LIFECYCLES]

    assert len(patterns) == len(set(patterns))
