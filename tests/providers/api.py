"""What every provider's wire format has in common: from a request to an order, from pictures to an answer.

One subclass of :class:`Api` per provider, each in its own module. A subclass says which paths it serves,
what the real API would refuse, how an order is read, and how pictures, refusals and errors look.
"""

import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from .orders import Call, House, Order, Picture, Route
from .wire import Answer

__all__ = ["REFUSED", "Api", "Rejected", "json_answer"]


class Rejected(Exception):
    """The real API would not accept this request; *answer* is what it would say."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status, answer.body)
        self.answer = answer


class Api:
    """One provider. Subclasses override what differs; the error shape here is OpenAI's."""

    name = ""
    prefix = ""
    routes: Sequence[Route] = ()
    default_model = ""
    key = ""
    key_header = "authorization"
    key_scheme = "Bearer "
    key_variable = ""
    base_variable = ""
    request_id_header = "x-request-id"

    # -- where requests come from -------------------------------------------------------------

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Return the route for *path* and what its pattern picked out, ``None`` if it is another's."""
        if not path.startswith(self.prefix):
            return None
        for route in self.routes:
            match = re.fullmatch(route.pattern, path[len(self.prefix) :])
            if match and method == route.method:
                return route, match.groupdict()
        return None

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        """Return keywords that point LiteLLM at this server for *model*."""
        return {"model": f"{self.name}/{model}", "api_key": self.key_of(house), "api_base": self.base(house)}

    def variables(self, house: House) -> dict[str, str]:
        """Return environment variables that do the same, for a model given by name alone."""
        named = {self.key_variable: self.key_of(house), self.base_variable: self.base(house)}
        return {name: value for name, value in named.items() if name}

    def base(self, house: House) -> str:
        """Return the ``api_base`` under which this API is found."""
        return house.url + self.prefix

    # -- what the provider refuses ------------------------------------------------------------

    def check_key(self, call: Call) -> None:
        """Refuse a request without the right key.

        :raises Rejected: The key is missing or another one.
        """
        sent = call.request.headers.get(self.key_header, "")
        if sent != self.key_scheme + self.key_of(call.house):
            raise Rejected(self.wrong_key(sent.removeprefix(self.key_scheme)))

    def key_of(self, house: House) -> str:
        """Return the key this provider accepts."""
        return house.keys.get(self.name, self.key)

    def wrong_key(self, sent: str) -> Answer:
        """Return the answer to a missing (``""``) or wrong key."""
        masked = f"{sent[:7]}{'*' * 8}{sent[-4:]}"
        text = f"Incorrect API key provided: {masked}. You can find your API key in your account settings."
        return self.error(401, text if sent else "You didn't provide an API key.", code="invalid_api_key")

    def check(self, call: Call) -> None:
        """Refuse what the real API refuses.

        :raises Rejected: The body, the size, a parameter or the model is not acceptable.
        """

    def reject(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> None:
        """Refuse the request with the provider's own error shape.

        :raises Rejected: Always.
        """
        raise Rejected(self.error(status, message, code=code, param=param))

    # -- what it was asked, and what it says --------------------------------------------------

    def order(self, call: Call) -> Order:
        """Read what a request asks for; never refuses."""
        raise NotImplementedError

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        """Return the normal answer."""
        raise NotImplementedError

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        """Return an error answer in the provider's shape."""
        kind = {401: "authentication_error", 429: "requests", 500: "server_error", 503: "server_error"}
        body = {
            "message": message,
            "type": kind.get(status, "invalid_request_error"),
            "param": param,
            "code": code or _CODES.get(status),
        }
        return json_answer({"error": body}, status)

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        """Return the answer to a model that is switched off or was never there.

        :param form: ``"404"``, ``"400"`` (both ``model_not_found``) or ``"deprecated"``.
        """
        if form == "deprecated":
            text = f"The model `{model}` has been deprecated, learn more here: "
            return self.error(400, text + "https://platform.openai.com/docs/deprecations")
        return self.error(int(form), f"The model `{model}` does not exist.", code="model_not_found")

    def refusal(self, kind: str, order: Order, house: House) -> Answer:
        """Return the answer to a prompt the provider will not draw.

        :param kind: A key of :meth:`refusals`, ``""`` for the first.
        :raises ValueError: This provider has no such refusal.
        """
        kinds = self.refusals()
        if kind and kind not in kinds:
            raise ValueError(f"{self.name} does not refuse by {kind!r}; choose one of {sorted(kinds)}")
        return kinds[kind or next(iter(kinds))](order)

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        """Return the provider's ways to refuse, most usual first."""
        return {"content_policy_violation": lambda order: self.error(400, REFUSED, code="content_policy_violation")}

    def with_withheld(self, body: dict[str, Any], missing: int) -> dict[str, Any]:
        """Return the body of a normal answer that tells of *missing* withheld pictures, where it can."""
        return body

    def empty(self, form: str, order: Order) -> Answer:
        """Return a success without pictures: *form* is ``"empty"``, ``"null"`` or ``"missing"``."""
        return json_answer({"created": 1_795_000_000} | _data_in_form("data", form))

    def no_picture(self, text: str, order: Order) -> Answer:
        """Return a success whose items hold no picture, with *text* where the provider has a place for it."""
        return json_answer({"created": 1_795_000_000, "data": [{"url": None, "b64_json": None}] * order.n})

    def stamp(self, answer: Answer) -> Answer:
        """Return *answer* with a request id and JSON as the type where none is named."""
        headers = {self.request_id_header: f"req_{uuid.uuid4().hex}", "content-type": "application/json"}
        sent = {name.lower(): value for name, value in answer.headers.items()}
        return replace(answer, headers=headers | sent)


_CODES = {
    401: "invalid_api_key",
    403: "permission_denied",
    404: "not_found",
    429: "rate_limit_exceeded",
    503: "service_unavailable",
}
REFUSED = (
    "Your request was rejected as a result of our safety system. "
    "Your prompt may contain text that is not allowed by our safety system."
)


def json_answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return *body* as a JSON answer."""
    return Answer(status, json.dumps(body).encode(), {"content-type": "application/json"} | dict(headers or {}))


def _data_in_form(name: str, form: str) -> dict[str, Any]:
    forms: dict[str, dict[str, Any]] = {"empty": {name: []}, "null": {name: None}, "missing": {}}
    return forms[form]
