"""Validation of web addresses: slashes, port and host, as browsers read them."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import unquote, urlsplit

import nh3

# nothing can be wrong with these, and most are like them
PLAIN_ADDRESS = re.compile(
    r"https?://(?:(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,20}(?!xn--)[a-z]{2,24}"
    r"(?::[1-9]\d{0,3})?(?=[/?#]|\Z)",
    re.IGNORECASE,
)
WITH_HOST = re.compile(r"(?:https?|s?ftp|ftps|rtsp|ircs?):", re.IGNORECASE)
AUTHORITY = re.compile(
    r"//(?:[^/?#\\]*@)?(?P<host>\[[^\]/?#]*\]|[^/?#\\:]*)(?::(?P<port>[^/?#\\]*))?(?=[/?#\\]|\Z)"
)
LEADING = re.compile(r"(?P<scheme>https?|ftp):(?P<slashes>(?:[/\\]|%5C)*)", re.IGNORECASE)
TWICE = re.compile(r"(?:https?:?//+)+(?=https?:?//)", re.IGNORECASE)
NO_COLON = re.compile(r"(https?)[;.,]?//+", re.IGNORECASE)
DOTTED_HOST = re.compile(
    r"(?:[^/?#\\@]*@)?(?:[\w-]+\.)+[\w-]+(?::\d+)?(?=[/?#\\]|%5C|\Z)", re.IGNORECASE
)
MOST_PORT, LONGEST_LABEL, LONGEST_HOST = 65_535, 63, 253


def with_meant_slashes(address: str, markdown: str = "") -> str:
    r"""Return an address with the slashes that were meant: ``https:\\host\x``, ``https:/host``.

    Markdown encodes the backslashes that it reads; ``markdown``, what was typed, tells those from
    the ones that were typed encoded.
    """
    if PLAIN_ADDRESS.match(address) and "\\" not in address and "%5C" not in address:
        return address
    address = TWICE.sub("", address)
    if (found := NO_COLON.match(address)) and DOTTED_HOST.match(address, found.end()):
        address = f"{found[1]}://{address[found.end() :]}"
    found = LEADING.match(address)
    if found is None:
        return address
    rest = address[found.end() :]
    if found["slashes"] != "//" and not DOTTED_HOST.match(rest):
        return address
    end = re.search(r"[?#]|\Z", rest)
    assert end is not None
    path = rest[: end.start()].replace("\\", "/")
    if "%5c" in path.lower() and "%5c" not in markdown.lower():
        path = re.sub("%5C", "/", path, flags=re.IGNORECASE)
    return f"{found['scheme']}://{path}{rest[end.start() :]}"


def why_not(address: str) -> str:
    """Return what keeps every program from opening an address; "" where nothing does."""
    if PLAIN_ADDRESS.match(address):
        return ""
    if not WITH_HOST.match(address):
        return _why_not_split(address)
    found = AUTHORITY.match(address.partition(":")[2])
    if found is None:
        return "it names no site"
    host, port = found["host"], found["port"]
    if not host:
        return "it names no site"
    if port and not (port.isascii() and port.isdigit()):
        return f"its port, {unquote(port)}, is no number"
    if port and not 0 < int(port) <= MOST_PORT:
        return f"its port, {port}, is not between 1 and {MOST_PORT}"
    return "" if _is_host(host) else f"there can be no site {unquote(host)}"


def _why_not_split(address: str) -> str:
    scheme, _, rest = address.partition(":")
    if scheme.lower() == "mailto" and not re.match(r"\?|[^@?]+(?:@|%40)[^@?]", rest):
        return "it has no mailbox"
    if scheme.lower() == "tel" and not re.search(r"\d", rest):
        return "it has no number"
    try:
        urlsplit(address)
    except ValueError:
        return "its brackets contain no IP address"
    return ""


def _is_host(host: str) -> bool:
    labels = host.removesuffix(".").split(".")
    if not host.startswith("["):
        is_short = max(map(len, labels)) <= LONGEST_LABEL and len(host) <= LONGEST_HOST
        if not (all(labels) and is_short):
            return False
    # the sanitiser leaves out what is no address by the URL standard, which browsers follow
    link = f'<a href="http://{escape(host)}/">-</a>'
    return "href" in nh3.clean(link, tags={"a"}, attributes={"a": {"href"}}, link_rel=None)
