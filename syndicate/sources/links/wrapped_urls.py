"""Addresses as the sanitiser lets them through: whatever was typed, under a scheme of our own."""

from __future__ import annotations

import re
from html import unescape

from syndicate.sources.html.tags import TAG_ATTRIBUTE
from syndicate.sources.links.targets import SCHEME

WRAPPED_SCHEME = "typed"  # a scheme whose addresses are any text at all
WRAPPED_PREFIX = f"{WRAPPED_SCHEME}:~"
# every tag; those of links and pictures have an address
TAG_WITH_ADDRESS = re.compile(
    r"""<(?:(?P<name>a|img)(?=[\s/])(?P<given>(?:"[^"]*"|'[^']*'|[^>"'])*)"""
    r"""|[a-z][a-z0-9:-]*\s(?:"[^"]*"|'[^']*'|[^>"'])*)>""",
    re.IGNORECASE,
)
UNWRAPPED = re.compile(r"""[\s/"'](?:href|src)\s*=\s*(?!["']?typed:~)[^\s>]""", re.IGNORECASE)


def carried(html: str) -> str:
    """Return HTML whose links and pictures have their addresses under the scheme ``typed:``.

    The sanitiser drops an address that it cannot read, and nobody would hear of it. It asks its
    filter about every other, carried or not: ``typed`` gives that the address to judge.
    """
    return TAG_WITH_ADDRESS.sub(_tag, html)


def typed(value: str) -> str:
    """Return an address as it was typed; one that was not carried, as it is."""
    return value.lstrip().removeprefix(WRAPPED_PREFIX)


def schemes(html: str) -> set[str]:
    """Return the schemes of addresses that are not carried, in tags that only browsers can read."""
    if not UNWRAPPED.search(html):
        return set()
    return {found.lower() for found in SCHEME.findall(unescape(html))}


def _tag(found: re.Match[str]) -> str:
    if not found["given"]:
        return found[0]
    return f"<{found['name']}{TAG_ATTRIBUTE.sub(_attribute, found['given'])}>"


def _attribute(found: re.Match[str]) -> str:
    group = next((name for name in "abc" if found[name] is not None), "")
    if not group or found["name"].lower() not in ("href", "src"):
        return found[0]
    at = found.start(group) - found.start()
    return f"{found[0][:at]}{WRAPPED_PREFIX}{found[0][at:]}"
