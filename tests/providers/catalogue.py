"""Every provider the server plays, and which of their models are switched off."""

from collections.abc import Sequence

from .api import Api
from .azure_ai_api import AzureAI
from .azure_api import Azure
from .bedrock_api import Bedrock
from .compatible_api import SERVERS
from .fal_api import Fal
from .gemini_api import Gemini, Vertex
from .openai_api import OpenAI
from .openrouter_api import OpenRouter
from .recraft_api import Recraft
from .stability_api import Stability

__all__ = ["RETIRED", "apis", "provider_of"]

# What the providers answered in November 2026.
RETIRED = (
    "openai/dall-e-2",
    "openai/dall-e-3",
    "openai/gpt-image-1",
    "gemini/imag*",
    "gemini/*-preview",
    "vertex_ai/imag*",
    "vertex_ai/*-preview",
    "bedrock/amazon.nova-canvas*",
    "bedrock/amazon.titan-image*",
    "azure_ai/MAI-Image-2.5*",
    "xai/grok-imagine-image-quality",
)


def apis() -> tuple[Api, ...]:
    """Return one of each provider; the first whose path fits a request answers it."""
    first = (OpenAI(), Gemini(), Vertex(), OpenRouter(), Azure(), AzureAI(), Recraft(), Stability(), Fal(), Bedrock())
    return (*first, *(server() for server in SERVERS))


def provider_of(known: Sequence[Api], name: str) -> tuple[Api, str]:
    """Return the API for ``provider``, ``provider/model`` or a bare OpenAI model, and the model (or ``""``).

    :raises KeyError: No provider of that name is played here.
    """
    by_name = {api.name: api for api in known}
    provider, _, model = name.partition("/")
    if provider in by_name:
        return by_name[provider], model
    if "/" in name:
        raise KeyError(f"no provider {provider!r} here; choose one of {sorted(by_name)}")
    return by_name["openai"], name
