"""Versions of an article as the ledger keeps them, without the text of those that were killed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
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
    kills = _kills(db, uri)
    return [
        _version(row, people.get((row.version, row.kind), Person()), kills)
        for row in db.execute(query)
    ]


def killed_through(db: Connection, uri: str) -> int:
    """Return the newest version that was a kill: it and all before it are not shown; 0 for none."""
    return max(_kills(db, uri), default=0)


def _kills(db: Connection, uri: str) -> set[int]:
    kill = revisions.c.kill.is_(True)
    return set(db.scalars(select(revisions.c.version).where(revisions.c.uri == uri, kill)))


def last_killed(known: Sequence[Version]) -> int:
    """Return the newest of these versions that is not shown; 0 for none."""
    return max((version.version for version in known if version.killed), default=0)


def deeds(db: Connection, uri: str) -> list[Deed]:
    """Return what people did with an article, oldest first."""
    rows = db.execute(select(acts).where(acts.c.uri == uri).order_by(acts.c.id)).all()
    kills = _kills(db, uri)
    kill = _place_of(rows, max(kills)) if kills else 0
    return [
        Deed(
            what=row.what, at=row.at, person=Person(name=row.person, account=row.account),
            version=row.version, note=row.note if n >= kill or _is_kill(row, kills) else "",
        )
        for n, row in enumerate(rows)
    ]  # fmt: skip


def _is_kill(act: Row[Any], kills: Collection[int]) -> bool:
    """Return True for the act of a kill, whose reason stays: it stood in public."""
    return act.what == "withdrawal" and act.version in kills


def _place_of(rows: Sequence[Row[Any]], version: int) -> int:
    """Return the place of the act that made a version; the end of all where none is kept."""
    return next((n for n, row in enumerate(rows) if row.version == version), len(rows))


def _version(row: Row[Any], person: Person, kills: Collection[int]) -> Version:
    last = max(kills, default=0)
    killed = row.version <= last
    return Version(
        version=row.version,
        kind=row.kind,
        at=row.recorded_at,
        note=row.note if row.version >= last or row.kill else "",
        kill=row.kill,
        killed=killed,
        person=person,
        article=None if killed else Article.from_json(json.loads(row.document)),
    )
