"""Import a list from a table of any office or program, row by row; export one as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BufferedReader
from itertools import chain, groupby, islice
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from syndicate.errors import UsageError
from syndicate.ledger import Joiner, Joining, Subscription
from syndicate.ledger.people.lists import REASONS
from syndicate.office import Office
from syndicate.subscribers.people import BATCH, Joined, Person, Remark, join, try_joining
from syndicate.subscribers.people.columns import (
    NO_VALUES,
    Columns,
    TableHead,
    is_person,
    is_row_of_person,
    without_head,
)
from syndicate.subscribers.people.csv_rows import LOOK_DOWN, Row, Rows
from syndicate.subscribers.people.formulas import escape_formulas, unescape_formulas
from syndicate.subscribers.people.leaving_words import Suppression
from syndicate.subscribers.people.suppression import (
    aside,
    column_name,
    of_file,
    of_other_cell,
    of_section,
)
from syndicate.subscribers.people.workbooks import Sheet, is_sheet
from syndicate.system.disk import opened

QUOTES = "'‘’“” \u200b\u200e\u200f\u2060\ufeff"  # a spreadsheet's, or a mail program's
EXPORTED = ("email", "name", "since", "ended", "reason", "source", "consented", "wording")
EVERYBODY = {
    Suppression.LEFT: "have unsubscribed",
    Suppression.BOUNCED: "cannot be written to",
    Suppression.UNCONFIRMED: "never subscribed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Table to be imported, and the way to read it."""

    path: Path
    columns: Mapping[str, str]  # ours -> theirs, where a column is called something else
    source: str = ""  # "" is the file's name
    wording: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Result that importing a table would have, as far as its first rows tell."""

    joined: Joined
    rows: list[tuple[Person, Joining]]  # those that can be read
    understood: Mapping[str, str]  # our columns -> theirs
    is_all: bool  # there are no more rows


def import_table(
    office: Office,
    name: str | None,
    given: Import,
    on_remark: Callable[[Remark], None] = lambda _: None,
) -> Joined:
    """Put the people of a CSV file or a workbook on a list; whoever has left it stays away.

    A row that cannot be read is reported, and the others are taken.
    """
    with _table(given) as rows:
        table = PeopleTable(rows, given, office.publisher.zone)
        return join(
            office, name, table.people(on_remark), Joined(on_remark=on_remark), again=given.again
        )


def try_table(
    office: Office,
    name: str | None,
    given: Import,
    on_remark: Callable[[Remark], None] = lambda _: None,
) -> Trial:
    """Return the result that ``import_table`` would have for the first rows, and do nothing."""
    with _table(given) as rows:
        table = PeopleTable(rows, given, office.publisher.zone)
        people, joined = table.people(on_remark), Joined(on_remark=on_remark)
        first = list(islice(people, BATCH))
        became = try_joining(office, name, first, joined, again=given.again)
        is_all = next(people, None) is None
        return Trial(joined=joined, rows=became, understood=table.head.names, is_all=is_all)


def export_csv(people: Iterable[Subscription], file: IO[str]) -> int:
    """Write everybody who is or was on a list as CSV, a line each; returns how many lines.

    Of who left and came back only the last subscription is written: an import takes whoever left at
    their word. ``people`` come by address, and each one's oldest subscription first.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(EXPORTED)
    written = 0
    for _, theirs in groupby(people, key=lambda subscription: subscription.email):
        *_, last = theirs
        cells = [
            last.email,
            last.name,
            last.since.isoformat(),
            last.ended.isoformat() if last.ended else "",
            last.reason,
            last.source,
            last.consented.isoformat() if last.consented else "",
            last.wording,
        ]
        writer.writerow(map(escape_formulas, cells))
        written += 1
    return written


class PeopleTable:
    """The people of a table, read one after another."""

    def __init__(self, rows: Rows | Sheet, given: Import, zone: ZoneInfo) -> None:
        self._rows, self._given, self._zone = rows, given, zone
        self._everybody, self._sure = of_file(given.path.name)
        self._columns = Columns(given.columns, str(given.path))
        self._below = 0  # the head's line, where something stands above it
        self._remarks: set[str] = set()
        self._section = ""  # what a row above says of all below it
        self.head = TableHead(places={})

    def people(self, on_remark: Callable[[Remark], None]) -> Iterator[Person]:
        """Yield each in turn, with remarks on the table itself."""
        numbered = self._begun(iter(self._rows))
        self._remark(on_remark)
        if self._below:
            why = "this line is read as the table's head, and the lines above it are ignored"
            on_remark(Remark(line=self._below, why=why))
        if self.head.unknown:
            names = ", ".join(map(repr, self.head.unknown))
            on_remark(Remark(line=1, why=f"unknown columns, ignored: {names}"))
        self._doubt_name()
        if self._everybody:
            words = EVERYBODY[self._everybody]
            why = f"the file's name says that all of them {words}"
            on_remark(Remark(line=1, why=why))
        for number, row, wrong in numbered:
            if wrong:
                yield Person(line=number, joiner=Joiner(email=""), wrong=wrong)
            elif any(cell.strip() for cell in row):
                yield self._person(number, row)
        self._remark(on_remark)

    def _doubt_name(self) -> None:
        """Ask about a file's name that has a word of leaving among others."""
        if self._sure:
            return
        if all(judge.is_note for judge in self.head.judges):
            raise UsageError(
                f"{self._given.path}: the name may say that those in it have left: call it"
                " unsubscribed.csv where that is so, and leave that word out where it is not"
            )
        self._everybody = None

    def _begun(self, rows: Iterator[Row]) -> Iterator[Row]:
        """Read the head, perhaps some lines down, and return the rows that are no head."""
        above: list[Row] = []
        for number, row, wrong in rows:
            if wrong:
                raise UsageError(f"{self._given.path}:{number}: {wrong}")
            if not any(cell.strip() for cell in row):
                continue
            if self._columns.is_head(row):
                self.head = self._columns.head(number, row)
                self._below = number if above else 0
                return rows
            above.append((number, row, ""))
            if len(above) == LOOK_DOWN or is_row_of_person(row):
                break
        number, row, _ = above[0] if above else (1, [], "")
        if any(map(is_person, row)) and not self._given.columns:
            self.head = without_head(row)
            return chain(above, rows)
        self.head = self._columns.head(number, row)  # says what is missing
        return chain(above[1:], rows)

    def _remark(self, on_remark: Callable[[Remark], None]) -> None:
        for remark in self._rows.remarks:
            if remark not in self._remarks:
                self._remarks.add(remark)
                on_remark(Remark(line=1, why=remark))

    def _person(self, number: int, row: list[str]) -> Person:
        cells = self.head.cells(row)
        suppression, why, moment = self._suppression(row)
        consented, wrong = None, ""
        if when := cells.get("consented"):
            consented = self._moment(when)
            if consented is None:
                wrong = f"{when[:60]!r} is not a time like 2026-05-04 or 2026-05-04T09:00:00+07:00"
        if "@" not in cells["email"]:
            self._section = f"line {number}" if of_section(row) else ""
        elif self._section and suppression in (None, Suppression.UNCONFIRMED):
            suppression = Suppression.UNKNOWN
            why = (
                f"{self._section} may say that those below it have left: put them into a table of"
                " their own, called unsubscribed.csv, or take that line out"
            )
        if suppression is Suppression.UNKNOWN:
            wrong = why
        joiner = self._joiner(cells, consented)
        if suppression in (Suppression.LEFT, Suppression.BOUNCED, Suppression.COMPLAINED):
            reason = _reason(suppression, unescape_formulas(cells.get("reason", "")))
            joiner = replace(joiner, ended=reason, ended_at=moment)
        skipped = why if suppression is Suppression.UNCONFIRMED else ""
        return Person(line=number, joiner=joiner, wrong=wrong, why=why, skipped=skipped)

    def _joiner(self, cells: Mapping[str, str], consented: datetime | None) -> Joiner:
        given = self._given
        parts = filter(None, (cells.get("first"), cells.get("last")))
        source = unescape_formulas(cells.get("source", "")) or given.source
        return Joiner(
            email=unescape_formulas(cells["email"]).strip(QUOTES),
            name=unescape_formulas(cells.get("name") or " ".join(parts)),
            source=source or f"import {given.path.name}",
            wording=unescape_formulas(cells.get("wording", "")) or given.wording,
            consented=consented,
        )

    def _suppression(self, row: list[str]) -> tuple[Suppression | None, str, datetime | None]:
        """Return the reason to keep somebody off the list, the place of it, and its date."""
        found, why, moment = self._everybody, "", None
        if found:
            why = "the file's name says so"
        for title, cell, suppression, advice in self._signs(row):
            if found is None or suppression.weight > found.weight:
                found, why = suppression, f"{title}: {cell.strip()[:60] or '(empty)'}"
                why += f": {advice}" if suppression is Suppression.UNKNOWN else ""
            moment = moment or self._moment(cell.strip())
        return found, why, moment

    def _signs(self, row: list[str]) -> Iterator[tuple[str, str, Suppression, str]]:
        """Yield the cells by which somebody left: title, cell, reason, and advice."""
        head, width = self.head, len(row)
        for judge in head.judges:
            cell = row[judge.place] if judge.place < width else ""
            cell = "" if cell in NO_VALUES else cell
            if suppression := judge.suppression(cell):
                yield judge.title, cell, suppression, judge.advice
        for place, cell in head.others(row):
            if cell and not cell.isdecimal() and (found := of_other_cell(cell)):
                title = head.titles[place] if place < len(head.titles) else ""
                yield title or column_name(place), cell, found, aside(title)

    def _moment(self, text: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=self._zone)


@contextmanager
def _table(given: Import) -> Iterator[Rows | Sheet]:
    """Open a table of any kind for its rows."""
    try:
        with opened(given.path, pipes=True) as file:
            yield _rows(file, given)
    except OSError as error:
        raise UsageError(f"{given.path}: cannot be read: {error.strerror}") from error


def _rows(file: BufferedReader, given: Import) -> Rows | Sheet:
    try:
        workbook = is_sheet(file.peek(4)[:4])
    except UsageError as error:
        raise UsageError(f"{given.path}: {error}") from error
    if workbook:
        return Sheet(file, str(given.path))
    return Rows(file, Columns(given.columns, str(given.path)).is_head)


def _reason(suppression: Suppression, exported: str) -> str:
    """Return why somebody left; our own export says it more exactly."""
    return exported if exported.startswith(REASONS) else f"{suppression}"
