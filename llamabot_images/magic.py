"""``%%image`` in notebooks: the cell is the prompt."""

import os
import re
from keyword import iskeyword
from pathlib import Path
from typing import Any

from llamabot_images.asked import pair_from

__all__ = ["load"]

NAME = "%%image"
#: What a line consists of: a value in quotes counts as one, an apostrophe within a word is none.
WORD = re.compile(r"""[^\s"']*(?:"[^"]*"|'[^']*')(?!\S)|\S+""")
QUOTED = re.compile(r"""([^\s"']*=)?(["'])(.*)\2""")
#: Names that are no settings of a request, and what says them.
ELSEWHERE = {"model": "-m", "save_dir": "-o", "save_path": "-o", "prompt": "the cell", "return_url": "--to"}


def load(shell: Any) -> None:
    """Give an IPython shell the magic ``%image`` (the line is the prompt) and ``%%image`` (the cell is).

    :param shell: As ``%load_ext llamabot_images`` hands it over.
    """
    parser = _parser()

    def image(line: str, cell: str | None = None) -> Path | None:
        options = parser.parse_args(WORD.findall(line))
        check_name(options.to)
        path = draw(prompt_of(" ".join(options.words), cell), vars(options))
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


def prompt_of(words: str, cell: str | None) -> str:
    """Return what is to be drawn; refuse words that nobody would draw.

    :param words: Those of the line that are no options.
    :param cell: ``None`` where there is none.
    """
    if words and cell is not None:
        from IPython.core.error import UsageError

        raise UsageError(f"{words!r} stands beside {NAME}, whose cell is the prompt: put it there; nothing was sent")
    return (words if cell is None else cell).strip()


def draw(prompt: str, options: dict[str, Any]) -> Path:
    """Draw, show and save what a cell asks for.

    :param prompt: The cell.
    :param options: As the parser read them.
    :return: The path of the first picture's file.
    """
    from llamabot_images.imagebot import ImageBot

    options["model"] = options["model"] or os.environ.get("LLAMABOT_IMAGES_MODEL")
    named = {name: options[name] for name in ("model", "size", "quality", "n") if options[name] is not None}
    bot = ImageBot(**{**named, "save_dir": options["output"], **_pairs(options["parameter"])})
    try:
        return Path(bot(prompt))
    finally:
        bot.close()


def _pairs(given: list[str] | None) -> dict[str, Any]:
    found = dict(pair_from(one) for one in given or ())
    for key in found.keys() & ELSEWHERE.keys():
        from IPython.core.error import UsageError

        raise UsageError(f"-p {key}=… cannot be given so: use {ELSEWHERE[key]}; nothing was sent")
    return found


def _value(text: str) -> str:
    """Return a word without the quotes around its value, as a shell does."""
    found = QUOTED.fullmatch(text)
    return f"{found[1] or ''}{found[3]}" if found else text


def _parser() -> Any:
    from IPython.core.magic_arguments import MagicArgumentParser

    parser = MagicArgumentParser(NAME, description="Draw what the cell says, show it and save it.")
    parser.add_argument("words", nargs="*", help="The prompt, where there is no cell.")
    parser.add_argument("-m", "--model", type=_value, help="Such as offline/sketch: no key needed.")
    parser.add_argument("-n", type=int, help="How many pictures.")
    parser.add_argument("--size", type=_value, help="1792x1024, 16:9, landscape, portrait, square or auto.")
    parser.add_argument("--quality", type=_value, help="Such as low, medium, high.")
    parser.add_argument("-o", "--output", type=_value, default=".", help="Folder of the file.")
    parser.add_argument("-p", "--parameter", type=_value, action="append", metavar="KEY=VALUE", help="Anything else.")
    parser.add_argument("--to", metavar="NAME", help="Variable for the path of the file.")
    return parser
