"""What LiteLLM knows of a model, whichever of its calls asks for the picture."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from llamabot_images.backends.litellm_fixes import load
from llamabot_images.credentials import OPENAI_NAMES, PROVIDERS
from llamabot_images.errors import UnroutedModelError
from llamabot_images.request import Capabilities

__all__ = [
    "capabilities_of",
    "dalle_in_body",
    "dalle_let_go",
    "dalle_parameters",
    "is_listed",
    "own_keywords",
    "provider_and_name",
    "unedited",
    "unrouted",
]

#: What may stand before a slash, and how much alike a name must be to be meant: 1 is the same.
PREFIXES, CLOSE = (*PROVIDERS, "openai", "bedrock", "vertex_ai", "offline", "ollama"), 0.75
ABLE = "'gpt-image-2.5-flare', 'gemini/gemini-3.1-flash-image', 'recraft/recraftv3' or 'stability/inpaint'"
#: What LiteLLM keeps for itself although its own list of such keywords does not have it (1.106.2).
ALSO_OWN = frozenset({"drop_params", "additional_drop_params", "success_callback", "failure_callback"})
ALSO_OWN |= {"vertex_project", "vertex_location", "vertex_credentials"}
ALSO_OWN |= {"vertex_ai_project", "vertex_ai_location", "vertex_ai_credentials"}
ALSO_OWN |= {"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_session_name", "aws_profile_name"}
ALSO_OWN |= {"aws_region_name", "aws_role_name", "aws_web_identity_token", "aws_sts_endpoint", "aws_external_id"}
ALSO_OWN |= {"aws_bedrock_runtime_endpoint", "aws_session_tags"}
DALL_E = re.compile("dall[-_]?e[-_]?([23])", re.I)


def provider_and_name(litellm: Any, model: str, extra: Mapping[str, Any]) -> tuple[str, str]:
    """Return LiteLLM's name of a model's provider, and the name by which its rules and prices are known.

    :param litellm: The module.
    :param model: As the caller wrote it.
    :param extra: Further keywords; ``base_model`` and ``custom_llm_provider`` tell what a name means.
    :raises UnroutedModelError: When LiteLLM does not know the provider.
    """
    given, base = extra.get("custom_llm_provider"), str(extra.get("base_model") or "").rpartition("/")[2]
    if not given and model.startswith(OPENAI_NAMES):  # even where LiteLLM's list is older than the model
        return "openai", base or model
    try:
        name, provider = litellm.get_llm_provider(model, custom_llm_provider=given)[:2]
    except litellm.BadRequestError:
        raise UnroutedModelError(unrouted(model, None)) from None
    return provider, base or name


def capabilities_of(
    litellm: Any, provider: str, name: str, forwards: frozenset[str] | None, route: str
) -> Capabilities:
    """Return what LiteLLM forwards, with its row in the price map.

    :param litellm: The module.
    :param provider: LiteLLM's name of the provider.
    :param name: The model without the provider's prefix.
    :param forwards: Parameters that reach the model; ``None`` for all.
    :param route: The way of asking.
    """
    row = litellm.model_cost.get(f"{provider}/{name}") or litellm.model_cost.get(name) or {}
    return Capabilities(provider, name, forwards, own_keywords(), row, _switched_off(row), route)


def dalle_parameters(provider: str, name: str) -> frozenset[str]:
    """Return the parameters of a DALL-E model that LiteLLM from 1.109 on takes for another model's."""
    found = DALL_E.search(name)
    if found is None or provider not in ("openai", "azure", "azure_ai"):
        return frozenset()
    return frozenset({"response_format", "style"} if found[1] == "3" else {"response_format"})


def dalle_in_body(keywords: dict[str, Any], provider: str, name: str) -> dict[str, Any]:
    """Return the keywords of a call with a DALL-E model's own in ``extra_body``, where LiteLLM leaves them alone."""
    own = {one: keywords[one] for one in dalle_parameters(provider, name) if one in keywords}
    if not own:
        return keywords
    rest = {one: value for one, value in keywords.items() if one not in own}
    return {**rest, "extra_body": {**own, **(rest.get("extra_body") or {})}}


def dalle_let_go(keywords: dict[str, Any], provider: str, name: str) -> dict[str, Any]:
    """Return keywords for a function of the program's, which may hand them on to a LiteLLM that refuses these."""
    from litellm.llms.openai import image_generation as openai_images

    is_known = hasattr(openai_images, "DallE3ImageGenerationConfig")
    if is_known or not dalle_parameters(provider, name) & keywords.keys():
        return keywords
    return {**keywords, "drop_params": True}


def own_keywords() -> frozenset[str]:
    """Return the keywords that LiteLLM keeps for itself."""
    from litellm.types.utils import all_litellm_params

    return ALSO_OWN.union(all_litellm_params)


def _switched_off(row: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(row.get("deprecation_date")))
    except ValueError:
        return None


def is_listed(litellm: Any, keywords: Mapping[str, Any]) -> bool:
    """Tell whether LiteLLM finds a provider for the model of a call by itself."""
    try:
        return keywords["model"].startswith("openai/") or bool(litellm.get_llm_provider(keywords["model"])[1])
    except litellm.BadRequestError:
        return False


def unrouted(model: str, provider: str | None) -> str:
    """Return the words for a model that no image call reaches.

    :param model: As the caller wrote it.
    :param provider: ``None`` where that is unknown.
    """
    advice = (
        "write 'provider/name', such as 'gemini/gemini-3.1-flash-image' or 'azure/<deployment>', "
        "or 'openai/<name>' with api_base= for a server of your own; nothing was sent"
    )
    if provider is None:
        near = _nearest(model)
        return f"the provider of model {model!r} is unknown: {f'did you mean {near!r}? Else ' if near else ''}{advice}"
    return f"LiteLLM has no image route for {provider!r}, the provider of {model!r}: {advice}"


def unedited(model: str) -> str:
    """Return the words for a model that no edit call reaches."""
    return f"LiteLLM cannot edit pictures with {model!r}: take a model such as {ABLE}; nothing was sent"


def _nearest(model: str) -> str | None:
    """Return the name that a mistyped one comes nearest to, ``None`` where none is near.

    Of names that need a provider before them none is proposed: several have the same models.
    """
    prefix, slash, name = model.strip().lower().partition("/")
    if slash and (found := get_close_matches(prefix, PREFIXES, 1, CLOSE)):
        return f"{found[0]}/{name}"
    rows = load().model_cost.items()
    known = (key for key, row in rows if row.get("mode") == "image_generation" and "/" not in key)
    return next(iter(get_close_matches(model, ["offline/sketch", *known], 1, CLOSE)), None)
