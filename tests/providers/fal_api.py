"""fal.ai: ``/fal-ai/<model>`` with a ``Key``, FastAPI's error shape, pictures by URL."""

from collections.abc import Callable, Sequence
from typing import Any

from .api import Api, Rejected, json_answer
from .gemini_rules import RATIOS, pixels
from .orders import Call, House, Order, Picture, Route, whole_number
from .pictures import black_picture, encode
from .wire import Answer

__all__ = ["Fal"]

SIZES = {
    "square_hd": (1024, 1024), "square": (512, 512), "portrait_4_3": (768, 1024), "portrait_16_9": (576, 1024),
    "landscape_4_3": (1024, 768), "landscape_16_9": (1024, 576),
}  # fmt: skip
_FLUX = r"/fal-ai/(?P<model>(?:flux|imagen4|recraft|bytedance|ideogram|bria|stable-diffusion|gpt-image)[\w./-]*)"
_BANANA = r"/fal-ai/(?P<model>(?:nano-banana|gemini-)[\w./-]*)"


class Fal(Api):
    """Known models; a field the model does not know is ignored, a value it cannot read is 422."""

    name = "fal_ai"
    prefix = "/fal"
    routes = (
        Route("generate", _FLUX),
        Route("banana", _BANANA),
        Route("gone", ".*"),
    )
    default_model = "fal-ai/flux/schnell"
    key = "00000000-loopback:0123456789"
    key_scheme = "Key "
    key_variable = "FAL_AI_API_KEY"
    base_variable = "FAL_AI_API_BASE"

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        if status not in (400, 422):
            return json_answer({"detail": message}, status)
        found = {"loc": ["body", param or "prompt"], "msg": message, "type": code or "value_error"}
        return json_answer({"detail": [found]}, 422)

    def wrong_key(self, sent: str) -> Answer:
        if not sent:
            return self.error(401, "Authentication is required to access this application.")
        return self.error(401, "No user found for Key ID and Secret")

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        return self.error(404, f"Application '{model.partition('/')[0]}' not found")

    def check(self, call: Call) -> None:
        model = call.args.get("model", "")
        if not model or call.house.is_retired(f"{self.name}/fal-ai/{model}"):
            raise Rejected(self.gone_answer(model))
        body = call.body
        if not isinstance(body.get("prompt"), str):
            self.reject(422, "Field required", code="missing", param="prompt")
        if not 1 <= (whole_number(body.get("num_images", 1)) or 0) <= 4:
            self.reject(422, "Input should be from 1 to 4", code="less_than_equal", param="num_images")
        if body.get("output_format", "png") not in ("jpeg", "png", "webp"):
            self.reject(422, "Input should be 'jpeg' or 'png'", code="literal_error", param="output_format")
        self._check_size(body)

    def _check_size(self, body: dict[str, Any]) -> None:
        size = body.get("image_size", "square_hd")
        if size not in SIZES if isinstance(size, str) else not {"width", "height"} <= set(size):
            text = f"Input should be {', '.join(SIZES)} or a width and a height"
            self.reject(422, text, code="enum", param="image_size")
        if body.get("aspect_ratio", "1:1") not in {*RATIOS, "9:21", "auto"}:
            self.reject(422, f"Input should be one of {', '.join(RATIOS)}", code="literal_error", param="aspect_ratio")

    def order(self, call: Call) -> Order:
        body = call.body
        usual = "png" if call.route.name == "banana" else "jpeg"
        return Order(
            model=call.args.get("model", ""),
            prompt=str(body.get("prompt", "")),
            n=whole_number(body.get("num_images", 1)) or 1,
            size=_size(body),
            format=str(body.get("output_format") or usual),
            wants="url",
            route=call.route.name,
            body=body,
        )

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        as_data = house.reply_with == "b64" or order.body.get("sync_mode") is True
        images = [
            {
                "url": picture.data_uri if as_data else picture.url,
                "width": picture.size[0],
                "height": picture.size[1],
                "content_type": picture.mime,
            }
            for picture in pictures
        ]
        facts = {"timings": {"inference": 0.7}, "seed": 42, "has_nsfw_concepts": [False] * len(images)}
        return json_answer({"images": images, "prompt": order.prompt} | facts)

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        text = "The content could not be processed because it contained material flagged by a content checker."
        return {
            "content_policy_violation": lambda order: self.error(422, text, code="content_policy_violation"),
            "nsfw": lambda order: json_answer(self.with_withheld({"images": []}, order.n)),
            "nsfw_missing": lambda order: json_answer(
                {"images": [], "has_nsfw_concepts": [True] * order.n, "prompt": order.prompt, "seed": 42}
            ),
        }

    def with_withheld(self, body: dict[str, Any], missing: int) -> dict[str, Any]:
        """Tell of a withheld picture by a black one and a flag."""
        black = {"url": f"data:image/jpeg;base64,{encode(black_picture())}", "width": 64, "height": 64}
        shown = [False] * len(body["images"])
        images = body["images"] + [black | {"content_type": "image/jpeg"}] * missing
        return body | {"images": images, "has_nsfw_concepts": shown + [True] * missing}

    def empty(self, form: str, order: Order) -> Answer:
        forms: dict[str, dict[str, Any]] = {"empty": {"images": []}, "null": {"images": None}, "missing": {}}
        return json_answer(forms[form] | {"seed": 42, "prompt": order.prompt})

    def no_picture(self, text: str, order: Order) -> Answer:
        return json_answer({"images": [{"url": None, "content_type": "image/png"}], "description": text})


def _size(body: dict[str, Any]) -> tuple[int, int]:
    size = body.get("image_size")
    if isinstance(size, dict):
        return int(size.get("width", 1024)), int(size.get("height", 1024))
    if size in SIZES:
        return SIZES[size]
    return pixels(body.get("aspect_ratio"), "1K")
