"""Any image model, one call, a picture you can keep.

Names are loaded when first used: ``import llamabot_images`` loads no other library.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llamabot_images.asked import Adjustment
    from llamabot_images.batch import BatchEvent, BatchOutcome, BatchResult
    from llamabot_images.comparison import Comparison, compare
    from llamabot_images.errors import (
        AdjustmentWarning,
        BatchError,
        BudgetExceededError,
        ContentPolicyError,
        DownloadError,
        FewerImagesWarning,
        ImageBotError,
        ImageBotWarning,
        InvalidImageError,
        JobError,
        JournalError,
        MissingKeyError,
        ModelRetiredError,
        ModelRetiredWarning,
        NoImageError,
        OllamaError,
        ProvenanceLostWarning,
        SaveError,
        UnroutedModelError,
        UnsafeURLError,
        UnsupportedParameterError,
        UnverifiedImageWarning,
    )
    from llamabot_images.events import (
        DoneEvent,
        ImageEvent,
        PartialImageEvent,
        PictureEvent,
        ProgressEvent,
        StartedEvent,
        TextEvent,
    )
    from llamabot_images.gallery import write_gallery
    from llamabot_images.imagebot import ImageBot
    from llamabot_images.provenance import read_provenance
    from llamabot_images.reference import ImageReference
    from llamabot_images.request import ImageRequest
    from llamabot_images.results import ImageResult
    from llamabot_images.sheets import contact_sheet

__version__ = "0.1.0"

__all__ = [
    "Adjustment",
    "AdjustmentWarning",
    "BatchError",
    "BatchEvent",
    "BatchOutcome",
    "BatchResult",
    "BudgetExceededError",
    "Comparison",
    "ContentPolicyError",
    "DoneEvent",
    "DownloadError",
    "FewerImagesWarning",
    "ImageBot",
    "ImageBotError",
    "ImageBotWarning",
    "ImageEvent",
    "ImageReference",
    "ImageRequest",
    "ImageResult",
    "InvalidImageError",
    "JobError",
    "JournalError",
    "MissingKeyError",
    "ModelRetiredError",
    "ModelRetiredWarning",
    "NoImageError",
    "OllamaError",
    "PartialImageEvent",
    "PictureEvent",
    "ProgressEvent",
    "ProvenanceLostWarning",
    "SaveError",
    "StartedEvent",
    "TextEvent",
    "UnroutedModelError",
    "UnsafeURLError",
    "UnsupportedParameterError",
    "UnverifiedImageWarning",
    "compare",
    "contact_sheet",
    "read_provenance",
    "write_gallery",
]

_HOMES = {
    "Adjustment": "asked",
    "BatchEvent": "batch",
    "BatchOutcome": "batch",
    "BatchResult": "batch",
    "Comparison": "comparison",
    "DoneEvent": "events",
    "ImageBot": "imagebot",
    "ImageEvent": "events",
    "ImageReference": "reference",
    "ImageRequest": "request",
    "ImageResult": "results",
    "PartialImageEvent": "events",
    "PictureEvent": "events",
    "ProgressEvent": "events",
    "StartedEvent": "events",
    "TextEvent": "events",
    "compare": "comparison",
    "contact_sheet": "sheets",
    "read_provenance": "provenance",
    "write_gallery": "gallery",
}


def __getattr__(name: str) -> Any:
    """Load a public name from its module when it is first used."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'errors')}"), name)
    globals()[name] = found
    return found


def load_ipython_extension(shell: Any) -> None:
    """Make ``%%image`` known to IPython, for ``%load_ext llamabot_images``."""
    from llamabot_images.magic import load

    load(shell)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
