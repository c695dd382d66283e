"""Pictures in terminals that can show them: iTerm2, kitty and its kin, and those with sixel graphics."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["drawing_of"]

#: Columns of text a picture takes at most, and rows.
COLUMNS, ROWS = 64, 24
#: Pixels of one character cell; the picture is made this fine.
CELL = (10, 20)


def drawing_of(picture: str | Path | bytes) -> str | None:
    """Return the text that makes the terminal show a picture.

    :param picture: A file, or the bytes of one.
    :return: ``None`` where the terminal shows text only, the picture cannot be read, or the ``terminal`` extra
        (chafa.py) is not installed.
    """
    try:
        import chafa
    except (ImportError, OSError):  # the second where its library does not fit the system
        return None
    terminal = chafa.TermDb().detect()
    mode = _mode(chafa, terminal)
    return None if mode is None or (pixels := _pixels(picture)) is None else _drawn(chafa, terminal, mode, pixels)


def _mode(chafa: Any, terminal: Any) -> Any:
    """Return how the terminal takes pixels, as its environment tells; ``None`` where it does not."""
    known = (("KITTY", "BEGIN_KITTY_IMMEDIATE_IMAGE_V1"), ("ITERM2", "BEGIN_ITERM2_IMAGE"), ("SIXELS", "BEGIN_SIXELS"))
    for mode, sequence in known:
        if terminal.have_seq(chafa.TermSeq[f"CHAFA_TERM_SEQ_{sequence}"]):
            return chafa.PixelMode[f"CHAFA_PIXEL_MODE_{mode}"]
    return None


def _pixels(picture: str | Path | bytes) -> "Image | None":
    from llamabot_images.convert import open_image
    from llamabot_images.errors import InvalidImageError

    try:
        data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
        found = open_image(data).convert("RGBA")
    except (InvalidImageError, OSError):
        return None
    found.thumbnail((COLUMNS * CELL[0], ROWS * CELL[1]))
    return found


def _drawn(chafa: Any, terminal: Any, mode: Any, picture: "Image") -> str:
    config = chafa.CanvasConfig()
    config.pixel_mode, config.canvas_mode = mode, chafa.CanvasMode.CHAFA_CANVAS_MODE_TRUECOLOR
    config.cell_width, config.cell_height = CELL
    config.width, config.height = min(COLUMNS, shutil.get_terminal_size().columns), ROWS
    config.calc_canvas_geometry(*picture.size, CELL[0] / CELL[1])
    canvas = chafa.Canvas(config)
    rgba = chafa.PixelType.CHAFA_PIXEL_RGBA8_UNASSOCIATED
    canvas.draw_all_pixels(rgba, list(picture.tobytes()), *picture.size, picture.width * 4)
    drawn: bytes = canvas.print(terminal)
    return drawn.decode("ascii")
