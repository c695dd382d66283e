"""Indoors: a cosy room with a window, books, a plant and a rug."""

from llamabot_images.sketch.canvas import Pen, gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, brightness, darker, lighter, mix
from llamabot_images.sketch.plants import fern
from llamabot_images.sketch.scene import Scene
from llamabot_images.sketch.shapes import limb, oval, rounded_box, smooth, trace, waves
from llamabot_images.sketch.sky import draw_moon

__all__ = ["draw_armchair", "draw_cushion", "draw_rug", "room_back", "room_things"]

_WOOD: RGB = (146, 96, 66)


def _wall(scene: Scene) -> RGB:
    if scene.night:
        return mix(scene.palette.sky[1], scene.land(0.3), 0.4)
    return mix(mix(scene.palette.sky[1], scene.land(0.1), 0.35), scene.palette.paper, 0.35)


def _wood(scene: Scene) -> RGB:
    return mix(scene.toned(_WOOD), scene.palette.ink, 0.35 if scene.night else 0.0)


def _skirting(scene: Scene) -> float:
    """Return the height of the line between wall and floor."""
    return scene.floor - 0.13 * min(scene.height, 1.2)


def room_back(scene: Scene) -> None:
    """Draw wall and floor."""
    wall, image = _wall(scene), scene.canvas.image
    image.paste(gradient(image.size, (darker(wall, 0.16), wall, lighter(wall, 0.06))), (0, 0))
    dice = scene.chance.stream("wall")
    _wallpaper(scene, dice, wall)
    low, wood = _skirting(scene), _wood(scene)
    shape = [(-0.1, low), (scene.width + 0.1, low), (scene.width + 0.1, scene.height + 0.1), (-0.1, scene.height + 0.1)]
    scene.pen.form(shape, wood, darker(wood, 0.7), 0.5, (0.0, 1.0))
    for i in range(-6, int(scene.width / 0.12) + 8):
        x = i * 0.12
        drop = (x - scene.width / 2) * 0.5
        scene.pen.line([(x, low), (x + drop, scene.height)], 0.003, darker(wood, 0.24))
    scene.pen.poly(
        [(-0.1, low - 0.035), (scene.width + 0.1, low - 0.035), (scene.width + 0.1, low), (-0.1, low)],
        lighter(wall, 0.2),
    )
    scene.pen.poly(
        [(-0.1, low), (scene.width + 0.1, low), (scene.width + 0.1, low + 0.012), (-0.1, low + 0.012)],
        darker(wood, 0.4),
    )


def _wallpaper(scene: Scene, dice: Chance, wall: RGB) -> None:
    kind, fill = dice.below(3), lighter(wall, 0.06)
    if kind == 0:
        for i in range(int(scene.width / 0.09) + 1):
            scene.pen.poly(
                [(i * 0.09, -0.1), (i * 0.09 + 0.04, -0.1), (i * 0.09 + 0.04, scene.height), (i * 0.09, scene.height)],
                fill,
            )
        return
    for i in range(int(scene.width / 0.1) + 2):
        for j in range(int(scene.height / 0.1) + 1):
            x, y = i * 0.1 + (j % 2) * 0.05, j * 0.1
            if kind == 1:
                scene.pen.dot(x, y, 0.008, fill)
            else:
                scene.pen.poly([(x, y - 0.018), (x + 0.009, y), (x, y + 0.018), (x - 0.009, y)], fill)


def room_things(scene: Scene) -> None:
    """Furnish the room; what does not fit the width is left out."""
    dice = scene.chance.stream("room")
    wide, high = scene.width, scene.height
    unit = min(high, 1.15)
    top = 0.13 * high if high < 1.3 else 0.2 * high
    _window(scene, dice, (0.05 * min(wide, 1.4), top, 0.05 * min(wide, 1.4) + 0.31, top + 0.38 * unit))
    _bookcase(scene, dice, (wide - 0.31, top + 0.02, wide + 0.02, _skirting(scene) + 0.01))
    if wide > 1.45:
        _picture(scene, dice, wide * 0.5 + 0.35, top + 0.05)
    if wide > 2.2:
        _bookcase(scene, dice, (wide - 0.86, top + 0.1, wide - 0.4, _skirting(scene) + 0.01))
        _window(scene, dice, (wide * 0.5 - 0.1, top, wide * 0.5 + 0.25, top + 0.4 * unit))
    _pot_plant(scene, dice, 0.13 if wide < 1.5 else 0.12 * wide, scene.floor - 0.03, 0.3 * unit)


def _window(scene: Scene, dice: Chance, box: tuple[float, float, float, float]) -> None:
    left, top, right, low = box
    pen, frame = scene.pen, mix(scene.palette.paper, _wall(scene), 0.35 if scene.night else 0.05)
    pane = [(left, top), (right, top), (right, low), (left, low)]
    with pen.inside(pane) as view:
        _view(scene, view, dice, box)
    middle = ((left + right) / 2, (top + low) / 2)
    for start, end in (((middle[0], top), (middle[0], low)), ((left, middle[1]), (right, middle[1]))):
        pen.line([start, end], 0.013, frame)
    pen.line([*pane, pane[0]], 0.024, frame)
    pen.form(
        rounded_box(left - 0.035, low, right + 0.035, low + 0.03, 0.008), lighter(frame, 0.1), darker(frame, 0.4), 0.4
    )
    cloth = mix(dice.pick(scene.palette.accent), _wall(scene), 0.35)
    pen.line([(left - 0.07, top - 0.035), (right + 0.07, top - 0.035)], 0.012, _wood(scene))
    for side, edge in ((1, left), (-1, right)):
        for i in range(3):
            x, hem = edge - side * (0.062 - 0.036 * i), low + 0.06 - 0.012 * i
            fold = [(x - 0.021, top - 0.036), (x + 0.021, top - 0.036), (x + 0.017, hem), (x - 0.017, hem)]
            pen.form(fold, lighter(cloth, 0.05 * (i % 2)), darker(cloth, 0.6), 0.55, (side * 1.0, 0.2), 0.0)


def _view(scene: Scene, pen: Pen, dice: Chance, box: tuple[float, float, float, float]) -> None:
    """Draw what is seen through the window."""
    left, top, right, low = box
    image = pen.canvas.image
    image.paste(gradient(image.size, scene.palette.sky), (0, 0))
    x = left + (right - left) * dice.pick((0.28, 0.72))
    if scene.night:
        for _ in range(26):
            pen.dot(dice.between(left, right), dice.between(top, low), dice.between(0.001, 0.003), (255, 252, 236))
        draw_moon(pen.at(x, top + 0.1, 0.045), scene.palette.glow, dice)
    else:
        pen.glow(x, top + 0.12, 0.22, scene.palette.glow, 0.7)
        pen.dot(x, top + 0.12, 0.04, lighter(scene.palette.glow, 0.4))
    for i in range(2):
        ridge = waves(
            left, right, low - 0.1 + 0.05 * i, [(0.02, 0.3, dice.between(0, 1)), (0.01, 0.13, dice.between(0, 1))]
        )
        pen.poly([*ridge, (right, low + 0.1), (left, low + 0.1)], scene.land(0.2 + 0.4 * i))
    for kind, fill in (("snow", (250, 252, 255)), ("rain", (210, 226, 240))):
        if kind in scene.brief.weather:
            for _ in range(40):
                px, py = dice.between(left, right), dice.between(top, low)
                pen.line(
                    [(px, py), (px - 0.004, py + (0.02 if kind == "rain" else 0.004))],
                    0.003 if kind == "rain" else 0.006,
                    fill,
                )


def _bookcase(scene: Scene, dice: Chance, box: tuple[float, float, float, float]) -> None:
    left, top, right, low = box
    pen, wood = scene.pen, lighter(_wood(scene), 0.05)
    pen.form(rounded_box(left, top, right, low, 0.012), darker(wood, 0.45), darker(wood, 0.8), 0.4)
    shelves = max(2, round((low - top) / 0.19))
    step = (low - top - 0.02) / shelves
    for i in range(shelves):
        floor = top + 0.02 + (i + 1) * step - 0.012
        _shelf(scene, dice, left + 0.02, right - 0.02, floor, step * 0.86)
        pen.poly([(left, floor), (right, floor), (right, floor + 0.014), (left, floor + 0.014)], wood)
    for x in (left, right - 0.016):
        pen.poly([(x, top), (x + 0.016, top), (x + 0.016, low), (x, low)], wood)
    pen.poly(rounded_box(left - 0.012, top - 0.008, right + 0.012, top + 0.016, 0.006), lighter(wood, 0.08))


def _shelf(scene: Scene, dice: Chance, left: float, right: float, floor: float, room: float) -> None:
    """Fill one shelf with books and now and then something else."""
    x = left
    colours = (
        *scene.palette.accent,
        scene.land(0.0),
        scene.land(0.5),
        scene.palette.paper,
        (176, 96, 72),
        (206, 168, 104),
    )
    while x < right - 0.03:
        if dice.sometimes(0.1) and x < right - 0.07:
            _trinket(scene, dice, x + 0.032, floor, room)
            x += 0.068
            continue
        wide, tall = dice.between(0.013, 0.028), room * dice.between(0.6, 0.93)
        fill = mix(dice.pick(colours), scene.palette.ink, 0.3 if scene.night else 0.08)
        at = scene.pen.at(x, floor, turn=dice.between(4, 9) if dice.sometimes(0.12) else 0.0)
        at.poly([(0, 0), (0, -tall), (wide - 0.002, -tall), (wide - 0.002, 0)], fill)
        band = lighter(fill, 0.3) if brightness(fill) < 0.6 else darker(fill, 0.3)
        for share in (0.16, 0.8):
            at.poly(
                [
                    (0.003, -tall * share),
                    (wide - 0.005, -tall * share),
                    (wide - 0.005, -tall * share - 0.006),
                    (0.003, -tall * share - 0.006),
                ],
                band,
            )
        x += wide + (0.018 if at.matrix[1] else 0.0)


def _trinket(scene: Scene, dice: Chance, x: float, floor: float, room: float) -> None:
    fill = mix(dice.pick(scene.palette.accent), scene.palette.ink, 0.15)
    half = trace("0.016,-0.085 0.009,-0.07 0.026,-0.035 0.015,0")
    vase = smooth([*((x + dx, floor + dy) for dx, dy in half), *((x - dx, floor + dy) for dx, dy in reversed(half))])
    if dice.sometimes(0.5):
        for turn in (-40, 0, 40):
            fern(scene.pen.at(x, floor - 0.05, min(0.09, room * 0.55), turn=turn), scene.toned((96, 150, 104)), dice)
    scene.pen.form(vase, fill, darker(fill, 0.6), 0.5)


def _picture(scene: Scene, dice: Chance, left: float, top: float) -> None:
    """Hang a framed landscape on the wall."""
    wide, tall = 0.17, 0.22
    frame, pen = rounded_box(left, top, left + wide, top + tall, 0.004), scene.pen
    pen.poly([(x + 0.008, y + 0.01) for x, y in frame], scene.palette.ink, 0.3)
    pen.poly(frame, _wood(scene))
    sheet = rounded_box(left + 0.012, top + 0.012, left + wide - 0.012, top + tall - 0.012, 0.001)
    pen.poly(sheet, mix(scene.palette.paper, _wall(scene), 0.25))
    with pen.inside(sheet) as art:
        art.dot(left + wide * 0.6, top + tall * 0.4, wide * 0.2, dice.pick(scene.palette.accent))
        for i in range(2):
            line = waves(left, left + wide, top + tall * (0.62 + 0.15 * i), [(0.015, 0.14, dice.between(0, 1))])
            art.poly([*line, (left + wide, top + tall), (left, top + tall)], scene.land(0.3 + 0.4 * i))


def _pot_plant(scene: Scene, dice: Chance, x: float, y: float, tall: float) -> None:
    scene.pen.oval(x + 0.01, y, tall * 0.26, 0.018, scene.palette.ink, 0.25)
    green = mix(scene.toned((92, 150, 100)), scene.palette.ink, 0.2 if scene.night else 0.0)
    for i, turn in enumerate((-58, 55, -36, 34, -16, 16, 0)):
        fern(
            scene.pen.at(x, y - tall * 0.28, tall * dice.between(0.62, 0.9), turn=turn),
            darker(green, 0.05 * (i % 3)),
            dice,
        )
    pot = mix(dice.pick(scene.palette.accent), scene.palette.ink, 0.2)
    scene.pen.form(
        [
            (x - tall * 0.22, y - tall * 0.36),
            (x + tall * 0.22, y - tall * 0.36),
            (x + tall * 0.16, y),
            (x - tall * 0.16, y),
        ],
        pot,
        darker(pot, 0.6),
        0.55,
        (0.9, 0.4),
    )
    scene.pen.poly(
        rounded_box(x - tall * 0.25, y - tall * 0.42, x + tall * 0.25, y - tall * 0.32, 0.01), lighter(pot, 0.1)
    )


def draw_rug(scene: Scene, x: float, reach: float) -> None:
    """Draw a round rug under the figures."""
    fills = (scene.palette.accent[0], scene.palette.paper, scene.palette.accent[2], scene.palette.accent[1])
    for i, fill in enumerate(fills):
        share = (1.0, 0.93, 0.87, 0.6)[i]
        shade = mix(fill, scene.palette.ink, 0.42 if scene.night else 0.14)
        scene.pen.poly(
            oval(x, scene.floor + 0.01, reach * share, reach * 0.2 * share, count=72), mix(shade, _wood(scene), 0.2)
        )


def draw_cushion(scene: Scene, x: float, size: float) -> None:
    """Draw a big cushion under the one who sits, *size* being the sitter's height."""
    pen = scene.pen.at(x, scene.floor, size)
    fill = mix(scene.palette.accent[1], scene.palette.ink, 0.25 if scene.night else 0.05)
    shape = smooth(trace("-0.48,-0.06 -0.4,-0.14 0,-0.17 0.4,-0.14 0.48,-0.06 0.42,0.04 0,0.075 -0.42,0.04"))
    pen.form(shape, fill, darker(fill, 0.6), 0.55)
    pen.curve([(-0.46, -0.03), (-0.2, 0.02), (0.2, 0.02), (0.46, -0.03)], 0.012, lighter(fill, 0.25))


def draw_armchair(scene: Scene, x: float, size: float) -> None:
    """Draw an armchair behind the one who sits, *size* being the sitter's height."""
    pen = scene.pen.at(x, scene.floor, size)
    fill = mix(scene.palette.accent[2], scene.palette.ink, 0.25 if scene.night else 0.05)
    for side in (-1, 1):
        pen.poly(limb([(side * 0.4, -0.05), (side * 0.42, 0.03)], (0.05, 0.035)), _wood(scene))
    back = smooth(trace("-0.4,-0.05 -0.44,-0.5 -0.36,-0.86 0,-0.97 0.36,-0.86 0.44,-0.5 0.4,-0.05"))
    pen.form(back, fill, darker(fill, 0.6), 0.5, (0.4, 1.0))
    for px, py in ((-0.2, -0.72), (0.2, -0.72), (0, -0.8), (-0.3, -0.5), (0.3, -0.5)):
        pen.dot(px, py, 0.014, darker(fill, 0.3))
    for side in (-1, 1):
        arm = rounded_box(side * 0.46 - 0.09, -0.38, side * 0.46 + 0.09, 0.0, 0.09)
        pen.form(arm, lighter(fill, 0.07), darker(fill, 0.6), 0.55, (0.5, 1.0))
    pen.form(rounded_box(-0.38, -0.14, 0.38, 0.02, 0.05), lighter(fill, 0.1), darker(fill, 0.6), 0.5)
