"""Which addresses Telegram takes as links: one that it does not refuses the whole post. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

# TDLib's parse_url and LinkManager::check_link: a host with a dot, or an IPv6 address in brackets;
# a port from 1 to 65535; in the host only what RFC 3986 allows, and letters beyond ASCII
HOST = re.compile(r"(?:[a-z0-9._~!$&'()*+,;=-]|%[0-9a-f]{2}|[^\x00-\x7f])+", re.IGNORECASE)
IPV6 = re.compile(r"[0-9a-f:.]+", re.IGNORECASE)


def is_taken(url: str) -> bool:
    """Whether Telegram takes an address as a link."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a host or a port that is none
        return False
    if parts.scheme not in ("http", "https") or port == 0 or host in ("", "."):
        return False
    if re.search(r"[\x00-\x20\x7f]", parts.netloc) or parts.netloc.endswith(":"):
        return False
    if parts.netloc.rpartition("@")[2].startswith("["):
        return IPV6.fullmatch(host) is not None
    return "." in host and HOST.fullmatch(host) is not None
