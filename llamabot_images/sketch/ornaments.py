"""What may hang in a sky: rainbow, northern lights, planets, birds, fireworks."""

import math
from collections.abc import Callable

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import lighter, mix, rgb
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import Point, limb, oval, ring_part

__all__ = ["ORNAMENTS", "draw_planet"]


def _draw_aurora(scene: Scene, dice: Chance, horizon: float) -> None:
    for band, fill in enumerate(((96, 230, 170), (110, 200, 230), (170, 120, 220))):
        base, phase = scene.height * horizon * (0.3 + 0.17 * band), dice.between(0, 6)
        count = int(70 * scene.width)
        for i in range(count):
            x = scene.width * i / count
            y = base + 0.07 * math.sin(x * 4.2 + phase) + 0.03 * math.sin(x * 9 + phase * 2)
            tall = 0.16 + 0.1 * math.sin(x * 7 + phase) + 0.05 * math.sin(x * 31)
            for part, alpha in ((1.0, 0.05), (0.66, 0.07), (0.33, 0.1)):
                scene.pen.poly(
                    [(x, y), (x + 0.026, y), (x + 0.03, y - tall * part), (x + 0.008, y - tall * part)], fill, alpha
                )


def _draw_rainbow(scene: Scene, dice: Chance, horizon: float) -> None:
    colours = ("e4585a", "f39a4b", "f7d65c", "7cc47f", "5aa6dc", "8a74c9")
    reach = min(scene.width * 0.56, scene.height * horizon * 0.92)
    x, y = scene.width / 2, scene.height * horizon * 1.04
    for i, text in enumerate(colours):
        outer = reach - i * 0.026
        band = ring_part(x, y, outer, outer, 180, 360, count=70) + list(
            reversed(ring_part(x, y, outer - 0.027, outer - 0.027, 180, 360, count=70))
        )
        scene.pen.poly(band, rgb(text), 0.62)


def draw_planet(scene: Scene, x: float, y: float, radius: float, dice: Chance, *, ring: bool = True) -> None:
    """Draw a striped planet, with a ring when wanted."""
    pen, fill = scene.pen.at(x, y, radius, turn=-18), dice.pick(scene.palette.accent)
    pen.glow(0, 0, 2.2, fill, 0.4)
    disc = oval(0, 0, 1, 1, count=72)
    band: list[Point] = ring_part(0, 0, 1.75, 0.42, 180, 360, count=40) + list(
        reversed(ring_part(0, 0, 1.32, 0.28, 180, 360, count=40))
    )
    if ring:
        pen.poly(band, lighter(fill, 0.45))
    pen.poly(disc, fill)
    with pen.inside(disc) as ball:
        for i in range(5):
            level = -0.7 + i * 0.34
            ball.poly(
                limb([(-1.1, level), (0, level + 0.12), (1.1, level)], (0.1, 0.16, 0.1)),
                lighter(fill, 0.1 + 0.12 * (i % 2)),
            )
        ball.shade(disc, scene.palette.ink, 0.75, (0.8, 0.8))
    if ring:
        pen.poly([(x, -y) for x, y in band], lighter(fill, 0.6))


def _draw_fireworks(scene: Scene, dice: Chance, horizon: float) -> None:
    for i in range(round(3 + 2 * scene.width)):
        x, y = scene.width * dice.between(0.1, 0.9), scene.height * horizon * dice.between(0.15, 0.55)
        fill = (*scene.palette.accent, scene.palette.glow)[i % 4]
        reach = dice.between(0.08, 0.17)
        scene.pen.glow(x, y, reach * 2, fill, 0.45)
        for ray in range(16):
            angle = 2 * math.pi * ray / 16
            cos, sin = math.cos(angle), math.sin(angle)
            for share in (0.35, 0.6, 0.82, 1.0):
                drop = 0.02 * share * share
                scene.pen.dot(
                    x + cos * reach * share,
                    y + sin * reach * share + drop,
                    0.003 + 0.004 * share,
                    lighter(fill, 0.5 * share),
                )


def _draw_birds(scene: Scene, dice: Chance, horizon: float) -> None:
    x0, y0 = scene.width * dice.between(0.15, 0.7), scene.height * horizon * dice.between(0.15, 0.4)
    fill = mix(scene.palette.ink, scene.palette.sky[1], 0.35)
    for i in range(5):
        x, y, s = x0 + 0.06 * i + dice.between(-0.02, 0.02), y0 + 0.03 * (i % 3), dice.between(0.012, 0.022)
        scene.pen.curve(
            [
                (x - s, y - s * 0.5),
                (x - s * 0.4, y - s * 0.6),
                (x, y),
                (x + s * 0.4, y - s * 0.6),
                (x + s, y - s * 0.5),
            ],
            0.005,
            fill,
        )


def _far_planet(scene: Scene, dice: Chance, horizon: float) -> None:
    draw_planet(scene, scene.width * 0.8, scene.height * horizon * 0.26, 0.13, dice)


ORNAMENTS: dict[str, Callable[[Scene, Chance, float], None]] = {
    "aurora": _draw_aurora,
    "rainbow": _draw_rainbow,
    "planet": _far_planet,
    "fireworks": _draw_fireworks,
    "birds": _draw_birds,
}
