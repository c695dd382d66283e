"""Image providers on 127.0.0.1, for tests that must see what really goes over the wire.

.. code-block:: python

    with ProviderServer() as provider:
        provider.script(Status(429, retry_after="2"), None)      # one refusal, then a picture
        litellm.image_generation(prompt="a cat", **provider.kwargs_for("gpt-image-2"))
        assert 2 == len(provider.posts)

Each provider lives under its own path, checks path, key and body as the real one does (``strict``), and
answers in its own shape. A request the real API would reject is rejected at once and takes nothing from the
script. Pictures by URL are served from a second port, which stands for the provider's image host.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .api import Api, Rejected, json_answer
from .azure_api import DEPLOYMENTS
from .catalogue import RETIRED, apis, provider_of
from .image_host import ImageHost
from .orders import Call, House
from .recorded import Recorded
from .replies import Script
from .scene import Scene
from .studio import Studio
from .wire import Answer, Listener

__all__ = ["ProviderServer"]


class ProviderServer(House):
    """All providers behind one port, and the host of their pictures behind another.

    ``url``, ``image_url``
        Where they are, ``http://127.0.0.1:PORT``.
    ``requests``
        Every request to either port, oldest first.
    ``strict``
        ``False`` leaves out the checks of key and body.
    ``pictures``
        What pictures look like (:class:`Studio`): format, size, weight, content credentials, base64 style.
        ``pictures.served`` holds the bytes of each picture made, oldest first.
    ``reply_with``
        ``"url"`` or ``"b64"`` whatever was asked for, ``None`` as the provider does.
    ``retired``
        ``provider/model`` patterns that are switched off; take one out to have the model back.
    ``released``
        ``openai/model`` patterns that exist although OpenAI's list here does not have them.
    ``gone``
        How OpenAI says so: ``"404"``, ``"400"`` or ``"deprecated"``.
    ``keys``
        Provider to accepted key, where another than the provider's standard test key shall be good.
    ``deployments``
        Azure deployment to base model.
    ``chat_shape``
        Where a chat answer holds its pictures: ``"images"``, ``"image"``, ``"markdown"`` or ``"parts"``.
    ``in_flight``, ``in_flight_peak``
        Paid requests being answered now, and the most there have been at once.
    """

    def __init__(self) -> None:
        self.requests: list[Recorded] = []
        self.problems: list[Exception] = []
        self.strict = True
        self.in_flight = 0
        self.in_flight_peak = 0
        self._lock = threading.Lock()
        self._scripts: dict[str, deque[Script]] = {"api": deque(), "images": deque()}
        self._always: dict[str, Script] = {"api": None, "images": None}
        self._paid: list[Recorded] = []
        self._apis: dict[str, Sequence[Api]] = {"api": apis()}
        self._api = Listener("api", self._answer)
        self._images = Listener("images", self._answer)
        super().__init__(
            url=self._api.url, image_url=self._images.url, retired=set(RETIRED), deployments=dict(DEPLOYMENTS)
        )
        self.pictures = Studio(image_url=self.image_url)
        self._apis["images"] = (ImageHost(self.pictures),)

    # -- what a test sets ---------------------------------------------------------------------

    def script(self, *replies: Script) -> None:
        """Queue the answers to the next paid requests; when they are used up, :meth:`always` holds."""
        with self._lock:
            self._scripts["api"].extend(replies)

    def always(self, reply: Script) -> None:
        """Answer every paid request with *reply* until told otherwise; ``None`` is normal again."""
        self._always["api"] = reply

    def script_images(self, *replies: Script) -> None:
        """Queue the answers of the image host to the next downloads."""
        with self._lock:
            self._scripts["images"].extend(replies)

    def always_images(self, reply: Script) -> None:
        """Answer every download with *reply* until told otherwise."""
        self._always["images"] = reply

    def reset(self) -> None:
        """Forget scripts, standing replies and everything recorded; settings stay."""
        with self._lock:
            for host in self._scripts:
                self._scripts[host].clear()
                self._always[host] = None
            self.requests.clear()
            self._paid.clear()
            self.pictures.served.clear()
            self.in_flight_peak = self.in_flight

    def kwargs_for(self, provider_or_model: str) -> dict[str, Any]:
        """Return keywords that make ``litellm.image_generation`` come here.

        :param provider_or_model: A provider (``"gemini"``: its usual model), a model with provider
            (``"xai/grok-imagine-image"``), or an OpenAI model's bare name.
        :return: At least ``model``; mostly ``api_key`` and ``api_base`` too.
        """
        api, model = provider_of(self._apis["api"], provider_or_model)
        return api.kwargs(self, model or api.default_model)

    def variables_for(self, provider: str) -> dict[str, str]:
        """Return environment variables that bring calls to *provider* here, where it has such variables."""
        return provider_of(self._apis["api"], provider)[0].variables(self)

    def refusals(self, provider: str) -> list[str]:
        """Return the kinds of :class:`Refusal` that *provider* knows, its usual one first."""
        return list(provider_of(self._apis["api"], provider)[0].refusals())

    # -- what a test looks at -----------------------------------------------------------------

    @property
    def posts(self) -> list[Recorded]:
        """Return the requests a provider would take money for, those it rejected included."""
        return list(self._paid)

    @property
    def downloads(self) -> list[Recorded]:
        """Return the requests to the image host."""
        return [request for request in self.requests if request.host == "images"]

    @property
    def api_connections(self) -> int:
        """Return how many TCP connections the providers have accepted."""
        return self._api.connections

    @property
    def image_connections(self) -> int:
        """Return how many TCP connections the image host has accepted."""
        return self._images.connections

    # -- life ---------------------------------------------------------------------------------

    def close(self) -> None:
        """Close both ports and every connection.

        :raises ExceptionGroup: The server itself broke on a request (never because of a scripted reply).
        """
        self._api.close()
        self._images.close()
        if self.problems:
            raise ExceptionGroup("the provider server broke", self.problems)

    def __repr__(self) -> str:
        return f"<ProviderServer {self.url} {len(self.requests)} requests>"

    def __enter__(self) -> "ProviderServer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- answering ----------------------------------------------------------------------------

    def _answer(self, request: Recorded) -> Answer:
        with self._lock:
            self.requests.append(request)
        try:
            return self._answer_found(request)
        except Exception as problem:
            self.problems.append(problem)
            return json_answer({"error": {"message": f"the test server itself broke: {problem!r}"}}, 599)

    def _answer_found(self, request: Recorded) -> Answer:
        found = self._route(request)
        if found is None:
            text = f"Invalid URL ({request.method} {request.path})"
            return json_answer({"error": {"message": text, "type": "invalid_request_error"}}, 404)
        api, call = found
        if request.host == "images":
            return api.stamp(self._answer_call(api, call))
        with self._counted(request):
            return api.stamp(self._answer_call(api, call))

    def _route(self, request: Recorded) -> tuple[Api, Call] | None:
        for api in self._apis[request.host]:
            if found := api.find(request.method, request.path):
                return api, Call(request, found[0], found[1], self)
        return None

    def _answer_call(self, api: Api, call: Call) -> Answer:
        try:
            if self.strict:
                api.check_key(call)
                api.check(call)
        except Rejected as rejected:
            return rejected.answer
        reply = self._next(call.request.host)
        return Scene(api, call, api.order(call), self.pictures, self._api.wait).play(reply)

    def _next(self, host: str) -> Script:
        with self._lock:
            queue = self._scripts[host]
            return queue.popleft() if queue else self._always[host]

    @contextmanager
    def _counted(self, request: Recorded) -> Iterator[None]:
        with self._lock:
            self._paid.append(request)
            self.in_flight += 1
            self.in_flight_peak = max(self.in_flight_peak, self.in_flight)
        try:
            yield
        finally:
            with self._lock:
                self.in_flight -= 1
