"""Links that Telegram accepts: a single invalid one makes it refuse the whole post. Pure."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address

# TDLib's parse_url and LinkManager::check_link: a host with a dot, or an IPv6 address in brackets;
# a port from 1 to 65535; in user and host what RFC 3986 allows, and letters beyond ASCII
PART = r"(?:[a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2}|[^\x00-\x7f])"
ADDRESS = re.compile(
    rf"https?://(?:{PART}*@)?(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>{PART}+?))(?::(?P<port>\d+))?"
    r"(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


def is_taken(url: str) -> bool:
    """Return whether Telegram accepts an address as a link."""
    found = ADDRESS.fullmatch(url)
    if found is None or not 0 < int(found["port"] or 1) <= 65535:
        return False
    if found["ipv6"]:
        try:
            return bool(IPv6Address(found["ipv6"]))
        except AddressValueError:
            return False
    return ":" not in found["host"] and "." in found["host"] and found["host"] != "."
