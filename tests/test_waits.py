"""How long a provider wants us to wait, in every form that providers use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.waits import retry_after

from .providers import retry_date


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2", 2.0),
        ("1.5", 1.5),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("600", 600.0),
        ("-3", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        ("2s", None),
        ("1e99", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("Fri, 31 Dec 99999999999 23:59:59 GMT", None),
        ("Fri, 01 Jan 2027 00:00:00 +99999999999", None),
        ("Fri, 32 Jan 2027 00:00:00 GMT", None),
    ],
)
def test_header(value: str, expected: float | None) -> None:
    """Seconds, fractions and past dates are read; what cannot be read is nothing."""
    assert expected == retry_after({"retry-after": value})


def test_header_with_a_date() -> None:
    """A date in the future is the time until then; HTTP dates have whole seconds."""
    wait = retry_after({"retry-after": retry_date(100)})

    assert wait is not None
    assert 90 < wait <= 100


def test_milliseconds_come_first() -> None:
    """Where both headers stand, the finer one counts; an unreadable one does not hide the other."""
    assert 0.25 == retry_after({"retry-after-ms": "250", "retry-after": "9"}, "try again in 30s")
    assert 9.0 == retry_after({"retry-after-ms": "many", "retry-after": "9"})


def test_no_header_and_no_words() -> None:
    """A provider that says nothing wants nothing."""
    assert retry_after({}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Rate limit reached. Please try again in 12s.", 12.0),
        ("Please try again in 120ms. Visit", 0.12),
        ("Please try again in 6m0s.", 360.0),
        ("Please try again in 1h12m57.6s.", 4377.6),
        ("Please retry in 35.213458s.", 35.213458),
        ("Please retry after 3 seconds.", 3.0),
        ("Try again in 20 Seconds or later", 20.0),
        ("try again in about 20 seconds", 20.0),
        ("retry after 30.", 30.0),
        ("try again in 20 minutes", 1200.0),
        ("try again in 1 minute and 30 seconds", 90.0),
        ("try again in 2 hours, 5 mins", 7500.0),
        ("try again in 250 milliseconds", 0.25),
        ("retry in 20s (limit 5)", 20.0),
        ("try again in 1 day", None),
        ("try again in 5 or 10 minutes", None),
        ("try again in a few minutes", None),
        ("try again later", None),
        ("retry after 2026-11-20", None),
        ("retry after 12:30", None),
        ("limit 5, used 5, requested 1", None),
        ("12s", None),
        ("", None),
    ],
)
def test_words(text: str, expected: float | None) -> None:
    """The provider's sentence is read with its units; a time that is not understood is no time."""
    found = retry_after({}, text)

    assert expected == (found if found is None else pytest.approx(found))


def test_words_stand_in_for_a_header_that_cannot_be_read() -> None:
    """An unreadable header does not hide what the message says."""
    assert 12.0 == retry_after({"retry-after": "soon"}, "Please try again in 12s.")


@given(st.text(max_size=60), st.text(max_size=60), st.text("0123456789 .:-hmsand,", max_size=60))
@settings(max_examples=300, deadline=None)
def test_nothing_makes_it_fail(value: str, milliseconds: str, said: str) -> None:
    """Whatever a provider writes, there is a number of seconds or nothing."""
    found = retry_after({"retry-after": value, "retry-after-ms": milliseconds}, f"try again in {said}")

    assert found is None or found >= 0
