"""What a job's file holds: a line for every request, and in its name all that is needed to collect it. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from llamabot_images.batch.items import Item, fingerprint, items_of, no_prompts
from llamabot_images.credentials import OWN_KEYWORDS
from llamabot_images.errors import SaveError, UnsupportedParameterError
from llamabot_images.jobs.service import ENDPOINT, check_model, model_of
from llamabot_images.jobs.status import JobError
from llamabot_images.prices import Prices
from llamabot_images.request import ImageRequest
from llamabot_images.saving import check_ending

if TYPE_CHECKING:
    from llamabot_images.imagebot import ImageBot

__all__ = ["Plan", "Tag", "body_of", "write"]

#: OpenAI's price for a batch is half of the one for single requests: its Batch API FAQ, read 2026-11-21.
DISCOUNT = 0.5
#: OpenAI's and Azure's reference of "Create batch", read 2026-11-21.
MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 10**6
#: Nobody documents how long a request's name may be; this is as much as the API takes as a value elsewhere.
LONGEST_NAME = 512
#: For LiteLLM or for the connection, beside the keywords that LiteLLM itself lists and those that say whose account.
NOT_OF_THE_BODY = frozenset(
    {"extra_body", "extra_headers", "drop_params", "additional_drop_params", "success_callback", "failure_callback"}
)


@dataclass(frozen=True, slots=True)
class Tag:
    """What the name of a line (``custom_id``) says, from which another process knows what it was.

    ``call`` counts the requests of one prompt; ``request`` is the fingerprint of all of them.
    """

    index: int
    call: int
    request: str
    id: str | None = None
    file_name: str | None = None

    def __str__(self) -> str:
        named = {"id": self.id, "file": self.file_name}
        facts = {"p": self.index, "c": self.call, "r": self.request}
        return urlencode(facts | {name: value for name, value in named.items() if value is not None})

    @classmethod
    def read(cls, text: str) -> "Tag":
        """Return what a name says.

        :param text: A line's ``custom_id``.
        :raises JobError: When it is none of ours.
        """
        facts = dict(parse_qsl(text, keep_blank_values=True))
        try:
            return cls(int(facts["p"]), int(facts["c"]), facts["r"], facts.get("id"), facts.get("file"))
        except (KeyError, ValueError):
            raise JobError("this job was not submitted by this library, so it cannot collect it") from None


@dataclass(frozen=True)
class Plan:
    """What was written: the first request, how many there are, and what they should cost at half price."""

    first: ImageRequest = field(repr=False)
    prompts: int
    requests: int
    pictures: int
    prices: Prices | None
    adjustments: frozenset[str]


def write(bot: "ImageBot", prompts: Iterable[Any], overrides: Mapping[str, Any], file: IO[bytes]) -> Plan:
    """Write the lines of a job, each fitted to the model, and refuse what cannot be one job.

    :param bot: Makes the requests.
    :param prompts: Strings or mappings.
    :param overrides: For all of them.
    :param file: Where the lines go.
    :raises ValueError: Naming the prompt.
    """
    plan: Plan | None = None
    for item in items_of(prompts):
        request = _request(bot, item, overrides)
        if plan is not None:
            _check_same(plan.first, request, item)
        found = fingerprint(request)
        calls = list(request.calls())
        for number, keywords in enumerate(calls):
            tag = Tag(item.index, number, found, item.id, item.file_name)
            file.write(_line(tag, request, keywords.get("n")))
        plan = _grown(plan, request, len(calls))
        _check_room(plan, file)
    if plan is None:
        raise no_prompts()
    file.seek(0)
    return plan


def _request(bot: "ImageBot", item: Item, overrides: Mapping[str, Any]) -> ImageRequest:
    if item.problem:
        raise ValueError(f"{item.problem}; nothing was sent")
    try:
        request = bot.build_request(item.prompt, **{**overrides, **item.overrides})
        if item.file_name is not None:
            _check_ending(item.file_name, request)
    except ValueError as error:
        error.add_note(f"This is prompt {item.index + 1}.")
        raise
    check_model(request)
    return request


def _check_ending(file_name: str, request: ImageRequest) -> None:
    words = (one for one in request.parameters.values() if isinstance(one, str))
    try:
        check_ending(file_name, (request.model, *words))
    except SaveError as error:  # of this name alone: no folder is known yet
        raise UnsupportedParameterError(f"{error}; nothing was sent") from None


def _check_same(first: ImageRequest, request: ImageRequest, item: Item) -> None:
    if request.model != first.model:
        raise ValueError(
            f"prompt {item.index + 1} is for {request.model!r} and prompt 1 for {first.model!r}; a job has one model: "
            "submit one job for each; nothing was sent"
        )
    if request.credentials != first.credentials:
        raise ValueError(f"prompt {item.index + 1} has a key or address of its own; a job has one; nothing was sent")


def body_of(request: ImageRequest, n: int | None) -> dict[str, Any]:
    """Return the body of one request, as the image API takes it.

    :param request: As it was negotiated.
    :param n: How many pictures, ``None`` where the model does not take a number.
    """
    from litellm.types.utils import all_litellm_params

    left_out = NOT_OF_THE_BODY.union(all_litellm_params)
    given = request.parameters.items()
    sent = {name: value for name, value in given if name not in left_out and not OWN_KEYWORDS.match(name)}
    more = request.parameters.get("extra_body") or {}
    number = {} if n is None else {"n": n}
    return {"model": model_of(request), "prompt": request.prompt, **number, **sent, **more}


def _line(tag: Tag, request: ImageRequest, n: int | None) -> bytes:
    name = str(tag)
    if len(name) > LONGEST_NAME:
        raise ValueError(
            f"the id or file_name of prompt {tag.index + 1} is too long for a job: {len(name)} characters of "
            f"{LONGEST_NAME} once it is written in ASCII; nothing was sent"
        )
    line = {"custom_id": name, "method": "POST", "url": ENDPOINT, "body": body_of(request, n)}
    try:
        return json.dumps(line).encode() + b"\n"
    except TypeError as error:
        raise ValueError(f"prompt {tag.index + 1} has a setting that is no JSON: {error}; nothing was sent") from None


def _grown(plan: Plan | None, request: ImageRequest, calls: int) -> Plan:
    half = _half(request.prices)
    notes = frozenset(str(one) for one in request.adjustments if not one.is_kept)
    if plan is None:
        return Plan(request, 1, calls, request.n, half, notes)
    return replace(
        plan,
        prompts=plan.prompts + 1,
        requests=plan.requests + calls,
        pictures=plan.pictures + request.n,
        prices=_sum(plan.prices, half),
        adjustments=plan.adjustments | notes,
    )


def _check_room(plan: Plan, file: IO[bytes]) -> None:
    if plan.requests > MOST_REQUESTS:
        raise ValueError(f"a job holds {MOST_REQUESTS:,} requests at most; submit several jobs; nothing was sent")
    if file.tell() > MOST_BYTES:
        raise ValueError(f"a job holds {MOST_BYTES // 10**6} MB of prompts at most; submit several; nothing was sent")


def _half(prices: Prices | None) -> Prices | None:
    return prices and Prices(*(DISCOUNT * one for one in (prices.low, prices.likely, prices.high)))


def _sum(one: Prices | None, other: Prices | None) -> Prices | None:
    if one is None or other is None:
        return None
    return Prices(one.low + other.low, one.likely + other.likely, one.high + other.high)
