"""What happens while a picture is made, one value for each thing."""

from dataclasses import dataclass, field

from llamabot_images.reference import ImageReference
from llamabot_images.results import ImageResult

__all__ = [
    "DoneEvent",
    "ImageEvent",
    "PartialImageEvent",
    "PictureEvent",
    "ProgressEvent",
    "StartedEvent",
    "TextEvent",
]


@dataclass(frozen=True)
class ImageEvent:
    """The base of all events."""


@dataclass(frozen=True)
class StartedEvent(ImageEvent):
    """A request is about to be sent: the first event, and once more for each further model that is tried.

    ``route`` is the way to the model, such as ``"chat"``; ``why`` says in a sentence why it is this one and what
    can be watched on it.
    """

    model: str
    route: str
    why: str


@dataclass(frozen=True)
class TextEvent(ImageEvent):
    """Words of a chat model, as they come: pieces that are to be put together without anything between."""

    text: str


@dataclass(frozen=True)
class ProgressEvent(ImageEvent):
    """How much of the work is done, from 0 to 1."""

    fraction: float


@dataclass(frozen=True)
class PartialImageEvent(ImageEvent):
    """An unfinished picture; ``index`` counts them from 0 and ``picture`` says of which picture it is one."""

    image: ImageReference = field(repr=False)
    index: int
    picture: int = 0


@dataclass(frozen=True)
class PictureEvent(ImageEvent):
    """A finished picture, the ``index``-th of the result."""

    image: ImageReference = field(repr=False)
    index: int


@dataclass(frozen=True)
class DoneEvent(ImageEvent):
    """The last event: the result with all pictures, text, cost and usage."""

    result: ImageResult
