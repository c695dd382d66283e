"""What a brief leaves open: where, when, and who wears the hat."""

from dataclasses import replace

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.homes import homes_of
from llamabot_images.sketch.words import Brief, Noun

__all__ = ["place_of", "time_of", "with_somebody"]

_OUTDOORS = ("meadow", "mountains", "forest", "lake", "sea", "poster")
_DEEP = frozenset({"fish", "octopus", "jellyfish"})
_NIGHTLY = frozenset({"moon", "star", "aurora", "fireworks", "campfire", "lamp", "lantern"})
_FRIENDS = ("red panda", "fox", "cat", "bear", "rabbit", "otter", "llama", "panda", "koala", "raccoon")


def place_of(brief: Brief, dice: Chance) -> str:
    """Return where the picture takes place."""
    if brief.place == "sea" and any(noun.name in _DEEP for noun in brief.beings):
        return "underwater"
    if brief.place:
        return brief.place
    if brief.style == "neon" and not brief.beings:
        return "city"
    if brief.empty:
        return "abstract"
    if brief.has("vase") or brief.has("lamp"):
        return "room"
    if "snow" in brief.weather:
        return "winter"
    for noun in (*brief.scenery, *brief.held, *brief.worn, *brief.beings):
        homes = homes_of(noun.name)
        if homes:
            return dice.pick(homes)
    return dice.pick(_OUTDOORS if brief.beings else _OUTDOORS[:5])


def time_of(brief: Brief, place: str | None) -> str | None:
    """Return the time of day the words ask for, ``None`` when any will do."""
    if brief.time:
        return brief.time
    named = {noun.name for noun in (*brief.scenery, *brief.held)}
    if named & _NIGHTLY and "sun" not in named:
        return "night"
    if place == "space" or brief.style == "neon" or "storm" in brief.weather:
        return "night"
    return "day" if brief.has("sun") or brief.has("rainbow") else None


def with_somebody(brief: Brief, place: str, dice: Chance) -> Brief:
    """Return *brief* with somebody to wear and hold what needs a wearer."""
    needs_one = brief.worn or any(noun.name in ("umbrella", "paints", "wand") for noun in brief.held)
    if brief.beings or not needs_one or place == "abstract":
        return brief
    return replace(brief, beings=(Noun(dice.pick(_FRIENDS)),))
