"""Recognise the columns of a table: ours, those about leaving, those known from other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from syndicate.errors import UsageError
from syndicate.subscribers.people.leaving_words import Suppression, normalized_words
from syndicate.subscribers.people.suppression import Judge, judge, perhaps
from syndicate.subscribers.people.titles import ColumnKind, Title, is_of_another_way, read_title

COLUMNS = {
    "email": (
        "email", "e mail", "surel", "mail", "email address", "e mail address", "alamat email",
        "alamat surel", "alamat e mail", "subscriber email", "user email", "subscriber",
        "member address", "address", "e mail 1 value", "email 1 value", "primary email",
        "primary e mail", "email 1", "e mail 1", "contact email", "recipient", "recipient email",
        "emel", "email utama", "surel utama", "email address other", "work email",
    ),
    "name": ("name", "nama", "nama lengkap", "full name", "fullname", "display name"),
    "first": ("first name", "firstname", "fname", "given name", "nama depan"),
    "last": ("last name", "lastname", "lname", "surname", "family name", "nama belakang"),
    "reason": ("reason",),  # why they left, in our own exports
    "source": ("source", "sumber"),
    "wording": ("wording", "pernyataan"),
    "consented": (
        "consented", "persetujuan", "confirm time", "optin time", "opt in time", "confirmed at",
    ),
}  # fmt: skip
FIELDS = ("email", "name", "source", "wording", "consented")
ADDRESS_IN_CELL = re.compile(r"[^\s<>@]@[^\s<>@]+\.\w")  # a person's, and in no title
PERSON = re.compile(  # nothing but an address, and perhaps its owner's name
    r"\s*(?:[^<>@]*<|['\"‘“])?\s*(?:mailto:)?[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>?(?:\s*\(.*\))?\s*"
)
NO_VALUES = {  # what programs write where there is nothing
    "#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!",
    "#ERROR!", "#N/D", "NULL", "null", "(null)", "<null>", "None", "nan", "NaN", "n/a", "N/A",
    "\\N", "-", "–", "—",
}  # fmt: skip
STATUS = "status"  # another field of --columns; "" is none, whatever their names are
ASIDE = "aside"  # another one: columns that are not about leaving
FORCED = {  # others: columns that are, and which way
    "left": Title(ColumnKind.GONE, Suppression.LEFT),
    "subscribed": Title(ColumnKind.HERE, Suppression.LEFT),
}
OTHERS = (STATUS, *FORCED, ASIDE)
EXPORTED = {  # columns that say nothing of interest here, by whose they are
    "ours": ("since",),
    "Ghost": ("id", "note", "complimentary plan", "stripe customer id", "created at", "labels",
              "tiers"),
    "Mailchimp": (
        "address", "phone number", "phone", "birthday", "member rating", "optin time",
        "confirm time", "optin ip", "confirm ip", "latitude", "longitude", "gmtoff", "dstoff",
        "timezone", "cc", "region", "last changed", "leid", "euid", "notes", "tags",
        "unsub campaign title", "unsub campaign id", "unsub reason other", "clean campaign title",
        "clean campaign id",
    ),
    "HubSpot": ("record id", "lead status", "marketing contact status", "lifecycle stage",
                "create date", "contact owner"),
    "Substack": ("active subscription", "expiry", "plan", "first payment at"),
    "listmonk": ("uuid", "attributes", "updated at", "lists"),
    "Mailman": ("mod", "hide", "ack", "not metoo", "nodupes", "digest", "plain", "language",
                "delivery mode", "moderation action", "self link", "list id", "subscription mode",
                "user"),
    "phpList": (
        "number of bounces", "number of bounces on this user", "bouncecount", "bounce count",
        "entered", "modified", "last modified", "uniqid", "unique id", "unique id for user",
        "htmlemail", "send this user html emails", "send this subscriber html emails",
        "which page was used to subscribe", "subscribepage", "rss frequency", "rssfrequency",
        "extradata", "additional data", "foreignkey", "foreign key", "optedin", "password",
        "passwordchanged", "last time password was changed", "list membership",
        "did this subscriber manually confirm",
    ),
}  # fmt: skip
NAMES_OF_EMAIL = set(COLUMNS["email"])
STATUSES = (ColumnKind.STATUS, ColumnKind.NUMBERED)
KNOWN = {name for names in EXPORTED.values() for name in names}


@dataclass(frozen=True, kw_only=True)
class TableHead:
    """Head of a table: the place of each column."""

    places: Mapping[str, int]
    judges: tuple[Judge, ...] = ()
    unknown: tuple[str, ...] = ()  # titles that mean nothing here
    titles: tuple[str, ...] = ()
    understood: frozenset[int] = (
        frozenset()
    )  # places of cells that mean something, or are put aside

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return the cells of our columns, "" where a row ends too early."""
        width = len(row)
        found = {
            ours: row[place].strip() if place < width else "" for ours, place in self.places.items()
        }
        if not NO_VALUES.isdisjoint(found.values()):
            return {ours: "" if cell in NO_VALUES else cell for ours, cell in found.items()}
        return found

    @cached_property
    def _others(self) -> tuple[int, ...]:
        return tuple(place for place in range(len(self.titles)) if place not in self.understood)

    def others(self, row: Sequence[str]) -> list[tuple[int, str]]:
        """Return the cells that mean nothing here, also beyond the head, with their places."""
        width = len(row)
        found = [(place, row[place]) for place in self._others if place < width]
        if 0 < len(self.titles) < width:
            found += enumerate(row[len(self.titles) :], len(self.titles))
        return found

    @property
    def names(self) -> dict[str, str]:
        """Return our names for columns, and theirs."""
        found = {ours: self.titles[place] for ours, place in self.places.items() if self.titles}
        if self.titles and self.judges:
            found[STATUS] = ", ".join(judge.title for judge in self.judges)
        return found


@dataclass(frozen=True)
class Columns:
    """Names given for columns: ours -> theirs."""

    given: Mapping[str, str]
    path: str  # of the table, for messages

    def is_head(self, row: Sequence[str]) -> bool:
        """Return True if a row has the title of the column with the addresses."""
        wanted = self._theirs.get("email")
        if wanted is not None:
            return wanted in (cell.strip().casefold() for cell in row)
        return not NAMES_OF_EMAIL.isdisjoint(map(normalized_words, row))

    def head(self, number: int, row: Sequence[str]) -> TableHead:
        """Read a row as a head; UsageError where it is none."""
        titles = tuple(cell.strip() for cell in row)
        places = dict(self._places(number, titles))
        if "email" not in places:
            raise UsageError(
                f"{self.path}:{number}: no column is called email (rename one, or use"
                " --columns email=ITS NAME)"
            )
        taken = set(places.values())
        judges = tuple(self._judges(titles, taken, places.get("reason")))
        understood = {*taken, *(judge.place for judge in judges), *self._aside(titles)}
        elsewhere = {place for place, title in enumerate(titles) if is_of_another_way(title)}
        unknown = tuple(
            title
            for place, title in enumerate(titles)
            if title and place not in understood and normalized_words(title) not in KNOWN
        )
        return TableHead(
            places=places,
            judges=judges,
            unknown=unknown,
            titles=titles,
            understood=frozenset(understood | elsewhere),
        )

    @cached_property
    def _theirs(self) -> dict[str, str]:
        return {ours: theirs.casefold() for ours, theirs in self.given.items() if theirs}

    def _places(self, number: int, titles: Sequence[str]) -> Iterator[tuple[str, int]]:
        folded = [title.casefold() for title in titles]
        usual = [normalized_words(title) for title in titles]
        for ours, names in COLUMNS.items():
            wanted = self._theirs.get(ours)
            if wanted is None:
                found = next((name for name in names if name in usual), None)
                if found is not None:
                    yield ours, usual.index(found)
            elif wanted in folded:
                yield ours, folded.index(wanted)
            else:
                self._missing(number, self.given[ours], titles)
        for other in OTHERS:
            for theirs in self._named(other):
                if theirs.casefold() not in folded:
                    self._missing(number, theirs, titles)

    def _named(self, other: str) -> list[str]:
        """Return the columns that were named for something besides our own, as they are given."""
        return [title for title in self.given.get(other, "").split(",") if title]

    def _judges(
        self, titles: Sequence[str], taken: set[int], reason: int | None
    ) -> Iterator[Judge]:
        aside = self._aside(titles)
        for place, title in enumerate(titles):
            forced = next((FORCED[name] for name in FORCED if self._is(name, title)), None)
            is_status = self._is(STATUS, title)
            if place in aside or (place in taken and not forced and not is_status):
                if place == reason and place not in aside:
                    yield perhaps(place, title)
                continue
            known = forced or _about(title)
            if known and known.kind in STATUSES and STATUS in self.given and not is_status:
                continue  # another one was named, or none is
            found = judge(place, title, known, is_named=is_status)
            if found is not None:
                yield found

    def _aside(self, titles: Sequence[str]) -> set[int]:
        """Return the columns put aside: by the user, or since another one is the status."""
        other = bool(self.given.get(STATUS))
        return {
            place
            for place, title in enumerate(titles)
            if self._is(ASIDE, title)
            or (other and normalized_words(title) == STATUS and not self._is(STATUS, title))
        }

    def _is(self, other: str, title: str) -> bool:
        return title.casefold() in {named.casefold() for named in self._named(other)}

    def _missing(self, number: int, title: str, titles: Sequence[str]) -> None:
        existing = ", ".join(titles) or "none"
        raise UsageError(
            f"{self.path}:{number}: no column is called {title!r} (there are {existing})"
        )


def _about(title: str) -> Title | None:
    """Read a title, where it is not known to be about something else."""
    found = read_title(title)
    is_other = normalized_words(title) in KNOWN and found and found.kind is not ColumnKind.PERHAPS
    return None if is_other else found


def is_person(cell: str) -> bool:
    """Return True if a cell holds an address, so that its row is no head."""
    return ADDRESS_IN_CELL.search(cell) is not None


def is_row_of_person(row: Sequence[str]) -> bool:
    """Return True for a person's row; False for a line above a head: ``Questions: humas@…``."""
    return any("@" in cell and PERSON.fullmatch(cell) for cell in row)


def without_head(row: Sequence[str]) -> TableHead:
    """Make the head of a table whose first row is a person: it tells where the address is."""
    email = next(place for place, cell in enumerate(row) if is_person(cell))
    judges = tuple(perhaps(place) for place in range(len(row)) if place != email)
    return TableHead(
        places={"email": email, "name": 0 if email else 1},
        judges=judges,
        understood=frozenset(range(len(row))),
    )


def parse_columns(text: str) -> dict[str, str]:
    """Parse ``email=Surel,name=Nama``; UsageError for what is neither.

    Of ``aside``, ``left`` and ``subscribed`` there may be several; a comma stands between them.
    """
    found: dict[str, str] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        ours, equals, theirs = (piece.strip() for piece in part.partition("="))
        known = ours in FIELDS or ours in OTHERS
        if not known or not equals or not (theirs or ours == STATUS):
            names = ", ".join((*FIELDS, *OTHERS))
            raise UsageError(f"--columns: {part!r} is not like email=Surel (choose from {names})")
        several = ours in found and ours in (ASIDE, *FORCED)
        found[ours] = f"{found[ours]},{theirs}" if several else theirs
    return found
