"""Bounds of an article: more is refused at once, whatever it is made of.

Reading and rendering take time for every sign, and for some kinds of signs more than that: a text
of nothing but brackets, made to hold us up, must end as soon as any other. Each bound lies far
above what people write, and far below where a machine is busy for longer than two seconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from syndicate.text import excerpt, visible

MOST_ARTICLE_BYTES = 200_000  # of a file: 32,000 words, a book of 100 pages
MOST_FILE_LINES = 10_000  # empty ones, too
MOST_WRITTEN_LINES = (
    5_000  # with something on them: 200,000 bytes have 2,500 of them at 80 signs each
)
LONGEST_WORD_LETTERS = 4_000  # characters without a space: browsers open addresses of 2,000
LONGEST_GAP = 400  # blanks in a row, seen or not: 200 levels of a list
MOST_FRONT_CHARACTERS = (
    64_000  # characters of the front matter: a hundred pictures with long captions
)
MOST_LIST_ITEMS = 200  # items of one list of the front matter
MOST_FRONT_LEVELS = 20  # levels of the front matter's lists and tables; ours has three
LONGEST_TICKS = 50  # ` in a row: the end of each length has to be looked for
MOST_NESTED_BLOCKS = 100  # quotations and lists that one line opens in each other
MOST_BLOCK_MARKS = 5_000  # quotations and items of lists
MOST_TABLE_COLUMNS = 100  # of a table
MOST_TABLE_CELLS = 10_000  # of all tables: 1,000 rows of ten columns; more is a file to download

BESIDE_IT = "save it beside the article and write its name"
LINE_BREAK = re.compile("\r\n|\r|\n")
LONG_TICKS = re.compile(f"`{{{LONGEST_TICKS + 1}}}")
# what is written without spaces: from Thai to Chinese
SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]+"
)
GAP_CHARACTER = re.compile(
    r"[ \t\u00a0\u00ad\u1680\u2000-\u200b\u200e\u200f\u202f\u205f\u2060\u3000\ufeff]"
    rf"{{{LONGEST_GAP + 1}}}"
)
BLOCK_MARK = r"(?:>[ \t]*|(?:[-+*]|\d{1,9}[.)])[ \t]+)"  # opens a quotation, an item of a list
NESTED = re.compile(rf"[ \t]*{BLOCK_MARK}{{{MOST_NESTED_BLOCKS + 1}}}")
BLOCK_MARKS = re.compile(rf"[ \t]*{BLOCK_MARK}+")
HEAD_END = re.compile(r"[ \t>|]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*\Z")  # |---|---|
RULE_LINE = re.compile(r"[ \t]*(?:-[ \t]*)+\Z|[ \t]*(?:\*[ \t]*)+\Z|=+\Z")  # a line drawn across


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedSign:
    """One kind of signs, of which a text may have so many, and so many between two empty lines."""

    what: str
    sign: re.Pattern[str]
    most: int
    most_together: int

    def may_exceed(self, text: str) -> bool:
        """Return True where a text has to be counted line by line."""
        return len(self.sign.findall(text)) > min(self.most, self.most_together)


SIGN_BOUNDS = (
    BoundedSign(
        what="HTML tags", sign=re.compile("<(?=[A-Za-z/!?])"), most=5_000, most_together=5_000
    ),
    BoundedSign(
        what="links and pictures", sign=re.compile(r"\](?=[(\[])"), most=1_000, most_together=500
    ),
    BoundedSign(what="square brackets", sign=re.compile(r"\["), most=3_000, most_together=1_000),
    BoundedSign(
        what="addresses", sign=re.compile("://|www[.]", re.I), most=2_000, most_together=1_000
    ),
    BoundedSign(what="notes", sign=re.compile(r"\[\^"), most=1_000, most_together=1_000),
    BoundedSign(
        what="headings",
        sign=re.compile(r"^ {0,3}(?:#+|=+[ \t]*$)", re.M),
        most=1_000,
        most_together=1_000,
    ),
    BoundedSign(
        what="signs like * _ ~ `",
        sign=re.compile("[*]+|_+|~+|`+|==+|[$^]+"),
        most=6_000,
        most_together=2_000,
    ),
    BoundedSign(
        what="signs like & < { }", sign=re.compile("[&<{}]"), most=10_000, most_together=6_000
    ),
)


class BoundExceeded(Exception):
    """More than an article may hold, with the line where that shows, from 1."""

    def __init__(self, line: int, says: str) -> None:
        super().__init__(says)
        self.line = line


def refuse_bytes(data: bytes) -> None:
    """Raise BoundExceeded for a file that is too long; ``data`` need hold no more than shows it."""
    if len(data) > MOST_ARTICLE_BYTES:
        line = data.count(b"\n", 0, MOST_ARTICLE_BYTES) + 1
        most = f"{MOST_ARTICLE_BYTES // 1000} kB"
        raise BoundExceeded(line, f"the article exceeds {most} (shorten it)")


def refuse_excess(text: str) -> None:
    """Raise BoundExceeded for the first line at which a text has more of something than it may."""
    counts: list[_Count | _Blocks] = [
        _Count(kind=kind) for kind in SIGN_BOUNDS if kind.may_exceed(text)
    ]
    counts.append(_Blocks())
    written = 0
    for number, line in enumerate(LINE_BREAK.split(text), 1):
        if number > MOST_FILE_LINES:
            advice = "delete empty ones, or shorten it"
            raise BoundExceeded(number, f"more than {MOST_FILE_LINES:,} lines ({advice})")
        if not line.strip():
            for count in counts:
                count.end()
            continue
        written += 1
        if written > MOST_WRITTEN_LINES:
            raise BoundExceeded(
                number, f"more than {MOST_WRITTEN_LINES:,} lines with words (shorten it)"
            )
        if says := _wrong(line) or _most_of(counts, line):
            raise BoundExceeded(number, says)


@dataclass(slots=True, kw_only=True)
class _Count:
    """Count of one kind of signs: in all, and since the last empty line."""

    kind: BoundedSign
    total: int = 0
    together: int = 0

    def add(self, line: str) -> str:
        """Count a line's; what to say where they are too many."""
        found = len(self.kind.sign.findall(line))
        self.total += found
        self.together += found
        if self.total > self.kind.most:
            return f"more than {self.kind.most:,} {self.kind.what} (shorten it)"
        if self.together > self.kind.most_together:
            most = f"{self.kind.most_together:,} {self.kind.what}"
            return f"more than {most} without an empty line (add empty lines between its parts)"
        return ""

    def end(self) -> None:
        """Go on behind an empty line."""
        self.together = 0


@dataclass(slots=True, kw_only=True)
class _Blocks:
    """Count of cells of tables, items and quotations; a short row is filled up."""

    cells: int = 0
    columns: int = 0  # of the table that goes on
    marks: int = 0

    def add(self, line: str) -> str:
        """Count a line's; what to say where they are too many."""
        if "|" in line:
            found = line.count("|")
            if HEAD_END.match(line):
                self.columns = found
            self.cells += max(found, self.columns)
        else:
            self.cells += self.columns
        if opened := BLOCK_MARKS.match(line):
            self.marks += sum(sign in "->+*.)" for sign in opened[0])
        if self.columns > MOST_TABLE_COLUMNS:
            most = f"{MOST_TABLE_COLUMNS} columns"
            return f"a table of more than {most} (split it, or offer it as a file)"
        if self.cells > MOST_TABLE_CELLS:
            return f"tables of more than {MOST_TABLE_CELLS:,} cells (offer them as a file)"
        if self.marks > MOST_BLOCK_MARKS:
            return f"more than {MOST_BLOCK_MARKS:,} items of lists and quotations (shorten it)"
        return ""

    def end(self) -> None:
        """Go on behind an empty line."""
        self.columns = 0


def _most_of(counts: Iterable[_Count | _Blocks], line: str) -> str:
    if RULE_LINE.match(line):
        return ""
    return next(filter(None, [count.add(line) for count in counts]), "")


def _wrong(line: str) -> str:
    if len(line) > LONGEST_WORD_LETTERS and (word := _too_long(line)):
        quoted = excerpt(visible(word), 40)
        if "data:" in word:
            return f"{quoted} is a picture in the text itself ({BESIDE_IT})"
        return (
            f"'{quoted}' goes on for more than {LONGEST_WORD_LETTERS:,} characters without"
            " a space (shorten it)"
        )
    if "```" in line and LONG_TICKS.search(line):
        return f"more than {LONGEST_TICKS} ` in a row (delete some)"
    if len(line) > LONGEST_GAP and GAP_CHARACTER.search(line):
        return f"more than {LONGEST_GAP} spaces in a row (delete them)"
    if len(line) > MOST_NESTED_BLOCKS and NESTED.match(line) and not RULE_LINE.match(line):
        return "lists and quotations are nested too deeply (flatten them)"
    return ""


def _too_long(line: str) -> str:
    """A word that is none; scripts that are written without spaces are no words to us."""
    words = (word for word in line.split() if len(word) > LONGEST_WORD_LETTERS)
    parts = (part for word in words for part in SPACELESS.split(word))
    return next((part for part in parts if len(part) > LONGEST_WORD_LETTERS), "")
