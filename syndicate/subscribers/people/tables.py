"""Lists as tables: in from any office's or program's, row by row; out as CSV for any other."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
from syndicate.subscribers.people import BATCH, Joined, Person, Remark, join, rehearse
from syndicate.subscribers.people.columns import (
    NO_VALUES,
    Columns,
    Head,
    is_person,
    is_row_of_person,
    without_head,
)
from syndicate.subscribers.people.csv_rows import LOOK_DOWN, Row, Rows
from syndicate.subscribers.people.formulas import inert, read_back
from syndicate.subscribers.people.leaving_words import Standing
from syndicate.subscribers.people.suppression import aside, beside, of_file, of_section, untitled
from syndicate.subscribers.people.workbooks import Sheet, is_sheet
from syndicate.system.disk import opened

QUOTES = "'‘’“” \u200b\u200e\u200f\u2060\ufeff"  # a spreadsheet's, or a mail program's
EXPORTED = ("email", "name", "since", "ended", "reason", "source", "consented", "wording")
EVERYBODY = {
    Standing.LEFT: "have unsubscribed",
    Standing.BOUNCED: "cannot be written to",
    Standing.UNCONFIRMED: "never subscribed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How a table is to be read."""

    path: Path
    columns: Mapping[str, str]  # ours -> theirs, where a column is called something else
    source: str = ""  # "" is the file's name
    wording: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What importing a table would do, as far as its first rows tell."""

    joined: Joined
    rows: list[tuple[Person, Joining]]  # those that can be read
    understood: Mapping[str, str]  # our columns -> theirs
    is_all: bool  # whether there are no more rows


def import_table(
    office: Office, name: str | None, given: Import,
    tell: Callable[[Remark], None] = lambda _: None,
) -> Joined:  # fmt: skip
    """Put the people of a CSV file or a workbook on a list; whoever has left it stays away.

    A row that cannot be read is told of, and the others are taken.
    """
    with _table(given) as rows:
        table = Table(rows, given, office.publisher.zone)
        return join(office, name, table.people(tell), Joined(tell), again=given.again)


def try_table(
    office: Office, name: str | None, given: Import,
    tell: Callable[[Remark], None] = lambda _: None,
) -> Trial:  # fmt: skip
    """Say what ``import_table`` would do with the first rows, and do nothing."""
    with _table(given) as rows:
        table = Table(rows, given, office.publisher.zone)
        people, joined = table.people(tell), Joined(tell)
        first = list(islice(people, BATCH))
        became = rehearse(office, name, first, joined, again=given.again)
        is_all = next(people, None) is None
        return Trial(
            joined=joined, rows=became, understood=table.head.understood, is_all=is_all
        )  # fmt: skip


def export_csv(people: Iterable[Subscription], file: IO[str]) -> int:
    """Write everybody who is or was on a list as CSV, a line each; returns how many lines.

    Of who left and came back only that they are on it is said: an import takes whoever left at
    their word. ``people`` come by address, and each one's oldest subscription first.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(EXPORTED)
    written = 0
    for _, theirs in groupby(people, key=lambda one: one.email):
        *_, one = theirs
        ended = one.ended.isoformat() if one.ended else ""
        cells = [one.email, one.name, one.since.isoformat(), ended, one.reason, one.source,
                 one.consented.isoformat() if one.consented else "", one.wording]  # fmt: skip
        writer.writerow(map(inert, cells))
        written += 1
    return written


class Table:
    """The people of a table, read one after another."""

    def __init__(self, rows: Rows | Sheet, given: Import, zone: ZoneInfo) -> None:
        self._rows, self._given, self._zone = rows, given, zone
        self._everybody, self._sure = of_file(given.path.name)
        self._columns = Columns(given.columns, str(given.path))
        self._below = 0  # the head's line, where something stands above it
        self._said: set[str] = set()
        self._section = ""  # what a row above says of all below it
        self.head = Head(places={})

    def people(self, tell: Callable[[Remark], None]) -> Iterator[Person]:
        """Each in turn, and remarks on the table itself where there is something to say."""
        numbered = self._begun(iter(self._rows))
        self._remark(tell)
        if self._below:
            said = "this line is taken for the head, and what stands above it is left out"
            tell(Remark(self._below, "", said))
        if self.head.unknown:
            names = ", ".join(map(repr, self.head.unknown))
            tell(Remark(1, "", f"not known, and left out: {names}"))
        self._doubt_name()
        if self._everybody:
            words = EVERYBODY[self._everybody]
            tell(Remark(1, "", f"the file's name says that all of them {words}"))
        for number, row, wrong in numbered:
            if wrong:
                yield Person(number, Joiner(email=""), wrong)
            elif any(cell.strip() for cell in row):
                yield self._person(number, row)
        self._remark(tell)

    def _doubt_name(self) -> None:
        """Ask about a file's name that has a word of leaving among others."""
        if self._sure:
            return
        if all(one.is_note for one in self.head.judges):
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

    def _remark(self, tell: Callable[[Remark], None]) -> None:
        for remark in self._rows.remarks:
            if remark not in self._said:
                self._said.add(remark)
                tell(Remark(1, "", remark))

    def _person(self, number: int, row: list[str]) -> Person:
        given, said = self._given, self.head.cells(row)
        standing, why, moment = self._standing(row)
        consented, wrong = None, ""
        if when := said.get("consented"):
            consented = self._moment(when)
            if consented is None:
                wrong = f"{when[:60]!r} is no time like 2026-05-04 or 2026-05-04T09:00:00+07:00"
        if "@" not in said["email"]:
            self._section = f"line {number}" if of_section(row) else ""
        elif self._section and standing in (None, Standing.UNCONFIRMED):
            standing = Standing.UNKNOWN
            why = (
                f"{self._section} may say that those below it have left: put them into a table of"
                " their own, called unsubscribed.csv, or take that line out"
            )
        if standing is Standing.UNKNOWN:
            wrong = why
        name = said.get("name") or " ".join(
            filter(None, (said.get("first"), said.get("last")))
        )  # fmt: skip
        is_gone = standing in (Standing.LEFT, Standing.BOUNCED, Standing.COMPLAINED)
        joiner = Joiner(
            email=read_back(said["email"]).strip(QUOTES), name=read_back(name),
            consented=consented,
            source=read_back(said.get("source", "")) or given.source
            or f"import {given.path.name}",
            wording=read_back(said.get("wording", "")) or given.wording,
            ended=_reason(standing, read_back(said.get("reason", ""))) if is_gone else "",
            ended_at=moment if is_gone else None,
        )  # fmt: skip
        skipped = why if standing is Standing.UNCONFIRMED else ""
        return Person(number, joiner, wrong, why=why, skipped=skipped)

    def _standing(self, row: list[str]) -> tuple[Standing | None, str, datetime | None]:
        """What keeps somebody away, where that stands, and since when."""
        found, why, moment = self._everybody, "", None
        if found:
            why = "the file's name says so"
        for title, cell, standing, advice in self._signs(row):
            if found is None or standing.weight > found.weight:
                found, why = standing, f"{title}: {cell.strip()[:60] or '(empty)'}"
                why += f": {advice}" if standing is Standing.UNKNOWN else ""
            moment = moment or self._moment(cell.strip())
        return found, why, moment

    def _signs(self, row: list[str]) -> Iterator[tuple[str, str, Standing, str]]:
        """What says of somebody that they left: title, cell, and what to do if it does not."""
        head, width = self.head, len(row)
        for one in head.judges:
            cell = row[one.place] if one.place < width else ""
            cell = "" if cell in NO_VALUES else cell
            if standing := one.standing(cell):
                yield one.title, cell, standing, one.advice
        for place, cell in head.others(row):
            if cell and not cell.isdecimal() and (found := beside(cell)):
                title = head.titles[place] if place < len(head.titles) else ""
                yield title or untitled(place), cell, found, aside(title)

    def _moment(self, text: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        return found if found.tzinfo else found.replace(tzinfo=self._zone)


@contextmanager
def _table(given: Import) -> Iterator[Rows | Sheet]:
    """A file's rows, whatever kind of table it is."""
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


def _reason(standing: Standing | None, said: str) -> str:
    """Why somebody left, as the ledger says it; an export of ours has said more of it."""
    return said if said.startswith(REASONS) else f"{standing}"
