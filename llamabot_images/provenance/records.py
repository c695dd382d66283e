"""The record of what made a picture: plain JSON, with the keys of a Hugging Face ImageFolder first. Pure."""

import hashlib
import math
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from typing import TYPE_CHECKING, Any

from llamabot_images.payload import ImageInfo, verify
from llamabot_images.provenance.infotext import OURS
from llamabot_images.provenance.marks import marks_of
from llamabot_images.request import SIZE_KEYWORDS, ImageRequest

if TYPE_CHECKING:
    from llamabot_images.results import ImageResult

__all__ = ["SCHEMA_VERSION", "library", "record_of", "sent_by"]

SCHEMA_VERSION = 1
"""Goes up when a key changes its meaning; new keys do not count."""


def record_of(
    result: "ImageResult",
    index: int,
    file_name: str,
    *,
    data: bytes | None = None,
    status: str = "done",
    maybe_charged: bool = False,
) -> dict[str, Any]:
    """Return the record of one picture of a result.

    No key, header, address or user id is in it; the prompt is. The same picture always has the same record,
    whenever it is made.

    :param result: What one call brought.
    :param index: The picture's place in it, from 0.
    :param file_name: The name of the picture's file, without its folder.
    :param data: The bytes of that file, where they are not the picture's own.
    :param status: How it went.
    :param maybe_charged: Whether the provider may bill although no picture came.
    :return: ``file_name`` and ``text`` (the prompt) first. ``size``, ``quality``, ``n`` and ``seed`` are what was
        sent; ``width``, ``height``, ``bytes`` and ``sha256`` are those of the file. ``cost`` is the picture's
        share in US dollars; ``usage`` and ``elapsed`` (seconds) are those of the whole call.
    """
    picture = result[index]
    original = picture.to_bytes()
    kept = original if data is None else data
    return {
        "file_name": file_name,
        "text": result.prompt,
        "schema_version": SCHEMA_VERSION,
        "id": _id(result, index),
        "created": result.created.isoformat(timespec="milliseconds"),
        "prompt": result.prompt,
        "revised_prompt": picture.revised_prompt,
        "model": result.model,
        "provider": result.provider,
        **{name: result.sent.get(name) for name in ("size", "quality", "n")},
        "index": index,
        "seed": result.sent.get("seed"),
        **{name: result.sent[name] for name in ("edited_from",) if name in result.sent},
        **_file_facts(kept, picture.info if kept is original else verify(kept)),
        "status": status,
        "maybe_charged": maybe_charged,
        "usage": {name: value for name, value in result.usage.items() if _is_number(value)},
        "cost": None if result.cost is None else result.cost / len(result),
        "cost_source": result.cost_source,
        "elapsed": round(result.elapsed, 3),
        "request_id": result.request_id,
        "c2pa": marks_of(kept).c2pa,
        "library": library(),
        "litellm": _version("litellm"),
    }


def sent_by(request: ImageRequest) -> dict[str, Any]:
    """Return what a request really asks for of what belongs into a record.

    :param request: As it was accepted.
    :return: ``size``, ``quality``, ``n``, ``seed``; ``None`` where nothing is sent, and the model chooses.
    """
    body = request.parameters.get("extra_body")
    sent = {**(body if isinstance(body, Mapping) else {}), **request.parameters}
    seed, quality = sent.get("seed"), sent.get("quality")
    return {
        "size": _size(sent),
        "quality": quality if isinstance(quality, str) else None,
        "n": request.n,
        "seed": seed if isinstance(seed, int) and not isinstance(seed, bool) else None,
    }


def library() -> str:
    """Return this library's name and version."""
    return f"{OURS} {_version('llamabot-images') or ''}".strip()


def _size(sent: Mapping[str, Any]) -> str | None:
    """Return the size that is sent, under whichever name and in whichever form the model has it."""
    if isinstance(sent.get("width"), int) and isinstance(sent.get("height"), int):
        return f"{sent['width']}x{sent['height']}"
    for name in ("size", *sorted(SIZE_KEYWORDS)):
        value = sent.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, Mapping):
            return _size(value)
    return None


def _id(result: "ImageResult", index: int) -> str:
    facts = (result.created.isoformat(), result.request_id, result.model, result.prompt, index)
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def _file_facts(data: bytes, info: ImageInfo) -> dict[str, Any]:
    return {
        "mime": info.mime_type,
        "width": info.width,
        "height": info.height,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


@cache
def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
