"""Tables in words: every value with the labels above it, whatever cells span."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

T = TypeVar("T")
MOST_SPANNED_COLUMNS, MOST_SPANNED_ROWS = (
    100,
    2000,
)  # a span that says more is a mistake, or ill meant


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Generic[T]):
    """One cell as it stands in its row."""

    content: T
    columns: int = 1
    rows: int = 1

    @classmethod
    def of(cls, content: T, given: Mapping[str, str]) -> Cell[T]:
        """A cell with the spans that its attributes give; 0 rows are all that are left."""
        if not ("rowspan" in given or "colspan" in given):
            return cls(content=content)
        rows = _span(given.get("rowspan", ""), MOST_SPANNED_ROWS)
        columns = max(1, _span(given.get("colspan", ""), MOST_SPANNED_COLUMNS))
        return cls(content=content, columns=columns, rows=rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledValue(Generic[T]):
    """One value of a row, and what stands above it, outermost first."""

    content: T
    labels: tuple[T, ...]
    spans_all: bool = False  # it is as wide as the table: a heading between rows


Row = Sequence[Cell[T]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow(Generic[T]):
    """A row as it stands: its cells, their tags (td, th), and whether it is in a ``thead``."""

    cells: Row[T]
    tags: tuple[str, ...]
    in_head: bool = False

    @property
    def is_head(self) -> bool:
        return self.in_head or ("td" not in self.tags and "th" in self.tags)

    @property
    def heads_itself(self) -> bool:
        """Return True for a first cell that is the heading of those beside it."""
        return self.tags[:1] == ("th",) and len(self.tags) > 1 and "th" not in self.tags[1:]


@dataclass(frozen=True, slots=True)
class TableLine(Generic[T]):
    """One line of a table in words.

    A ``heading`` stands over all columns; ``values`` have their labels; ``merged`` says that
    nobody could tell which label is whose for cells that span others, ``ragged`` that it is so for
    rows of different lengths, and ``cells`` follow; ``blank`` are labels that no row has a value
    for.
    """

    kind: Literal["heading", "values", "merged", "ragged", "cells", "blank"]
    values: tuple[LabelledValue[T], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TableParts(Generic[T]):
    """A table's parts."""

    titles: tuple[T, ...]
    head: Sequence[Row[T]]
    rows: Sequence[Row[T]]
    heads_rows: bool  # each row's first cell is the label of the others

    @classmethod
    def of(cls, rows: Sequence[SourceRow[T]]) -> TableParts[T]:
        width = max((sum(cell.columns for cell in row.cells) for row in rows), default=0)
        titles: list[T] = []
        head: list[Row[T]] = []
        body: list[Row[T]] = []
        for row in rows:
            is_wide = len(row.cells) == 1 and row.cells[0].columns == width > 1
            if is_wide and not (head or body):
                titles.append(row.cells[0].content)
            else:
                (head if row.is_head and not body else body).append(row.cells)
        heads_rows = not head and all(row.heads_itself for row in rows)
        return cls(titles=tuple(titles), head=head, rows=body, heads_rows=heads_rows)

    @property
    def is_plain(self) -> bool:
        """Return True for a table that can be shown in columns as it is."""
        return bool(self.rows) and not (self.head[1:] or has_spans([*self.head, *self.rows]))

    def lines(self) -> Iterator[TableLine[T]]:
        """Return the table in words, a line a row."""
        yield from (
            TableLine("heading", (LabelledValue(content=title, labels=()),))
            for title in self.titles
        )
        if not self.rows:
            yield from map(_cells, self.head)
        elif self.heads_rows and self.is_plain:
            for name, *others in self.rows:
                yield TableLine(
                    "values",
                    tuple(LabelledValue(content=c.content, labels=(name.content,)) for c in others),
                )
        elif (found := labelled_rows(self.head, self.rows)) is None:
            yield TableLine("merged" if has_spans([*self.head, *self.rows]) else "ragged")
            yield from map(_cells, (*self.head, *self.rows))
        else:
            yield from map(_valued, found)
            yield from self._blank(found)

    def _blank(self, found: Sequence[Sequence[LabelledValue[T]]]) -> Iterator[TableLine[T]]:
        used = {
            id(label) for row in found for value in row if value.content for label in value.labels
        }
        labels = (cell.content for row in self.head for cell in row)
        unused = [label for label in labels if label and id(label) not in used]
        if unused:
            yield TableLine(
                "blank", tuple(LabelledValue(content=label, labels=()) for label in unused)
            )


def _cells(row: Row[T]) -> TableLine[T]:
    return TableLine(
        "cells",
        tuple(LabelledValue(content=cell.content, labels=()) for cell in row if cell.content),
    )


def _valued(values: Sequence[LabelledValue[T]]) -> TableLine[T]:
    is_heading = len(values) == 1 and values[0].spans_all
    return TableLine("heading" if is_heading else "values", tuple(values))


def has_spans(rows: Sequence[Row[T]]) -> bool:
    return any(cell.columns > 1 or cell.rows != 1 for row in rows for cell in row)


def labelled_rows(
    head: Sequence[Row[T]], body: Sequence[Row[T]]
) -> list[list[LabelledValue[T]]] | None:
    """The rows with a label for each value; None where the spans do not fit into each other.

    A cell that spans several rows is in each of them.
    """
    if not has_spans([*head, *body]):
        return _labelled(head, body)
    placed_head, placed_body = _placed(head), _placed(body)
    if placed_head is None or placed_body is None:
        return None
    width = max((len(row) for row in placed_head), default=0)
    wide = max((len(row) for row in placed_body), default=0)
    if head and wide > width:
        return None  # some values have nothing above them
    return [_values(row, placed_head, max(width, wide)) for row in placed_body]


def _labelled(
    head: Sequence[Row[T]], body: Sequence[Row[T]]
) -> list[list[LabelledValue[T]]] | None:
    """The same where no cell spans others."""
    width = max(map(len, head), default=0)
    if head and max(map(len, body), default=0) > width:
        return None
    labels = [tuple(row[at].content for row in head if at < len(row)) for at in range(width)]
    return [
        [
            LabelledValue(content=cell.content, labels=labels[at] if head else ())
            for at, cell in enumerate(row)
        ]
        for row in body
    ]


def _placed(rows: Sequence[Row[T]]) -> list[list[Cell[T] | None]] | None:
    """Each row as what stands in its columns; None where two cells would stand in one."""
    grid: list[list[Cell[T] | None]] = [[] for _ in rows]
    taken: list[dict[int, Cell[T]]] = [{} for _ in rows]
    for number, row in enumerate(rows):
        at = 0
        for cell in row:
            while at in taken[number]:
                at += 1
            last = len(rows) if cell.rows == 0 else min(number + cell.rows, len(rows))
            for below in range(number, last):
                for column in range(at, at + cell.columns):
                    if column in taken[below]:
                        return None
                    taken[below][column] = cell
            at += cell.columns
    for number, held in enumerate(taken):
        grid[number] = [held.get(column) for column in range(max(held, default=-1) + 1)]
    return grid


def _values(
    row: Sequence[Cell[T] | None], head: Sequence[Sequence[Cell[T] | None]], width: int
) -> list[LabelledValue[T]]:
    values: list[LabelledValue[T]] = []
    at = 0
    while at < len(row):
        cell = row[at]
        end = at + 1
        while end < len(row) and cell is not None and row[end] is cell:
            end += 1
        if cell is not None:
            spans_all = end - at == width and width > 1
            labels = () if spans_all else _labels(head, at, end)
            values.append(LabelledValue(content=cell.content, labels=labels, spans_all=spans_all))
        at = end
    return values


def _labels(head: Sequence[Sequence[Cell[T] | None]], start: int, end: int) -> tuple[T, ...]:
    above = (cell for row in head for cell in row[start:end] if cell is not None)
    once = {id(cell): cell for cell in above}
    return tuple(cell.content for cell in once.values())


def _span(text: str, most: int) -> int:
    return min(int(text), most) if re.fullmatch(r"\d{1,9}", text.strip()) else 1
