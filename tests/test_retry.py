"""What is sent again and after how long, with tenacity's own machinery; only the sleeping is replaced."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from tenacity import AsyncRetrying, Retrying

from llamabot_images.failures import Failure
from llamabot_images.retry import MAX_WAIT, RetryBudget, SendFailed, policy

KINDS = ("refused", "gone", "unknown_parameter", "unauthorized", "no_key", "quota", "rejected", "ambiguous")


class Provider:
    """Answers calls one after another: with a failure, or with a picture for ``None`` and after the last."""

    def __init__(self, *answers: Failure | None) -> None:
        self.answers = list(answers)
        self.calls = 0

    def call(self) -> str:
        """Answer one call."""
        self.calls += 1
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise SendFailed(answer, RuntimeError(answer.kind))
        return "a picture"


def run_sync(provider: Provider, budget: RetryBudget) -> tuple[Any, list[float]]:
    """Call as the sync verbs do; return what came and how long was slept."""
    slept: list[float] = []
    try:
        return Retrying(**policy(budget), sleep=slept.append)(provider.call), slept
    except SendFailed as failed:
        return failed, slept


def run_async(provider: Provider, budget: RetryBudget) -> tuple[Any, list[float]]:
    """Call as the async verbs do; return what came and how long was slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def call() -> str:
        return provider.call()

    async def whole() -> Any:
        return await AsyncRetrying(**policy(budget), sleep=sleep)(call)

    try:
        return asyncio.run(whole()), slept
    except SendFailed as failed:
        return failed, slept


Run = Callable[[Provider, RetryBudget], tuple[Any, list[float]]]
both = pytest.mark.parametrize("run", [run_sync, run_async], ids=["sync", "async"])


def busy(wait: float | None) -> Failure:
    """Return a provider's word that it has no time now."""
    return Failure("busy", status=429, retry_after=wait)


NOT_SENT = Failure("not_sent")


@both
def test_a_success_is_not_repeated(run: Run) -> None:
    """One call, no waiting."""
    provider = Provider()

    assert ("a picture", []) == run(provider, RetryBudget())
    assert 1 == provider.calls


@both
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wait", [None, 0.0, 2.0])
def test_only_what_was_not_accepted_is_sent_again(run: Run, kind: str, wait: float | None) -> None:
    """Nothing else is, not even when the provider says when to come back."""
    provider, budget = Provider(Failure(kind, retry_after=wait)), RetryBudget()

    failed, slept = run(provider, budget)

    assert (1, []) == (provider.calls, slept)
    assert kind == failed.failure.kind


@both
@pytest.mark.parametrize("wait", [0.05, 0.25, 1.0, 1.5, 2.0, 12.0, 60.0, 119.0, MAX_WAIT])
def test_waits_as_long_as_the_provider_says(run: Run, wait: float) -> None:
    """Never less, and at most a quarter more."""
    came, slept = run(Provider(busy(wait)), RetryBudget())

    assert "a picture" == came
    assert 1 == len(slept)
    assert wait <= slept[0] <= wait * 1.25


@both
@pytest.mark.parametrize("wait", [120.1, 600.0, 86_400.0, 10.0**8])
def test_long_waits_are_left_to_the_caller(run: Run, wait: float) -> None:
    """More than two minutes is not waited; the error says how long it would have been."""
    provider = Provider(busy(wait))

    failed, slept = run(provider, RetryBudget())

    assert (1, []) == (provider.calls, slept)
    assert wait == failed.failure.retry_after


@both
def test_a_provider_that_names_no_time_is_not_asked_again(run: Run) -> None:
    """Busy without a time is an answer."""
    provider = Provider(busy(None))

    failed, slept = run(provider, RetryBudget())

    assert (1, [], "busy") == (provider.calls, slept, failed.failure.kind)


@both
def test_a_provider_that_stays_busy_is_left_alone(run: Run) -> None:
    """After a few times the caller is told."""
    provider = Provider(*[busy(1.0)] * 99)

    failed, slept = run(provider, RetryBudget())

    assert 5 == provider.calls
    assert 4 == len(slept)
    assert "busy" == failed.failure.kind


@both
@pytest.mark.parametrize("wait", [30.0, 50.0, 70.0, 119.0])
def test_all_waiting_together_stays_within_the_limit(run: Run, wait: float) -> None:
    """Several short waits do not add up to a long one."""
    _, slept = run(Provider(*[busy(wait)] * 99), RetryBudget())

    assert slept
    assert sum(slept) <= MAX_WAIT * 1.25


@both
def test_what_was_never_sent_is_tried_twice_more(run: Run) -> None:
    """At most two further tries, a moment apart and not all at the same moment."""
    provider = Provider(*[NOT_SENT] * 99)

    failed, slept = run(provider, RetryBudget())

    assert 3 == provider.calls
    assert "not_sent" == failed.failure.kind
    assert all(0 < one <= 1 for one in slept)
    waits = {round(run(Provider(NOT_SENT), RetryBudget())[1][0], 6) for _ in range(8)}
    assert len(waits) > 1


@both
@pytest.mark.parametrize("before", [1, 2])
def test_a_later_try_may_succeed(run: Run, before: int) -> None:
    """A picture that comes at the second or third try is a picture."""
    provider = Provider(*[NOT_SENT] * before)

    assert "a picture" == run(provider, RetryBudget())[0]
    assert before + 1 == provider.calls


@both
def test_each_answer_is_judged_by_itself(run: Run) -> None:
    """After a wait, an answer of unknown outcome ends it: that request may have been paid."""
    provider = Provider(busy(1.0), NOT_SENT, Failure("ambiguous"))

    failed, slept = run(provider, RetryBudget())

    assert (3, 2, "ambiguous") == (provider.calls, len(slept), failed.failure.kind)


@both
@pytest.mark.parametrize("error", [ValueError("no"), KeyError("no"), RuntimeError("no")])
def test_other_exceptions_pass_through(run: Run, error: Exception) -> None:
    """What is no failure to send is raised as it is, at once."""
    provider = Provider()
    provider.call = raising(error, provider)

    with pytest.raises(type(error)) as caught:
        run(provider, RetryBudget())

    assert error is caught.value
    assert 1 == provider.calls


def test_ctrl_c_passes_through() -> None:
    """An interrupt is never taken for a failure."""
    provider = Provider()
    provider.call = raising(KeyboardInterrupt(), provider)

    with pytest.raises(KeyboardInterrupt):
        run_sync(provider, RetryBudget())

    assert 1 == provider.calls


def raising(error: BaseException, provider: Provider) -> Callable[[], str]:
    """Return a call that counts and raises."""

    def call() -> str:
        provider.calls += 1
        raise error

    return call


@both
def test_the_failure_carries_litellms_exception(run: Run) -> None:
    """What LiteLLM raised is at hand to be raised to the caller."""
    failed, _ = run(Provider(Failure("rejected")), RetryBudget())

    assert "rejected" == str(failed.error)


# -- the budget ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("failure", [NOT_SENT, busy(0.01)], ids=lambda one: one.kind)
@both
def test_an_outage_is_not_made_worse(run: Run, failure: Failure) -> None:
    """A thousand calls to a provider that is down send at most 1,200 requests."""
    budget, sent = RetryBudget(), 0

    for _ in range(1000 if run is run_sync else 300):
        provider = Provider(*[failure] * 99)
        run(provider, budget)
        sent += provider.calls

    assert sent <= 1200


def test_successes_earn_retries_again() -> None:
    """Ten successes pay for one retry, and never for more than there were at the start."""
    budget = RetryBudget(tokens=2)
    assert [True, True, False] == [budget.take() for _ in range(3)]

    for _ in range(11):
        run_sync(Provider(), budget)

    assert [True, False] == [budget.take() for _ in range(2)]
    for _ in range(100):
        budget.refill()
    assert [True, True, False] == [budget.take() for _ in range(3)]


def test_an_empty_budget_stops_retries_and_not_calls() -> None:
    """Without retries left a failure is final at once, and calls still go out."""
    budget = RetryBudget(tokens=0)
    provider = Provider(NOT_SENT)

    failed, slept = run_sync(provider, budget)

    assert ("not_sent", [], 1) == (failed.failure.kind, slept, provider.calls)
    assert "a picture" == run_sync(Provider(), budget)[0]


def test_failures_that_are_final_cost_no_retries() -> None:
    """Only what is sent again is taken from the budget."""
    budget = RetryBudget(tokens=1)

    for kind in KINDS:
        run_sync(Provider(Failure(kind, retry_after=1.0)), budget)
    run_sync(Provider(busy(600.0)), budget)
    run_sync(Provider(busy(None)), budget)

    assert budget.take()


def test_many_threads_share_one_budget() -> None:
    """However many threads ask, no more retries are given than there are."""
    budget, taken, start = RetryBudget(tokens=500), [], threading.Barrier(8)

    def work() -> None:
        start.wait()
        taken.append(sum(budget.take() for _ in range(200)))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert 500 == sum(taken)
