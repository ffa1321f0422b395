"""URLs that Telegram accepts as links: a single invalid one makes it refuse the post. Pure."""

from __future__ import annotations

import re
from ipaddress import AddressValueError, IPv6Address

# TDLib's parse_url and LinkManager::check_link: a host with a dot, or an IPv6 address in brackets;
# a port from 1 to 65535; in user and host what RFC 3986 allows, and letters beyond ASCII
CHARACTER = r"(?:[a-z0-9._~!$&'()*+,;=:-]|%[0-9a-f]{2}|[^\x00-\x7f])"
LINK_URL = re.compile(
    rf"https?://(?:{CHARACTER}*@)?"
    rf"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<host>{CHARACTER}+?))(?::(?P<port>\d+))?"
    r"(?:[/?#].*)?",
    re.IGNORECASE | re.DOTALL,
)


def is_linkable(url: str) -> bool:
    """Return whether Telegram accepts a URL as a link."""
    parts = LINK_URL.fullmatch(url)
    if parts is None or not 0 < int(parts["port"] or 1) <= 65535:
        return False
    if parts["ipv6"]:
        try:
            return bool(IPv6Address(parts["ipv6"]))
        except AddressValueError:
            return False
    return ":" not in parts["host"] and "." in parts["host"] and parts["host"] != "."
