"""The text that programs write into pictures under ``parameters``: the prompt, then a line of settings."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["OURS", "InfoText", "compose", "read"]

OURS = "llamabot_images"
_FEWEST_SETTINGS = 3
_MOST_SETTINGS = 200
_LONGEST_NAME = 60
_NEGATIVE = "Negative prompt:"
#: What not every format or reader keeps: control characters, half characters, what is none at all.
_NOT_PLAIN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_STRING = json.JSONDecoder(strict=False)


@dataclass(frozen=True)
class InfoText:
    """What such a text says.

    :param prompt: What was asked.
    :param settings: The last line's values by name, as they stand there.
    :param is_ours: Whether this library wrote it; the prompt is then exact.
    """

    prompt: str
    settings: Mapping[str, str] = field(default_factory=dict)
    is_ours: bool = False


def plain(text: str) -> str:
    """Return a text without the characters that XML, EXIF or PNG do not allow."""
    return _NOT_PLAIN.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def compose(prompt: str, settings: Mapping[str, Any]) -> str:
    """Return the text for a prompt and settings.

    A prompt with characters that pictures cannot hold stands in the settings once more, exactly.

    :param prompt: What was asked.
    :param settings: Name and value; those that are ``None`` are left out.
    """
    shown = plain(prompt)
    exact = {} if shown == prompt else {"Prompt": prompt}
    line = ", ".join(f"{name}: {_quoted(value)}" for name, value in {**exact, **settings}.items() if value is not None)
    return f"{shown}\n{line}"


def _quoted(value: object) -> str:
    text = str(value)
    is_simple = text == text.strip() == plain(text) and not re.search(r'[,:"\t\n]', text)
    return text if is_simple and text else json.dumps(text)


def read(text: str) -> InfoText:
    """Return what a text says; one without a line of settings is a prompt only.

    :param text: Of this library, of A1111's web UI, or of what writes like it.
    """
    head, _, last = text.rpartition("\n")
    settings = _settings(last)
    if settings.get("Version", "").partition(" ")[0] == OURS:
        return InfoText(settings.get("Prompt", head), settings, is_ours=True)
    head, _, last = text.rstrip().rpartition("\n")
    settings = _settings(last)
    if len(settings) < _FEWEST_SETTINGS:
        head, settings = text, {}
    return InfoText(f"\n{head}".partition(f"\n{_NEGATIVE}")[0].strip(), settings)


def _settings(line: str) -> dict[str, str]:
    found: dict[str, str] = {}
    position = 0
    for _ in range(_MOST_SETTINGS):
        colon = line.find(":", position, position + _LONGEST_NAME)
        name = line[position:colon].strip()
        if colon < 0 or not name or "," in name:
            break
        found[name], position = _setting(line, colon + 1)
    return found


def _setting(line: str, start: int) -> tuple[str, int]:
    """Return a value and where the next name begins."""
    start += line.startswith(" ", start)
    if line.startswith('"', start):
        try:
            value, end = _STRING.raw_decode(line, start)
        except ValueError:
            pass
        else:
            return value, end + 1
    comma = line.find(",", start)
    end = comma if comma >= 0 else len(line)
    return line[start:end].strip(), end + 1
