"""Things that travel. Each stands on (0, 0) and is about 1 high."""

import math

from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import limb, oval, rounded_box, smooth, trace

__all__ = ["bicycle", "boat", "car", "hot_air_balloon", "rocket", "train"]


def boat(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a sailing boat."""
    wood = (134, 88, 62)
    pen.line([(0.02, -0.14), (0.02, -1.0)], 0.022, wood)
    main = smooth(trace("0.05,-0.98 0.28,-0.66 0.44,-0.26 0.05,-0.24"), steps=5)
    pen.form([(0.05, -0.98), *main[5:16], (0.05, -0.24)], scene.palette.paper, scene.palette.sky[0], 0.5, (1.0, 0.6))
    pen.form(
        [(-0.01, -0.9), (-0.34, -0.26), (-0.01, -0.24)],
        mix(colour, scene.palette.paper, 0.15),
        darker(colour, 0.5),
        0.4,
        (-0.6, 1.0),
    )
    pen.poly([(0.02, -1.0), (0.16, -1.03), (0.02, -1.08)], scene.palette.accent[1])
    hull = smooth(trace("-0.5,-0.18 -0.42,-0.04 -0.26,0.05 0.3,0.05 0.44,-0.04 0.54,-0.2"), closed=False)
    pen.form(hull, colour, darker(colour, 0.7), 0.5)
    pen.poly(trace("-0.51,-0.2 0.55,-0.22 0.53,-0.15 -0.49,-0.14"), lighter(colour, 0.75))


def hot_air_balloon(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a striped hot-air balloon; its basket hangs at (0, 0)."""
    skin = smooth(trace("0,-1.05 0.3,-0.96 0.4,-0.7 0.28,-0.42 0.09,-0.2 -0.09,-0.2 -0.28,-0.42 -0.4,-0.7 -0.3,-0.96"))
    for x in (-0.08, 0.08):
        pen.line([(x, -0.2), (x * 0.75, -0.08)], 0.008, (92, 70, 60))
    pen.poly(skin, colour)
    with pen.inside(skin) as inner:
        for i, half in enumerate((0.31, 0.2, 0.07)):
            fill = lighter(colour, 0.7) if i % 2 == 0 else colour
            inner.poly(
                smooth([(0, -1.1), (half, -0.7), (half * 0.4, -0.15), (-half * 0.4, -0.15), (-half, -0.7)]), fill
            )
        inner.line([(-0.5, -0.62), (0.5, -0.62)], 0.06, scene.palette.accent[1])
        inner.shade(skin, scene.palette.ink, 0.5, (1.0, 0.5), 0.4)
        inner.shade(skin, (255, 255, 255), 0.35, (-1.0, -0.6), 0.5)
    pen.form(rounded_box(-0.075, -0.09, 0.075, 0.03, 0.02), (164, 112, 72), (70, 44, 36), 0.5)


def rocket(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a rocket that takes off."""
    for half, tall, fill in ((0.13, 0.34, (250, 140, 60)), (0.075, 0.22, (255, 226, 130))):
        pen.poly(
            smooth([(-half, -0.2), (-half * 0.7, -0.02), (0, tall - 0.14), (half * 0.7, -0.02), (half, -0.2)]), fill
        )
    pen.glow(0, 0.0, 0.5, (255, 190, 90), 0.6)
    for side in (-1, 1):
        pen.form(
            smooth([(side * 0.13, -0.48), (side * 0.3, -0.28), (side * 0.3, -0.1), (side * 0.13, -0.22)], steps=4),
            colour,
            darker(colour, 0.6),
            0.5,
        )
    body = smooth(trace("0,-1.1 0.14,-0.84 0.18,-0.52 0.12,-0.18 -0.12,-0.18 -0.18,-0.52 -0.14,-0.84"))
    pen.poly(body, (248, 246, 242))
    with pen.inside(body) as hull:
        hull.poly(trace("-0.3,-0.84 0.3,-0.84 0.3,-1.2 -0.3,-1.2"), colour)
        hull.poly(trace("-0.3,-0.25 0.3,-0.25 0.3,-0.1 -0.3,-0.1"), colour)
        hull.shade(body, scene.palette.ink, 0.55, (1.0, 0.2), 0.4)
    pen.dot(0, -0.62, 0.088, darker(colour, 0.2))
    pen.dot(0, -0.62, 0.064, (132, 200, 226))
    pen.dot(-0.02, -0.64, 0.018, (255, 255, 255))


def car(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a small car."""
    glass = mix((186, 220, 232), scene.palette.sky[0], 0.3)
    pen.form(smooth(trace("-0.62,-0.5 -0.44,-0.86 0,-0.95 0.38,-0.84 0.56,-0.5")), colour, darker(colour, 0.5), 0.3)
    for pane in (
        trace("-0.46,-0.53 -0.35,-0.8 -0.03,-0.85 -0.03,-0.53"),
        trace("0.05,-0.53 0.05,-0.85 0.3,-0.79 0.43,-0.53"),
    ):
        pen.form(pane, glass, (255, 255, 255), 0.5, (-0.5, -1.0))
    body = smooth(trace("-0.92,-0.5 -0.6,-0.57 0.6,-0.57 0.9,-0.46 0.96,-0.24 0.86,-0.15 -0.88,-0.15 -0.97,-0.28"))
    pen.form(body, colour, darker(colour, 0.6), 0.5)
    pen.line([(-0.9, -0.31), (0.9, -0.31)], 0.02, lighter(colour, 0.5))
    pen.dot(0.86, -0.37, 0.065, (255, 236, 170))
    if scene.palette.time in ("night", "sunset"):
        pen.glow(0.95, -0.36, 0.6, (255, 230, 160), 0.6)
    for x in (-0.55, 0.55):
        pen.dot(x, -0.14, 0.2, (44, 42, 52))
        pen.dot(x, -0.14, 0.1, (206, 208, 214))


def bicycle(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a bicycle with a basket of flowers."""
    iron = mix(scene.palette.ink, (60, 56, 66), 0.5)
    for x in (-0.52, 0.52):
        rim = oval(x, -0.34, 0.34, 0.34, count=48)
        pen.line([*rim, rim[0]], 0.04, iron)
        for i in range(8):
            angle = math.pi * i / 8
            pen.line(
                [
                    (x - 0.33 * math.cos(angle), -0.34 - 0.33 * math.sin(angle)),
                    (x + 0.33 * math.cos(angle), -0.34 + 0.33 * math.sin(angle)),
                ],
                0.006,
                lighter(iron, 0.45),
            )
    frame = trace("-0.52,-0.34 -0.2,-0.76 0.34,-0.76 -0.04,-0.34 -0.52,-0.34")
    pen.line(frame, 0.045, colour)
    pen.line([(-0.04, -0.34), (-0.23, -0.84)], 0.045, colour)
    pen.line([(0.52, -0.34), (0.32, -0.92), (0.2, -0.96)], 0.045, colour)
    pen.poly(limb([(-0.34, -0.86), (-0.12, -0.86)], (0.075, 0.05)), iron)
    pen.form(trace("0.36,-0.86 0.68,-0.86 0.62,-0.64 0.4,-0.64"), (190, 138, 90), (90, 60, 44), 0.4)
    for i, x in enumerate((0.4, 0.48, 0.56, 0.64)):
        pen.dot(x, -0.9 - 0.03 * (i % 2), 0.06, scene.palette.accent[i % 3])


def train(scene: Scene, pen: Pen, colour: RGB) -> None:
    """Draw a small steam engine with a carriage."""
    iron = mix(scene.palette.ink, (60, 56, 66), 0.5)
    for x, y, r in ((0.78, -1.05, 0.08), (0.66, -1.2, 0.11), (0.46, -1.36, 0.15)):
        pen.dot(x, y, r, mix(scene.palette.sky[-1], scene.palette.paper, 0.6), 0.85)
    pen.line([(-2.4, 0.0), (2.4, 0.0)], 0.04, lighter(iron, 0.2))
    pen.form(rounded_box(0.2, -0.6, 1.0, -0.16, 0.16), colour, darker(colour, 0.6), 0.5)
    pen.poly(trace("0.7,-0.58 0.68,-0.9 0.9,-0.9 0.86,-0.58"), iron)
    pen.form(rounded_box(-0.2, -0.85, 0.3, -0.16, 0.04), darker(colour, 0.14), darker(colour, 0.6), 0.4)
    pen.poly(rounded_box(-0.28, -0.92, 0.38, -0.82, 0.04), iron)
    pen.form(rounded_box(-1.45, -0.72, -0.36, -0.16, 0.06), scene.palette.accent[2], scene.palette.ink, 0.4)
    glass = (255, 224, 140) if scene.palette.time in ("night", "sunset") else (206, 230, 236)
    for left in (-0.1, -0.62, -0.93, -1.24):
        pen.poly(rounded_box(left - 0.08, -0.62, left + 0.16, -0.4, 0.03), glass)
    for x in (-1.25, -1.0, -0.6, -0.02, 0.3, 0.58, 0.86):
        pen.dot(x, -0.1, 0.12, iron)
        pen.dot(x, -0.1, 0.05, (214, 206, 190))
