"""The offline model draws while one looks on: its words, its sketches, and the picture."""

import base64
from collections.abc import Generator
from typing import Any

from llamabot_images.backends.offline import OfflineReply, drawn, encode, kind_of, raise_for, shape_of, words_for
from llamabot_images.backends.pieces import Rough, Words
from llamabot_images.replies import Slot
from llamabot_images.request import Capabilities

__all__ = ["pieces_of_drawing"]

#: Pictures per drawing, the finished one included.
STAGES = 3
Pieces = Generator[Words | Rough | OfflineReply, None, None]


def pieces_of_drawing(keywords: dict[str, Any], can: Capabilities) -> Pieces:
    """Yield words and unfinished pictures, the reply last: the same as without looking on.

    :param keywords: Of one call.
    :param can: The model; the scripted failures fail here too.
    """
    raise_for(can.name)
    for word in words_for(keywords).split(" "):
        yield Words(f"{word} ")
    kind, data = kind_of(keywords.get("output_format", "png")), []
    for picture in range(keywords.get("n", 1)):
        finished = b""
        for index, stage in enumerate(_stages(keywords, picture)):
            finished = encode(stage, kind)
            if index < STAGES - 1:
                rough = base64.b64encode(finished).decode("ascii")
                yield Rough(Slot(b64_json=rough), index, picture)
        data.append(drawn(finished, kind, keywords.get("response_format", "b64_json")))
    yield OfflineReply(data, _hidden_params={"response_cost": 0.0, "text": words_for(keywords)})


def _stages(keywords: dict[str, Any], picture: int) -> Any:
    from llamabot_images import sketch

    width, height = shape_of(keywords.get("size"))
    return sketch.stages(keywords["prompt"], width, height, seed=keywords.get("seed"), index=picture, count=STAGES)
