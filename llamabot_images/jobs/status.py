"""How far a job is, as its provider says. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from llamabot_images.errors import JobError
from llamabot_images.redact import redact_text

__all__ = ["JobError", "JobStatus", "refused", "status_of", "unfinished"]

OVER = frozenset({"completed", "failed", "expired", "cancelled"})


@dataclass(frozen=True)
class JobStatus:
    """How far a job is.

    :param state: ``"validating"``, ``"in_progress"``, ``"finalizing"``, ``"completed"``, ``"failed"`` (nothing was
        drawn), ``"expired"``, ``"cancelling"`` or ``"cancelled"``.
    :param done: Requests that brought pictures so far; a prompt for many pictures may be several.
    :param failed: Requests that brought none.
    :param total: All requests, 0 before they have been counted.
    :param expires_at: When the provider gives up on what it has not drawn (UTC).
    :param error: Why the job failed, in the provider's words.
    """

    state: str
    done: int = 0
    failed: int = 0
    total: int = 0
    expires_at: datetime | None = None
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in OVER


def status_of(batch: Any) -> JobStatus:
    """Return what a batch object of the API says.

    :param batch: The OpenAI SDK's ``Batch``.
    """
    counts = batch.request_counts
    return JobStatus(
        batch.status,
        done=counts.completed if counts else 0,
        failed=counts.failed if counts else 0,
        total=counts.total if counts else 0,
        expires_at=datetime.fromtimestamp(batch.expires_at, UTC) if batch.expires_at else None,
        error=_words(batch),
    )


def unfinished(name: str, status: JobStatus) -> JobError:
    """Return the error for a job that is not over yet.

    :param name: The job's id.
    :param status: How far it is.
    """
    by = f", by {status.expires_at:%Y-%m-%d %H:%M} UTC at the latest" if status.expires_at else ""
    return JobError(
        f"job {name!r} is {status.state}, {status.done} of {status.total} requests are done: come back later{by}, or "
        "call wait(); collect(partial=True) takes what there is",
        is_passing=True,
    )


def refused(name: str, status: JobStatus) -> JobError:
    """Return the error for a job that the provider refused as a whole.

    :param name: The job's id.
    :param status: Why.
    """
    return JobError(f"the provider refused job {name!r} and drew nothing: {status.error or 'it does not say why'}")


def _words(batch: Any) -> str | None:
    found = (batch.errors.data or []) if batch.errors else []
    texts = [f"line {one.line}: {one.message}" if one.line else str(one.message) for one in found[:3]]
    return redact_text("; ".join(texts)) or None
