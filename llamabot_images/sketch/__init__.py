"""A picture drawn from a prompt, without a model, a key or a network.

:func:`draw` makes a picture, :func:`stages` shows it while it grows, :func:`retouch` changes one.
"""

from llamabot_images.sketch.render import draw, stages
from llamabot_images.sketch.retouch import retouch

__all__ = ["draw", "retouch", "stages"]
