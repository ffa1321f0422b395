"""Lists and the people on them: add, remove, import, export. A list is one email channel."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import IO

from email_validator import EmailNotValidError, validate_email

from syndicate.channel import Scope
from syndicate.errors import UsageError
from syndicate.ledger import Joining, Subscription
from syndicate.office import Office

BATCH = 1000
LEFT = "unsubscribed"
DELIMITERS = ",;\t"  # the second is what a spreadsheet writes where the comma is decimal
COLUMNS = {
    "email": ("email", "e-mail", "surel", "mail"),
    "name": ("name", "nama"),
    "ended": ("ended",),
}


@dataclass
class Joined:
    """What became of the addresses that were to be put on a list."""

    counts: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)  # who left before and stays away
    refused: list[str] = field(default_factory=list)  # one line each, with the reason


@dataclass(frozen=True, slots=True)
class _Person:
    """One line of a file, or one address of a command."""

    line: int
    email: str
    name: str = ""
    left: bool = False  # an export's line of somebody who had left


def list_named(office: Office, name: str | None) -> int:
    """A list's number in the ledger; without a name the only one there is."""
    there = [c for c in office.channels if c.scope is Scope.DIGEST]
    chosen = [c for c in there if name in (None, c.name)]
    if len(chosen) != 1:
        names = ", ".join(c.name for c in there) or "none"
        raise UsageError(f"--list: say which list (there are {names})")
    with office.ledger.planning() as catalogue:
        return office.remembered(catalogue, chosen[0]).id


def add(
    office: Office, name: str | None, addresses: Iterable[str], *, source: str, again: bool = False
) -> Joined:
    """Put addresses on a list."""
    people = (_Person(number, address) for number, address in enumerate(addresses, 1))
    return _join(office, name, people, source, again=again, where="address")


def import_csv(office: Office, name: str | None, path: Path) -> Joined:
    """Put the people of a CSV file on a list; whoever has left it stays away."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _join(office, name, _rows(file, path), f"import {path.name}", where=path.name)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as CSV in UTF-8: {error}") from error


def remove(office: Office, name: str | None, addresses: Iterable[str]) -> list[str]:
    """End subscriptions; returns the addresses that were on no list."""
    number, now = list_named(office, name), office.clock()
    known = {address: normal(address) for address in addresses}  # all of them, or nobody
    ended = office.ledger.lists.end
    return [said for said, email in known.items() if not ended(number, email, LEFT, now)]


def members(office: Office, name: str | None, *, ended: bool = False) -> Iterator[Subscription]:
    """Who is on a list."""
    return office.ledger.lists.on(list_named(office, name), ended=ended)


def export_csv(office: Office, name: str | None, file: IO[str]) -> int:
    """Write everybody who is or was on a list as CSV; returns how many lines."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(["email", "name", "since", "ended", "reason"])
    written = 0
    for one in members(office, name, ended=True):
        ended = one.ended.isoformat() if one.ended else ""
        cells = [one.email, one.name, one.since.isoformat(), ended, one.reason]
        writer.writerow(map(_inert, cells))
        written += 1
    return written


def normal(address: str) -> str:
    """An address in its normal form, in lower case; UsageError if it is none."""
    try:
        found = validate_email(address.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise UsageError(f"{address.strip()!r}: {error}") from error
    return found.normalized.lower()


def _join(
    office: Office, name: str | None, people: Iterable[_Person], source: str, *,
    where: str, again: bool = False,
) -> Joined:  # fmt: skip
    number, now = list_named(office, name), office.clock()
    joined, lists = Joined(), office.ledger.lists
    rows = iter(people)
    while batch := list(islice(rows, BATCH)):
        good = list(_good(batch, joined, where))
        added = lists.add(number, [(p.email, p.name) for p in good], source, now, again=again)
        for person, how in zip(good, added, strict=True):
            if person.left and how is Joining.ADDED:
                lists.end(number, person.email, LEFT, now)
                how = Joining.LEFT
            joined.counts[how] += 1
            if how is Joining.LEFT:
                joined.left.append(person.email)
    return joined


def _good(batch: Iterable[_Person], joined: Joined, where: str) -> Iterator[_Person]:
    for one in batch:
        try:
            if "@" in one.name:
                raise UsageError(f"{one.name!r} stands where a name should (one address a line)")
            yield replace(one, email=normal(one.email), name=" ".join(one.name.split()))
        except UsageError as error:
            joined.refused.append(f"{where}:{one.line}: {error}")


def _rows(file: IO[str], path: Path) -> Iterator[_Person]:
    first = file.readline()
    delimiter = max(DELIMITERS, key=first.count)
    file.seek(0)
    reader = csv.reader(file, delimiter=delimiter)
    head = [cell.strip().lower() for cell in next(reader, [])]
    if any("@" in cell for cell in head):
        file.seek(0)
        reader, head = csv.reader(file, delimiter=delimiter), ["email", "name"]
    columns = {key: _column(head, key) for key in COLUMNS}
    if columns["email"] is None:
        raise UsageError(f"{path}:1: no column is called email (name one of them so)")
    for row in reader:
        if any(cell.strip() for cell in row):
            email, name, ended = (_cell(row, columns[key]) for key in COLUMNS)
            yield _Person(reader.line_num, email, name, bool(ended))


def _column(head: list[str], key: str) -> int | None:
    return next((head.index(word) for word in COLUMNS[key] if word in head), None)


def _cell(row: list[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _inert(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell
