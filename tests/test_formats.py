"""What bytes are, and where a picture of each format ends."""

import pytest

from llamabot_images.formats import foreign_kind, mime_for_suffix, plain_mime, sniff, suffix_for

from .pictures import MIME_TYPES, SVG, as_heic, sample

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
