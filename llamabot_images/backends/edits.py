"""Ask through ``litellm.image_edit``."""

import io
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from llamabot_images import masks
from llamabot_images.backends.edit_rules import EditRule, edit_rule_for, model_rule_for
from llamabot_images.backends.images import Images
from llamabot_images.backends.knowing import capabilities_of, is_listed, own_keywords, provider_and_name, unedited
from llamabot_images.backends.litellm_fixes import captured, drain_logging, is_patched, load
from llamabot_images.backends.reading import body_of, raise_reading, with_picture
from llamabot_images.backends.reports import unreported
from llamabot_images.errors import MissingKeyError, UnroutedModelError, UnsupportedParameterError
from llamabot_images.models import ModelRule
from llamabot_images.request import Asked, Capabilities
from llamabot_images.sources import Source, Sources

__all__ = ["Edits"]

#: Keywords that ``litellm.image_edit`` has a place for with every provider, or keeps for itself.
PLACED = frozenset({"model", "prompt", "image", "mask", "n", "size", "quality", "response_format", "user", "timeout"})
PLACED |= {"api_key", "api_base", "api_version", "extra_headers", "extra_query", "extra_body", "headers", "client"}
#: As LiteLLM spells them: with another case, a key of the caller's would be a second header.
KEY_HEADERS = {name.lower(): name for name in ("Authorization", "api-key", "x-goog-api-key")}
#: Keywords that LiteLLM refuses for a model that has not got them; others go to the provider, or are dropped (1.106.2).
CHECKED = frozenset({"background", "input_fidelity", "imageConfig"})


class Edits(Images):
    """LiteLLM's edit call, sent once."""

    CALL = "image_edit"
    ROUTE = "edits"

    def look_up(self, litellm: Any, model: str, extra: Mapping[str, Any]) -> Capabilities:
        """Return what a model takes when it edits.

        :raises UnroutedModelError: When LiteLLM cannot edit with this model.
        """
        provider, name = provider_and_name(litellm, model, extra)
        config = _config(provider, name)
        if config is None and provider not in litellm._custom_providers:
            raise UnroutedModelError(unedited(model))
        forwards = None if config is None else frozenset(config.get_supported_openai_params(name))
        if forwards and provider in ("openai", "azure", "azure_ai", "litellm_proxy") and "dall" not in name:
            forwards -= {"response_format"}  # gpt-image refuses it, although LiteLLM forwards it to edits (1.106.2)
        return capabilities_of(litellm, provider, name, forwards, self.ROUTE)

    def rule(self, can: Capabilities) -> ModelRule:
        """Return what is known of a model's sizes and settings when it edits."""
        rule = model_rule_for(can.provider, can.name)
        return rule if can.forwards is None else replace(rule, rejects=rule.rejects | CHECKED - can.forwards)

    def credentials(self, asked: Asked, can: Capabilities) -> dict[str, Any]:
        """Settle key and address, and refuse pictures that the model does not take.

        :raises UnsupportedParameterError: For a mask or a number of pictures that LiteLLM would leave out silently.
        :raises MissingKeyError: Naming the variables, unless the program stands in for LiteLLM.
        """
        if is_patched(load(), self.CALL):
            return {name: value for name, value in asked.credentials.items() if value is not None}
        if asked.sources is not None:
            _check(asked, asked.sources, edit_rule_for(can.provider, can.name))
        found = super().credentials(asked, can)
        return _with_openai(asked, found) if can.provider == "openai" and "client" not in asked.extra else found

    def send(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Send one request, once, and return LiteLLM's reply."""
        litellm = load()
        prepared = self._edited(litellm, keywords, can, self.CALL)
        plain = {name: value for name, value in keywords.items() if name != "sources"}
        with captured() as raw, unreported(litellm, plain):
            try:
                reply = litellm.image_edit(**prepared)
            except Exception:
                if (reply := _saved(raw)) is None:
                    raise_reading(raw)
                    raise
        return with_picture(reply, raw, keywords)

    async def asend(self, keywords: dict[str, Any], can: Capabilities) -> Any:
        """Do what ``send`` does without blocking the event loop.

        LiteLLM's sync function runs in a thread of ours: its async client sends a request again after a broken
        connection, although it may have been accepted (1.106.2).
        """
        litellm = load()
        if not is_patched(litellm, "aimage_edit"):
            return await self._threads.run(self.send, keywords, can)
        prepare = partial(self._edited, litellm, keywords, can, "aimage_edit")
        with captured() as raw:
            reply = await litellm.aimage_edit(**await self._threads.run(prepare))
        await drain_logging()
        return with_picture(reply, raw, keywords)

    def _edited(self, litellm: Any, keywords: dict[str, Any], can: Capabilities, call: str) -> dict[str, Any]:
        rule = edit_rule_for(can.provider, can.name)
        found = _with_files(keywords, rule)
        if is_patched(litellm, call):
            return found
        found.pop("drop_params", None)  # negotiated already; LiteLLM sends it to the provider (1.106.2)
        if can.provider == "openai" and "custom_llm_provider" not in found and not is_listed(litellm, found):
            found["custom_llm_provider"] = "openai"
        given = {KEY_HEADERS.get(name.lower(), name): one for name, one in (found.get("extra_headers") or {}).items()}
        found["extra_headers"] = _own_headers(can.provider, found) | given
        if "client" not in found:
            found["client"] = self._once.handler(found.get("timeout"))
            if rule.adds:
                _add_fields(found["client"], found)
        return found


def _config(provider: str, name: str) -> Any:
    from litellm.types.utils import LlmProviders
    from litellm.utils import ProviderConfigManager

    try:
        return ProviderConfigManager.get_provider_image_edit_config(model=name, provider=LlmProviders(provider))
    except ValueError:  # a provider of the program's own, or a model of another kind
        return None


def _check(asked: Asked, sources: Sources, rule: EditRule) -> None:
    problems = []
    if rule.most is not None and len(sources.images) > rule.most:
        problems.append(f"image holds {len(sources.images)} pictures; {asked.model} takes {rule.most}")
    if sources.mask is not None and not rule.mask:
        problems.append(f"{asked.model} takes no mask: say in the prompt what to change, or take 'gpt-image-2.5-flare'")
    if rule.needs_mask and sources.mask is None and not masks.has_transparency(sources.images[0]):
        problems.append(f"{asked.model} paints where a mask says: give mask=, or a picture with transparency")
    if "mock_response" in asked.extra:
        problems.append("mock_response: LiteLLM has none for edits, and would send the request")
    if problems:
        raise UnsupportedParameterError("; ".join(problems) + "; nothing was sent", problems=problems)


def _with_openai(asked: Asked, found: dict[str, Any]) -> dict[str, Any]:
    """Give key and address as the OpenAI client finds them for other calls.

    LiteLLM's edits send "Bearer None" without a key, and take ``litellm.api_key`` and ``litellm.api_base`` before
    OpenAI's own variables, whoever they belong to (1.106.2).
    """
    key = found.get("api_key") or os.environ.get("OPENAI_API_KEY")
    if not key:
        raise MissingKeyError(
            f"no key for {asked.model!r}: set the environment variable OPENAI_API_KEY, or pass api_key=; nothing was "
            "sent. model='offline/sketch' needs no key.",
            variables=("OPENAI_API_KEY",),
        )
    base = found.get("api_base") or os.environ.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    return {**found, "api_key": key, "api_base": base}


def _own_headers(provider: str, keywords: Mapping[str, Any]) -> dict[str, str]:
    """Return headers that LiteLLM leaves out of edits: whose account it is, and that JSON is JSON (1.106.2)."""
    if provider == "vertex_ai":
        return {"Content-Type": "application/json"}
    if provider != "openai":
        return {}
    organization = keywords.get("organization") or os.environ.get("OPENAI_ORG_ID")
    found = {"OpenAI-Organization": organization, "OpenAI-Project": os.environ.get("OPENAI_PROJECT_ID")}
    return {name: value for name, value in found.items() if value}


def _with_files(keywords: Mapping[str, Any], rule: EditRule) -> dict[str, Any]:
    sources: Sources = keywords["sources"]
    found = {name: value for name, value in keywords.items() if name != "sources"}
    images = [one if one.mime_type in rule.mime_types else masks.as_png(one) for one in sources.images]
    if sources.mask is not None:
        style = rule.mask or "alpha"
        if style == "alpha":  # OpenAI wants picture and mask in one format
            images[0] = masks.as_png(images[0])
        found["mask"] = _file(masks.mask_as(sources.mask, style))
    return {**found, "image": [_file(one) for one in images]}


class _Named(io.BytesIO):
    name = ""


def _file(source: Source) -> io.BufferedReader:
    """Return a picture as an open file: LiteLLM takes the names of no other kind of object (1.106.2)."""
    raw = _Named(source.data)
    raw.name = source.name
    return io.BufferedReader(raw)  # type: ignore[arg-type, unused-ignore]


def _add_fields(client: Any, keywords: Mapping[str, Any]) -> None:
    """Have a client add the form fields that LiteLLM leaves out: Recraft's strength, say (1.106.2)."""
    kept = PLACED | own_keywords()
    fields = {name: value for name, value in keywords.items() if name not in kept and value is not None}
    fields |= keywords.get("extra_body") or {}
    post = client.post

    def adding(*args: Any, data: Any = None, **options: Any) -> Any:
        return post(*args, data={**(data or {}), **fields}, **options)

    client.post = adding


def _saved(raw: list[Any]) -> Any:
    """Return the picture of a reply that LiteLLM could not digest, ``None`` where there is none.

    It looks up a price after the picture has come, and raises for a model without one (Stability, Bedrock; 1.106.2).
    """
    if not raw or raw[-1].status_code != 200:
        return None
    body = body_of(raw)
    if not isinstance(body, dict) or body.get("finish_reason") not in (None, "SUCCESS"):  # else it is blurred
        return None
    found = [body.get("image"), *(body.get("images") or [])]
    data = [{"b64_json": one} for one in found if isinstance(one, str) and one]
    return {"data": data} if data else None
