"""What Ollama streams: a JSON object per line, progress first and the picture last. Pure."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llamabot_images.backends import ollama_errors as errors
from llamabot_images.backends.ollama_errors import Call
from llamabot_images.replies import Slot

__all__ = ["Progress", "read"]

#: Characters of the words of a model that draws nothing: enough to show what it is.
WORDS = 2_000
#: Bytes of one answer: a picture of 4096x4096 pixels, Ollama's largest, as base64.
MOST = 128 * 2**20


@dataclass(frozen=True)
class Progress:
    """How many of all steps to a picture are done."""

    completed: int
    total: int


def read(chunks: Iterable[bytes], call: Call) -> Iterator[Progress | Slot]:
    """Yield how far the drawing is, then the picture.

    :param chunks: The answer as it comes, cut anywhere.
    :param call: What was asked, for errors.
    :raises SendFailed: When there is no picture in it.
    """
    words, was_any = "", False
    for line in _objects(chunks, call):
        was_any = True
        if error := line.get("error"):
            raise errors.said(call, str(error))
        if isinstance(image := line.get("image"), str) and image:
            yield Slot(b64_json=image)
            return
        words = (words + str(line.get("response") or ""))[:WORDS]
        if (found := _progress(line)) is not None:
            yield found
        if line.get("done"):
            raise errors.without_picture(call, words)
    raise errors.lost(call) if was_any else errors.malformed(call)


def _progress(line: Mapping[str, Any]) -> Progress | None:
    """Return the progress a line tells of; Ollama leaves out a ``completed`` of 0."""
    completed, total = line.get("completed", 0), line.get("total")
    is_count = isinstance(completed, int) and isinstance(total, int) and 0 <= completed <= total
    return Progress(completed, total) if is_count and total else None


def _objects(chunks: Iterable[bytes], call: Call) -> Iterator[Mapping[str, Any]]:
    for line in _lines(chunks, call):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, Mapping):
            raise errors.malformed(call)
        yield found


def _lines(chunks: Iterable[bytes], call: Call) -> Iterator[bytes]:
    """Yield whole lines. A picture's line comes in thousands of chunks, which are joined once."""
    kept: list[bytes] = []
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MOST:
            raise errors.malformed(call)
        first, *more = chunk.split(b"\n")
        kept.append(first)
        for one in more:
            yield b"".join(kept)
            kept = [one]
    yield b"".join(kept)
