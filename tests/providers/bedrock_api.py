"""AWS Bedrock: ``/model/{id}/invoke``, signed with SigV4, a body per family of models."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from .api import Api, Rejected, json_answer
from .edit_rules import check_bedrock_edit, is_bedrock_edit
from .orders import Call, House, Order, Picture, Route, whole_number
from .stability_api import RATIOS
from .wire import Answer

__all__ = ["Bedrock"]

_STABLE = (
    "prompt", "negative_prompt", "mode", "strength", "seed", "output_format", "image", "aspect_ratio", "model",
)  # fmt: skip
_SDXL = {
    "text_prompts", "height", "width", "cfg_scale", "clip_guidance_preset", "sampler", "samples", "seed",
    "steps", "style_preset", "extras", "init_image", "mask_image", "mask_source", "image_strength",
}  # fmt: skip
_AMAZON = {"taskType", "textToImageParams", "imageGenerationConfig", "colorGuidedGenerationParams"}
_CONFIG = {"width", "height", "quality", "cfgScale", "seed", "numberOfImages"}
_SDXL_SIZES = {
    (1024, 1024), (1152, 896), (896, 1152), (1216, 832), (832, 1216), (1344, 768), (768, 1344), (1536, 640),
    (640, 1536),
}  # fmt: skip
_TITAN_SIZES = {(1024, 1024), (768, 768), (512, 512), (768, 1152), (1152, 768), (1173, 640), (640, 1173)}
_SIGNATURE = (
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/\d{8}/[\w-]+/bedrock/aws4_request, SignedHeaders=.+, Signature=\w+"
)


class Bedrock(Api):
    """Stability (SD3, core, ultra, SDXL) and Amazon (Nova Canvas, Titan)."""

    name = "bedrock"
    prefix = "/bedrock"
    routes = (Route("invoke", "/model/(?P<model>[^/]+)/invoke"),)
    default_model = "stability.sd3-5-large-v1:0"
    key = "AKIALOOPBACK00000000"
    request_id_header = "x-amzn-requestid"

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        return {
            "model": f"bedrock/{model}",
            "aws_access_key_id": self.key_of(house),
            "aws_secret_access_key": "loopback/secret/0123456789",
            "aws_region_name": "us-west-2",
            "aws_bedrock_runtime_endpoint": self.base(house),
        }

    def variables(self, house: House) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.key_of(house),
            "AWS_SECRET_ACCESS_KEY": "loopback/secret/0123456789",
            "AWS_REGION_NAME": "us-west-2",
            "AWS_BEDROCK_RUNTIME_ENDPOINT": self.base(house),
        }

    def check_key(self, call: Call) -> None:
        sent = call.request.headers.get("authorization", "")
        if not sent:
            raise Rejected(self.error(403, "Missing Authentication Token", code="MissingAuthenticationToken"))
        found = re.fullmatch(_SIGNATURE, sent)
        if found is None or "x-amz-date" not in call.request.headers or found["key"] != self.key_of(call.house):
            text = "The security token included in the request is invalid."
            raise Rejected(self.error(403, text, code="UnrecognizedClientException"))

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        kinds = {
            400: "ValidationException",
            403: "AccessDeniedException",
            404: "ResourceNotFoundException",
            408: "ModelTimeoutException",
            429: "ThrottlingException",
            503: "ServiceUnavailableException",
        }
        kind = code or kinds.get(status, "InternalServerException")
        return json_answer({"message": message}, status, {"x-amzn-errortype": f"{kind}:http://internal.amazon.com/"})

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        if form == "400":
            return self.error(400, "The provided model identifier is invalid.")
        text = "This model version has reached the end of its life. Please refer to the AWS documentation for"
        return self.error(404, f"{text} more details.")

    def check(self, call: Call) -> None:
        model = call.args["model"]
        if call.house.is_retired(f"{self.name}/{model}"):
            raise Rejected(self.gone_answer(model))
        family = _family(model)
        if not family:
            raise Rejected(self.gone_answer(model, "400"))
        if is_bedrock_edit(model, call.body):
            check_bedrock_edit(self, call)
            return
        {"stable": self._check_stable, "sdxl": self._check_sdxl}.get(family, self._check_amazon)(call.body, family)

    def _check_stable(self, body: dict[str, Any], family: str) -> None:
        if set(body) - set(_STABLE) or not body.get("prompt"):
            self._reject_detail(f"Invalid field in request. Available fields: {list(_STABLE)}")
        if body.get("aspect_ratio", "1:1") not in RATIOS:
            self._reject_detail(f"Invalid aspect_ratio. Must be one of {list(RATIOS)}")
        if body.get("output_format", "png") not in ("png", "jpeg", "webp"):
            self._reject_detail("Invalid output_format. Must be one of ['jpeg', 'png', 'webp']")

    def _reject_detail(self, text: str) -> None:
        self.reject(400, json.dumps({"detail": text}))

    def _check_sdxl(self, body: dict[str, Any], family: str) -> None:
        self._check_keys(body, _SDXL, "#")
        if not body.get("text_prompts"):
            self._reject_malformed("#: required key [text_prompts] not found")
        if (body.get("width", 1024), body.get("height", 1024)) not in _SDXL_SIZES:
            self.reject(400, f"for {family} the allowed dimensions are {sorted(_SDXL_SIZES)}")

    def _check_keys(self, body: dict[str, Any], allowed: set[str], where: str) -> None:
        for name in sorted(set(body) - allowed):
            self._reject_malformed(f"{where}: extraneous key [{name}] is not permitted")

    def _reject_malformed(self, text: str) -> None:
        self.reject(400, f"Malformed input request: {text}, please reformat your input and try again.")

    def _check_amazon(self, body: dict[str, Any], family: str) -> None:
        self._check_keys(body, _AMAZON, "#")
        config = body.get("imageGenerationConfig", {})
        self._check_keys(config, _CONFIG, "#/imageGenerationConfig")
        text = body.get("textToImageParams", {}).get("text", "")
        longest = 1024 if family == "nova" else 512
        if not 1 <= len(text) <= longest:
            self._reject_malformed(f"#/textToImageParams/text: expected maxLength: {longest}, actual: {len(text)}")
        if not 1 <= (whole_number(config.get("numberOfImages", 1)) or 0) <= 5:
            self._reject_malformed("#/imageGenerationConfig/numberOfImages: value must be from 1 to 5")
        if config.get("quality", "standard") not in ("standard", "premium"):
            self._reject_malformed("#/imageGenerationConfig/quality: not a valid enum value")
        if not _amazon_draws(family, config.get("width", 1024), config.get("height", 1024)):
            self.reject(400, "The provided image dimensions are not supported by this model.")

    def order(self, call: Call) -> Order:
        body, model = call.body, call.args["model"]
        family = _family(model)
        if family == "stable":
            size = RATIOS.get(str(body.get("aspect_ratio", "1:1")))
            kind = str(body.get("output_format") or "png")
            return Order(model, str(body.get("prompt", "")), 1, size, kind, "b64_json", body=body)
        if family == "sdxl":
            size = (int(body.get("width", 1024)), int(body.get("height", 1024)))
            prompt = str((body.get("text_prompts") or [{}])[0].get("text", ""))
            return Order(model, prompt, whole_number(body.get("samples", 1)) or 1, size, body=body)
        config = body.get("imageGenerationConfig", {})
        size = (int(config.get("width", 1024)), int(config.get("height", 1024)))
        prompt = str(body.get("textToImageParams", {}).get("text", ""))
        return Order(model, prompt, whole_number(config.get("numberOfImages", 1)) or 1, size, body=body)

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        made = [picture.base64 for picture in pictures]
        family = _family(order.model)
        if family == "sdxl":
            artifacts = [{"seed": 1, "base64": text, "finishReason": "SUCCESS"} for text in made]
            return json_answer({"result": "success", "artifacts": artifacts})
        if family == "stable":
            return json_answer({"seeds": [1], "finish_reasons": [None] * len(made), "images": made})
        return json_answer({"images": made, "error": None})

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        text = "This request has been blocked by our content filters. Our filters automatically flagged this"
        return {
            "withheld": _withheld,
            "content_filter": lambda order: self.error(
                400, f"{text} prompt because it may conflict our AUP or AWS Responsible AI Policy."
            ),
        }

    def empty(self, form: str, order: Order) -> Answer:
        name = "artifacts" if _family(order.model) == "sdxl" else "images"
        forms: dict[str, dict[str, Any]] = {"empty": {name: []}, "null": {name: None}, "missing": {}}
        return json_answer(forms[form])

    def no_picture(self, text: str, order: Order) -> Answer:
        if _family(order.model) == "sdxl":
            artifacts = [{"seed": 1, "base64": None, "finishReason": "ERROR"}]
            return json_answer({"result": "success", "artifacts": artifacts})
        return json_answer({"images": [None] * order.n, "finish_reasons": [None]})


def _withheld(order: Order) -> Answer:
    """Return a success whose pictures were held back, as each family says it."""
    family = _family(order.model)
    if family == "sdxl":
        artifacts = [{"seed": 1, "base64": "", "finishReason": "CONTENT_FILTERED"}]
        return json_answer({"result": "success", "artifacts": artifacts})
    if family == "stable":
        return json_answer({"seeds": [], "finish_reasons": ["Filter reason: prompt"], "images": [None]})
    return json_answer({"images": [], "error": "All of the generated images have been blocked by our content filters."})


def _family(model: str) -> str:
    """Return which body a model takes: ``"stable"``, ``"sdxl"``, ``"nova"``, ``"titan"`` or ``""``."""
    signs = {"sd3": "stable", "stable-image": "stable", "stable-diffusion-xl": "sdxl"}
    signs |= {"nova-canvas": "nova", "titan-image": "titan"}
    return next((family for sign, family in signs.items() if sign in model), "")


def _amazon_draws(family: str, width: int, height: int) -> bool:
    if family == "titan":
        return (width, height) in _TITAN_SIZES
    low, high = sorted((width, height))
    return low >= 320 and high <= 4096 and not (low % 16 or high % 16) and high <= 4 * low and low * high < 4_194_304
