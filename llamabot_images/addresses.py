"""Which addresses a host has, and which of them are public.

A picture's address comes from somebody else's server, so that it may point into the network that this
program runs in: to a database, a router, the cloud's metadata service. Only what the registries of
IPv4 and IPv6 set aside for the public Internet counts as public, whatever way it is written.
"""

import socket
import threading
from collections.abc import Collection
from concurrent.futures import Future
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

__all__ = ["Place", "allowed_hosts", "host_key", "is_private", "is_public", "resolve"]

#: What a resolver returns: family, type, protocol, canonical name, socket address.
Place = tuple[int, int, int, str, tuple[Any, ...]]
Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Reached through the local network only: IANA's special-purpose registries, read 2026-11-20.
NOT_PUBLIC: tuple[Network, ...] = (
    IPv4Network("0.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("168.63.129.16/32"),  # Azure's WireServer: a public number, answered by the host machine
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.0.2.0/24"),
    IPv4Network("192.88.99.0/24"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),
    IPv4Network("198.51.100.0/24"),
    IPv4Network("203.0.113.0/24"),
    IPv4Network("224.0.0.0/3"),  # multicast, reserved, broadcast
    IPv6Network("2001::/23"),  # Teredo, benchmarking, ORCHID
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),
)
#: Everything outside of it is local, reserved or carries an IPv4 address.
GLOBAL_IPV6 = IPv6Network("2000::/3")
#: What a host may resolve to that the user has allowed by name.
PRIVATE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("198.18.0.0/15"),  # some VPN clients answer every name with one of these
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)
#: Metadata services inside those ranges: Amazon's over IPv6, Alibaba's.
METADATA: tuple[Address, ...] = (IPv6Address("fd00:ec2::254"), IPv4Address("100.100.100.200"))
#: Prefixes whose last 32 bits are the IPv4 address that is really reached: mapped, NAT64.
CARRIERS = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
ISATAP = 0x5EFE
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def is_public(address: str) -> bool:
    """Say whether an address is one of the public Internet.

    :param address: As a resolver returns it; IPv4 inside IPv6 is judged by the IPv4 address.
    :return: ``False`` also for what is not an address, or has a zone.
    """
    plain = _plain(address)
    if plain is None or _inside(plain, NOT_PUBLIC):
        return False
    if isinstance(plain, IPv4Address):
        return True
    return plain in GLOBAL_IPV6 and int(plain) >> 32 & 0xFDFFFFFF != ISATAP


def is_private(address: str) -> bool:
    """Say whether an address is a loopback or private one, where servers of one's own are.

    Link-local addresses, multicast and metadata services are neither public nor private.

    :param address: As a resolver returns it.
    """
    plain = _plain(address)
    return plain is not None and plain not in METADATA and _inside(plain, PRIVATE)


def host_key(host: str) -> str:
    """Return the form of a host by which it is compared.

    :param host: A name or an address, with or without ``:port``.
    :return: Lower case, without port; one word for ``localhost``, ``127.0.0.1`` and ``::1``.
    """
    name = host.strip().lower()
    if name.startswith("["):
        name = name[1:].partition("]")[0]
    elif name.count(":") == 1:
        name = name.partition(":")[0]
    name = _ascii(name.rstrip("."))
    return "localhost" if name in LOOPBACK else name


def allowed_hosts(entries: Collection[str]) -> frozenset[str]:
    """Return the keys of *entries*, empty ones left out."""
    return frozenset(filter(None, map(host_key, entries)))


def resolve(host: str, port: int, seconds: float) -> list[Place]:
    """Return where *host* may be reached; an address is its own answer.

    The system's resolver takes no time limit, so it is asked in a thread that is left behind when it
    answers too late.

    :param host: A name or an address; odd spellings such as ``0x7f.1`` are the resolver's to read.
    :param port: Port number.
    :param seconds: How long to wait.
    :raises TimeoutError: No answer in time.
    :raises OSError: The name is not known.
    """
    plain = host.rstrip(".")
    try:
        literal = ip_address(plain)
    except ValueError:
        return _ask_in_thread(host, port).result(seconds)
    if isinstance(literal, IPv4Address):
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (plain, port))]
    return [(socket.AF_INET6, socket.SOCK_STREAM, 0, "", (plain, port, 0, 0))]


def _ask_in_thread(host: str, port: int) -> "Future[list[Place]]":
    answer: Future[Any] = Future()

    def ask() -> None:
        try:
            answer.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, name="llamabot-images resolver", daemon=True).start()
    return answer


def _ascii(name: str) -> str:
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    try:
        return name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _plain(address: str) -> Address | None:
    """Unwrap IPv4 from the forms of IPv6 that lead to it; ``None`` for what cannot be judged."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv4Address):
        return found
    if found.scope_id is not None:
        return None
    carried = any(found in carrier for carrier in CARRIERS)
    return IPv4Address(int(found) & 0xFFFFFFFF) if carried else found


def _inside(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
