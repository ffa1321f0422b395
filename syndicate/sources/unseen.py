"""Signs that nobody sees, pasted with a text: spaces of other kinds, and marks without width."""

from __future__ import annotations

import re
from urllib.parse import quote

SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
WIDTHLESS = "\u00ad\u200b\u200e\u200f\u2060\ufeff"  # a joiner (U+200D) makes one picture of two
ANY = f"{SPACES}{WIDTHLESS}"
FOUND = re.compile(f"[{ANY}]")
ENDS = re.compile(
    "^(?:{0})+|(?:{0})+$".format("|".join((rf"[\s{ANY}]", *map(quote, ANY)))), re.IGNORECASE
)
ADDRESS = re.compile(r"(?:\bhttps?:|\bftp:|\bwww\.)[^\s<>()\[\]]+", re.IGNORECASE)
WITHIN = re.compile(f"[{WIDTHLESS}]+")
# where Markdown looks for an address
INLINE = re.compile(r"(?<=\]\()[^()\n]+(?=\))")
DEFINED = re.compile(rf"^( {{0,3}}\[[^\[\]\n]+\]:)[ \t{ANY}]*[{ANY}][ \t{ANY}]*", re.MULTILINE)
ANGLED = re.compile(rf"<[{ANY}]+(?=https?:|mailto:|www\.)")


def address(typed: str) -> str:
    """Return an address without spaces and unseen signs around it, encoded ones too."""
    return ENDS.sub("", typed)


def without_in_addresses(markdown: str) -> str:
    """Return the text with its addresses freed of signs that were pasted with them."""
    if not FOUND.search(markdown):
        return markdown
    markdown = INLINE.sub(lambda found: found[0].strip(f" {ANY}"), markdown)
    markdown = ANGLED.sub("<", DEFINED.sub(r"\1 ", markdown))
    return ADDRESS.sub(lambda found: WITHIN.sub("", found[0]), markdown)
