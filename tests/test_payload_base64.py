"""Base64 and data URIs become bytes, or one documented error."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.errors import InvalidImageError
from llamabot_images.payload import decode_base64, parse_data_uri, verify
from llamabot_images.reference import ImageReference

from .pictures import TORTURE, outcome_of, run_python, sample

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


@pytest.mark.parametrize("form", GOOD_BASE64)
def test_a_reference_holds_plain_base64(form):
    """In whatever form a picture came, its data URI is one that a browser reads."""
    assert f"data:image/png;base64,{TEXT}" == ImageReference.from_base64(GOOD_BASE64[form])


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


def test_text_of_mostly_line_breaks_is_held_to_the_limit():
    """What is too long even without its line breaks is refused before it is decoded."""
    with pytest.raises(InvalidImageError, match="over the limit"):
        decode_base64("QUJD\n" * 200, max_bytes=599)

    with pytest.raises(InvalidImageError, match="over the limit"):
        decode_base64("QUJD\n" * 2000, max_bytes=599)
    assert b"ABC" * 200 == decode_base64("QUJD\n" * 200, max_bytes=600)


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


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.text(max_size=200) | st.binary(max_size=200) | st.from_regex(r"data:[ -~]{0,60}", fullmatch=True))
def test_any_text_ends_in_bytes_or_the_documented_error(text):
    """Arbitrary text, bytes or would-be data URI decode or are refused, and nothing else."""
    outcome = outcome_of(decode_base64, text)

    assert isinstance(outcome, bytes | InvalidImageError)
    assert "\n" not in str(outcome)


@settings(max_examples=20_000 if TORTURE else 300, deadline=None)
@given(st.binary(min_size=1, max_size=400), st.booleans(), st.integers(0, 2), st.sampled_from(["", "\n", "\r\n", "\t"]))
def test_every_spelling_decodes_to_the_same_bytes(data, urlsafe, padding, gap):
    """Alphabet, padding and line breaks make no difference to what is decoded."""
    text = (base64.urlsafe_b64encode if urlsafe else base64.b64encode)(data).decode().rstrip("=")
    spelled = gap.join(text[at : at + 19] for at in range(0, len(text), 19)) + "=" * padding

    assert data == decode_base64(spelled)
