"""Text that may be shown: addresses without what is secret in them."""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

__all__ = ["Hidden", "redact_text", "redact_url"]

#: Keys as vendors write them, and the masked ones that providers echo in a 401.
KEY = re.compile(
    r"\b(?:sk|pk|rk|key|xai|fal|tgp|hf)[-_][\w*.-]{6,}|\bAIza[\w*-]{6,}|(?i:bearer) +[\w*.~+/-]{6,}|"
    r"[\w.-]{1,40}\*{3}[\w*.-]*|\*{3,99}[\w.-]+"
)
#: In one piece, or in lines as in mail; a backslash stands before each slash in some vendors' JSON.
BASE64 = re.compile(
    r"(?:data:[\w/+.-]{1,99};base64,)?(?:[A-Za-z0-9+/_\\-]{200,}|(?:[A-Za-z0-9+/]{60,}\s{1,2}){3,}[A-Za-z0-9+/]*)={0,2}"
)
URL = re.compile(r"https?://[^\s\"'<>)\]}]+", re.I)


def redact_url(url: str) -> str:
    """Return *url* without user name, password, query and fragment.

    :param url: An http(s) address; a data URI or a broken address is reduced to its scheme.
    :return: An address that may stand in a message, ``?…`` marking a removed query.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "<broken URL>"
    if not host:
        return f"{parts.scheme}:…" if parts.scheme else "<no address>"
    name = f"[{host}]" if ":" in host else host
    end = "?…" if parts.query or parts.fragment else ""
    return f"{parts.scheme}://{name}{f':{port}' if port else ''}{parts.path[:200]}{end}"


def redact_text(text: str, secrets: Collection[str] = ()) -> str:
    """Return *text* without keys, signed queries and image data.

    :param text: A provider's message, say.
    :param secrets: Values to remove wherever they stand, such as the key that was sent.
    :return: The text, at most 2,000 characters of it.
    """
    tokens = {part for secret in secrets for part in (secret, *secret.split()[1:])}  # "Bearer abc" and "abc"
    for token in sorted(tokens, key=len, reverse=True):
        if len(token) >= 6:
            text = text.replace(token, "[key]")
    text = KEY.sub("[key]", BASE64.sub("[data]", text[:20_000]))
    return URL.sub(_shown, text)[:2_000]


def _shown(found: re.Match[str]) -> str:
    """Return an address as it may be shown, with the punctuation of the sentence after it."""
    address = found[0].rstrip(".,;:!?")
    return redact_url(address) + found[0][len(address) :]


class Hidden:
    """A value that reads back and is never shown: not by ``repr`` or ``vars``, and not by a pickle.

    :param value: A key, or ``None``.
    """

    __slots__ = ("value",)

    def __init__(self, value: str | None) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "None" if self.value is None else "<hidden>"

    def __reduce__(self) -> tuple[type["Hidden"], tuple[None]]:
        return Hidden, (None,)
