"""Arithmetic on colours. A colour is a tuple of red, green and blue from 0 to 255."""

import colorsys

__all__ = ["RGB", "brightness", "darker", "glowing", "lighter", "mix", "recolour", "rgb", "saturate", "to_gray"]

RGB = tuple[int, int, int]


def rgb(text: str) -> RGB:
    """Return the colour written as ``rrggbb``."""
    return int(text[0:2], 16), int(text[2:4], 16), int(text[4:6], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """Return *first* with *share* (0 to 1) of *second* in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: RGB, share: float) -> RGB:
    """Return *colour* with *share* of a warm white."""
    return mix(colour, (255, 250, 240), share)


def darker(colour: RGB, share: float) -> RGB:
    """Return *colour* with *share* of a deep blue; shadows without blue look dirty."""
    return mix(colour, (22, 16, 46), share)


def brightness(colour: RGB) -> float:
    """Return how bright *colour* looks, 0 to 1."""
    return (0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]) / 255


def to_gray(colour: RGB) -> RGB:
    """Return the grey as bright as *colour*."""
    level = round(255 * brightness(colour))
    return level, level, level


def _from_hls(hue: float, light: float, strength: float) -> RGB:
    red, green, blue = colorsys.hls_to_rgb(hue % 1.0, min(max(light, 0.0), 1.0), min(max(strength, 0.0), 1.0))
    return round(red * 255), round(green * 255), round(blue * 255)


def _to_hls(colour: RGB) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(colour[0] / 255, colour[1] / 255, colour[2] / 255)


def saturate(colour: RGB, factor: float) -> RGB:
    """Return *colour* with its strength times *factor*."""
    hue, light, strength = _to_hls(colour)
    return _from_hls(hue, light, strength * factor)


def glowing(colour: RGB) -> RGB:
    """Return the bright, strong sister of *colour*, as in neon light."""
    hue, light, _ = _to_hls(colour)
    return _from_hls(hue, 0.52 + light * 0.15, 1.0)


def recolour(colour: RGB, like: RGB, share: float) -> RGB:
    """Return *colour* turned by *share* towards the hue of *like*, about as bright as before.

    A grey, black or white *like* takes colour away and moves the brightness.
    """
    hue, light, strength = _to_hls(like)
    own_light = _to_hls(colour)[1]
    target = _from_hls(hue, own_light * 0.75 + light * 0.25, strength * 0.9)
    return mix(colour, target, share)
