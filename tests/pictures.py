"""Small real pictures in every format, and ways of damaging them."""

import os
import random
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from llamabot_images.errors import InvalidImageError

ROOT = Path(__file__).parents[1]
TORTURE = os.environ.get("TORTURE") == "1"
"""Whether the full figures are wanted; they take minutes."""

SVG = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- a square -->\n'
    b'<svg xmlns="http://www.w3.org/2000/svg" width="48" height="40"><rect width="9" height="9"/></svg>\n'
)
MIME_TYPES = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "AVIF": "image/avif",
    "BMP": "image/bmp",
    "TIFF": "image/tiff",
}


def encode(image: Image.Image, name: str, **options: object) -> bytes:
    """Return *image* in the format that Pillow calls *name*."""
    output = BytesIO()
    image.save(output, name, **options)
    return output.getvalue()


def run_python(code: str, *arguments: object, given: bytes = b"") -> str:
    """Run *code* in a fresh Python and return what it prints."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    run = subprocess.run(command, input=given, capture_output=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert run.returncode == 0, run.stderr.decode()
    return run.stdout.decode().strip()


def outcome_of(function: Callable[[Any], Any], argument: Any) -> Any:
    """Return what *function* returns, or the documented error that it raises."""
    try:
        return function(argument)
    except InvalidImageError as error:
        return error


def noisy(width: int = 48, height: int = 40) -> Image.Image:
    """Return a picture that compresses badly and is the same in every run."""
    return Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))


def see_through() -> Image.Image:
    """Return a picture with every degree of transparency."""
    image = noisy().convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


@cache
def sample(name: str) -> bytes:
    """Return a small picture in the format that Pillow calls *name*."""
    return encode(noisy(), name)


@cache
def variants() -> dict[str, bytes]:
    """Return pictures of every kind: modes, compressions, animations."""
    image, frames = noisy(), [noisy().rotate(20 * turn) for turn in range(1, 4)]
    animated = {"save_all": True, "append_images": frames}
    return {name.lower(): sample(name) for name in MIME_TYPES} | {
        "png palette": encode(image.quantize(16), "PNG"),
        "png transparent": encode(see_through(), "PNG"),
        "png 16 bit": encode(image.convert("I;16"), "PNG"),
        "png bilevel": encode(image.convert("1"), "PNG"),
        "png animated": encode(image, "PNG", **animated),
        "jpeg progressive": encode(image, "JPEG", progressive=True),
        "jpeg grey": encode(image.convert("L"), "JPEG"),
        "jpeg inks": encode(image.convert("CMYK"), "JPEG"),
        "jpeg rgb": encode(image, "JPEG", keep_rgb=True),
        "jpeg of two": encode(image, "MPO", save_all=True, append_images=frames[:1]),
        "jpeg restarts": encode(image, "JPEG", restart_marker_blocks=2),
        "webp transparent": encode(see_through(), "WEBP"),
        "webp lossless": encode(image, "WEBP", lossless=True),
        "webp animated": encode(image, "WEBP", **animated),
        "gif animated": encode(image, "GIF", **animated),
        "avif transparent": encode(see_through(), "AVIF"),
        "avif animated": encode(image, "AVIF", **animated),
        "tiff lzw": encode(image, "TIFF", compression="tiff_lzw"),
        "tiff big": encode(image, "TIFF", big_tiff=True),
        "heic": as_heic(sample("AVIF")),
        "svg": SVG,
    }


def as_heic(avif: bytes) -> bytes:
    """Return an AVIF under HEIC's brands: the same boxes, nothing that Pillow decodes."""
    size = int.from_bytes(avif[:4], "big")
    brands = avif[8:size].replace(b"avif", b"heic").replace(b"avis", b"hevc")
    return avif[:8] + brands + avif[size:]


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return a PNG chunk with the right checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and body of the chunks of a PNG, whole or not."""
    position = 8
    while position + 8 <= len(png):
        length = int.from_bytes(png[position : position + 4], "big")
        yield png[position + 4 : position + 8], png[position + 8 : position + 8 + length]
        position += 12 + length


def png_of(parts: Iterator[tuple[bytes, bytes]] | list[tuple[bytes, bytes]]) -> bytes:
    """Return a PNG of these chunks, all checksums right."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """Return *data* after one or several accidents."""
    broken = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        if not broken:
            break
        near = len(broken) if dice.random() < 0.5 else min(len(broken), 200)
        _hurt(broken, dice.randrange(near), dice)
    return bytes(broken)


def _hurt(data: bytearray, at: int, dice: random.Random) -> None:
    match dice.randrange(6):
        case 0:
            data[at] = dice.randrange(256)
        case 1:
            data[at] ^= 1 << dice.randrange(8)
        case 2:
            del data[at : at + dice.randrange(1, 64)]
        case 3:
            data[at:at] = dice.randbytes(dice.randrange(1, 16))
        case 4:
            numbers = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\x7f\xff\xff\xff", b"\0\0\0\1", b"\x80\0\0\0")
            data[at : at + 4] = dice.choice(numbers)
        case _:
            del data[at:]
