"""What ComfyUI writes into pictures: the graph that made one, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Graph", "read"]

_LONGEST_WAY = 20
_MODEL_INPUTS = ("ckpt_name", "unet_name", "model_name")


@dataclass(frozen=True)
class Graph:
    """What a graph says.

    :param prompt: The text that leads to the sampler's positive input, where one is found.
    :param model: The file of the model.
    :param nodes: The graph as it stands there.
    """

    prompt: str | None = None
    model: str | None = None
    nodes: Mapping[str, Any] = field(default_factory=dict, repr=False)


def read(prompt: str, workflow: str = "") -> Graph:
    """Return what ComfyUI's two texts say.

    :param prompt: The graph as it was run.
    :param workflow: The graph as it is drawn, used where the other is missing.
    """
    nodes = _mapping(prompt)
    if not nodes:
        return Graph(nodes=_mapping(workflow))
    inputs = [_inputs(node) for node in nodes.values()]
    return Graph(
        prompt=next((text for one in inputs if (text := _text(nodes, one.get("positive")))), None),
        model=next((one[name] for one in inputs for name in _MODEL_INPUTS if isinstance(one.get(name), str)), None),
        nodes=nodes,
    )


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _inputs(node: Any) -> Mapping[str, Any]:
    found = node.get("inputs") if isinstance(node, dict) else None
    return found if isinstance(found, dict) else {}


def _text(nodes: Mapping[str, Any], link: Any) -> str | None:
    """Follow a link, ``[node, output]``, to the text that it comes from."""
    for _ in range(_LONGEST_WAY):
        if isinstance(link, str):
            return link
        if not isinstance(link, list) or not link:
            return None
        inputs = _inputs(nodes.get(str(link[0])))
        link = next((inputs[name] for name in ("text", "string", "conditioning", "positive") if name in inputs), None)
    return None
