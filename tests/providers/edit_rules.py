"""What providers refuse of the pictures and masks that come to be edited."""

import base64
import io
from typing import Any

from PIL import Image

from .api import Api
from .orders import Call

__all__ = ["check_bedrock_edit", "check_openai_mask", "check_stability_mask", "is_bedrock_edit"]

_STABLE_EDIT = {
    "prompt", "negative_prompt", "image", "mask", "seed", "output_format", "style_preset", "grow_mask", "strength",
    "search_prompt", "select_prompt", "left", "right", "up", "down", "creativity", "control_strength", "init_image",
    "style_image", "fidelity",
}  # fmt: skip
_EDITS = (
    "inpaint", "erase", "outpaint", "upscale", "search-", "remove-background", "control-", "style-guide", "transfer",
)  # fmt: skip
_TASKS = {"INPAINTING": "inPaintingParams", "IMAGE_VARIATION": "imageVariationParams"}


def check_openai_mask(api: Api, call: Call) -> None:
    """Refuse a mask without transparency, or of another size than the first picture."""
    images, masks = call.request.files("image", "image[]"), call.request.files("mask")
    if not masks:
        return
    image, mask = (Image.open(io.BytesIO(part.data)) for part in (images[0], masks[0]))
    if mask.format != "PNG" or "A" not in mask.getbands():
        api.reject(400, "Invalid mask image format - mask image missing alpha channel", param="mask")
    if mask.size != image.size or mask.format != image.format:
        api.reject(400, "Invalid mask image format - mask size does not match image size", param="mask")


def check_stability_mask(api: Api, call: Call) -> None:
    """Refuse inpainting where nothing says where to paint, and a mask of another size."""
    image = Image.open(io.BytesIO(call.request.files("image")[0].data))
    mask = [Image.open(io.BytesIO(part.data)) for part in call.request.files("mask")]
    if call.args["model"] == "inpaint" and not mask and not image.has_transparency_data:
        api.reject(400, "mask: is required for an image without an alpha channel")
    if mask and mask[0].size != image.size:
        api.reject(400, "mask: must have the same dimensions as the image")


def is_bedrock_edit(model: str, body: dict[str, Any]) -> bool:
    """Say whether a request to a Bedrock model edits a picture."""
    return any(word in model for word in _EDITS) or body.get("taskType") in _TASKS


def check_bedrock_edit(api: Api, call: Call) -> None:
    """Refuse fields that an edit has not, and masks that cannot be read or do not fit."""
    body = call.body
    if task := _TASKS.get(str(body.get("taskType"))):
        body = body.get(task) or {}
        image = (body.get("images") or [body.get("image")])[0]
        _check_masks(api, image, body.get("maskImage"), pure=True)
        return
    if set(body) - _STABLE_EDIT:
        api.reject(400, f"Invalid field in request: {sorted(set(body) - _STABLE_EDIT)}")
    _check_masks(api, body.get("image") or body.get("init_image"), body.get("mask"), pure=False)


def _check_masks(api: Api, image: Any, mask: Any, *, pure: bool) -> None:
    if not image:
        api.reject(400, "Malformed input request: #: required key [image] not found")
    if not mask:
        return
    under, over = (Image.open(io.BytesIO(base64.b64decode(text))) for text in (image, mask))
    if over.size != under.size:
        api.reject(400, "The mask and the image must have the same dimensions.")
    if pure and {colour for _, colour in over.convert("RGB").getcolors(1 << 24) or ()} - {(0, 0, 0), (255, 255, 255)}:
        api.reject(400, "The mask image must be pure black and white.")
