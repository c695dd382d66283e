"""What is to be drawn: prompts as they were given -> items, one at a time. Pure."""

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from llamabot_images.asked import shown
from llamabot_images.credentials import OWN_KEYWORDS
from llamabot_images.formats import mime_for_suffix
from llamabot_images.request import SIZE_KEYWORDS, ImageRequest

__all__ = ["Item", "Keys", "check", "fingerprint", "items_of", "name_problem", "stem_problem"]

#: Not of the picture, or a secret.
_LEFT_OUT = frozenset({"response_format", "extra_headers", "headers", "user", "timeout"})
#: Bytes of a name, which leave room for a number and an ending: most file systems take 255.
_LONGEST = 230


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt of a batch.

    ``overrides`` are for its request alone; ``problem`` says why it cannot be drawn; ``key`` is its name in the
    journal where that is known beforehand.
    """

    index: int
    prompt: Any
    overrides: Mapping[str, Any] = field(default_factory=dict)
    id: str | None = None
    file_name: str | None = None
    problem: str | None = None
    key: str | None = None


def check(prompts: Any) -> None:
    """Refuse what is no list of prompts, before anything is sent. An iterator is looked at as it is read.

    :param prompts: As they were given.
    :raises ValueError: When there are none, or two of them have one ``file_name`` or ``id``.
    :raises TypeError: When it is no iterable of prompts.
    """
    if isinstance(prompts, (str, bytes, Mapping)) or not (
        isinstance(prompts, Iterable) or hasattr(prompts, "__aiter__")
    ):
        raise TypeError(f"prompts is {shown(prompts)}; give a list, or any other iterable, of prompts")
    if hasattr(prompts, "__len__") and not len(prompts):
        raise no_prompts()
    if not isinstance(prompts, Sequence):
        return
    for item in items_of(prompts):
        if item.problem and "already" in item.problem:
            raise ValueError(f"{item.problem}; nothing was sent")


def no_prompts() -> ValueError:
    """Return the error for an empty list."""
    return ValueError("there are no prompts; give at least one")


def items_of(prompts: Iterable[Any]) -> Iterator[Item]:
    """Yield an item for each prompt, as it is needed.

    :param prompts: Strings, or mappings with ``prompt``, overrides, and an ``id`` or ``file_name`` of their own.
    """
    read = Reader()
    for index, prompt in enumerate(prompts):
        yield read(index, prompt)


class Reader:
    """Makes items, and remembers which names were given."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], int] = {}

    def __call__(self, index: int, prompt: Any) -> Item:
        if isinstance(prompt, Item):
            return replace(prompt, index=index)
        if not isinstance(prompt, Mapping):
            return Item(index, prompt)
        rest = {str(name): value for name, value in prompt.items() if name not in ("prompt", "id", "file_name")}
        named = {name: prompt.get(name) for name in ("id", "file_name")}
        item = Item(index, prompt.get("prompt"), rest, _text(named["id"]), _text(named["file_name"]))
        return replace(item, problem=self._problem(item))

    def _problem(self, item: Item) -> str | None:
        if item.file_name is not None and (problem := name_problem(item.file_name)):
            return problem
        for kind, name in (("id", item.id), ("file_name", item.file_name)):
            if name is None:
                continue
            # Two names that differ in their case alone are one file on some systems.
            first = self._seen.setdefault((kind, name.casefold() if kind == "file_name" else name), item.index)
            if first != item.index:
                return f"{kind} {shown(name)} of prompt {item.index + 1} is already that of prompt {first + 1}"
        return None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def name_problem(name: str) -> str | None:
    """Return why a picture cannot have a name that was given, ``None`` where it can.

    :param name: In the folder; it may be in a folder below.
    """
    suffix = PurePosixPath(name).suffix
    if not _is_harmless(name):
        return f"file_name is {shown(name)}; give a name inside the folder"
    if suffix and mime_for_suffix(suffix) is None:
        return f"file_name is {shown(name)}, and {suffix!r} is no picture's ending; add one, such as '.png'"
    if any(_is_long(part) for part in PurePosixPath(name).parts):
        return f"file_name is {shown(name)}; give one of at most {_LONGEST} bytes"
    return None


def stem_problem(stem: Any) -> str | None:
    """Return why no file can be named as ``filename_for`` says, ``None`` where it can.

    :param stem: What it returned.
    """
    if isinstance(stem, str) and stem not in ("", ".", "..") and not set(stem) & set("/\\\0") and not _is_long(stem):
        return None
    return f"filename_for made {shown(stem)} of the prompt; it must return one name of at most {_LONGEST} bytes"


def _is_long(name: str) -> bool:
    return len(name.encode("utf-8", "surrogatepass")) > _LONGEST


def _is_harmless(name: str) -> bool:
    path = PurePosixPath(name)
    is_plain = bool(path.parts) and not path.is_absolute() and not set(name) & set('\\:*?"<>|\0\n\r')
    return is_plain and str(path) == name and not any(part.startswith(".") for part in path.parts)


def fingerprint(request: ImageRequest) -> str:
    """Return what tells a request from every other one: prompt, model, number, parameters; no key, no header.

    :param request: As it was negotiated, without what its provider has taught since.
    """
    left_out = _LEFT_OUT if "size" in request.explicit else _LEFT_OUT | SIZE_KEYWORDS | {"size"}
    facts: dict[str, Any] = {
        "prompt": request.prompt,
        "model": request.model,
        "n": request.n,
        "parameters": {name: value for name, value in request.parameters.items() if _counts(name, left_out)},
    }
    if request.sources is not None:
        pictures = [*request.sources.images, *filter(None, [request.sources.mask])]
        facts["sources"] = [hashlib.sha256(one.data).hexdigest() for one in pictures]
    plain = json.dumps(facts, sort_keys=True, default=lambda value: type(value).__name__)
    return hashlib.sha256(plain.encode()).hexdigest()[:32]


def _counts(name: str, left_out: Collection[str]) -> bool:
    """Tell whether a parameter makes another request: a token that is renewed does not."""
    return name not in left_out and not OWN_KEYWORDS.match(name)


class Keys:
    """Gives every prompt its name in the journal, the same in every run. Safe to use from many threads.

    The same prompt twice is two pictures: the second one's name ends in ``-2``.
    """

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = threading.Lock()

    def key_of(self, item: Item, request: str) -> str:
        """Return the name of an item.

        :param item: Its own ``id`` or ``file_name`` is its name, where it has one.
        :param request: Its request's fingerprint.
        """
        if item.key is not None:
            return item.key
        if item.id is not None or item.file_name is not None:
            return f"id:{item.id}" if item.id is not None else f"file:{item.file_name}"
        with self._lock:
            self._counts[request] += 1
            count = self._counts[request]
        return request if count == 1 else f"{request}-{count}"
