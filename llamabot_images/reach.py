"""Whether a request can go where it shall, with the key that it has: told before anything is sent. Pure."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from llamabot_images.asked import shown
from llamabot_images.credentials import PROVIDERS
from llamabot_images.errors import MissingKeyError, UnsupportedParameterError
from llamabot_images.redact import redact_url

__all__ = ["reached"]

#: LiteLLM looks for OpenAI's by itself, and in this order.
OPENAI_KEYS, OPENAI_BASES = ("OPENAI_API_KEY",), ("OPENAI_BASE_URL", "OPENAI_API_BASE")


def reached(
    provider: str, found: Mapping[str, Any], given: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[dict[str, Any], tuple[str, str]]:
    """Return credentials as they can be sent, without the blanks that they were pasted with, and where they lead.

    :param provider: LiteLLM's name of it.
    :param found: What was settled for the request.
    :param given: What of it the caller gave himself.
    :param environ: Environment variables.
    :return: The credentials; and the address as it may be shown with what says it, both empty for the provider's own.
    :raises MissingKeyError: For a key that no header can carry.
    :raises UnsupportedParameterError: For an address that is none.
    """
    address, where = _settled("api_base", provider, found, given, environ)
    plain = _address(address, where) if address else ""
    key, holder = _settled("api_key", provider, found, given, environ)
    if isinstance(key, str) and key:
        _check_key(key.strip(), holder)
    pairs = {"api_base": address, "api_key": key}
    stripped = {name: one.strip() for name, one in pairs.items() if isinstance(one, str) and one != one.strip()}
    return {**found, **stripped}, (plain, where) if address else ("", "")


def _settled(
    what: str, provider: str, found: Mapping[str, Any], given: Mapping[str, Any], environ: Mapping[str, str]
) -> tuple[Any, str]:
    """Return a key or an address, and the argument or the variable that it is from."""
    if given.get(what):
        return found.get(what, given[what]), what
    known = PROVIDERS.get(provider)
    variables = (known.keys if what == "api_key" else known.bases) if known else ()
    if provider == "openai":
        variables = OPENAI_KEYS if what == "api_key" else OPENAI_BASES
    if what in found:
        bare = str(found[what]).strip()
        return found[what], next((name for name in variables if environ.get(name, "").strip() == bare), what)
    if provider != "openai":  # LiteLLM's own affair
        return None, ""
    return next(((environ[name], name) for name in variables if environ.get(name)), (None, ""))


def _check_key(key: str, where: str) -> None:
    if not (key and key.isascii() and key.isprintable()):
        text = "holds a character that no key has: copy it again" if key else "is blank"
        variables = () if where == "api_key" else (where,)
        raise MissingKeyError(f"the key in {where} {text}; nothing was sent", variables=variables)


def _address(address: Any, where: str) -> str:
    """Return an address as it may be shown; raise for one that is none."""
    if isinstance(address, str) and _is_address(address.strip()):
        return redact_url(address.strip())
    raise UnsupportedParameterError(
        f"{where} is {_as_shown(address)}, which is no address; give one with its scheme, such as "
        "'https://host.example/v1'; nothing was sent"
    )


@lru_cache(maxsize=64)
def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 raises for a port that is none
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not set(text) & set(" \r\n\t\\")
    except ValueError:
        return False


def _as_shown(address: Any) -> str:
    """Return what stands for an address, without what is secret in it."""
    if not isinstance(address, str):
        return shown(address)
    scheme, sign, rest = address.rpartition("://")
    if not rest.strip():
        return repr(address)
    return repr(redact_url(f"{scheme or 'http'}://{rest}").removeprefix("" if sign else "http://"))
