"""Whose key and whose address a request uses.

Where a key is missing LiteLLM falls back to ``OPENAI_API_KEY`` and sends it to other vendors, and
where an address is missing it posts to OpenAI (seen in 1.106.2). So both are settled here first:
the caller's argument, then the provider's own variables, else an error that names them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from llamabot_images.asked import Asked
from llamabot_images.errors import MissingKeyError

__all__ = ["PROVIDERS", "Provider", "credentials_for", "for_other_provider", "without_keys"]

#: What local servers without keys are sent, since the OpenAI client insists on having one.
NO_KEY = "no-key-needed"
AUTH_HEADERS = frozenset({"authorization", "api-key", "x-api-key", "x-goog-api-key"})
SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|credential", re.I)
#: Keywords that mean one provider: its keys, address and account.
OWN_KEYWORDS = re.compile(
    r"api_(?:key|base|version)$|aws_|vertex_|azure_|client(?:_id|_secret)?$|tenant_id$|organization$"
)


@dataclass(frozen=True)
class Provider:
    """Where a provider's credentials come from.

    ``keys`` and ``bases`` are environment variables, the first one set wins; ``needs_key`` and
    ``needs_base`` say what has no default.
    """

    keys: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    needs_key: bool = True
    needs_base: bool = False


PROVIDERS: Mapping[str, Provider] = {
    "aiml": Provider(("AIML_API_KEY", "AIMLAPI_KEY"), ("AIML_API_BASE",)),
    "azure": Provider(("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"), ("AZURE_API_BASE",), needs_base=True),
    "azure_ai": Provider(("AZURE_AI_API_KEY",), ("AZURE_AI_API_BASE",), needs_base=True),
    "black_forest_labs": Provider(("BFL_API_KEY",), ("BFL_API_BASE",)),
    "cometapi": Provider(("COMETAPI_KEY", "COMETAPI_API_KEY"), ("COMETAPI_API_BASE", "COMETAPI_BASE_URL")),
    "dashscope": Provider(("DASHSCOPE_API_KEY",), ("DASHSCOPE_API_BASE",)),
    "deepinfra": Provider(("DEEPINFRA_API_KEY",), ("DEEPINFRA_API_BASE",)),
    "edenai": Provider(("EDENAI_API_KEY",), ("EDENAI_API_BASE",)),
    "fal_ai": Provider(("FAL_AI_API_KEY", "FAL_KEY"), ("FAL_AI_API_BASE",)),
    "fireworks_ai": Provider(
        ("FIREWORKS_API_KEY", "FIREWORKS_AI_API_KEY", "FIREWORKSAI_API_KEY", "FIREWORKS_AI_TOKEN"),
        ("FIREWORKS_API_BASE", "FIREWORKS_AI_API_BASE"),
    ),
    "gemini": Provider(("GEMINI_API_KEY", "GOOGLE_API_KEY"), ("GEMINI_API_BASE",)),
    "hosted_vllm": Provider(("HOSTED_VLLM_API_KEY",), ("HOSTED_VLLM_API_BASE",), needs_key=False, needs_base=True),
    "litellm_proxy": Provider(
        ("LITELLM_PROXY_API_KEY",), ("LITELLM_PROXY_API_BASE",), needs_key=False, needs_base=True
    ),
    "lm_studio": Provider(("LM_STUDIO_API_KEY",), ("LM_STUDIO_API_BASE",), needs_key=False, needs_base=True),
    "modelscope": Provider(("MODELSCOPE_API_KEY",), ("MODELSCOPE_API_BASE",)),
    "nebius": Provider(("NEBIUS_API_KEY",), ("NEBIUS_API_BASE",)),
    "nscale": Provider(("NSCALE_API_KEY",), ("NSCALE_API_BASE",)),
    "openrouter": Provider(("OPENROUTER_API_KEY", "OR_API_KEY"), ("OPENROUTER_API_BASE",)),
    "recraft": Provider(("RECRAFT_API_KEY",), ("RECRAFT_API_BASE",)),
    "runwayml": Provider(("RUNWAYML_API_SECRET", "RUNWAYML_API_KEY"), ("RUNWAYML_API_BASE",)),
    "stability": Provider(("STABILITY_API_KEY",), ("STABILITY_API_BASE",)),
    "together_ai": Provider(
        ("TOGETHERAI_API_KEY", "TOGETHER_API_KEY", "TOGETHER_AI_API_KEY", "TOGETHER_AI_TOKEN"),
        ("TOGETHER_AI_API_BASE",),
    ),
    "vercel_ai_gateway": Provider(("VERCEL_AI_GATEWAY_API_KEY", "VERCEL_OIDC_TOKEN"), ("VERCEL_AI_GATEWAY_API_BASE",)),
    "xai": Provider(("XAI_API_KEY",), ("XAI_API_BASE",)),
    "xinference": Provider(("XINFERENCE_API_KEY",), ("XINFERENCE_API_BASE",), needs_key=False, needs_base=True),
}

#: Names that OpenAI itself serves: behind an ``api_base`` they mean a gateway to OpenAI.
OPENAI_NAMES = ("gpt-image", "dall-e", "chatgpt-image")


def credentials_for(
    provider: str,
    name: str,
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    extra: Mapping[str, Any],
) -> dict[str, Any]:
    """Settle key and address of a request.

    :param provider: LiteLLM's provider name.
    :param name: The model without the provider's prefix.
    :param given: What the caller gave of ``api_key``, ``api_base``, ``api_version``; ``None`` is unset.
    :param environ: Environment variables.
    :param extra: The caller's further keywords; a header or token there counts as a key.
    :return: Keywords for LiteLLM, without empty ones. For OpenAI without ``api_base`` only what was
        given: LiteLLM finds, or misses, the key itself.
    :raises MissingKeyError: Naming the variables, when nothing supplies the key or the address.
    """
    found = {key: value for key, value in given.items() if value not in (None, "")}
    if provider == "openai":
        return _openai_key(name, found, environ, _from_headers(provider, extra)) | found
    known = PROVIDERS.get(provider)
    if known is None:
        return found
    found |= _looked_up("api_base", known.bases, found, environ) | _looked_up("api_key", known.keys, found, environ)
    if known.needs_base and "api_base" not in found:
        raise _missing(provider, name, "address", "api_base", known.bases)
    if provider == "azure" and not _has_version(found, environ):
        raise _missing(provider, name, "API version", "api_version", ("AZURE_API_VERSION",))
    if provider == "black_forest_labs":
        return _from_environment(known, found, environ)
    found = _from_headers(provider, extra) | found
    if "api_key" not in found and not _has_entra(extra, environ, provider):
        if known.needs_key:
            raise _missing(provider, name, "key", "api_key", known.keys)
        found["api_key"] = NO_KEY
    return found


def _has_version(found: Mapping[str, Any], environ: Mapping[str, str]) -> bool:
    """Azure's newer addresses, which end in ``/v1``, need no version."""
    base = str(found.get("api_base")).rstrip("/")
    return bool(found.get("api_version") or environ.get("AZURE_API_VERSION") or base.endswith("/v1"))


def _from_environment(known: Provider, found: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """LiteLLM 1.106.2 drops ``api_key`` and ``api_base`` for Black Forest Labs and reads variables only."""
    wanted = {known.keys[0]: found.get("api_key"), known.bases[0]: found.get("api_base")}
    unset = tuple(name for name, value in wanted.items() if value and environ.get(name) != value)
    if unset or not found.get("api_key"):
        names = unset or known.keys
        raise MissingKeyError(
            "LiteLLM takes the key and the address of 'black_forest_labs' from the environment only: "
            f"set {' and '.join(names)}; nothing was sent",
            variables=names,
        )
    return {name: value for name, value in found.items() if name == "api_version"}


def for_other_provider(asked: Asked, overrides: Mapping[str, Any]) -> Asked:
    """Leave out a bot's own key and address where a call goes to another provider than the bot's.

    :param asked: The bot's settings with the overrides of one call.
    :param overrides: What belongs to this call, and so to the other provider.
    """
    given = {name: overrides.get(name) for name in asked.credentials}
    own = {name: overrides[name] for name in asked.extra if name in overrides}
    return replace(asked, credentials=given, extra=without_keys(asked.extra) | own)


def without_keys(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return keywords without keys, addresses and headers that carry a key, for a request to another provider."""
    kept = {name: value for name, value in extra.items() if not OWN_KEYWORDS.match(name)}
    for name in ("extra_headers", "headers"):
        if kept.get(name):
            kept[name] = {key: value for key, value in kept[name].items() if not SECRET_HEADER.search(str(key))}
    return kept


def _openai_key(
    name: str, found: Mapping[str, Any], environ: Mapping[str, str], header: dict[str, Any]
) -> dict[str, Any]:
    if "api_base" not in found:
        return {} if environ.get("OPENAI_API_KEY") else header
    same_base = str(found["api_base"]).rstrip("/") == environ.get("OPENAI_BASE_URL", "").rstrip("/")
    is_gateway = name.startswith(OPENAI_NAMES) or same_base
    own = environ.get("OPENAI_API_KEY") if is_gateway else None
    return {"api_key": own} if own else {"api_key": NO_KEY} | header


def _looked_up(
    what: str, variables: tuple[str, ...], found: Mapping[str, Any], environ: Mapping[str, str]
) -> dict[str, Any]:
    value = next((environ[name] for name in variables if environ.get(name)), None)
    return {} if what in found or value is None else {what: value}


def _headers(extra: Mapping[str, Any]) -> dict[str, str]:
    given = [one for name in ("headers", "extra_headers") if isinstance(one := extra.get(name), Mapping)]
    return {str(name).lower(): str(value) for one in given for name, value in one.items() if value}


def _from_headers(provider: str, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key that stands in a header.

    LiteLLM has to be told too: it would set the same header to ``OPENAI_API_KEY`` or demand a key. Azure's
    ``Authorization`` is no key but a token, which LiteLLM leaves alone.
    """
    names = AUTH_HEADERS - ({"authorization"} if provider.startswith("azure") else set())
    value = next((value for name, value in _headers(extra).items() if name in names), "")
    return {"api_key": value.split()[-1]} if value.strip() else {}


def _has_entra(extra: Mapping[str, Any], environ: Mapping[str, str], provider: str) -> bool:
    given = ("azure_ad_token", "azure_ad_token_provider", "tenant_id")
    variables = ("AZURE_AD_TOKEN", "AZURE_TENANT_ID")
    return provider.startswith("azure") and (
        "authorization" in _headers(extra)
        or any(extra.get(name) for name in given)
        or any(environ.get(name) for name in variables)
    )


def _missing(provider: str, name: str, what: str, argument: str, variables: tuple[str, ...]) -> MissingKeyError:
    hint = " model='offline/sketch' needs no key." if what == "key" else ""
    needs = " Azure needs three things: api_key, api_base and api_version." if provider == "azure" else ""
    return MissingKeyError(
        f"no {what} for {provider + '/' + name!r}: set the environment variable {' or '.join(variables)}, "
        f"or pass {argument}=; nothing was sent.{hint}{needs}",
        variables=variables,
    )
