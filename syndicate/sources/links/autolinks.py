"""Addresses that stand bare in the text, made links: ``https://…`` and ``www.…``, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from syndicate.sources.links.url_validation import why_not

TAG_OR_TEXT = re.compile(r"<(/?)([a-z0-9]+)[^<>]*>|([^<]+)")
BARE_ADDRESS = re.compile(
    r"(?<![\w@/.:=-])(?:https?://|www\.)(?:[\w-]+\.)+[\w-]+(?::\w+)?(?![\w%|\\@-])"
    r"(?:[/?#](?:&amp;|[^\s<>\"“”„‘’«»&])*)?",
    re.IGNORECASE,
)
TRAILING_SIGNS = ".,;:!?…'*_"
UNLINKED_ELEMENTS = {"a", "code", "pre", "kbd", "samp"}
BRACKET_PAIRS = {")": "(", "]": "[", "}": "{"}


def with_autolinks(html: str, note: Callable[[str, str], object]) -> str:
    """Return sanitised HTML with a link around each bare address that programs can open.

    ``note`` is given each other one, and why it leads nowhere.
    """

    def link(found: re.Match[str]) -> str:
        address, whole = _address(found[0])
        if not whole:
            return found[0]
        if why := why_not(unescape(whole)):
            note(unescape(address), why)
            return found[0]
        return f'<a href="{_quoted(whole)}">{address}</a>{found[0][len(address) :]}'

    if "://" not in html and "www." not in html.lower():
        return html
    pieces = []
    inside = 0
    for tag in TAG_OR_TEXT.finditer(html):
        if tag[3]:
            pieces.append(tag[0] if inside else BARE_ADDRESS.sub(link, tag[0]))
            continue
        if tag[2] in UNLINKED_ELEMENTS:
            inside += -1 if tag[1] else 1
        pieces.append(tag[0])
    return "".join(pieces)


def _address(text: str) -> tuple[str, str]:
    """Return the part of a text that is the address, and the whole of it, "" for none."""
    address = _trimmed(text)
    if "." not in address.partition("//")[2] and not address.lower().startswith("www."):
        return address, ""
    return address, address if "://" in address else f"https://{address}"


def _trimmed(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    while address:
        last = address[-1]
        is_unopened = last in BRACKET_PAIRS and address.count(last) > address.count(
            BRACKET_PAIRS[last]
        )
        if not (last in TRAILING_SIGNS or is_unopened):
            return address
        address = address[:-1]
    return address


def _quoted(address: str) -> str:
    return unescape(address).replace("&", "&amp;").replace('"', "&quot;")
