"""Connections: kept, shared, forked, let go of, and encrypted."""

import copy
import http.server
import os
import pickle
import ssl
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from llamabot_images.connections import KEPT_CONNECTIONS
from llamabot_images.download import Downloader
from llamabot_images.errors import DownloadError
from tests.calls import bot_for
from tests.fault_server import Authority, FaultServer, answer, redirect, then_close
from tests.providers import Json, ProviderServer

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 80
LARGE = bytes(range(256)) * 1024 * 4


@pytest.fixture
def downloader() -> Iterator[Downloader]:
    """One that may reach loopback."""
    made = Downloader(allow_hosts=["localhost"], deadline=20)
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority, where the ``openssl`` command can make one."""
    try:
        return Authority(tmp_path_factory.mktemp("ca"))
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the openssl command, version 3")


@pytest.fixture
def trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The authority, trusted by the process."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    return authority


@pytest.mark.parametrize("body", [PICTURE, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_hundred_pictures_come_over_one_connection(body: bytes, host: str, downloader: Downloader) -> None:
    """Connections are kept, whether the body passes the HTTP parser or not."""
    with FaultServer(answer(body), answer(PICTURE), answer(body)) as server:
        for _ in range(100):
            downloader.fetch(f"http://{host}:{server.port}/")

        assert 1 == server.connections


@pytest.mark.parametrize("body", [PICTURE, LARGE], ids=["small", "large"])
def test_connections_closed_by_the_server_do_not_show(body: bytes, downloader: Downloader) -> None:
    """A server that closes idle connections is connected to anew."""
    with FaultServer(answer(body)) as server:
        for _ in range(3):
            assert body == downloader.fetch(server.url).data
            server.hang_up()

        assert 3 == server.connections == len(server.requests)


def test_only_so_many_connections_are_kept(downloader: Downloader) -> None:
    """Of many servers' connections the oldest ones are closed."""
    with ExitStack() as stack:
        servers = [stack.enter_context(FaultServer(answer(LARGE))) for _ in range(KEPT_CONNECTIONS + 1)]
        for server in servers:
            downloader.fetch(server.url)
        for server in (servers[0], servers[-1]):
            downloader.fetch(server.url)

        assert (2, 1) == (servers[0].connections, servers[-1].connections)


def test_what_is_announced_to_close_is_not_used_again(downloader: Downloader) -> None:
    """``Connection: close`` on a large answer is heeded."""
    with FaultServer(then_close(answer(LARGE, "200 OK", "Connection: close"))) as server:
        downloader.fetch(server.url)
        downloader.fetch(server.url)

        assert 2 == server.connections == len(server.requests)


def test_many_threads_share_one_downloader(downloader: Downloader) -> None:
    """Sixty-four threads get each its own picture."""

    class Echo(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.path.encode() * (1 if int(self.path[1:]) % 2 else 20_000)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def fetch(number: int) -> bool:
        data = downloader.fetch(f"http://127.0.0.1:{server.server_port}/{number}").data
        return data == f"/{number}".encode() * (1 if number % 2 else 20_000)

    with ThreadPoolExecutor(64) as pool:
        right = list(pool.map(fetch, range(10_000, 10_256)))
    server.shutdown()
    server.server_close()

    assert [True] * 256 == right


def test_closing_in_between_costs_nothing_but_a_connection(downloader: Downloader) -> None:
    """A fetch after ``close`` opens a new connection."""
    with FaultServer(answer(PICTURE)) as server:
        downloader.fetch(server.url)
        downloader.close()
        downloader.close()
        downloader.fetch(server.url)

        assert 2 == server.connections


def test_a_copy_has_the_settings_and_its_own_connections(downloader: Downloader) -> None:
    """A downloader in use can be copied and pickled."""
    with FaultServer(answer(PICTURE)) as server:
        downloader.fetch(server.url)
        for twin in (copy.deepcopy(downloader), pickle.loads(pickle.dumps(downloader))):
            assert PICTURE == twin.fetch(server.url).data

        assert 3 == server.connections


def run(code: str, *arguments: str) -> str:
    """Run *code* in a process of its own where a ResourceWarning is an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", textwrap.dedent(code), *arguments],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "" == done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_opens_its_own_connections() -> None:
    """Parent and child never share a socket, and neither leaves one open."""
    code = """
        import gc, os, sys
        from llamabot_images.download import Downloader
        downloader = Downloader(allow_hosts=["localhost"])
        small, large = sys.argv[1:]
        downloader.fetch(small), downloader.fetch(large)
        child = os.fork()
        if not child:
            downloader.fetch(small), downloader.fetch(large)
            del downloader
            gc.collect()
            sys.exit()
        assert os.waitpid(child, 0)[1] == 0
        downloader.fetch(small), downloader.fetch(large)
        del downloader
        gc.collect()
        print("done")
    """
    with FaultServer(answer(PICTURE)) as small, FaultServer(answer(LARGE)) as large:
        assert "done\n" == run(code, small.url, large.url)
        assert (2, 3) == (small.connections, len(small.requests))
        assert (2, 3) == (large.connections, len(large.requests))


def test_letting_go_closes_all() -> None:
    """A downloader that is dropped, or alive at exit, leaves no socket to warn about."""
    code = """
        import gc, sys
        from llamabot_images.download import Downloader
        dropped, kept = (Downloader(allow_hosts=["localhost"]) for _ in range(2))
        for url in sys.argv[1:]:
            dropped.fetch(url), kept.fetch(url)
        del dropped
        gc.collect()
    """
    with FaultServer(answer(PICTURE)) as small, FaultServer(answer(LARGE)) as large:
        assert "" == run(code, small.url, large.url)


def test_certificates_are_loaded_for_https_only(downloader: Downloader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain http does not pay for loading certificates."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_: pytest.fail("loaded"))
    with FaultServer(answer(PICTURE)) as server:
        assert PICTURE == downloader.fetch(server.url).data


@pytest.mark.parametrize("body", [PICTURE, LARGE], ids=["small", "large"])
def test_https_is_fetched_over_a_kept_connection(body: bytes, trusted: Authority, downloader: Downloader) -> None:
    """A server with a valid certificate is fetched from, over one connection, and told the name."""
    names: list[str | None] = []
    context = trusted.context("DNS:localhost", "IP:127.0.0.1")
    context.sni_callback = lambda _sock, name, _context: names.append(name)
    with FaultServer(answer(body), context=context) as server:
        for _ in range(10):
            assert body == downloader.fetch(f"https://localhost:{server.port}/").data

        assert 1 == server.connections
    assert ["localhost"] == names


def test_a_certificate_for_another_name_is_refused(trusted: Authority, downloader: Downloader) -> None:
    """The certificate must be for the host of the address; it is not tried again."""
    with FaultServer(answer(PICTURE), context=trusted.context("DNS:images.example")) as server:
        with pytest.raises(DownloadError, match="certificate is refused"):
            downloader.fetch(server.url)
        assert (1, 0) == (server.connections, len(server.requests))


def test_a_certificate_of_an_unknown_authority_is_refused(authority: Authority, downloader: Downloader) -> None:
    """Without ``SSL_CERT_FILE`` the public authorities count."""
    with FaultServer(answer(PICTURE), context=authority.context("IP:127.0.0.1")) as server:
        with pytest.raises(DownloadError, match="certificate is refused"):
            downloader.fetch(server.url)
        assert 0 == len(server.requests)


def test_no_way_leads_from_https_to_http(trusted: Authority, downloader: Downloader) -> None:
    """A redirect from https to http is refused; one from http to https is followed."""
    context = trusted.context("IP:127.0.0.1")
    with FaultServer(answer(PICTURE)) as plain, FaultServer(redirect(plain.url), context=context) as secure:
        with pytest.raises(DownloadError, match="from https to http"):
            downloader.fetch(secure.url)
        assert 0 == plain.connections
    with FaultServer(answer(PICTURE), context=context) as secure, FaultServer(redirect(secure.url)) as plain:
        assert PICTURE == downloader.fetch(plain.url).data


@pytest.mark.parametrize("name", ["gpt-image-2", "gemini"])
def test_cookies_of_a_provider_are_not_sent_back(provider: ProviderServer, name: str) -> None:
    """What a provider remembers of one request goes with no other one, which may be made with another key."""
    provider.script(Json({"error": {"message": "busy"}}, 503, {"set-cookie": "session=first; Path=/"}))
    bot = bot_for(provider, name)

    with pytest.raises(Exception, match="busy"):
        bot.generate("a cat")
    bot.generate("a cat")

    assert [None, None] == [one.headers.get("cookie") for one in provider.posts]
