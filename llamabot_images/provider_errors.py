"""What a provider's error answer says, whoever wrote it. Pure.

A machine-readable code counts most. Words count only in the shapes that providers use for them: an answer
may echo the prompt, and a prompt may speak of policies and deprecated models.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

__all__ = ["Complaint", "read"]

#: Lower-case code to meaning; the first pattern that matches the whole code wins.
CODES = (
    (r"moderation_blocked|content_policy_violation|content_filter(?:ed)?|responsibleaipolicyviolation", "refused"),
    (r"\w*moderation_failed|content_moderation|(?:image_)?prohibited_content|image_safety", "refused"),
    (r"model_?not_?(?:found|available)|deployment_?not_?found", "gone"),
    (r"(?:unknown|unsupported)_parameter|extra_forbidden", "unknown_parameter"),
    (r"insufficient_(?:quota|credits)|billing_hard_limit_reached|not_enough_credits|payment_required", "quota"),
    (r"invalid_api_key|api_key_invalid", "unauthorized"),
    (
        r"invalid_(?:value|type|image|size|style|prompt_length)\w*|(?:missing|string|integer|array|empty)_\w+",
        "rejected",
    ),
)
NAME = r"['\"`]?([A-Za-z_][\w.]*)"
PARAMETERS = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"unknown (?:parameter|name|field|argument):? \\?{NAME}",
        rf"unrecognized (?:request )?(?:argument|parameter|field|key)s?(?:\(s\))?(?: supplied| in object)?:? {NAME}",
        rf"unsupported (?:parameter|argument)s?:? {NAME}",
        rf"unexpected (?:keyword argument|field|property)s?:? {NAME}",
        rf"extraneous key \[{NAME}",
        rf"argument not supported:? {NAME}",
        rf"(?:^|[.;] |parameter |argument |field |option |property |the ){NAME}['\"`](?: parameter| argument| field)? "
        r"(?:is not|isn't) (?:supported|permitted|allowed)",
        r"'loc': \('body', '(\w+)'\), 'msg': 'Extra inputs",
    )
)
PHRASES = (
    (re.compile(r"^no connected db\.?$", re.I), "unauthorized"),  # a LiteLLM proxy without a database: wrong key
    (
        re.compile(
            r"(?:by|of) (?:our|the) safety system|content (?:management |safety )?policy violation|"
            r"content management policy|violat\w* (?:our|content) polic|"
            r"violat\w* (?:our|the|its|[a-z]+'s?) (?:(?:content|usage|use|safety|acceptable|moderation) ){1,3}"
            r"(?:polic|guideline|terms)|responsible ?ai p|sensitive words|58061214|"
            r"(?:rejected|blocked|denied|filtered|flagged) by (?:[\w']+ ){0,4}(?:moderation|safety|content)|"
            r"(?:prompt|input|request|text|image|picture|content) (?:was|is|has been|were) flagged|"
            r"did not pass (?:\w+ )?moderation|(?:content|request) moderated|filter reason: |"
            r"nsfw (?:content|concept|image)|prohibited content",
            re.I,
        ),
        "refused",
    ),
    (
        re.compile(
            r"(?<!of this )(?<!for this )(?<!by this )(?<!with this )(?<!of the )(?<!for the )"
            r"\b(?:model|deployment)(?: version| identifier| id)?(?: for this resource)?:?"
            r"(?: ?['\"`][^'\"`\s]+['\"`]| [\w./:@]*[-./:@\d][\w./:@-]*)?,? (?:(?:was|is|has|has been|does|now) ){0,2}"
            r"(?:not exist|not found|deprecated|retired|shut ?down|decommissioned|removed|"
            r"no longer (?:available|supported)|reached (?:the )?end of its life|invalid\b)|"
            r"is not found for API version|is not a valid model id|unknown model\b|unable to access model|"
            r"no endpoints found for [\w.-]+/|invalid model name|application '[^']+' not found",
            re.I,
        ),
        "gone",
    ),
    (
        re.compile(
            r"billing hard limit|(?:out of|not enough|insufficient|no) (?:credits?|balance|funds)\b|exhausted balance",
            re.I,
        ),
        "quota",
    ),
    (
        re.compile(r"api[ _]key (?:is )?(?:not valid|invalid|expired)|(?:incorrect|invalid) api key", re.I),
        "unauthorized",
    ),
)
#: Characters of a message that are looked at: an answer may be as long as it likes.
LONGEST = 2_000


@dataclass(frozen=True)
class Complaint:
    """An error answer as read.

    ``meaning`` is ``refused``, ``gone``, ``unknown_parameter``, ``quota``, ``unauthorized``, ``rejected``
    (surely none of these), or ``None`` where only the status tells.
    """

    text: str = ""
    code: str | None = None
    parameter: str | None = None
    categories: tuple[str, ...] = ()
    meaning: str | None = None


def read(answer: str) -> Complaint:
    """Read an error answer.

    :param answer: The body: JSON of any vendor, plain text, or the page of a gateway.
    """
    body = None if answer.lstrip().startswith("<") else _json_in(answer)
    if body is None:
        plain = _plain(answer)
        return Complaint(plain) if "<" in answer else _meant(Complaint(plain), None)
    error = _error(body)
    text, code = _text(error), _code(error)
    found = _meant(Complaint(text, code, categories=_categories(error, text)), _named(error))
    upstream = _mapping(error.get("metadata")).get("raw")  # OpenRouter's own words are "Provider returned error"
    if not isinstance(upstream, str) or not upstream:
        return found
    raw = read(upstream)
    return replace(
        raw, text=f"{text}: {raw.text}", code=raw.code or code, categories=raw.categories or found.categories
    )


def _meant(said: Complaint, named: str | None) -> Complaint:
    code = (said.code or "").lower()
    by_code = next((meaning for pattern, meaning in CODES if re.fullmatch(pattern, code)), None)
    words = said.text[:LONGEST]
    match = next((match for one in PARAMETERS if (match := one.search(words))), None)
    parameter = named or (match[1].rpartition(".")[2] if match else None)
    if parameter and by_code in (None, "unknown_parameter"):
        return replace(said, meaning="unknown_parameter", parameter=parameter)
    by_words = next((meaning for pattern, meaning in PHRASES if pattern.search(words)), None)
    return replace(said, meaning=by_code or by_words)


def _json_in(text: str) -> Any:
    try:
        return json.loads(text[text.index("{") : text.rindex("}") + 1])
    except (ValueError, RecursionError):
        return None


def _plain(page: str) -> str:
    """Return the words of a page, its title alone where it has one."""
    page = page[: 5 * LONGEST]
    title = re.search(r"<(title|h1)[^>]*>([^<]+)", page, re.I)
    words = title[2] if title else re.sub(r"<(style|script)\b.*?</\1>|<[^>]*>", " ", page, flags=re.I | re.S)
    return " ".join(words.split())


def _error(body: Any) -> Mapping[str, Any]:
    inner = body.get("error", body) if isinstance(body, Mapping) else {}
    return inner if isinstance(inner, Mapping) else {"message": str(inner)}


def _text(error: Mapping[str, Any]) -> str:
    found = next((value for name in ("message", "detail", "errors", "name") if (value := error.get(name))), "")
    return "; ".join(_lines(found))


def _lines(found: Any) -> Iterator[str]:
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, Mapping) and "msg" in one:  # FastAPI; "input" holds the whole request, prompt and all
            yield f"{'.'.join(str(part) for part in _list(one.get('loc'))[1:])}: {one['msg']}"
        else:
            yield one if isinstance(one, str) else json.dumps(one)


def _code(error: Mapping[str, Any]) -> str | None:
    listed = _mapping(next(iter(_list(error.get("detail"))), None))
    stability = error.get("name") if "errors" in error else None
    found = (_inner(error).get("code"), error.get("code"), error.get("status"), listed.get("type"), stability)
    if text := next((one for one in found if one and isinstance(one, str)), None):
        return text
    number = error.get("code")
    return str(error.get("type") or number) if isinstance(number, int) else None


def _named(error: Mapping[str, Any]) -> str | None:
    if error.get("code") in ("unknown_parameter", "unsupported_parameter") and isinstance(error.get("param"), str):
        return str(error["param"]).rpartition(".")[2]
    extra = (one for one in map(_mapping, _list(error.get("detail"))) if one.get("type") == "extra_forbidden")
    return next((str(one["loc"][-1]) for one in extra if _list(one.get("loc"))), None)


def _categories(error: Mapping[str, Any], text: str) -> tuple[str, ...]:
    if listed := re.search(r"safety_violations=\[([^\]]*)\]", text):
        return tuple(part.strip(" '\"") for part in listed[1].split(",") if part.strip())
    inner = _inner(error)
    results = _mapping(inner.get("content_filter_results") or inner.get("content_filter_result"))
    filtered = tuple(name for name, one in results.items() if _mapping(one).get("filtered"))
    return filtered or tuple(map(str, _list(_mapping(error.get("metadata")).get("reasons"))))


def _inner(error: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapping(error.get("innererror") or error.get("inner_error"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
