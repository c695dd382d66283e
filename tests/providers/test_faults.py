"""The provider server by itself: every scripted fault looks on the wire as its name says."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.providers import (
    BadPayload,
    BrokenJson,
    Closed,
    Delay,
    DisallowParameter,
    Drip,
    EmptyData,
    ErrorInOk,
    Expired,
    Gone,
    Hang,
    Html,
    Json,
    Pictures,
    ProviderServer,
    Raw,
    Recorded,
    Redirect,
    Refusal,
    Reply,
    Reset,
    Status,
    Timeout,
    Truncated,
    fixture,
    picture,
    retry_date,
)

provider = fixture.provider


def post(provider: ProviderServer, client: Any = httpx, timeout: float = 5.0, **body: Any) -> httpx.Response:
    """Ask for a picture without LiteLLM."""
    known = provider.kwargs_for("gpt-image-2")
    headers = {"authorization": f"Bearer {known['api_key']}"}
    sent = {"model": "gpt-image-2", "prompt": "a cat"} | body
    answer: httpx.Response = client.post(
        f"{known['api_base']}/images/generations", json=sent, headers=headers, timeout=timeout
    )
    return answer


def test_replies_come_in_the_order_of_the_script(provider: ProviderServer) -> None:
    """Scripted replies are used up one by one; then the standing reply holds."""
    provider.script(Status(500), None, Refusal())
    provider.always(Status(503))

    statuses = [post(provider).status_code for _ in range(5)]

    assert [500, 200, 400, 503, 503] == statuses


def test_a_rejected_request_takes_nothing_from_the_script(provider: ProviderServer) -> None:
    """What the real API would not accept is answered without the script."""
    provider.script(Status(500))

    rejected = post(provider, style="vivid")
    scripted = post(provider)

    assert (400, 500) == (rejected.status_code, scripted.status_code)


def test_a_function_may_choose_the_reply(provider: ProviderServer) -> None:
    """A function in the script sees the request and returns a reply or nothing."""

    def moody(request: Recorded) -> Reply | None:
        return Status(500) if "dog" in request.json["prompt"] else None

    provider.always(moody)

    assert 500 == post(provider, prompt="a dog").status_code
    assert 200 == post(provider, prompt="a cat").status_code


@pytest.mark.parametrize(
    "reply",
    [
        Reset(),
        Reset("headers"),
        Reset("half"),
        Closed(),
        Closed("headers"),
        Closed("half"),
        Truncated(),
        Truncated(0.0),
        Truncated(framing="chunked"),
        Timeout(0.01),
    ],
)
def test_broken_connections_are_seen_as_such(provider: ProviderServer, reply: Reply) -> None:
    """Cut answers end in a transport error, and the server serves the next request."""
    provider.script(reply)

    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        post(provider)

    assert 200 == post(provider).status_code


def test_an_unframed_cut_goes_unnoticed_by_the_client(provider: ProviderServer) -> None:
    """Without a length only the broken JSON tells that something is missing."""
    provider.script(Truncated(framing="close"))

    answer = post(provider)

    assert answer.text.startswith('{"created"')
    with pytest.raises(ValueError, match="Unterminated"):
        answer.json()


@pytest.mark.parametrize("after", ["request", "headers", "half"])
def test_silence_lasts_until_the_client_gives_up(provider: ProviderServer, after: str) -> None:
    """A hanging answer ends in the client's read timeout."""
    provider.script(Hang(after))

    with pytest.raises(httpx.ReadTimeout):
        post(provider, timeout=0.2)


def test_closing_wakes_what_hangs() -> None:
    """A server closes at once although an answer hangs for ever."""
    server = ProviderServer()
    server.always(Hang("request"))
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(post, server, timeout=30.0)
        while not server.posts:
            time.sleep(0.005)
        started = time.monotonic()

        server.close()

        assert isinstance(hanging.exception(timeout=5), httpx.TransportError)
    assert time.monotonic() - started < 5


def test_slow_answers_arrive_whole(provider: ProviderServer) -> None:
    """A late and a dripping answer are complete."""
    provider.script(Delay(0.05), Delay(0.05, then=Status(500)))
    provider.script_images(Drip(pause=0.001, size=4096))
    provider.reply_with = "url"

    started = time.monotonic()
    late, failed = post(provider), post(provider)

    assert time.monotonic() - started >= 0.1
    assert 500 == failed.status_code
    assert provider.pictures.served[0] == httpx.get(late.json()["data"][0]["url"]).content


@pytest.mark.parametrize("value", ["2", "1.5", "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
def test_retry_after_is_sent_as_written(provider: ProviderServer, value: str) -> None:
    """Every form of the header reaches the client."""
    provider.script(Status(429, retry_after=value, code="insufficient_quota"))

    answer = post(provider)

    assert value == answer.headers["retry-after"]
    assert "insufficient_quota" == answer.json()["error"]["code"]
    assert "quota" in answer.json()["error"]["message"]


def test_retry_after_in_milliseconds_and_as_a_date(provider: ProviderServer) -> None:
    """The two other ways of naming a time are there."""
    provider.script(Status(503, retry_after_ms="1500"), Status(503, retry_after=retry_date(3600)))

    first, second = post(provider), post(provider)

    assert "1500" == first.headers["retry-after-ms"]
    wait = parsedate_to_datetime(second.headers["retry-after"]).timestamp() - time.time()
    assert 3500 < wait <= 3600


def test_bodies_that_are_no_answer(provider: ProviderServer) -> None:
    """HTML, half a JSON, an error under 200, exact JSON and exact bytes come as scripted."""
    provider.script(Html(200), BrokenJson(), ErrorInOk(), Json({"a": 1}, 418), Raw(b"\x00\x01", headers={"x-a": "b"}))

    html, broken, error, exact, raw = (post(provider) for _ in range(5))

    assert "text/html" == html.headers["content-type"]
    assert "<h1>" in html.text
    with pytest.raises(ValueError, match="Unterminated"):
        broken.json()
    assert (200, "server_error") == (error.status_code, error.json()["error"]["code"])
    assert (418, {"a": 1}) == (exact.status_code, exact.json())
    assert (b"\x00\x01", "b") == (raw.content, raw.headers["x-a"])


def test_successes_without_pictures(provider: ProviderServer) -> None:
    """The list may be empty, null or missing, shorter or longer than asked."""
    provider.script(EmptyData(), EmptyData("null"), EmptyData("missing"), Pictures(1), Pictures(3))

    bodies = [post(provider, n=2).json() for _ in range(5)]

    assert [[], None, "missing"] == [body.get("data", "missing") for body in bodies[:3]]
    assert [1, 3] == [len(body["data"]) for body in bodies[3:]]


@pytest.mark.parametrize("kind", ["html", "empty", "truncated", "corrupt", "not_base64", "double_encoded", "unknown"])
@pytest.mark.parametrize("way", ["url", "b64"])
def test_bad_payloads_come_by_either_way(provider: ProviderServer, kind: str, way: str) -> None:
    """What is no picture can be sent by address and by base64."""
    provider.script(BadPayload(kind))
    provider.reply_with = way

    (item,) = post(provider).json()["data"]

    assert ["url" if way == "url" else "b64_json"] == list(item)
    if way == "url":
        assert httpx.get(item["url"]).content != picture()


def test_a_disallowed_parameter_is_refused_only_where_it_is_sent(provider: ProviderServer) -> None:
    """The same standing reply refuses a request with the parameter and serves one without it."""
    provider.always(DisallowParameter("quality"))

    with_it, without_it = post(provider, quality="high"), post(provider)

    assert "quality" == with_it.json()["error"]["param"]
    assert (400, 200) == (with_it.status_code, without_it.status_code)


def test_a_model_can_be_gone_by_script(provider: ProviderServer) -> None:
    """Any live model may be answered as switched off, once."""
    provider.script(Gone("deprecated"))

    gone, back = post(provider), post(provider)

    assert "The model `gpt-image-2` has been deprecated" in gone.json()["error"]["message"]
    assert 200 == back.status_code


def test_the_image_host_fails_by_its_own_script(provider: ProviderServer) -> None:
    """Downloads have their own faults, and providers do not see them."""
    provider.reply_with = "url"
    provider.script_images(Status(503), Expired(), Redirect("{picture}?again=1"), Reset(), None)
    url = post(provider).json()["data"][0]["url"]

    unavailable, expired, moved = (httpx.get(url) for _ in range(3))
    with pytest.raises(httpx.ReadError):
        httpx.get(url)
    good = httpx.get(url)

    assert [503, 403, 302] == [unavailable.status_code, expired.status_code, moved.status_code]
    assert "AuthenticationFailed" in expired.text
    assert moved.headers["location"].startswith("/pictures/")
    assert provider.pictures.served[0] == good.content
    assert (1, 5) == (len(provider.posts), len(provider.downloads))
    assert 404 == httpx.get(f"{provider.image_url}/pictures/999.png").status_code


def test_sixty_four_requests_are_answered_at_once(provider: ProviderServer) -> None:
    """No answer is given before all of them have arrived."""
    meeting = threading.Barrier(64)

    def wait_for_all(request: Recorded) -> Reply | None:
        meeting.wait(timeout=30)
        return None

    provider.always(wait_for_all)

    with httpx.Client(limits=httpx.Limits(max_connections=64)) as client, ThreadPoolExecutor(64) as pool:
        answers = list(pool.map(lambda index: post(provider, client, 30.0, prompt=str(index)), range(64)))

    assert {200} == {answer.status_code for answer in answers}
    assert 64 == provider.in_flight_peak == provider.api_connections
    assert {str(index) for index in range(64)} == {request.json["prompt"] for request in provider.posts}


def test_connections_are_kept_and_counted(provider: ProviderServer) -> None:
    """One client needs one connection for many requests."""
    with httpx.Client() as client:
        for _ in range(20):
            post(provider, client)

    assert 1 == provider.api_connections
    assert 0 == provider.image_connections
    assert 20 == len({request.at for request in provider.posts})


def test_records_show_what_was_sent(provider: ProviderServer) -> None:
    """Path, query, headers in lower case and body are kept; other paths are 404 and not counted as paid."""
    post(provider, n=2)
    stray = httpx.get(f"{provider.url}/v1/no/such?a=1", headers={"X-Thing": "y"})

    first, second = provider.requests
    assert ("POST", "/v1/images/generations", 2) == (first.method, first.path, first.json["n"])
    assert (404, {"a": "1"}, "y") == (stray.status_code, dict(second.query), second.headers["x-thing"])
    assert [first] == provider.posts


def test_a_mistake_in_a_script_is_not_lost() -> None:
    """A reply the provider does not know breaks the test that scripted it, at the latest on closing."""
    server = ProviderServer()
    server.script(Refusal("no such kind"))

    assert 599 == post(server).status_code
    with pytest.raises(ExceptionGroup, match="the provider server broke"):
        server.close()
