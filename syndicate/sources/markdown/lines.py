"""Lists, headings and tables whose signs were typed or pasted a little wrong.

Every change keeps the number of lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from syndicate.sources.characters.invisible import (
    BLANKS,
    INVISIBLE,
    SPACES,
    WIDTHLESS_RUN,
)

LINE_MARKER = r"(?:[-*+]|\d{1,9}[.)]|#{1,6})"
# signs of Markdown with a space behind them that is none to it (pasted from Word and web pages)
HARD_SPACE = re.compile(
    rf"^([ >]*{LINE_MARKER})[ {BLANKS}]*[{BLANKS}][ {BLANKS}]*",
    re.MULTILINE,
)
PASTED = re.compile(
    rf"^[ {BLANKS}]*[{BLANKS}][ {BLANKS}]*(?={LINE_MARKER}[ {BLANKS}]|#{{2,6}}\S|[|>])",
    re.MULTILINE,
)
NO_SPACE = re.compile(r"^( {0,3}#{2,6})(?=[^\s#])", re.MULTILINE)
CLOSED_HEADING = re.compile(r"^( {0,3}(?P<signs>#{2,6}) .*[^\s#])(?P=signs)[ \t]*$", re.MULTILINE)
BOX = re.compile(r"^([ >]*(?:[-*+]|\d{1,9}[.)]) +)\[([ xX])\](?= )", re.MULTILINE)
# lines that begin alike, two of them at least
DASHED = re.compile(r"^( {0,3})([-+])(?=[^\W\d_])")
STARRED = re.compile(r"^( {0,3})(\*)(?=[^\W_])(?=[^*]*$)")
BULLET_ITEM = re.compile(r"^( {0,3})[•●▪◦‣∙\uf076\uf0a7\uf0b7\uf0d8\uf0fc][ \t]*(?=\S)")
NUMBERED_ITEM = re.compile(r"^( {0,3})(\d{1,3})([.)])(?=[^\W\d_])")
LETTERED = re.compile(r"^ {0,3}([a-z])[.)] +(?=\S)")
FORCED_BREAK = re.compile(r"(?:<br ?/?>|\\| {2})[ \t]*$")
TABLE_ROW = re.compile(r" {0,3}\|?[^|\n]+(?:\|[^|\n]*)+")
IN_AN_ITEM = re.compile(r"^ *(?:[-*+]|\d{1,9}[.)]) +(?=\|)")
RULE = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*")


def understood(markdown: str) -> str:
    """Return the text with its lists, headings and tables as Markdown reads them."""
    if INVISIBLE.search(markdown):
        markdown = PASTED.sub(_indented, markdown)
        markdown = HARD_SPACE.sub(r"\1 ", markdown)
    if "##" in markdown:
        markdown = CLOSED_HEADING.sub(r"\1", NO_SPACE.sub(r"\1 ", markdown))
    if "] " in markdown:
        markdown = BOX.sub(lambda found: found[1] + "☐☑"[found[2] != " "], markdown)
    return "\n".join(_rows(_items(markdown.split("\n"))))


def _indented(found: re.Match[str]) -> str:
    """The depth of a nested item; deeper than three spaces it would be code."""
    depth = WIDTHLESS_RUN.sub("", found[0])
    return " " * min(len(depth), 3 if depth.strip(SPACES) or len(depth) > 1 else 0)


def _items(lines: list[str]) -> list[str]:
    lines = _alike(lines, DASHED, lambda found: f"{found[1]}{found[2]} ")
    lines = _alike(lines, STARRED, lambda found: f"{found[1]}{found[2]} ")
    lines = _alike(lines, BULLET_ITEM, lambda found: f"{found[1]}- ")
    lines = _alike(lines, NUMBERED_ITEM, lambda found: f"{found[1]}{found[2]}{found[3]} ", _follow)
    return _broken(lines)


def _alike(
    lines: list[str],
    pattern: re.Pattern[str],
    mended: Callable[[re.Match[str]], str],
    goes_on: Callable[[re.Match[str], re.Match[str]], bool] = lambda previous, next_: True,
) -> list[str]:
    """Mend the lines that have a sign of the same kind above or below them."""
    found = [pattern.match(line) for line in lines]
    meant = set()
    for number, (match, next_) in enumerate(pairwise(found)):
        if match and next_ and goes_on(match, next_):
            meant |= {number, number + 1}
    for number in meant:
        if here := found[number]:
            lines[number] = mended(here) + lines[number][here.end() :]
    return lines


def _follow(previous: re.Match[str], next_: re.Match[str]) -> bool:
    return int(next_[2]) == int(previous[2]) + 1 and previous[3] == next_[3]


def _broken(lines: list[str]) -> list[str]:
    """Lines that begin with letters in order, ``a.`` and ``b.``, end where they ended."""
    for number, (line, next_) in enumerate(pairwise(lines)):
        first, second = LETTERED.match(line), LETTERED.match(next_)
        is_first = first and first[1] == "a"
        is_next = second and (second[1] == "a" or (first and ord(second[1]) == ord(first[1]) + 1))
        follows = is_first or (number and lines[number - 1].endswith("\\"))
        if (
            second
            and is_next
            and line.strip()
            and not FORCED_BREAK.search(line)
            and (follows or _begins(lines, number))
        ):
            lines[number] = line.rstrip().rstrip("\\") + "\\"
    return lines


def _begins(lines: list[str], number: int) -> bool:
    """Return True where ``a.`` and ``b.`` come below this line."""
    here = [LETTERED.match(line) for line in lines[number + 1 : number + 3]]
    return [found and found[1] for found in here] == ["a", "b"]


def _rows(lines: list[str]) -> list[str]:
    """A table's second line has as many columns as its first."""
    for number, (head, rule) in enumerate(pairwise(lines)):
        if "|" in rule and "-" in rule and RULE.fullmatch(rule) and TABLE_ROW.fullmatch(head):
            columns, given = _columns(IN_AN_ITEM.sub("", head)), _columns(rule)
            if columns != given and rule.strip().startswith("|"):
                cells = rule.strip().strip("|").split("|")[:columns]
                cells += ["---"] * (columns - len(cells))
                indent = rule[: len(rule) - len(rule.lstrip())]
                lines[number + 1] = f"{indent}|{'|'.join(cells)}|"
    return lines


def _columns(row: str) -> int:
    return len(re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|")))
