"""Any bytes as a payload: read, or refused with our own error; and what is called whole, Pillow can load."""

import base64
import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

from llamabot_images.errors import InvalidImageError
from llamabot_images.formats import KNOWN_FORMATS
from llamabot_images.payload import ImageInfo, decode_base64, parse_data_uri, verify

from ..pictures import chunks, png_of, variants

#: Pixels above which loading a picture a second time takes the fuzzer's time for nothing new.
MOST_LOADED = 4_000_000
LONGEST_MESSAGE = 1_000


def one_input(data: bytes) -> None:
    """Take the first byte as the way in which the rest came."""
    if data:
        WAYS[data[0] % len(WAYS)](data[1:])


def seeds() -> Iterator[bytes]:
    """Give every kind of picture, plain and in every form of base64."""
    for data in variants().values():
        yield b"\0" + data
        yield b"\3" + data[:600]
    png, encoded = variants()["png"], base64.b64encode(variants()["bmp"][:90])
    yield b"\4" + png
    yield from (bytes([way]) + encoded for way in (1, 2))
    yield b"\1data:image/png;base64," + encoded
    yield b"\1\xef\xbb\xbf '" + base64.urlsafe_b64encode(png[:61]).rstrip(b"=") + b"' \r\n"


def as_bytes(data: bytes) -> None:
    """Judge the bytes of a picture."""
    try:
        with warnings.catch_warnings(action="ignore"):
            info = verify(data)
    except InvalidImageError as error:
        check_refusal(error, data)
        return
    if info.verified:
        check_loads(data, info)


def as_text(data: bytes) -> None:
    """Decode text that may be base64 or a data URI, half characters included, as JSON may bring them."""
    for decode in (decode_base64, lambda text: parse_data_uri(text)[0]):
        try:
            decoded = decode(data.decode("utf-8", "surrogateescape"))
        except InvalidImageError as error:
            check_refusal(error)
        else:
            assert decoded
            as_bytes(decoded)


def as_encoded_bytes(data: bytes) -> None:
    """Decode bytes that may be base64."""
    try:
        assert decode_base64(data)
    except InvalidImageError as error:
        check_refusal(error)


def as_base64(data: bytes) -> None:
    """Decode what was encoded, in each of the forms in which providers send it."""
    if not data:
        return
    plain, in_lines = base64.b64encode(data).decode(), base64.encodebytes(data).decode()
    url_safe = base64.urlsafe_b64encode(data).decode().rstrip("=")
    for text in (plain, in_lines, in_lines.replace("\n", "\r\n"), url_safe, f"\ufeff{plain}", f'"{plain}"'):
        assert data == decode_base64(text)
        assert data == decode_base64(f"data:image/png;base64,{text.strip(chr(0xFEFF) + chr(34))}")


def as_mended_png(data: bytes) -> None:
    """Judge a PNG whose checksums are right, whatever is under them."""
    as_bytes(png_of(list(chunks(data))))


WAYS = (as_bytes, as_text, as_encoded_bytes, as_base64, as_mended_png)


def check_refusal(error: InvalidImageError, data: bytes | None = None) -> None:
    """The message is for people, short and on one line; bytes that were judged are on the error."""
    assert data is None or data == error.data
    assert len(str(error)) < LONGEST_MESSAGE
    assert str(error).isprintable()


def check_loads(data: bytes, info: ImageInfo) -> None:
    """What was called whole can be loaded, and has the size that was told."""
    pillow = KNOWN_FORMATS[info.mime_type].pillow
    if pillow is None:
        return
    with warnings.catch_warnings(action="ignore"), Image.open(BytesIO(data), formats=[pillow.upper()]) as image:
        assert (info.width, info.height) == image.size
        if image.width * image.height <= MOST_LOADED:
            image.load()
