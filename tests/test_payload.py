"""Base64, data URIs and bytes become pictures known to be whole, or one documented error."""

import base64
import warnings
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from llamabot_images import payload
from llamabot_images.errors import InvalidImageError, UnverifiedImageWarning
from llamabot_images.payload import ImageInfo, decode_base64, parse_data_uri, verify

from .pictures import SVG, TORTURE, chunks, encode, noisy, png_of, run_python, sample, variants

PNG = sample("PNG")
TEXT = base64.b64encode(PNG).decode()
URLSAFE = base64.urlsafe_b64encode(PNG).decode()
LINES = "\n".join(TEXT[at : at + 76] for at in range(0, len(TEXT), 76))

GOOD_BASE64 = {
    "plain": TEXT,
    "bytes": TEXT.encode(),
    "line breaks": LINES,
    "CRLF": LINES.replace("\n", "\r\n"),
    "spaces": LINES.replace("\n", " "),
    "tabs around": f"\t{TEXT}\n\n",
    "URL-safe": URLSAFE,
    "no padding": TEXT.rstrip("="),
    "URL-safe, no padding, line breaks": "\n".join(URLSAFE.rstrip("=")[at : at + 64] for at in range(0, 9000, 64)),
    "too much padding": TEXT + "==",
    "data URI": f"data:image/png;base64,{TEXT}",
    "data URI as bytes, in lines": f"data:image/png;base64,{LINES}".encode(),
    "data URI with parameters": f"DATA:image/PNG;charset=utf-8;base64,{TEXT}",
    "data URI, percent-encoded": f"data:image/png;base64,{quote(TEXT, safe='')}",
    "byte order mark": f"\ufeff{TEXT}",
    "byte order mark as bytes": b"\xef\xbb\xbf" + TEXT.encode(),
    "quotes": f'"{TEXT}"',
    "data URI of octets": f"data:application/octet-stream;base64,{TEXT}",
}
BAD_BASE64 = {
    "empty": "",
    "spaces": " \r\n ",
    "padding only": "====",
    "null": "null",
    "None": "None",
    "words": "Please try again later",
    "sentence": "The model is overloaded, try again.",
    "not ASCII": "é" * 40,
    "half a surrogate": "\ud800" * 40,
    "twice encoded": base64.b64encode(TEXT.encode()).decode(),
    "one character too many": TEXT.rstrip("=")[: len(TEXT) // 4 * 4 - 3],
    "padding inside": TEXT[:40] + "==" + TEXT[42:],
    "HTML": base64.b64encode(b"<!DOCTYPE html><html></html>").decode(),
    "JSON": base64.b64encode(b'{"error": {"message": "no"}}').decode(),
    "cut short": base64.b64encode(PNG[:-9]).decode(),
    "a URL": "https://images.example/1.png",
    "data URI of text": "data:text/html;base64," + base64.b64encode(b"<script>").decode(),
    "data URI without base64": "data:image/svg+xml;utf8,<svg/>",
    "data URI within a data URI": f"data:image/png;base64,data:image/png;base64,{TEXT}",
    "data URI without a comma": "data:image/png;base64" + TEXT,
    "data URI of nothing": "data:image/png;base64,",
}


@pytest.mark.parametrize("form", GOOD_BASE64)
def test_every_form_of_base64_is_decoded(form):
    """The same picture comes out of every form in which providers send it."""
    assert decode_base64(GOOD_BASE64[form]) == PNG


@pytest.mark.parametrize("form", BAD_BASE64)
def test_what_is_no_picture_in_base64_is_refused(form):
    """Text that decodes to no picture, or not at all, ends in the one documented error."""
    with pytest.raises(InvalidImageError):
        verify(decode_base64(BAD_BASE64[form]))


@pytest.mark.parametrize("value", [None, 5, 1.5, True, [], {}, ["aGk="], {"b64_json": "aGk="}])
def test_values_that_are_no_text_are_refused(value):
    """Whatever JSON can hold in the place of base64 ends in the same error."""
    for function in (decode_base64, parse_data_uri, verify):
        with pytest.raises(InvalidImageError):
            function(value)


def test_the_error_keeps_what_came():
    """Undecodable text was paid for as well, and stays on the error."""
    with pytest.raises(InvalidImageError) as caught:
        decode_base64("not base64!")

    assert caught.value.data == b"not base64!"


@pytest.mark.parametrize("wrap", [str, lambda text: f" {text}\n", lambda text: f"data:image/png;base64,{text}"])
def test_the_limit_is_exact_in_every_form(wrap):
    """As many bytes as the limit are accepted, one more is refused."""
    for size in range(1, 13):
        text = wrap(base64.b64encode(bytes(range(size))).decode())

        assert bytes(range(size)) == decode_base64(text, max_bytes=size)
        with pytest.raises(InvalidImageError, match="over the limit"):
            decode_base64(text, max_bytes=size - 1)


def test_too_long_text_is_refused_without_decoding_it():
    """100 MB of base64 are refused by their length, in no time and without a copy of their bytes."""
    code = (
        "import resource; from llamabot_images.payload import *; text = b'A' * 180_000_000\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: decode_base64(text)\n"
        "except ValueError: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )

    grown = int(run_python(code))

    assert grown < 8_000  # KiB


@pytest.mark.parametrize(
    ("uri", "mime_type"),
    [
        (f"data:image/png;base64,{TEXT}", "image/png"),
        (f"data:IMAGE/JPG;base64,{TEXT}", "image/jpeg"),
        (f"data:image/svg+xml;charset=utf-8;base64,{TEXT}", "image/svg+xml"),
        (f" data:application/octet-stream;base64,{TEXT}\n", "application/octet-stream"),
    ],
)
def test_a_data_uri_gives_bytes_and_declared_type(uri, mime_type):
    """Both halves of a data URI are returned, the type in lower case and without parameters."""
    assert (PNG, mime_type) == parse_data_uri(uri)


@pytest.mark.parametrize(
    "uri",
    ["", "data:", "data:,", "data:;base64,aGk=", "data:text/plain;base64,aGk=", "data:image/png,aGk=", TEXT]
    + ["data:image/;base64,aGk=", "data:image/png/x;base64,aGk=", "javascript:alert(1)", "data:" + ";" * 9000],
)
def test_other_addresses_are_no_data_uri(uri):
    """Only images in base64 are taken from a data URI."""
    with pytest.raises(InvalidImageError):
        parse_data_uri(uri)


@pytest.mark.parametrize("uri", ["https://user:hush@images.example/1.png?sig=hush", "https://u:hush@h/", TEXT])
def test_a_refused_address_shows_nothing_secret(uri):
    """What stands in the place of a data URI may be a signed address; neither it nor base64 is shown."""
    with pytest.raises(InvalidImageError) as caught:
        parse_data_uri(uri)

    assert "hush" not in str(caught.value)
    assert TEXT[:8] not in str(caught.value)


@pytest.mark.parametrize("name", variants())
def test_whole_pictures_of_every_kind_are_accepted(name):
    """Every format, mode, compression and animation passes, with its real size."""
    info = verify(variants()[name], declared_mime="text/plain")

    assert info.verified
    assert (info.width, info.height) == (48, 40)


def test_the_bytes_decide_what_a_picture_is():
    """A JPEG declared as PNG is a JPEG."""
    info = verify(sample("JPEG"), declared_mime="image/png")

    assert ImageInfo("image/jpeg", ".jpg", 48, 40, verified=True) == info


@pytest.mark.parametrize("name", variants())
def test_bytes_after_the_end_are_allowed(name):
    """What follows the end of a picture is not our business; XML alone allows nothing but space."""
    extra = b"\n\n" if name == "svg" else b"\x00\x01 more"

    assert verify(variants()[name] + extra).verified


@pytest.mark.parametrize("declared", ["image/png", None])
def test_a_refusal_names_what_came(declared):
    """The message says what the bytes are, how they begin and what they were declared to be."""
    with pytest.raises(InvalidImageError) as caught:
        verify(b"<!DOCTYPE html><html>\x1b[31m\xe2\x80\xae", declared_mime=declared)

    message = str(caught.value)
    assert "an HTML page" in message
    assert "b'<!DOCTYPE html>" in message
    assert message.isprintable()
    assert (declared is not None) == ("image/png" in message)
    assert len(message) < 250


def test_a_refusal_shows_no_picture_data():
    """The message of a damaged picture names the fault, not the bytes, which the error keeps."""
    cut = sample("PNG")[:-1]

    with pytest.raises(InvalidImageError, match="ends before its end mark") as caught:
        verify(cut)

    assert cut == caught.value.data
    assert "IHDR" not in str(caught.value)


@pytest.mark.parametrize(
    ("declared", "mime_type", "suffix"),
    [
        ("image/jxl", "image/jxl", ".jxl"),
        ("image/png", "image/png", ".png"),
        ("image/x-future; v=2", "image/x-future", ".bin"),
        ("application/json", "application/octet-stream", ".bin"),
        (None, "application/octet-stream", ".bin"),
    ],
)
def test_bytes_of_an_unknown_kind_are_kept_with_a_warning(declared, mime_type, suffix):
    """A provider may be ahead of the library, and the picture is paid for."""
    future = b"\x8aFUT\r\n\x1a\n" + bytes(range(256))

    with pytest.warns(UnverifiedImageWarning, match="no known picture format") as caught:
        info = verify(future, declared_mime=declared)

    assert ImageInfo(mime_type, suffix, None, None, verified=False) == info
    assert __file__ == caught[0].filename


def test_strict_refuses_bytes_of_an_unknown_kind():
    """With ``strict=True`` only pictures that could be checked pass."""
    with pytest.raises(InvalidImageError, match="no known picture format"):
        verify(b"\x8aFUT\r\n\x1a\n" + bytes(range(256)), strict=True)


BOMBS = {
    "PNG": lambda: png_of([(b"IHDR", b"\0\0\x27\x10\0\0\x27\x10\x08\2\0\0\0"), *list(chunks(PNG))[1:]]),
    "JPEG": lambda: encode(noisy().resize((8000, 7000)), "JPEG", quality=1),
    "GIF": lambda: sample("GIF")[:6] + b"\xff\xff\xff\xff" + sample("GIF")[10:],
    "WEBP": lambda: encode(noisy().resize((8000, 7000)), "WEBP", quality=0, method=0),
    "BMP": lambda: sample("BMP")[:18] + b"\0\0\1\0\0\0\1\0" + sample("BMP")[26:],
    "AVIF": lambda: _with_size(sample("AVIF"), b"\0\1\0\0\0\1\0\0"),
}


def _with_size(avif: bytes, size: bytes) -> bytes:
    at = avif.index(b"ispe") + 8
    return avif[:at] + size + avif[at + 8 :]


@pytest.mark.parametrize("name", BOMBS)
def test_pixel_bombs_are_refused_before_decoding(name):
    """A small file that claims more than 50 million pixels is refused by its header."""
    bomb = BOMBS[name]()

    with pytest.raises(InvalidImageError, match="over the limit"):
        verify(bomb)


def test_a_progressive_jpeg_cannot_repeat_its_scans_endlessly():
    """Scans that cost a pass over all pixels each are counted before they are decoded."""
    whole = encode(noisy().resize((5000, 5000)), "JPEG", progressive=True, quality=1)
    at = whole.index(b"\xff\xda", whole.index(b"\xff\xda") + 2)
    scan = whole[at : at + 2 + int.from_bytes(whole[at + 2 : at + 4], "big")] + b"\0"

    with pytest.raises(InvalidImageError, match="bomb"):
        verify(whole[:-2] + scan * 1000 + b"\xff\xd9")


def test_an_animation_cannot_repeat_its_frames_endlessly():
    """Frames times pixels are bounded as well."""
    whole = encode(Image.new("L", (5000, 5000)), "GIF")
    frame = whole[whole.index(b"\x2c\0\0\0\0\x88\x13") : -1]

    with pytest.raises(InvalidImageError, match="21 frames"):
        verify(whole[:-1] + frame * 20 + b";")


def test_a_payload_over_the_limit_of_bytes_is_refused():
    """More than 64 MiB is not looked at."""
    with pytest.raises(InvalidImageError, match="over the limit"):
        verify(PNG + bytes(payload.MAX_BYTES))


SVG_NS = b'xmlns="http://www.w3.org/2000/svg"'


@pytest.mark.parametrize(
    "text",
    [
        b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><svg ' + SVG_NS + b"><text>&b;</text></svg>",
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg ' + SVG_NS + b"><text>&x;</text></svg>",
        b'<!DOCTYPE svg [<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;]><svg ' + SVG_NS + b"/>",
        b"<?xml version='1.0'?><html><svg " + SVG_NS + b"/></html>",
        b"<svg " + SVG_NS + b"></svg><p>more</p>",
        b"<svg " + SVG_NS + b"><text>&nbsp;</text></svg>",
        b"<svg " + SVG_NS,
        b'<?xml version="1.0" encoding="utf-7"?><svg ' + SVG_NS + b"/>",
        b'<?xml version="1.0" encoding="no-such"?><svg ' + SVG_NS + b"/>",
    ],
)
def test_unsafe_or_broken_svg_is_refused(text):
    """Entities, foreign roots and XML that is not well-formed do not pass as an SVG."""
    with pytest.raises(InvalidImageError):
        verify(text)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        (b'width="1024" height="768.5"', (1024, 768)),
        (b'width="640px" height="480px"', (640, 480)),
        (b'width="100%" height="100%" viewBox="0 0 300 150"', (300, 150)),
        (b'viewBox="0,0,12,7"', (12, 7)),
        (b'width="10cm"', (None, None)),
        (b"", (None, None)),
    ],
)
def test_an_svg_has_a_size_where_it_states_one_in_pixels(attributes, size):
    """Width and height come from the attributes, else from the view box, else are unknown."""
    info = verify(b"<svg " + SVG_NS + b" " + attributes + b"/>")

    assert size == (info.width, info.height)


def test_a_plain_document_type_is_no_entity():
    """The document type that drawing programs write is accepted, and nothing is fetched for it."""
    head = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'

    assert verify(head + SVG.partition(b"-->\n")[2]).verified


def test_a_png_is_checked_without_pillow():
    """Checking a PNG, or importing the module, does not load Pillow."""
    code = (
        "import sys; from llamabot_images.payload import verify; verify(sys.stdin.buffer.read())\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'PIL'])"
    )

    loaded = run_python(code, given=PNG)

    assert loaded == "[]"


def _outcome(function, argument):
    try:
        return function(argument)
    except InvalidImageError as error:
        return error


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.binary(max_size=300) | st.builds(bytes.__add__, st.sampled_from(sorted(variants().values())), st.binary()))
def test_any_bytes_end_in_a_result_or_the_documented_error(data):
    """Nothing but an :class:`ImageInfo` or an :class:`InvalidImageError` ever comes out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedImageWarning)
        assert isinstance(_outcome(verify, data), ImageInfo | InvalidImageError)


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200) | st.from_regex(r"data:[ -~]{0,60}", fullmatch=True))
def test_any_text_ends_in_bytes_or_the_documented_error(text):
    """Arbitrary text, bytes or would-be data URI decode or are refused, and nothing else."""
    outcome = _outcome(decode_base64, text)

    assert isinstance(outcome, bytes | InvalidImageError)
    assert "\n" not in str(outcome)


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.booleans(), st.integers(0, 2), st.sampled_from(["", "\n", "\r\n", "\t"]))
def test_every_spelling_decodes_to_the_same_bytes(data, urlsafe, padding, gap):
    """Alphabet, padding and line breaks make no difference to what is decoded."""
    text = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode().rstrip("=")
    spelled = gap.join(text[at : at + 19] for at in range(0, len(text), 19)) + "=" * padding

    assert data == decode_base64(spelled)
