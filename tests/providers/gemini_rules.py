"""What Google's ``generateContent`` refuses for image models, and in which words."""

from collections.abc import Mapping, Sequence
from typing import Any

from .api import Api, Rejected, json_answer
from .orders import Call, whole_number
from .wire import Answer

__all__ = ["RATIOS", "GeminiRules", "pixels", "snake"]

# Pixels at the 1K setting; 2K and 4K double and redouble them.
RATIOS = {
    "1:1": (1024, 1024),
    "2:3": (832, 1248),
    "3:2": (1248, 832),
    "3:4": (864, 1184),
    "4:3": (1184, 864),
    "4:5": (896, 1152),
    "5:4": (1152, 896),
    "9:16": (768, 1344),
    "16:9": (1344, 768),
    "21:9": (1536, 672),
}
_SCALES = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}
_BODY = {
    "contents", "generation_config", "safety_settings", "system_instruction", "tools", "tool_config",
    "cached_content", "model", "labels",
}  # fmt: skip
_CONFIG = {
    "candidate_count", "response_modalities", "image_config", "temperature", "top_p", "top_k", "seed",
    "stop_sequences", "max_output_tokens", "response_mime_type", "response_schema", "media_resolution",
    "thinking_config", "presence_penalty", "frequency_penalty",
}  # fmt: skip
_IMAGE = {"aspect_ratio", "image_size", "person_generation", "prominent_people", "image_output_options"}
_PART = {"text", "inline_data", "file_data", "thought_signature", "thought"}
_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


def snake(name: str) -> str:
    """Return a JSON name as Google's parser reads it: ``imageConfig`` and ``image_config`` are one."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def read(body: object, name: str, default: Any = None) -> Any:
    """Return the field *name* (snake case) of *body*, however it is spelt."""
    fields = body if isinstance(body, Mapping) else {}
    return next((value for key, value in fields.items() if snake(key) == name), default)


def pixels(ratio: object, scale: object) -> tuple[int, int]:
    """Return the pixels of an aspect ratio at an image size such as ``"2K"``."""
    width, height = RATIOS.get(str(ratio), RATIOS["1:1"])
    factor = _SCALES.get(str(scale), 1)
    return int(width * factor), int(height * factor)


class GeminiRules(Api):
    """Checks of a ``generateContent`` body, and Google's way to say no."""

    def error(self, status: int, message: str, *, code: str | None = None, param: str | None = None) -> Answer:
        body: dict[str, Any] = {"code": status, "message": message, "status": _STATUS.get(status, "UNKNOWN")}
        if code and code.isupper():
            reason = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": code}
            body["details"] = [reason | {"domain": "googleapis.com"}]
        return json_answer({"error": body}, status)

    def check_body(self, call: Call, model: str) -> None:
        """Refuse a body the model cannot read or serve."""
        body = call.body
        self.check_fields(body, _BODY, "")
        self.check_contents(body.get("contents"))
        config = read(body, "generation_config", {})
        self.check_fields(config, _CONFIG, "generation_config")
        self.check_candidates(config)
        image = read(config, "image_config", {})
        self.check_fields(image, _IMAGE, "generation_config.image_config")
        self.check_image(image, model)
        self.check_modalities(read(config, "response_modalities", ()), model)

    def check_fields(self, body: object, allowed: set[str], where: str) -> None:
        """Refuse fields that are not in the schema."""
        if not isinstance(body, Mapping):
            self.reject(400, f"Invalid value at '{where or 'body'}': expected an object.")
            return
        for name in body:
            if snake(name) not in allowed:
                self.reject_field(name, where)

    def reject_field(self, name: str, where: str) -> None:
        """Refuse a field the way Google's JSON parser does."""
        place = f" at '{where}'" if where else ""
        text = f'Invalid JSON payload received. Unknown name "{name}"{place}: Cannot find field.'
        violation = {"field": where, "description": text} if where else {"description": text}
        details = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
        body = {"code": 400, "message": text, "status": "INVALID_ARGUMENT", "details": [details]}
        raise Rejected(json_answer({"error": body}, 400))

    def check_contents(self, contents: object) -> None:
        """Refuse a request without words or pictures in it."""
        turns = contents if isinstance(contents, list) else [contents]
        if not contents or not all(read(turn, "parts") for turn in turns):
            self.reject(400, "* GenerateContentRequest.contents: contents is not specified\n")
        for turn in turns:
            for part in read(turn, "parts"):
                self.check_fields(part, _PART, "contents[0].parts[0]")

    def check_candidates(self, config: Mapping[str, Any]) -> None:
        """Refuse more than one candidate: image models make one answer per call."""
        count = whole_number(read(config, "candidate_count", 1))
        if count is None or count < 1:
            self.reject(400, "Invalid value at 'generation_config.candidate_count'.")
        elif count > 1:
            self.reject(400, "Multiple candidates is not enabled for this model")

    def check_image(self, image: Mapping[str, Any], model: str) -> None:
        """Refuse an aspect ratio or an image size the model does not draw."""
        ratio, scale = read(image, "aspect_ratio"), read(image, "image_size")
        if ratio is not None and ratio not in RATIOS:
            self._reject_choice("aspect_ratio", ratio, list(RATIOS))
        if scale is not None and "2.5-flash" in model:
            self.reject(400, "Image size is not supported by this model.")
        if scale is not None and scale not in _SCALES:
            self._reject_choice("image_size", scale, list(_SCALES))

    def _reject_choice(self, name: str, value: object, legal: Sequence[str]) -> None:
        listed = ", ".join(f"'{choice}'" for choice in legal)
        self.reject(400, f"Invalid value for '{name}': '{value}'. It must be one of {listed}.")

    def check_modalities(self, asked: object, model: str) -> None:
        """Refuse pictures from a model that only writes."""
        wanted = [str(kind).upper() for kind in asked] if isinstance(asked, (list, tuple)) else []
        if "IMAGE" in wanted and "image" not in model and "banana" not in model:
            text = f"The requested combination of response modalities ({', '.join(wanted)}) is not supported"
            known = f"models/{model} accepts the following combination of response modalities:\n* TEXT\n"
            self.reject(400, f"{text} by the model. {known}")
