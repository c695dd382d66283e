"""The ``provider`` fixture: a server, and an environment that holds no trace of real providers."""

import os
import sys
from collections.abc import Iterator

import pytest

from .server import ProviderServer

__all__ = ["PROVIDER_VARIABLES", "clear_environment", "forget_clients", "provider"]

PROVIDER_VARIABLES = (
    "OPENAI_", "AZURE_", "GEMINI_", "GOOGLE_", "VERTEX", "OPENROUTER_", "OR_", "AWS_", "BEDROCK_", "RECRAFT_",
    "STABILITY_", "FAL_", "BFL_", "XAI_", "TOGETHER", "FIREWORKS_", "DEEPINFRA_", "NEBIUS_", "HOSTED_VLLM_",
    "LM_STUDIO_", "XINFERENCE_", "LITELLM_PROXY_", "OLLAMA_", "REPLICATE_", "HF_TOKEN", "HUGGINGFACE_",
    "ANTHROPIC_", "MISTRAL_", "DASHSCOPE_", "RUNWAYML_", "AIML_", "NSCALE_", "COMETAPI_", "MODELSCOPE_",
    "VERCEL_AI_GATEWAY_", "BLACK_FOREST_LABS_", "LITELLM_API_", "LITELLM_DROP_PARAMS",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy",
)  # fmt: skip


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderServer]:
    """Give a running server; afterwards it is closed, and LiteLLM has forgotten the way to it."""
    clear_environment(monkeypatch)
    forget_clients()
    with ProviderServer() as server:
        yield server
    forget_clients()


def clear_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take keys, addresses and proxies of providers out of the environment for one test."""
    for name in [name for name in os.environ if name.startswith(PROVIDER_VARIABLES)]:
        monkeypatch.delenv(name)
    # Without keys boto3 asks a metadata service over the network and reads files at home.
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)


def forget_clients() -> None:
    """Empty LiteLLM's cache of HTTP clients, where LiteLLM is loaded; it keeps addresses for an hour."""
    if (litellm := sys.modules.get("litellm")) is not None and hasattr(litellm, "in_memory_llm_clients_cache"):
        litellm.in_memory_llm_clients_cache.flush_cache()
