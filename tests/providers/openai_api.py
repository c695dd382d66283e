"""OpenAI's images API: ``/v1/images/generations`` and ``/v1/images/edits``."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from .api import REFUSED, json_answer
from .openai_rules import GPT_IMAGE, OpenAIRules
from .openai_stream import picture_events, wants_stream
from .orders import Call, House, Order, Picture, Route, parse_size, whole_number
from .wire import Answer

__all__ = ["OpenAI", "moderation_blocked"]


class OpenAI(OpenAIRules):
    """The API at api.openai.com, as strict as the real one is for each model."""

    name = "openai"
    routes: Sequence[Route] = (
        Route("generate", "/v1/images/generations"),
        Route("edit", "/v1/images/edits"),
    )
    default_model = "gpt-image-2"
    key = "sk-loopback-openai-0123456789abcdefghijkl"
    key_variable = "OPENAI_API_KEY"
    base_variable = "OPENAI_BASE_URL"

    def base(self, house: House) -> str:
        return house.url + self.prefix + "/v1"

    def wrong_key(self, sent: str) -> Answer:
        text = (
            f"Incorrect API key provided: {sent[:8]}{'*' * 20}{sent[-4:]}. You can find your API key at "
            "https://platform.openai.com/account/api-keys."
            if sent
            else "You didn't provide an API key. You need to provide your API key in an Authorization header "
            "using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
        )
        body = {"message": text, "type": "invalid_request_error", "param": None}
        return json_answer({"error": body | {"code": "invalid_api_key" if sent else None}}, 401)

    def order(self, call: Call) -> Order:
        body = call.body
        model = str(body.get("model", "dall-e-2"))
        return Order(
            model=model,
            prompt=str(body.get("prompt", "")),
            n=whole_number(body.get("n", 1)) or 1,
            size=parse_size(body.get("size")),
            format=str(body.get("output_format") or "png"),
            wants="b64_json" if model.startswith(GPT_IMAGE) else str(body.get("response_format") or "url"),
            frames=whole_number(body.get("frame_count", 1)) or 1,
            route=call.route.name,
            body=body,
        )

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        facts = _gpt_facts(order, pictures) if order.model.startswith(GPT_IMAGE) else {}
        if facts and wants_stream(order):
            return picture_events(order, pictures, facts)
        data = [self.item(order, picture, house) for picture in pictures]
        body = {"created": int(time.time()), "data": data} | facts
        return json_answer(body, 200, {"openai-processing-ms": "1234", "openai-version": "2020-10-01"})

    def item(self, order: Order, picture: Picture, house: House) -> dict[str, Any]:
        """Return one entry of ``data``."""
        by_url = (house.reply_with or {"b64_json": "b64"}.get(order.wants or "", order.wants)) == "url"
        item = {"url": picture.url} if by_url else {"b64_json": picture.base64}
        if order.model == "dall-e-3":
            item["revised_prompt"] = f"A detailed picture of {order.prompt[:200]}, in soft light."
        return item

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return {
            "moderation_blocked": lambda order: moderation_blocked(),
            "content_policy_violation": lambda order: self.error(400, REFUSED, code="content_policy_violation"),
        }


def _gpt_facts(order: Order, pictures: Sequence[Picture]) -> dict[str, Any]:
    width, height = pictures[0].size if pictures else (1024, 1024)
    pictured = round(1056 * width * height / 1024**2) * len(pictures)
    words = len(order.prompt) // 4 + 1
    return {
        "background": order.body.get("background", "opaque"),
        "output_format": order.format,
        "quality": order.body.get("quality", "high").replace("auto", "high"),
        "size": f"{width}x{height}",
        "usage": {
            "input_tokens": words,
            "input_tokens_details": {"image_tokens": 0, "text_tokens": words},
            "output_tokens": pictured,
            "output_tokens_details": {"image_tokens": pictured, "text_tokens": 0},
            "total_tokens": words + pictured,
        },
    }


def moderation_blocked() -> Answer:
    """Return what a gpt-image model says of a prompt it will not draw."""
    text = (
        "Your request was rejected by the safety system. If you believe this is an error, contact us at "
        "help.openai.com and include the request ID req_0123456789abcdef. safety_violations=[violence]."
    )
    kind = "image_generation_user_error"
    body = {"message": text, "type": kind, "param": None, "code": "moderation_blocked"}
    return json_answer({"error": body}, 400)
