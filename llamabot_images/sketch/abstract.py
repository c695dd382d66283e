"""Compositions of shapes, for prompts that name nothing that could be drawn."""

import math
from collections.abc import Callable

from llamabot_images.sketch.canvas import Pen, gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import Point, limb, oval, ring_part, smooth, star, trace, waves

__all__ = ["abstract_back", "abstract_shapes"]


def abstract_back(scene: Scene) -> None:
    """Fill the picture with a quiet ground."""
    image, sky = scene.canvas.image, scene.palette.sky
    ground = (sky[-1], mix(sky[-1], sky[1], 0.35)) if not scene.night else (sky[0], mix(sky[0], sky[1], 0.6))
    image.paste(gradient(image.size, ground), (0, 0))


def abstract_shapes(scene: Scene) -> None:
    """Draw one of the families of compositions."""
    dice = scene.chance.stream("abstract")
    dice.pick(_FAMILIES)(scene, dice)


def _colours(scene: Scene) -> tuple[RGB, ...]:
    return (*scene.palette.accent, *scene.palette.land, scene.palette.sky[0], scene.palette.paper)


def _bubbles(scene: Scene, dice: Chance) -> None:
    """Pack circles that do not touch, each drawn in its own way."""
    placed: list[tuple[float, float, float]] = []
    for attempt in range(420):
        x, y = scene.width * dice.between(-0.02, 1.02), scene.height * dice.between(-0.02, 1.02)
        room = min((math.hypot(x - px, y - py) - r for px, py, r in placed), default=1.0) - 0.008
        radius = min(room, 0.2 if attempt < 12 else 0.1)
        if radius > 0.014:
            placed.append((x, y, radius))
    for x, y, radius in placed:
        _bubble(scene, dice, x, y, radius)


def _bubble(scene: Scene, dice: Chance, x: float, y: float, radius: float) -> None:
    fill, other = dice.pick(_colours(scene)), dice.pick(_colours(scene))
    disc, kind = oval(x, y, radius, radius, count=64), dice.below(5)
    scene.pen.form(disc, fill, darker(fill, 0.5), 0.5, (dice.between(-1, 1), 1.0))
    if kind == 0:
        for share in (0.78, 0.56, 0.32):
            scene.pen.dot(x, y, radius * share, other if share != 0.56 else fill)
    if kind == 1:
        with scene.pen.inside(disc) as inner:
            inner.at(x, y, radius, turn=dice.between(0, 180)).poly(trace("-1,0 1,0 1,1 -1,1"), other)
    if kind == 2:
        with scene.pen.inside(disc) as inner:
            at = inner.at(x, y, radius, turn=dice.between(0, 180))
            for i in range(-3, 4):
                at.line([(-1, i * 0.3), (1, i * 0.3)], 0.1, other)
    if kind == 3:
        scene.pen.dot(x, y, radius * 0.2, other)


def _ribbons(scene: Scene, dice: Chance) -> None:
    """Let wavy bands flow across the picture."""
    bands = round(9 * max(1.0, scene.height))
    phase, lean = dice.between(0, 1), dice.between(-0.25, 0.25)
    colours = dice.mixed(_colours(scene))
    for i in range(bands):
        y = scene.height * (i + 0.2) / bands
        parts = [(0.07, 1.1, phase + i * 0.045), (0.03, 0.53, phase * 2 - i * 0.07)]
        line = [(x, py + lean * (x - scene.width / 2)) for x, py in waves(-0.1, scene.width + 0.1, y, parts)]
        fill = colours[i % len(colours)]
        shape = [*line, (scene.width + 0.2, scene.height + 0.4), (-0.2, scene.height + 0.4)]
        shadow = [(x, py - 0.014) for x, py in line]
        scene.pen.poly([*shadow, *reversed(line)], scene.palette.ink, 0.16)
        scene.pen.poly(shape, fill)
        scene.pen.shade([*line, *((x, py + 0.2) for x, py in reversed(line))], darker(fill, 0.6), 0.5, (0.1, 1.0), 0.1)
        if i % 3 == 1:
            for share in (0.03, 0.05):
                scene.pen.line([(x, py + share) for x, py in line], 0.003, lighter(fill, 0.4))


def _facets(scene: Scene, dice: Chance) -> None:
    """Fold the picture from triangles, lit from above."""
    step = 0.13
    across, down = int(scene.width / step) + 3, int(scene.height / step) + 3
    points = {
        (i, j): ((i - 1 + dice.between(-0.36, 0.36)) * step, (j - 1 + dice.between(-0.36, 0.36)) * step)
        for j in range(down)
        for i in range(across)
    }
    ramp = (*scene.palette.sky, *scene.palette.land)
    lean = dice.between(-0.4, 0.4)
    for j in range(down - 1):
        for i in range(across - 1):
            a, b, c, d = points[i, j], points[i + 1, j], points[i + 1, j + 1], points[i, j + 1]
            for corners in ((a, b, d), (b, c, d)):
                y = sum(p[1] for p in corners) / 3 + lean * sum(p[0] for p in corners) / 3
                share = min(max(y / scene.height, 0.0), 0.999) * (len(ramp) - 1)
                fill = mix(ramp[int(share)], ramp[int(share) + 1], share - int(share))
                fill = scene.palette.accent[dice.below(3)] if dice.sometimes(0.05) else fill
                scene.pen.poly(
                    corners, mix(fill, dice.pick((scene.palette.paper, scene.palette.ink)), dice.between(0.0, 0.2))
                )


def _mid_century(scene: Scene, dice: Chance) -> None:
    """Fill a grid of tiles with quarter circles, leaves, suns and steps."""
    side = 1.0 / dice.pick((4, 5))
    across, down = math.ceil(scene.width / side), math.ceil(scene.height / side)
    left, top = (scene.width - across * side) / 2, (scene.height - down * side) / 2
    for j in range(down):
        for i in range(across):
            at = scene.pen.at(left + (i + 0.5) * side, top + (j + 0.5) * side, side, turn=90 * dice.below(4))
            ground, fill = dice.mixed(_colours(scene))[:2]
            at.poly(trace("-0.502,-0.502 0.502,-0.502 0.502,0.502 -0.502,0.502"), ground)
            with at.inside(trace("-0.5,-0.5 0.5,-0.5 0.5,0.5 -0.5,0.5")) as tile:
                _tile(tile.poly, dice.below(7), fill, dice.pick(scene.palette.accent))
                tile.shade(trace("-0.5,-0.5 0.5,-0.5 0.5,0.5 -0.5,0.5"), darker(ground, 0.6), 0.22)


def _tile(poly: Callable[[list[Point], RGB], None], kind: int, fill: RGB, other: RGB) -> None:
    if kind == 0:
        poly(oval(-0.5, -0.5, 1.0, 1.0, count=60), fill)
        poly(oval(-0.5, -0.5, 0.5, 0.5, count=40), other)
    elif kind == 1:
        poly(oval(0, 0, 0.4, 0.4), fill)
        poly(oval(0, 0, 0.18, 0.18), other)
    elif kind == 2:
        poly(limb([(-0.46, 0.46), (0, 0), (0.46, -0.46)], (0.02, 0.52, 0.02)), fill)
    elif kind == 3:
        poly([(-0.5, 0.5), (0.5, 0.5), (0.5, -0.5)], fill)
    elif kind == 4:
        poly(star(0, 0, 0.44, inner=0.34, tips=8), fill)
    elif kind == 5:
        for y in (-0.4, -0.13, 0.14):
            poly([(-0.5, y), (0.5, y), (0.5, y + 0.13), (-0.5, y + 0.13)], fill)
    else:
        for x in (-0.5, 0.0):
            poly(ring_part(x + 0.25, 0.5, 0.25, 0.5, 180, 360, count=24), fill if x else other)


def _arcs(scene: Scene, dice: Chance) -> None:
    """Let rainbows of concentric arcs overlap like scales."""
    radius = dice.between(0.16, 0.21)
    rings, colours = 5, dice.mixed(_colours(scene))
    rows, across = int(scene.height / (radius * 0.55)) + 3, int(scene.width / (radius * 2)) + 3
    for j in range(rows):
        for i in range(-1, across):
            x, y = i * radius * 2 + (j % 2) * radius, j * radius * 0.55
            shift = dice.below(len(colours))
            for ring in range(rings):
                share = 1 - ring / rings
                fill = colours[(ring + shift) % len(colours)]
                scene.pen.dot(x, y, radius * share, fill)
            scene.pen.shade(oval(x, y, radius, radius), scene.palette.ink, 0.3, (0.2, 1.0), 0.3)


def _still_suns(scene: Scene, dice: Chance) -> None:
    """Balance a sun, arches and pebbles as on a screen print."""
    wide, high = scene.width, scene.height
    colours = dice.mixed((*scene.palette.accent, *scene.palette.land[:3]))
    sun = min(0.27, 0.3 * wide)
    x = wide * dice.between(0.34, 0.66)
    disc = oval(x, high * 0.36, sun, sun, count=90)
    scene.pen.form(disc, colours[0], lighter(colours[0], 0.5), 0.5, (0.1, 1.0))
    for i in range(round(5 * max(1.0, wide))):
        px, half = wide * dice.between(0.0, 1.0), dice.between(0.07, 0.15)
        tall = dice.between(0.22, 0.5) * high
        arch = [
            (px - half, high + 0.1),
            (px - half, high - tall),
            *ring_part(px, high - tall, half, half, 180, 360, count=30),
            (px + half, high + 0.1),
        ]
        fill = colours[(i + 1) % len(colours)]
        scene.pen.form(arch, fill, darker(fill, 0.55), 0.5, (0.9, 0.5))
        if dice.sometimes(0.5):
            scene.pen.form([(p[0] * 0.55 + px * 0.45, p[1] + half * 0.5) for p in arch], lighter(fill, 0.25), fill, 0.5)
    y = high - 0.05
    for i in range(round(5 * wide) + 2):
        px, rx = wide * dice.between(0, 1), dice.between(0.05, 0.13)
        pebble = smooth(
            [
                (px - rx, y),
                (px - rx * 0.4, y - rx * 0.7),
                (px + rx * 0.6, y - rx * 0.55),
                (px + rx, y),
                (px, y + rx * 0.3),
            ]
        )
        scene.pen.form(pebble, colours[i % len(colours)], scene.palette.ink, 0.35)
    for i in range(5):
        for j in range(5):
            scene.pen.dot(
                wide * 0.06 + i * 0.03, high * 0.07 + j * 0.03, 0.006, mix(scene.palette.ink, colours[0], 0.3)
            )


def _herbarium(scene: Scene, dice: Chance) -> None:
    """Strew sprigs, flowers and berries over the picture, as on a printed cloth."""
    step = 0.185
    inks = dice.mixed((*scene.palette.accent, *scene.palette.land[1:]))[:4]
    for j in range(-1, int(scene.height / (step * 0.86)) + 2):
        for i in range(-1, int(scene.width / step) + 2):
            x, y = (i + 0.5 * (j % 2) + dice.between(-0.1, 0.1)) * step, (j + dice.between(-0.1, 0.1)) * step * 0.86
            at = scene.pen.at(x, y, step * dice.between(0.4, 0.5), turn=dice.between(-40, 40) + 180 * dice.below(2))
            dice.pick((_sprig, _sprig, _blossom, _berries))(at, dice.pick(inks), dice.pick(inks))


def _sprig(pen: Pen, fill: RGB, other: RGB) -> None:
    for i in range(4):
        y, long = 0.72 - i * 0.42, 0.62 - i * 0.09
        for side in (-1, 1):
            leaf = limb([(0, y), (side * long * 0.55, y - 0.26), (side * long, y - 0.3)], (0.03, 0.26, 0.02))
            pen.form(leaf, fill if side < 0 else lighter(fill, 0.14), darker(fill, 0.5), 0.3)
    pen.curve([(0, 1.0), (0.03, 0.2), (0, -0.75)], 0.05, darker(fill, 0.2))
    pen.poly(limb([(0, -0.62), (0.02, -0.85), (0, -1.05)], (0.03, 0.2, 0.02)), lighter(fill, 0.14))


def _blossom(pen: Pen, fill: RGB, other: RGB) -> None:
    for turn in range(0, 360, 60):
        pen.at(0, 0, turn=turn).form(oval(0, -0.44, 0.24, 0.36), fill, darker(fill, 0.4), 0.4, (0.0, 1.0))
    pen.dot(0, 0, 0.26, lighter(other, 0.4))
    pen.dot(0, 0, 0.13, other)


def _berries(pen: Pen, fill: RGB, other: RGB) -> None:
    for x, y in ((-0.42, -0.3), (0.0, -0.62), (0.42, -0.28)):
        pen.curve([(0, 0.7), (x * 0.5, 0.1), (x, y)], 0.05, darker(other, 0.25))
        pen.form(oval(x, y, 0.21, 0.21), fill, darker(fill, 0.5), 0.5)
        pen.dot(x - 0.07, y - 0.08, 0.05, lighter(fill, 0.6))


_FAMILIES: tuple[Callable[[Scene, Chance], None], ...] = (
    _bubbles, _ribbons, _facets, _mid_century, _arcs, _still_suns, _herbarium,
)  # fmt: skip
