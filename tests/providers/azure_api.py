"""Azure OpenAI: deployments, the ``api-key`` header and the api-version; the rules are the base model's."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from .api import Api, Rejected, json_answer
from .openai_api import OpenAI
from .orders import Call, House, Order, Route
from .wire import Answer

__all__ = ["DEPLOYMENTS", "Azure", "AzureWords"]

DEPLOYMENTS = {
    "dall-e-3": "dall-e-3",
    "dalle3": "dall-e-3",
    "gpt-image-1": "gpt-image-1",
    "gpt-image-2": "gpt-image-2",
    "my-pictures": "gpt-image-2",
}
_FIRST_VERSION = {"dall-e-3": "2024-02-01", "gpt-image": "2025-04-01"}


class AzureWords(Api):
    """How Azure's gateway says no."""

    def wrong_key(self, sent: str) -> Answer:
        text = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a"
        hint = "valid key for an active subscription and use a correct regional API endpoint for your resource."
        return self.error(401, f"{text} {hint}", code="401")

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        if status in (400, 500):
            return super().error(status, message, code=code, param=param)
        return json_answer({"error": {"code": code or str(status), "message": message}}, status)


class Azure(AzureWords, OpenAI):
    """``/openai/deployments/{name}/images/…`` and the dateless ``/openai/v1/images/…``."""

    name = "azure"
    routes = (
        Route("generate", "/openai/deployments/(?P<deployment>[^/]+)/images/generations"),
        Route("edit", "/openai/deployments/(?P<deployment>[^/]+)/images/edits"),
        Route("generate", "/openai/v1/images/generations"),
        Route("edit", "/openai/v1/images/edits"),
    )
    default_model = "gpt-image-2"
    key = "0123456789abcdefloopbackazure000"
    key_header = "api-key"
    key_scheme = ""
    key_variable = "AZURE_API_KEY"
    base_variable = "AZURE_API_BASE"
    request_id_header = "apim-request-id"
    version = "2025-04-01-preview"

    def base(self, house: House) -> str:
        return house.url

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        return super().kwargs(house, model) | {"api_version": self.version}

    def variables(self, house: House) -> dict[str, str]:
        return super().variables(house) | {"AZURE_API_VERSION": self.version}

    def check_key(self, call: Call) -> None:
        if call.request.headers.get("authorization", "") == f"Bearer {self.key_of(call.house)}":
            return
        super().check_key(call)

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        text = "The API deployment for this resource does not exist. If you created the deployment within the"
        return self.error(404, f"{text} last 5 minutes, please wait a moment and try again.", code="DeploymentNotFound")

    def check(self, call: Call) -> None:
        model = self._model(call)
        if model is None:
            raise Rejected(self.gone_answer(""))
        self._check_version(call, model)
        body = call.body
        self.check_names(call, model)
        self.check_prompt(body, 4000 if model == "dall-e-3" else 32_000)
        self.check_count(body, model)
        self.check_values(body, model)
        if call.route.name == "edit":
            self.check_upload(call)

    def _model(self, call: Call) -> str | None:
        """Return the base model of the deployment, which the v1 path names in the body."""
        deployment = call.args.get("deployment") or str(call.body.get("model", ""))
        return call.house.deployments.get(deployment)

    def _check_version(self, call: Call, model: str) -> None:
        version = call.request.query.get("api-version", "")
        if "deployment" not in call.args:
            known = version in ("", "preview", "latest", "v1")
        else:
            first = _FIRST_VERSION["dall-e-3" if model == "dall-e-3" else "gpt-image"]
            known = version[:4].isdigit() and version >= first
        if not known:
            self.reject(404, "Resource not found", code="404")

    def order(self, call: Call) -> Order:
        model = self._model(call) or "gpt-image-2"
        read = super().order(call)
        wants = "b64_json" if "gpt" in model else str(call.body.get("response_format") or "url")
        return replace(read, model=model, wants=wants)

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return {
            "content_policy_violation": lambda order: _filtered("content_policy_violation", "jailbreak"),
            "content_filter": lambda order: _filtered("content_filter", "violence"),
            "moderation_blocked": super().refusals()["moderation_blocked"],
            "account_blocked": lambda order: self._blocked(),
        }

    def _blocked(self) -> Answer:
        text = "Your resource has been temporarily blocked because we detected behavior that may violate our"
        return self.error(403, f"{text} content policy.", code="Forbidden")


def _filtered(code: str, category: str) -> Answer:
    """Return Azure's refusal, with the filter that fired in ``inner_error``."""
    results: dict[str, Any] = {
        name: {"filtered": False, "severity": "safe"} for name in ("hate", "self_harm", "sexual", "violence")
    }
    results |= {"jailbreak": {"detected": False, "filtered": False}}
    results[category] |= {"filtered": True, "severity": "medium"} if category in results else {}
    inner = {"code": "ResponsibleAIPolicyViolation", "content_filter_results": results}
    text = "Your request was rejected as a result of our safety system. Your prompt may contain text that is not"
    message = f"{text} allowed by our safety system."
    error = {"code": code, "message": message, "type": "invalid_request_error", "inner_error": inner}
    return json_answer({"error": error | {"param": None}}, 400)
