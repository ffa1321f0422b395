"""Lists as CSV: in from any office's table, line by line; out for any other program."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from syndicate.errors import UsageError
from syndicate.ledger import Joiner, Subscription
from syndicate.office import Office
from syndicate.people import Joined, Person, Remark, join

DELIMITERS = ",;\t"  # the second is what a spreadsheet writes where the comma is decimal
COLUMNS = {
    "email": ("email", "e-mail", "surel", "mail"),
    "name": ("name", "nama"),
    "ended": ("ended",),
    "source": ("source", "sumber"),
    "wording": ("wording", "pernyataan"),
    "consented": ("consented", "persetujuan"),
}
FIELDS = [name for name in COLUMNS if name != "ended"]
MOST_LINES = 20  # of one row: after that its quote was never closed
MOST_CHARACTERS = 100_000  # of one row
FORMULAS = ("=", "+", "-", "@", "\t")  # they begin with one of these
EXPORTED = ("email", "name", "since", "ended", "reason", "source", "consented", "wording")


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How a table is to be read."""

    path: Path
    columns: Mapping[str, str]  # ours -> theirs, where a column is called something else
    source: str = ""  # "" is the file's name
    wording: str = ""
    again: bool = False


def columns(text: str) -> dict[str, str]:
    """Read ``email=Surel,name=Nama``; UsageError for what is neither."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        ours, equals, theirs = (said.strip() for said in part.partition("="))
        if ours not in FIELDS or not equals or not theirs:
            known = ", ".join(FIELDS)
            raise UsageError(f"--columns: {part!r} is not like email=Surel (there are {known})")
        found[ours] = theirs
    return found


def import_csv(
    office: Office, name: str | None, given: Import,
    tell: Callable[[Remark], None] = lambda _: None,
) -> Joined:  # fmt: skip
    """Put the people of a CSV file on a list; whoever has left it stays away.

    A line that cannot be read is told of, and the others are taken.
    """
    try:
        # what is not in UTF-8 is refused line by line
        with given.path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            people = _people(Rows(file), given, office.publisher.zone)
            return join(office, name, people, Joined(tell), again=given.again)
    except OSError as error:
        raise UsageError(f"{given.path}: cannot be read: {error.strerror}") from error


def export_csv(people: Iterable[Subscription], file: IO[str]) -> int:
    """Write everybody who is or was on a list as CSV; returns how many lines."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(EXPORTED)
    written = 0
    for one in people:
        ended = one.ended.isoformat() if one.ended else ""
        cells = [one.email, one.name, one.since.isoformat(), ended, one.reason, one.source,
                 one.consented.isoformat() if one.consented else "", one.wording]  # fmt: skip
        writer.writerow(map(_inert, cells))
        written += 1
    return written


class Rows:
    """A file's rows, each with the number of its first line; None for one that has no end.

    A quote that is never closed spoils its own line and no other.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._put_back: list[str] = []
        self._number = 0
        first = self._line()
        self.delimiter = max(DELIMITERS, key=first.count)
        self._return([first])

    def __iter__(self) -> Iterator[tuple[int, list[str] | None]]:
        while line := self._line():
            number = self._number
            yield number, self._row(line)

    def _row(self, line: str) -> list[str] | None:
        lines = [line] if len(line) <= MOST_CHARACTERS else []
        while sum(one.count('"') for one in lines) % 2:
            more = self._line() if len(lines) < MOST_LINES else ""
            if not more or len(more) > MOST_CHARACTERS:
                self._return(lines[1:] + ([more] if more else []))
                return None
            lines.append(more)
        if not 0 < sum(map(len, lines)) <= MOST_CHARACTERS:
            return None
        reader = csv.reader(lines, delimiter=self.delimiter)
        try:
            row = next(reader, [])
        except csv.Error:
            return None
        if reader.line_num < len(lines):  # a quote in the middle of a cell closes nothing
            self._return(lines[reader.line_num :])
        if any("@" in cell and len(cell.splitlines()) > 1 for cell in row):
            self._return(lines[1:])  # another line's quote closed it: whole people are in there
            return None
        return row

    def _line(self) -> str:
        if self._put_back:
            line = self._put_back.pop()
        else:
            line = rest = self._file.readline(MOST_CHARACTERS + 1)
            while len(rest) > MOST_CHARACTERS and not rest.endswith(("\r", "\n")):
                rest = self._file.readline(MOST_CHARACTERS + 1)
        self._number += bool(line)
        return line.replace("\0", "\ufffd")

    def _return(self, lines: list[str]) -> None:
        self._put_back += reversed(lines)
        self._number -= len(lines)


def _people(rows: Rows, given: Import, zone: ZoneInfo) -> Iterator[Person]:
    numbered = iter(rows)
    places, first = _head(next(numbered, (1, []))[1] or [], given)
    if first is not None:
        yield _person(1, first, places, given, zone)
    for number, row in numbered:
        if row is None:
            yield Person(number, Joiner(email=""), "a quote is not closed, or the line is too long")
        elif any(cell.strip() for cell in row):
            yield _person(number, row, places, given, zone)


def _head(row: list[str], given: Import) -> tuple[dict[str, int], list[str] | None]:
    """Where each of our columns is, and the first row where it is no head but a person."""
    said = [cell.strip().casefold() for cell in row]
    if any("@" in cell for cell in said) and not given.columns:
        return {"email": 0, "name": 1}, row
    places = {}
    for ours, usual in COLUMNS.items():
        wanted = [given.columns[ours].casefold()] if ours in given.columns else usual
        found = [word for word in wanted if word in said]
        if found:
            places[ours] = said.index(found[0])
        elif ours in given.columns:
            raise UsageError(
                f"{given.path}:1: no column is called {given.columns[ours]!r} (there are"
                f" {', '.join(cell.strip() for cell in row) or 'none'})"
            )
    if "email" not in places:
        raise UsageError(
            f"{given.path}:1: no column is called email (name one of them so, or say --columns"
            " email=ITS NAME)"
        )
    return places, None


def _person(
    number: int, row: list[str], places: Mapping[str, int], given: Import, zone: ZoneInfo
) -> Person:
    said = {
        ours: _read_back(row[place].strip()) if place < len(row) else ""
        for ours, place in places.items()
    }
    consented, wrong = None, ""
    if when := said.get("consented"):
        try:
            consented = datetime.fromisoformat(when)
            consented = consented if consented.tzinfo else consented.replace(tzinfo=zone)
        except ValueError:
            wrong = f"{when[:60]!r} is no time like 2026-05-04 or 2026-05-04T09:00:00+07:00"
    source = said.get("source") or given.source or f"import {given.path.name}"
    joiner = Joiner(
        email=said["email"], name=said.get("name", ""), source=source, consented=consented,
        wording=said.get("wording") or given.wording, ended=bool(said.get("ended")),
    )  # fmt: skip
    return Person(number, joiner, wrong)


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULAS) else cell


def _read_back(cell: str) -> str:
    """What ``_inert`` was given."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULAS) else cell
