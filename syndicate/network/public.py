"""Which addresses are the public's: an article may name any, and ours is not the inside's door."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")  # RFC 8215
COMPATIBLE = IPv6Network("::/96")  # RFC 4291 2.5.5.1, given up, and still routed by some
INSIDE = (  # names that no public DNS has: RFC 6761, 6762, 8375, ICANN's .internal, and by custom
    "localhost", "local", "internal", "home.arpa", "localdomain", "lan", "intranet", "corp", "home",
    "private", "test", "invalid", "onion",
)  # fmt: skip

Site = tuple[str, int]  # a host, a port


def sites(urls: Iterable[str]) -> frozenset[Site]:
    """The hosts and ports that addresses lead to; what is no address leads nowhere."""
    return frozenset(found for url in urls if (found := site(url)))


def site(url: str) -> Site | None:
    """The host and the port that an address leads to."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme.lower(), 0)
    except ValueError:
        return None
    return (plain_host(parts.hostname), port) if parts.hostname and port else None


def plain_host(host: str) -> str:
    """A host's name in the form that names are compared in."""
    return host.strip("[]").rstrip(".").lower()


def is_public(number: str) -> bool:
    """Return True for an IP address that is everybody's; one inside of another is what counts."""
    try:
        address: IPv4Address | IPv6Address = ip_address(number.partition("%")[0])
    except ValueError:
        return False
    while isinstance(address, IPv6Address):
        if address in NAT64_LOCAL:
            return False
        inner = _within(address)
        if inner is None:
            break
        address = inner
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _within(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that packets to an IPv6 address end at."""
    if found := address.ipv4_mapped or address.sixtofour:
        return found
    if address in NAT64 or address in COMPATIBLE:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def may_be_public(host: str) -> bool:
    """Return True for a host that may be everybody's, as far as its name tells."""
    name = plain_host(host)
    number = _number(name)
    if number:
        return is_public(number)
    return "." in name and not name.endswith(tuple(f".{domain}" for domain in INSIDE))


def _number(host: str) -> str:
    """A literal address as everybody writes it, also from what the C library takes for one."""
    try:
        return str(ip_address(host.partition("%")[0]))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host))  # 127.1, 0x7f000001, 2130706433
    except (OSError, UnicodeError):
        return ""
