"""From the words of a prompt to a brief: who, what, where, when, in which colours."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from llamabot_images.sketch.beings_words import BEINGS
from llamabot_images.sketch.places_words import (
    COLOUR_WORDS,
    MOODS,
    NEGATIONS,
    NUMBERS,
    PLACES,
    STYLES,
    TIMES,
    WEATHER,
)
from llamabot_images.sketch.things_words import HELD, SCENERY, WORN

__all__ = ["Brief", "Noun", "read_brief"]

# Words past this many characters do not change what is drawn, only the dice.
_READ_AT_MOST = 4000
_NOUNS = ("being", "held", "worn", "scenery")
_SINGLE = ("place", "time", "weather", "colour", "style", "mood")
# What makes an animal next to the word ("an astronaut cat") one of these.
_CLOTHES = {"astronaut": "helmet", "wizard": "wizard hat", "king": "crown", "queen": "crown"}
_TABLES = {
    "being": BEINGS, "held": HELD, "worn": WORN, "scenery": SCENERY, "place": PLACES, "time": TIMES,
    "weather": WEATHER, "colour": COLOUR_WORDS, "style": STYLES, "mood": MOODS,
}  # fmt: skip

Found = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Noun:
    """Something to draw, and the colour named for it."""

    name: str
    colour: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Brief:
    """What a prompt asks for, as far as we understand it.

    :param beings: Animals and people, in the order named.
    :param held: What they hold.
    :param worn: What they wear.
    :param scenery: Houses, trees, boats, the moon …
    :param place: A key of the places, ``None`` when none is named.
    :param time: ``"day"``, ``"dawn"``, ``"sunset"``, ``"night"`` or ``None``.
    :param weather: Rain, snow, storm, fog, wind.
    :param colours: Colour words that belong to no noun.
    :param style: How it is to look, ``None`` when not said.
    :param moods: ``"happy"``, ``"closed"`` (asleep), ``"riding"``.
    """

    beings: tuple[Noun, ...] = ()
    held: tuple[Noun, ...] = ()
    worn: tuple[Noun, ...] = ()
    scenery: tuple[Noun, ...] = ()
    place: str | None = None
    time: str | None = None
    weather: tuple[str, ...] = ()
    colours: tuple[str, ...] = ()
    style: str | None = None
    moods: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        """Say whether no word names anything that can be drawn."""
        return not (self.beings or self.held or self.worn or self.scenery or self.place or self.weather or self.time)

    def has(self, name: str) -> bool:
        """Say whether *name* is among the things standing in the picture."""
        return any(noun.name == name for noun in self.scenery)

    def colour_of(self, name: str) -> str | None:
        """Return the colour named for the thing *name*."""
        return next((noun.colour for noun in self.scenery if noun.name == name), None)


def read_brief(prompt: str) -> Brief:
    """Return what *prompt* asks for; unknown words are passed over."""
    text = _plain(prompt[:_READ_AT_MOST])
    reader = _Reader()
    for start, end, kind, name in _in_costume(list(_found(text))):
        if start < reader.deaf_until:
            reader.deaf_until = -1
        elif kind == "negation":
            reader.deaf_until = end + 12
        elif kind == "number":
            reader.count = NUMBERS[name]
        elif kind == "colour":
            reader.take_colour(start, end, name, foreign=text[start:end] != name)
        elif kind in _NOUNS:
            reader.take_noun(start, end, kind, name)
        else:
            reader.single[kind].append(name)
    return reader.brief()


class _Reader:
    """Collects what the words name, and which colour belongs to which noun."""

    def __init__(self) -> None:
        self.nouns: dict[str, list[Noun]] = {kind: [] for kind in _NOUNS}
        self.single: dict[str, list[str]] = {kind: [] for kind in _SINGLE}
        self.waiting: list[tuple[int, str]] = []
        self.count, self.deaf_until = 1, -1
        self.last = ("", -9)

    def take_colour(self, start: int, end: int, name: str, *, foreign: bool) -> None:
        """Keep a colour for the next noun; after a Romance noun ("chat noir") it belongs to that."""
        kind, noun_end = self.last
        if foreign and start - noun_end == 1 and self.nouns[kind][-1].colour is None:
            self.nouns[kind][-1] = replace(self.nouns[kind][-1], colour=name)
        else:
            self.waiting.append((end, name))

    def take_noun(self, start: int, end: int, kind: str, name: str) -> None:
        """Keep a noun with the colour right before it; colours further off are the whole picture's."""
        near = [word for place, word in self.waiting if start - place <= 14]
        self.single["colour"].extend(word for place, word in self.waiting if start - place > 14)
        self.nouns[kind].append(Noun(name, near[-1] if near else None, self.count))
        self.waiting, self.count, self.last = [], 1, (kind, end)

    def brief(self) -> Brief:
        """Return everything collected."""
        self.single["colour"].extend(word for _, word in self.waiting)
        return _brief(self.nouns, self.single)


def _brief(nouns: dict[str, list[Noun]], single: dict[str, list[str]]) -> Brief:
    first = {kind: names[0] if names else None for kind, names in single.items()}
    return Brief(
        beings=_named_once(nouns["being"]),
        held=_named_once(nouns["held"]),
        worn=_named_once(nouns["worn"]),
        scenery=_named_once(nouns["scenery"]),
        place=first["place"],
        time=first["time"],
        weather=tuple(dict.fromkeys(single["weather"])),
        colours=tuple(dict.fromkeys(single["colour"])),
        style=first["style"],
        moods=tuple(single["mood"]),
    )


def _named_once(nouns: list[Noun]) -> tuple[Noun, ...]:
    """Return *nouns* without repeats, the most telling one (with a colour, more of them) kept."""
    kept: dict[str, Noun] = {}
    for noun in nouns:
        known = kept.get(noun.name)
        if known is None or (noun.colour and not known.colour) or noun.count > known.count:
            kept[noun.name] = noun
    return tuple(kept.values())


def _bare(text: str) -> str:
    """Return *text* without accents."""
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _is_latin(word: str) -> bool:
    return all(sign < "\u0250" for sign in word)


@cache
def _table() -> tuple[dict[str, tuple[str, str]], re.Pattern[str], dict[str, tuple[str, str]]]:
    """Return Latin words, a pattern for the others, and what those mean."""
    latin: dict[str, tuple[str, str]] = {}
    other: dict[str, tuple[str, str]] = {}
    for kind, text in _TABLES.items():
        for line in re.sub(r"\n +", " ", text.strip()).splitlines():
            name, _, rest = line.partition(":")
            for word in (name, *(part.strip() for part in rest.split(","))):
                if word:
                    (latin if _is_latin(word) else other).setdefault(_plain(word), (kind, name))
    for word in NUMBERS:
        latin.setdefault(word, ("number", word))
    for word in NEGATIONS.split(", "):
        latin.setdefault(word, ("negation", word))
    longest_first = sorted(other, key=lambda word: (-len(word), word))
    return latin, re.compile("|".join(map(re.escape, longest_first))), other


def _found(text: str) -> Iterator[Found]:
    """Yield (start, end, kind, name) for each known word of *text*, in order."""
    _, pattern, other = _table()
    hits = [(m.start(), m.end(), *other[m.group()]) for m in pattern.finditer(text)]
    yield from sorted([*hits, *_latin_found(text)])


def _in_costume(found: list[Found]) -> Iterator[Found]:
    """Yield *found*, an astronaut right beside an animal turned into what the animal wears."""
    i = 0
    while i < len(found):
        first, second = found[i], found[i + 1] if i + 1 < len(found) else None
        pair = {first[3], second[3]} if second and first[2] == second[2] == "being" else set()
        clothes = [_CLOTHES[name] for name in (first[3], second[3] if second else "") if name in _CLOTHES]
        if second and len(pair) == 2 and len(clothes) == 1 and second[0] - first[1] <= 1:
            animal = next(name for name in pair if name not in _CLOTHES)
            yield first[0], first[1], "being", animal
            yield second[0], second[1], "worn", clothes[0]
            i += 1
        else:
            yield first
        i += 1


def _latin_found(text: str) -> Iterator[Found]:
    tokens = [(m.start(), m.end(), m.group()) for m in re.finditer(r"[a-z0-9\u00df-\u024f]+", text)]
    i = 0
    while i < len(tokens):
        for length in (4, 3, 2, 1):
            words = [word for _, _, word in tokens[i : i + length]]
            meaning = _meaning(words) if len(words) == length else None
            if meaning:
                yield tokens[i][0], tokens[i + length - 1][1], *meaning
                i += length - 1
                break
        i += 1


def _meaning(words: list[str]) -> tuple[str, str] | None:
    """Return what the phrase means, trying it as written, without accents, then in the singular."""
    latin = _table()[0]
    phrase = " ".join(words)
    bare = _bare(phrase)
    for form in (phrase, bare, bare.removesuffix("s"), bare.removesuffix("es")):
        if form in latin:
            return latin[form]
    return latin.get(bare.removesuffix("ies") + "y") if bare.endswith("ies") else None
