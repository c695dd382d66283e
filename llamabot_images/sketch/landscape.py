"""Open country: hills, mountains, winter, desert, and the back of a poster."""

from collections.abc import Sequence

from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.plants import BROADLEAF, bush, cactus, conifer
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import Point, oval, smooth, waves
from llamabot_images.sketch.sky import draw_sky

__all__ = [
    "desert_land", "draw_ridge", "hilly_ridge", "meadow_land", "mountain_land", "open_sky", "scatter", "winter_land",
]  # fmt: skip


def open_sky(scene: Scene) -> None:
    """Draw the sky of an open country."""
    draw_sky(scene, min(0.95, scene.ground + 0.02))


def hilly_ridge(scene: Scene, dice: Chance, y: float, rise: float) -> list[Point]:
    """Return a soft line of hills at the share *y* of the height."""
    parts = [
        (rise * dice.between(0.5, 1), dice.between(0.9, 1.7), dice.between(0, 1)),
        (rise * 0.4, dice.between(0.35, 0.7), dice.between(0, 1)),
    ]
    return waves(-0.05, scene.width + 0.05, y * scene.height, parts)


def draw_ridge(scene: Scene, ridge: Sequence[Point], fill: RGB, haze: float = 0.0) -> None:
    """Fill everything below *ridge*; *haze* fades its foot into the sky."""
    shape = [*ridge, (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)]
    scene.pen.poly(shape, fill)
    top = min(y for _, y in ridge)
    band = [*ridge, (scene.width + 0.1, top + 0.32), (-0.1, top + 0.32)]
    scene.pen.shade(band, lighter(fill, 0.35), 0.32, (-0.25, -1.0), 0.3)
    if haze:
        scene.pen.shade(band, scene.palette.sky[-1], haze, (0.0, 1.0), 0.2)
    else:
        scene.pen.shade(shape, darker(fill, 0.6), 0.4, (0.2, 1.0), 0.3)


def height_at(ridge: Sequence[Point], x: float) -> float:
    """Return how high *ridge* is at *x*."""
    place = (x - ridge[0][0]) / (ridge[-1][0] - ridge[0][0]) * (len(ridge) - 1)
    return ridge[min(max(int(place), 0), len(ridge) - 1)][1]


def scatter(
    scene: Scene, dice: Chance, ridge: Sequence[Point], many: float, size: tuple[float, float], fill: RGB
) -> None:
    """Plant trees along *ridge*, back ones first; *many* is per unit of width."""
    snowy = scene.place == "winter" or "snow" in scene.brief.weather
    kinds = (conifer,) if snowy or dice.sometimes(0.3) else (dice.pick(BROADLEAF), conifer, dice.pick(BROADLEAF))
    spots = sorted(
        (dice.between(0, 0.05), dice.between(-0.02, 1.02) * scene.width)
        for _ in range(int(min(many * scene.width, 160)))
    )
    for deep, x in spots:
        tree = dice.pick(kinds)
        shade = mix(fill, darker(fill, 0.5), dice.between(0.0, 0.45))
        tree(scene.pen.at(x, height_at(ridge, x) + deep + 0.012, dice.between(*size)), shade, dice, snowy)


def meadow_land(scene: Scene) -> None:
    """Draw layers of hills with trees, greener the nearer."""
    dice = scene.chance.stream("meadow")
    top = scene.ground - 0.3
    for i, depth in enumerate((0.0, 0.33, 0.62)):
        ridge = hilly_ridge(scene, dice, top + i * 0.1, 0.055 - 0.012 * i)
        if i:
            scatter(scene, dice, ridge, 5, (0.05 * i, 0.09 * i), scene.land(depth + 0.16))
        draw_ridge(scene, ridge, scene.land(depth), 0.5 - 0.18 * i)
    front = hilly_ridge(scene, dice, scene.ground - 0.045, 0.018)
    for _ in range(round(3 * scene.width)):
        x = dice.between(0, scene.width)
        bush(scene.pen.at(x, height_at(front, x) + 0.02, dice.between(0.03, 0.06)), scene.land(0.85), dice)
    draw_ridge(scene, front, scene.land(0.8))


def _peak(scene: Scene, dice: Chance, x: float, y: float, half: float, low: float, fill: RGB, snow: RGB | None) -> None:
    """Draw one mountain: lit on the left, in shade on the right, white on top."""
    steps = 7
    left = [
        (x - half * i / steps + dice.between(-0.012, 0.012), y + (low - y) * i / steps) for i in range(steps, 0, -1)
    ]
    right = [
        (x + half * i / steps + dice.between(-0.012, 0.012), y + (low - y) * i / steps) for i in range(1, steps + 1)
    ]
    middle = [
        (x + half * 0.22 * dice.between(-0.7, 1) * i / steps, y + (low - y) * i / steps) for i in range(1, steps + 1)
    ]
    body = [*left, (x, y), *right]
    scene.pen.poly(body, fill)
    scene.pen.poly([(x, y), *right, *reversed(middle)], mix(fill, scene.palette.ink, 0.3))
    if snow:
        cap = 0.3
        tips = [
            (x + half * cap * t, y + (low - y) * (cap + (0.07 if i % 2 else -0.06)))
            for i, t in enumerate((0.86, 0.5, 0.16, -0.2, -0.55, -0.86))
        ]
        scene.pen.poly([(x, y), *tips], snow)
        scene.pen.poly(
            [(x, y), *tips[:3], (x + half * 0.02, y + (low - y) * 0.2)], mix(snow, scene.palette.sky[0], 0.35)
        )
    scene.pen.shade(body, scene.palette.sky[-1], 0.75, (0.0, 1.0), 0.35)


def mountain_land(scene: Scene) -> None:
    """Draw two rows of mountains, then wooded hills."""
    dice = scene.chance.stream("mountains")
    snow = mix(scene.palette.paper, scene.palette.sky[-1], {"night": 0.5, "sunset": 0.35}.get(scene.palette.time, 0.1))
    low = (scene.ground - 0.05) * scene.height
    for row, (depth, tall, half) in enumerate(((0.0, 0.46, 0.5), (0.3, 0.32, 0.42))):
        count = max(2, round(scene.width / half * 0.9)) + 1
        for i in range(count):
            x = scene.width * (i + dice.between(0.05, 0.75) - 0.2) / (count - 0.6)
            y = low - tall * dice.between(0.62, 1.0) * min(scene.height, 1.3)
            _peak(
                scene,
                dice,
                x,
                y,
                half * dice.between(0.7, 1.1),
                low + 0.06,
                scene.land(depth),
                snow if row == 0 else None,
            )
    for i, depth in enumerate((0.55, 0.8)):
        ridge = hilly_ridge(scene, dice, scene.ground - 0.1 + 0.065 * i, 0.022)
        scatter(scene, dice, ridge, 13 - 4 * i, (0.06 + 0.03 * i, 0.12 + 0.04 * i), scene.land(depth + 0.1))
        draw_ridge(scene, ridge, scene.land(depth), 0.3 if i == 0 else 0.0)


def winter_land(scene: Scene) -> None:
    """Draw snowy hills with firs."""
    dice = scene.chance.stream("winter")
    share = {"night": 0.5, "sunset": 0.3}.get(scene.palette.time, 0.12)
    for i in range(4):
        white = mix((246, 249, 255), scene.palette.sky[0], share + 0.12 * (3 - i) / 3)
        ridge = hilly_ridge(scene, dice, scene.ground - 0.26 + 0.075 * i, 0.05 - 0.011 * i)
        trees = mix(scene.land(0.5 + 0.12 * i), scene.palette.sky[-1], 0.35 - 0.11 * i)
        if i < 3:
            scatter(scene, dice, ridge, 9 - 2 * i, (0.07 + 0.035 * i, 0.12 + 0.05 * i), trees)
        draw_ridge(scene, ridge, white, 0.25 if i < 3 else 0.0)


def desert_land(scene: Scene) -> None:
    """Draw dunes with a sharp edge between light and shade, and cacti."""
    dice = scene.chance.stream("desert")
    sand = mix((236, 178, 110), scene.palette.sky[-1], 0.25)
    sand = mix(sand, scene.palette.ink, 0.45 if scene.night else 0.0)
    for i in range(4):
        fill = mix(sand, scene.palette.accent[0], 0.06 + 0.1 * i)
        ridge = hilly_ridge(scene, dice, scene.ground - 0.2 + 0.07 * i, 0.014)
        if i == 1:
            _pyramids(scene, dice, sand)
        for k in range(round(1.5 * scene.width) + 1) if i < 3 else ():
            x = scene.width * (k + dice.between(0.0, 1.0)) / (1.5 * scene.width + 1)
            _dune(scene, dice, x, height_at(ridge, x) + 0.03, dice.between(0.3, 0.6), fill)
        draw_ridge(scene, ridge, fill, 0.35 if i < 2 else 0.0)
        if i in (1, 2):
            for _ in range(round(1.4 * scene.width) + 1):
                x = scene.width * dice.between(0.03, 0.97)
                green = scene.toned((96, 150, 104))
                cactus(scene.pen.at(x, height_at(ridge, x) + 0.03, dice.between(0.08, 0.1) * (i + 0.6)), green, dice)


def _dune(scene: Scene, dice: Chance, x: float, y: float, half: float, fill: RGB) -> None:
    """Draw a dune: a long slope in the light, a short one in the shade."""
    tall, top = half * dice.between(0.3, 0.46), x + half * dice.between(0.0, 0.2)
    slope = smooth([(x - half, y), (x - half * 0.45, y - tall * 0.34), (top - 0.03, y - tall * 0.93)], closed=False)
    lee = smooth([(top, y - tall), (top + half * 0.3, y - tall * 0.62), (x + half * 1.1, y)], closed=False)
    edge = smooth(
        [
            (top, y - tall),
            (top + half * 0.02, y - tall * 0.6),
            (top - half * 0.16, y - tall * 0.3),
            (top + half * 0.1, y),
        ],
        closed=False,
    )
    scene.pen.form([*slope, *lee], lighter(fill, 0.1), scene.palette.sky[-1], 0.3, (0.0, 1.0))
    scene.pen.form([*edge, *reversed(lee)], mix(fill, scene.palette.ink, 0.26), fill, 0.8, (0.2, 1.0))


def _pyramids(scene: Scene, dice: Chance, sand: RGB) -> None:
    if not dice.sometimes(0.6):
        return
    x, low = scene.width * dice.pick((0.24, 0.76)), (scene.ground - 0.1) * scene.height
    for dx, tall in ((0.0, 0.2), (0.2, 0.13)):
        fill = mix(sand, scene.palette.accent[0], 0.2)
        scene.pen.poly([(x + dx - tall, low), (x + dx, low - tall), (x + dx + tall, low)], fill)
        scene.pen.poly(
            [(x + dx, low - tall), (x + dx + tall, low), (x + dx + tall * 0.2, low)], mix(fill, scene.palette.ink, 0.32)
        )


def poster_back(scene: Scene) -> None:
    """Draw a plain ground with a large disc behind the figure."""
    image = scene.canvas.image
    plain = mix(scene.palette.sky[1], scene.palette.paper, 0.25 if not scene.night else 0.0)
    image.paste(plain, (0, 0, image.width, image.height))
    dice = scene.chance.stream("poster")
    x, y = scene.width / 2, scene.floor - 0.36 * min(1.0, scene.height)
    disc = oval(x, y, 0.42, 0.42, count=96)
    fill = mix(dice.pick(scene.palette.accent), plain, 0.25)
    scene.pen.form(disc, fill, lighter(fill, 0.6), 0.5, (0.0, 1.0))
    for _ in range(round(16 * scene.width * scene.height)):
        px, py = dice.between(0, scene.width), dice.between(0, scene.height)
        if (px - x) ** 2 + (py - y) ** 2 > 0.22:
            scene.pen.dot(px, py, dice.between(0.004, 0.011), dice.pick((fill, scene.palette.paper, scene.land(0.3))))


def poster_land(scene: Scene) -> None:
    """Draw the ground and the leaves of a poster."""
    dice = scene.chance.stream("poster land")
    ridge = hilly_ridge(scene, dice, scene.ground - 0.03, 0.012)
    draw_ridge(scene, ridge, scene.land(0.45))
