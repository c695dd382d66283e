"""A visible change of a given picture, as a prompt asks for it."""

from collections.abc import Callable
from dataclasses import replace

from PIL import Image, ImageChops, ImageEnhance, ImageOps

from llamabot_images.sketch.canvas import Canvas, Pen, canvas_over, gradient
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, rgb
from llamabot_images.sketch.figures import draw_beings
from llamabot_images.sketch.finish import apply_style
from llamabot_images.sketch.ornaments import ORNAMENTS
from llamabot_images.sketch.palette import COLOURS, choose
from llamabot_images.sketch.plan import time_of, with_somebody
from llamabot_images.sketch.scene import Scene, unit_of
from llamabot_images.sketch.scenery import draw_scenery
from llamabot_images.sketch.sky import draw_clouds, draw_light, draw_stars, hang_up
from llamabot_images.sketch.weather import draw_weather
from llamabot_images.sketch.words import Brief, read_brief

__all__ = ["retouch"]

_IN_SKY = frozenset({*ORNAMENTS, "moon", "sun", "star", "cloud"})
# What a place does to the colours of a picture that is already there.
_PLACE_COLOURS = {
    "forest": "green", "meadow": "green", "sea": "blue", "lake": "blue", "underwater": "teal", "desert": "orange",
    "space": "indigo", "city": "violet", "mountains": "lavender",
}  # fmt: skip


def retouch(
    picture: Image.Image, prompt: str, *, mask: Image.Image | None = None, seed: int | None = None
) -> Image.Image:
    """Change *picture* as *prompt* asks, as far as a drawing routine can.

    Times of day change the light, weather falls over the picture, colour words tint it, and things
    and animals are drawn into it. A prompt without a known word turns the colours.

    :param picture: Any mode; transparent parts become white.
    :param prompt: What to change.
    :param mask: Where to change it: where the mask is transparent or, without transparency, white.
        It is stretched to the size of *picture*. ``None`` changes the whole picture.
    :param seed: Gives another change for the same prompt.
    :return: A new picture of the same size, mode RGB; outside the mask every pixel is as before.
    """
    before = _opaque(picture)
    where = _editable(mask, before.size) if mask is not None else None
    dice = Chance(f"retouch\n{prompt}\n{seed}")
    brief = with_somebody(read_brief(prompt), "", dice.stream("friend"))
    after = _changed(before, brief, dice, where)
    return Image.composite(after, before, where) if where else after


def _opaque(picture: Image.Image) -> Image.Image:
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    clear = picture.convert("RGBA")
    white = Image.new("RGBA", clear.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, clear).convert("RGB")


def _editable(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return a mask that is white where the picture may change."""
    where = mask.convert("L")
    if mask.has_transparency_data:
        alpha = mask.convert("RGBA").getchannel("A")
        where = ImageOps.invert(alpha) if alpha.getextrema() != (255, 255) else where
    return where.resize(size, Image.Resampling.BILINEAR)


def _changed(before: Image.Image, brief: Brief, dice: Chance, where: Image.Image | None) -> Image.Image:
    time = time_of(brief, brief.place)
    after = _LIGHTS[time](before) if time else before
    for word in brief.colours[:2]:
        after = _tinted(after, rgb(COLOURS[word]), 0.5)
    if brief.place in _PLACE_COLOURS:
        after = _tinted(after, rgb(COLOURS[_PLACE_COLOURS[brief.place]]), 0.3)
    if "snow" in brief.weather or brief.place == "winter":
        after = _frosted(after)
    after = _with_things(after, brief, time, dice, where)
    after = _restyled(after, brief.style, dice)
    unchanged = ImageChops.difference(after, before).getbbox() is None
    return _turned(before, dice) if unchanged else after


def _night(image: Image.Image) -> Image.Image:
    dim = ImageChops.multiply(image, Image.new("RGB", image.size, (92, 100, 168)))
    return ImageChops.multiply(dim, gradient(image.size, ((120, 124, 190), (255, 255, 255))))


def _sunset(image: Image.Image) -> Image.Image:
    warm = gradient(image.size, ((196, 120, 170), (255, 150, 96), (255, 206, 140)))
    return ImageChops.multiply(Image.blend(image, warm, 0.22), gradient(image.size, ((224, 190, 226), (255, 214, 170))))


def _dawn(image: Image.Image) -> Image.Image:
    rosy = gradient(image.size, ((204, 200, 240), (255, 206, 206), (255, 236, 204)))
    return ImageChops.screen(ImageChops.multiply(image, rosy), Image.new("RGB", image.size, (26, 18, 22)))


def _day(image: Image.Image) -> Image.Image:
    return ImageChops.screen(ImageEnhance.Color(image).enhance(1.12), Image.new("RGB", image.size, (58, 52, 40)))


_LIGHTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "night": _night,
    "sunset": _sunset,
    "dawn": _dawn,
    "day": _day,
}


def _frosted(image: Image.Image) -> Image.Image:
    pale = ImageEnhance.Color(image).enhance(0.72)
    frost = Image.linear_gradient("L").point([round(i * 0.5) for i in range(256)]).resize(image.size)
    return Image.composite(Image.new("RGB", image.size, (240, 246, 255)), pale, frost)


def _tinted(image: Image.Image, colour: RGB, share: float) -> Image.Image:
    """Return *image* drawn towards shades of *colour*, as bright as before."""
    scale = ImageOps.colorize(image.convert("L"), (12, 10, 22), (255, 252, 244), mid=colour)
    return Image.blend(image, scale, share)


def _turned(image: Image.Image, dice: Chance) -> Image.Image:
    """Return *image* with all hues turned; greys, which have none, get a tint."""
    shift = 40 + dice.below(176)
    hue, strength, value = image.convert("HSV").split()
    turned = Image.merge("HSV", (hue.point([(i + shift) % 256 for i in range(256)]), strength, value)).convert("RGB")
    return _tinted(turned, dice.pick(((214, 96, 84), (84, 150, 196), (120, 168, 96), (196, 140, 60))), 0.25)


def _restyled(image: Image.Image, style: str | None, dice: Chance) -> Image.Image:
    if style in ("vivid", "soft", "dark"):
        image = ImageEnhance.Color(image).enhance({"vivid": 1.6, "soft": 0.7, "dark": 0.9}[style])
        return ImageEnhance.Brightness(image).enhance({"vivid": 1.04, "soft": 1.08, "dark": 0.6}[style])
    return apply_style(image, style, (255, 252, 244), dice)


def _scene(canvas: Canvas, pen: Pen, size: tuple[float, float], brief: Brief, time: str | None, dice: Chance) -> Scene:
    palette = choose(dice.stream("palette"), time)
    return Scene(canvas, pen, size[0], size[1], brief, palette, dice, "meadow", 0.9)


def _with_things(
    image: Image.Image, brief: Brief, time: str | None, dice: Chance, where: Image.Image | None
) -> Image.Image:
    """Return *image* with sky, weather and things of the brief drawn into it."""
    winter = replace(brief, weather=("snow",)) if brief.place == "winter" and not brief.weather else brief
    canvas = canvas_over(image)
    unit = unit_of(*image.size)
    scale = unit * canvas.factor
    whole = Pen(canvas, (scale, 0.0, 0.0, 0.0, scale, 0.0))
    scene = _scene(canvas, whole, (image.width / unit, image.height / unit), winter, time, dice)
    _draw_in_sky(scene, named_time=brief.time)
    things = replace(brief, scenery=tuple(noun for noun in brief.scenery if noun.name not in _IN_SKY))
    if things.beings or things.held or things.scenery:
        left, top, side = _spot(image.size, where)
        small = whole.at(left / unit, top / unit, side / unit)
        boxed = _scene(canvas, small, (1.0, 1.0), things, time, dice)
        draw_scenery(boxed)
        draw_beings(boxed)
    draw_weather(scene)
    return canvas.reduced(soften=False)


def _draw_in_sky(scene: Scene, *, named_time: str | None) -> None:
    dice, horizon = scene.chance.stream("sky"), 0.56
    if scene.night and (named_time or scene.brief.has("star")):
        draw_stars(scene, dice, horizon)
    if named_time == "night" or scene.brief.has("moon") or scene.brief.has("sun"):
        draw_light(scene, dice, horizon)
    if named_time == "sunset":
        scene.pen.glow(scene.width * dice.pick((0.06, 0.94)), scene.height * 0.3, 0.7, scene.palette.glow, 0.8)
    if scene.brief.has("cloud"):
        draw_clouds(scene, dice, horizon)
    hang_up(scene, dice, horizon, tuple(ORNAMENTS))


def _spot(size: tuple[int, int], where: Image.Image | None) -> tuple[float, float, float]:
    """Return left, top and side of the square for new things: inside the mask, or below on the right."""
    box = where.point([255 if i > 127 else 0 for i in range(256)]).getbbox() if where else None
    if box:
        side = float(min(box[2] - box[0], box[3] - box[1]))
        return (box[0] + box[2] - side) / 2, (box[1] + box[3] - side) / 2, side
    side = 0.42 * min(size)
    return size[0] - side * 1.06, size[1] - side * 1.04, side
