"""Houses, towers and what else is built. Each stands on (0, 0) and is about 1 high."""

import math

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import limb, oval, ring_part, rounded_box, smooth, trace

__all__ = ["bridge", "campfire", "castle", "fence", "house", "lighthouse", "pumpkin", "tent", "windmill"]

_LIGHT: RGB = (255, 218, 128)


def _glass(scene: Scene) -> RGB:
    return _LIGHT if scene.palette.time in ("night", "sunset") else mix((150, 196, 214), scene.palette.sky[0], 0.4)


def _pane(scene: Scene, pen: Pen, x: float, y: float, wide: float, tall: float) -> None:
    glass = _glass(scene)
    if glass == _LIGHT:
        pen.glow(x, y, tall * 2.2, _LIGHT, 0.5)
    pen.poly(rounded_box(x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2, 0.01), (250, 244, 230))
    inner = 0.012
    pen.poly(
        [
            (x - wide / 2 + inner, y - tall / 2 + inner),
            (x + wide / 2 - inner, y - tall / 2 + inner),
            (x + wide / 2 - inner, y + tall / 2 - inner),
            (x - wide / 2 + inner, y + tall / 2 - inner),
        ],
        glass,
    )
    pen.line([(x, y - tall / 2), (x, y + tall / 2)], 0.01, (250, 244, 230))
    pen.line([(x - wide / 2, y), (x + wide / 2, y)], 0.01, (250, 244, 230))


def house(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a cottage with a smoking chimney."""
    wall = mix(scene.palette.paper, scene.palette.sky[0], 0.3 if scene.night else 0.06)
    for i, (x, y, r) in enumerate(((0.32, -1.08, 0.045), (0.38, -1.2, 0.06), (0.47, -1.33, 0.075))):
        pen.dot(x, y, r, mix(scene.palette.sky[-1], scene.palette.paper, 0.5), 0.75 - 0.2 * i)
    pen.form(rounded_box(0.24, -0.98, 0.36, -0.6, 0.01), darker(colour, 0.3), darker(colour, 0.7), 0.5)
    pen.form(trace("-0.46,-0.5 0.46,-0.5 0.46,0 -0.46,0"), wall, scene.shadow(wall), 0.5, (1.0, 0.5))
    pen.form(trace("-0.58,-0.46 -0.34,-0.9 0.34,-0.9 0.58,-0.46"), colour, darker(colour, 0.6), 0.5, (0.6, 1.0))
    for i in range(3):
        pen.line([(-0.36 - i * 0.055, -0.8 + i * 0.1), (0.36 + i * 0.055, -0.8 + i * 0.1)], 0.01, darker(colour, 0.22))
    door = mix(scene.palette.accent[2], scene.palette.ink, 0.25)
    pen.form([(-0.1, 0), *ring_part(0, -0.26, 0.1, 0.1, 180, 360, count=10), (0.1, 0)], door, darker(door, 0.6), 0.4)
    pen.dot(0.06, -0.16, 0.014, _LIGHT)
    for x in (-0.29, 0.29):
        _pane(scene, pen, x, -0.27, 0.16, 0.18)
        pen.poly(rounded_box(x - 0.11, -0.17, x + 0.11, -0.13, 0.01), darker(colour, 0.25))
        for dx in (-0.07, -0.02, 0.03, 0.08):
            pen.dot(x + dx, -0.185, 0.025, scene.palette.accent[0] if dx > 0 else lighter(scene.palette.accent[1], 0.2))


def lighthouse(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a striped lighthouse on a rock, shining when it is dark."""
    rock = mix(scene.land(0.7), (90, 86, 96), 0.5)
    pen.form(
        smooth(trace("-0.42,0.05 -0.3,-0.08 -0.08,-0.12 0.16,-0.1 0.34,-0.06 0.46,0.05")), rock, darker(rock, 0.6), 0.5
    )
    if scene.palette.time in ("night", "sunset"):
        for end in ((-1.6, -0.66), (1.6, -1.12)):
            low, high = (end[0], end[1] + 0.16), (end[0], end[1] - 0.16)
            pen.shade([(0, -0.86), high, low], _LIGHT, 0.6, (-1.0 if end[0] > 0 else 1.0, 0.0), 0.0, False)
        pen.glow(0, -0.86, 0.5, _LIGHT, 0.8)
    tower = trace("-0.16,-0.06 -0.105,-0.76 0.105,-0.76 0.16,-0.06")
    pen.poly(tower, (252, 247, 238))
    with pen.inside(tower) as inner:
        for y in (-0.14, -0.4, -0.66):
            inner.poly([(-0.2, y), (0.2, y), (0.2, y - 0.13), (-0.2, y - 0.13)], colour)
        inner.shade(tower, scene.palette.ink, 0.6, (1.0, 0.1), 0.4)
    pen.poly(rounded_box(-0.15, -0.79, 0.15, -0.755, 0.01), scene.palette.ink)
    pen.poly(trace("-0.08,-0.79 0.08,-0.79 0.08,-0.93 -0.08,-0.93"), _glass(scene))
    pen.line([(0, -0.79), (0, -0.93)], 0.012, scene.palette.ink)
    pen.form(smooth([(-0.11, -0.92), (0, -1.04), (0.11, -0.92)], steps=4), colour, darker(colour, 0.6), 0.5)
    pen.poly(
        [(-0.035, -0.06), *ring_part(0, -0.13, 0.035, 0.035, 180, 360, count=8), (0.035, -0.06)], darker(colour, 0.5)
    )


def castle(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a castle with pointed towers and flags."""
    stone = mix((226, 214, 204), scene.palette.sky[0], 0.35 if scene.night else 0.12)
    for x, tall, half in (
        (-0.2, 0.72, 0.1),
        (0.2, 0.8, 0.1),
        (0.0, 0.94, 0.12),
        (-0.42, 0.56, 0.11),
        (0.42, 0.56, 0.11),
    ):
        pen.form(
            [(x - half, 0), (x - half, -tall + 0.22), (x + half, -tall + 0.22), (x + half, 0)],
            stone,
            scene.shadow(stone),
            0.6,
            (1.0, 0.1),
        )
        pen.form(
            [(x - half * 1.25, -tall + 0.23), (x, -tall - 0.05), (x + half * 1.25, -tall + 0.23)],
            colour,
            darker(colour, 0.6),
            0.6,
            (1.0, 0.3),
        )
        pen.line([(x, -tall - 0.04), (x, -tall - 0.15)], 0.012, darker(stone, 0.5))
        pen.poly([(x, -tall - 0.15), (x + 0.1, -tall - 0.12), (x, -tall - 0.08)], scene.palette.accent[1])
        _slit(scene, pen, x, -tall + 0.36)
    pen.form(trace("-0.38,0 -0.38,-0.3 0.38,-0.3 0.38,0"), lighter(stone, 0.1), scene.shadow(stone), 0.5)
    for i in range(7):
        x = -0.36 + i * 0.112
        pen.poly([(x, -0.29), (x, -0.36), (x + 0.06, -0.36), (x + 0.06, -0.29)], lighter(stone, 0.1))
    pen.poly([(-0.1, 0), *ring_part(0, -0.13, 0.1, 0.1, 180, 360, count=12), (0.1, 0)], darker(stone, 0.65))


def _slit(scene: Scene, pen: Pen, x: float, y: float) -> None:
    glass = _glass(scene) if scene.palette.time in ("night", "sunset") else (92, 92, 112)
    pen.poly([(x - 0.022, y + 0.06), *ring_part(x, y, 0.022, 0.022, 180, 360, count=7), (x + 0.022, y + 0.06)], glass)


def windmill(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a windmill."""
    wall = mix(scene.palette.paper, scene.palette.sky[0], 0.3 if scene.night else 0.08)
    pen.form(trace("-0.22,0 -0.13,-0.62 0.13,-0.62 0.22,0"), wall, scene.shadow(wall), 0.55, (1.0, 0.2))
    pen.form(smooth([(-0.16, -0.6), (0, -0.84), (0.16, -0.6)], steps=5), colour, darker(colour, 0.6), 0.5)
    _slit(scene, pen, 0.0, -0.34)
    pen.poly([(-0.05, 0), *ring_part(0, -0.12, 0.05, 0.05, 180, 360, count=8), (0.05, 0)], darker(colour, 0.45))
    for turn in (18, 108, 198, 288):
        sail = pen.at(0, -0.64, turn=turn)
        sail.line([(0, 0), (0, -0.5)], 0.016, (104, 76, 60))
        sail.form(trace("0,-0.12 0.11,-0.12 0.11,-0.5 0,-0.5"), (250, 240, 220), darker(colour, 0.3), 0.3)
        for y in (-0.2, -0.3, -0.4):
            sail.line([(0, y), (0.11, y)], 0.007, (150, 116, 90))
    pen.dot(0, -0.64, 0.03, (104, 76, 60))


def tent(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a tent, lit from inside when it is dark."""
    pen.form([(-0.75, 0), (0.0, -0.95), (0.75, 0)], colour, darker(colour, 0.6), 0.5, (1.0, 0.3))
    inside = _LIGHT if scene.palette.time in ("night", "sunset") else darker(colour, 0.6)
    pen.poly([(-0.24, 0), (0.0, -0.95), (0.24, 0)], inside)
    pen.form([(-0.24, 0), (0.0, -0.95), (-0.06, 0)], lighter(colour, 0.2), darker(colour, 0.6), 0.4)
    pen.line([(0.0, -0.92), (0.03, -1.04)], 0.03, (104, 76, 60))
    if inside == _LIGHT:
        pen.glow(0.08, -0.25, 0.8, _LIGHT, 0.5)


def campfire(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a fire on three logs."""
    pen.glow(0, -0.4, 1.9, (255, 176, 84), 0.6)
    for turn in (-16, 14):
        pen.at(0, -0.06, turn=turn).form(limb([(-0.44, 0), (0.44, 0)], (0.14, 0.14)), (112, 74, 54), (40, 24, 24), 0.5)
    for half, tall, fill in ((0.34, 0.98, (238, 96, 52)), (0.24, 0.72, (250, 156, 62)), (0.13, 0.44, (255, 222, 120))):
        pen.poly(
            smooth(
                [
                    (-half, -0.18),
                    (-half * 0.8, -tall * 0.5),
                    (-half * 0.1, -tall * 0.66),
                    (half * 0.1, -tall),
                    (half * 0.5, -tall * 0.62),
                    (half * 0.95, -tall * 0.42),
                    (half, -0.16),
                    (0, -0.05),
                ]
            ),
            fill,
        )


def pumpkin(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a pumpkin with a carved face."""
    for x, rx in ((-0.3, 0.24), (0.3, 0.24), (-0.15, 0.26), (0.15, 0.26), (0, 0.24)):
        fill = darker(colour, 0.12 * abs(x) * 4)
        pen.form(oval(x, -0.4, rx, 0.4), fill, darker(fill, 0.6), 0.4)
    pen.curve([(0, -0.76), (0.02, -0.9), (0.1, -1.0)], 0.1, (92, 128, 70))
    lit = (255, 226, 120) if scene.palette.time in ("night", "sunset") else (74, 40, 30)
    for side in (-1, 1):
        pen.poly([(side * 0.28, -0.42), (side * 0.1, -0.42), (side * 0.19, -0.6)], lit)
    pen.poly(trace("-0.3,-0.3 -0.16,-0.24 -0.1,-0.3 0,-0.22 0.1,-0.3 0.16,-0.24 0.3,-0.3 0.18,-0.1 -0.18,-0.1"), lit)


def fence(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a picket fence, 4 wide."""
    for y in (-0.3, -0.68):
        pen.line([(-2.0, y), (2.0, y)], 0.1, darker(colour, 0.14))
    for i in range(13):
        x = -1.95 + i * 0.325
        pen.poly([(x - 0.08, 0), (x - 0.08, -0.86), (x, -1.0), (x + 0.08, -0.86), (x + 0.08, 0)], colour)


def bridge(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw an arched bridge, 3 wide."""
    deck = [(x / 10, -0.42 - 0.34 * math.cos(x / 15 * math.pi / 2)) for x in range(-15, 16)]
    under = [(x, y + 0.14 + 0.5 * abs(x) ** 2 * 0.12) for x, y in reversed(deck)]
    pen.form([*deck, *under], colour, darker(colour, 0.6), 0.5)
    for x, y in deck[::3]:
        pen.line([(x, y), (x, y - 0.24)], 0.04, darker(colour, 0.25))
    pen.line([(x, y - 0.24) for x, y in deck], 0.05, lighter(colour, 0.1))
