"""From a prompt to a picture."""

from collections.abc import Callable, Iterator, Sequence

from PIL import Image, ImageOps

from llamabot_images.sketch import abstract, city, cosmos, landscape, room, water, woods
from llamabot_images.sketch.canvas import Pen, blank_canvas
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.figures import draw_beings
from llamabot_images.sketch.finish import add_grain, add_vignette, apply_style, shine_lamp
from llamabot_images.sketch.palette import choose, tilt
from llamabot_images.sketch.plan import place_of, time_of, with_somebody
from llamabot_images.sketch.scene import Scene, unit_of
from llamabot_images.sketch.scenery import draw_scenery, find_lamp
from llamabot_images.sketch.weather import draw_foreground, draw_weather
from llamabot_images.sketch.words import read_brief

__all__ = ["draw", "stages"]

_LARGEST = 8192
Step = Callable[[Scene], None]

# Background, then land or furniture, and where figures stand (share of the height).
_PLACES: dict[str, tuple[Step, Step, float]] = {
    "meadow": (landscape.open_sky, landscape.meadow_land, 0.84),
    "mountains": (landscape.open_sky, landscape.mountain_land, 0.84),
    "winter": (landscape.open_sky, landscape.winter_land, 0.85),
    "desert": (landscape.open_sky, landscape.desert_land, 0.85),
    "forest": (woods.forest_back, woods.forest_land, 0.85),
    "sea": (water.sea_sky, water.sea_land, 0.85),
    "lake": (landscape.open_sky, water.lake_land, 0.85),
    "underwater": (water.underwater_back, water.underwater_land, 0.88),
    "city": (city.city_sky, city.city_land, 0.87),
    "space": (cosmos.space_back, cosmos.space_land, 0.86),
    "room": (room.room_back, room.room_things, 0.87),
    "poster": (landscape.poster_back, landscape.poster_land, 0.86),
    "abstract": (abstract.abstract_back, abstract.abstract_shapes, 0.86),
}


def _compose(prompt: str, width: int, height: int, seed: int | None, index: int) -> Scene:
    """Return the scene, nothing drawn yet."""
    dice = Chance(f"{prompt}\n{seed}\n{index}")
    brief = read_brief(prompt)
    place = place_of(brief, dice.stream("place"))
    brief = with_somebody(brief, place, dice.stream("friend"))
    palette = tilt(choose(dice.stream("palette"), time_of(brief, place)), brief.colours, brief.style)
    canvas = blank_canvas(width, height)
    unit = unit_of(width, height)
    scale = unit * canvas.factor
    pen = Pen(canvas, (scale, 0.0, 0.0, 0.0, scale, 0.0))
    ground = _PLACES[place][2]
    return Scene(canvas, pen, width / unit, height / unit, brief, palette, dice, place, ground)


def _steps(scene: Scene) -> tuple[Step, ...]:
    back, land, _ = _PLACES[scene.place]
    if scene.place == "abstract":
        return back, land
    return back, land, draw_scenery, _draw_front


def _draw_front(scene: Scene) -> None:
    """Draw the figures and whatever is nearer than they are."""
    for step in (draw_beings, water.draw_waterline, draw_foreground, draw_weather):
        step(scene)


def _finished(scene: Scene) -> Image.Image:
    image = scene.canvas.reduced()
    lamp = find_lamp(scene)
    if lamp and scene.palette.time != "day":
        image = shine_lamp(image, lamp, unit_of(*image.size))
    if scene.chance.stream("mirror").sometimes(0.5):
        image = ImageOps.mirror(image)
    image = add_vignette(image, scene.palette.ink, 0.34 if scene.night else 0.16)
    image = apply_style(image, scene.brief.style, scene.palette.paper, scene.chance.stream("style"))
    return image if scene.brief.style == "pixel" else add_grain(image, 4)


def _check(width: int, height: int) -> None:
    for name, value in (("width", width), ("height", height)):
        if not 1 <= value <= _LARGEST:
            raise ValueError(f"{name} {value!r} cannot be drawn; choose 1 to {_LARGEST} pixels")


def draw(prompt: str, width: int, height: int, *, seed: int | None = None, index: int = 0) -> Image.Image:
    """Draw a picture for *prompt*.

    A drawing routine that knows some two thousand words, not a model. The same arguments give the
    same pixels on every machine with the same Pillow. A 1024 x 1024 picture takes about a quarter of
    a second.

    :param prompt: Any text; words that are not known only change colours and composition.
    :param width: Pixels, 1 to 8192.
    :param height: Pixels, 1 to 8192.
    :param seed: Gives another picture of the same prompt.
    :param index: The n-th picture of one request; each has its own pose, light and colours.
    :return: The picture, mode RGB.
    :raises ValueError: For a size out of range.
    """
    _check(width, height)
    scene = _compose(prompt, width, height, seed, index)
    for step in _steps(scene):
        step(scene)
    return _finished(scene)


def stages(
    prompt: str, width: int, height: int, *, seed: int | None = None, index: int = 0, count: int = 3
) -> Iterator[Image.Image]:
    """Draw as :func:`draw` does, and show the picture while it grows.

    :param prompt: Any text.
    :param width: Pixels, 1 to 8192.
    :param height: Pixels, 1 to 8192.
    :param seed: Gives another picture of the same prompt.
    :param index: The n-th picture of one request.
    :param count: How many pictures to give, at least 1.
    :return: The background first, then more and more; the last one equals what :func:`draw` gives.
    :raises ValueError: For a size out of range.
    """
    _check(width, height)
    scene = _compose(prompt, width, height, seed, index)
    steps = _steps(scene)
    shown = _shown_after(len(steps), max(1, count))
    for done, step in enumerate(steps, start=1):
        step(scene)
        for _ in range(shown.count(done)):
            yield _finished(scene)


def _shown_after(steps: int, count: int) -> Sequence[int]:
    """Return after which steps a picture is shown: *count* of them, the last after the last step."""
    if count == 1:
        return (steps,)
    return [1 + round((steps - 1) * i / (count - 1)) for i in range(count)]
