"""Recraft: ``/v1/images/generations`` (JSON) and ``/v1/images/imageToImage`` (a form)."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from .api import Api, Rejected, json_answer
from .orders import Call, House, Order, Picture, Route, parse_size, whole_number
from .wire import Answer

__all__ = ["Recraft"]

SIZES = {
    "1024x1024", "1365x1024", "1024x1365", "1536x1024", "1024x1536", "1820x1024", "1024x1820", "1024x2048",
    "2048x1024", "1434x1024", "1024x1434", "1024x1280", "1280x1024", "1024x1707", "1707x1024",
}  # fmt: skip
_NAMES = {
    "prompt", "model", "n", "size", "style", "style_id", "substyle", "response_format", "negative_prompt",
    "controls", "text_layout", "random_seed", "image_format", "strength", "image", "block_nsfw",
}  # fmt: skip
_STYLES = {"realistic_image", "digital_illustration", "vector_illustration", "icon", "logo_raster", "any"}
_MODELS = ("recraftv", "recraft20b", "refm1")


class Recraft(Api):
    """Raster pictures come as WebP, vector styles as SVG, whatever the address ends in."""

    name = "recraft"
    prefix = "/recraft"
    routes = (
        Route("generate", "/v1/images/generations"),
        Route("edit", "/v1/images/imageToImage"),
    )
    default_model = "recraftv3"
    key = "recraft-loopback-0123456789abcdef"
    key_variable = "RECRAFT_API_KEY"
    base_variable = "RECRAFT_API_BASE"

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        usual = {400: "bad_request", 401: "unauthorized", 404: "not_found", 429: "too_many_requests"}
        return json_answer({"code": code or usual.get(status, "internal_error"), "message": message}, status)

    def wrong_key(self, sent: str) -> Answer:
        return self.error(401, "unauthorized", code="unauthorized")

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        return self.error(400, f"unknown model: {model}", code="invalid_request_parameters")

    def check(self, call: Call) -> None:
        body = call.body
        self._check_model(str(body.get("model", "recraftv3")), call.house)
        for name in sorted(set(body) - _NAMES):
            self.reject(400, f'unknown parameter "{name}"', code="invalid_request_parameters")
        prompt = body.get("prompt")
        if not isinstance(prompt, str) or not 1 <= len(prompt) <= 1000:
            self.reject(400, "prompt must be from 1 to 1000 characters long", code="invalid_prompt_length")
        self._check_values(body)
        if call.route.name == "edit" and not call.request.files("image"):
            self.reject(400, "image is required", code="invalid_request_parameters")

    def _check_model(self, model: str, house: House) -> None:
        if house.is_retired(f"{self.name}/{model}") or not model.startswith(_MODELS):
            raise Rejected(self.gone_answer(model))

    def _check_values(self, body: dict[str, Any]) -> None:
        size = body.get("size", "1024x1024")
        if size not in SIZES and not (isinstance(size, str) and size.replace(":", "").isdigit()):
            self.reject(400, f"unsupported image size: {size}", code="invalid_image_size")
        if not 1 <= (whole_number(body.get("n", 1)) or 0) <= 6:
            self.reject(400, "n must be from 1 to 6", code="invalid_request_parameters")
        if body.get("style", "any") not in _STYLES:
            self.reject(400, f"unknown style: {body['style']}", code="invalid_style")
        if body.get("response_format", "url") not in ("url", "b64_json"):
            self.reject(400, f"unknown response_format: {body['response_format']}")

    def order(self, call: Call) -> Order:
        body = call.body
        vector = "vector" in str(body.get("style", "")) or "vector" in str(body.get("model", ""))
        return Order(
            model=str(body.get("model", "recraftv3")),
            prompt=str(body.get("prompt", "")),
            n=whole_number(body.get("n", 1)) or 1,
            size=parse_size(body.get("size")),
            format="svg" if vector else str(body.get("image_format") or "webp"),
            wants=str(body.get("response_format") or "url"),
            route=call.route.name,
            body=body,
        )

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        by_url = (house.reply_with or order.wants) == "url"
        data = [
            {"image_id": f"0000-{index}"} | ({"url": made.url} if by_url else {"b64_json": made.base64})
            for index, made in enumerate(pictures)
        ]
        return json_answer({"created": int(time.time()), "credits": 40 * len(data), "data": data})

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        text = "prompt did not pass moderation"
        return {"moderation": lambda order: self.error(400, text, code="prompt_moderation_failed")}
