"""Google's APIs: Gemini image models and Imagen, in AI Studio and Vertex AI."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .api import Rejected, json_answer
from .gemini_rules import RATIOS, GeminiRules, pixels, read
from .orders import Call, House, Order, Picture, Route, whole_number
from .wire import Answer

__all__ = ["Gemini", "Vertex"]

_IMAGEN = {
    "sampleCount", "aspectRatio", "sampleImageSize", "imageSize", "personGeneration", "negativePrompt",
    "seed", "safetySetting", "language", "addWatermark", "includeRaiReason", "outputOptions", "enhancePrompt",
}  # fmt: skip
_BLOCKED_PROMPT = ("PROHIBITED_CONTENT", "SAFETY", "BLOCKLIST", "OTHER")
_WITHHELD = ("IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "NO_IMAGE", "IMAGE_RECITATION", "IMAGE_OTHER")


class Gemini(GeminiRules):
    """Google AI Studio."""

    name = "gemini"
    prefix = "/v1beta"
    routes = (
        Route("generate", r"/models/(?P<model>[^:/]+):generateContent"),
        Route("stream", r"/models/(?P<model>[^:/]+):streamGenerateContent"),
        Route("predict", r"/models/(?P<model>[^:/]+):predict"),
    )
    default_model = "gemini-3.1-flash-image"
    key = "AIzaLoopbackGemini0123456789abcdefghijk"
    key_header = "x-goog-api-key"
    key_variable = "GEMINI_API_KEY"
    base_variable = "GEMINI_API_BASE"
    key_scheme = ""
    request_id_header = "x-goog-request-id"
    ignored: frozenset[str] = frozenset()

    def check_key(self, call: Call) -> None:
        sent = call.request.headers.get(self.key_header) or call.request.query.get("key", "")
        if sent != self.key_of(call.house):
            raise Rejected(self.wrong_key(sent))

    def wrong_key(self, sent: str) -> Answer:
        if sent:
            text = "API key not valid. Please pass a valid API key."
            return self.error(400, text, code="API_KEY_INVALID")
        text = "Method doesn't allow unregistered callers (callers without established identity). Please use"
        return self.error(403, f"{text} API Key or other form of API consumer identity to call this API.")

    def check(self, call: Call) -> None:
        model = call.args["model"]
        imagen = call.route.name == "predict"
        if call.house.is_retired(f"{self.name}/{model}") or imagen != model.startswith("imag"):
            raise Rejected(self.gone_answer(model))
        if imagen:
            self._check_imagen(call.body)
        else:
            self.check_body(call, model)

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        text = f"models/{model} is not found for API version v1beta, or is not supported for generateContent."
        hint = "Call ListModels to see the list of available models and their supported methods."
        return self.error(404, f"{text} {hint}")

    def _check_imagen(self, body: Mapping[str, Any]) -> None:
        self.check_fields(body, {"instances", "parameters", "labels"}, "")
        if not body.get("instances"):
            self.reject(400, "Request must contain an instance.")
        parameters = body.get("parameters", {})
        for name in sorted(set(parameters) - _IMAGEN - self.ignored):
            self.reject(400, f"`{name}` isn't supported by this model. Please remove it.")
        if not 1 <= (whole_number(parameters.get("sampleCount", 1)) or 0) <= 4:
            self.reject(400, "Number of images must be between 1 and 4.")
        if parameters.get("aspectRatio", "1:1") not in ("1:1", "3:4", "4:3", "9:16", "16:9"):
            self.reject(400, f"Aspect ratio {parameters['aspectRatio']} is not supported.")

    def order(self, call: Call) -> Order:
        body, model = call.body, call.args["model"]
        if call.route.name == "predict":
            parameters = read(body, "parameters", {})
            size = pixels(parameters.get("aspectRatio"), parameters.get("imageSize"))
            prompt = str((body.get("instances") or [{}])[0].get("prompt", ""))
            n = whole_number(parameters.get("sampleCount", 1)) or 1
            return Order(model, prompt, n, size, "png", None, route="predict", body=body)
        return _content_order(body, model, call.route.name)

    def answer(self, order: Order, pictures: Sequence[Picture], house: House) -> Answer:
        if order.route == "predict":
            made = [{"mimeType": picture.mime, "bytesBase64Encoded": picture.base64} for picture in pictures]
            return json_answer({"predictions": made})
        body = _content(order, [_image_part(picture, order.model) for picture in pictures])
        return _streamed(body) if order.route == "stream" else json_answer(body)

    def refusals(self) -> dict[str, Callable[[Order], Answer]]:
        kinds: dict[str, Callable[[Order], Answer]] = {reason: _withholding(reason) for reason in _WITHHELD}
        kinds |= {reason: _blocking(reason) for reason in _BLOCKED_PROMPT}
        kinds["raiFilteredReason"] = lambda order: json_answer({"predictions": [{"raiFilteredReason": _RAI}]})
        kinds["58061214"] = lambda order: self.error(400, f"{_RAI} Support codes: 58061214")
        return kinds

    def with_withheld(self, body: dict[str, Any], missing: int) -> dict[str, Any]:
        if "predictions" not in body:
            return body
        return body | {"predictions": body["predictions"] + [{"raiFilteredReason": _RAI}] * missing}

    def empty(self, form: str, order: Order) -> Answer:
        name = "predictions" if order.route == "predict" else "candidates"
        forms: dict[str, dict[str, Any]] = {"empty": {name: []}, "null": {name: None}, "missing": {}}
        return json_answer(forms[form] | {"modelVersion": order.model})

    def no_picture(self, text: str, order: Order) -> Answer:
        return json_answer(_content(order, [{"text": text}]))


class Vertex(Gemini):
    """Vertex AI. LiteLLM sends no credentials of its own to a given ``api_base``: they come as a header."""

    name = "vertex_ai"
    prefix = "/vertex/v1/projects/p/locations/us-central1/publishers/google"
    default_model = "gemini-3.1-flash-image"
    ignored = frozenset({"extra_headers"})  # LiteLLM 1.106.2 puts its own setting into Imagen's parameters
    key = "ya29.loopback-vertex-0123456789"
    key_header = "authorization"
    key_scheme = "Bearer "
    key_variable = ""
    base_variable = ""

    def gone_answer(self, model: str, form: str = "404") -> Answer:
        place = self.prefix.removeprefix("/vertex/v1/")
        text = f"Publisher Model `{place}/models/{model}` was not found or your project does not have access"
        return self.error(404, f"{text} to it. Please ensure you are using a valid model version.")

    def kwargs(self, house: House, model: str) -> dict[str, Any]:
        verb = "predict" if model.startswith("imag") else "generateContent"
        headers = {"Authorization": f"Bearer {self.key_of(house)}"}
        base = f"{self.base(house)}/models/{model}:{verb}"
        return {"model": f"vertex_ai/{model}", "api_base": base, "extra_headers": headers}

    def check_key(self, call: Call) -> None:
        if call.request.headers.get("authorization", "") != f"Bearer {self.key_of(call.house)}":
            raise Rejected(self.wrong_key(""))

    def wrong_key(self, sent: str) -> Answer:
        text = "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or"
        return self.error(401, f"{text} other valid authentication credential.", code="CREDENTIALS_MISSING")


_RAI = (
    "Unable to show generated images. All images were filtered out because they violated the usage "
    "guidelines. Your prompt may violate our policies."
)


def _content_order(body: Mapping[str, Any], model: str, route: str) -> Order:
    config = read(body, "generation_config", {})
    image = read(config, "image_config", {})
    contents = body.get("contents") or []
    turns = contents if isinstance(contents, list) else [contents]
    prompt = " ".join(str(part["text"]) for turn in turns for part in read(turn, "parts", ()) if "text" in part)
    ratio = read(image, "aspect_ratio")
    size = pixels(ratio if ratio in RATIOS else "1:1", read(image, "image_size"))
    return Order(model, prompt, 1, size, "png", None, route=route, body=body)


def _image_part(picture: Picture, model: str) -> dict[str, Any]:
    part: dict[str, Any] = {"inlineData": {"mimeType": picture.mime, "data": picture.base64}}
    return part | {"thoughtSignature": "c2lnbmF0dXJlLW9mLXRob3VnaHQ="} if "gemini-3" in model else part


def _content(order: Order, parts: list[dict[str, Any]], finish: str = "STOP") -> dict[str, Any]:
    pictures = sum("inlineData" in part for part in parts)
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}
    return {
        "candidates": [candidate],
        "usageMetadata": _usage(order, pictures),
        "modelVersion": order.model,
        "responseId": "loopback0123456789",
    }


def _usage(order: Order, pictures: int) -> dict[str, Any]:
    words, made = len(order.prompt) // 4 + 1, 1290 * pictures
    usage: dict[str, Any] = {
        "promptTokenCount": words,
        "candidatesTokenCount": made,
        "totalTokenCount": words + made,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": words}],
    }
    return usage | {"candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": made}]} if made else usage


def _withholding(reason: str) -> Callable[[Order], Answer]:
    """Return the answer of a model that drew a picture and will not show it."""
    message = f"Unable to show the generated image. Reason: {reason}."
    candidate = {"content": {"role": "model"}, "finishReason": reason, "finishMessage": message, "index": 0}
    return lambda order: json_answer(_content(order, []) | {"candidates": [candidate]})


def _blocking(reason: str) -> Callable[[Order], Answer]:
    """Return the answer of a model that did not read the prompt to its end."""
    ratings = [{"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True}]
    feedback = {"promptFeedback": {"blockReason": reason, "safetyRatings": ratings}}
    return lambda order: json_answer(feedback | {"usageMetadata": _usage(order, 0), "modelVersion": order.model})


def _streamed(body: dict[str, Any]) -> Answer:
    """Return the same content as server-sent events: words first, the picture whole in one event."""
    parts = body["candidates"][0]["content"]["parts"]
    steps = [[{"text": "Here is "}], [{"text": "your picture."}], *([part] for part in parts)]
    events = [{"candidates": [{"content": {"role": "model", "parts": step}, "index": 0}]} for step in steps]
    last = {"candidates": [{"content": {"role": "model", "parts": []}, "finishReason": "STOP", "index": 0}]}
    events.append(last | {"usageMetadata": body["usageMetadata"], "modelVersion": body["modelVersion"]})
    lines = tuple(b"data: " + json.dumps(event).encode() + b"\r\n\r\n" for event in events)
    return Answer(200, b"".join(lines), {"content-type": "text/event-stream"}, events=lines)
