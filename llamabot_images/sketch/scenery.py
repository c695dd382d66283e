"""Houses, boats, trees and lamps: where they go in a picture, and still lifes on a table."""

from collections.abc import Callable

from llamabot_images.sketch import buildings, plants, vehicles
from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.figures import figure_size, sideways
from llamabot_images.sketch.held import IN_FRONT, RAISED
from llamabot_images.sketch.palette import thing_colour
from llamabot_images.sketch.room import draw_armchair, draw_cushion, draw_rug
from llamabot_images.sketch.scene import Lamp, Scene
from llamabot_images.sketch.shapes import limb, ring_part, rounded_box, smooth, trace
from llamabot_images.sketch.words import Noun

__all__ = ["draw_scenery", "find_lamp"]

Piece = Callable[[Scene, Pen, RGB], None]


def _plant(draw: Callable[[Pen, RGB, Chance, bool], None]) -> Piece:
    """Return *draw* as a piece of scenery; leaves turn in autumn."""

    def piece(scene: Scene, pen: Pen, colour: RGB) -> None:
        leaves = mix(colour, (222, 120, 48), 0.7) if "wind" in scene.brief.weather else colour
        draw(pen, scene.toned(leaves), scene.chance.stream("plant"), "snow" in scene.brief.weather)

    return piece


def _flower_bed(scene: Scene, pen: Pen, colour: RGB) -> None:
    dice = scene.chance.stream("bed")
    for i in range(16):
        fill = colour if i % 3 else dice.pick(scene.palette.accent)
        spot = pen.at(-1.35 + i * 0.18, dice.between(-0.12, 0.22), dice.between(0.5, 0.85))
        plants.flower(spot, fill, dice)


# How to draw it, and its height when it is the subject and when it stands beside somebody.
_ON_GROUND: dict[str, tuple[Piece, float, float]] = {
    "house": (buildings.house, 0.4, 0.3), "lighthouse": (buildings.lighthouse, 0.62, 0.5),
    "castle": (buildings.castle, 0.52, 0.36), "windmill": (buildings.windmill, 0.52, 0.38),
    "tent": (buildings.tent, 0.32, 0.24), "campfire": (buildings.campfire, 0.26, 0.17),
    "pumpkin": (buildings.pumpkin, 0.36, 0.15), "fence": (buildings.fence, 0.16, 0.11),
    "bridge": (buildings.bridge, 0.4, 0.24), "car": (vehicles.car, 0.3, 0.2),
    "bicycle": (vehicles.bicycle, 0.46, 0.32), "train": (vehicles.train, 0.26, 0.17),
    "tree": (_plant(plants.round_tree), 0.62, 0.86), "palm": (_plant(plants.palm), 0.6, 0.5),
    "mushroom": (_plant(plants.mushroom), 0.44, 0.16), "cactus": (_plant(plants.cactus), 0.52, 0.3),
    "flowers": (_flower_bed, 0.3, 0.15),
}  # fmt: skip


def _colour(scene: Scene, noun: Noun, place: int) -> RGB:
    return thing_colour(noun.name, noun.colour, scene.palette.accent[place % len(scene.palette.accent)])


def find_lamp(scene: Scene) -> Lamp | None:
    """Return the lamp of the picture, ``None`` when there is none."""
    if not scene.brief.has("lamp"):
        return None
    size = figure_size(scene) if scene.brief.beings else 0.5
    x = scene.width * (0.42 if scene.width > 2.2 else 0.5)
    top = scene.floor - size * 1.34
    return Lamp(x, max(0.13 * min(scene.height, 1.1), top), scene.floor + 0.02, size * 0.66)


def draw_scenery(scene: Scene) -> None:
    """Draw what stands, floats and flies around the figures, then furniture and still lifes."""
    dice = scene.chance.stream("scenery")
    on_ground = [noun for noun in scene.brief.scenery if noun.name in _ON_GROUND and scene.place != "room"]
    for place, noun in enumerate(on_ground[:4]):
        _set_down(scene, dice, noun, place)
    for noun in scene.brief.scenery:
        if noun.name == "boat":
            _sail(scene, dice, noun)
        if noun.name in ("hot air balloon", "rocket"):
            _fly(scene, dice, noun)
    if scene.place == "room":
        _furnish(scene)
    elif not scene.brief.beings and scene.brief.held:
        _let_go(scene)
    lamp = find_lamp(scene)
    if lamp:
        _light_cone(scene, lamp)
        (_pendant if scene.place == "room" else _outdoor_lamp)(scene, lamp)


def _set_down(scene: Scene, dice: Chance, noun: Noun, place: int) -> None:
    draw, alone, beside = _ON_GROUND[noun.name]
    unit, wide = min(scene.height, 1.15), scene.width
    if scene.brief.beings or place:
        side = (0.17, 0.85, 0.3, 0.7)[(place + dice.below(2)) % 4]
        y, size = scene.floor - 0.02 + 0.012 * place, beside * unit
        x = min(max(wide * side, 0.27), max(wide - 0.27, 0.27))
    else:
        x, y, size = wide * dice.between(0.46, 0.54), scene.floor + 0.01, alone * unit
    for i in range(min(noun.count, 4)):
        shift = 0.42 * size * i * (-1 if i % 2 else 1)
        scene.pen.oval(x + shift, y, 0.5 * size, 0.035 * size, scene.palette.ink, 0.22)
        draw(scene, scene.pen.at(x + shift, y, size * (1 - 0.13 * i)), _colour(scene, noun, place))


def _sail(scene: Scene, dice: Chance, noun: Noun) -> None:
    """Draw one boat large and two small ones far off."""
    low = scene.floor - (0.2 if scene.brief.beings else 0.28) * scene.height
    for i in range(2):
        x = scene.width * dice.between(0.08, 0.92)
        vehicles.boat(
            scene, scene.pen.at(x, low + 0.03 + 0.012 * i, dice.between(0.06, 0.09)), scene.palette.accent[(i + 1) % 3]
        )
    size = 0.3 if scene.brief.beings else 0.5 * min(scene.height, 1.15)
    x = scene.width * (0.2 if scene.brief.beings else dice.between(0.44, 0.56))
    y = scene.floor - (0.1 if scene.brief.beings else 0.015)
    vehicles.boat(scene, scene.pen.at(x, y, size, turn=dice.between(-3, 3)), _colour(scene, noun, 0))


def _fly(scene: Scene, dice: Chance, noun: Noun) -> None:
    """Draw one large in the air, and smaller ones further off."""
    unit = min(scene.height, 1.15)
    draw = vehicles.hot_air_balloon if noun.name == "hot air balloon" else vehicles.rocket
    spots = [(0.5, 0.6, 0.46), (0.18, 0.42, 0.2), (0.83, 0.36, 0.24), (0.7, 0.62, 0.12), (0.32, 0.2, 0.1)]
    if scene.brief.beings:
        spots = [(0.2, 0.4, 0.24), (0.82, 0.3, 0.18), (0.66, 0.16, 0.1)]
    for i, (x, y, size) in enumerate(spots[: 1 if draw is vehicles.rocket else 5]):
        px, py = scene.width * x + dice.between(-0.03, 0.03), scene.floor * y + size * 0.5 * unit
        turn = dice.between(10, 24) if draw is vehicles.rocket else dice.between(-3, 3)
        draw(scene, scene.pen.at(px, py, size * unit, turn=turn), _colour(scene, noun, i))


def _furnish(scene: Scene) -> None:
    """Put a rug and an armchair under the one who sits, or a table under a still life."""
    x = scene.width * (0.42 if scene.width > 2.2 else 0.5)
    if not scene.brief.beings:
        _still_life(scene, x)
        return
    size = figure_size(scene)
    many = sum(noun.count for noun in scene.brief.beings)
    draw_rug(scene, x, min(0.62 * size + 0.36 * size * min(many, 5), 0.56 * scene.width))
    seated = not sideways(scene.brief.beings[0].name)
    if many == 1 and seated:
        (draw_armchair if scene.chance.stream("chair").sometimes(0.6) else draw_cushion)(scene, x, size)


def _still_life(scene: Scene, x: float) -> None:
    """Draw a table with the things named, the first one large."""
    top, pen = scene.floor - 0.02, scene.pen
    wood = mix(scene.toned((176, 116, 76)), scene.palette.ink, 0.25 if scene.night else 0.0)
    half = min(0.62, scene.width * 0.46)
    for side in (-1, 1):
        pen.form(
            limb([(x + side * half * 0.8, top), (x + side * half * 0.86, scene.height + 0.2)], (0.05, 0.04)),
            darker(wood, 0.25),
            darker(wood, 0.7),
            0.4,
        )
    pen.form(rounded_box(x - half, top - 0.03, x + half, top + 0.035, 0.02), wood, darker(wood, 0.7), 0.5)
    pen.poly(rounded_box(x - half, top - 0.03, x + half, top - 0.008, 0.01), lighter(wood, 0.14))
    things = scene.brief.held[:3] or (() if scene.brief.has("vase") else (Noun("cup"), Noun("book")))
    names = {noun.name for noun in things}
    subject = "flower" in names or not things
    _vase(scene, x if subject else x - half * 0.68, top - 0.025, 0.66 if subject else 0.34)
    for place, noun in enumerate(noun for noun in things if noun.name not in RAISED):
        size = (0.46, 0.26, 0.22)[place]
        px = x + (0.02, half * 0.68, half * 0.4)[place]
        pen.oval(px, top - 0.026, size * 0.42, 0.012, scene.palette.ink, 0.25)
        IN_FRONT[noun.name](pen.at(px, top - 0.025 - size * 0.3, size), _colour(scene, noun, place))


def _vase(scene: Scene, x: float, y: float, tall: float) -> None:
    """Draw a vase with flowers."""
    dice, pen = scene.chance.stream("vase"), scene.pen.at(x, y, tall)
    named = next((noun for noun in scene.brief.held if noun.name == "flower"), None)
    for i, lean in enumerate((-22, 20, -9, 10, 0)):
        fill = _colour(scene, named, i) if named else scene.palette.accent[i % 3]
        plants.flower(pen.at(0, -0.34, 0.62 + 0.04 * i, turn=lean), fill, dice)
    glass = mix(scene.palette.accent[2], scene.palette.paper, 0.45)
    shape = smooth(trace("-0.07,-0.4 -0.08,-0.32 -0.15,-0.16 -0.1,0 0.1,0 0.15,-0.16 0.08,-0.32 0.07,-0.4"))
    pen.form(shape, glass, darker(glass, 0.6), 0.5, (0.9, 0.4))


def _let_go(scene: Scene) -> None:
    """Draw a thing that nobody holds, floating in the air."""
    noun = scene.brief.held[0]
    fill, unit = _colour(scene, noun, 0), min(scene.height, 1.1)
    x = scene.width / 2
    if noun.name in RAISED:
        RAISED[noun.name](scene.pen.at(x, scene.floor - 0.04 * unit, 0.34 * unit), fill)
    else:
        scene.pen.oval(x, scene.floor, 0.2, 0.022, scene.palette.ink, 0.25)
        IN_FRONT[noun.name](scene.pen.at(x, scene.floor - 0.15, 0.46 * unit), fill)


def _light_cone(scene: Scene, lamp: Lamp) -> None:
    """Draw the light in the air, behind the figures."""
    reach, low = lamp.reach, lamp.floor + 0.02
    foot = ring_part(lamp.x, low, reach, reach * 0.17, 0, 180, count=24)
    cone = [(lamp.x - reach * 0.2, lamp.y), (lamp.x + reach * 0.2, lamp.y), *foot]
    scene.pen.shade(cone, (255, 222, 150), 0.5, (0.0, -1.0), -0.45, False)
    scene.pen.oval(lamp.x, low, reach, reach * 0.17, (255, 222, 150), 0.16)


def _pendant(scene: Scene, lamp: Lamp) -> None:
    """Draw a lamp that hangs from the ceiling."""
    accent = scene.chance.stream("lamp").pick(scene.palette.accent)
    fill = thing_colour("lamp", scene.brief.colour_of("lamp"), mix(accent, scene.palette.accent[1], 0.3))
    pen = scene.pen.at(lamp.x, lamp.y, 0.165 * min(scene.height, 1.1))
    pen.line([(0, -0.5), (0, -9)], 0.03, darker(scene.palette.ink, 0.2))
    pen.glow(0, 0.0, 2.4, (255, 214, 130), 0.55)
    pen.oval(0, 0.0, 0.66, 0.11, (255, 240, 190))
    pen.dot(0, 0.06, 0.15, (255, 252, 232))
    dome = [
        *smooth(trace("-0.72,0 -0.6,-0.3 -0.28,-0.52 0.28,-0.52 0.6,-0.3 0.72,0"), closed=False),
        *ring_part(0, 0, 0.72, 0.12, 0, 180, count=16),
    ]
    pen.form(dome, fill, darker(fill, 0.6), 0.5, (0.7, -0.7))
    pen.poly(ring_part(0, 0.012, 0.66, 0.085, 0, 360, count=40), (255, 238, 182))
    pen.poly(rounded_box(-0.1, -0.64, 0.1, -0.5, 0.04), darker(fill, 0.5))
    pen.oval(-0.36, -0.28, 0.05, 0.14, lighter(fill, 0.6), 0.6, turn=38)


def _outdoor_lamp(scene: Scene, lamp: Lamp) -> None:
    """Draw a lamp on a pole that leans over the figure."""
    iron, x = mix((46, 46, 58), scene.palette.ink, 0.4), lamp.x + lamp.reach * 0.86
    top, low = lamp.y - 0.06, scene.floor - 0.02
    pole = [(x, low), (x, top + 0.16), (x - 0.06, top), ((x + lamp.x) / 2, top - 0.04), (lamp.x, top - 0.02)]
    scene.pen.curve(pole, 0.02, iron)
    scene.pen.poly(rounded_box(x - 0.035, low - 0.03, x + 0.035, low + 0.005, 0.01), iron)
    pen = scene.pen.at(lamp.x, lamp.y, 0.16)
    pen.glow(0, 0, 2.2, (255, 214, 130), 0.6)
    pen.oval(0, 0, 0.5, 0.1, (255, 240, 190))
    pen.poly([*ring_part(0, 0, 0.54, 0.42, 180, 360, count=20), *ring_part(0, 0, 0.54, 0.08, 0, 180, count=14)], iron)
    pen.poly(ring_part(0, 0.01, 0.48, 0.065, 0, 360, count=30), (255, 240, 190))
