"""A reply is read whatever object it is: LiteLLM's, a mapping, or a stand-in of a test."""

import math
from dataclasses import dataclass, field
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from llamabot_images.replies import Facts, Slot, facts_of, slots

from .providers import Json, ProviderServer


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"url": "https://a/b.png"}, Slot("https://a/b.png")),
        ({"b64_json": "QUJD"}, Slot(b64_json="QUJD")),
        ({"b64_json": b"QUJD"}, Slot(b64_json=b"QUJD")),
        ({"url": "u", "b64_json": "b", "revised_prompt": "r"}, Slot("u", "b", "r")),
        (SimpleNamespace(url="u", b64_json=None, revised_prompt="r"), Slot("u", None, "r")),
        (SimpleNamespace(url="u"), Slot("u")),
        ({"url": "", "b64_json": ""}, Slot()),
        ({"url": None, "b64_json": None, "revised_prompt": 7}, Slot()),
        ({"url": 7, "b64_json": ["x"]}, Slot()),
        (Mock(), Slot()),
        ({}, Slot()),
        (None, Slot()),
        ("https://a/b.png", Slot()),
    ],
)
def test_a_place_is_read(item: Any, expected: Slot) -> None:
    """Address, base64 and the provider's own prompt are taken where they are text, and nothing else is."""
    assert [expected] == slots({"data": [item]})


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"data": [{"url": "a"}, {}, {"url": "b"}]}, ["a", None, "b"]),
        (SimpleNamespace(data=({"url": "a"},)), ["a"]),
        ({"data": {"url": "a"}}, ["a"]),
        ({"data": []}, []),
        ({"data": None}, []),
        ({"data": 7}, []),
        ({"data": "abc"}, []),
        ({}, []),
        (None, []),
        (SimpleNamespace(), []),
        (Mock(), []),
        (MagicMock(), []),
    ],
)
def test_every_place_is_counted(reply: Any, expected: list[str | None]) -> None:
    """Empty places stay in the list; a reply without pictures has none, and no shape of reply is an error."""
    assert expected == [one.url for one in slots(reply)]


def test_empty_places_say_so() -> None:
    """A place is empty when it has neither address nor bytes."""
    assert [True, False, False] == [Slot(revised_prompt="r").is_empty, Slot("u").is_empty, Slot(None, "b").is_empty]


def test_a_place_does_not_print_its_picture() -> None:
    """Neither base64 nor a signed address is in a repr."""
    assert "canary" not in repr(Slot("https://a/?sig=canary", "canary"))


@dataclass(frozen=True)
class Reply:
    """A reply in the form LiteLLM gives it."""

    usage: Any = None
    _hidden_params: Any = None
    is_free: bool = False
    data: list[Any] = field(default_factory=list)


def price_of(reply: Any) -> tuple[float | None, str | None]:
    """Return a reply's price and who says so."""
    facts = facts_of(reply)
    return facts.cost, facts.source


@pytest.mark.parametrize(
    ("price", "expected"),
    [
        (0.042, (0.042, "litellm")),
        (1, (1.0, "litellm")),
        (0.0, (None, None)),
        (0, (None, None)),
        (None, (None, None)),
        (-1.0, (None, None)),
        (math.nan, (None, None)),
        (math.inf, (None, None)),
        (True, (None, None)),
        ("0.04", (None, None)),
    ],
)
def test_a_price_is_never_made_up(price: Any, expected: tuple[float | None, str | None]) -> None:
    """A zero means that LiteLLM does not know, and so does whatever is no amount of money."""
    assert expected == price_of(Reply(_hidden_params={"response_cost": price}))


@pytest.mark.parametrize("reply", [None, {}, Reply(), Reply(_hidden_params={}), Mock(), SimpleNamespace(data=[])])
def test_a_reply_without_price(reply: Any) -> None:
    """A stand-in without LiteLLM's hidden parameters has no price."""
    assert (None, None) == price_of(reply)


def test_what_nobody_charges_for_is_free() -> None:
    """Only a reply that says so costs nothing."""
    assert (0.0, "free") == price_of(Reply(_hidden_params={"response_cost": 0.0}, is_free=True))


class Usage(BaseModel):
    """Usage as LiteLLM gives it: a pydantic model."""

    input_tokens: int = 3
    output_tokens: int = 0
    details: dict[str, int] = {"text": 3}
    cached: bool = True
    cost: float = 0.5
    kind: str = "x"


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"input_tokens": 3, "output_tokens": 1056}, {"input_tokens": 3, "output_tokens": 1056}),
        (Usage(), {"input_tokens": 3, "cost": 0.5}),
        (SimpleNamespace(total_tokens=9, nothing=None), {"total_tokens": 9}),
        ({"total_tokens": 0}, {}),
        ({}, {}),
        (None, {}),
        (7, {}),
        ("many", {}),
        (Mock(), {}),
    ],
)
def test_usage(usage: Any, expected: dict[str, Any]) -> None:
    """Counts that are not zero are kept, whatever holds them."""
    assert expected == facts_of(Reply(usage=usage)).usage


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(_hidden_params={"additional_headers": {"llm_provider-x-request-id": "req_1"}}), "req_1"),
        (Reply(_hidden_params={"additional_headers": {"llm_provider-x-request-id": 7}}), None),
        (Reply(_hidden_params={"additional_headers": None}), None),
        (Reply(_hidden_params={}), None),
        (Reply(), None),
        (Mock(), None),
        (None, None),
    ],
)
def test_request_id(reply: Any, expected: str | None) -> None:
    """The provider's name for the request is found where LiteLLM puts it."""
    assert expected == facts_of(reply).request_id


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["data", "url", "b64_json", "usage", "_hidden_params", "response_cost", "x"]), inner
            )
        ),
        max_leaves=8,
    )
)
@settings(max_examples=150, deadline=None)
def test_no_reply_makes_it_fail(reply: Any) -> None:
    """Whatever a stand-in returns, it can be read."""
    assert all(isinstance(one, Slot) for one in slots(reply))
    assert isinstance(facts_of(reply), Facts)


# -- LiteLLM's own replies -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def llm() -> ModuleType:
    """Give LiteLLM."""
    import litellm

    return litellm


@pytest.mark.parametrize(
    ("model", "priced", "counted"),
    [
        ("gpt-image-2", True, True),
        ("azure/gpt-image-2", True, True),
        ("gemini/gemini-2.5-flash-image", True, True),
        ("openrouter", True, True),
        ("recraft", True, False),
        ("bedrock", True, False),
        ("hosted_vllm", False, False),
    ],
)
def test_litellms_replies(llm: ModuleType, provider: ProviderServer, model: str, priced: bool, counted: bool) -> None:
    """Pictures, price and usage are found in LiteLLM's own object, or known to be missing."""
    reply = llm.image_generation(prompt="a cat", **provider.kwargs_for(model))

    assert [False] == [one.is_empty for one in slots(reply)]
    facts = facts_of(reply)
    assert priced == bool(facts.cost)
    assert (("provider" if model == "openrouter" else "litellm") if priced else None) == facts.source
    assert counted is bool(facts.usage)


def test_litellms_request_id(llm: ModuleType, provider: ProviderServer) -> None:
    """The id that OpenAI puts into a header reaches us, where LiteLLM keeps it (1.90 does not)."""
    reply = llm.image_generation(prompt="a cat", **provider.kwargs_for("gpt-image-2"))

    assert (facts_of(reply).request_id or "req_").startswith("req_")


def test_litellm_prices_nothing_without_usage(llm: ModuleType, provider: ProviderServer) -> None:
    """LiteLLM's price of 0.0 for a gpt-image reply without usage is not believed."""
    provider.script(Json({"created": 1, "data": [{"b64_json": "QUJD"}]}))

    reply = llm.image_generation(prompt="a cat", **provider.kwargs_for("gpt-image-2"))

    assert (None, None) == price_of(reply)
    assert {} == facts_of(reply).usage
