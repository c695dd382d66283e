"""Prompt -> file name that is legal, harmless and short on every operating system."""

from __future__ import annotations

import hashlib
from functools import lru_cache

__all__ = ["stem_for"]

_LONGEST_STEM = 80
# Enough for a stem even when many characters yield none; slugify takes 50 ms for a whole long prompt.
_LONGEST_READ = 400
# Reserved on Windows with any ending; a folder may be synchronised to one.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", "clock", "conin", "conout"}
    | {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
)


@lru_cache(maxsize=64)  # a call asks twice: before it pays, and when it saves
def stem_for(prompt: str) -> str:
    """Return the file name, without suffix, for a picture of *prompt*.

    The name is of lower-case ASCII letters, digits and single dashes, begins and ends with a letter
    or digit, has at most 80 characters, and is no device name of Windows. Other scripts are
    transliterated. Prompts that begin alike can share a name: :func:`llamabot_images.files.write_new`
    numbers them.

    :param prompt: Any text; only its first few hundred characters are read.
    :return: Such as ``"a-red-panda"``; ``"image-"`` and 8 hexadecimal digits of the prompt's SHA-256
        where no letter or digit is left.
    """
    from slugify import slugify

    stem = slugify(prompt.lstrip()[:_LONGEST_READ], max_length=_LONGEST_STEM, word_boundary=True, save_order=True)
    # Older releases of slugify may leave a dash where they cut.
    stem = stem[:_LONGEST_STEM].strip("-")
    if not stem:
        return f"image-{hashlib.sha256(prompt.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return f"image-{stem}" if stem in _DEVICES else stem
