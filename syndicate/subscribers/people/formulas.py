"""Escape cells that a spreadsheet would take for a formula, whatever its delimiter, and undo it.

A formula begins where a cell begins: of a name like ``Budi;=1+1`` a spreadsheet that parts at
semicolons makes two cells. An apostrophe before the sign makes text of it (OWASP, CSV injection).
"""

from __future__ import annotations

import re

PARTS = r",;:|\t\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029"  # what some program parts cells or rows at
# behind one, what is passed over: spaces, quotes, what is not seen
BETWEEN = r"\s\"“”«»\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
# also as wide as a letter of Chinese, small, and as a minus: some programs take them for the same
SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
FIRST = rf"(?=[\t\r\n]|[{BETWEEN}]*[{SIGNS}])"  # what follows, where the cell itself is one
LATER = rf"(?P<start>[{PARTS}][{BETWEEN}]*)"
AT_FIRST, WAS_FIRST = re.compile(rf"\A(?='*{FIRST})"), re.compile(rf"\A'(?='*{FIRST})")
AFTER, WAS_AFTER = (
    re.compile(rf"{LATER}(?='*[{SIGNS}])"),
    re.compile(rf"{LATER}'(?='*[{SIGNS}])"),
)


def escape_formulas(cell: str) -> str:
    """Put an apostrophe wherever a formula may begin in a cell."""
    return AT_FIRST.sub("'", AFTER.sub(r"\g<start>'", cell))


def unescape_formulas(cell: str) -> str:
    """Undo ``escape_formulas``."""
    return WAS_AFTER.sub(r"\g<start>", WAS_FIRST.sub("", cell))
