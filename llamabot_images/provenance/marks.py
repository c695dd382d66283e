"""What a picture's own bytes say of where it comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from llamabot_images.provenance import comfyui, exif, infotext, xmp
from llamabot_images.provenance.parts import MAX_TEXT, Part, parts_of

__all__ = ["Provenance", "marks_of"]

_EXIF_TEXTS = (exif.DESCRIPTION, exif.MAKE, exif.MODEL)
_LONGEST_WORD = 500


@dataclass(frozen=True)
class Provenance:
    """Where a picture says that it comes from. False where it says nothing.

    Nothing is proven by it: anybody can write anything into a picture. Only a C2PA manifest is signed, and its
    signature is not checked here.

    :param marks: What is there, of ``"c2pa"`` (a manifest), ``"iptc"`` (the kind of source, or IPTC's fields
        on AI), ``"a1111"`` (generation parameters), ``"comfyui"`` (a graph), ``"llamabot_images"`` (embedded by
        this library), ``"sidecar"`` (in a file beside it) and ``"journal"`` (in the ``metadata.jsonl`` of a batch).
    :param prompt: What was asked, where it is told.
    :param model: The model, as whoever wrote it calls it.
    :param source_type: IPTC's word for the kind of source, such as ``"trainedAlgorithmicMedia"``.
    :param software: The program that made the picture; not a mark by itself.
    :param settings: The generation parameters by name, as text.
    :param workflow: ComfyUI's graph.
    :param record: What this library wrote: all of it from a sidecar, what can be asked again from the picture.
    :param changed: Whether *record* is of other bytes than these: the picture was edited, or is another one.
    """

    marks: tuple[str, ...] = ()
    prompt: str | None = None
    model: str | None = None
    source_type: str | None = None
    software: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    workflow: Mapping[str, Any] = field(default_factory=dict, repr=False)
    record: Mapping[str, Any] = field(default_factory=dict, repr=False)
    changed: bool = False

    @property
    def c2pa(self) -> bool:
        """Whether there is a C2PA manifest, valid or not."""
        return "c2pa" in self.marks

    def __bool__(self) -> bool:
        return bool(self.marks)


def marks_of(data: bytes) -> Provenance:
    """Return what picture bytes say of where they come from.

    Only the structure of the file is read: no pixels are decoded, no signature is checked, nothing is fetched.

    :param data: A picture; corrupt, cut short and hostile ones give what can be read of them.
    """
    found: dict[str, bytes] = {}
    for part in parts_of(data):
        for one in _inner(part):
            if one.body or one.kind == "c2pa":
                found.setdefault(one.kind, one.body)
    return _provenance(found)


def _inner(part: Part) -> Iterator[Part]:
    """Yield a part, or the parts that are packed in it."""
    if part.kind == "exif":
        yield from _exif_parts(exif.read(part.body))
    elif part.kind == "svg":
        yield Part("xmp", part.body)
        if xmp.names_manifest(part.body):
            yield Part("c2pa")
    else:
        yield part


def _exif_parts(values: Mapping[int, bytes]) -> Iterator[Part]:
    if exif.C2PA in values:
        yield Part("c2pa")
    if exif.XMP in values:
        yield Part("xmp", values[exif.XMP])
    if exif.SOFTWARE in values:
        yield Part("software", values[exif.SOFTWARE].rstrip(b"\0"))
    if exif.COMMENT in values and len(values[exif.COMMENT]) <= 2 * MAX_TEXT + 8:
        text = exif.comment_text(values[exif.COMMENT])
        if infotext.read(text).settings:
            yield Part("parameters", text.encode("utf-8", "replace"))
    for tag in _EXIF_TEXTS:
        # ComfyUI's WebP: the name of the text, a colon, the text.
        name, _, text_bytes = values.get(tag, b"").rstrip(b"\0").partition(b":")
        if name.lower() in (b"prompt", b"workflow") and text_bytes.lstrip().startswith(b"{"):
            yield Part(name.lower().decode(), text_bytes)


def _provenance(found: Mapping[str, bytes]) -> Provenance:
    said = xmp.read(found["xmp"]) if "xmp" in found else {}
    told = infotext.read(_text(found, "parameters"))
    graph = comfyui.read(_text(found, "prompt"), _text(found, "workflow"))
    source = said.get("DigitalSourceType", "").rpartition("/")[2][:_LONGEST_WORD]
    system = " ".join(filter(None, (said.get("AISystemUsed"), said.get("AISystemVersionUsed"))))
    software = _text(found, "software") or said.get("CreatorTool", "")
    return Provenance(
        marks=tuple(_marks(found, said, told, graph)),
        prompt=told.prompt if "parameters" in found else graph.prompt or said.get("AIPromptInformation") or None,
        model=told.settings.get("Model") or graph.model or system[:_LONGEST_WORD] or None,
        source_type=source or None,
        software=software[:_LONGEST_WORD] or None,
        settings=told.settings,
        workflow=graph.nodes,
        record=_record(told) if told.is_ours else {},
    )


def _text(found: Mapping[str, bytes], kind: str) -> str:
    return found.get(kind, b"").decode("utf-8", "replace")


def _marks(
    found: Mapping[str, bytes], said: Mapping[str, str], told: infotext.InfoText, graph: comfyui.Graph
) -> Iterator[str]:
    if "c2pa" in found or "c2pa" in said:
        yield "c2pa"
    if said.keys() & {"DigitalSourceType", *xmp.AI_FIELDS}:
        yield "iptc"
    if "parameters" in found:
        yield "llamabot_images" if told.is_ours else "a1111"
    if graph.nodes:
        yield "comfyui"


def _record(told: infotext.InfoText) -> dict[str, Any]:
    """Return what can be asked again, by the names that a record has."""
    settings = told.settings
    seed = settings.get("Seed", "")
    return {
        "text": told.prompt,
        "prompt": told.prompt,
        "model": settings.get("Model"),
        "size": settings.get("Requested size", settings.get("Size")),
        "quality": settings.get("Quality"),
        "seed": int(seed) if seed.isdecimal() and len(seed) < 40 else None,
        "library": settings.get("Version"),
        **({"edited_from": edited.split()} if (edited := settings.get("Edited from")) else {}),
    }
