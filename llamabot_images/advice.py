"""Errors that say what to do: LiteLLM's own with a note, ours where LiteLLM's would mislead. Pure."""

from llamabot_images.credentials import PROVIDERS
from llamabot_images.errors import ContentPolicyError, ImageBotError, MissingKeyError, NoImageError
from llamabot_images.failures import Failure
from llamabot_images.lifecycle import lifecycle_of
from llamabot_images.request import ImageRequest

__all__ = ["error_for", "no_image"]

#: Providers whose credentials LiteLLM looks for itself, and where.
FOUND_BY_LITELLM = {
    "bedrock": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass aws_access_key_id= and aws_secret_access_key=",
    "vertex_ai": "GOOGLE_APPLICATION_CREDENTIALS, or pass vertex_credentials=",
}
UNSENT = "Nothing was sent and nothing is charged"


def no_image(request: ImageRequest) -> NoImageError:
    """Return the error for a reply that holds no picture and does not say why."""
    error = NoImageError(
        f"No image data found in the response of {request.model!r}; it may be charged and was not sent again. "
        "Some providers answer so when they refuse a prompt: try other words"
    )
    error.maybe_charged = True
    return error


def error_for(failure: Failure, error: Exception | None, request: ImageRequest) -> Exception:
    """Return the exception to show to the caller for a failed call.

    :param failure: What happened.
    :param error: LiteLLM's exception, which reaches the caller as itself, with a note that says what to do.
    :param request: What was sent.
    """
    if failure.kind == "refused":
        return _refusal(failure, request)
    if failure.kind == "no_key":
        return _no_key(request)
    shown = error or RuntimeError(failure.text)
    for name in ("kind", "maybe_charged", "retry_after", "request_id"):
        setattr(shown, name, getattr(failure, name))
    if not isinstance(shown, ImageBotError):  # ours say by themselves what to do
        shown.add_note(_advice(failure, request))
    return shown


def _refusal(failure: Failure, request: ImageRequest) -> ContentPolicyError:
    again = "the same prompt may pass another time" if failure.retryable else "change the prompt"
    error = ContentPolicyError(
        f"{request.provider} refused to draw this with {request.name!r} ({failure.code or 'no code given'}): "
        f"{failure.text}; it was not sent again: {again}",
        provider=request.provider,
        code=failure.code,
        categories=failure.categories,
        stage=failure.stage or ("prompt" if failure.status == 400 else None),
        retryable=failure.retryable,
        provider_text=failure.text,
    )
    error.maybe_charged = failure.maybe_charged
    return error


def _no_key(request: ImageRequest) -> MissingKeyError:
    known = PROVIDERS.get(request.provider)
    names = known.keys if known else ("OPENAI_API_KEY",) if request.provider == "openai" else ()
    variables = " or ".join(names) or "of the provider"
    where = FOUND_BY_LITELLM.get(request.provider, f"{variables}, or pass api_key=")
    return MissingKeyError(
        f"no key for {request.model!r}: set the environment variable {where}; nothing was sent. "
        "model='offline/sketch' needs no key",
        variables=names,
    )


def _advice(failure: Failure, request: ImageRequest) -> str:
    known = PROVIDERS.get(request.provider)
    names = " or ".join(known.keys) if known else "OPENAI_API_KEY" if request.provider == "openai" else "the key"
    wait = f"in {failure.retry_after:g} s" if failure.retry_after is not None else "later"
    return {
        "ambiguous": "The request was sent and its outcome is unknown: it may be charged, so it was not sent again.",
        "busy": f"The provider accepted nothing: send it again {wait}.",
        "gone": _gone(request),
        "not_sent": f"{UNSENT}: the provider could not be reached{_at(request)}",
        "unsendable": f"{UNSENT}: what stands in the way is on this machine.",
        "quota": "The account has no credit left: see the provider's billing page. Nothing is charged.",
        "unauthorized": f"The provider refused the credentials: check {names}, and whether the account may use "
        f"{request.model!r}. Nothing is charged.",
    }.get(failure.kind, "The provider refused the request as it is; nothing is charged.")


def _at(request: ImageRequest) -> str:
    address, where = request.address
    return f" at {address!r}. Check {where}." if address else ". Check api_base."


def _gone(request: ImageRequest) -> str:
    row = lifecycle_of(request.provider, request.name)
    if row is not None and row.successor:
        return f"{request.name!r} was switched off on {row.off.isoformat()}; its successor is {row.successor!r}."
    if request.provider == "azure":
        return f"Azure knows deployments, not models: check that {request.name!r} is one, and api_base and api_version."
    return f"The provider does not know {request.model!r}: `llamabot-images models` lists models."
