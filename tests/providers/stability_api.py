"""Stability AI: a form in, JSON with base64 out, under ``/v2beta/stable-image/…``."""

import uuid
from collections.abc import Callable, Sequence

from .api import Api, Rejected, json_answer
from .edit_rules import check_stability_mask
from .orders import Call, House, Order, Picture, Route
from .wire import Answer

__all__ = ["Stability"]

RATIOS = {
    "1:1": (1024, 1024), "16:9": (1344, 768), "9:16": (768, 1344), "21:9": (1536, 640), "9:21": (640, 1536),
    "2:3": (832, 1216), "3:2": (1216, 832), "4:5": (896, 1088), "5:4": (1088, 896),
}  # fmt: skip
_ANY = {"prompt", "negative_prompt", "aspect_ratio", "seed", "output_format", "none", "style_preset", "image"}
_NAMES = {
    "sd3": _ANY | {"model", "mode", "strength", "cfg_scale"},
    "ultra": _ANY | {"strength"},
    "core": _ANY,
}


class Stability(Api):
    """``generate/{sd3,core,ultra}`` and ``edit/…``, one picture per request."""

    name = "stability"
    routes = (
        Route("generate", "/v2beta/stable-image/generate/(?P<model>sd3|ultra|core)"),
        Route("edit", "/v2beta/stable-image/(?:edit|control|upscale)/(?P<model>[a-z-]+)"),
    )
    default_model = "sd3.5-large"
    key = "sk-loopbackstability0123456789"
    key_variable = "STABILITY_API_KEY"
    base_variable = "STABILITY_API_BASE"

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        names = {
            400: "bad_request",
            401: "unauthorized",
            402: "payment_required",
            404: "not_found",
            413: "payload_too_large",
            429: "rate_limit_exceeded",
        }
        body = {"errors": [message], "id": uuid.uuid4().hex, "name": names.get(status, "internal_error")}
        return json_answer(body | ({"name": code} if code else {}), status)

    def wrong_key(self, sent: str) -> Answer:
        return self.error(401, "authorization: invalid or missing header value")

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        return self.error(404, "This resource could not be found.")

    def check(self, call: Call) -> None:
        if not call.request.headers.get("content-type", "").startswith("multipart/form-data"):
            self.reject(400, "content-type: must be multipart/form-data")
        if call.house.is_retired(f"{self.name}/{call.args['model']}"):
            raise Rejected(self.gone_answer(call.args["model"]))
        form = call.request.form
        if not 1 <= len(form.get("prompt", "")) <= 10_000:
            self.reject(400, "prompt: must be between 1 and 10000 characters")
        self._check_form(form, call)

    def _check_form(self, form: dict[str, str], call: Call) -> None:
        if call.route.name == "generate":
            for name in sorted(set(form) - _NAMES[call.args["model"]]):
                self.reject(400, f"{name}: unrecognized field")
        elif not call.request.files("image"):
            self.reject(400, "image: is required")
        else:
            check_stability_mask(self, call)
        if form.get("aspect_ratio", "1:1") not in RATIOS:
            self.reject(400, f"aspect_ratio: must be one of {', '.join(RATIOS)}")
        legal = ("jpeg", "png") if call.args["model"] == "sd3" else ("jpeg", "png", "webp")
        if form.get("output_format", "png") not in legal:
            self.reject(400, f"output_format: must be one of {', '.join(legal)}")

    def order(self, call: Call) -> Order:
        form = call.request.form
        return Order(
            model=call.args["model"],
            prompt=form.get("prompt", ""),
            size=RATIOS.get(form.get("aspect_ratio", "1:1")),
            format=form.get("output_format") or "png",
            wants="b64_json",
            route=call.route.name,
            body=form,
        )

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        if not pictures:
            return self.empty("missing", order)
        return json_answer({"image": pictures[0].base64, "finish_reason": "SUCCESS", "seed": 4294967294})

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        text = "Your request was flagged by our content moderation system, as a result your request was denied"
        return {
            "CONTENT_FILTERED": lambda order: json_answer(
                {"image": "", "finish_reason": "CONTENT_FILTERED", "seed": 1}
            ),
            "content_moderation": lambda order: self.error(
                403, f"{text} and you were not charged.", code="content_moderation"
            ),
        }

    def empty(self, form: str, order: Order) -> Answer:
        forms: dict[str, dict[str, str | None]] = {"empty": {"image": ""}, "null": {"image": None}, "missing": {}}
        return json_answer(forms[form] | {"finish_reason": "SUCCESS", "seed": 1})

    def no_picture(self, text: str, order: Order) -> Answer:
        return self.empty("null", order)
