"""What may be shown: no keys, no signed queries, no image data."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.redact import redact_text, redact_url

CANARY = "canary0123456789"
SIGNED = "https://images.example.com/a/b.png?se=2026-11-20T15%3A00Z&sp=r&sig=" + CANARY


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/a/b.png", "https://example.com/a/b.png"),
        (SIGNED, "https://images.example.com/a/b.png?…"),
        (f"https://user:{CANARY}@example.com/a", "https://example.com/a"),
        (f"https://{CANARY}@example.com:8443/a#{CANARY}", "https://example.com:8443/a?…"),
        (f"http://[::1]:80/a?{CANARY}", "http://[::1]:80/a?…"),
        ("HTTPS://EXAMPLE.COM/A", "https://example.com/A"),
        (f"data:image/png;base64,{CANARY}", "data:…"),
        (f"data:image/svg+xml,<svg>{CANARY}</svg>", "data:…"),
        (f"file:///home/{CANARY}", "file:…"),
        (f"javascript:{CANARY}", "javascript:…"),
        (f"user:{CANARY}@example.com/a", "user:…"),
        (f"https://[{CANARY}/a", "<broken URL>"),
        (f"https://example.com:{CANARY}/a", "<broken URL>"),
        ("https://", "https:…"),
        ("", "<no address>"),
        (f"/{CANARY}", "<no address>"),
        (f"?{CANARY}", "<no address>"),
    ],
)
def test_addresses_without_their_secrets(url: str, expected: str) -> None:
    """User name, password, query and fragment go; what is no web address is reduced to its scheme."""
    assert expected == redact_url(url)


def test_long_paths_are_cut() -> None:
    """An address in a message stays short."""
    assert len(redact_url(f"https://example.com/{'a' * 9999}")) < 300


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-Abc_def-0123456789. Find yours at",
        "Incorrect API key provided: sk-proj-********************wxyz. Find yours at",
        "Incorrect API key provided: sk-canar***************6789.",
        "Incorrect API key provided: xa***yz.",
        "key ****6789 is not known",
        "key AIzaSyD-0123456789_abcdefghijklmnopq is not valid",
        "header 'Authorization: Bearer canary0123456789.abc~def+/='",
        "header 'authorization: bearer   canary0123456789'",
        "with xai-canary0123456789, hf_canary0123456789, rk_live_canary0123456789",
        "tgp_v1_canary0123456789",
        f"GET {SIGNED} failed",
        f"({SIGNED}) [{SIGNED}] <{SIGNED}> '{SIGNED}' \"{SIGNED}\"",
        f"HTTPS://example.com/a?key={CANARY}",
        f"https://me:{CANARY}@example.com/ failed",
    ],
)
def test_keys_are_removed(text: str) -> None:
    """Keys as vendors write them, whole or masked, and everything behind a question mark are removed."""
    shown = redact_text(text)

    assert "anary" not in shown
    assert not any(part in shown for part in ("wxyz", "6789", "AIza", "sk-proj", "abc~", "***", "yz"))


@pytest.mark.parametrize(
    "text",
    [
        "The model `gpt-image-2` does not exist.",
        "Invalid size '1000x1000'. Width and height must both be divisible by 16.",
        "Unknown parameter: 'response_format'.",
        "Rate limit reached for images per minute: limit 5, used 5, requested 1. Please try again in 12s.",
        "a * b ** c, see https://example.com/docs/errors for more",
        "It is a risk-adjusted, task-oriented, key idea; or otherwise a desk-bound one",
        "Your request was rejected by the safety system. safety_violations=[violence].",
        "Ein Bild von Müller-Lüdenscheid 赤いパンダ 🐼",
    ],
)
def test_ordinary_words_stay(text: str) -> None:
    """A message without secrets is shown as it is."""
    assert text == redact_text(text)


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("of-my-own-making", "the key of-my-own-making is wrong"),
        ("Bearer of-my-own-making", "the token of-my-own-making is wrong"),
        ("Key id:of-my-own-making", "no user found for id:of-my-own-making"),
        ("of-my-own-making", json.dumps({"headers": {"api-key": "of-my-own-making"}})),
        ("of-my-own-making", "x" * 30_000 + "of-my-own-making"),
    ],
)
def test_known_secrets_are_removed_wherever_they_stand(secret: str, text: str) -> None:
    """A key without a vendor's form is found by its value, with or without the word before it."""
    assert "of-my-own-making" not in redact_text(text, [secret])


def test_a_secret_within_another_leaves_no_rest() -> None:
    """The longer one is removed first, whatever their order."""
    shown = redact_text("it was abcdefgh12345678", ["abcdefgh", "abcdefgh12345678"])

    assert "it was [key]" == shown


@pytest.mark.parametrize("secrets", [(), [""], ["a"], ["the"], ["short"]])
def test_short_words_are_no_secrets(secrets: list[str]) -> None:
    """A placeholder of a few letters is not cut out of every word."""
    assert "the short answer" == redact_text("the short answer", secrets)


BYTES = bytes(range(256)) * 12


@pytest.mark.parametrize(
    "data",
    [
        base64.b64encode(BYTES).decode(),
        base64.urlsafe_b64encode(BYTES).decode(),
        "data:image/png;base64," + base64.b64encode(BYTES).decode(),
        base64.encodebytes(BYTES).decode(),
        base64.encodebytes(BYTES).decode().replace("\n", "\r\n"),
        base64.b64encode(BYTES).decode().replace("/", "\\/"),
        base64.b64encode(BYTES * 100).decode(),
    ],
    ids=["plain", "url-safe", "data URI", "lines", "lines of Windows", "escaped", "long"],
)
def test_image_data_is_removed(data: str) -> None:
    """A picture in a message becomes one word."""
    shown = redact_text(f'{{"b64_json": "{data}", "code": 7}}')

    assert "[data]" in shown
    assert len(shown) < 120


def test_messages_are_cut() -> None:
    """No message is longer than 2,000 characters."""
    assert 2000 == len(redact_text("word " * 100_000))


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """Whatever the text, redacting does not fail, and its result needs no further redacting."""
    shown = redact_text(text)

    assert shown == redact_text(shown)


@given(
    before=st.text(max_size=60),
    secret=st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.", min_size=8, max_size=60),
    after=st.text(max_size=60),
)
@settings(max_examples=300, deadline=None)
def test_a_known_secret_never_remains(before: str, secret: str, after: str) -> None:
    """Whatever stands around it, the key that was sent is not in the message."""
    assert secret not in redact_text(before + secret + after, [secret]) or secret in redact_text(before + after)


def test_punctuation_after_an_address_is_kept() -> None:
    """An address at the end of a clause is told as one, its query still hidden."""
    text = "see http://127.0.0.1:1: refused, http://a.example/x?sig=secret; http://b.example/y."

    assert "see http://127.0.0.1:1: refused, http://a.example/x?…; http://b.example/y." == redact_text(text)
