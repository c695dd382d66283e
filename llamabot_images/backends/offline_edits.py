"""The offline model edits: a visible change of the given picture, as far as a drawing routine can. No AI."""

from typing import Any

from llamabot_images.backends.offline import OfflineReply, drawn, encode, kind_of, raise_for
from llamabot_images.request import Capabilities
from llamabot_images.sources import Sources

__all__ = ["redraw"]

#: Larger pictures are made smaller first: a photograph of twelve megapixels would take a quarter of a minute.
LONGEST = 2048


def redraw(keywords: dict[str, Any], can: Capabilities) -> OfflineReply:
    """Change the first of the given pictures as the prompt says, *n* times.

    What comes has the size of that picture, 2048 pixels at most. The same prompt, picture and seed give the same bytes.

    :param keywords: Of one call: ``prompt``, ``sources``, and ``n``, ``seed``, ``output_format``, ``response_format``.
    :param can: The model; the scripted failures fail here too.
    """
    from llamabot_images.convert import open_image
    from llamabot_images.sketch.retouch import retouch

    raise_for(can.name)
    sources: Sources = keywords["sources"]
    kind = kind_of(str(keywords.get("output_format") or "png"))
    before = open_image(sources.images[0].data)
    before.thumbnail((LONGEST, LONGEST))
    mask = open_image(sources.mask.data) if sources.mask else None
    seeds = (_seed(keywords.get("seed"), index) for index in range(keywords.get("n", 1)))
    pictures = (retouch(before, keywords["prompt"], mask=mask, seed=seed) for seed in seeds)
    return OfflineReply([drawn(encode(one, kind), kind, keywords.get("response_format")) for one in pictures])


def _seed(seed: int | None, index: int) -> int | None:
    return (seed or 0) * 1009 + index if index else seed
