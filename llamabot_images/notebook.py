"""How a picture is shown in a notebook: once per call, as a small thumbnail.

The picture itself is never put into the notebook file: a thumbnail of at most 512 pixels (about
40 KB) still shows next year, when the link is dead and the saved file is elsewhere.
"""

import base64
import html
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from llamabot_images import marimo_output

if TYPE_CHECKING:
    from llamabot_images.reference import ImageReference

__all__ = ["bundle_for", "front_end", "html_for", "is_notebook"]

#: Bytes of an SVG, which has no thumbnail, that a notebook may hold.
LARGEST_SVG = 100_000
Bundle = tuple[dict[str, Any], dict[str, Any]]
#: Shows a picture, given what the verb returns.
Shower = Callable[[Any], None]
FrontEnd = Callable[["ImageReference"], Shower]


def shell() -> Any:
    """Return the running IPython shell without importing IPython, ``None`` where there is none."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None and hasattr(ipython, "get_ipython") else None


def is_notebook() -> bool:
    """Tell whether output goes to a notebook (a Jupyter kernel), rather than to a terminal."""
    return getattr(shell(), "kernel", None) is not None


def front_end() -> FrontEnd:
    """Return how pictures are shown where this is called; marimo tells only the thread of the cell.

    :return: Does the work of showing a picture, in any thread, and returns what shows it in the running cell. That
        is called with what the verb returns, since marimo shows it in the place of what the cell has shown before.
        When the same reference is also the value of the cell, it is not shown a second time. Outside notebooks and
        terminals with pictures nothing is done.
    """
    if is_notebook():
        return lambda picture: partial(_display, picture, *bundle_for(picture))
    if marimo_output.is_running():
        return lambda picture: partial(marimo_output.show, html_for(picture))
    if shell() is not None and sys.stdout.isatty():
        return lambda picture: partial(_print, _drawing(picture))
    return lambda picture: _show_nothing


def _show_nothing(made: Any) -> None:
    """Do nothing."""


def _print(drawing: str | None, made: Any) -> None:
    if drawing:
        print(drawing)


def _display(picture: "ImageReference", data: dict[str, Any], metadata: dict[str, Any], made: Any) -> None:
    from IPython.display import display

    display(data, raw=True, metadata=metadata)
    picture.shown_in = shell().execution_count


def _drawing(picture: "ImageReference") -> str | None:
    """Return what shows a picture in the terminal, where it can show one."""
    from llamabot_images.errors import ImageBotError
    from llamabot_images.terminal import drawing_of

    try:
        return drawing_of(picture.to_bytes())
    except ImageBotError:
        return None


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
    from llamabot_images.errors import ImageBotError

    try:
        if picture.info.mime_type == "image/svg+xml":
            return {"text/plain": repr(picture), "text/html": _element(picture, edge)}, {}
        return _thumbnail(picture, edge)
    except ImageBotError as error:
        return {"text/plain": _instead(picture, error)}, {}


def html_for(picture: "ImageReference", *, edge: int = 512) -> str:
    """Return HTML that shows *picture*, or its text where it cannot be had.

    :param picture: See ``bundle_for``.
    :param edge: Longest edge of the thumbnail, pixels.
    """
    from llamabot_images.errors import ImageBotError

    try:
        return _element(picture, edge)
    except ImageBotError as error:
        return f"<pre>{html.escape(_instead(picture, error))}</pre>"


def _thumbnail(picture: "ImageReference", edge: int) -> Bundle:
    from llamabot_images.convert import thumbnail

    small, mime_type = thumbnail(picture.to_bytes(), edge=edge)
    encoded = base64.b64encode(small).decode("ascii")
    return {"text/plain": repr(picture), mime_type: encoded}, {mime_type: {"alt": picture.prompt[:300]}}


def _element(picture: "ImageReference", edge: int) -> str:
    from llamabot_images.errors import InvalidImageError

    if picture.info.mime_type == "image/svg+xml" and len(picture.to_bytes()) > LARGEST_SVG:
        message = "This SVG is too large to be put into a notebook unasked. HTML(picture.to_html()) shows it."
        raise InvalidImageError(message, data=picture.to_bytes())
    return picture.to_html(edge=edge)


def _instead(picture: "ImageReference", error: Exception) -> str:
    return f"{picture!r}\n{error}"
