"""Tables, which Telegram does not know: columns where a phone has room, else a line per cell."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from syndicate_telegram.rendering.rich_text import RichText, join_texts

PHONE_COLUMNS = 30  # characters of one width that a phone shows in a line
COLUMN_GAP = "  "
STYLES_GIVEN_UP = ("bold", "italic", "underline", "strikethrough", "code")  # in columns

Row = Sequence[RichText]


def monospace_columns(head: Row, rows: Sequence[Row]) -> RichText | None:
    """Return a table in letters of one width; None if too wide, or if a link would be lost."""
    lines = [row for row in (head, *rows) if row]
    count = max((len(row) for row in lines), default=0)
    if count < 2 or not all(_fits_column(cell) for row in lines for cell in row):
        return None
    widths = [max(_width(row, number) for row in lines) for number in range(count)]
    if sum(widths) + len(COLUMN_GAP) * (count - 1) > PHONE_COLUMNS:
        return None
    return RichText("\n".join(_padded(row, widths) for row in lines)).styled("pre")


def labelled_lines(labels: Row, values: Row) -> RichText:
    """Return a row as lines of ``label: value``; its first value names it."""
    return join_texts("\n", _cells(labels, values))


def _cells(labels: Row, values: Row) -> Iterator[RichText]:
    for number, value in enumerate(values):
        label = labels[number] if number < len(labels) else RichText()
        shown = value.styled("bold") if number == 0 and len(values) > 1 else value
        if value:
            yield join_texts(": ", (label, shown))


def _fits_column(cell: RichText) -> bool:
    return "\n" not in cell.text and all(e.kind in STYLES_GIVEN_UP for e in cell.entities)


def _width(row: Row, number: int) -> int:
    return _display_width(row[number].text) if number < len(row) else 0


def _padded(row: Row, widths: Sequence[int]) -> str:
    cells = (
        cell.text + " " * (width - _display_width(cell.text))
        for cell, width in zip(row, widths, strict=False)
    )
    return COLUMN_GAP.join(cells).rstrip()


def _display_width(text: str) -> int:
    """Return a text's width in columns: a Chinese character has two, an accent none."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
