"""A provider's batch API: files that are uploaded, and batches that are made of them.

LiteLLM 1.106.2 passes image batches on, but its functions for Azure reuse a client that may send up to three times,
whatever ``max_retries`` and ``timeout`` say, and read a whole file of results into memory. A batch that is made twice
is paid twice. So the OpenAI SDK is asked, by the client that sends once.
"""

import os
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import IO, Any, TypeVar

from llamabot_images.backends.litellm_fixes import PostOnce, load
from llamabot_images.errors import MissingKeyError, ModelRetiredError, SaveError, UnroutedModelError
from llamabot_images.failures import Failure, diagnose
from llamabot_images.jobs.status import JobError
from llamabot_images.lifecycle import lifecycle_of, status_of
from llamabot_images.request import ImageRequest
from llamabot_images.threads import Threads

__all__ = ["ENDPOINT", "PROVIDERS", "Service", "check_model", "model_of"]

T = TypeVar("T")
ENDPOINT = "/v1/images/generations"
PROVIDERS = ("openai", "azure")
PIECE = 2**18
TRIES = 3
#: What Azure says of a file that was uploaded and cannot be used yet, and seconds between two looks and in all.
READING = frozenset({"pending", "running"})
LOOK, LONGEST_READING = 0.5, 300


def check_model(request: ImageRequest) -> None:
    """Refuse a request that no batch API takes.

    :param request: As it was negotiated.
    :raises UnroutedModelError: When its provider has none for pictures, or it edits pictures.
    :raises ModelRetiredError: When the model is switched off.
    """
    if request.sources is not None or request.route != "images" or request.provider not in PROVIDERS:
        what = "edits" if request.sources is not None else f"pictures of {request.model!r}"
        raise UnroutedModelError(
            f"there is no batch API for {what}: OpenAI ('gpt-image-2') and Azure OpenAI ('azure/<deployment>') have "
            "one, without a Router; nothing was sent. bot.batch draws with every model, at full price"
        )
    _check_alive(request)


def _check_alive(request: ImageRequest) -> None:
    row = lifecycle_of(request.provider, request.name)
    if row is not None and status_of(row, date.today()) == "retired" and "api_base" not in request.credentials:
        advice = f"use model={row.successor!r}" if row.successor else "choose another model"
        text = f"{request.model!r} was switched off on {row.off.isoformat()}; {advice}; nothing was sent"
        raise ModelRetiredError(text, model=request.model, successor=row.successor)


def model_of(request: ImageRequest) -> str:
    """Return a model's name as its provider knows it: for Azure the deployment's."""
    return request.model.removeprefix(f"{request.provider}/")


class Service:
    """The batch API of one account. Everything but ``create`` may be sent again after a failure, and is.

    :param threads: The bot's.
    :param request: Says whose key and which address.
    """

    def __init__(self, threads: Threads, request: ImageRequest) -> None:
        self.provider, self._request = request.provider, request
        self._once = PostOnce(threads)

    def names_of(self, model: str) -> tuple[str, str]:
        """Return a model's name as callers write it, and its name in price lists.

        :param model: As the provider knows it.
        """
        if model == model_of(self._request):
            return self._request.model, self._request.name
        return (model if self.provider == "openai" else f"{self.provider}/{model}"), model

    def create(self, file: IO[bytes], about: Mapping[str, str]) -> str:
        """Upload a file and make a batch of it, once.

        :param file: JSON lines.
        :param about: Noted with the batch.
        :return: The batch's id.
        :raises JobError: With the file's id, and ``maybe_charged``, when the provider did not answer. After a definite
            no the file is deleted.
        """
        client = self._client()
        given = {"file": ("prompts.jsonl", file), "purpose": "batch"}
        uploaded, failure = self._tried(lambda: client.files.create(**given))
        if failure is not None:
            raise _error("the prompts could not be uploaded; nothing is charged", failure)
        self._wait_for(uploaded)
        made = {"input_file_id": uploaded.id, "endpoint": ENDPOINT, "completion_window": "24h", "metadata": about}
        batch, failure = self._tried(lambda: client.batches.create(**made))
        if failure is None:
            return str(batch.id)
        if failure.maybe_charged:
            raise _doubtful(uploaded.id, failure)
        self._tried(lambda: client.files.delete(uploaded.id))
        raise _error("the provider took no job; nothing is charged", failure)

    def _wait_for(self, file: Any) -> None:
        """Wait until a file can be used, which Azure says."""
        ends = time.monotonic() + LONGEST_READING
        what, name = "the uploaded prompts could not be looked at; nothing is charged", file.id
        while file.status in READING and time.monotonic() < ends:
            time.sleep(LOOK)
            file = self._again(what, lambda client: client.files.retrieve(name))

    def batch(self, name: str) -> Any:
        """Return the API's batch object.

        :param name: The job's id.
        :raises JobError: When there is none of that name, or nobody answers.
        """
        return self._again(f"job {name!r} could not be looked at", lambda client: client.batches.retrieve(name))

    def cancel(self, name: str) -> Any:
        """Have a batch stopped, and return the API's batch object."""
        return self._again(f"job {name!r} could not be cancelled", lambda client: client.batches.cancel(name))

    def find(self, file_id: str) -> str | None:
        """Return the id of the batch that was made of a file, ``None`` where there is none."""

        def look(client: Any) -> str | None:
            found = (one.id for one in client.batches.list(limit=100) if one.input_file_id == file_id)
            return next(found, None)

        return self._again("the jobs could not be listed", look)

    def download(self, file_id: str, path: Path) -> Path:
        """Fetch a file piece by piece, unless it is there already.

        :param file_id: The provider's name of it.
        :param path: Where it goes; there is a whole file under this name or none.
        :raises SaveError: When it cannot be written.
        :raises JobError: When it cannot be had.
        """
        if not path.exists():
            self._again(f"the file {file_id!r} of the job could not be fetched", lambda one: _fetch(one, file_id, path))
        return path

    def _again(self, what: str, call: Callable[[Any], T]) -> T:
        """Do what may be done twice, up to three times."""
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

        client = self._client()

        def once() -> T:
            found: T
            found, failure = self._tried(lambda: call(client))
            if failure is not None:
                raise _error(what, failure)
            return found

        passing = retry_if_exception(lambda error: isinstance(error, JobError) and error.is_passing)
        stop, wait = stop_after_attempt(TRIES), wait_exponential(0.5, max=8)
        return Retrying(retry=passing, stop=stop, wait=wait, reraise=True)(once)

    def _tried(self, call: Callable[[], T]) -> "tuple[Any, Failure | None]":
        """Return what a call brings, or why it failed, in place of an error whose frames hold the key."""
        import httpx
        import openai

        try:
            return call(), None
        except (openai.OpenAIError, httpx.HTTPError) as error:
            return None, diagnose(error, self._secrets())

    def _secrets(self) -> tuple[str, ...]:
        found = (*self._request.credentials.values(), *_headers(self._request).values())
        return tuple(one for one in found if isinstance(one, str))

    def _client(self) -> Any:
        load()
        client = self._azure() if self.provider == "azure" else self._openai()
        return client.with_options(timeout=self._request.timeout, default_headers=_headers(self._request))

    def _openai(self) -> Any:
        given = self._request.credentials
        key = given.get("api_key") or os.environ.get("OPENAI_API_KEY")
        if not key:
            names = ("OPENAI_API_KEY",)
            text = f"no key for {self._request.model!r}: set {names[0]}, or pass api_key=; nothing was sent"
            raise MissingKeyError(text, variables=names)
        about = {"organization": self._request.parameters.get("organization")}
        return self._once.client(is_async=False, api_key=key, api_base=given.get("api_base"), **about)

    def _azure(self) -> Any:
        import openai

        given = self._request.credentials
        base = str(given["api_base"]).rstrip("/")
        key = given.get("api_key")
        token = None if key else _entra_token(self._request)
        is_dateless = base.endswith("/v1")
        address = base if is_dateless else f"{base.removesuffix('/openai')}/openai"
        once = self._once.client(is_async=False, api_key=key or token or "in a header", api_base=address)
        if is_dateless:
            return once
        version = given.get("api_version") or os.environ.get("AZURE_API_VERSION")
        return openai.AzureOpenAI(
            base_url=address,
            api_key=key,
            azure_ad_token=token or (None if key else "in a header"),
            api_version=version,
            http_client=self._once.handler().client,
            max_retries=0,
        )


def _entra_token(request: ImageRequest) -> str | None:
    from litellm.llms.azure.common_utils import get_azure_ad_token
    from litellm.types.router import GenericLiteLLMParams

    token: str | None = get_azure_ad_token(GenericLiteLLMParams(**request.parameters))
    return token


def _headers(request: ImageRequest) -> dict[str, str]:
    return {**(request.parameters.get("extra_headers") or {}), **(request.parameters.get("headers") or {})}


def _fetch(client: Any, file_id: str, path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    with client.files.with_streaming_response.content(file_id) as reply:
        try:
            with part.open("wb") as file:
                for piece in reply.iter_bytes(PIECE):
                    file.write(piece)
            os.replace(part, path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise SaveError(f"{str(path)!r} cannot be written: {error.strerror}; the provider still has it") from error


def _error(what: str, failure: Failure) -> JobError:
    status = failure.status
    is_passing = status is None or status == 429 or status >= 500
    advice = {
        401: "; check the key",
        403: "; check the key",
        404: "; check the id, and that the bot has the key and the address with which the job was submitted",
        None: "; the provider could not be reached or did not answer: check api_base, and try again",
    }.get(status, "; try again later" if is_passing else "")
    error = JobError(f"{what}: {failure.text}{advice}", is_passing=is_passing)
    error.retry_after = failure.retry_after
    return error


def _doubtful(file_id: str, failure: Failure) -> JobError:
    error = JobError(
        f"the provider did not say whether it took the job: {failure.text}; it may be charged, so it was not sent "
        f"again. llamabot_images.jobs.find(bot, {file_id!r}) looks for it",
        file_id=file_id,
    )
    error.maybe_charged = True
    return error
