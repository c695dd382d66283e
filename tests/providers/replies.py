"""What a test can script a provider to say: errors, refusals, and successes that hold no picture.

``None`` in a script is a normal answer. A function of one argument (the :class:`Recorded` request) may
stand in any place; it returns a reply or ``None``.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Union

from .pictures import broken, encode
from .recorded import Recorded
from .wire import Answer

if TYPE_CHECKING:
    from .scene import Scene

__all__ = [
    "BadPayload",
    "BrokenJson",
    "DisallowParameter",
    "EmptyData",
    "ErrorInOk",
    "Gone",
    "Html",
    "Json",
    "NoPicture",
    "PartialRefusal",
    "Pictures",
    "Raw",
    "Refusal",
    "Reply",
    "Script",
    "Status",
    "retry_date",
]


class Reply:
    """One scripted answer."""

    def answer(self, scene: "Scene") -> Answer:
        """Return what goes back in *scene*."""
        raise NotImplementedError


Script = Union[Reply, None, Callable[[Recorded], "Reply | None"]]  # noqa: UP007 (a name in quotes)


def retry_date(seconds: float) -> str:
    """Return the HTTP date *seconds* from now, for ``Status(429, retry_after=retry_date(2))``."""
    return format_datetime(datetime.now(UTC) + timedelta(seconds=seconds), usegmt=True)


@dataclass(frozen=True)
class Status(Reply):
    """An error in the provider's own shape.

    :param status: HTTP status.
    :param retry_after: Value of ``Retry-After``: seconds, a float, an HTTP date, or nonsense.
    :param retry_after_ms: Value of ``retry-after-ms``.
    :param code: The provider's code, such as ``"insufficient_quota"``.
    :param message: Words in place of the usual ones.
    :param param: The parameter the error names.
    :param body: Body in place of the provider's shape.
    :param headers: Further headers.
    """

    status: int
    retry_after: str | None = None
    retry_after_ms: str | None = None
    code: str | None = None
    message: str | None = None
    param: str | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, scene: "Scene") -> Answer:
        usual = USUAL.get(self.status, "Something went wrong.")
        text = self.message or BY_CODE.get(self.code or "", usual)
        error = scene.api.error(self.status, text, code=self.code, param=self.param)
        named = {"retry-after": self.retry_after, "retry-after-ms": self.retry_after_ms}
        headers = {name: value for name, value in named.items() if value is not None}
        body = error.body if self.body is None else self.body
        return replace(error, body=body, headers=dict(error.headers) | headers | dict(self.headers))


USUAL = {
    400: "Your request could not be read.",
    401: "Incorrect API key provided: sk-wrong**************abcd.",
    403: "Your organization must be verified to use this model.",
    404: "The requested resource was not found.",
    408: "The request took too long.",
    409: "The request conflicts with another one.",
    422: "The request could not be processed.",
    429: "Rate limit reached for images per minute: limit 5, used 5, requested 1.",
    500: "The server had an error while processing your request. Sorry about that!",
    502: "Bad gateway.",
    503: "The engine is currently overloaded, please try again later.",
    504: "The upstream server did not answer in time.",
}
BY_CODE = {
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
    "billing_hard_limit_reached": "Billing hard limit has been reached.",
}


@dataclass(frozen=True)
class Json(Reply):
    """Exactly this JSON."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, scene: "Scene") -> Answer:
        headers = {"content-type": "application/json"} | dict(self.headers)
        return Answer(self.status, json.dumps(self.body).encode(), headers)


@dataclass(frozen=True)
class Raw(Reply):
    """Exactly these bytes and headers; a wrong ``content-length`` is sent as given."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def answer(self, scene: "Scene") -> Answer:
        return Answer(self.status, self.body, self.headers)


@dataclass(frozen=True)
class Html(Reply):
    """The page of a gateway in between."""

    status: int = 502

    def answer(self, scene: "Scene") -> Answer:
        return Answer(self.status, broken("html"), {"content-type": "text/html"})


@dataclass(frozen=True)
class BrokenJson(Reply):
    """A success whose body stops in the middle of the JSON, with the length to match."""

    def answer(self, scene: "Scene") -> Answer:
        normal = scene.normal()
        return replace(normal, body=normal.body[: len(normal.body) // 2])


@dataclass(frozen=True)
class ErrorInOk(Reply):
    """An error body under status 200."""

    code: str = "server_error"
    message: str = "The picture could not be made."

    def answer(self, scene: "Scene") -> Answer:
        return replace(scene.api.error(500, self.message, code=self.code), status=200)


# -- what is in a success -------------------------------------------------------------------------


@dataclass(frozen=True)
class Refusal(Reply):
    """The provider will not draw this.

    :param kind: One of the provider's ways (see ``ProviderServer.refusals``); ``""`` is its usual one.
    """

    kind: str = ""

    def answer(self, scene: "Scene") -> Answer:
        return scene.api.refusal(self.kind, scene.order, scene.house)


@dataclass(frozen=True)
class EmptyData(Reply):
    """A success without pictures: the list is ``"empty"``, ``"null"`` or ``"missing"``."""

    form: str = "empty"

    def answer(self, scene: "Scene") -> Answer:
        return scene.api.empty(self.form, scene.order)


@dataclass(frozen=True)
class NoPicture(Reply):
    """A success that holds words, or nothing, in the place of pictures."""

    text: str = "I cannot draw that, but here is a poem about it."

    def answer(self, scene: "Scene") -> Answer:
        return scene.api.no_picture(self.text, scene.order)


@dataclass(frozen=True)
class Pictures(Reply):
    """A normal answer with another number of pictures, or with these files in place of drawn ones."""

    count: int | None = None
    files: tuple[bytes, ...] = ()

    def answer(self, scene: "Scene") -> Answer:
        return scene.normal(count=self.count, files=self.files)


@dataclass(frozen=True)
class PartialRefusal(Reply):
    """Some of the pictures asked for are withheld: only *kept* come, the rest as the provider tells it."""

    kept: int = 1

    def answer(self, scene: "Scene") -> Answer:
        normal = scene.normal(count=self.kept)
        body = scene.api.with_withheld(json.loads(normal.body), scene.order.n - self.kept)
        return replace(normal, body=json.dumps(body).encode())


@dataclass(frozen=True)
class BadPayload(Reply):
    """A normal answer around something that is no picture.

    :param kind: A key of ``pictures.BROKEN``, ``"truncated"``, ``"corrupt"``, or for base64 alone
        ``"not_base64"``, ``"double_encoded"``, ``"null_text"``.
    """

    kind: str = "html"

    def answer(self, scene: "Scene") -> Answer:
        texts = {"not_base64": "!!! no base64 at all !!!", "null_text": "null"}
        texts["double_encoded"] = encode(encode(broken("truncated")).encode())
        if self.kind in texts:
            return scene.normal(base64=texts[self.kind], files=(broken("text"),) * scene.order.n)
        return scene.normal(files=(broken(self.kind),) * scene.order.n)


@dataclass(frozen=True)
class DisallowParameter(Reply):
    """The model does not take *name* (any more): a request with it is refused, one without it is served."""

    name: str

    def answer(self, scene: "Scene") -> Answer:
        if self.name not in scene.call.body:
            return scene.normal()
        text = f"Unknown parameter: '{self.name}'."
        return scene.api.error(400, text, code="unknown_parameter", param=self.name)


@dataclass(frozen=True)
class Gone(Reply):
    """The model is switched off.

    :param form: How it is said: ``"404"``, ``"400"`` (both ``model_not_found``) or ``"deprecated"``.
    """

    form: str = "404"

    def answer(self, scene: "Scene") -> Answer:
        return scene.api.gone_answer(scene.order.model, self.form)
