"""When image models are switched off and what takes their place.

Every row carries its date and source. A row is never the reason why a request is not sent: it only
supplies the successor once the provider says that a model is gone, and the warning beforehand.
"""

from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

__all__ = ["LIFECYCLES", "Lifecycle", "ending_of", "lifecycle_of", "status_of"]

WARN_DAYS = 60


@dataclass(frozen=True)
class Lifecycle:
    """One model's end.

    ``pattern`` is matched against ``provider/name``; ``off`` is the day of the switch-off;
    ``successor`` carries the provider's prefix except for OpenAI's own models.
    """

    pattern: str
    off: date
    successor: str | None
    source: str


OPENAI = "OpenAI, API deprecations page, read 2026-11-20"
AZURE = "LiteLLM 1.106.2 price map (deprecation_date), read 2026-11-20"
GOOGLE = "Google AI for Developers, Gemini API deprecations, read 2026-11-20"
AMAZON = "AWS, Amazon Bedrock model lifecycle, read 2026-11-20"

LIFECYCLES: tuple[Lifecycle, ...] = (
    Lifecycle("openai/dall-e-[23]", date(2026, 5, 12), "gpt-image-2.5-sunburst", OPENAI),
    Lifecycle("openai/gpt-image-1", date(2026, 10, 23), "gpt-image-2.5-sunburst", OPENAI),
    Lifecycle("openai/gpt-image-1-mini", date(2026, 12, 1), "gpt-image-2.5-flare", OPENAI),
    Lifecycle("openai/gpt-image-1.5*", date(2026, 12, 1), "gpt-image-2.5-sunburst", OPENAI),
    Lifecycle("openai/chatgpt-image-latest", date(2026, 12, 1), "gpt-image-2.5-sunburst", OPENAI),
    Lifecycle("azure/gpt-image-1", date(2026, 10, 23), None, AZURE),
    Lifecycle("azure/gpt-image-1.5*", date(2026, 12, 16), None, AZURE),
    Lifecycle("azure/gpt-image-1-mini", date(2027, 4, 7), None, AZURE),
    Lifecycle("azure_ai/MAI-Image-2.5*", date(2026, 10, 1), None, AZURE),
    Lifecycle("gemini/imagen-*", date(2026, 8, 17), "gemini/gemini-3-pro-image", GOOGLE),
    Lifecycle("vertex_ai/imagen*", date(2026, 8, 17), "vertex_ai/gemini-3-pro-image", GOOGLE),
    Lifecycle("gemini/gemini-3-pro-image-preview", date(2026, 6, 25), "gemini/gemini-3-pro-image", GOOGLE),
    Lifecycle("vertex_ai/gemini-3-pro-image-preview", date(2026, 6, 25), "vertex_ai/gemini-3-pro-image", GOOGLE),
    Lifecycle("gemini/gemini-3.1-flash-image-preview", date(2026, 6, 25), "gemini/gemini-3.1-flash-image", GOOGLE),
    Lifecycle(
        "vertex_ai/gemini-3.1-flash-image-preview",
        date(2026, 6, 25),
        "vertex_ai/gemini-3.1-flash-image",
        GOOGLE,
    ),
    Lifecycle("gemini/gemini-2.0-flash-*image*", date(2025, 11, 14), "gemini/gemini-3.1-flash-image", GOOGLE),
    Lifecycle("gemini/gemini-2.5-flash-image*", date(2027, 3, 15), "gemini/gemini-3.1-flash-image", GOOGLE),
    Lifecycle("vertex_ai/gemini-2.5-flash-image*", date(2027, 3, 15), "vertex_ai/gemini-3.1-flash-image", GOOGLE),
    Lifecycle("bedrock/*amazon.nova-canvas*", date(2026, 9, 30), "bedrock/stability.stable-image-core-v1:1", AMAZON),
    Lifecycle(
        "bedrock/*amazon.titan-image-generator*",
        date(2026, 6, 30),
        "bedrock/stability.stable-image-core-v1:1",
        AMAZON,
    ),
    Lifecycle("xai/grok-2-image*", date(2026, 11, 2), "xai/grok-imagine-image", "xAI, models page, read 2026-11-20"),
    Lifecycle(
        "xai/grok-imagine-image-quality",
        date(2026, 11, 2),
        "xai/grok-imagine-image",
        "xAI, models page, read 2026-11-20",
    ),
)


def lifecycle_of(provider: str, name: str) -> Lifecycle | None:
    """Return what is known of a model's end.

    :param provider: LiteLLM's provider name.
    :param name: The model without the provider's prefix.
    :return: The row, ``None`` for a model with no known end.
    """
    return next((row for row in LIFECYCLES if fnmatchcase(f"{provider}/{name}", row.pattern)), None)


def ending_of(provider: str, name: str, off: date | None, today: date) -> Lifecycle | None:
    """Return the end of a model that is to be switched off within 60 days, ``None`` for all others.

    :param provider: LiteLLM's provider name.
    :param name: The model without the provider's prefix.
    :param off: The day that LiteLLM's price map says; the earlier one counts.
    :param today: The day it is.
    """
    row = lifecycle_of(provider, name)
    if off is not None and (row is None or off < row.off):
        row = Lifecycle(f"{provider}/{name}", off, row.successor if row else None, "LiteLLM's price map")
    return row if status_of(row, today) == "expiring" else None


def status_of(row: Lifecycle | None, today: date) -> str:
    """Return ``"live"``, ``"expiring"`` (within 60 days) or ``"retired"``."""
    if row is None:
        return "live"
    if row.off <= today:
        return "retired"
    return "expiring" if (row.off - today).days <= WARN_DAYS else "live"
