"""Sea, lake, and the world under water."""

import math

from PIL import Image, ImageOps

from llamabot_images.sketch.canvas import gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.landscape import draw_ridge, hilly_ridge, mountain_land
from llamabot_images.sketch.plants import grass, palm
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import limb, oval, smooth, star, waves
from llamabot_images.sketch.sky import draw_sky, light_spot

__all__ = ["draw_waterline", "lake_land", "sea_land", "sea_sky", "underwater_back", "underwater_land"]


def sea_sky(scene: Scene) -> None:
    """Draw the sky down to the horizon of the sea."""
    draw_sky(scene, _horizon(scene))


def _horizon(scene: Scene) -> float:
    return scene.ground - (0.2 if scene.brief.beings else 0.28)


def _afloat(scene: Scene) -> bool:
    """Say whether the picture is out on the water, without a beach."""
    swims = any(noun.name in ("whale", "fish", "jellyfish") for noun in scene.brief.beings)
    return swims or scene.brief.has("boat") or (scene.brief.has("lighthouse") and not scene.brief.beings)


def _water(scene: Scene) -> tuple[RGB, RGB]:
    """Return the colour of the water far away and near."""
    sky = scene.palette.sky
    blue = (38, 118, 158)
    share = {"night": 0.12, "sunset": 0.16, "dawn": 0.35}.get(scene.palette.time, 0.5)
    return mix(mix(sky[1], sky[-1], 0.35), blue, share), darker(mix(sky[0], blue, share + 0.12), 0.25)


def sea_land(scene: Scene) -> None:
    """Draw the sea with glitter and waves, and a beach unless the picture is out on the water."""
    dice = scene.chance.stream("sea")
    image = scene.canvas.image
    top = round(image.height * _horizon(scene))
    far, near = _water(scene)
    image.paste(gradient((image.width, max(1, image.height - top)), (far, near)), (0, top))
    _islands(scene, dice)
    _glitter(scene, dice, _horizon(scene) * scene.height)
    _waves(scene, dice, _horizon(scene) * scene.height, near)
    if not _afloat(scene):
        _beach(scene, dice, near)


def _islands(scene: Scene, dice: Chance) -> None:
    low = _horizon(scene) * scene.height
    for _ in range(1 + round(scene.width * 0.7)):
        x, wide, tall = scene.width * dice.between(0, 1), dice.between(0.15, 0.34), dice.between(0.03, 0.09)
        fill = mix(scene.land(0.1), scene.palette.sky[-1], 0.45)
        hill = smooth(
            [
                (x - wide, low),
                (x - wide * 0.4, low - tall),
                (x, low - tall * 0.7),
                (x + wide * 0.5, low - tall * 0.9),
                (x + wide, low),
            ],
            closed=False,
        )
        scene.pen.poly(hill, fill)


def _glitter(scene: Scene, dice: Chance, top: float) -> None:
    """Draw the path of light under sun or moon."""
    x, deep = light_spot(scene, _horizon(scene))[0], scene.height - top
    for i in range(46):
        share = (i / 46) ** 1.2
        y, spread = top + 0.006 + deep * share, 0.05 + 0.16 * share
        half, px = dice.between(0.015, 0.06) * (0.4 + share), x + dice.between(-spread, spread)
        scene.pen.poly(
            limb([(px - half, y), (px + half, y)], (0.004 + 0.005 * share,) * 2),
            lighter(scene.palette.glow, 0.2),
            0.55 - 0.3 * share,
        )


def _waves(scene: Scene, dice: Chance, top: float, near: RGB) -> None:
    deep = scene.height - top
    for i in range(5):
        share = (i + 1) / 5.5
        y = top + deep * share**1.35
        line = waves(
            -0.1,
            scene.width + 0.1,
            y,
            [(0.006 + 0.01 * share, 0.16 + 0.2 * share, dice.between(0, 1)), (0.004, 0.6, dice.between(0, 1))],
        )
        body = [*line, (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)]
        scene.pen.poly(body, near, 0.22)
        crest = [*line, *((x, y + 0.004 + 0.006 * share) for x, y in reversed(line))]
        scene.pen.poly(crest, lighter(near, 0.5), 0.35)


def _beach(scene: Scene, dice: Chance, near: RGB) -> None:
    sand = mix(scene.toned((240, 212, 158)), scene.palette.sky[-1], 0.2)
    sand = mix(sand, scene.palette.ink, 0.4 if scene.night else 0.0)
    y = scene.floor - 0.055
    for lift, fill, alpha in ((-0.03, (255, 255, 255), 0.4), (-0.012, (255, 255, 255), 0.85)):
        foam = waves(
            -0.1, scene.width + 0.1, y + lift, [(0.012, 0.5, dice.between(0, 1)), (0.006, 0.17, dice.between(0, 1))]
        )
        scene.pen.poly(
            [*foam, (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)], mix(fill, near, 0.12), alpha
        )
    ridge = waves(
        -0.1, scene.width + 0.1, y + 0.016, [(0.012, 0.5, dice.between(0, 1)), (0.006, 0.21, dice.between(0, 1))]
    )
    draw_ridge(scene, ridge, sand)
    for _ in range(round(7 * scene.width)):
        x, py = scene.width * dice.between(0, 1), dice.between(scene.floor + 0.02, scene.height)
        if dice.sometimes(0.4):
            scene.pen.poly(star(x, py, 0.018, turn=dice.between(0, 70)), mix(sand, scene.palette.accent[0], 0.6))
        else:
            scene.pen.oval(x, py, 0.014, 0.009, mix(sand, scene.palette.paper, 0.6))
    if not scene.night or scene.brief.has("palm"):
        side = dice.pick((0.1, 0.9))
        scene.pen.oval(scene.width * side, scene.floor + 0.03, 0.08, 0.012, scene.palette.ink, 0.2)
        palm(
            scene.pen.at(scene.width * side, scene.floor + 0.03, min(0.6, 0.62 * scene.height), flip=side > 0.5),
            scene.toned((92, 160, 104)),
            dice,
        )


def draw_waterline(scene: Scene) -> None:
    """Draw a wave over the feet of whatever swims at the surface."""
    if scene.place != "sea" or not _afloat(scene):
        return
    _, near = _water(scene)
    dice = scene.chance.stream("waterline")
    for lift, alpha in ((-0.035, 0.6), (-0.005, 1.0)):
        line = waves(
            -0.1,
            scene.width + 0.1,
            scene.floor + lift,
            [(0.012, 0.22, dice.between(0, 1)), (0.006, 0.5, dice.between(0, 1))],
        )
        body = [*line, (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)]
        scene.pen.poly(body, lighter(near, 0.1), alpha)
        crest = [*line, *((x, y + 0.011) for x, y in reversed(line))]
        scene.pen.poly(crest, lighter(near, 0.7), 0.3 + 0.5 * (alpha == 1.0))


def lake_land(scene: Scene) -> None:
    """Draw mountains and their reflection in a still lake, and a shore in front."""
    mountain_land(scene)
    image = scene.canvas.image
    shore = round(image.height * (scene.ground - 0.06))
    deep = image.height - shore
    above = ImageOps.flip(image.crop((0, max(0, shore - deep), image.width, shore)))
    above = above.resize((image.width, deep), Image.Resampling.BILINEAR)
    tint = gradient((image.width, deep), (mix(scene.palette.sky[-1], _water(scene)[0], 0.5), _water(scene)[1]))
    image.paste(Image.blend(above, tint, 0.42), (0, shore))
    dice = scene.chance.stream("lake")
    for i in range(round(34 * scene.width)):
        share = dice.between(0, 1) ** 1.4
        y, half = shore / image.height * scene.height + 0.004 + share * 0.3, dice.between(0.02, 0.1) * (0.5 + share)
        x = scene.width * dice.between(0, 1)
        scene.pen.poly(
            limb([(x - half, y), (x + half, y)], (0.0025 + 0.003 * share,) * 2),
            scene.palette.paper,
            0.3 if i % 2 else 0.14,
        )
    front = hilly_ridge(scene, dice, scene.ground - 0.005, 0.012)
    draw_ridge(scene, front, scene.land(0.85))
    for _ in range(round(12 * scene.width)):
        x = scene.width * dice.between(0, 1)
        grass(
            scene.pen.at(x, scene.floor + 0.02, dice.between(0.04, 0.09)),
            mix(scene.land(0.6), scene.land(0.9), dice.between(0, 1)),
            dice,
        )


def underwater_back(scene: Scene) -> None:
    """Draw the light that falls into the water."""
    image = scene.canvas.image
    sky = scene.palette.sky
    blue: RGB = (22, 120, 150)
    stops = [mix(lighter(blue, 0.5), sky[-1], 0.3), mix(blue, sky[1], 0.25), darker(mix(blue, sky[0], 0.3), 0.5)]
    if scene.night:
        stops = [darker(stop, 0.45) for stop in stops]
    image.paste(gradient(image.size, stops), (0, 0))
    dice = scene.chance.stream("rays")
    for _ in range(round(6 * scene.width) + 1):
        x, wide = scene.width * dice.between(-0.1, 1), dice.between(0.04, 0.14)
        ray = [(x, -0.02), (x + wide, -0.02), (x + wide * 2 + 0.1, scene.height * 0.85), (x - 0.1, scene.height * 0.85)]
        scene.pen.shade(ray, (230, 255, 250), 0.2, (0.0, -1.0), 0.1, False)


def underwater_land(scene: Scene) -> None:
    """Draw rocks, corals, weed, sand and bubbles."""
    dice = scene.chance.stream("reef")
    deep = scene.canvas.image.getpixel((0, scene.canvas.image.height - 1))
    base: RGB = deep if isinstance(deep, tuple) and len(deep) == 3 else (10, 50, 80)
    for i in range(2):
        ridge = hilly_ridge(scene, dice, scene.ground - 0.16 + 0.08 * i, 0.06)
        draw_ridge(scene, ridge, mix(base, scene.land(0.5), 0.3 + 0.1 * i), 0.0)
    sand = mix(scene.toned((236, 208, 160)), base, 0.4)
    for i in range(round(9 * scene.width)):
        x = scene.width * dice.between(0, 1)
        if abs(x - scene.width / 2) > 0.3 * dice.between(0.4, 1.2):
            (_coral if i % 3 else _weed)(scene, dice, x, scene.floor + dice.between(-0.02, 0.03))
    draw_ridge(scene, hilly_ridge(scene, dice, scene.ground - 0.01, 0.014), sand)
    for _ in range(round(26 * scene.width * scene.height)):
        x, y, r = scene.width * dice.between(0, 1), scene.height * dice.between(0, 0.85), dice.between(0.004, 0.016)
        scene.pen.dot(x, y, r, (240, 255, 255), 0.25)
        scene.pen.dot(x - r * 0.3, y - r * 0.3, r * 0.35, (255, 255, 255), 0.8)


def _weed(scene: Scene, dice: Chance, x: float, y: float) -> None:
    tall = dice.between(0.2, 0.42)
    for i in range(3):
        sway = dice.between(-0.04, 0.04)
        path = [
            (x + i * 0.03, y),
            (x + i * 0.03 + sway, y - tall * 0.35),
            (x + i * 0.03 - sway, y - tall * 0.7),
            (x + i * 0.03 + sway, y - tall * dice.between(0.85, 1.0)),
        ]
        fill = mix(scene.toned((70, 150, 110)), scene.land(0.7), dice.between(0, 0.6))
        scene.pen.form(limb(path, (0.03, 0.034, 0.026, 0.006)), fill, darker(fill, 0.6), 0.4)


def _coral(scene: Scene, dice: Chance, x: float, y: float) -> None:
    fill = scene.toned(dice.pick((*scene.palette.accent, (240, 130, 150))))
    if dice.sometimes(0.4):
        size = dice.between(0.05, 0.1)
        scene.pen.form(oval(x, y, size, size * 0.8), fill, darker(fill, 0.6), 0.5)
        for i in range(7):
            scene.pen.dot(x + size * 0.6 * math.cos(i * 2.4), y - size * 0.1 * i, size * 0.1, lighter(fill, 0.25))
        return
    tall = dice.between(0.1, 0.2)
    for lean in (-0.5, -0.2, 0.12, 0.45):
        path = [(x, y), (x + lean * tall * 0.6, y - tall * 0.5), (x + lean * tall, y - tall * dice.between(0.75, 1.1))]
        scene.pen.form(limb(path, (0.03, 0.026, 0.03)), fill, darker(fill, 0.6), 0.35)
