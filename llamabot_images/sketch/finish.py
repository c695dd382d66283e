"""What is done to the whole picture at its final size: light, vignette, style, grain."""

import math
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from llamabot_images.sketch.canvas import paper_noise
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB
from llamabot_images.sketch.scene import Lamp

__all__ = ["add_grain", "add_vignette", "apply_style", "shine_lamp"]

_SMALL = 192


def _small_size(image: Image.Image) -> tuple[int, int]:
    share = _SMALL / max(image.size)
    return max(8, round(image.width * share)), max(8, round(image.height * share))


def shine_lamp(image: Image.Image, lamp: Lamp, unit: float) -> Image.Image:
    """Return *image* dark but for the warm light below *lamp*."""
    size = _small_size(image)
    scale = size[0] / image.width * unit
    x, top, low, reach = lamp.x * scale, lamp.y * scale, lamp.floor * scale, lamp.reach * scale
    cone = Image.new("L", size)
    draw = ImageDraw.Draw(cone)
    draw.polygon(
        [(x - reach * 0.3, top), (x + reach * 0.3, top), (x + reach * 1.15, low), (x - reach * 1.15, low)], fill=255
    )
    draw.ellipse((x - reach * 1.15, low - reach * 0.24, x + reach * 1.15, low + reach * 0.26), fill=255)
    draw.ellipse((x - reach * 0.8, top - reach * 0.6, x + reach * 0.8, top + reach * 0.8), fill=210)
    cone = cone.filter(ImageFilter.GaussianBlur(max(1.0, size[0] / 22))).resize(image.size, Image.Resampling.BICUBIC)
    dim = image.point([round(i * share) for share in (0.49, 0.46, 0.67) for i in range(256)])
    warm = [round(min(255, i * 1.2 + 6) * share) for share in (1.0, 0.925, 0.81) for i in range(256)]
    dim.paste(image.point(warm), (0, 0), cone)
    return dim


def add_vignette(image: Image.Image, ink: RGB, strength: float) -> Image.Image:
    """Return *image* with its corners drawn towards *ink*."""
    levels = [round(255 * strength * min(1.0, max(0.0, i - 118) / 137) ** 1.6) for i in range(256)]
    mask = Image.radial_gradient("L").resize(_small_size(image), Image.Resampling.BILINEAR).point(levels)
    image.paste(ink, (0, 0), mask.resize(image.size, Image.Resampling.BICUBIC))
    return image


def add_grain(image: Image.Image, amount: int) -> Image.Image:
    """Return *image* with the even grain of paper, *amount* levels up and down."""
    speck = paper_noise(image.width, 256, levels=[128 + round((i / 255 * 2 - 1) * amount) for i in range(256)])
    grain = Image.merge("RGB", (speck, speck, speck))
    for top in range(0, image.height, 256):
        strip = image.crop((0, top, image.width, min(top + 256, image.height)))
        image.paste(ImageChops.add(strip, grain.crop((0, 0, *strip.size)), 1, -128), (0, top))
    return image


def apply_style(image: Image.Image, style: str | None, paper: RGB, dice: Chance) -> Image.Image:
    """Return *image* as the *style* asks; colours were seen to when it was drawn."""
    change = _STYLES.get(style or "")
    return change(image, paper, dice) if change else image


def _blotches(size: tuple[int, int], dice: Chance, cells: int) -> Image.Image:
    """Return soft noise in shades of grey with about *cells* spots along the longer side."""
    share = cells / max(size)
    small = max(2, round(size[0] * share)), max(2, round(size[1] * share))
    noise = bytes(dice.below(256) for _ in range(small[0] * small[1]))
    return Image.frombytes("L", small, noise).resize(size, Image.Resampling.BICUBIC)


def _watercolor(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    """Let colours pool and bleed, and leave the rim of the sheet white."""
    radius = max(0.6, min(image.size) / 420)
    soft = image.filter(ImageFilter.BoxBlur(radius))
    edge = ImageChops.difference(soft, soft.filter(ImageFilter.BoxBlur(radius * 3))).convert("L")
    white = Image.new("RGB", image.size, (253, 250, 243))
    pale = Image.blend(soft, white, 0.2)
    rich = ImageChops.multiply(soft, pale)
    pool = Image.blend(_blotches(image.size, dice, 7), _blotches(image.size, dice, 26), 0.4)
    pools = ImageChops.add(
        pool.point([min(150, max(0, round((i - 96) * 1.5))) for i in range(256)]),
        edge.point([min(200, max(0, i - 2) * 9) for i in range(256)]),
    )
    painted = Image.composite(rich, pale, pools)
    bloom = pool.point([min(150, max(0, (112 - i) * 3)) for i in range(256)])
    painted = Image.composite(Image.blend(painted, white, 0.6), painted, bloom)
    return Image.composite(painted, white, _ragged_sheet(image.size, dice))


def _ragged_sheet(size: tuple[int, int], dice: Chance) -> Image.Image:
    """Return a mask of the sheet whose rim is uneven, as a brush leaves it."""
    small = (max(8, size[0] // 2), max(8, size[1] // 2))
    inset = max(1, round(min(small) * 0.045))
    sheet = Image.new("L", small)
    ImageDraw.Draw(sheet).rectangle((inset, inset, small[0] - inset - 1, small[1] - inset - 1), fill=255)
    sheet = sheet.filter(ImageFilter.BoxBlur(max(1, inset * 0.5)))
    noise = Image.blend(_blotches(small, dice, 16), _blotches(small, dice, 60), 0.4)
    rough = ImageChops.add(sheet, noise.point([64 + i // 2 for i in range(256)]), 1, -128)
    level = [min(255, max(0, (i - 120) * 10)) for i in range(256)]
    inside = sheet.point([255 if i > 252 else 0 for i in range(256)])
    return ImageChops.lighter(rough.point(level), inside).resize(size, Image.Resampling.BICUBIC)


def _gray(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    return image.convert("L").convert("RGB")


def _toned(dark: RGB, light: RGB, share: float) -> Callable[[Image.Image, RGB, Chance], Image.Image]:
    """Return a change that draws all colours towards a scale from *dark* to *light*."""

    def change(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
        return Image.blend(image, ImageOps.colorize(image.convert("L"), dark, light), share)

    return change


def _pastel(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    return Image.blend(image, Image.new("RGB", image.size, (255, 250, 246)), 0.18)


def _neon(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    """Return the picture with stronger colours and a glow around what is bright."""
    strong = ImageEnhance.Color(image).enhance(1.5)
    small = strong.resize(_small_size(image), Image.Resampling.BOX).point([max(0, i - 90) for i in range(256)] * 3)
    glow = small.filter(ImageFilter.GaussianBlur(5)).resize(image.size, Image.Resampling.BICUBIC)
    return ImageChops.screen(strong, glow)


def _pixel(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    """Return the picture in large square dots and few colours."""
    share = 96 / min(image.size)
    if share >= 1:
        return image
    small = max(1, round(image.width * share)), max(1, round(image.height * share))
    dots = image.resize(small, Image.Resampling.BOX).quantize(40, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    return dots.convert("RGB").resize(image.size, Image.Resampling.NEAREST)


def _mosaic(image: Image.Image, paper: RGB, dice: Chance) -> Image.Image:
    """Return the picture laid from little stones."""
    unit = max(4, min(image.size) // 72)
    across, down = math.ceil(image.width / unit), math.ceil(image.height / unit)
    stones = image.resize((across, down), Image.Resampling.BOX)
    shades = Image.frombytes("L", (across, down), bytes(206 + dice.below(50) for _ in range(across * down)))
    stones = ImageChops.multiply(stones, Image.merge("RGB", (shades, shades, shades)))
    big = stones.resize((across * unit, down * unit), Image.Resampling.NEAREST)
    gap = Image.new("L", (unit, unit), 255)
    joint = max(1, unit // 10)
    ImageDraw.Draw(gap).rectangle((0, 0, unit - 1, joint - 1), fill=0)
    ImageDraw.Draw(gap).rectangle((0, 0, joint - 1, unit - 1), fill=0)
    row = Image.new("L", (across * unit, unit))
    for i in range(across):
        row.paste(gap, (i * unit, 0))
    mask = Image.new("L", big.size)
    for j in range(down):
        mask.paste(row, (0, j * unit))
    laid = Image.composite(big, big.point([round(i * 0.74) for i in range(256)] * 3), mask)
    return laid.crop((0, 0, image.width, image.height))


_STYLES: dict[str, Callable[[Image.Image, RGB, Chance], Image.Image]] = {
    "watercolor": _watercolor, "pixel": _pixel, "mosaic": _mosaic, "gray": _gray, "pastel": _pastel, "neon": _neon,
    "sepia": _toned((50, 30, 18), (255, 240, 210), 0.8), "vintage": _toned((60, 40, 60), (255, 232, 190), 0.3),
}  # fmt: skip
