"""Versions of an article as the ledger keeps them, without the text of those that were killed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from syndicate.ledger.schema import acts, revisions
from syndicate.model.article import Article
from syndicate.model.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version: when, by whom, why. Of a killed one neither text nor note is shown."""

    version: int
    kind: str  # original, correction, refile, withdrawal …
    at: datetime
    note: str  # what was wrong; why withdrawn
    kill: bool  # it asked for the removal of all before it
    killed: bool  # it was removed: its text leaves the ledger no more
    person: Person
    article: Article | None  # None where it was killed


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Deed of a person with an article; of before a kill without its note."""

    what: str
    at: datetime
    person: Person
    version: int | None
    note: str


def versions(db: Connection, uri: str) -> list[Version]:
    """Return an article's versions, oldest first."""
    query = select(revisions).where(revisions.c.uri == uri).order_by(revisions.c.version)
    people = {(deed.version, deed.what): deed.person for deed in deeds(db, uri)}
    last = killed_through(db, uri)
    return [
        _version(row, people.get((row.version, row.kind), Person()), last)
        for row in db.execute(query)
    ]


def killed_through(db: Connection, uri: str) -> int:
    """Return the newest version that was a kill: it and all before it are not shown; 0 for none."""
    kill = revisions.c.kill.is_(True)
    query = select(revisions.c.version).where(revisions.c.uri == uri, kill)
    return max(db.scalars(query), default=0)


def last_killed(known: Sequence[Version]) -> int:
    """Return the newest of these versions that is not shown; 0 for none."""
    return max((version.version for version in known if version.killed), default=0)


def deeds(db: Connection, uri: str) -> list[Deed]:
    """Return what people did with an article, oldest first."""
    rows = db.execute(select(acts).where(acts.c.uri == uri).order_by(acts.c.id)).all()
    last = killed_through(db, uri)
    kill = _place_of(rows, last) if last else 0
    return [
        Deed(
            what=row.what, at=row.at, person=Person(name=row.person, account=row.account),
            version=row.version, note="" if n < kill else row.note,
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip


def _place_of(rows: Sequence[Row[Any]], version: int) -> int:
    """Return the place of the act that made a version; the end of all where none is kept."""
    return next((n for n, row in enumerate(rows) if row.version == version), len(rows))


def _version(row: Row[Any], person: Person, last: int) -> Version:
    killed = row.version <= last
    return Version(
        version=row.version,
        kind=row.kind,
        at=row.recorded_at,
        note=row.note if row.version >= last else "",
        kill=row.kill,
        killed=killed,
        person=person,
        article=None if killed else Article.from_json(json.loads(row.document)),
    )
