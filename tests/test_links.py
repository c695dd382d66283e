"""What a link says of itself."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llamabot_images.links import expires_at, is_remote

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
EPOCH = int(NOON.timestamp())


@pytest.mark.parametrize(
    "query",
    [
        "st=2026-11-20T10%3A00%3A00Z&se=2026-11-20T12%3A00%3A00Z&sp=r&sig=abc%2Bdef",
        "SE=2026-11-20T12:00:00.0000000Z&sig=abc",
        "se=2026-11-20T13:00:00+01:00&sig=abc",
        f"Expires={EPOCH}&Signature=abc&Key-Pair-Id=K",
        f"exp={EPOCH}&sig=abc",
        f"Expires={EPOCH}000&Signature=abc",
        "X-Amz-Date=20261120T110000Z&X-Amz-Expires=3600&X-Amz-Signature=abc",
        "X-Goog-Date=20261120T110000Z&X-Goog-Expires=3600&X-Goog-Signature=abc",
        "X-Tos-Date=20261120T000000Z&X-Tos-Expires=43200&X-Tos-Signature=abc",
        f"Expires={EPOCH + 500}&se=2026-11-20T12:00:00Z",
    ],
)
def test_signed_links_tell_their_end(query: str) -> None:
    """The end that a signed link names is read, the earliest where it names several."""
    assert NOON == expires_at(f"https://files.example/a.png?{query}")


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example/a.png",
        "https://files.example/a.png?se=sweden",
        "https://files.example/a.png?Expires=3600",
        "https://files.example/a.png?Expires=never",
        "https://files.example/a.png?X-Amz-Expires=3600",
        "https://files.example/a.png?X-Amz-Date=20261120T110000Z&X-Amz-Expires=99999999999999",
        "https://files.example/a.png?X-Amz-Date=99991231T235959Z&X-Amz-Expires=999999999",
        "https://files.example/a.png?se=0001-01-01T00:00:00%2B23:00",
        "https://files.example/a.png?" + "&" * 5000,
        "https://[broken/a.png?Expires=1790000000",
        "data:image/png;base64,AAAA?Expires=1790000000",
        "",
    ],
)
def test_other_links_name_no_end(url: str) -> None:
    """What names no end, or names one nobody can read, has none."""
    assert expires_at(url) is None


@given(st.text(), st.dictionaries(st.sampled_from(["se", "Expires", "exp", "X-Amz-Date", "X-Amz-Expires"]), st.text()))
def test_any_text_is_answered(path: str, query: dict[str, str]) -> None:
    """No text makes the reader of links fail, and every end has a time zone."""
    end = expires_at(f"https://files.example/{path}?" + "&".join(f"{k}={v}" for k, v in query.items()))

    assert end is None or end.tzinfo is UTC


@pytest.mark.parametrize(
    ("url", "remote"),
    [
        ("https://files.example/a.png", True),
        ("HTTP://files.example/a.png", True),
        ("data:image/png;base64,AAAA", False),
        ("ftp://files.example/a.png", False),
        ("https:/files.example", False),
        ("a.png", False),
        ("", False),
    ],
)
def test_web_addresses_are_told_from_others(url: str, remote: bool) -> None:
    """Only http and https count as remote."""
    assert remote == is_remote(url)


def test_reading_links_loads_nothing_heavy() -> None:
    """The module is light: it loads no network library."""
    code = "import llamabot_images.links, sys; print({'httpx', 'ssl', 'socket', 'asyncio'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert "set()" == done.stdout.strip()
