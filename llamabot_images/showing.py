"""What a notebook shows while a picture is made: one output per picture, updated in place."""

from functools import partial
from typing import Any

from llamabot_images import notebook
from llamabot_images.events import ImageEvent, PartialImageEvent, PictureEvent
from llamabot_images.reference import ImageReference

__all__ = ["Showing"]


class Showing:
    """The outputs of one call, in the cell where this is made. Only Jupyter shows unfinished pictures."""

    def __init__(self) -> None:
        self._front = notebook.front_end()
        self._is_updated = notebook.is_notebook()
        self._handles: dict[int, Any] = {}

    def prepare(self, event: ImageEvent) -> notebook.Shower | None:
        """Do the work of showing an event, in any thread, and return what shows it in the cell."""
        if isinstance(event, PictureEvent):
            if not self._is_updated:
                return self._front(event.image)
            return partial(self._put, event.index, event.image, *notebook.bundle_for(event.image))
        if isinstance(event, PartialImageEvent) and self._is_updated:
            return partial(self._put, event.picture, event.image, *notebook.bundle_for(event.image))
        return None

    def _put(self, place: int, image: ImageReference, data: Any, metadata: Any, made: Any) -> None:
        """Show a picture in the place of what was there of it before."""
        from IPython.display import display

        if place in self._handles:
            self._handles[place].update(data, raw=True, metadata=metadata)
        else:
            self._handles[place] = display(data, raw=True, metadata=metadata, display_id=True)
        image.shown_in = notebook.shell().execution_count
