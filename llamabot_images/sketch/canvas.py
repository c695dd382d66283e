"""A canvas drawn larger than wanted, and a pen that draws in units of its own."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

from PIL import Image, ImageChops, ImageDraw

from llamabot_images.sketch.chance import grain_bytes
from llamabot_images.sketch.colours import RGB, mix
from llamabot_images.sketch.shapes import Point, oval, smooth

__all__ = ["Canvas", "Pen", "blank_canvas", "canvas_over", "gradient", "paper_noise"]

Box = tuple[int, int, int, int]

# Beyond this many pixels the canvas stops growing, so a 4096 x 4096 picture stays below 250 MB.
_MOST_PIXELS = 17_000_000


def paper_noise(width: int, height: int, levels: Sequence[int]) -> Image.Image:
    """Return even noise in shades of grey, each looked up in *levels*, repeating every 256 pixels."""
    tile = Image.frombytes("L", (256, 256), grain_bytes(256)).point(levels)
    noise = Image.new("L", (width, height))
    for top in range(0, height, 256):
        for left in range(0, width, 256):
            noise.paste(tile, (left, top))
    return noise


def gradient(size: tuple[int, int], stops: Sequence[RGB]) -> Image.Image:
    """Return a picture whose colours run through *stops* from top to bottom."""
    last, rows = len(stops) - 1, bytearray()
    for y in range(size[1]):
        place = y / max(size[1] - 1, 1) * last
        first = min(int(place), last - 1)
        share = place - first
        rows.extend(mix(stops[first], stops[first + 1], share * share * (3 - 2 * share)))
    return Image.frombytes("RGB", (1, size[1]), bytes(rows)).resize(size, Image.Resampling.NEAREST)


def _ramp(size: tuple[int, int], toward: Point, start: float, strength: float) -> Image.Image:
    """Return a mask rising from *start* of the way to its far end in direction *toward*."""
    dx, dy = toward
    reach = (abs(dx) + abs(dy)) or 1.0
    across, down = 253 * dx / (63 * reach), 253 * dy / (63 * reach)
    # Pillow looks half a pixel further than asked; past the rim of its gradient it would find black.
    first = 1 + 253 * 0.5 * (1 - (dx + dy) / reach) - (across + down) / 2
    field = Image.linear_gradient("L").transform(
        (64, 64), Image.Transform.AFFINE, (0, 0, 128, across, down, first), Image.Resampling.BILINEAR
    )
    return field.point(_rising(start, strength)).resize(size, Image.Resampling.BILINEAR)


@lru_cache(maxsize=512)
def _rising(start: float, strength: float) -> list[int]:
    return [round(255 * strength * max(0.0, (i / 255 - start) / (1 - start)) ** 1.4) for i in range(256)]


@lru_cache(maxsize=512)
def _fading(strength: float) -> list[int]:
    # A radial gradient of Pillow is 181 where its circle touches the box.
    return [round(255 * strength * max(0.0, 1 - i / 181) ** 2) for i in range(256)]


@dataclass(frozen=True)
class Canvas:
    """A picture being drawn, and pale noise of at least its size that makes shadows grainy."""

    image: Image.Image
    speck: Image.Image
    factor: int = 1

    @cached_property
    def solid(self) -> ImageDraw.ImageDraw:
        """Draws colours that cover; several times faster than the other."""
        return ImageDraw.Draw(self.image)

    @cached_property
    def sheer(self) -> ImageDraw.ImageDraw:
        """Draws colours the ground shines through."""
        return ImageDraw.Draw(self.image, "RGBA")

    def reduced(self, *, soften: bool = True) -> Image.Image:
        """Return what is drawn so far at the wanted size; *soften* the edges where it was not drawn larger."""
        if self.factor > 1:
            return self.image.reduce(self.factor)
        if not soften:
            return self.image.copy()
        return Image.blend(self.image, ImageChops.offset(self.image, 1, 1), 0.35)

    def visible(self, points: Sequence[Point]) -> Box | None:
        """Return the part of the canvas that *points* (pixels) span, ``None`` when outside."""
        xs, ys = [p[0] for p in points], [p[1] for p in points]
        left, top = max(0, math.floor(min(xs))), max(0, math.floor(min(ys)))
        right, low = min(self.image.width, math.ceil(max(xs)) + 1), min(self.image.height, math.ceil(max(ys)) + 1)
        return (left, top, right, low) if left < right and top < low else None

    def part(self, box: Box) -> "Canvas":
        """Return a canvas that starts as a copy of *box*."""
        return Canvas(self.image.crop(box), self.speck, self.factor)


def blank_canvas(width: int, height: int) -> Canvas:
    """Return a canvas for a picture of *width* x *height* pixels."""
    return canvas_over(Image.new("RGB", (width, height)))


def canvas_over(picture: Image.Image) -> Canvas:
    """Return a canvas to draw over *picture*; reduced again, what is not drawn over is as before."""
    area = picture.width * picture.height
    factor = 4 if area <= 100 * 100 else 3 if area <= 200 * 200 else 2
    while factor > 1 and area * factor * factor > _MOST_PIXELS:
        factor -= 1
    size = (picture.width * factor, picture.height * factor)
    speck = paper_noise(*size, levels=[round(255 - 0.35 * (255 - i)) for i in range(256)])
    return Canvas(picture.resize(size, Image.Resampling.NEAREST), speck, factor)


def _mask(points: Sequence[Point], box: Box) -> Image.Image:
    """Return the mask of the polygon *points* inside *box*."""
    mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    ImageDraw.Draw(mask).polygon([(x - box[0], y - box[1]) for x, y in points], fill=255)
    return mask


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws on a canvas in its own units: x to the right, y down.

    :param canvas: Where it draws.
    :param matrix: Affine map (a, b, c, d, e, f): pixel x = a x + b y + c, pixel y = d x + e y + f.
    """

    canvas: Canvas
    matrix: tuple[float, float, float, float, float, float]

    def at(self, x: float, y: float, size: float = 1.0, *, turn: float = 0.0, flip: bool = False) -> "Pen":
        """Return a pen whose origin is (x, y), *size* times as large, turned by degrees, mirrored."""
        a, b, c, d, e, f = self.matrix
        cos, sin = math.cos(math.radians(turn)) * size, math.sin(math.radians(turn)) * size
        side = -1 if flip else 1
        across = (a * cos + b * sin) * side, (d * cos + e * sin) * side
        down = b * cos - a * sin, e * cos - d * sin
        return Pen(self.canvas, (across[0], down[0], a * x + b * y + c, across[1], down[1], d * x + e * y + f))

    @property
    def scale(self) -> float:
        """Return how many canvas pixels one unit is."""
        a, b, _, d, e, _ = self.matrix
        return math.sqrt(abs(a * e - b * d))

    def pixels(self, points: Sequence[Point]) -> list[Point]:
        """Return *points* in canvas pixels, to a 16th, so that libm's last digit cannot matter."""
        a, b, c, d, e, f = (number * 16 for number in self.matrix)
        return [(round(a * x + b * y + c) * 0.0625, round(d * x + e * y + f) * 0.0625) for x, y in points]

    def poly(self, points: Sequence[Point], fill: RGB, alpha: float = 1.0) -> None:
        """Fill the polygon *points*; *alpha* below 1 lets the ground shine through."""
        if alpha >= 1.0:
            self.canvas.solid.polygon(self.pixels(points), fill=fill)
        else:
            self.canvas.sheer.polygon(self.pixels(points), fill=(*fill, round(255 * alpha)))

    def blob(self, points: Sequence[Point], fill: RGB, alpha: float = 1.0) -> None:
        """Fill the rounded shape through *points*."""
        self.poly(smooth(points), fill, alpha)

    def oval(
        self, x: float, y: float, rx: float, ry: float, fill: RGB, alpha: float = 1.0, *, turn: float = 0.0
    ) -> None:
        """Fill an oval."""
        count = int(min(96, 12 + max(rx, ry) * self.scale * 0.5))
        self.poly(oval(x, y, rx, ry, turn, count), fill, alpha)

    def dot(self, x: float, y: float, radius: float, fill: RGB, alpha: float = 1.0) -> None:
        """Fill a circle."""
        self.oval(x, y, radius, radius, fill, alpha)

    def line(self, points: Sequence[Point], width: float, fill: RGB) -> None:
        """Draw an open line with round ends through *points*."""
        pixels = self.pixels(points)
        thick = max(1, round(width * self.scale))
        self.canvas.solid.line(pixels, fill=fill, width=thick, joint="curve")
        if thick > 2:
            for x, y in (pixels[0], pixels[-1]):
                r = thick / 2
                self.canvas.solid.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def curve(self, points: Sequence[Point], width: float, fill: RGB) -> None:
        """Draw an open smooth line through *points*."""
        self.line(smooth(points, closed=False), width, fill)

    def shade(
        self, points: Sequence[Point], colour: RGB, strength: float, toward: Point = (0.3, 1.0),
        start: float = 0.25, grain: bool = True,
    ) -> None:  # fmt: skip
        """Lay *colour* over the polygon *points*, growing in direction *toward*, with a fine grain."""
        pixels = self.pixels(points)
        box = self.canvas.visible(pixels)
        if box is None:
            return
        mask = _mask(pixels, box)
        ramp = _ramp(mask.size, toward, start, strength)
        if grain:
            ramp = ImageChops.multiply(ramp, self.canvas.speck.crop(box))
        self.canvas.image.paste(colour, box, ImageChops.multiply(mask, ramp))

    def form(
        self, points: Sequence[Point], fill: RGB, shadow: RGB, strength: float = 0.5,
        toward: Point = (0.3, 1.0), start: float = 0.25,
    ) -> None:  # fmt: skip
        """Fill the polygon *points* and shade its far side, so that it looks round."""
        self.poly(points, fill)
        self.shade(points, shadow, strength, toward, start)

    @contextmanager
    def inside(self, points: Sequence[Point]) -> Iterator["Pen"]:
        """Yield a pen that draws only inside the polygon *points*; it shows when the block ends."""
        pixels = self.pixels(points)
        box = self.canvas.visible(pixels) or (0, 0, 1, 1)
        part = self.canvas.part(box)
        a, b, c, d, e, f = self.matrix
        yield Pen(part, (a, b, c - box[0], d, e, f - box[1]))
        self.canvas.image.paste(part.image, box, _mask(pixels, box))

    def glow(self, x: float, y: float, radius: float, colour: RGB, strength: float = 0.6) -> None:
        """Lay soft round light over the picture, strongest in its middle."""
        (px, py), reach = self.pixels([(x, y)])[0], radius * self.scale
        box = self.canvas.visible([(px - reach, py - reach), (px + reach, py + reach)])
        if box is None or reach < 2:
            return
        disc = Image.radial_gradient("L").point(_fading(strength))
        zoom = 128 / reach
        left, top, right, low = (
            min(256.0, max(0.0, 128 + (edge - middle) * zoom))
            for edge, middle in zip(box, (px, py, px, py), strict=True)
        )
        size = (box[2] - box[0], box[3] - box[1])
        self.canvas.image.paste(colour, box, disc.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, low)))
