"""Animals and people with what they hold and wear, and where they stand."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from llamabot_images.sketch.bodies import draw_arms, draw_bird, draw_llama, draw_sitting, draw_wings
from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, mix, rgb
from llamabot_images.sketch.faces import draw_head
from llamabot_images.sketch.gallopers import GALLOPERS
from llamabot_images.sketch.held import IN_FRONT, RAISED
from llamabot_images.sketch.palette import COLOURS, thing_colour
from llamabot_images.sketch.people import PEOPLE, draw_sleeves
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.species import SPECIES
from llamabot_images.sketch.swimmers import SWIMMERS
from llamabot_images.sketch.words import Noun
from llamabot_images.sketch.worn import ON_HEAD, ROUND_NECK

__all__ = ["draw_beings", "figure_size", "floats", "sideways"]

# Beings that are another one in costume: who, clothes, own colour.
_COSTUMES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "astronaut": ("person", ("helmet",), "white"),
    "wizard": ("person", ("wizard hat",), "purple"),
    "king": ("person", ("crown",), "red"),
    "queen": ("person", ("crown",), "pink"),
}
_FLOATING = frozenset({"fish", "jellyfish", "octopus", "butterfly", "bee", "ghost"})


@dataclass(frozen=True, slots=True)
class _Role:
    """One figure: who, in which colour, with what, doing what."""

    name: str
    colour: RGB | None
    held: tuple[tuple[str, RGB], ...]
    worn: tuple[tuple[str, RGB], ...]
    eyes: str
    pose: str
    tone: int


def sideways(name: str) -> bool:
    """Say whether *name* is drawn from the side."""
    return name in SWIMMERS or name in GALLOPERS


def floats(scene: Scene, name: str) -> bool:
    """Say whether *name* hovers above the ground in this scene."""
    if scene.place == "room":
        return False
    return name in _FLOATING or (scene.place in ("underwater", "space") and name in SWIMMERS)


def _cast(scene: Scene) -> list[Noun]:
    """Return up to five figures, one entry each."""
    everyone = [noun for noun in scene.brief.beings for _ in range(min(noun.count, 5))]
    return everyone[:5]


def figure_size(scene: Scene) -> float:
    """Return the height of the figures, in units of the scene."""
    many = max(1, len(_cast(scene)))
    share = 0.66 if scene.place in ("poster", "space") else 0.58
    return min(share * scene.height, 0.92 * scene.width / (0.62 * many + 0.38), 1.05)


def draw_beings(scene: Scene) -> None:
    """Draw everybody, side by side, each with a soft shadow on the ground."""
    cast = _cast(scene)
    if "riding" in scene.brief.moods and len(cast) > 1:
        cast = _mounted(scene, cast)
    size = figure_size(scene)
    step = min(0.74 * size, 0.94 * scene.width / max(1, len(cast)))
    middle = scene.width * (0.42 if scene.width > 2.2 else 0.5)
    order = sorted(range(len(cast)), key=lambda place: -abs(place - (len(cast) - 1) / 2))
    for place in order:
        dice = scene.chance.stream(f"being {place}")
        x = middle + (place - (len(cast) - 1) / 2) * step
        small = 1.0 - 0.16 * dice.between(0, 1) * (len(cast) > 1)
        _place_one(scene, cast[place], dice, x, size * small, main=place == (len(cast) - 1) // 2)


def _mounted(scene: Scene, cast: list[Noun]) -> list[Noun]:
    """Draw the rider on the first animal that can carry one, and return who is left."""
    carrier = next((noun for noun in cast if noun.name in GALLOPERS or noun.name in ("whale", "turtle")), cast[-1])
    rider = next(noun for noun in cast if noun is not carrier)
    size, dice = figure_size(scene), scene.chance.stream("rider")
    x, y = scene.width / 2, scene.floor
    seat = -0.42 if sideways(carrier.name) else -0.86
    role = _role(scene, rider, dice, main=True)
    _draw_role(scene.pen.at(x - 0.06 * size, y + seat * size * 0.92, size * 0.62, turn=-3), role)
    _place_one(scene, carrier, dice, x, size, main=False)
    return [noun for noun in cast if noun is not carrier and noun is not rider]


def _place_one(scene: Scene, noun: Noun, dice: Chance, x: float, size: float, *, main: bool) -> None:
    role = _role(scene, noun, dice, main=main)
    y = scene.floor
    wide = 0.42 if sideways(noun.name) else 0.3
    if floats(scene, noun.name):
        y -= size * dice.between(0.2, 0.42)
    elif scene.place != "poster" or main:
        for grow, alpha in ((1.25, 0.14), (1.0, 0.22)):
            scene.pen.oval(x + 0.05 * size, y, wide * grow * size, 0.055 * grow * size, scene.palette.ink, alpha)
    flip = dice.sometimes(0.3) and not role.held and "riding" not in scene.brief.moods
    _draw_role(scene.pen.at(x, y, size * (0.92 if sideways(noun.name) else 1.0), flip=flip), role)


def _in_colour(scene: Scene, dice: Chance, things: Sequence[Noun]) -> tuple[tuple[str, RGB], ...]:
    """Return each thing's name and colour: as named, as usual, or one of the picture's strong colours."""
    accents = scene.palette.accent
    return tuple((thing.name, thing_colour(thing.name, thing.colour, dice.pick(accents))) for thing in things)


def _role(scene: Scene, noun: Noun, dice: Chance, *, main: bool) -> _Role:
    """Return how one figure looks; only the main one of several holds what is named once."""
    name, clothes, own = _COSTUMES.get(noun.name, (noun.name, (), None))
    colour = rgb(COLOURS[noun.colour or own or ""]) if noun.colour or own else None
    held = _in_colour(scene, dice, [thing for thing in scene.brief.held if main or thing.count > 1])
    worn = _in_colour(scene, dice, [*(Noun(piece) for piece in clothes), *scene.brief.worn])
    eyes = _eyes(scene, dice, {thing for thing, _ in held})
    return _Role(name, colour, held, worn, eyes, _pose(dice, {thing for thing, _ in held}, eyes), dice.below(25))


def _eyes(scene: Scene, dice: Chance, holds: Set[str]) -> str:
    eyes = dice.pick(("open", "open", "happy"))
    if holds & {"book", "laptop"}:
        eyes = "down"
    return next((mood for mood in scene.brief.moods if mood in ("happy", "closed")), eyes)


def _pose(dice: Chance, holds: Set[str], eyes: str) -> str:
    pose = dice.pick(("rest", "rest", "raise"))
    if holds & set(RAISED):
        return "raise"
    if holds & set(IN_FRONT):
        return "hold"
    return "rest" if eyes == "closed" else pose


def _draw_role(pen: Pen, role: _Role) -> None:
    if sideways(role.name):
        _draw_sideways(pen, role)
    elif role.name in PEOPLE:
        _draw_person(pen, role)
    else:
        _draw_animal(pen, role)


def _draw_animal(pen: Pen, role: _Role) -> None:
    kind = SPECIES[role.name]
    kind = kind.tinted(role.colour) if role.colour else kind
    if kind.rig != "llama":
        kind = replace(kind, head=(kind.head[0] * 1.08, kind.head[1] * 1.08))
    body = {"bird": draw_bird, "llama": draw_llama}.get(kind.rig, draw_sitting)
    body(pen, kind)
    high = {"bird": -0.66, "llama": -0.86}.get(kind.rig, -0.7)
    _hand_things(pen, role)
    if kind.rig == "bird":
        draw_wings(pen, kind, role.pose)
    elif kind.rig != "llama" or role.held:
        draw_arms(pen, kind.limb, role.pose, 0.06 if kind.rig == "llama" else 0.085)
    _dress_neck(pen, role, high + kind.head[1] * 0.9, kind.head[0] * 0.92)
    head = pen.at(0, high, turn=(role.tone % 5 - 2) * 2.0)
    draw_head(head, kind, role.eyes)
    _dress_head(head, role, kind.head[0] * (1.25 if kind.rig == "llama" else 1.0))
    if role.eyes == "closed":
        _draw_sleep(pen, high)


def _draw_person(pen: Pen, role: _Role) -> None:
    body, head, high, half, _ = PEOPLE[role.name]
    colour = role.colour or (70, 130, 150)
    body(pen, colour, role.tone)
    _hand_things(pen, role)
    draw_sleeves(pen, colour, role.name, role.pose, role.tone)
    _dress_neck(pen, role, high + half * 0.85, half)
    at = pen.at(0, high, turn=(role.tone % 5 - 2) * 1.6)
    head(at, colour, role.tone, role.eyes)
    _dress_head(at, role, half)
    if role.eyes == "closed":
        _draw_sleep(pen, high)


def _draw_sideways(pen: Pen, role: _Role) -> None:
    draw, usual, (x, y, half) = {**SWIMMERS, **GALLOPERS}[role.name]
    own = rgb(usual)
    for name, colour in role.held:
        if name in RAISED:
            RAISED[name](pen.at(x - 0.3, y + 0.34, 0.3), colour)
    draw(pen, mix(own, role.colour, 0.86) if role.colour else own, role.eyes)
    if role.name in GALLOPERS:
        _dress_neck(pen.at(x - 0.15, y + 0.16, turn=18), role, 0.0, half * 0.95)
    _dress_head(pen.at(x, y), role, half)
    for name, colour in role.held:
        if name in IN_FRONT:
            IN_FRONT[name](pen.at(x if x < 0.1 else x + 0.2, -0.16, 0.32), colour)
    if role.eyes == "closed":
        _draw_sleep(pen.at(x, 0), y)


def _dress_head(pen: Pen, role: _Role, half: float) -> None:
    for name, colour in role.worn:
        if name in ON_HEAD:
            ON_HEAD[name](pen.at(0, 0, half), colour)


def _dress_neck(pen: Pen, role: _Role, y: float, half: float) -> None:
    for name, colour in role.worn:
        if name in ROUND_NECK:
            ROUND_NECK[name](pen.at(0, y, half), colour)


def _hand_things(pen: Pen, role: _Role) -> None:
    """Draw at most one thing in front of the chest and one in the raised hand."""
    front = [(name, colour) for name, colour in role.held if name in IN_FRONT][:1]
    raised = [(name, colour) for name, colour in role.held if name in RAISED][:1]
    for name, colour in raised:
        RAISED[name](pen.at(0.345, -0.54, 0.34), colour)
    for name, colour in front:
        IN_FRONT[name](pen.at(0, -0.22, 0.43), colour)


def _draw_sleep(pen: Pen, high: float) -> None:
    """Draw the three Z of sleep rising from the head."""
    for i, size in enumerate((0.05, 0.07, 0.09)):
        x, y = 0.26 + i * 0.1, high - 0.2 - i * 0.12
        pen.line([(x, y), (x + size, y), (x, y + size), (x + size, y + size)], 0.016, (255, 250, 236))
