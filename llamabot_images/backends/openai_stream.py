"""Watch OpenAI's and Azure's pictures arrive, with OpenAI's own client: LiteLLM's image call cannot stream."""

import json
import os
from collections.abc import Generator, Mapping
from typing import Any

from llamabot_images import replies
from llamabot_images.backends.knowing import own_keywords
from llamabot_images.backends.litellm_fixes import is_patched, load
from llamabot_images.backends.one_line import OneLine, Watched
from llamabot_images.backends.pieces import Reply, Rough, broken_off
from llamabot_images.credentials import OPENAI_NAMES
from llamabot_images.errors import NoImageError
from llamabot_images.failures import Failure
from llamabot_images.replies import Slot
from llamabot_images.request import Capabilities
from llamabot_images.retry import SendFailed
from llamabot_images.threads import Threads

__all__ = ["OpenAIStream"]

PARTIAL_IMAGES = 2
#: What ``client.images.generate`` has a place for; all else goes into the body.
PLACED = frozenset({"prompt", "n", "size", "quality", "background", "moderation", "output_format", "user", "timeout"})
PLACED |= {"output_compression", "extra_query", "extra_body"}
#: A program's own way to LiteLLM, which is not to be passed by.
OWN_WAYS = frozenset({"client", "mock_response"})


class OpenAIStream:
    """OpenAI's image call with partial pictures.

    :param threads: Where blocking calls of async verbs run.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads

    def streams(self, can: Capabilities, parameters: Mapping[str, Any]) -> bool:
        """Tell whether a model's pictures can be watched this way.

        :param can: The model.
        :param parameters: Of the request.
        """
        is_theirs = can.provider in ("openai", "azure") and can.name.startswith(OPENAI_NAMES)
        return is_theirs and "dall" not in can.name and not OWN_WAYS & parameters.keys() and not is_patched(load())

    def stream(self, keywords: dict[str, Any], can: Capabilities) -> Watched:
        """Yield unfinished pictures, then the reply."""
        line = OneLine(self._threads)
        return Watched(_pieces(keywords, can, line), line)


def _pieces(keywords: dict[str, Any], can: Capabilities, line: OneLine) -> Generator[Rough | Reply, None, None]:
    made: list[Slot] = []
    usage = broken = None
    try:
        for event in _client(keywords, can, line).images.generate(**_asked(keywords, can)):
            if str(event.type).endswith(".partial_image"):
                yield Rough(Slot(b64_json=event.b64_json), event.partial_image_index, len(made))
            elif str(event.type).endswith(".completed"):
                made.append(Slot(b64_json=event.b64_json))
                usage = event.usage
    except Exception as error:
        broken = error
    finally:
        line.close()
    if broken is not None and (line.is_cut or not made):
        raise _as_litellms(broken, can)
    hidden = {"response_cost": _price(usage, keywords, can), "additional_headers": line.headers}
    reply = Reply(tuple(made), usage, None, hidden)
    if broken is not None:
        yield broken_off(reply, broken)
    else:
        yield reply if made else _came_whole(line)


def _as_litellms(error: Exception, can: Capabilities) -> Exception:
    """Return LiteLLM's exception for the SDK's, as its image call raises it, with the SDK's as its cause."""
    import httpx
    import openai

    if not isinstance(error, (openai.APIError, httpx.HTTPError)):
        return error
    about: dict[str, Any] = {"completion_kwargs": {}, "extra_kwargs": {}}
    try:
        load().exception_type(can.name, error, custom_llm_provider=can.provider, **about)
    except Exception as translated:
        if translated is not error:
            translated.__cause__ = error
        return translated
    return error


def _came_whole(line: OneLine) -> Any:
    """Return the reply of a server that does not stream; raise where there is none."""
    try:
        body = json.loads(line.body)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, Mapping) and replies.slots(body):
        return body
    said = "the stream ended before the picture was finished"
    raise SendFailed(Failure("ambiguous", said, 200), NoImageError(f"No image data found in the response: {said}"))


def _client(keywords: Mapping[str, Any], can: Capabilities, line: OneLine) -> Any:
    import openai

    common = {"api_key": keywords.get("api_key"), "max_retries": 0, "http_client": line.connections()}
    base, headers = keywords.get("api_base"), _headers(keywords)
    if can.provider == "openai":
        organization = keywords.get("organization")
        return openai.OpenAI(**common, base_url=base, organization=organization, default_headers=headers)
    deployment = str(keywords["model"]).partition("/")[2]
    if str(base).rstrip("/").endswith("/v1"):
        own = {"api-key": str(common["api_key"]), **headers}
        return openai.OpenAI(**common, base_url=base, default_headers=own)
    token = keywords.get("azure_ad_token") or os.environ.get("AZURE_AD_TOKEN")
    return openai.AzureOpenAI(
        **common,
        azure_endpoint=str(base),
        azure_deployment=deployment,
        api_version=keywords.get("api_version") or os.environ.get("AZURE_API_VERSION"),
        azure_ad_token=token,
        azure_ad_token_provider=keywords.get("azure_ad_token_provider"),
        default_headers=headers,
    )


def _headers(keywords: Mapping[str, Any]) -> dict[str, str]:
    return {**(keywords.get("headers") or {}), **(keywords.get("extra_headers") or {})}


def _asked(keywords: Mapping[str, Any], can: Capabilities) -> dict[str, Any]:
    """Return the keywords of OpenAI's own call; LiteLLM's own settings stay here."""
    not_theirs = own_keywords() | PLACED | {"model", "headers", "extra_headers", "api_version", "organization"}
    body = {name: value for name, value in keywords.items() if name not in not_theirs}
    found = {name: keywords[name] for name in PLACED & keywords.keys()}
    found["extra_body"] = {"partial_images": PARTIAL_IMAGES, **body, **(keywords.get("extra_body") or {})}
    return {**found, "model": str(keywords["model"]).removeprefix(f"{can.provider}/"), "stream": True}


def _price(usage: Any, keywords: Mapping[str, Any], can: Capabilities) -> float | None:
    """Return what LiteLLM says that this costs; it never saw the request."""
    if usage is None:
        return None
    litellm = load()
    from litellm.types.utils import ImageResponse, ImageUsage

    try:
        counted = ImageResponse(created=0, data=[], usage=ImageUsage(**usage.model_dump()))
        price: float = litellm.completion_cost(
            completion_response=counted,
            model=f"{can.provider}/{can.name}",
            custom_llm_provider=can.provider,
            call_type="image_generation",
            size=keywords.get("size"),
            quality=keywords.get("quality"),
            n=keywords.get("n", 1),
        )
    except Exception:  # whatever LiteLLM raises for a model that it has no price for
        return None
    return price
