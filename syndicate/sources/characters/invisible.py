"""Signs that nobody sees, pasted with a text: spaces of other kinds, and marks without width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

SPACES = "\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
WIDTHLESS = "\u00ad\u200b\u200e\u200f\u2060\ufeff"  # a joiner (U+200D) makes one picture of two
BLANKS = f"{SPACES}{WIDTHLESS}"
INVISIBLE = re.compile(f"[{BLANKS}]")
# joiners, too, where there are no letters
AROUND_FENCE = f"{BLANKS}\u061c\u180e\u200c\u200d\u2061-\u2064"
ODD_CHARACTERS = re.compile("[\ufffd\u202a-\u202e\ue000-\uf8ff]")
INVISIBLE_ENDS = re.compile(
    "^(?:{0})+|(?:{0})+$".format("|".join((rf"[\s{BLANKS}]", *map(quote, BLANKS)))),
    re.IGNORECASE,
)
TYPED_ADDRESS = re.compile(r"(?:\bhttps?:|\bftp:|\bwww\.)[^\s<>()\[\]]+", re.IGNORECASE)
WIDTHLESS_RUN = re.compile(f"[{WIDTHLESS}]+")
# where Markdown looks for an address
INLINE_DESTINATION = re.compile(r"(?<=\]\()[^()\n]+(?=\))")
REFERENCE_DEFINITION = re.compile(
    rf"^( {{0,3}}\[[^\[\]\n]+\]:)[ \t{BLANKS}]*[{BLANKS}][ \t{BLANKS}]*",
    re.MULTILINE,
)
ANGLED = re.compile(rf"<[{BLANKS}]+(?=https?:|mailto:|www\.)")

# a line's beginning: its indentation, a key, and what parts it from its value
KEY = re.compile(
    rf"^(?P<depth>[ \t{BLANKS}]*)(?P<dash>-[ {BLANKS}]+)?"
    rf"(?:(?P<key>[\w.]+|\"[^\"\n]*\"|'[^'\n]*')[ {BLANKS}]*:(?P<gap>[ {BLANKS}]*))?"
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
        return "which replaces a lost character (type it again)"
    if sign < "\ue000":
        return "an invisible character that reverses text (delete it)"
    return "a character of one font only, which readers see as a box (replace it)"


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
    return text.strip(f" \t\r\n{BLANKS}")


def address(typed: str) -> str:
    """Return an address without spaces and unseen signs around it, encoded ones too."""
    return INVISIBLE_ENDS.sub("", typed)


def without_in_addresses(markdown: str) -> str:
    """Return the text with its addresses freed of signs that were pasted with them."""
    if not INVISIBLE.search(markdown):
        return markdown
    markdown = INLINE_DESTINATION.sub(lambda found: found[0].strip(f" {BLANKS}"), markdown)
    markdown = ANGLED.sub("<", REFERENCE_DEFINITION.sub(r"\1 ", markdown))
    return TYPED_ADDRESS.sub(lambda found: WIDTHLESS_RUN.sub("", found[0]), markdown)
