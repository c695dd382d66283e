"""JSON values made of a fuzzer's bytes: each byte is a choice, so that small changes give like values."""

import base64
import math
from collections.abc import Iterator
from typing import Any

from ..pictures import sample

__all__ = ["CANARIES", "value_from"]

CANARIES = ("sk-canary-0123456789abcdef", "canary-signature-0123456789")
DEEPEST = 6
NAMES = (
    "data", "url", "b64_json", "revised_prompt", "respect_moderation", "usage", "cost", "cost_in_usd_ticks",
    "input_tokens", "_hidden_params", "additional_headers", "llm_provider-x-litellm-response-cost",
    "llm_provider-x-request-id", "response_cost", "is_free", "text", "history", "withheld", "candidates", "content",
    "parts", "thought", "finishReason", "finishMessage", "safetyRatings", "category", "blocked", "probability",
    "promptFeedback", "blockReason", "blockReasonMessage", "predictions", "raiFilteredReason", "bytesBase64Encoded",
    "choices", "message", "refusal", "finish_reason", "native_finish_reason", "images", "image_url",
    "has_nsfw_concepts", "finish_reasons", "finish_reason", "artifacts", "error", "errors", "detail", "code", "type",
    "created", "inlineData",
)  # fmt: skip
LEAVES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**400, -(10**400), 1.5, 1e308, math.inf, -math.inf, math.nan),
    *("", " ", "\ud800", "\x00", "\u202e", "7", "nan", "1e999", "_" * 5_000, "no\nlines"),
    *("STOP", "SAFETY", "IMAGE_SAFETY", "content_filter", "CONTENT_FILTERED", "HIGH", "Filter reason: prompt"),
    "blocked by our content filters",
    f"the key {CANARIES[0]} is wrong",
    f"see https://host.example/a.png?sig={CANARIES[1]} for it",
    f"https://host.example/a.png?sig={CANARIES[1]}&se=2026-11-21T12:00:00Z",
    "data:image/png;base64,AAAA",
    "data:text/html,<script>",
    base64.b64encode(sample("PNG")).decode(),
    base64.b64encode(sample("PNG")[:-9]).decode(),
)


def value_from(data: bytes) -> Any:
    """Return the value that the bytes choose; a reply is most often a mapping."""
    choices = iter(data)
    return _mapping(choices, 0)


def _value(choices: Iterator[int], depth: int) -> Any:
    kind = next(choices, 255) % 8
    if depth >= DEEPEST or kind > 4:
        return LEAVES[next(choices, 0) % len(LEAVES)]
    if kind < 3:
        return _mapping(choices, depth)
    return [_value(choices, depth + 1) for _ in range(next(choices, 0) % 4)]


def _mapping(choices: Iterator[int], depth: int) -> dict[str, Any]:
    size = next(choices, 0) % 6
    return {NAMES[next(choices, 0) % len(NAMES)]: _value(choices, depth + 1) for _ in range(size)}
