"""Where Ollama is, and whose key goes there. Pure."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from llamabot_images.errors import UnsupportedParameterError
from llamabot_images.redact import redact_url

__all__ = ["base_url", "is_hosted", "is_loopback", "key_for"]

PORT = 11434
#: What people copy along with the address.
TAIL = re.compile(r"(?:/v1|/api(?:/generate)?)?/*$")


def base_url(api_base: str | None, environ: Mapping[str, str]) -> str:
    """Return the address of the server, without a slash at the end.

    :param api_base: ``host``, ``host:port`` or a URL; otherwise ``OLLAMA_HOST`` says it, in the same forms. Without
        scheme the port is 11434, as in Ollama's own programs.
    :param environ: Environment variables.
    :raises UnsupportedParameterError: When it is no address of a web server.
    """
    said = str(api_base or environ.get("OLLAMA_HOST") or "").strip().strip("\"'")
    scheme, sign, rest = said.rpartition("://")
    try:
        parts = urlsplit(f"{scheme or ('https' if rest == 'ollama.com' else 'http')}://{_bracketed(rest)}")
        port = parts.port
    except ValueError:
        raise _no_address(said, api_base) from None
    if parts.scheme not in ("http", "https") or "\\" in rest or " " in rest:
        raise _no_address(said, api_base)
    is_short = not sign and parts.scheme == "http"
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    end = f":{port or PORT}" if port or is_short else ""
    return f"{parts.scheme}://{user}{_host(parts)}{end}{TAIL.sub('', parts.path)}"


def _bracketed(rest: str) -> str:
    """Return *rest* with the brackets that a bare IPv6 address needs in a URL."""
    try:
        return f"[{rest}]" if ip_address(rest).version == 6 else rest
    except ValueError:
        return rest


def _host(parts: SplitResult) -> str:
    """Return the host to connect to: servers listen on 0.0.0.0, and nobody can be reached there."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(parts.hostname or "", parts.hostname or "")
    return f"[{host}]" if ":" in host else host


def _no_address(said: str, api_base: str | None) -> UnsupportedParameterError:
    name = "api_base" if api_base else "OLLAMA_HOST"
    shown = redact_url(said if "://" in said else f"http://{said}")
    return UnsupportedParameterError(
        f"{name} is {shown!r}, which is no address; give HOST, HOST:PORT or a URL, such as http://127.0.0.1:{PORT}"
    )


def is_loopback(url: str) -> bool:
    """Tell whether an address is this machine's own, where no proxy of the environment may stand between."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def is_hosted(url: str) -> bool:
    """Tell whether an address is Ollama's own service, which asks for a key and may ask for money."""
    host = urlsplit(url).hostname or ""
    return host == "ollama.com" or host.endswith(".ollama.com")


def key_for(url: str, api_key: str | None, environ: Mapping[str, str]) -> str | None:
    """Return the key to send: the caller's own anywhere, ``OLLAMA_API_KEY`` to Ollama's own service only.

    :param url: From ``base_url``.
    :param api_key: As the caller gave it.
    :param environ: Environment variables.
    """
    return api_key or (environ.get("OLLAMA_API_KEY") if is_hosted(url) else None) or None
