"""Google's login: a service account that exists on loopback only, and the endpoint that gives it tokens."""

from functools import cache
from typing import Any
from urllib.parse import parse_qs

from .api import json_answer
from .recorded import Recorded
from .wire import Answer, Listener

__all__ = ["GoogleLogin"]

#: Google's library signs for this address, wherever it sends what it has signed.
_AUDIENCE = "https://oauth2.googleapis.com/token"
_ACCOUNT = "panda@p.iam.gserviceaccount.com"


class GoogleLogin:
    """Gives *token* to whoever signs with the account's key.

    ``account``
        What stands in the account's file.
    ``asked``
        Every request for a token, oldest first.
    ``is_closed``
        Whether the account has been switched off.
    """

    def __init__(self, token: str) -> None:
        self.asked: list[Recorded] = []
        self.is_closed = False
        self._token = token
        self._listener = Listener("login", self._answer)
        about = {"type": "service_account", "project_id": "p", "client_email": _ACCOUNT, "private_key_id": "1"}
        self.account = about | {"private_key": _keys()[0], "token_uri": f"{self._listener.url}/token"}

    def _answer(self, request: Recorded) -> Answer:
        self.asked.append(request)
        claims = _signed(request)
        is_known = claims.get("iss") == _ACCOUNT and "/auth/cloud-platform" in claims["scope"]
        if self.is_closed or not is_known:
            return json_answer({"error": "invalid_grant", "error_description": "Invalid grant: account not found"}, 400)
        return json_answer({"access_token": self._token, "expires_in": 3599, "token_type": "Bearer"})

    def __enter__(self) -> "GoogleLogin":
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()


@cache
def _keys() -> tuple[str, str]:
    """Return a private key and the public one that goes with it; made once, since that takes a while."""
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric import rsa

    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
    secret = private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    return secret.decode(), public.decode()


def _signed(request: Recorded) -> dict[str, Any]:
    """Return what was signed, ``{}`` where the signature, the time or the audience is wrong."""
    from google.auth import exceptions, jwt

    form = parse_qs(request.body.decode())
    try:
        claims: dict[str, Any] = jwt.decode(form["assertion"][0], certs=_keys()[1], audience=_AUDIENCE)
    except (KeyError, ValueError, exceptions.GoogleAuthError):
        return {}
    return claims
