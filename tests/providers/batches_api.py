"""OpenAI's and Azure's batch API: ``/v1/files`` and ``/v1/batches``, for lines that ask for pictures.

Each line of a batch is answered as the same request by itself would be: the same checks, the same scripts.
"""

import json
import re
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from .api import Rejected, json_answer
from .azure_api import Azure
from .fixture import clear_environment, forget_clients
from .openai_api import OpenAI
from .orders import Call, Order, Route
from .recorded import Recorded
from .replies import Script
from .scene import Scene
from .server import ProviderServer
from .wire import Answer

__all__ = ["Batch", "BatchServer", "batches"]

ENDPOINT = "/v1/images/generations"
ROUTES = {
    ("POST", "files"): "upload",
    ("DELETE", "files/ID"): "delete",
    ("GET", "files/ID"): "file",
    ("GET", "files/ID/content"): "content",
    ("POST", "batches"): "create",
    ("GET", "batches"): "list",
    ("GET", "batches/ID"): "retrieve",
    ("POST", "batches/ID/cancel"): "cancel",
}
STEPS = ("validating", "in_progress", "finalizing")
CHUNK = 2**16


@dataclass
class Batch:
    """One batch: what the API shows of it in *shown*, and the lines it was given."""

    shown: dict[str, Any]
    lines: list[dict[str, Any]]
    service: str = "openai"


@dataclass
class BatchServer(ProviderServer):
    """A provider server that has a batch API too.

    ``ending``
        What batches come to: ``"completed"``, ``"failed"``, ``"expired"`` or ``"cancelled"``.
    ``done_before_end``
        How many lines are drawn before a batch expires.
    ``waits``
        Whether a batch stays as it is; otherwise it goes on by one step each time it is looked at.
    ``reads_files``
        Whether Azure needs a moment before an uploaded file can be used.
    ``files``
        Every file by its id: bytes, or a function that gives them in pieces.
    ``calls``
        The operations asked for, oldest first: ``upload``, ``create``, ``retrieve``, …
    """

    ending: str = "completed"
    done_before_end: int = 1
    waits: bool = False
    reads_files: bool = False
    files: dict[str, bytes | Callable[[], Iterator[bytes]]] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    faults: dict[str, deque[Script]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def script_batch(self, operation: str, *replies: Script) -> None:
        """Queue the answers to the next requests for one operation; ``None`` is the normal one."""
        self.faults.setdefault(operation, deque()).extend(replies)

    def _answer_found(self, request: Recorded) -> Answer:
        found = re.fullmatch(r"(/openai/v1|/openai|/v1)/((?:files|batches)\b.*)", request.path)
        if request.host != "api" or found is None:
            return super()._answer_found(request)
        parts = found[2].split("/")
        name = "/".join(["ID" if place == 1 else one for place, one in enumerate(parts)])
        operation = ROUTES.get((request.method, name))
        if operation is None:
            return json_answer({"error": {"message": f"Invalid URL ({request.method} {request.path})"}}, 404)
        self.calls.append(operation)
        return self._served(request, operation, parts[1] if len(parts) > 1 else "", found[1] != "/v1")

    def _served(self, request: Recorded, operation: str, name: str, is_azure: bool) -> Answer:
        api: OpenAI = Azure() if is_azure else OpenAI()
        call = Call(request, Route(operation, ""), {}, self)
        try:
            api.check_key(call)
            if is_azure and "/v1/" not in request.path and not request.query.get("api-version"):
                return json_answer({"error": {"code": "404", "message": "Resource not found"}}, 404)
        except Rejected as rejected:
            return rejected.answer
        queue = self.faults.get(operation)
        reply = queue.popleft() if queue else None
        if reply is not None:
            return Scene(api, call, Order(), self.pictures, self._api.wait).play(reply)
        answer: Answer = getattr(self, f"_do_{operation}")(request, name, api)
        return api.stamp(answer)

    # -- files --------------------------------------------------------------------------------

    def _do_upload(self, request: Recorded, _: str, api: OpenAI) -> Answer:
        sent = request.files("file")
        if not sent or request.form.get("purpose") != "batch":
            return api.error(400, "'purpose' must be 'batch', with a file", param="purpose")
        name = self._keep(sent[0].data)
        return self._file(name, "pending" if self.reads_files and api.name == "azure" else "processed")

    def _do_file(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        self.reads_files = False
        return self._file(name, "processed")

    def _file(self, name: str, status: str) -> Answer:
        about = {"bytes": 1, "created_at": int(time.time()), "filename": "prompts.jsonl", "purpose": "batch"}
        return json_answer({"id": name, "object": "file", "status": status, **about})

    def _keep(self, data: bytes) -> str:
        name = f"file-{len(self.files) + 1:06d}"
        self.files[name] = data
        return name

    def _do_delete(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        if self.files.pop(name, None) is None:
            return api.error(404, f"No such File object: {name}", param="id")
        return json_answer({"id": name, "object": "file", "deleted": True})

    def _do_content(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        data = self.files.get(name)
        if data is None:
            return api.error(404, f"No such File object: {name}", param="id")
        pieces = (data[at : at + CHUNK] for at in range(0, len(data), CHUNK)) if isinstance(data, bytes) else data()
        return Answer(200, headers={"content-type": "application/octet-stream"}, events=filter(None, pieces))

    # -- batches ------------------------------------------------------------------------------

    def _do_create(self, request: Recorded, _: str, api: OpenAI) -> Answer:
        body = request.json or {}
        if body.get("endpoint") != ENDPOINT or body.get("completion_window") != "24h":
            return api.error(400, f"Invalid value: {body.get('endpoint')!r}", code="invalid_value", param="endpoint")
        data = self.files.get(str(body.get("input_file_id")))
        if not isinstance(data, bytes) or self.reads_files:
            return api.error(400, "Invalid input_file_id", code="invalid_value", param="input_file_id")
        now = int(time.time())
        name = f"batch_{len(self.batches) + 1:06d}"
        shown = {
            "id": name,
            "object": "batch",
            "status": "validating",
            "created_at": now,
            "expires_at": now + 86_400,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            **{key: body.get(key) for key in ("endpoint", "completion_window", "input_file_id", "metadata")},
            **dict.fromkeys(("output_file_id", "error_file_id", "errors")),
        }
        self.batches[name] = Batch(shown, [json.loads(line) for line in data.splitlines()], api.name)
        return json_answer(shown)

    def _do_list(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        data = [one.shown for one in self.batches.values()]
        return json_answer({"object": "list", "data": data, "has_more": False})

    def _do_retrieve(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        if name not in self.batches:
            return api.error(404, f"No batch found with id '{name}'.")
        batch = self.batches[name]
        answer = json_answer(batch.shown)
        if not self.waits:
            self._go_on(batch)
        return answer

    def _do_cancel(self, _: Recorded, name: str, api: OpenAI) -> Answer:
        if name not in self.batches:
            return api.error(404, f"No batch found with id '{name}'.")
        batch = self.batches[name]
        if batch.shown["status"] not in STEPS:
            return api.error(409, f"Cannot cancel a batch with status '{batch.shown['status']}'.")
        batch.shown["status"], self.ending = "cancelling", "cancelled"
        return json_answer(batch.shown)

    def finish(self, name: str) -> None:
        """Bring a batch to its end."""
        while self.batches[name].shown["status"] in (*STEPS, "cancelling"):
            self._go_on(self.batches[name])

    def _go_on(self, batch: Batch) -> None:
        status = batch.shown["status"]
        if status == "validating" and (errors := _problems(batch) if self.ending != "failed" else [_error("too bad")]):
            batch.shown |= {"status": "failed", "errors": {"object": "list", "data": errors}}
        elif status in STEPS[:2]:
            batch.shown["status"] = STEPS[STEPS.index(status) + 1]
            batch.shown["request_counts"] |= {"total": len(batch.lines)}
        elif status in (STEPS[2], "cancelling"):
            self._end(batch)

    def _end(self, batch: Batch) -> None:
        drawn = len(batch.lines) if self.ending == "completed" else self.done_before_end
        results = [self._line(batch, number, line, number < drawn) for number, line in enumerate(batch.lines)]
        good = [one for one in results if (one["response"] or {}).get("status_code") == 200]
        bad = [one for one in results if one not in good]
        # A real output file is in no order that anybody promises.
        for key, lines in (("output_file_id", good[::-1]), ("error_file_id", bad)):
            if lines:
                batch.shown[key] = self._keep(b"".join(json.dumps(one).encode() + b"\n" for one in lines))
        counts = {"total": len(batch.lines), "completed": len(good), "failed": len(bad)}
        batch.shown |= {"status": self.ending, "request_counts": counts}

    def _line(self, batch: Batch, number: int, line: dict[str, Any], is_drawn: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"id": f"batch_req_{number:06d}", "custom_id": line["custom_id"]}
        if not is_drawn:
            text = "This request could not be executed before the completion window expired."
            error = {"code": f"batch_{self.ending}", "message": text}
            return {**found, "response": None, "error": error}
        answer = super()._answer_found(self._alone(batch, line))
        inner = {
            "status_code": answer.status,
            "request_id": f"req_{batch.shown['id']}_{number}",
            "body": json.loads(answer.body),
        }
        return {**found, "response": inner, "error": None}

    def _alone(self, batch: Batch, line: dict[str, Any]) -> Recorded:
        """Return a line as the request it stands for."""
        api: OpenAI = Azure() if batch.service == "azure" else OpenAI()
        path = "/openai/v1/images/generations" if batch.service == "azure" else ENDPOINT
        headers = {api.key_header: api.key_scheme + api.key_of(self), "content-type": "application/json"}
        return Recorded("POST", path, {}, headers, json.dumps(line["body"]).encode())


def _problems(batch: Batch) -> list[dict[str, Any]]:
    """Return what validation says against the lines of a batch."""
    if not batch.lines:
        return [_error("The batch file is empty.")]
    seen: set[str] = set()
    found = []
    for number, line in enumerate(batch.lines, 1):
        if {*line} != {"custom_id", "method", "url", "body"} or (line["method"], line["url"]) != ("POST", ENDPOINT):
            found.append(_error("The line is not a request to the batch's endpoint.", number))
        if line["custom_id"] in seen or len(line["custom_id"]) > 512:
            found.append(_error("The custom_id is no name for this request.", number))
        seen.add(line["custom_id"])
    if len({line["body"].get("model") for line in batch.lines}) != 1:
        found.append(_error("All requests of a batch must have one model."))
    return found


def _error(message: str, line: int | None = None) -> dict[str, Any]:
    return {"code": "invalid_request", "message": message, "line": line, "param": None}


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    """Give a running server with a batch API, as the ``provider`` fixture does without one."""
    clear_environment(monkeypatch)
    forget_clients()
    server = BatchServer()
    with server:
        yield server
    forget_clients()
