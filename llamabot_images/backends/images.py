"""Ask through ``litellm.image_generation``."""

import os
from collections.abc import Mapping
from functools import partial
from typing import Any

from llamabot_images.backends.knowing import (
    capabilities_of,
    dalle_in_body,
    dalle_let_go,
    dalle_parameters,
    is_listed,
    own_keywords,
    provider_and_name,
    unrouted,
)
from llamabot_images.backends.litellm_fixes import PostOnce, captured, drain_logging, is_patched, load
from llamabot_images.backends.reading import raise_reading, with_picture
from llamabot_images.backends.reports import has_async_callbacks, unreported
from llamabot_images.credentials import credentials_for
from llamabot_images.errors import MissingKeyError, UnroutedModelError
from llamabot_images.models import ModelRule, rule_for
from llamabot_images.request import Asked, Capabilities
from llamabot_images.threads import Threads

__all__ = ["Images"]

#: Listed among LiteLLM's OpenAI-compatible providers, yet not asked through the OpenAI SDK (1.106.2).
OWN_HTTP = frozenset({"aiml", "azure_ai", "dashscope", "edenai", "qwen_ai_platform", "qwencloud"})
#: Asked by LiteLLM's own httpx client, which may be ours.
HTTP_ROUTES = frozenset({"bedrock", "gemini", "openrouter", "recraft", "vertex_ai", "stability", "fal_ai"})
#: Routed by LiteLLM without a configuration class of the usual kind.
OTHER_ROUTES = frozenset({"azure", "azure_ai", "bedrock", "black_forest_labs", "vertex_ai"})


class Images:
    """LiteLLM's image call, sent once.

    :param threads: Where blocking calls of async verbs run.
    """

    #: LiteLLM's function, and the name of this way of asking.
    CALL = "image_generation"
    ROUTE = "images"

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._once = PostOnce(threads)
        self._known: dict[tuple[Any, ...], Capabilities] = {}

    def capabilities(self, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what LiteLLM says of a model. Loads LiteLLM; sends nothing.

        :param model: As the caller wrote it.
        :param extra: Further keywords; ``base_model`` and ``custom_llm_provider`` tell what a name means.
        :raises UnroutedModelError: When LiteLLM would not ask this model, unless the program stands in for LiteLLM.
        """
        key = (model, extra.get("base_model"), extra.get("custom_llm_provider"))
        if key not in self._known:
            litellm = load()
            try:
                self._known[key] = self.look_up(litellm, model, extra)
            except UnroutedModelError:
                if not is_patched(litellm, self.CALL):
                    raise
                return Capabilities("", model, None, own_keywords(), route=self.ROUTE)
        return self._known[key]

    def look_up(self, litellm: Any, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what LiteLLM's function takes for a model.

        :param litellm: The module.
        :param model: As the caller wrote it.
        :param extra: Further keywords.
        :raises UnroutedModelError: When LiteLLM would answer with nothing, or does not know the provider.
        """
        provider, name = provider_and_name(litellm, model, extra)
        config = _config(litellm, provider, name)
        if config is None and not _is_routed(litellm, provider):
            raise UnroutedModelError(unrouted(model, provider))
        forwards = None
        if config is not None:
            forwards = frozenset(config.get_supported_openai_params(name)) | dalle_parameters(provider, name)
        return capabilities_of(litellm, provider, name, forwards, self.ROUTE)

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what is known of a model's sizes and settings."""
        return rule_for(can.provider, can.name)

    def streams(self, can: Capabilities) -> bool:
        """Tell whether the way to a picture can be watched: LiteLLM's image call gives whole replies only."""
        return False

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Settle key and address.

        :raises MissingKeyError: Naming the variables, unless the program stands in for LiteLLM.
        """
        litellm = load()
        try:
            given = _given(litellm, asked, can)
            found = credentials_for(can.provider, can.name, given, os.environ, extra=asked.extra)
            if self._uses_sdk(litellm, can) and can.provider != "openai":
                _check_sdk(litellm, asked, can, found)
        except MissingKeyError:
            if not (is_patched(litellm, self.CALL) or "mock_response" in asked.extra):
                raise
            return {name: value for name, value in asked.credentials.items() if value is not None}
        return found

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request, once, and return LiteLLM's reply."""
        litellm = load()
        prepared = self._prepared(litellm, keywords, can, is_async=False)
        with captured() as raw, unreported(litellm, prepared):
            try:
                reply = litellm.image_generation(**prepared)
            except Exception:
                raise_reading(raw)
                raise
        return with_picture(reply, raw, keywords)

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Do what ``send`` does without blocking the event loop.

        LiteLLM's sync function runs in a thread of ours: its async one does its work on the event loop, a tenth of
        a second for a large picture, blocks a pool of a few threads for most providers, and leaves a socket behind
        per event loop (1.106.2). It is used where the program has callbacks that only it calls.
        """
        litellm = load()
        is_theirs = is_patched(litellm, "aimage_generation")
        if not (is_theirs or (has_async_callbacks(litellm) and not is_patched(litellm, self.CALL))):
            return await self._threads.run(self.send, keywords, can)
        prepare = partial(self._prepared, litellm, keywords, can, is_async=True)
        prepared = await self._threads.run(prepare)
        with captured() as raw:
            try:
                reply = await litellm.aimage_generation(**prepared)
            except Exception:
                await drain_logging()
                raise_reading(raw)
                raise
        await drain_logging()
        return with_picture(reply, raw, keywords)

    def _prepared(self, litellm: Any, keywords: dict[str, Any], can: Capabilities, *, is_async: bool) -> dict[str, Any]:
        if can.provider == "openai" and "custom_llm_provider" not in keywords and not is_listed(litellm, keywords):
            keywords = {**keywords, "custom_llm_provider": "openai"}
        if is_patched(litellm, self.CALL):
            keywords = dalle_let_go(keywords, can.provider, can.name)
        else:
            keywords = _with_headers(dalle_in_body(keywords, can.provider, can.name), can)
        if "client" in keywords or "mock_response" in keywords:
            return keywords
        if can.provider in HTTP_ROUTES:
            return {**keywords, "client": self._once.handler(keywords.get("timeout"))}
        if not self._uses_sdk(litellm, can):
            return keywords
        key, base = _key_and_base(litellm, keywords, can)
        if not key:
            return keywords
        organization = keywords.get("organization")
        client = self._once.client(is_async=is_async, api_key=key, api_base=base, organization=organization)
        return {**keywords, "client": client}

    def _uses_sdk(self, litellm: Any, can: Capabilities) -> bool:
        compatible = can.provider in litellm.openai_compatible_providers and can.provider not in OWN_HTTP
        return compatible or can.provider in ("openai", "litellm_proxy")

    def close(self) -> None:
        """Close the connections."""
        self._once.close()


def _given(litellm: Any, asked: Asked, can: Capabilities) -> Mapping[str, Any]:
    """Return the caller's credentials; for Azure the ones set on the ``litellm`` module count too, as there."""
    if can.provider != "azure":
        return asked.credentials
    return {name: value or getattr(litellm, name, None) for name, value in asked.credentials.items()}


def _with_headers(keywords: dict[str, Any], can: Capabilities) -> dict[str, Any]:
    """Give headers where LiteLLM makes headers of them: it sends ``extra_headers`` in the body too (1.106.2)."""
    if can.provider in HTTP_ROUTES - {"bedrock"} or not keywords.get("extra_headers"):
        return keywords
    kept = {name: value for name, value in keywords.items() if name not in ("extra_headers", "headers")}
    if can.provider == "bedrock":  # takes no headers; it would sign a body with them
        return kept
    return {**kept, "headers": {**(keywords.get("headers") or {}), **keywords["extra_headers"]}}


def _check_sdk(litellm: Any, asked: Asked, can: Capabilities, found: Mapping[str, Any]) -> None:
    """Refuse to ask a provider through the OpenAI client without its own key and address.

    LiteLLM would send it ``OPENAI_API_KEY``, or post to OpenAI (1.106.2).
    """
    if "client" in asked.extra:
        return
    key, base = _key_and_base(litellm, {**asked.extra, **found, "model": asked.model}, can)
    if not base:
        raise MissingKeyError(f"no address for {asked.model!r}: pass api_base=; nothing was sent")
    if not key:
        variables = (f"{can.provider.upper().replace('-', '_')}_API_KEY",)
        text = f"no key for {asked.model!r}: set {variables[0]}, or pass api_key=; nothing was sent"
        raise MissingKeyError(text, variables=variables)


def _config(litellm: Any, provider: str, name: str) -> Any:
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    if provider == "bedrock":
        return litellm.BedrockImageGeneration.get_config_class(name)
    if provider not in {one.value for one in LlmProviders}:
        return None
    return ProviderConfigManager.get_provider_image_generation_config(model=name, provider=LlmProviders(provider))


def _is_routed(litellm: Any, provider: str) -> bool:
    return (
        provider in litellm.openai_compatible_providers
        or provider in litellm._custom_providers
        or provider in OTHER_ROUTES
    )


def _key_and_base(litellm: Any, keywords: Mapping[str, Any], can: Capabilities) -> tuple[str | None, str | None]:
    key, base = keywords.get("api_key"), keywords.get("api_base")
    if can.provider == "openai":
        return key or os.environ.get("OPENAI_API_KEY"), base
    _, _, found_key, found_base = litellm.get_llm_provider(
        keywords["model"], custom_llm_provider=keywords.get("custom_llm_provider"), api_base=base, api_key=key
    )
    return key or found_key, found_base or base
