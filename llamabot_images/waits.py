"""How long a provider wants us to wait. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["retry_after"]

#: ``try again in 1h2m3.5s``, ``retry after 1 minute and 30 seconds``; a date or a clock time is no match.
SAID = re.compile(
    r"(?:try again|retry)\w* (?:in|after) (?:about )?((?:\d++(?:\.\d++)?+\s?+[a-z]*+(?:,? and |, ?| )?+)++)(?![-/:]\d)",
    re.I,
)
AMOUNT = re.compile(r"(\d+(?:\.\d+)?)\s?([a-z]*)", re.I)
UNITS = (
    (re.compile(r"ms|milliseconds?"), 0.001),
    (re.compile(r"s|secs?|seconds?|"), 1.0),
    (re.compile(r"m|mins?|minutes?"), 60.0),
    (re.compile(r"h|hrs?|hours?"), 3600.0),
)


def retry_after(headers: Mapping[str, str], text: str = "") -> float | None:
    """Return how many seconds a provider wants us to wait, ``None`` where it does not say.

    :param headers: Reply headers, lower-case names.
    :param text: The provider's message, for a time that stands only there.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    found = (_number(value), _until(value), _said(text))
    return next((seconds for seconds in found if seconds is not None), None)


def _number(value: str | None) -> float | None:
    try:
        found = float(value) if value else None
    except ValueError:
        return None
    return found if found is not None and 0 <= found < 10**8 else None


def _until(value: str | None) -> float | None:
    try:
        when = parsedate_to_datetime(value or "")
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def _said(text: str) -> float | None:
    match = SAID.search(text)
    amounts = [_seconds(number, unit.lower()) for number, unit in AMOUNT.findall(match[1])] if match else []
    known = [one for one in amounts if one is not None]
    return sum(known) if known and len(known) == len(amounts) else None


def _seconds(number: str, unit: str) -> float | None:
    amount = _number(number)
    factor = next((factor for pattern, factor in UNITS if pattern.fullmatch(unit)), None)
    return None if amount is None or factor is None else amount * factor
