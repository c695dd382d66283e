"""What every part of a picture needs to know while it is drawn."""

from dataclasses import dataclass

from llamabot_images.sketch.canvas import Canvas, Pen
from llamabot_images.sketch.chance import Chance
from llamabot_images.sketch.colours import RGB, darker, mix
from llamabot_images.sketch.palette import Palette
from llamabot_images.sketch.words import Brief

__all__ = ["Lamp", "Scene", "unit_of"]

# A strip longer than this is drawn as a slice of a larger picture, or it would hold ever more trees.
_LONGEST = 7.0


def unit_of(width: int, height: int) -> float:
    """Return how many pixels one unit of a scene is: the shorter side, more for a very long strip."""
    return max(float(min(width, height)), max(width, height) / _LONGEST)


@dataclass(frozen=True, slots=True)
class Lamp:
    """A light that shines downwards.

    :param x: Across, in units of the scene.
    :param y: Where its light begins.
    :param floor: Where its light ends.
    :param reach: Half the width of the light on the floor.
    """

    x: float
    y: float
    floor: float
    reach: float


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture being drawn. One unit is :func:`unit_of`; y grows downwards.

    :param ground: Where figures stand, as a share of the height.
    """

    canvas: Canvas
    pen: Pen
    width: float
    height: float
    brief: Brief
    palette: Palette
    chance: Chance
    place: str
    ground: float

    @property
    def floor(self) -> float:
        """Return the height figures stand at."""
        return self.ground * self.height

    @property
    def night(self) -> bool:
        """Say whether it is dark."""
        return self.palette.dark

    def land(self, depth: float) -> RGB:
        """Return the colour of the land from 0 (far away) to 1 (in front)."""
        land = self.palette.land
        place = min(max(depth, 0.0), 1.0) * (len(land) - 1)
        first = min(int(place), len(land) - 2)
        return mix(land[first], land[first + 1], place - first)

    def shadow(self, colour: RGB) -> RGB:
        """Return the colour of *colour* in the shade."""
        return darker(mix(colour, self.palette.ink, 0.3), 0.45)

    def toned(self, colour: RGB) -> RGB:
        """Return a thing's own *colour* in this picture's light."""
        share = {"night": 0.34, "sunset": 0.2, "dawn": 0.1}.get(self.palette.time, 0.04)
        return mix(colour, self.palette.sky[0], share)
