"""Signs that nobody sees, pasted with a text: spaces of other kinds, and marks without width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
WIDTHLESS = "\u00ad\u200b\u200e\u200f\u2060\ufeff"  # a joiner (U+200D) makes one picture of two
UNSEEN = f"{SPACES}{WIDTHLESS}"
INVISIBLE = re.compile(f"[{UNSEEN}]")
# joiners, too, where there are no letters
AROUND_FENCE = f"{UNSEEN}\u061c\u180e\u200c\u200d\u2061-\u2064"
ODD_CHARACTERS = re.compile("[\ufffd\u202a-\u202e\ue000-\uf8ff]")
INVISIBLE_ENDS = re.compile(
    "^(?:{0})+|(?:{0})+$".format("|".join((rf"[\s{UNSEEN}]", *map(quote, UNSEEN)))),
    re.IGNORECASE,
)
TYPED_ADDRESS = re.compile(r"(?:\bhttps?:|\bftp:|\bwww\.)[^\s<>()\[\]]+", re.IGNORECASE)
WIDTHLESS_RUN = re.compile(f"[{WIDTHLESS}]+")
# where Markdown looks for an address
INLINE = re.compile(r"(?<=\]\()[^()\n]+(?=\))")
DEFINED = re.compile(
    rf"^( {{0,3}}\[[^\[\]\n]+\]:)[ \t{UNSEEN}]*[{UNSEEN}][ \t{UNSEEN}]*",
    re.MULTILINE,
)
ANGLED = re.compile(rf"<[{UNSEEN}]+(?=https?:|mailto:|www\.)")

# a line's beginning: its indentation, a key, and what parts it from its value
KEY = re.compile(
    rf"^(?P<depth>[ \t{UNSEEN}]*)(?P<dash>-[ {UNSEEN}]+)?"
    rf"(?:(?P<key>[\w.]+|\"[^\"\n]*\"|'[^'\n]*')[ {UNSEEN}]*:(?P<gap>[ {UNSEEN}]*))?"
)


def odd(text: str) -> Iterator[tuple[int, str]]:
    """Yield the signs that readers see as a box, or that turn words around; lines from 0."""
    if not ODD_CHARACTERS.search(text):
        return
    for number, line in enumerate(text.split("\n")):
        for sign in sorted(set(ODD_CHARACTERS.findall(line))):
            yield number, f"the text holds U+{ord(sign):04X}, {_what(sign)}"


def _what(sign: str) -> str:
    if sign == "\ufffd":
        return "which stands for a sign that was lost (type it anew)"
    if sign < "\ue000":
        return "which is not seen and turns words around (delete it)"
    return "a sign of one font, which readers see as a box (type another one)"


def as_spaces(front: str) -> str:
    """Return a front matter whose unseen signs around keys, dashes and colons are spaces."""
    if not INVISIBLE.search(front):
        return front
    lines: list[str] = []
    depth = 0  # of the last line that has words
    opens = False  # whether it has a key and no value
    for line in front.split("\n"):
        found = KEY.match(line)
        if found and INVISIBLE.search(found[0]) and (found["key"] or found["dash"]):
            line = _spaced(found, line, nested=opens or depth > 0)
        if line.strip():
            depth = len(line) - len(line.lstrip(" "))
            opens = line.rstrip().endswith(":")
        lines.append(line)
    return "\n".join(lines)


def _spaced(found: re.Match[str], line: str, *, nested: bool) -> str:
    depth = WIDTHLESS_RUN.sub("", found["depth"])
    if not nested and not depth.strip(SPACES):
        depth = ""  # no key of the first level is indented
    dash = f"- {' ' * (len(WIDTHLESS_RUN.sub('', found['dash'])) - 2)}" if found["dash"] else ""
    key = f"{found['key']}:{' ' if found['gap'] else ''}" if found["key"] else ""
    return f"{INVISIBLE.sub(' ', depth)}{dash}{key}{line[found.end() :]}"


def without_around(text: str) -> str:
    """Return a text without white space and unseen signs around it."""
    return text.strip(f" \t\r\n{UNSEEN}")


def address(typed: str) -> str:
    """Return an address without spaces and unseen signs around it, encoded ones too."""
    return INVISIBLE_ENDS.sub("", typed)


def without_in_addresses(markdown: str) -> str:
    """Return the text with its addresses freed of signs that were pasted with them."""
    if not INVISIBLE.search(markdown):
        return markdown
    markdown = INLINE.sub(lambda found: found[0].strip(f" {UNSEEN}"), markdown)
    markdown = ANGLED.sub("<", DEFINED.sub(r"\1 ", markdown))
    return TYPED_ADDRESS.sub(lambda found: WIDTHLESS_RUN.sub("", found[0]), markdown)
