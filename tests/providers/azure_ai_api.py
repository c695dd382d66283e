"""Azure AI Foundry: FLUX and MAI pictures, each under a path of its own."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from .api import Rejected, json_answer
from .azure_api import Azure, AzureWords
from .orders import Call, House, Order, Picture, Route, whole_number
from .wire import Answer

__all__ = ["AzureAI"]

_FLUX2 = {
    "prompt", "model", "width", "height", "num_images", "n", "seed", "output_format", "safety_tolerance",
    "guidance", "steps", "aspect_ratio", "input_image",
}  # fmt: skip
_MAI = {"prompt", "model", "width", "height"}
_FLUX1 = {"prompt", "model", "n", "size", "output_format", "seed", "user", "quality", "output_compression"}


class AzureAI(AzureWords):
    """``/openai/deployments/…`` for FLUX 1.1, ``/providers/blackforestlabs/…`` for FLUX 2, ``/mai/…`` for MAI."""

    name = "azure_ai"
    prefix = "/foundry"
    routes = (
        Route("flux1", "/openai/deployments/(?P<model>[^/]+)/images/(?:generations|edits)"),
        Route("flux2", "/providers/blackforestlabs/v1/(?P<model>flux-2-(?:pro|flex))"),
        Route("mai", "/mai/v1/images/(?:generations|edits)"),
    )
    default_model = "flux.2-pro"
    key = "0123456789abcdefloopbackfoundry0"
    key_header = "api-key"
    key_scheme = ""
    key_variable = "AZURE_AI_API_KEY"
    base_variable = "AZURE_AI_API_BASE"
    request_id_header = "apim-request-id"

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        version = {} if "flux.2" in model.lower() else {"api_version": "2025-04-01-preview"}
        return super().kwargs(house, model) | version

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        return self.error(404, f"The model '{model}' was not found on this resource.", code="ModelNotFound")

    def check(self, call: Call) -> None:
        model = call.args.get("model") or str(call.body.get("model", ""))
        if call.house.is_retired(f"{self.name}/{model}"):
            raise Rejected(self.gone_answer(model))
        if not call.request.query.get("api-version"):
            self.reject(404, "Resource not found", code="404")
        body = call.body
        allowed = {"image", "image[]"} | {"flux1": _FLUX1, "flux2": _FLUX2, "mai": _MAI}[call.route.name]
        for name in sorted(set(body) - allowed):
            self.reject(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
        if not body.get("prompt"):
            self.reject(400, "Missing required parameter: 'prompt'.", param="prompt")
        self._check_pixels(call.route.name, *_pixels(body))

    def _check_pixels(self, route: str, width: int, height: int) -> None:
        if route == "mai" and (min(width, height) < 768 or width * height > 1_056_768):
            self.reject(400, "Width and height must be at least 768, and at most 1056768 pixels in all.")
        if route == "flux2" and (min(width, height) < 64 or width * height > 4_194_304 or width % 16 or height % 16):
            self.reject(400, "Width and height must be multiples of 16 and hold at most 4 megapixels.")

    def order(self, call: Call) -> Order:
        body = call.body
        return Order(
            model=call.args.get("model") or str(body.get("model", "")),
            prompt=str(body.get("prompt", "")),
            n=whole_number(body.get("num_images", body.get("n", 1))) or 1,
            size=_pixels(body),
            format=str(body.get("output_format") or "png"),
            wants="b64_json",
            body=body,
        )

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        by_url = house.reply_with == "url"
        data = [{"url": picture.url} if by_url else {"b64_json": picture.base64} for picture in pictures]
        usage = {"num_input_text_tokens": 8, "num_output_tokens": 1024 * len(data)}
        return json_answer({"created": int(time.time()), "data": data} | ({"usage": usage} if not order.model else {}))

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        return Azure().refusals()


def _pixels(body: dict[str, Any]) -> tuple[int, int]:
    if "size" in body:
        width, _, height = str(body["size"]).partition("x")
        return (int(width), int(height)) if width.isdigit() and height.isdigit() else (1024, 1024)
    return int(body.get("width", 1024)), int(body.get("height", 1024))
