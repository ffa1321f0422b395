"""Rows of a Markdown table that have more cells than its head."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

ROW_MARGIN = re.compile(r"[ >\t]*")  # a quotation's or a list's own signs


@dataclass(frozen=True, kw_only=True)
class LongRow:
    """A row, by its line from 0, and the first of the cells that Markdown drops."""

    line: int
    cells: int
    columns: int
    lost: str


def too_long(text: str, tokens: Sequence[Token]) -> Iterator[LongRow]:
    """Find the rows with cells that would be dropped; an empty one at a row's end is none."""
    lines = text.split("\n")
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        elif token.type == "th_open":
            columns += 1
        elif token.type == "tr_open" and token.map and columns:
            cells = _cells(lines[token.map[0]])
            lost = next((cell for cell in cells[columns:] if cell.strip()), "")
            if lost:
                yield LongRow(line=token.map[0], cells=len(cells), columns=columns, lost=lost)


def _cells(line: str) -> list[str]:
    cells = escapedSplit(ROW_MARGIN.sub("", line, count=1).rstrip())
    first, last = (0 if cells[0] else 1), (len(cells) if cells[-1] else -1)
    return cells[first:last]
