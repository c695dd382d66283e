"""Outer space, with the ground of a small planet below."""

from llamabot_images.sketch.canvas import gradient
from llamabot_images.sketch.colours import darker, lighter, mix
from llamabot_images.sketch.ornaments import draw_planet
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import oval
from llamabot_images.sketch.sky import draw_stars

__all__ = ["space_back", "space_land"]


def space_back(scene: Scene) -> None:
    """Draw the dark, coloured clouds of gas, stars and planets."""
    image = scene.canvas.image
    sky = scene.palette.sky
    deep = [darker(c, 0.72 if scene.palette.time == "day" else 0.45) for c in (sky[0], mix(sky[0], sky[1], 0.5))]
    image.paste(gradient(image.size, (darker(deep[0], 0.4), deep[1], deep[0])), (0, 0))
    dice = scene.chance.stream("space")
    for _ in range(round(7 * max(scene.width, scene.height))):
        x, y = scene.width * dice.between(0, 1), scene.height * dice.between(0, 0.9)
        scene.pen.glow(
            x, y, dice.between(0.2, 0.55), dice.pick((*scene.palette.accent, sky[1])), dice.between(0.12, 0.3)
        )
    draw_stars(scene, dice, 1.0, 2.2)
    side = dice.pick((0.18, 0.82))
    draw_planet(scene, scene.width * side, scene.height * 0.22, min(0.13, 0.1 * scene.width + 0.03), dice)
    draw_planet(scene, scene.width * (1.02 - side), scene.height * dice.between(0.3, 0.45), 0.045, dice, ring=False)


def space_land(scene: Scene) -> None:
    """Draw the round ground with craters."""
    dice = scene.chance.stream("ground")
    fill = mix(scene.land(0.2), lighter(scene.palette.accent[2], 0.4), 0.4)
    fill = darker(fill, 0.25)
    bow = scene.width * 1.5
    top = scene.floor - 0.07
    ball = oval(scene.width / 2, top + bow, bow * 1.12, bow, count=180)
    scene.pen.glow(scene.width / 2, top + 0.25, 0.9 * scene.width, lighter(fill, 0.3), 0.35)
    scene.pen.form(ball, fill, scene.palette.ink, 0.5, (0.3, -1.0), 0.9)
    for _ in range(round(9 * scene.width)):
        x, y = scene.width * dice.between(0, 1), dice.between(scene.floor + 0.0, scene.height + 0.02)
        r = dice.between(0.02, 0.06)
        scene.pen.oval(x, y, r, r * 0.34, darker(fill, 0.3))
        scene.pen.oval(x, y + r * 0.07, r * 0.9, r * 0.25, darker(fill, 0.16))
