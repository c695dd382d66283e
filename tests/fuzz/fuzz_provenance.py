"""Any bytes as a picture that says where it comes from: read without an error, and embedding changes no pixel."""

import json
import struct
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from llamabot_images.errors import InvalidImageError
from llamabot_images.formats import KNOWN_FORMATS
from llamabot_images.payload import verify
from llamabot_images.provenance import Provenance, embed, marks_of

from ..pictures import SVG, chunk, sample, variants
from ..test_marks import A1111, C2PA_PICTURES, GRAPH, exif_with, xmp

RECORD = {"prompt": "a fox, 50% \u72d0\nin snow", "model": "offline/sketch", "size": "48x40", "seed": 7}
PNG_NAMES = (b"parameters", b"prompt", b"workflow", b"Software", b"XML:com.adobe.xmp")


def one_input(data: bytes) -> None:
    """Take the first byte as where in a picture the rest stands."""
    if data:
        WAYS[data[0] % len(WAYS)](data[1:])


def seeds() -> Iterator[bytes]:
    """Give marked pictures, and the texts that are written into such."""
    for picture in (*C2PA_PICTURES.values(), *variants().values()):
        yield b"\0" + picture
    texts = (A1111.encode(), json.dumps(GRAPH).encode(), xmp("<a/>"), exif_with(37510, b"UNICODE\0" + b"a\0" * 9))
    for text in texts:
        yield from (bytes([way]) + text for way in range(1, len(WAYS)))


def as_picture(data: bytes) -> None:
    """Read a whole file, and write into it."""
    found = marks_of(data)
    assert isinstance(found, Provenance)
    repr(found)
    try:
        changed = embed(data, RECORD)
    except (InvalidImageError, ValueError):
        return
    again = marks_of(changed)
    assert (RECORD["prompt"], RECORD["model"], True) == (again.prompt, again.model, "llamabot_images" in again.marks)
    assert pixels(data) == pixels(changed)


def in_png(data: bytes) -> None:
    """Put the text, under each of the names that are read, into a PNG."""
    name, plain = PNG_NAMES[data[0] % len(PNG_NAMES)] if data else b"", sample("PNG")
    for kind, body in ((b"tEXt", name + b"\0" + data[1:]), (b"iTXt", name + b"\0\0\0\0\0" + data[1:]), (b"eXIf", data)):
        as_picture(plain[:33] + chunk(kind, body) + plain[33:])


def in_jpeg(data: bytes) -> None:
    """Put it into a JPEG's segments."""
    plain = sample("JPEG")
    for marker, mark in ((b"\xe1", b"Exif\0\0"), (b"\xe1", b"http://ns.adobe.com/xap/1.0/\0"), (b"\xeb", b"JP")):
        body = (mark + data)[:65_533]
        as_picture(plain[:20] + b"\xff" + marker + struct.pack(">H", len(body) + 2) + body + plain[20:])


def in_webp(data: bytes) -> None:
    """Put it into a WebP's chunks."""
    for kind in (b"EXIF", b"XMP ", b"C2PA"):
        inner = sample("WEBP")[8:] + kind + struct.pack("<I", len(data)) + data + bytes(len(data) & 1)
        as_picture(b"RIFF" + struct.pack("<I", len(inner)) + inner)


def in_svg(data: bytes) -> None:
    """Put it into an SVG."""
    as_picture(SVG.replace(b"<rect", b"<metadata>" + data + b"</metadata><rect", 1))


WAYS = (as_picture, in_png, in_jpeg, in_webp, in_svg)


def pixels(data: bytes) -> bytes:
    """Return what a picture shows."""
    pillow = KNOWN_FORMATS[verify(data).mime_type].pillow
    assert pillow is not None
    with Image.open(BytesIO(data), formats=[pillow.upper()]) as image:
        return image.tobytes()
