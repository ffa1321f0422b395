"""Tables, which Telegram does not know: columns where a phone has room, else a line per cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from syndicate_telegram.rendering.rich_text import Rich, joined

NARROW = 30  # characters of one width that a phone shows in a line
GAP = "  "
STYLES = ("bold", "italic", "underline", "strikethrough", "code")  # given up in columns

Row = Sequence[Rich]


def columns(head: Row, rows: Sequence[Row]) -> Rich | None:
    """The table in letters of one width; None where it is too wide, or a link would be lost."""
    lines = [row for row in (head, *rows) if row]
    count = max((len(row) for row in lines), default=0)
    if count < 2 or not all(_is_bare(cell) for row in lines for cell in row):
        return None
    widths = [max(_width(row, number) for row in lines) for number in range(count)]
    if sum(widths) + len(GAP) * (count - 1) > NARROW:
        return None
    return Rich("\n".join(_line(row, widths) for row in lines)).styled("pre")


def labelled(head: Row, row: Row) -> Rich:
    """A row as lines of ``label: value``; its first value names it."""
    return joined("\n", _cells(head, row))


def _cells(head: Row, row: Row) -> Iterator[Rich]:
    for number, value in enumerate(row):
        label = head[number] if number < len(head) else Rich()
        shown = value.styled("bold") if number == 0 and len(row) > 1 else value
        if value:
            yield joined(": ", (label, shown))


def _is_bare(cell: Rich) -> bool:
    return "\n" not in cell.text and all(entity.kind in STYLES for entity in cell.entities)


def _width(row: Row, number: int) -> int:
    return _places(row[number].text) if number < len(row) else 0


def _line(row: Row, widths: Sequence[int]) -> str:
    padded = (
        cell.text + " " * (width - _places(cell.text))
        for cell, width in zip(row, widths, strict=False)
    )
    return GAP.join(padded).rstrip()


def _places(text: str) -> int:
    """Return its width in columns: a Chinese character has two, an accent none."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
