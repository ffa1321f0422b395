"""Read the rows of a CSV file of any encoding, delimiter and quoting."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Callable, Iterator, Sequence
from io import BufferedReader, TextIOWrapper

DELIMITERS = ",;\t|"  # the second is what a spreadsheet writes where the comma is decimal
MOST_CHARACTERS = 100_000  # of one row
MOST_LINES = 500  # of one row: after that its quote was never closed
LOOK_DOWN = 20  # lines among which the head is
LOOSE = r'"[ \t]+(?=[%s\r\n]|$)'  # a space between a quote and what ends its cell
NAMED = re.compile(r'"?sep=(.)"?', re.IGNORECASE)  # how a spreadsheet is told the delimiter
BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # first: it begins as UTF-16's does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSED = "syndicate.windows-1252"  # how what is not in UTF-8 is read
NOT_CLOSED = "a quote is not closed, or the line is too long"
UNMARKED: dict[tuple[int, ...], str] = {
    (1, 3): "utf-16-le",
    (0, 2): "utf-16-be",
}  # by where ASCII has its zeros
Row = tuple[int, list[str], str]  # its first line, its cells, why it cannot be read


class Rows:
    """A file's rows (RFC 4180), each with the number of its first line, or why it has no end.

    A quote that is never closed spoils its own line and no other: what it seems to hold is read
    again. Quoted cells may go over several lines, whatever they hold, and however many cells a row
    has.
    """

    def __init__(self, file: BufferedReader, is_head: Callable[[Sequence[str]], bool]) -> None:
        self.guessed = False  # something was not in UTF-8
        self._file = self._text(file)
        self._put_back: list[str] = []
        self._number = 0
        self.delimiter = self._delimiter(is_head)

    def __iter__(self) -> Iterator[Row]:
        while line := self._line():
            number = self._number
            cells = self._row(line)
            yield number, cells or [], "" if cells is not None else NOT_CLOSED

    @property
    def remarks(self) -> Iterator[str]:
        """Yield remarks on the file, as far as it was read."""
        if self.guessed:
            yield (
                "this is not UTF-8, and was read as Windows-1252: if names look wrong, save the"
                " table as UTF-8"
            )

    def _text(self, file: BufferedReader) -> TextIOWrapper:
        start = file.peek(4)[:4]
        for mark, encoding in BOMS:
            if start.startswith(mark):
                return TextIOWrapper(file, encoding, "replace", newline="")
        if unmarked := _unmarked(start):
            return TextIOWrapper(file, unmarked, "replace", newline="")
        if start.startswith(codecs.BOM_UTF8):  # then lines that are not are refused
            return TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="")
        codecs.register_error(GUESSED, self._guess)
        return TextIOWrapper(file, "utf-8", GUESSED, newline="")

    def _guess(self, error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeDecodeError)
        self.guessed = True
        return error.object[error.start : error.end].decode("cp1252", "replace"), error.end

    def _delimiter(self, is_head: Callable[[Sequence[str]], bool]) -> str:
        first = self._line()
        if found := NAMED.fullmatch(first.rstrip("\r\n")):
            return found[1]
        lines = [first]
        while len(lines) < LOOK_DOWN and (line := self._line()):
            lines.append(line)
        self._return(lines)
        for line in lines:
            for delimiter in DELIMITERS:
                cells = [cell.strip(' "\r\n') for cell in line.split(delimiter)]
                if len(cells) > 1 and is_head(cells):
                    return delimiter
        bare = re.sub(r'"[^"]*"', "", first)
        return max(DELIMITERS, key=bare.count)

    def _row(self, line: str) -> list[str] | None:
        if len(line) > MOST_CHARACTERS:
            return None
        if '"' not in line:
            return line.rstrip("\r\n").split(self.delimiter)
        row, taken = self._quoted(line)
        if row is None and '\\"' in taken:
            row, _ = self._quoted(line, escape="\\")
        if row is None and re.search(LOOSE % self.delimiter, taken):
            row, _ = self._quoted(line, loose=True)
        return self._alone(line) if row is None else row

    def _quoted(
        self, line: str, *, escape: str | None = None, loose: bool = False
    ) -> tuple[list[str] | None, str]:
        """Return the row that a line begins, if its quotes are closed, and the text read for it."""
        lines: list[str] = []
        texts = self._joined(line, lines)
        if loose:
            pattern = re.compile(LOOSE % self.delimiter)
            texts = (pattern.sub('"', text) for text in texts)
        try:
            return next(self._reader(texts, escape=escape, strict=True)), "".join(lines)
        except csv.Error:
            self._return(lines[1:])
            return None, "".join(lines)

    def _reader(
        self, lines: Iterator[str], *, escape: str | None = None, strict: bool = False
    ) -> Iterator[list[str]]:
        return csv.reader(
            lines, delimiter=self.delimiter, skipinitialspace=True, escapechar=escape, strict=strict
        )

    def _joined(self, line: str, lines: list[str]) -> Iterator[str]:
        """Yield a line and those after it that may be of one row; ``lines`` keeps them."""
        length = 0
        while line and len(lines) < MOST_LINES:
            lines.append(line)
            length += len(line)
            if length > MOST_CHARACTERS:
                return
            yield line
            line = self._line()
        if line:
            self._return([line])

    def _alone(self, line: str) -> list[str] | None:
        """Return the row of a line alone; None where one of its quotes is not closed."""
        asked: list[bool] = []

        def lines() -> Iterator[str]:
            yield line
            asked.append(True)

        row = next(self._reader(lines()), [])
        return None if asked else row

    def _line(self) -> str:
        if self._put_back:
            line = self._put_back.pop()
        else:
            line = rest = self._file.readline(MOST_CHARACTERS + 1)
            while len(rest) > MOST_CHARACTERS and not rest.endswith(("\r", "\n")):
                rest = self._file.readline(MOST_CHARACTERS + 1)
        self._number += bool(line)
        return line.replace("\0", "\ufffd") if "\0" in line else line

    def _return(self, lines: list[str]) -> None:
        self._put_back += reversed(lines)
        self._number -= len(lines)


def _unmarked(start: bytes) -> str:
    """Return the UTF-16 that a file without a mark is in; "" for any other encoding."""
    zeros = tuple(place for place, byte in enumerate(start) if not byte)
    return UNMARKED.get(zeros, "") if len(start) == 4 else ""
