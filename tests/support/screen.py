"""A terminal's screen: what somebody sees of what a program has written."""

from __future__ import annotations

import re

PIECE = re.compile(
    r"\x1b\[(?P<given>[0-9;?]*)(?P<verb>[A-Za-z])|\x1b.|(?P<plain>[^\x1b])", re.DOTALL
)


def screen(written: str, columns: int = 200) -> list[str]:
    """The lines on the screen at the end, scrolled away or not, without blanks at their ends."""
    rows: list[list[str]] = [[]]
    row = column = 0
    for found in PIECE.finditer(written):
        plain, verb = found["plain"], found["verb"]
        given = found["given"] or ""
        count = int(given) if given.isdecimal() else 0
        if plain == "\n":
            row += 1
        elif plain == "\r":
            column = 0
        elif plain == "\b":
            column = max(0, column - 1)
        elif plain and plain >= " ":
            if column >= columns:
                row, column = row + 1, 0
            rows += [[] for _ in range(row + 1 - len(rows))]
            line = rows[row]
            line += " " * (column + 1 - len(line))
            line[column] = plain
            column += 1
        elif verb == "A":
            row = max(0, row - max(1, count))
        elif verb == "B":
            row += max(1, count)
        elif verb == "G":
            column = max(1, count) - 1
        elif verb == "K" and row < len(rows):
            rows[row][:] = [] if count == 2 else rows[row][:column]
        elif verb == "J":
            del rows[row + 1 :]
        rows += [[] for _ in range(row + 1 - len(rows))]
    return ["".join(line).rstrip() for line in rows]
