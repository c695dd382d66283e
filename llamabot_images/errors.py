"""What can go wrong, as one tree.

.. code-block:: text

    ImageBotError
    ├── NoImageError               (ValueError)   the reply held no image
    │   └── ContentPolicyError                    ... because the provider refused
    ├── InvalidImageError          (ValueError)   the payload is not a whole image; .data keeps it
    ├── UnsupportedParameterError  (ValueError)   a setting that cannot be sent; nothing was sent
    ├── UnroutedModelError         (ValueError)   LiteLLM has no image route for this model
    ├── MissingKeyError                           no credentials for the model's provider
    ├── ModelRetiredError                         the provider has switched the model off
    ├── DownloadError                             the image URL could not be fetched
    │   └── UnsafeURLError                        ... and must not be
    ├── BudgetExceededError                       the next request would pass ``max_cost``
    ├── BatchError                                prompts of a batch have no picture; .result has the others
    ├── JournalError                              another batch runs in the folder, or another version wrote there
    ├── JobError                                  a job could not be submitted, looked at or collected
    ├── OllamaError                               Ollama could not be reached, or could not draw
    └── SaveError                                 the file could not be written; .data keeps it

    ImageBotWarning                (UserWarning)
    ├── AdjustmentWarning                         a setting was changed to fit the model
    ├── FewerImagesWarning                        fewer pictures came than were asked for
    ├── ModelRetiredWarning                       a switched-off model was replaced
    ├── UnverifiedImageWarning                    bytes of an unknown kind were kept
    └── ProvenanceLostWarning                     a conversion removed a provenance mark

LiteLLM's own exceptions otherwise reach the caller as themselves, with notes added and with
``maybe_charged`` and ``retry_after`` set on them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

__all__ = [
    "AdjustmentWarning",
    "BatchError",
    "BudgetExceededError",
    "ContentPolicyError",
    "DownloadError",
    "FewerImagesWarning",
    "ImageBotError",
    "ImageBotWarning",
    "InvalidImageError",
    "JobError",
    "JournalError",
    "MissingKeyError",
    "ModelRetiredError",
    "ModelRetiredWarning",
    "NoImageError",
    "OllamaError",
    "ProvenanceLostWarning",
    "SaveError",
    "UnroutedModelError",
    "UnsafeURLError",
    "UnsupportedParameterError",
    "UnverifiedImageWarning",
]


class ImageBotError(Exception):
    """Base of every error this library raises itself.

    ``maybe_charged`` says whether the provider may bill for the request although no picture can be
    shown for it; ``retry_after`` is in seconds, ``None`` where the provider named no time; ``result`` is the
    ``ImageResult`` whose pictures could not be saved, ``None`` for errors before there was one.
    """

    maybe_charged: bool = False
    retry_after: float | None = None
    result: Any = None


class NoImageError(ImageBotError, ValueError):
    """The provider answered, and the answer holds no image."""


class ContentPolicyError(NoImageError):
    """The provider refused to draw this.

    :param message: What happened, with the provider's own words.
    :param provider: LiteLLM's name of the provider, such as ``"openai"``.
    :param code: The provider's code for the refusal, such as ``"moderation_blocked"``.
    :param categories: What the provider says the prompt or the picture touched.
    :param stage: ``"prompt"`` when the request was refused, ``"output"`` when a drawn picture was
        withheld, ``None`` when the provider does not say.
    :param retryable: Whether the same prompt may pass another time (a withheld picture may).
    :param provider_text: The provider's text, or what a chat model said instead of drawing.
    """

    def __init__(
        self,
        message: str,
        *,
        provider: str | None = None,
        code: str | None = None,
        categories: Sequence[str] = (),
        stage: str | None = None,
        retryable: bool = False,
        provider_text: str = "",
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.code = code
        self.categories = tuple(categories)
        self.stage = stage
        self.retryable = retryable
        self.provider_text = provider_text


class InvalidImageError(ImageBotError, ValueError):
    """The payload is not a whole image of a kind we know.

    :param message: What is wrong with it.
    :param data: The bytes as they came; they were paid for.
    """

    maybe_charged = True

    def __init__(self, message: str, *, data: bytes = b"") -> None:
        super().__init__(message)
        self.data = data


class UnsupportedParameterError(ImageBotError, ValueError):
    """Settings that cannot be sent as they are. Raised before anything is sent.

    :param message: All problems in one text.
    :param problems: One sentence per problem.
    """

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems) or (message,)


class UnroutedModelError(ImageBotError, ValueError):
    """LiteLLM has no image route for this model; nothing was sent."""


class MissingKeyError(ImageBotError):
    """No credentials for the model's provider were found; nothing was sent.

    :param message: Which variables were looked for.
    :param variables: Environment variables that would supply what is missing.
    """

    def __init__(self, message: str, *, variables: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.variables = tuple(variables)


class ModelRetiredError(ImageBotError):
    """The provider has switched the model off. Providers do not charge for this answer.

    :param message: What happened and what to use instead.
    :param model: The model that was asked for.
    :param successor: The model to use instead, ``None`` where no successor is known.
    """

    def __init__(self, message: str, *, model: str = "", successor: str | None = None) -> None:
        super().__init__(message)
        self.model = model
        self.successor = successor


class DownloadError(ImageBotError):
    """A finished picture could not be fetched from its URL. The picture was paid for.

    :param message: What happened.
    :param url: The address without query and user name.
    :param expires_at: When the link dies (UTC), where the link says so.
    """

    maybe_charged = True

    def __init__(self, message: str, *, url: str = "", expires_at: datetime | None = None) -> None:
        super().__init__(message)
        self.url = url
        self.expires_at = expires_at


class UnsafeURLError(DownloadError):
    """An image URL points where a provider's pictures never are (a private host, a local file)."""


class BudgetExceededError(ImageBotError):
    """The next request would pass ``max_cost``; it was not sent.

    :param message: Limit, money spent so far and price of the next request.
    :param max_cost: The limit, US dollars.
    :param spent: What the bot has spent so far, US dollars.
    """

    def __init__(self, message: str, *, max_cost: float = 0.0, spent: float = 0.0) -> None:
        super().__init__(message)
        self.max_cost = max_cost
        self.spent = spent


class BatchError(ImageBotError):
    """Prompts of a batch have no picture.

    :param message: How many, and why the first ones have none.
    :param result: The whole ``BatchResult``.
    """

    def __init__(self, message: str, result: Any = None) -> None:
        super().__init__(message)
        self.result = result


class JournalError(ImageBotError):
    """The journal of a folder cannot be used: another process has it, or another version wrote it."""


class JobError(ImageBotError):
    """A job could not be submitted, looked at or collected.

    :param message: What happened and what to do.
    :param file_id: The provider's name of the uploaded prompts, where a job may have been made of them.
    :param is_passing: Whether the same may work in a while.
    """

    def __init__(self, message: str, *, file_id: str | None = None, is_passing: bool = False) -> None:
        super().__init__(message)
        self.file_id = file_id
        self.is_passing = is_passing


class OllamaError(ImageBotError):
    """Ollama could not be reached, or could not draw.

    :param message: What happened and what to do.
    :param status: The HTTP status, ``None`` where there was no answer.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class SaveError(ImageBotError):
    """The file could not be written; the system's own error is the cause.

    :param message: What could not be written and why.
    :param data: The picture's bytes, empty when nothing had been paid yet.
    :param rescue_path: Where the bytes were put instead, ``None`` when nowhere.
    """

    def __init__(self, message: str, *, data: bytes = b"", rescue_path: str | None = None) -> None:
        super().__init__(message)
        self.data = data
        self.rescue_path = rescue_path


class ImageBotWarning(UserWarning):
    """Base of every warning this library gives.

    ``result`` holds what had come, where a filter makes an error of a warning that is given after it came.
    """

    result: Any = None


class AdjustmentWarning(ImageBotWarning):
    """A setting of the caller was changed or left out to fit the model."""


class FewerImagesWarning(ImageBotWarning):
    """Fewer pictures came than were asked for."""


class ModelRetiredWarning(ImageBotWarning):
    """A model is, or soon will be, switched off by its provider."""


class UnverifiedImageWarning(ImageBotWarning):
    """Bytes of an unknown kind were kept as a picture."""


class ProvenanceLostWarning(ImageBotWarning):
    """A conversion removed the mark that says where a picture comes from."""
