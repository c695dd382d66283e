"""What made a picture: its record, beside it or in it, and what other marks say."""

import errno
import hashlib
import stat
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from llamabot_images.errors import ProvenanceLostWarning
from llamabot_images.files import expanded
from llamabot_images.payload import MAX_BYTES
from llamabot_images.provenance.embed import embed
from llamabot_images.provenance.marks import Provenance, marks_of
from llamabot_images.provenance.records import record_of, sent_by
from llamabot_images.provenance.rows import JOURNAL, row_of
from llamabot_images.provenance.sidecars import Recorder, read_sidecar, save_new, save_over, sidecar_of, write_sidecar
from llamabot_images.warn import warn

__all__ = [
    "Provenance",
    "Recorder",
    "asked_in",
    "embed",
    "marks_of",
    "read_provenance",
    "record_of",
    "save_new",
    "save_over",
    "sent_by",
    "sidecar_of",
    "warn_of_loss",
    "write_sidecar",
]

#: What is asked again.
_ASKED = ("prompt", "model", "size", "quality", "seed")
#: What the conversion itself warns of.
_TOLD = frozenset({"c2pa", "sidecar", "journal"})


def read_provenance(path: str | Path) -> Provenance | None:
    """Return what a picture file, and the record beside it, say of where the picture comes from.

    Read are this library's own record, in a batch's journal too, C2PA's presence, IPTC's fields, generation
    parameters as A1111's web UI and others write them, and ComfyUI's graph. A corrupt or cut picture gives what
    can be read of it.

    :param path: The picture's, not the sidecar's. Of a file over 64 MiB, the beginning is read.
    :return: ``None`` where nothing is said.
    :raises OSError: When there is no such file, or it cannot be read.
    """
    path = expanded(path)
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is a folder, device or pipe, not a file", str(path))
    with path.open("rb") as file:
        data = file.read(MAX_BYTES)
    found = marks_of(data)
    for kind, beside in (("sidecar", read_sidecar(path)), ("journal", row_of(path))):
        if beside is not None:
            is_whole = status.st_size == len(data)
            same = is_whole and beside.get("sha256") == hashlib.sha256(data).hexdigest()
            return _with_record(found, kind, beside, changed=not same)
    return found or None


def _with_record(found: Provenance, kind: str, record: Mapping[str, Any], *, changed: bool) -> Provenance:
    marks = (*found.marks, kind)
    if changed and found.record:
        return replace(found, marks=marks)
    prompt, model = (value if isinstance(value := record.get(name), str) else None for name in ("prompt", "model"))
    if changed:
        prompt, model = found.prompt or prompt, found.model or model
    return replace(found, marks=marks, prompt=prompt, model=model, record=record, changed=changed)


def asked_in(path: str | Path) -> dict[str, Any]:
    """Return what was asked for a picture, as settings of a bot and the prompt.

    :param path: A picture that this library saved with a sidecar or in a batch, or embedded a record in.
    :return: ``prompt``, and those of ``model``, ``size``, ``quality`` and ``seed`` that are known. A size or
        quality of ``None`` was left to the model.
    :raises ValueError: When the picture has no such record, or one of other bytes.
    :raises OSError: When the file cannot be read.
    """
    found = read_provenance(path)
    name = Path(path).name
    if found is None or not found.record:
        raise ValueError(f"{name!r} has no record of how it was made: {_advice(found)}; nothing was sent")
    if found.changed:
        raise ValueError(
            f"{name!r} is not the picture that the record beside it ({_beside(path)}) is of: it was edited, or "
            f"another picture was saved in its place; {_advice(found)}; nothing was sent"
        )
    if found.record.get("edited_from"):
        raise ValueError(
            f"{name!r} was made from another picture: give that one to bot.edit() with the prompt; nothing was sent"
        )
    asked = {key: found.record[key] for key in _ASKED if key in found.record}
    # Where it is known who was asked, it is also known what was left to the model.
    left_open = ("size", "quality") if found.record.get("provider") else ()
    return {key: value for key, value in asked.items() if value is not None or key in left_open}


def _beside(path: str | Path) -> str:
    return sidecar_of(path).name if read_sidecar(path) else JOURNAL


def _advice(found: Provenance | None) -> str:
    if found is None or not found.prompt:
        return "call the bot with a prompt; ImageBot(sidecar=True) keeps a record of every picture it saves"
    return "call the bot with read_provenance(path).prompt to draw what it says"


def warn_of_loss(before: bytes, after: bytes) -> None:
    """Warn of marks that a conversion has removed and not spoken of: texts of a PNG, the XMP of a GIF.

    :param before: The picture as it was.
    :param after: The converted one.
    """
    kept = marks_of(after).marks
    told = _TOLD if before.startswith(b"GIF8") else _TOLD | {"iptc"}
    lost = [mark for mark in marks_of(before).marks if mark not in kept and mark not in told]
    if lost:
        what = f"converting removed what says where the picture comes from: {', '.join(lost)}"
        warn(what, ProvenanceLostWarning)
