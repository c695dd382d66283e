"""Nonsense in a request is one clear error before anything is sent, whatever the nonsense."""

import math
import numbers
from fractions import Fraction
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.errors import UnsupportedParameterError
from llamabot_images.models import RULES, rule_for
from llamabot_images.request import Asked, Capabilities, ImageRequest, negotiate


class Awkward:
    """An object that will not be printed."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class Vague:
    """What a comparison of arrays gives."""

    def __bool__(self) -> bool:
        raise ValueError("the truth value of an array is ambiguous")


class Array:
    """Compares as arrays do, element by element."""

    def __eq__(self, other: object) -> Any:
        return Vague()

    def __repr__(self) -> str:
        return "array([1024, 768])"


@numbers.Integral.register
class Number:
    """A whole number of another library."""

    def __init__(self, value: int) -> None:
        self.value = value

    def __int__(self) -> int:
        return self.value

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < other)


def ask(model: str = "openai/gpt-image-2", prompt: Any = "a cat", **settings: Any) -> ImageRequest:
    """Negotiate with settings of any kind."""
    provider, _, name = model.partition("/")
    asked = Asked(model, **settings, explicit=frozenset(settings))
    return negotiate(prompt, asked, Capabilities(provider, name), rule_for(provider, name), credentials={})


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"prompt": ""}, "the prompt is ''; say what to draw"),
        ({"prompt": " \n\t\u3000"}, "say what to draw"),
        ({"prompt": None}, "the prompt is None"),
        ({"prompt": b"a cat"}, "the prompt is b'a cat'"),
        ({"prompt": ["a cat"]}, "the prompt is ['a cat']"),
        ({"prompt": "a cat \ud83d"}, "half a character"),
        ({"n": 0}, "n is 0; ask for 1 picture or more"),
        ({"n": -3}, "n is -3"),
        ({"n": True}, "n is True"),
        ({"n": 1.0}, "n is 1.0"),
        ({"n": "2"}, "n is '2'"),
        ({"n": None}, "n is None"),
        ({"n": -(10**5000)}, "n is <int>"),
        ({"timeout": -1}, "timeout is -1; give seconds greater than 0"),
        ({"timeout": 0}, "timeout is 0"),
        ({"timeout": math.nan}, "timeout is nan"),
        ({"timeout": math.inf}, "timeout is inf"),
        ({"timeout": True}, "timeout is True"),
        ({"timeout": "60"}, "timeout is '60'"),
        ({"timeout": None}, "timeout is None"),
        ({"timeout": [60]}, "timeout is [60]"),
        ({"timeout": {}}, "timeout is {}"),
        ({"size": "banana"}, "size is 'banana'"),
        ({"size": "0x0"}, "size is '0x0'"),
        ({"size": "-5x5"}, "size is '-5x5'"),
        ({"size": 1024}, "size is 1024"),
        ({"size": (1, 2, 3)}, "size is (1, 2, 3)"),
        ({"size": (0, 5)}, "size is (0, 5)"),
        ({"size": b"1024x1024"}, "size is b'1024x1024'"),
        ({"size": Awkward()}, "size is <Awkward>"),
        ({"size": Array()}, "size is array([1024, 768])"),
        ({"extra": {"extra_body": "steps=5"}}, "extra_body is 'steps=5'; give a dict"),
        ({"extra": {"extra_headers": [("a", "b")]}}, "extra_headers is [('a', 'b')]"),
    ],
)
def test_nonsense_is_named(wrong: dict[str, Any], says: str) -> None:
    """The error shows the value and says what to give instead."""
    with pytest.raises(UnsupportedParameterError) as caught:
        ask(**wrong)

    assert says in str(caught.value)
    assert 1 == len(caught.value.problems)


def test_everything_wrong_is_named_at_once() -> None:
    """One error holds one sentence for each thing that is wrong."""
    with pytest.raises(UnsupportedParameterError) as caught:
        ask(prompt="", n=0, size="banana", timeout=-1, extra={"extra_body": 5, "headers": "x"})

    assert 6 == len(caught.value.problems)
    assert all(one in str(caught.value) for one in caught.value.problems)


def test_a_wrong_size_says_what_the_model_takes() -> None:
    """The error names the sizes on offer."""
    with pytest.raises(UnsupportedParameterError, match="1024x1024, 1792x1024, 1024x1792"):
        ask("openai/dall-e-3", size="banana")


@pytest.mark.parametrize("rule", [one for one in RULES if one.is_known], ids=lambda one: one.pattern)
def test_no_known_model_swallows_a_size_that_is_none(rule: Any) -> None:
    """A word that is no size is an error for every model that something is known of."""
    with pytest.raises(UnsupportedParameterError, match="banana"):
        negotiate("a cat", Asked("m", size="banana"), Capabilities("p", "m"), rule, credentials={})


@pytest.mark.parametrize(
    "huge", [{"prompt": b"\x89PNG" * 100_000}, {"size": "A" * 100_000}, {"n": "A" * 100_000}, {"timeout": [7] * 9999}]
)
def test_messages_stay_short(huge: dict[str, Any]) -> None:
    """A picture given in the wrong place does not fill the message."""
    with pytest.raises(UnsupportedParameterError) as caught:
        ask(**huge)

    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "timeout",
    [0.001, 1, 600, 10**400, Fraction(1, 2), Number(5), httpx.Timeout(5), httpx.Timeout(None)],
)
def test_every_kind_of_seconds_is_a_timeout(timeout: Any) -> None:
    """Any positive number counts, and so does the timeout of httpx."""
    assert timeout is ask(timeout=timeout).timeout


@pytest.mark.parametrize("size", [(Number(1024), Number(768)), (1024, 768), ["1024", "768"]])
def test_numbers_of_any_library_are_a_size(size: Any) -> None:
    """The shape of an array can be given as it is."""
    assert {"size": "1024x768"} == dict(ask("hosted_vllm/x", size=size).parameters)


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary()
    | st.builds(object)
    | st.builds(Awkward)
    | st.builds(Array)
    | st.sampled_from(["auto", "16:9", "landscape", "1024x1024", "hd", "high"])
    | st.sampled_from([-1, 1]).map(lambda sign: sign * 10**5000),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(), inner, max_size=3)
        | st.frozensets(st.integers(), max_size=2)
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(
    ["style", "user", "response_format", "background", "extra_body", "extra_headers", "headers", "metadata", "seed"]
    + ["aspect_ratio", "imageConfig", "prompt", "model", "n", "size"]
)


@given(
    prompt=st.text() | JUNK,
    size=JUNK,
    quality=JUNK,
    n=st.integers(1, 99) | JUNK,
    timeout=st.floats(1, 9) | JUNK,
    extra=st.dictionaries(NAMES, JUNK, max_size=4),
    explicit=st.frozensets(NAMES | st.sampled_from(["quality", "timeout"])),
    refused=st.frozensets(NAMES),
    rule=st.sampled_from(RULES),
    forwards=st.none() | st.frozensets(NAMES),
    strict=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_nothing_but_one_kind_of_error_ever_comes(
    prompt: Any,
    size: Any,
    quality: Any,
    n: Any,
    timeout: Any,
    extra: dict[str, Any],
    explicit: frozenset[str],
    refused: frozenset[str],
    rule: Any,
    forwards: frozenset[str] | None,
    strict: bool,
) -> None:
    """Whatever is asked of whatever model, there is a request or an UnsupportedParameterError that can be printed."""
    asked = Asked("m", size, quality, n, timeout, extra=extra, explicit=explicit, strict=strict)
    can = Capabilities("p", "m", forwards, frozenset({"metadata"}))

    try:
        request = negotiate(prompt, asked, can, rule, refused=refused, credentials={})
    except UnsupportedParameterError as error:
        told = (str(error), *error.problems)
    else:
        told = tuple(map(str, request.adjustments))
        assert_sendable(request, prompt)

    assert all(told)


def assert_sendable(request: ImageRequest, prompt: Any) -> None:
    """Check that a request can be made into keywords that say what was asked."""
    call = request.keywords(1)

    assert prompt == call["prompt"]
    assert "m" == call["model"]
    assert None not in call.values()


@given(name=NAMES, value=JUNK)
@settings(max_examples=200, deadline=None)
def test_leaving_something_out_never_fails(name: str, value: Any) -> None:
    """A request can be made without any parameter, whether it has it or not."""
    asked = Asked("m", extra={"steps": value, "extra_body": {name: value}})
    request = negotiate("a cat", asked, Capabilities("p", "m"), RULES[-1], credentials={})

    fewer = request.without(name, "no")

    assert name not in fewer.parameters.get("extra_body", {})
