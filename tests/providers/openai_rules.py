"""What OpenAI's images API refuses, and in which words."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from .api import Api, Rejected
from .edit_rules import check_openai_mask
from .orders import Call, House, parse_size, whole_number

__all__ = ["GPT_IMAGE", "OpenAIRules", "legal_size"]

GPT_IMAGE = ("gpt-image-", "chatgpt-image-")
_KNOWN = (
    r"dall-e-[23]|chatgpt-image-latest|"
    r"gpt-image-(1|1-mini|1\.5|2|2\.5-flare|2\.5-sunburst|2\.6-flare|2\.6-sunburst)(-20\d\d-\d\d-\d\d)?"
)
_COMMON = {"prompt", "model", "n", "size", "quality", "user"}
_GPT = _COMMON | {
    "background",
    "moderation",
    "output_format",
    "output_compression",
    "stream",
    "partial_images",
}
_ANIMATED = {"frame_count", "frame_duration_ms", "complexity"}
_DALL_E = _COMMON | {"response_format"}
_EDIT = {"image", "image[]", "mask", "input_fidelity"}
_OLD_SIZES = ("1024x1024", "1024x1536", "1536x1024", "auto")
_DALL_E_SIZES = {
    "dall-e-2": ("256x256", "512x512", "1024x1024"),
    "dall-e-3": ("1024x1024", "1024x1792", "1792x1024"),
}
_PROMPT_LENGTH = {"dall-e-2": 1000, "dall-e-3": 4000}


class OpenAIRules(Api):
    """The checks, model by model; subclasses add the answers."""

    def check(self, call: Call) -> None:
        body = call.body
        model = str(body.get("model", "dall-e-2"))
        self.check_alive(model, call.house)
        self.check_names(call, model)
        self.check_prompt(body, _PROMPT_LENGTH.get(model, 32_000))
        self.check_count(body, model)
        self.check_values(body, model)
        if call.route.name == "edit":
            self.check_upload(call)

    def check_alive(self, model: str, house: House) -> None:
        """Refuse a model that is switched off, in the way ``house.gone`` names, or was never there."""
        if house.is_retired(f"{self.name}/{model}"):
            raise Rejected(self.gone_answer(model, house.gone))
        if not (re.fullmatch(_KNOWN, model) or house.is_released(f"{self.name}/{model}")):
            raise Rejected(self.gone_answer(model, "404"))

    def check_names(self, call: Call, model: str) -> None:
        """Refuse a parameter the model does not have."""
        allowed = self.allowed_names(model) | (_EDIT if call.route.name == "edit" else set())
        sent = {part.name for part in call.request.parts} or set(call.body)
        for name in sorted(sent - allowed):
            self.reject_unknown(name)

    def allowed_names(self, model: str) -> set[str]:
        """Return the parameters *model* takes."""
        if model.startswith("gpt-image-2.6"):
            return _GPT | _ANIMATED
        if model.startswith(GPT_IMAGE):
            return _GPT
        return _DALL_E | ({"style"} if model == "dall-e-3" else set())

    def reject_unknown(self, name: str) -> None:
        """Refuse a parameter by name."""
        self.reject(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)

    def check_prompt(self, body: Mapping[str, Any], longest: int) -> None:
        """Refuse a prompt that is missing, no text, or too long."""
        prompt = body.get("prompt")
        if prompt is None:
            self.reject(
                400,
                "Missing required parameter: 'prompt'.",
                code="missing_required_parameter",
                param="prompt",
            )
        if not isinstance(prompt, str):
            text = "Invalid type for 'prompt': expected a string, but got something else instead."
            self.reject(400, text, code="invalid_type", param="prompt")
        elif not prompt:
            text = "Invalid 'prompt': empty string. Expected a string with minimum length 1."
            self.reject(400, text, code="empty_string", param="prompt")
        elif len(prompt) > longest:
            text = f"Expected a string with maximum length {longest}, but got a string with length {len(prompt)}"
            self.reject(
                400,
                f"Invalid 'prompt': string too long. {text} instead.",
                code="string_above_max_length",
                param="prompt",
            )

    def check_count(self, body: Mapping[str, Any], model: str) -> None:
        """Refuse an ``n`` outside of 1 to 10, and any but 1 for dall-e-3."""
        n = whole_number(body.get("n", 1))
        if n is None:
            self.reject(400, "Invalid type for 'n': expected an integer.", code="invalid_type", param="n")
            return
        if model == "dall-e-3" and n != 1:
            self.reject(400, "You must provide n=1 for this model.", param="n")
        self._check_range("n", n, 1, 10)

    def _check_range(self, name: str, value: int, low: int, high: int) -> None:
        if value > high:
            text = f"integer above maximum value. Expected a value <= {high}, but got {value} instead."
            self.reject(400, f"Invalid '{name}': {text}", code="integer_above_max_value", param=name)
        if value < low:
            text = f"integer below minimum value. Expected a value >= {low}, but got {value} instead."
            self.reject(400, f"Invalid '{name}': {text}", code="integer_below_min_value", param=name)

    def check_values(self, body: Mapping[str, Any], model: str) -> None:
        """Refuse values outside of the model's lists."""
        self.check_size(str(body.get("size", "auto" if model.startswith(GPT_IMAGE) else "1024x1024")), model)
        for name, legal in _choices(model).items():
            if name in body and body[name] not in legal:
                self.reject_value(name, body[name], legal)
        self._check_background(body)
        for name, (low, high) in _RANGES.items():
            if (value := whole_number(body.get(name, low))) is not None:
                self._check_range(name, value, low, high)

    def _check_background(self, body: Mapping[str, Any]) -> None:
        if body.get("background") == "transparent" and body.get("output_format") == "jpeg":
            text = "Transparent background is not supported for JPEG output format."
            self.reject(400, text, code="invalid_value", param="background")

    def check_size(self, size: str, model: str) -> None:
        """Refuse a size the model does not draw."""
        if model.startswith(("gpt-image-2", "gpt-image-2.")):
            if not legal_size(size):
                self.reject(400, f"Invalid size '{size}'. {_FREE_SIZES}", code="invalid_value", param="size")
            return
        legal = _DALL_E_SIZES.get(model, _OLD_SIZES)
        if size not in legal:
            self.reject_value("size", size, legal)

    def reject_value(self, name: str, value: object, legal: Sequence[str]) -> None:
        """Refuse a value by naming the legal ones."""
        *others, last = (f"'{text}'" for text in legal)
        text = f"Invalid value: '{value}'. Supported values are: {', '.join(others)}, and {last}."
        self.reject(400, text, code="invalid_value", param=name)

    def check_upload(self, call: Call) -> None:
        """Refuse an edit without pictures, with too many, or with files that are no pictures."""
        images = call.request.files("image", "image[]")
        if not images:
            text = "Missing required parameter: 'image'."
            self.reject(400, text, code="missing_required_parameter", param="image")
        if len(images) > 16:
            self.reject(400, "Too many images: at most 16.", code="array_above_max_length", param="image")
        for part in call.request.files():
            if part.content_type not in ("image/png", "image/jpeg", "image/webp"):
                text = f"Invalid file '{part.name}': unsupported mimetype ('{part.content_type}')."
                self.reject(
                    400,
                    text + " Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
                    code="unsupported_file_mimetype",
                    param=part.name,
                )
        check_openai_mask(self, call)


_RANGES = {
    "output_compression": (0, 100),
    "partial_images": (0, 3),
    "frame_count": (2, 16),
    "frame_duration_ms": (20, 10_000),
}
_FREE_SIZES = (
    "Width and height must both be divisible by 16, the longest edge at most 3840, the ratio at most 3:1, "
    "and the picture between 655360 and 8294400 pixels."
)


def legal_size(size: str) -> bool:
    """Say whether the gpt-image-2 family draws *size*."""
    if size == "auto":
        return True
    pair = parse_size(size)
    if pair is None:
        return False
    low, high = sorted(pair)
    fits = low > 0 and not (low % 16 or high % 16) and high <= 3840 and high <= 3 * low
    return fits and 655_360 <= low * high <= 8_294_400


def _choices(model: str) -> dict[str, tuple[str, ...]]:
    """Return the legal values of each parameter of *model* that has a list of them."""
    if model.startswith(GPT_IMAGE):
        formats = ("png", "jpeg", "webp") + (("svg", "gif") if model.startswith("gpt-image-2.6") else ())
        return {
            "quality": ("low", "medium", "high", "auto"),
            "background": ("transparent", "opaque", "auto"),
            "moderation": ("low", "auto"),
            "output_format": formats,
        }
    quality = ("standard", "hd") if model == "dall-e-3" else ("standard",)
    return {"quality": quality, "style": ("vivid", "natural"), "response_format": ("url", "b64_json")}
