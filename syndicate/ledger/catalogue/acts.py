"""Acts: who did what with an article, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from syndicate.ledger.schema import acts
from syndicate.model.person import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One deed of one person. ``uri`` is None where it is about no article."""

    what: str  # published, corrected, held, approved …
    at: datetime
    person: Person
    uri: str | None = None
    version: int | None = None  # the revision that it made, or was about
    note: str = ""


class Acts:
    """Write and read acts within a transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def record(self, act: Act) -> None:
        """Write an act down; nothing changes or deletes it."""
        row = {"uri": act.uri, "version": act.version, "what": act.what, "at": act.at}
        row |= {"person": act.person.name, "account": act.person.account, "note": act.note}
        self.db.execute(insert(acts), row)

    def of(self, uri: str) -> list[Act]:
        """Return what was done with an article, oldest first."""
        found = self.db.execute(select(acts).where(acts.c.uri == uri).order_by(acts.c.id))
        return [
            Act(
                what=row.what, at=row.at, person=Person(name=row.person, account=row.account),
                uri=row.uri, version=row.version, note=row.note,
            )
            for row in found
        ]  # fmt: skip
