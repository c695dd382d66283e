"""Hand-made sets of colours, one per picture, and how colour words tilt them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import (
    RGB,
    brightness,
    darker,
    glowing,
    lighter,
    mix,
    recolour,
    rgb,
    saturate,
    to_gray,
)

__all__ = ["COLOURS", "Palette", "choose", "thing_colour", "tilt"]


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture.

    :param time: ``"day"``, ``"dawn"``, ``"sunset"`` or ``"night"``.
    :param sky: From the top of the sky to the horizon.
    :param land: From the farthest hill to the foreground.
    :param accent: Strong colours for the things that matter.
    :param ink: The darkest colour.
    :param paper: The lightest colour.
    :param glow: The colour of light.
    """

    time: str
    sky: tuple[RGB, ...]
    land: tuple[RGB, ...]
    accent: tuple[RGB, ...]
    ink: RGB
    paper: RGB
    glow: RGB

    @property
    def dark(self) -> bool:
        """Say whether lamps, stars and windows shine in this light."""
        return self.time == "night"

    def every(self, change: Callable[[RGB], RGB]) -> "Palette":
        """Return this palette with *change* done to each colour."""
        return replace(
            self,
            sky=tuple(map(change, self.sky)),
            land=tuple(map(change, self.land)),
            accent=tuple(map(change, self.accent)),
            ink=change(self.ink),
            paper=change(self.paper),
            glow=change(self.glow),
        )


# Time | sky, from top to horizon | land, from far to near | accents | ink, paper, light.
_SETS = """
day | 5fb0d8 b4e0e8 fdeccf | a3cdbd 73ad8f 437f6d 25574f | ea6f4a f5b83f c7354a | 1d3742 fdf6e9 fff0bd
day | 86cdc6 cbeade fff2d8 | b0d6ad 7bb691 478a72 235d58 | f2766a f8c45c 566ba6 | 1f3a44 fffaf0 fff1c0
day | 8fb0e8 c9d5f4 fde6da | bdb6de 8f92c9 6c9c7c 3c6c59 | f18c66 f6c864 b4569a | 2a2c52 fff8f2 ffe9c4
day | e9bf9b f6dfc3 fdf1e0 | dfaa7c cb7d5b a05447 623542 | 2e8187 e8b14a d3495c | 3a2433 fff6e8 fff0c8
day | a7c7a5 dbe5c6 fbf3dc | b9c98f 8fae6f 5d8a5c 33604f | e2725b f0b84d 4d7ea8 | 243b34 fdf8ea fff2c2
dawn | 9bbfdc f1c8c8 ffe8c8 | c2abc6 9190b8 5f7a9c 355472 | f08a6c ffd27a c9566f | 27304f fff6ee ffe6b8
dawn | b7b1e0 f3c4d4 fff0d6 | d2a9c1 a98bb5 6f77a5 3f4e7c | ff9b73 ffd98a 7f6bc4 | 2b2952 fff7f1 ffeac0
sunset | 3b3a7c c75b88 ffb47c | 8c5089 5f3c7a 3c2b64 231d49 | ffd166 fa6f5c 6fd1c7 | 1a1538 fff1df ffd998
sunset | 5a6aae e69a9a ffdba3 | a77ba0 736190 4a4779 2a3058 | ffcf70 f2705c 8fd3c4 | 1f2145 fff4e4 ffe0a0
sunset | 5d2050 d44d5c f9a84f | 93315a 682750 421e44 261331 | ffe08a ff7a52 4fb3a5 | 1d0c28 fff0dc ffd27a
night | 0f1638 22316c 4e62a3 | 33437f 243464 182450 0e1738 | ffd97a f58f7c 7fd4d0 | 0a0f28 f4f1ff fff0c2
night | 07222f 0f4654 2f8282 | 1f5c62 164851 0f3541 08242f | ffcf70 f27f68 b6e3c6 | 051820 f1fbf4 fff1c4
night | 1b1138 43245f 8b4679 | 5a2f6b 432456 2d1a43 1b1030 | ffd27a ff8f8a 8fc7e8 | 120a24 fff1f6 ffe9bd
"""


@cache
def _sets() -> tuple[Palette, ...]:
    return tuple(_made(*line.split(" | ")) for line in _SETS.strip().splitlines())


def _made(time: str, sky: str, land: str, accent: str, rest: str) -> Palette:
    ink, paper, glow = (rgb(word) for word in rest.split())
    parts = [tuple(rgb(word) for word in text.split()) for text in (sky, land, accent)]
    return Palette(time, parts[0], parts[1], parts[2], ink, paper, glow)


COLOURS: dict[str, str] = {
    "red": "d63a3a", "crimson": "b81f3f", "scarlet": "e0301e", "orange": "f0842c", "amber": "f2a52a",
    "yellow": "f5cf3a", "golden": "e8b23a", "green": "4c9f5a", "emerald": "1f9d6b", "olive": "8a8f3c",
    "mint": "8fd6b8", "teal": "1f8f8f", "turquoise": "35bfb8", "cyan": "35c3dc", "blue": "3a72d0",
    "navy": "22346e", "indigo": "443f9c", "purple": "7e4bb0", "violet": "8e5bc4", "lavender": "b7a2e0",
    "magenta": "cf3f9f", "pink": "f28cb0", "brown": "8a5a3c", "beige": "dcc6a0",
    "cream": "f4e7c9", "silver": "b9c0c8", "copper": "bd6f43", "coral pink": "f77f66",
    "peach": "fcb48f", "gray": "8c8f96", "black": "22222a", "white": "f6f4ef",
}  # fmt: skip


# Things that look strange in any colour but their own.
_OWN: dict[str, str] = {
    "tree": "6fa35a", "palm": "5ca068", "cactus": "60966a", "pumpkin": "f0842c", "apple": "d63a3a", "heart": "e0405c",
    "top hat": "2c2a36", "cowboy hat": "a9683f", "wizard hat": "5b4a9e", "guitar": "c9783f", "rocket": "d8483e",
}  # fmt: skip


def thing_colour(name: str, word: str | None, other: RGB) -> RGB:
    """Return the colour of a thing: the colour named for it, else its own, else *other*."""
    return rgb(COLOURS[word] if word else _OWN[name]) if word or name in _OWN else other


def choose(chance: Chance, time: str | None) -> Palette:
    """Return the palette for *time*; without a time any but the night may come."""
    wanted = [made for made in _sets() if made.time == time or (time is None and made.time != "night")]
    return chance.pick(wanted)


def tilt(palette: Palette, colours: tuple[str, ...], style: str | None = None) -> Palette:
    """Return *palette* leaning towards the colour words, then changed as the *style* asks."""
    for place, word in enumerate(colours[:3]):
        palette = _lean(palette, rgb(COLOURS[word]), place)
    change = _STYLES.get(style or "")
    return palette.every(change) if change else palette


def _lean(palette: Palette, like: RGB, place: int) -> Palette:
    """Return *palette* leaning to one colour: first the sky most, then the land, then accents."""
    sky, land = ((0.72, 0.5), (0.15, 0.72), (0.0, 0.2))[place]
    accent = list(palette.accent)
    accent[place % len(accent)] = like
    return replace(
        palette,
        sky=tuple(recolour(c, like, sky) for c in palette.sky),
        land=tuple(recolour(c, like, land) for c in palette.land),
        accent=tuple(accent),
        glow=recolour(palette.glow, like, 0.25 if place == 0 and brightness(like) > 0.2 else 0.0),
    )


def _neon(colour: RGB) -> RGB:
    return glowing(colour) if brightness(colour) > 0.4 else darker(saturate(colour, 1.8), 0.2)


_STYLES: dict[str, Callable[[RGB], RGB]] = {
    "pastel": lambda c: lighter(saturate(c, 0.85), 0.42),
    "neon": _neon,
    "gray": to_gray,
    "sepia": lambda c: mix(to_gray(c), (176, 120, 66), 0.38),
    "vintage": lambda c: mix(saturate(c, 0.7), (222, 186, 130), 0.22),
    "vivid": lambda c: saturate(c, 1.35),
    "dark": lambda c: darker(c, 0.35),
    "soft": lambda c: lighter(saturate(c, 0.75), 0.18),
}
