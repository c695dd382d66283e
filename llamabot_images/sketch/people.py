"""Figures that are not animals: robot, person, snowman, ghost."""

from collections.abc import Callable, Sequence

from llamabot_images.sketch.bodies import HANDS, draw_arms
from llamabot_images.sketch.canvas import Pen
from llamabot_images.sketch.colours import RGB, darker, lighter, mix
from llamabot_images.sketch.faces import draw_eye
from llamabot_images.sketch.shapes import Point, limb, oval, rounded_box, smooth, trace

__all__ = ["PEOPLE", "draw_sleeves"]

_BLUSH: RGB = (240, 120, 110)


def _robot_body(pen: Pen, colour: RGB, tone: int) -> None:
    for side in (-1, 1):
        pen.form(
            rounded_box(side * 0.12 - 0.06, -0.12, side * 0.12 + 0.06, 0.0, 0.03),
            darker(colour, 0.35),
            darker(colour, 0.7),
            0.4,
        )
    pen.form(rounded_box(-0.07, -0.54, 0.07, -0.42, 0.02), darker(colour, 0.4), darker(colour, 0.7), 0.4)
    pen.form(rounded_box(-0.23, -0.46, 0.23, -0.08, 0.09), colour, darker(colour, 0.7), 0.55, (0.6, 1.0))
    pen.poly(rounded_box(-0.13, -0.38, 0.13, -0.2, 0.04), darker(colour, 0.55))
    for x, fill in ((-0.07, (255, 110, 96)), (0.0, (255, 205, 92)), (0.07, (110, 220, 170))):
        pen.dot(x, -0.29, 0.024, fill)


def _robot_head(pen: Pen, colour: RGB, tone: int, eyes: str) -> None:
    pen.line([(0, -0.2), (0, -0.33)], 0.022, darker(colour, 0.4))
    pen.glow(0, -0.36, 0.12, (255, 205, 92), 0.6)
    pen.dot(0, -0.36, 0.038, (255, 205, 92))
    for side in (-1, 1):
        pen.form(
            rounded_box(side * 0.3 - 0.04, -0.08, side * 0.3 + 0.04, 0.08, 0.03),
            darker(colour, 0.35),
            darker(colour, 0.7),
            0.4,
        )
    pen.form(rounded_box(-0.29, -0.22, 0.29, 0.21, 0.12), lighter(colour, 0.12), darker(colour, 0.7), 0.5)
    pen.poly(rounded_box(-0.23, -0.14, 0.23, 0.13, 0.09), (32, 40, 58))
    light = (124, 240, 226)
    for side in (-1, 1):
        pen.glow(side * 0.11, -0.02, 0.11, light, 0.5)
        if eyes in ("closed", "happy", "down"):
            pen.curve([(side * 0.11 - 0.045, 0.0), (side * 0.11, -0.04), (side * 0.11 + 0.045, 0.0)], 0.022, light)
        else:
            pen.oval(side * 0.11, -0.02, 0.038, 0.052, light)
    pen.curve([(-0.05, 0.065), (0, 0.09), (0.05, 0.065)], 0.018, light)


_SKINS: tuple[RGB, ...] = ((250, 214, 184), (238, 188, 148), (198, 140, 100), (150, 98, 68), (106, 68, 50))
_HAIRS: tuple[RGB, ...] = ((52, 38, 36), (96, 60, 40), (190, 130, 66), (166, 78, 46), (44, 44, 60))


def _person_body(pen: Pen, colour: RGB, tone: int) -> None:
    for side in (-1, 1):
        pen.form(limb([(side * 0.09, -0.16), (side * 0.1, -0.02)], (0.1, 0.09)), (62, 70, 98), (24, 26, 48), 0.5)
        pen.form(oval(side * 0.12, -0.015, 0.075, 0.036), (92, 62, 54), (36, 26, 34), 0.5)
    coat = smooth(trace("-0.11,-0.52 -0.19,-0.42 -0.22,-0.2 -0.21,-0.1 0.21,-0.1 0.22,-0.2 0.19,-0.42 0.11,-0.52"))
    pen.form(coat, colour, darker(colour, 0.65), 0.55, (0.6, 1.0))
    for y in (-0.4, -0.3, -0.2):
        pen.dot(0, y, 0.013, lighter(colour, 0.6))


def _person_head(pen: Pen, colour: RGB, tone: int, eyes: str) -> None:
    skin, hair = _SKINS[tone % 5], _HAIRS[(tone // 5 + tone) % 5]
    long = tone % 2 == 0
    if long:
        pen.form(
            smooth(trace("-0.26,-0.1 -0.2,-0.26 0,-0.31 0.2,-0.26 0.26,-0.1 0.29,0.25 0.1,0.2 -0.1,0.2 -0.29,0.25")),
            hair,
            darker(hair, 0.6),
            0.4,
        )
    for side in (-1, 1):
        pen.dot(side * 0.235, 0.02, 0.045, darker(skin, 0.1))
    face = oval(0, 0, 0.235, 0.225)
    pen.form(face, skin, darker(skin, 0.5), 0.3)
    for side in (-1, 1):
        pen.glow(side * 0.145, 0.09, 0.075, _BLUSH, 0.6)
        draw_eye(pen.at(side * 0.095, 0.015, 0.03), eyes)
    pen.curve([(-0.05, 0.11), (0, 0.14), (0.05, 0.11)], 0.015, darker(skin, 0.6))
    fringe: Sequence[Point] = trace(
        "-0.25,0.02 -0.25,-0.14 -0.14,-0.26 0.04,-0.29 0.2,-0.22 0.26,-0.08 0.25,0.02 0.18,-0.1 0.02,-0.13 -0.13,-0.08"
    )
    pen.form(smooth(fringe), hair, darker(hair, 0.6), 0.3)


def _ghost_body(pen: Pen, colour: RGB, tone: int) -> None:
    shape = smooth(
        trace(
            "-0.27,-0.6 -0.29,-0.3 -0.3,-0.02 -0.2,-0.08 -0.1,0 0,-0.07 0.1,0 0.2,-0.08 "
            "0.3,-0.02 0.29,-0.3 0.27,-0.6 0.14,-0.87 -0.14,-0.87"
        )
    )
    pen.form(shape, mix((250, 248, 252), colour, 0.08), (150, 150, 200), 0.45)


def _ghost_head(pen: Pen, colour: RGB, tone: int, eyes: str) -> None:
    for side in (-1, 1):
        pen.glow(side * 0.16, 0.09, 0.08, _BLUSH, 0.6)
        draw_eye(pen.at(side * 0.1, 0, 0.036), eyes)
    pen.oval(0, 0.11, 0.03, 0.038, (60, 48, 66))


def _snow_body(pen: Pen, colour: RGB, tone: int) -> None:
    for x in (-1, 1):
        pen.line([(x * 0.18, -0.4), (x * 0.42, -0.56)], 0.022, (104, 72, 52))
        pen.line([(x * 0.34, -0.5), (x * 0.36, -0.62)], 0.016, (104, 72, 52))
    for y, r in ((-0.22, 0.25), (-0.5, 0.2)):
        pen.form(oval(0, y, r * 1.06, r), (250, 251, 254), (120, 140, 190), 0.5, (0.6, 1.0))
    for y in (-0.44, -0.52, -0.28, -0.18):
        pen.dot(0, y, 0.02, (52, 48, 58))


def _snow_head(pen: Pen, colour: RGB, tone: int, eyes: str) -> None:
    pen.form(oval(0, 0, 0.19, 0.18), (250, 251, 254), (120, 140, 190), 0.45, (0.6, 1.0))
    for side in (-1, 1):
        draw_eye(pen.at(side * 0.075, -0.03, 0.026), eyes)
        pen.glow(side * 0.12, 0.05, 0.06, _BLUSH, 0.5)
    pen.form([(0.0, 0.0), (0.0, 0.055), (0.16, 0.045)], (242, 140, 56), (150, 70, 20), 0.5)
    for x, y in ((-0.07, 0.08), (-0.035, 0.1), (0.0, 0.105), (0.035, 0.1), (0.07, 0.08)):
        pen.dot(x, y, 0.01, (52, 48, 58))


Body = Callable[[Pen, RGB, int], None]
Head = Callable[[Pen, RGB, int, str], None]

# Body, head, height of the head's middle, half width of the head, colour of the arms (None: no arms).
PEOPLE: dict[str, tuple[Body, Head, float, float, str | None]] = {
    "robot": (_robot_body, _robot_head, -0.72, 0.29, "dark"),
    "person": (_person_body, _person_head, -0.71, 0.24, "same"),
    "ghost": (_ghost_body, _ghost_head, -0.66, 0.24, None),
    "snowman": (_snow_body, _snow_head, -0.8, 0.19, None),
}


def draw_sleeves(pen: Pen, colour: RGB, name: str, pose: str, tone: int) -> None:
    """Draw the arms of the figure *name*, and the hands of a person."""
    wanted = PEOPLE[name][4]
    if wanted:
        draw_arms(pen, darker(colour, 0.3) if wanted == "dark" else colour, pose, 0.075)
    if name == "person":
        left, right = HANDS["rest" if pose == "raise" else pose], HANDS[pose]
        for x, y in ((-left[0], left[1]), right):
            pen.form(oval(x, y, 0.042, 0.042), _SKINS[tone % 5], darker(_SKINS[tone % 5], 0.5), 0.3)
