"""``%%image`` in notebooks: the cell is the prompt."""

import os
from keyword import iskeyword
from pathlib import Path
from typing import Any

from llamabot_images.asked import pair_from

__all__ = ["load"]

NAME = "%%image"


def load(shell: Any) -> None:
    """Give an IPython shell the magic ``%image`` (the line is the prompt) and ``%%image`` (the cell is).

    :param shell: As ``%load_ext llamabot_images`` hands it over.
    """
    parser = _parser()

    def image(line: str, cell: str | None = None) -> Path | None:
        options = parser.parse_argstring(line)
        check_name(options.to)
        prompt = (cell if cell is not None else " ".join(options.words)).strip()
        path = draw(prompt, vars(options))
        if options.to:
            shell.user_ns[options.to] = path
        return None if options.to else path

    image.__doc__ = parser.format_help()
    shell.register_magic_function(image, "line_cell", "image")


def check_name(name: str | None) -> None:
    """Refuse what is no variable's name, before a picture is paid for.

    :param name: What ``--to`` says.
    """
    if name is not None and (not name.isidentifier() or iskeyword(name)):
        from IPython.core.error import UsageError

        raise UsageError(f"--to {name!r} is no variable's name; nothing was sent")


def draw(prompt: str, options: dict[str, Any]) -> Path:
    """Draw, show and save what a cell asks for.

    :param prompt: The cell.
    :param options: As the parser read them.
    :return: The path of the first picture's file.
    """
    from llamabot_images.imagebot import ImageBot

    options["model"] = options["model"] or os.environ.get("LLAMABOT_IMAGES_MODEL")
    named = {name: options[name] for name in ("model", "size", "quality", "n") if options[name] is not None}
    bot = ImageBot(**named, save_dir=options["output"], **dict(pair_from(one) for one in options["parameter"] or ()))
    try:
        return Path(bot(prompt))
    finally:
        bot.close()


def _parser() -> Any:
    from IPython.core.magic_arguments import MagicArgumentParser

    parser = MagicArgumentParser(NAME, description="Draw what the cell says, show it and save it.")
    parser.add_argument("words", nargs="*", help="The prompt, where there is no cell.")
    parser.add_argument("-m", "--model", help="Such as offline/sketch: no key needed.")
    parser.add_argument("-n", type=int, help="How many pictures.")
    parser.add_argument("--size", help="1792x1024, 16:9, landscape, portrait, square or auto.")
    parser.add_argument("--quality", help="Such as low, medium, high.")
    parser.add_argument("-o", "--output", default=".", help="Folder of the file.")
    parser.add_argument("-p", "--parameter", action="append", metavar="KEY=VALUE", help="Anything else.")
    parser.add_argument("--to", metavar="NAME", help="Variable for the path of the file.")
    return parser
