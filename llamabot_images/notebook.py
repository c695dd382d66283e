"""How a picture is shown in a notebook: once per call, as a small thumbnail.

The picture itself is never put into the notebook file: a thumbnail of at most 512 pixels (about
40 KB) still shows next year, when the link is dead and the saved file is elsewhere.
"""

import base64
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from llamabot_images.reference import ImageReference

__all__ = ["bundle_for", "is_notebook", "show"]

Bundle = tuple[dict[str, Any], dict[str, Any]]


def shell() -> Any:
    """Return the running IPython shell without importing IPython, ``None`` where there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None


def is_notebook() -> bool:
    """Tell whether output goes to a notebook (a Jupyter kernel), rather than to a terminal."""
    return getattr(shell(), "kernel", None) is not None


def show(picture: "ImageReference") -> None:
    """Show *picture* in the running cell; outside a notebook do nothing.

    When the same reference is also the value of the cell, it is not shown a second time.
    """
    if not is_notebook():
        return
    from IPython.display import display

    data, metadata = bundle_for(picture)
    display(data, raw=True, metadata=metadata)
    picture.shown_in = shell().execution_count


def is_shown_already(picture: "ImageReference") -> bool:
    """Tell whether the front end asks for *picture* as the value of the cell that has shown it."""
    running = shell()
    if running is None or picture.shown_in is None or picture.shown_in != running.execution_count:
        return False
    # Set by the kernel's display hook while it formats the value of a cell, and by nothing else.
    return getattr(running.displayhook, "msg", None) is not None


def bundle_for(picture: "ImageReference", *, edge: int = 512) -> Bundle:
    """Return the MIME bundle and its metadata that show *picture*.

    :param picture: Fetched or decoded when it has not been yet; a picture that cannot be had is shown
        as its text, since showing never fails.
    :param edge: Longest edge of the thumbnail, pixels.
    """
    from llamabot_images.convert import thumbnail
    from llamabot_images.errors import ImageBotError

    try:
        data = picture.to_bytes()
        if picture.mime_type == "image/svg+xml":
            return {"text/plain": repr(picture), "text/html": picture.to_html(edge=edge)}, {}
        small, mime_type = thumbnail(data, edge=edge)
    except ImageBotError as error:
        return {"text/plain": f"{picture!r}\n{error}"}, {}
    encoded = base64.b64encode(small).decode("ascii")
    return {"text/plain": repr(picture), mime_type: encoded}, {mime_type: {"alt": picture.prompt[:300]}}
