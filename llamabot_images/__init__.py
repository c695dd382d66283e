"""Any image model, one call, a picture you can keep.

Names are loaded when first used: ``import llamabot_images`` loads no other library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llamabot_images.asked import Adjustment
    from llamabot_images.errors import (
        AdjustmentWarning,
        BudgetExceededError,
        ContentPolicyError,
        DownloadError,
        FewerImagesWarning,
        ImageBotError,
        ImageBotWarning,
        InvalidImageError,
        MissingKeyError,
        ModelRetiredError,
        ModelRetiredWarning,
        NoImageError,
        ProvenanceLostWarning,
        SaveError,
        UnroutedModelError,
        UnsafeURLError,
        UnsupportedParameterError,
        UnverifiedImageWarning,
    )
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.provenance import read_provenance
    from llamabot_images.reference import ImageReference
    from llamabot_images.request import ImageRequest
    from llamabot_images.results import ImageResult

__version__ = "0.1.0"

__all__ = [
    "Adjustment",
    "AdjustmentWarning",
    "BudgetExceededError",
    "ContentPolicyError",
    "DownloadError",
    "FewerImagesWarning",
    "ImageBot",
    "ImageBotError",
    "ImageBotWarning",
    "ImageReference",
    "ImageRequest",
    "ImageResult",
    "InvalidImageError",
    "MissingKeyError",
    "ModelRetiredError",
    "ModelRetiredWarning",
    "NoImageError",
    "ProvenanceLostWarning",
    "SaveError",
    "UnroutedModelError",
    "UnsafeURLError",
    "UnsupportedParameterError",
    "UnverifiedImageWarning",
    "read_provenance",
]

_HOMES = {
    "Adjustment": "asked",
    "ImageBot": "imagebot",
    "ImageReference": "reference",
    "ImageRequest": "request",
    "ImageResult": "results",
    "read_provenance": "provenance",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
