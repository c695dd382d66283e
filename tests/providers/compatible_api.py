"""Servers that speak OpenAI's images API with rules of their own, and chats that answer with pictures."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from .api import Rejected, json_answer
from .chat_api import chat_answer, chat_order, message_of, messages_are_readable
from .openai_api import OpenAI
from .orders import Call, House, Order, Picture, Route, parse_size, whole_number
from .wire import Answer

__all__ = ["SERVERS", "Compatible", "LiteLLMProxy", "XAI", "Xinference"]


class Compatible(OpenAI):
    """Any server of this kind, reached as ``openai/<name>``: unknown parameters are ignored."""

    name = "compatible"
    prefix = "/compatible"
    routes = (
        Route("generate", "/v1/images/generations"),
        Route("edit", "/v1/images/edits"),
        Route("chat", "/v1/chat/completions"),
    )
    default_model = "stable-diffusion-3.5"
    key = "loopback-compatible-0123456789"
    key_variable = ""
    base_variable = ""
    litellm_name = "openai"
    usual = "url"
    most = 10

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        return super().kwargs(house, model) | {"model": f"{self.litellm_name or self.name}/{model}"}

    def wrong_key(self, sent: str) -> Answer:
        return self.error(401, "Invalid API key provided." if sent else "No API key provided.")

    def check(self, call: Call) -> None:
        model = str(call.body.get("model", ""))
        if not model or call.house.is_retired(f"{self.name}/{model}"):
            raise Rejected(self.gone_answer(model))
        if call.route.name == "chat":
            self._check_chat(call)
            return
        self.check_prompt(call.body, 32_000)
        self._check_range("n", whole_number(call.body.get("n", 1)) or 0, 1, self.most)
        self.check_shape(call.body)
        if call.route.name == "edit":
            self.check_upload(call)

    def _check_chat(self, call: Call) -> None:
        if not messages_are_readable(call.body.get("messages")):
            self.reject(400, "Invalid type for 'messages': expected a non-empty array.", param="messages")

    def check_shape(self, body: dict[str, Any]) -> None:
        """Refuse sizes and reply formats that mean nothing."""
        size = body.get("size", "auto")
        if size != "auto" and parse_size(size) is None:
            self.reject(400, f"Invalid size: {size!r}. Expected 'WIDTHxHEIGHT'.", param="size")
        if body.get("response_format", "url") not in ("url", "b64_json"):
            self.reject_value("response_format", body["response_format"], ("url", "b64_json"))

    def order(self, call: Call) -> Order:
        body = call.body
        if call.route.name == "chat":
            return chat_order(call)
        return Order(
            model=str(body.get("model", "")),
            prompt=str(body.get("prompt", "")),
            n=whole_number(body.get("n", 1)) or 1,
            size=self.size_of(body),
            format=str(body.get("output_format") or "png"),
            wants=str(body.get("response_format") or self.usual),
            route=call.route.name,
            body=body,
        )

    def size_of(self, body: dict[str, Any]) -> tuple[int, int] | None:
        """Return the pixels a request asks for."""
        return parse_size(body.get("size"))

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        if order.route == "chat":
            return chat_answer(order, message_of(pictures, house), _usage(order, len(pictures)))
        data = [self.item(order, picture, house) for picture in pictures]
        return json_answer({"created": int(time.time()), "data": data})

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return super().refusals() | {"empty": lambda order: self.empty("empty", order)}

    def empty(self, form: str, order: Order) -> Answer:
        if order.route != "chat":
            return super().empty(form, order)
        forms: dict[str, dict[str, Any]] = {"empty": {"images": []}, "null": {"images": None}, "missing": {}}
        message = {"role": "assistant", "content": None} | forms[form]
        return chat_answer(order, message, _usage(order, 0))

    def no_picture(self, text: str, order: Order) -> Answer:
        if order.route != "chat":
            return super().no_picture(text, order)
        return chat_answer(order, {"role": "assistant", "content": text}, _usage(order, 0))


class XAI(Compatible):
    """xAI refuses size, quality and style by name, and leaves withheld pictures out without a word."""

    name = "xai"
    prefix = "/xai"
    default_model = "grok-imagine-image"
    key = "xai-loopback0123456789"
    key_variable = "XAI_API_KEY"
    base_variable = "XAI_API_BASE"
    litellm_name = ""
    _names = {"model", "prompt", "n", "response_format", "aspect_ratio", "resolution", "user", "image", "images"}

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        return json_answer({"code": code or str(status), "error": message}, status)

    def wrong_key(self, sent: str) -> Answer:
        if not sent:
            return self.error(401, "No authorization header or API key was provided.", code="unauthenticated")
        text = f"Incorrect API key provided: {sent[:2]}***{sent[-2:]}. You can obtain an API key from"
        return self.error(400, f"{text} https://console.x.ai.", code="Client specified an invalid argument")

    def check_shape(self, body: dict[str, Any]) -> None:
        for name in sorted(set(body) - self._names):
            self.reject(400, f"Argument not supported: {name}")
        if body.get("aspect_ratio", "1:1") not in ("1:1", "3:4", "4:3", "9:16", "16:9", "2:3", "3:2", "auto"):
            self.reject(400, f"Invalid aspect ratio: {body['aspect_ratio']}", code="invalid-argument")

    def size_of(self, body: dict[str, Any]) -> tuple[int, int] | None:
        return {"16:9": (1344, 768), "9:16": (768, 1344)}.get(str(body.get("aspect_ratio")), (1024, 1024))

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        data = [self.item(order, picture, house) | {"respect_moderation": True} for picture in pictures]
        return json_answer({"data": data, "usage": {"cost_in_usd_ticks": 200_000_000 * len(data)}})

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return {
            "empty": lambda order: json_answer({"data": []}),
            "withheld": lambda order: json_answer(self.with_withheld({"data": []}, order.n)),
        }

    def with_withheld(self, body: dict[str, Any], missing: int) -> dict[str, Any]:
        return body | {"data": body["data"] + [{"url": "", "respect_moderation": False}] * missing}


class LiteLLMProxy(Compatible):
    """A LiteLLM proxy in front of ``gpt-image-2``: OpenAI's rules, its own words for keys and names."""

    name = "litellm_proxy"
    prefix = "/proxy"
    routes = (
        Route("generate", "(?:/v1)?/images/generations"),
        Route("edit", "(?:/v1)?/images/edits"),
        Route("chat", "(?:/v1)?/chat/completions"),
    )
    default_model = "gpt-image-2"
    key = "sk-loopback-proxy-1234"
    key_variable = "LITELLM_PROXY_API_KEY"
    base_variable = "LITELLM_PROXY_API_BASE"
    litellm_name = ""
    usual = "b64_json"

    def wrong_key(self, sent: str) -> Answer:
        text = "Authentication Error, Invalid proxy server token passed." if sent else "No api key passed in."
        body = {"message": text, "type": "auth_error", "param": "None", "code": "401"}
        return json_answer({"error": body}, 401)

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        text = f"Invalid model name passed in model={model}. Call `/v1/models` to view available models."
        body = {"message": text, "type": "None", "param": "None", "code": "400"}
        return json_answer({"error": body}, 400)

    def check_shape(self, body: dict[str, Any]) -> None:
        for name in sorted(set(body) - self.allowed_names("gpt-image-2") - {"image", "image[]", "mask"}):
            self.reject_unknown(name)
        self.check_values(body, "gpt-image-2")


class Xinference(Compatible):
    """Xinference answers in FastAPI's error shape; LiteLLM reads no variables for its pictures."""

    name = "xinference"
    prefix = "/xinference"
    default_model = "sd3-medium"
    key = "loopback-xinference-01234"
    litellm_name = ""

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        return json_answer({"detail": message}, status)

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        return self.error(400, f"[address=127.0.0.1:9997] Model not found in the model list, uid: {model}")


class _Together(Compatible):
    name, prefix, litellm_name = "together_ai", "/together", ""
    default_model, key = "black-forest-labs/FLUX.1-schnell", "tgp-loopback-0123456789"
    key_variable, base_variable, most = "TOGETHERAI_API_KEY", "TOGETHER_AI_API_BASE", 4


class _Fireworks(Compatible):
    name, prefix, litellm_name = "fireworks_ai", "/fireworks", ""
    default_model, key = "accounts/fireworks/models/flux-1-schnell-fp8", "fw-loopback-0123456789"
    key_variable, base_variable = "FIREWORKS_API_KEY", "FIREWORKS_API_BASE"


class _DeepInfra(Compatible):
    name, prefix, litellm_name, usual = "deepinfra", "/deepinfra", "", "b64_json"
    default_model, key = "black-forest-labs/FLUX-1-schnell", "di-loopback-0123456789"
    key_variable, base_variable = "DEEPINFRA_API_KEY", "DEEPINFRA_API_BASE"


class _Nebius(Compatible):
    name, prefix, litellm_name = "nebius", "/nebius", ""
    default_model, key = "black-forest-labs/flux-schnell", "nb-loopback-0123456789"
    key_variable, base_variable = "NEBIUS_API_KEY", "NEBIUS_API_BASE"


class _VLLM(Compatible):
    name, prefix, litellm_name, usual = "hosted_vllm", "/vllm", "", "b64_json"
    default_model, key = "Qwen/Qwen-Image", "vllm-loopback-0123456789"
    key_variable, base_variable = "HOSTED_VLLM_API_KEY", "HOSTED_VLLM_API_BASE"


SERVERS = (Compatible, XAI, LiteLLMProxy, Xinference, _Together, _Fireworks, _DeepInfra, _Nebius, _VLLM)


def _usage(order: Order, pictures: int) -> dict[str, Any]:
    words, made = len(order.prompt) // 4 + 1, 1290 * pictures
    return {"prompt_tokens": words, "completion_tokens": made, "total_tokens": words + made}
