"""Bytes are one whole picture of a known kind, or end in one documented error."""

import sys
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from llamabot_images import payload
from llamabot_images.errors import InvalidImageError, UnverifiedImageWarning
from llamabot_images.payload import ImageInfo, verify

from .pictures import SVG, TORTURE, chunks, encode, noisy, outcome_of, png_of, run_python, sample, variants


@pytest.mark.parametrize("name", variants())
def test_whole_pictures_of_every_kind_are_accepted(name):
    """Every format, mode, compression and animation passes, with its real size."""
    info = verify(variants()[name], declared_mime="text/plain")

    assert info.verified
    assert (info.width, info.height) == (48, 40)


@pytest.mark.parametrize("missing", ["not installed", "built without"])
def test_a_format_that_pillow_lacks_is_checked_by_its_structure(missing, monkeypatch):
    """An older Pillow without AVIF neither refuses a whole picture nor lets a cut one pass."""
    if missing == "not installed":
        monkeypatch.setitem(sys.modules, "PIL.AvifImagePlugin", None)
    else:
        monkeypatch.setattr("PIL.AvifImagePlugin.SUPPORTED", False)

    info = verify(sample("AVIF"))

    assert (48, 40) == (info.width, info.height)
    with pytest.raises(InvalidImageError):
        verify(sample("AVIF")[:-1])


def test_frames_stated_by_a_sequence_are_bounded_too(monkeypatch):
    """Where only the decoder knows the number of frames, it is asked before any is decoded."""
    monkeypatch.setattr("llamabot_images.formats.layout.MAX_ANIMATION_PIXELS", 48 * 40 * 2)

    with pytest.raises(InvalidImageError, match="4 frames"):
        verify(variants()["avif animated"])


def test_only_the_first_frames_of_a_long_animation_are_decoded(monkeypatch):
    """Checking an animation costs about as much as checking one large picture."""
    monkeypatch.setattr(payload, "_MAX_DECODED_FRAME_PIXELS", 48 * 40 * 2)

    assert verify(variants()["gif animated"]).verified


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


PNG = sample("PNG")
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


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.binary(max_size=300) | st.builds(bytes.__add__, st.sampled_from(sorted(variants().values())), st.binary()))
def test_any_bytes_end_in_a_result_or_the_documented_error(data):
    """Nothing but an :class:`ImageInfo` or an :class:`InvalidImageError` ever comes out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnverifiedImageWarning)
        assert isinstance(outcome_of(verify, data), ImageInfo | InvalidImageError)


@pytest.mark.parametrize("data", [b"# A text\n", b"<html></html>", sample("PNG")[:-20], b"\x01\x02\x03strange" * 9])
def test_a_users_file_is_named(data):
    """Of a file of the user's the error names the file, speaks of no attribute, and nothing may be charged for it."""
    with pytest.raises(InvalidImageError, match="^'notes/README.md': The payload") as caught:
        verify(data, strict=True, file="notes/README.md")

    assert ".data" not in str(caught.value)
    assert (data, False) == (caught.value.data, caught.value.maybe_charged)
