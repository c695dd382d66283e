"""What bytes are, and where a picture of each format ends."""

import zlib

import pytest

from llamabot_images.formats import foreign_kind, mime_for_suffix, plain_mime, sniff, suffix_for
from llamabot_images.formats.layout import MAX_PARTS, Broken, Layout, check_size

from .pictures import MIME_TYPES, SVG, as_heic, chunks, encode, noisy, png_of, sample

FOREIGN = {
    "nothing": b"",
    "HTML": b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>",
    "HTML after blank lines": b"\r\n\n  <html lang=en><body>no</body></html>",
    "HTML with a mark": b"\xef\xbb\xbf<!doctype HTML><p>expired",
    "HTML in 16 bit": "<html><body>expired</body></html>".encode("utf-16"),
    "XML": b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>',
    "JSON": b'{"error": {"message": "billing hard limit reached"}}',
    "JSON list": b'[{"url": null}]',
    "null": b"null",
    "words": "le modèle est surchargé".encode(),
    "words in Latin-1": "le modèle est surchargé".encode("latin-1"),
    "base64 of base64": b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8",
    "PDF": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "PDF after junk": b"\x00\x01\x02junk\n%PDF-1.4\n\xe2\xe3",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "EPS": b"\xc5\xd0\xd3\xc6" + bytes(60),
    "ELF": b"\x7fELF\x02\x01\x01" + bytes(60),
    "PE": b"MZ\x90\x00\x03" + bytes(60),
    "Mach-O": b"\xcf\xfa\xed\xfe\x07\x00\x00\x01" + bytes(60),
    "fat Mach-O": b"\xca\xfe\xba\xbe\x00\x00\x00\x02" + bytes(60),
    "zip": b"PK\x03\x04\x14\x00" + bytes(60),
    "gzip": b"\x1f\x8b\x08\x00" + bytes(60),
    "7z": b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(60),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(60),
    "tar": b"picture.png".ljust(257, b"\0") + b"ustar\x0000" + bytes(250),
    "WAV": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(60),
    "MP4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(60),
    "WebM": b"\x1aE\xdf\xa3\x01\x00\x00\x00" + bytes(60),
    "PNG read as UTF-8": b"\x89PNG\r\n\x1a\n\x00\xff".decode("utf-8", "replace").encode() + bytes(60),
    "PNG read as Latin-1": sample("PNG").decode("latin-1").encode(),
    "JPEG read as UTF-8": sample("JPEG").decode("utf-8", "replace").encode(),
    "zeros": bytes(5000),
    "three bytes": b"\x9e\xe9\x65",
}


@pytest.mark.parametrize("name", MIME_TYPES)
def test_sniff_knows_each_format(name):
    """The first bytes of a picture name its format."""
    assert MIME_TYPES[name] == sniff(sample(name))


@pytest.mark.parametrize(
    "text",
    [
        SVG,
        b"<svg/>",
        b"\xef\xbb\xbf  <svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://w3.org/svg11.dtd'>\n<svg/>",
        b"<!-- made by a plotter --><svg:svg xmlns:svg='http://www.w3.org/2000/svg'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>".encode("utf-16"),
    ],
)
def test_sniff_knows_svg_in_its_forms(text):
    """An SVG is known behind a byte order mark, a comment, a document type or a prefix."""
    assert sniff(text) == "image/svg+xml"


def test_sniff_tells_heic_from_avif():
    """The brands of the first box tell the two apart."""
    heic = as_heic(sample("AVIF"))

    assert sniff(heic) == "image/heic"


@pytest.mark.parametrize("name", FOREIGN)
def test_foreign_bytes_are_named_and_not_sniffed(name):
    """What is positively no picture is never taken for one, and gets a name for the message."""
    assert sniff(FOREIGN[name]) is None
    assert foreign_kind(FOREIGN[name])


@pytest.mark.parametrize("head", [b"\x00\x00\x00\x0cJXL \r\n\x87\n", b"\xff\x0a", b"qoif", b"\x8aFUT\r\n\x1a\n"])
def test_unknown_bytes_are_not_called_foreign(head):
    """Bytes of a format newer than this library are of no kind, rather than no picture."""
    data = head + bytes(range(256))

    assert sniff(data) is None
    assert foreign_kind(data) is None


def test_a_bitmap_is_not_any_text_with_its_first_two_letters():
    """BMP's two letters alone do not make a BMP."""
    assert sniff(b"BMW is a maker of cars, and of motorcycles too.") is None


@pytest.mark.parametrize(
    ("declared", "suffix"),
    [
        ("image/png", ".png"),
        ("IMAGE/JPG; charset=binary", ".jpg"),
        ("image/heif", ".heic"),
        ("image/jxl", ".jxl"),
        ("image/exe", ".bin"),
        ("text/html", ".bin"),
        ("../../x", ".bin"),
        ("", ".bin"),
        (None, ".bin"),
    ],
)
def test_suffix_comes_from_a_closed_list(declared, suffix):
    """A server's words cannot choose an arbitrary file name ending."""
    assert suffix == suffix_for(declared)


@pytest.mark.parametrize(
    ("suffix", "mime_type"),
    [(".PNG", "image/png"), (".jpeg", "image/jpeg"), (".tif", "image/tiff"), (".svg", "image/svg+xml"), ("", None)],
)
def test_a_suffix_asks_for_a_format(suffix, mime_type):
    """Endings in any case and their aliases name a format; unknown ones name none."""
    assert mime_type == mime_for_suffix(suffix)


def test_declared_types_are_reduced_to_their_core():
    """Parameters, case and aliases of a declared type do not matter."""
    assert plain_mime(" image/JPG ; q=1") == "image/jpeg"


@pytest.mark.parametrize(
    ("size", "fine"),
    [((1, 1, 1), True), ((10_000, 5_000, 1), True), ((10_001, 5_000, 1), False), ((0, 5, 1), False)]
    + [((1024, 1024, 16), True), ((5_000, 5_000, 20), True), ((5_000, 5_000, 21), False)],
)
def test_pixels_are_bounded_in_one_picture_and_in_all_frames(size, fine):
    """Empty pictures and pixel bombs are refused at the documented limits, neither below nor above."""
    width, height, frames = size

    if fine:
        assert Layout(width, height) == check_size(width, height, frames=frames)
    else:
        with pytest.raises(Broken):
            check_size(width, height, frames=frames)


def _with_chunk_before_pixels(kind: bytes, body: bytes, times: int = 1) -> bytes:
    parts = list(chunks(sample("PNG")))
    return png_of([parts[0], *[(kind, body)] * times, *parts[1:]])


@pytest.mark.parametrize(
    ("kind", "head"),
    [(b"zTXt", b"Comment\0\0"), (b"iTXt", b"Comment\0\1\0\0\0"), (b"iCCP", b"profile\0\0")],
)
def test_a_bomb_in_a_text_chunk_is_refused(kind, head):
    """A text chunk that unpacks to more than readers accept is refused, a large legal one is not."""
    from llamabot_images.formats.png import read

    legal = _with_chunk_before_pixels(kind, head + zlib.compress(bytes(2**20)))
    bomb = _with_chunk_before_pixels(kind, head + zlib.compress(bytes(2**20 + 1)))

    assert Layout(48, 40) == read(legal)
    with pytest.raises(Broken, match="bomb"):
        read(bomb)


def test_many_legal_text_chunks_make_a_bomb():
    """All text chunks together are bounded too."""
    from llamabot_images.formats.png import read

    bomb = _with_chunk_before_pixels(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(2**20)), times=65)

    with pytest.raises(Broken, match="bomb"):
        read(bomb)


def test_a_text_chunk_that_cannot_be_unpacked_is_no_reason_to_refuse():
    """Readers skip such a chunk and show the picture; so does the check."""
    from llamabot_images.formats.png import read

    assert Layout(48, 40) == read(_with_chunk_before_pixels(b"zTXt", b"Comment\0\0not deflate"))


def test_endless_chunks_are_refused_quickly():
    """A file of nothing but tiny chunks is given up on."""
    from llamabot_images.formats.png import read

    with pytest.raises(Broken, match="chunks"):
        read(_with_chunk_before_pixels(b"teSt", b"", times=MAX_PARTS))


PNG_DAMAGE = {
    "pixels end early": lambda body: zlib.compress(zlib.decompress(body)[:-1]),
    "stream cut": lambda body: body[: len(body) // 2],
    "stream garbage": lambda body: b"\x78\x9c" + bytes(range(200)),
    "no stream": lambda body: b"",
}


@pytest.mark.parametrize("damage", PNG_DAMAGE)
def test_wrong_pixels_under_right_checksums_are_seen(damage):
    """The pixel stream of a PNG has to hold what its header demands."""
    from llamabot_images.formats.png import read

    parts = [(kind, PNG_DAMAGE[damage](body) if kind == b"IDAT" else body) for kind, body in chunks(sample("PNG"))]

    with pytest.raises(Broken):
        read(png_of(parts))


def test_the_beginning_of_a_large_pixel_stream_is_sampled():
    """Over 1 MiB the pixels are not all unpacked, but garbage at their beginning is seen."""
    from llamabot_images.formats.png import read

    large = encode(noisy(800, 800), "PNG", compress_level=1)
    garbled = [(kind, bytes(len(body)) if kind == b"IDAT" else body) for kind, body in chunks(large)]

    assert Layout(800, 800) == read(large)
    with pytest.raises(Broken):
        read(png_of(garbled))


def test_interlaced_pixels_are_counted_pass_by_pass():
    """Each of the seven passes of an interlaced PNG begins its rows anew."""
    from llamabot_images.formats.png import read

    passes = [(1, 1), (1, 1), (2, 1), (1, 2), (3, 1), (3, 3), (6, 3)]
    pixels = b"".join(bytes(rows * (1 + columns)) for columns, rows in passes)
    header = b"\0\0\0\6\0\0\0\6\x08\0\0\0\1"
    whole = png_of([(b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")])
    short = png_of([(b"IHDR", header), (b"IDAT", zlib.compress(pixels[:-1])), (b"IEND", b"")])

    assert Layout(6, 6) == read(whole)
    with pytest.raises(Broken):
        read(short)


HEADERS = {
    "not 13 bytes": [(b"IHDR", b"\0\0\0\1")],
    "not first": [(b"tEXt", b"a\0b")],
    "depth": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x03\0\0\0\0")],
    "no palette": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\3\0\0\0")],
    "no pixels": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0")],
    "torn": [(b"IHDR", b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"), (b"IDAT", b"x"), (b"tEXt", b"a\0b"), (b"IDAT", b"x")],
    "huge": [(b"IHDR", b"\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\0\0\0\0"), (b"IDAT", b"x")],
    "implausible": [(b"IHDR", b"\0\0\x10\0\0\0\x10\0\x08\0\0\0\0"), (b"IDAT", zlib.compress(b""))],
}


@pytest.mark.parametrize("case", HEADERS)
def test_a_png_that_makes_no_sense_is_refused(case):
    """Right checksums do not help a file whose header or order is wrong."""
    from llamabot_images.formats.png import read

    with pytest.raises(Broken):
        read(png_of([*HEADERS[case], (b"IEND", b"")]))
