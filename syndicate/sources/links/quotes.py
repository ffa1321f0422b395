"""Quotation marks that were typed around an address, told from those that belong to it."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

QUOTE_SIGNS = "\"'“”„‟‘’‚‛«»‹›`<>"
OPENED_BY = {
    "”": "“„‟”",
    "“": "„“",
    "’": "‘‚‛’",
    "‘": "‚‘",
    "»": "«»",
    "«": "»«",
    "›": "‹›",
    "‹": "›‹",
    ">": "<",
    "‟": "„‟",
}
SIGN = "|".join((f"[{re.escape(QUOTE_SIGNS)}]", *map(quote, QUOTE_SIGNS)))
OPENING_QUOTE = re.compile(f"(?:{SIGN})+", re.IGNORECASE)
CLOSING_QUOTE = re.compile(f"(?:{SIGN})$", re.IGNORECASE)


def without_quotes(address: str, markdown: str) -> str:
    """Return an address without the marks typed around it; ``markdown`` is what was typed.

    None begins with one. At its end it may have one that it opens itself (``?q="kata"``), or one
    that is encoded: Markdown encodes what it reads, so the writer's own text tells which.
    """
    bare = OPENING_QUOTE.sub("", address, count=1) if OPENING_QUOTE.match(address) else address
    is_wrapped = bare != address
    while bare and (found := CLOSING_QUOTE.search(bare)):
        is_encoded = found[0].startswith("%") and address in markdown
        if _is_closing(unquote(bare)) or (is_encoded and not is_wrapped):
            break
        bare = bare[: found.start()]
    return bare


def _is_closing(text: str) -> bool:
    """Return True for a closing mark whose opening one stands before it in the same text."""
    before, last = text[:-1], text[-1]
    openers = OPENED_BY.get(last, last)
    opened = sum(map(before.count, openers))
    return opened % 2 == 1 if last in openers else opened > before.count(last)
