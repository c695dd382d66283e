"""Sizes as people write them, and the nearest thing that a model offers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llamabot_images.models import GPT_2, IMAGEN, MAI, RULES
from llamabot_images.models import STABILITY as STABILITY_RATIOS
from llamabot_images.sizes import AnySize, ListedSizes, Ratios, Shape, SteppedSizes, parse_size

EDGES = st.integers(1, 99_999) | st.integers(500, 4000)
SHAPES = st.builds(Shape, EDGES, EDGES, st.booleans())
DALLE_3 = ListedSizes(("1024x1024", "1792x1024", "1024x1792"))
STEPPED = list(dict.fromkeys(rule.sizes for rule in RULES if isinstance(rule.sizes, SteppedSizes)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1792x1024", Shape(1792, 1024)),
        (" 1792 X 1024 ", Shape(1792, 1024)),
        ("1792×1024", Shape(1792, 1024)),
        ("1792*1024", Shape(1792, 1024)),
        ((1792, 1024), Shape(1792, 1024)),
        ([1792, 1024], Shape(1792, 1024)),
        (("1792", "1024"), Shape(1792, 1024)),
        ("1x1", Shape(1, 1)),
        ("99999x1", Shape(99_999, 1)),
        ("16:9", Shape(16, 9, exact=False)),
        ("9 : 16", Shape(9, 16, exact=False)),
        ("square", Shape(1, 1, exact=False)),
        ("Landscape", Shape(3, 2, exact=False, loose=True)),
        ("portrait", Shape(2, 3, exact=False, loose=True)),
    ],
)
def test_sizes_are_read_as_people_write_them(written: object, expected: Shape) -> None:
    """Pixels, proportions and words all give a shape."""
    assert expected == parse_size(written)


@pytest.mark.parametrize(
    "written",
    [
        None, "", "auto", "banana", "1024", 1024, 10.5, True, (1024,), (1, 2, 3), (True, True), (1.5, 2), (-1, 2),
        (None, None), ([1], [2]), "0x5", "5x0", "0:1", "1024x", "x1024", "-1x5", "1e3x5", "100000x5", "1024x1024x3",
        "1024x1024 px", "16:9:4", "1.5:1", b"1024x1024", {"width": 1}, {1024, 768}, object(), float("nan"),
        "1024x1024\x00", "1024\n768",
    ],
)  # fmt: skip
def test_what_is_no_size_is_none(written: object) -> None:
    """Anything else gives nothing, and no exception."""
    assert parse_size(written) is None


def test_shapes_are_written_as_they_are_read() -> None:
    """The text of a shape is read as the same shape."""
    assert ["16:9", "1792x1024"] == [str(parse_size("16:9")), str(parse_size((1792, 1024)))]


@pytest.mark.parametrize(
    ("asked", "got", "expected"),
    [
        ("1024x1024", "1024x1024", True),
        ("1024x1024", "1024x1040", False),
        ("1792x1024", "16:9", True),
        ("1792x1024", "3:2", False),
        ("16:9", "1792x1024", True),
        ("16:9", "1024x1792", False),
        ("3:4", "4:5", False),
        ("square", "512x512", True),
        ("square", "1024x768", False),
        ("landscape", "1792x1024", True),
        ("landscape", "21:9", True),
        ("landscape", "1024x1024", False),
        ("landscape", "1024x1792", False),
        ("portrait", "1024x1792", True),
        ("portrait", "1024x1024", False),
        ("portrait", "1792x1024", False),
    ],
)
def test_what_resembles_the_wish_needs_no_word(asked: str, got: str, expected: bool) -> None:
    """Pixels must be the same, proportions near, and a word is met by anything that lies the same way."""
    wish, found = parse_size(asked), parse_size(got)
    assert wish is not None
    assert found is not None

    assert expected is wish.resembles(found)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("1792x1024", "1792x1024"),
        ("16:9", "1344x768"),
        ("square", "1024x1024"),
        ("landscape", "1280x832"),
        ("1x99999", "1x99999"),
    ],
)
def test_servers_without_rules_get_the_pixels_that_were_asked(asked: str, expected: str) -> None:
    """Pixels go as they are; a proportion becomes about a megapixel."""
    assert expected == str(AnySize().nearest(parsed(asked)))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("1792x1024", "1792x1024"),
        ("1536x1024", "1792x1024"),
        ("2048x2048", "1024x1024"),
        ("300x300", "1024x1024"),
        ("16:9", "1792x1024"),
        ("portrait", "1024x1792"),
        ("1x99999", "1024x1792"),
        ("99999x1", "1792x1024"),
    ],
)
def test_the_nearest_listed_size_has_the_nearest_proportion(asked: str, expected: str) -> None:
    """Proportion counts before area."""
    assert expected == str(DALLE_3.nearest(parsed(asked)))


@pytest.mark.parametrize(("asked", "expected"), [("300x300", "256x256"), ("500x500", "512x512"), ("1:1", "1024x1024")])
def test_among_equal_proportions_the_nearest_area_is_taken(asked: str, expected: str) -> None:
    """A square among squares has about as many pixels as were asked."""
    squares = ListedSizes(("256x256", "512x512", "1024x1024"))

    assert expected == str(squares.nearest(parsed(asked)))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [("1792x1024", "16:9"), ("1024x1024", "1:1"), ("5:4", "5:4"), ("3:4", "4:5"), ("1x99999", "9:21")],
)
def test_the_nearest_ratio_is_taken(asked: str, expected: str) -> None:
    """Models that take proportions get the nearest one."""
    assert expected == str(STABILITY_RATIOS.nearest(parsed(asked)))


def test_a_ratio_is_spelled_to_the_pixel() -> None:
    """A made-up size has exactly the proportion and about a megapixel, or as many pixels as were asked."""
    offered = Ratios(("3:4", "21:9"))

    assert "888x1184" == offered.spelling(parsed("3:4"), parsed("3:4"))
    assert "1536x2048" == offered.spelling(parsed("1536x2048"), parsed("3:4"))
    assert "2100x900" == offered.spelling(parsed("3000x630"), parsed("21:9"))


def test_a_ratio_is_spelled_as_litellm_knows_it() -> None:
    """Where LiteLLM knows a proportion by one size only, that one is sent."""
    assert "896x1280" == IMAGEN.spelling(parsed("3:4"), parsed("3:4"))


@given(SHAPES)
@settings(max_examples=300, deadline=None)
def test_nearest_stepped_size_is_always_legal(shape: Shape) -> None:
    """Whatever is asked, what comes is allowed, and asking for it again gives the same."""
    for rule in STEPPED:
        found = rule.nearest(shape)

        assert rule.allows(found)
        assert found == rule.nearest(found)


@given(SHAPES)
@settings(max_examples=300, deadline=None)
def test_legal_sizes_stay(shape: Shape) -> None:
    """What the model takes is never changed."""
    for rule in STEPPED:
        if shape.exact and rule.allows(shape):
            assert shape == rule.nearest(shape)


@given(st.integers(1, 40), st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_nearest_stepped_size_keeps_the_proportion(width: int, height: int) -> None:
    """A proportion that the model can draw is kept to a twentieth."""
    wish = Shape(width, height, exact=False)

    if 1 / GPT_2.max_ratio <= wish.ratio <= GPT_2.max_ratio:
        assert wish.resembles(GPT_2.nearest(wish))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("1024x1024", "1024x1024"),
        ("3840x2160", "3840x2160"),
        ("1000x1000", "1008x1008"),
        ("256x256", "816x816"),
        ("9999x9999", "2880x2880"),
        ("99999x1", "1440x480"),
        ("1x99999", "480x1440"),
        ("4:1", "1776x592"),
    ],
)
def test_gpt_image_2_sizes(asked: str, expected: str) -> None:
    """Illegal sizes snap to the nearest legal one."""
    assert expected == str(GPT_2.nearest(parsed(asked)))


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("1024x1024", True),
        ("1024x1023", False),
        ("3840x1280", True),
        ("3840x1264", False),
        ("3856x2000", False),
        ("800x800", False),
        ("816x816", True),
        ("3840x2160", True),
        ("3840x2176", False),
    ],
)
def test_each_limit_of_stepped_sizes(size: str, expected: bool) -> None:
    """Step, longest edge, proportion and both ends of the area are looked at."""
    assert expected is GPT_2.allows(parsed(size))


def test_the_shortest_edge_is_kept() -> None:
    """A picture has no edge below the limit although its area would do."""
    assert not MAI.allows(parsed("1024x700"))
    assert "1376x768" == str(MAI.nearest(parsed("21:9")))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.pattern)
@pytest.mark.parametrize("asked", ["1024x1024", "1792x1024", "16:9", "landscape", "portrait", "square", "1x99999"])
def test_every_rule_has_an_answer_for_every_wish(rule: object, asked: str) -> None:
    """No size rule raises, and its answer is a shape that it can also print."""
    sizes = rule.sizes

    found = sizes.nearest(parsed(asked))

    assert isinstance(found, Shape)
    assert str(sizes)


def parsed(written: str) -> Shape:
    """Return a shape that must be readable."""
    found = parse_size(written)
    assert found is not None
    return found
