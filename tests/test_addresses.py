"""Which addresses may be connected to, and that no spelling, name or redirect leads to others."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from llamabot_images.addresses import allowed_hosts, host_key, is_private, is_public
from llamabot_images.download import Downloader
from llamabot_images.errors import DownloadError, UnsafeURLError
from tests.fault_server import FaultServer, answer, redirect

PUBLIC = [
    "8.8.8.8",
    "93.184.216.34",
    "1.1.1.1",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "198.20.0.1",
    "223.255.255.255",
    "2606:2800:220:1:248:1893:25c8:1946",
    "2001:4860:4860::8888",
    "2a00:1450:4001:80b::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
]
NOT_PUBLIC = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::2",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b::169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "64:ff9b:1::8.8.8.8",
    "64:ff9b:1:ffff::10.0.0.1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::1",
    "2002:a00:1::",
    "2002:808:808::1",
    "2606:4700::5efe:10.0.0.1",
    "2606:4700::200:5efe:192.168.0.1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%lo",
    "2606:4700::1%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "localhost",
    "127.1",
    "",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    """What the registries give to the public Internet is public, also inside mapped and NAT64 forms."""
    assert is_public(address)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_all_other_addresses_are_not_public(address: str) -> None:
    """Private, special, wrapped and unreadable addresses are not public."""
    assert not is_public(address)


@pytest.mark.parametrize(
    ("address", "private"),
    [
        ("127.0.0.1", True),
        ("10.1.2.3", True),
        ("100.64.0.1", True),
        ("::ffff:192.168.0.1", True),
        ("fd12::1", True),
        ("169.254.169.254", False),
        ("100.100.100.200", False),
        ("fd00:ec2::254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("fe80::1", False),
        ("8.8.8.8", False),
        ("nonsense", False),
    ],
)
def test_an_allowed_name_may_be_private_but_not_metadata(address: str, private: bool) -> None:
    """Private addresses are where one's own servers are; link-local and metadata ones are not."""
    assert private == is_private(address)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("localhost", "127.0.0.1"),
        ("localhost:8080", "[::1]:9000"),
        ("LOCALHOST.", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("Images.Example.", "images.example:443"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("10.0.0.1:80", "10.0.0.1"),
        ("A" * 70 + ".example", "a" * 70 + ".example"),
    ],
)
def test_two_spellings_are_one_host(one: str, other: str) -> None:
    """Port, case, final dot and the names of loopback make no difference."""
    assert host_key(one) == host_key(other)


def test_empty_entries_allow_nothing() -> None:
    """An empty entry, as a trailing comma leaves, is no host."""
    assert frozenset({"a.example"}) == allowed_hosts(["", " ", "a.example:80"])


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A resolver that knows the names put here: a list of addresses, or a function that returns one."""
    known: dict[str, Any] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: Any, **more: Any) -> Any:
        found = known.get(host)
        if found is None:
            return real(host, port, socket.AF_UNSPEC, socket.SOCK_STREAM, 0, socket.AI_NUMERICHOST)
        addresses = found() if callable(found) else found
        return [_place(address, port) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def _place(address: str, port: int) -> tuple[Any, ...]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that sockets were asked to connect to; none of them answers."""
    seen: list[str] = []

    def refuse(_sock: socket.socket, address: tuple[Any, ...]) -> None:
        seen.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    return seen


SPELLINGS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/",
    "http://127.0.0.2:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0x7F.1:{port}/",
    "http://017700000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0177.0x0.1:{port}/",
    "http://00000177.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0x0:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[::ffff:0:127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[64:ff9b:1::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[::1%25lo]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://127%2e0%2e0%2e1:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://１２７.０.０.１:{port}/",
    "http://①②⑦.⓪.⓪.①:{port}/",
    "http://127。0。0。1:{port}/",
    "http://ⓛocalhost:{port}/",
    "http://images.example@127.0.0.1:{port}/",
    "http://images.example:80@127.0.0.1:{port}/",
    "http://images.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\@images.example/",
    "http://127.0.0.1:{port}#@images.example/",
    "http://127.0.0.1:{port}?@images.example/",
    "http://127.0.0.1:{port}/%0d%0aHost:%20images.example",
    "http://127.0.0.1:{port}\t/",
    "http://127.0.0.1\r\nHost: images.example:{port}/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:169.254.169.254]/latest/meta-data/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://0xa9fea9fe/latest/meta-data/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata/",
    "http://10.0.0.1/",
    "http://172.16.0.1/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[ff02::1]/",
    "https://127.0.0.1:{port}/",
    "https://[::1]:{port}/",
    "HTTP://127.0.0.1:{port}/",
    "http:///127.0.0.1:{port}/",
    "http:127.0.0.1:{port}/",
    "http:/127.0.0.1:{port}/",
    "//127.0.0.1:{port}/",
    " http://127.0.0.1:{port}/",
    "http://127.0.0.1:0/",
    "http://127.0.0.1:65536/",
    "http://127.0.0.1:99999999999/",
    "http://[127.0.0.1]:{port}/",
    "http://[::1/",
    "ws://127.0.0.1:{port}/",
    "ftp://127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_GET",
    "dict://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "javascript:fetch('http://127.0.0.1:{port}/')",
    "data:text/html,<script>",
    "jar:http://127.0.0.1:{port}/!/",
    "",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_reaches_a_private_server(spelling: str, names: dict[str, Any]) -> None:
    """However a private address is written, it is refused and nothing connects."""
    names["localhost"] = names["localhost."] = ["127.0.0.1"]
    with FaultServer(answer(b"secret")) as server:
        url = spelling.replace("{port}", str(server.port))

        with pytest.raises(UnsafeURLError) as caught:
            Downloader().fetch(url)

        assert 0 == server.connections
    assert caught.value.__context__ is None


@pytest.mark.parametrize("address", [one for one in NOT_PUBLIC if one[:1].isdigit() or ":" in one])
def test_a_name_that_resolves_to_a_special_address_is_refused(
    address: str, names: dict[str, Any], dialled: list[str]
) -> None:
    """A name is worth what its addresses are worth."""
    names["images.example"] = [address]

    with pytest.raises(UnsafeURLError, match="images.example"):
        Downloader().fetch("https://images.example/a.png")

    assert [] == dialled


@pytest.mark.parametrize("addresses", [["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["2606:4700::1", "::1"]])
def test_one_bad_address_spoils_a_name(addresses: list[str], names: dict[str, Any], dialled: list[str]) -> None:
    """Every address of a name is judged before any is connected to."""
    names["images.example"] = addresses

    with pytest.raises(UnsafeURLError):
        Downloader().fetch("http://images.example/")

    assert [] == dialled


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_connected_to(address: str, names: dict[str, Any], dialled: list[str]) -> None:
    """A name and a literal with a public address are not refused, and that address is dialled."""
    names["images.example"] = [address]
    literal = f"[{address}]" if ":" in address else address

    for host in ("images.example", literal):
        with pytest.raises(DownloadError) as caught:
            Downloader().fetch(f"http://{host}/")
        assert not isinstance(caught.value, UnsafeURLError)

    assert {address} == set(dialled)


@pytest.mark.parametrize("turn", range(20))
def test_a_name_that_changes_never_leads_inside(turn: int, names: dict[str, Any], dialled: list[str]) -> None:
    """A name whose answer flips between look-ups is dialled at the address that was judged."""
    answers = [["93.184.216.34"], [["127.0.0.1", "169.254.169.254", "::1", "10.0.0.1"][turn % 4]]]
    asked: list[int] = []

    def flip() -> list[str]:
        asked.append(1)
        return answers[(len(asked) + turn // 4) % 2]

    names["images.example"] = flip

    with pytest.raises(DownloadError):
        Downloader().fetch("http://images.example/")

    assert {"93.184.216.34"} >= set(dialled)
    assert len(dialled) + 1 == len(asked)


@pytest.fixture
def internet(names: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Make ``cdn.example`` a public host whose server is the loopback one of the given port."""
    connect = socket.socket.connect
    port = 0

    def reroute(sock: socket.socket, address: tuple[Any, ...]) -> None:
        connect(sock, ("127.0.0.1", port) if address[0] == "93.184.216.34" else address)

    def open_on(number: int) -> None:
        nonlocal port
        port = number

    names["cdn.example"] = ["93.184.216.34"]
    names["localhost"] = ["127.0.0.1"]
    monkeypatch.setattr(socket.socket, "connect", reroute)
    return open_on


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "169.254.169.254", "[::1]"])
@pytest.mark.parametrize("allow", [(), ("localhost",), ("localhost", "cdn.example")])
def test_a_public_host_cannot_redirect_inside(
    host: str, allow: tuple[str, ...], internet: Callable[[int], None]
) -> None:
    """A redirect from a public to a private host is refused, allowed or not, kept connection or not."""
    with FaultServer(answer(b"mine")) as inside:
        target = f"http://{host}:{inside.port}/"
        with FaultServer(redirect(target)) as outside:
            internet(outside.port)
            downloader = Downloader(allow_hosts=allow)
            if "localhost" in allow:
                downloader.fetch(f"http://localhost:{inside.port}/kept")
                downloader.fetch(f"http://127.0.0.1:{inside.port}/kept")
            before = len(inside.requests)

            with pytest.raises(UnsafeURLError):
                downloader.fetch("http://cdn.example/a.png")

            assert before == len(inside.requests)
            assert 1 == len(outside.requests)
            downloader.close()


def test_once_public_always_public(internet: Callable[[int], None]) -> None:
    """A way from an allowed host over a public one back to the allowed one is refused."""
    with FaultServer(redirect("http://cdn.example/")) as inside:
        with FaultServer(redirect(f"{inside.url}/again")) as outside:
            internet(outside.port)

            with pytest.raises(UnsafeURLError):
                Downloader(allow_hosts=["localhost"]).fetch(inside.url)

        assert 1 == len(inside.requests)


def test_an_allowed_host_may_lead_outside(internet: Callable[[int], None]) -> None:
    """A redirect from an allowed private host to a public one is followed."""
    with FaultServer(answer(b"picture")) as outside, FaultServer(redirect("http://cdn.example/")) as inside:
        internet(outside.port)

        found = Downloader(allow_hosts=["127.0.0.1:9"]).fetch(inside.url)

        assert b"picture" == found.data
        assert b"Host: cdn.example" in outside.requests[0]


def test_only_the_allowed_hosts_are_allowed() -> None:
    """Allowing one private host allows no other."""
    with FaultServer(redirect("http://127.0.0.2:1/")) as server, pytest.raises(UnsafeURLError):
        Downloader(allow_hosts=["localhost"]).fetch(server.url)


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "fe80::1%lo"])
def test_an_allowed_name_does_not_reach_metadata(address: str, names: dict[str, Any], dialled: list[str]) -> None:
    """A host allowed by name may be private, but not a metadata service."""
    names["gateway.internal"] = [address]

    with pytest.raises(UnsafeURLError):
        Downloader(allow_hosts=["gateway.internal"]).fetch("http://gateway.internal/")

    assert [] == dialled


@pytest.mark.parametrize("address", ["10.0.0.5", "fd12::5", "100.64.0.5", "8.8.8.8"])
def test_an_allowed_name_may_be_private(address: str, names: dict[str, Any], dialled: list[str]) -> None:
    """A host allowed by name is dialled at its private address, on any port."""
    names["gateway.internal"] = [address]

    with pytest.raises(DownloadError, match="refused"):
        Downloader(allow_hosts=["gateway.internal:8000"]).fetch("http://gateway.internal:9000/")

    assert {address} == set(dialled)


def test_the_message_says_what_to_do() -> None:
    """The refusal names the host, its address and the setting."""
    with pytest.raises(UnsafeURLError, match=r"localhost.*(127\.0\.0\.1|::1).*allow_private_hosts") as caught:
        Downloader().fetch("http://localhost/a.png?sig=canary")

    assert "http://localhost/a.png?…" == caught.value.url
    assert "canary" not in str(caught.value)
