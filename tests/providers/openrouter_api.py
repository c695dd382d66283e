"""OpenRouter: pictures by chat completions, with the price in the answer."""

from collections.abc import Callable, Sequence
from typing import Any

from .api import Api, Rejected, json_answer
from .chat_api import chat_answer, chat_order, message_of, messages_are_readable
from .gemini_rules import RATIOS, pixels
from .orders import Call, House, Order, Picture, Route
from .wire import Answer

__all__ = ["OpenRouter"]

_PRICE = 0.0387
_TIMES = {"1K": 1, "2K": 2, "4K": 4}


class OpenRouter(Api):
    """``/api/v1/chat/completions``; unknown fields are ignored and ``n`` always makes one, as there."""

    name = "openrouter"
    prefix = "/api/v1"
    routes = (Route("chat", "/chat/completions"),)
    default_model = "google/gemini-3.1-flash-image"
    key = "sk-or-v1-loopback0123456789abcdef"
    key_variable = "OPENROUTER_API_KEY"
    base_variable = "OPENROUTER_API_BASE"  # read for chats and edits, not for image_generation

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        body: dict[str, Any] = {"message": message, "code": status}
        if status in (429, 502, 503):
            body |= {"message": "Provider returned error"}
            body |= {"metadata": {"raw": message, "provider_name": "Google", "error_code": code}}
        return json_answer({"error": body, "user_id": "user_loopback"}, status)

    def wrong_key(self, sent: str) -> Answer:
        return self.error(401, "User not found." if sent else "No auth credentials found")

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        if form == "400":
            return self.error(400, f"{model} is not a valid model ID")
        return self.error(404, f"No endpoints found for {model}.")

    def check(self, call: Call) -> None:
        body = call.body
        model = str(body.get("model", ""))
        if call.house.is_retired(f"{self.name}/{model}"):
            raise Rejected(self.gone_answer(model))
        if "/" not in model:
            raise Rejected(self.gone_answer(model, "400"))
        if not messages_are_readable(body.get("messages")):
            self.reject(400, 'Input required: specify "prompt" or "messages"')
        self._check_config(body.get("image_config", {}))
        self._check_shapes(body)

    def _check_config(self, config: dict[str, Any]) -> None:
        if config.get("aspect_ratio", "1:1") not in RATIOS:
            self.reject(400, f"image_config.aspect_ratio: Invalid option: {config['aspect_ratio']}")
        if config.get("image_size", "1K") not in _TIMES:
            self.reject(400, f"image_config.image_size: Invalid option: {config['image_size']}")

    def _check_shapes(self, body: dict[str, Any]) -> None:
        if not isinstance(body.get("response_format", {}), dict):
            self.reject(400, "response_format: Invalid input: expected object, received string")
        if not isinstance(body.get("modalities", []), list):
            self.reject(400, "modalities: Invalid input: expected array")

    def order(self, call: Call) -> Order:
        config = call.body.get("image_config", {})
        return chat_order(call, pixels(config.get("aspect_ratio"), config.get("image_size")))

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        if "image" not in order.body.get("modalities", ["image"]):
            return self.no_picture("You did not ask for a picture.", order)
        return self._say(order, message_of(pictures, house, ""), len(pictures))

    def _say(self, order: Order, message: dict[str, Any], pictures: int, finish: str = "stop") -> Answer:
        extra = {"provider": "Google"}
        return chat_answer(order, message, _usage(order, pictures), finish=finish, extra=extra)

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return {
            "text": lambda order: self.no_picture("I can't create images of that.", order),
            "content_filter": lambda order: self._say(order, _silence(), 0, "content_filter"),
            "moderation": lambda order: _flagged(order),
        }

    def empty(self, form: str, order: Order) -> Answer:
        choice = {"index": 0, "message": _silence(), "finish_reason": "stop"}
        forms: dict[str, dict[str, Any]] = {
            "empty": {"choices": []},
            "null": {"choices": [choice | {"message": _silence() | {"images": None}}]},
            "missing": {"choices": [choice]},
        }
        return json_answer({"id": "gen-loopback", "model": order.model, "usage": _usage(order, 0)} | forms[form])

    def no_picture(self, text: str, order: Order) -> Answer:
        return self._say(order, _silence() | {"content": text, "images": []}, 0)


def _silence() -> dict[str, Any]:
    return {"role": "assistant", "content": None, "refusal": None}


def _flagged(order: Order) -> Answer:
    text = "Your chosen model requires moderation and your input was flagged"
    found = {"reasons": ["violence"], "flagged_input": order.prompt[:50], "provider_name": "OpenAI"}
    error = {"code": 403, "message": text, "metadata": found | {"model_slug": order.model}}
    return json_answer({"error": error}, 403)


def _usage(order: Order, pictures: int) -> dict[str, Any]:
    times = _TIMES.get(order.body.get("image_config", {}).get("image_size", "1K"), 1)
    words, made = len(order.prompt) // 4 + 1, 1290 * pictures * times
    return {
        "prompt_tokens": words,
        "completion_tokens": made,
        "total_tokens": words + made,
        "prompt_tokens_details": {"cached_tokens": 0, "image_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "image_tokens": made},
        "cost": round(_PRICE * pictures * times, 6),
        "is_byok": False,
        "cost_details": {"upstream_inference_cost": round(_PRICE * pictures * times, 6)},
    }
