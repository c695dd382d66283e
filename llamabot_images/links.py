"""What a picture's link says of itself: whether it is on the web, and when it dies."""

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

__all__ = ["expires_at", "is_remote", "private_hosts"]

#: Epoch time in seconds or milliseconds. Fewer digits are a span or a number of something else.
EPOCH = re.compile(r"[0-9]{9,10}|[0-9]{13}")
#: Amazon, Google, Volcengine and others sign alike: ``X-<vendor>-Date`` and ``X-<vendor>-Expires``.
SIGNED = re.compile(r"(x-[a-z0-9]+)-expires")


def is_remote(url: str) -> bool:
    """Say whether *url* is an http(s) address, in contrast to a data URI or a path."""
    return url[:8].lower().startswith(("http://", "https://"))


def expires_at(url: str) -> datetime | None:
    """Return when a signed link stops working.

    Known are Azure (``se``), Amazon, Google and those who sign like them (``X-…-Date`` with
    ``X-…-Expires``), and an epoch time in ``Expires`` or ``exp``.

    :param url: Any text; nothing is fetched.
    :return: The earliest end the link names (UTC), ``None`` where it names none.
    """
    if not is_remote(url):
        return None
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=200)
    except ValueError:
        return None
    return min(_ends({name.lower(): value for name, value in pairs}), default=None)


def _ends(query: Mapping[str, str]) -> Iterator[datetime]:
    found = [_moment(query.get("se", "")), _epoch(query.get("expires", "")), _epoch(query.get("exp", ""))]
    signed = [match[1] for name in query if (match := SIGNED.fullmatch(name))]
    found += [_sum(query.get(f"{vendor}-date", ""), query[f"{vendor}-expires"]) for vendor in signed]
    return (end for end in found if end is not None)


def _moment(text: str) -> datetime | None:
    try:
        when = datetime.fromisoformat(text.strip().replace(" ", "+"))
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(text: str) -> datetime | None:
    if not EPOCH.fullmatch(text):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)


def _sum(start: str, seconds: str) -> datetime | None:
    begin = _moment(start)
    if begin is None or not re.fullmatch(r"[0-9]{1,9}", seconds):
        return None
    try:
        return begin + timedelta(seconds=int(seconds))
    except OverflowError:
        return None


def private_hosts(api_base: str | None, named: Collection[str], environ: Mapping[str, str]) -> frozenset[str]:
    """Return the hosts that image URLs may point to although their address is not public.

    :param api_base: The bot's own address; its host is one of them.
    :param named: ``allow_private_hosts``.
    :param environ: ``LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS`` adds to them, comma-separated.
    """
    listed = environ.get("LLAMABOT_IMAGES_ALLOW_PRIVATE_HOSTS", "").split(",")
    hosts = (*named, *(one.strip() for one in listed), urlsplit(api_base or "").hostname or "")
    return frozenset(one for one in hosts if one)
