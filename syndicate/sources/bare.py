"""Addresses that stand bare in the text, made links: ``https://…`` and ``www.…``, and no others."""

from __future__ import annotations

import re
from html import unescape

TOKEN = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>|([^<]+)")
BARE = re.compile(
    r"(?<![\w@/.:=-])(?:https?://|www\.)(?:[\w-]+\.)+[\w-]+(?::\d+)?"
    r"(?:[/?#](?:&amp;|[^\s<>\"“”„‘’«»&])*)?",
    re.IGNORECASE,
)
TRAILING = ".,;:!?…'*_"
CLOSED = {"a", "code", "pre", "kbd", "samp"}
BRACKETS = {")": "(", "]": "[", "}": "{"}


def linked(html: str) -> str:
    """Return sanitised HTML with a link around each bare address."""
    if "://" not in html and "www." not in html.lower():
        return html
    pieces = []
    inside = 0
    for tag in TOKEN.finditer(html):
        if tag[3]:
            pieces.append(tag[0] if inside else BARE.sub(_link, tag[0]))
            continue
        if tag[2] in CLOSED:
            inside += -1 if tag[1] else 1
        pieces.append(tag[0])
    return "".join(pieces)


def _link(found: re.Match[str]) -> str:
    address = _trimmed(found[0])
    after = found[0][len(address) :]
    if "." not in address.partition("//")[2] and not address.lower().startswith("www."):
        return found[0]
    whole = address if "://" in address else f"https://{address}"
    return f'<a href="{_quoted(whole)}">{address}</a>{after}'


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        is_unopened = last in BRACKETS and address.count(last) > address.count(BRACKETS[last])
        if not (last in TRAILING or is_unopened):
            return address
        address = address[:-1]
    return address


def _quoted(address: str) -> str:
    return unescape(address).replace("&", "&amp;").replace('"', "&quot;")
