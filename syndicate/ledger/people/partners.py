"""Partners: what they have of each article, and the letters that tell them what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, insert, select, update

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people.single_letters import OVERTAKEN, SingleLetters
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.processes.withheld import is_withheld
from syndicate.ledger.schema import partner_letters

KNOWN = ("noted", "sent")  # states in which a partner has a version
OPEN = ("due", "sending", "in_doubt", "refused")  # states in which somebody has to do something
p = partner_letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLetter:
    """One version of an article at one partner."""

    id: int
    partner: str
    uri: str
    version: int
    at: datetime
    state: str
    why: str


class Partners(SingleLetters):
    """Letters to partners of one ledger: noted, due, sent."""

    def __init__(self, engine: Engine, processes: Processes) -> None:
        super().__init__(engine, processes, partner_letters, held=is_withheld(p.uri))

    def holding(self, db: Connection, uri: str) -> set[str]:
        """Return the partners that got an article, or are to be told of it."""
        return set(db.scalars(select(p.partner).where(p.uri == uri)))

    def note(self, db: Connection, partner: str, uri: str, version: int, at: datetime) -> None:
        """Note that a partner has a version of an article, without a letter."""
        self._add(db, partner, uri, version, at, "noted")

    def book(self, db: Connection, partner: str, uri: str, version: int, at: datetime) -> bool:
        """Make a letter of a version due, and call off those of older ones; False if it was."""
        if not self._add(db, partner, uri, version, at, "due"):
            return False
        older = and_(p.partner == partner, p.uri == uri, p.version < version, p.state == "due")
        db.execute(update(partner_letters).where(older).values(state="off", why=OVERTAKEN))
        return True

    def _add(
        self, db: Connection, partner: str, uri: str, version: int, at: datetime, state: str
    ) -> bool:
        here = and_(p.partner == partner, p.uri == uri, p.version == version)
        if db.scalar(select(p.id).where(here)) is not None:
            return False
        row = {"partner": partner, "uri": uri, "version": version, "at": at, "state": state}
        db.execute(insert(partner_letters).values(**row))
        return True

    def version_before(self, db: Connection, letter: PartnerLetter) -> int:
        """Return the newest version that a partner had before a letter; 0 for none."""
        theirs = and_(p.partner == letter.partner, p.uri == letter.uri, p.state.in_(KNOWN))
        newest = select(func.max(p.version)).where(theirs, p.version < letter.version)
        return int(db.scalar(newest) or 0)

    def due(self) -> list[PartnerLetter]:
        """Return the letters that are due, those last that were put off before."""
        with transaction(self.engine, reads=True) as db:
            query = select(partner_letters).where(self._may_go).order_by(p.why != "", p.id)
            return [_letter(row) for row in db.execute(query)]


def partner_rows(
    db: Connection, *, uri: str | None = None, states: Collection[str] = ()
) -> list[PartnerLetter]:
    """Return what partners have and are told, oldest first: of one article, or in some states."""
    query = select(partner_letters).order_by(p.id)
    if uri is not None:
        query = query.where(p.uri == uri)
    if states:
        query = query.where(p.state.in_(states))
    return [_letter(row) for row in db.execute(query)]


def _letter(row: Any) -> PartnerLetter:
    return PartnerLetter(
        id=row.id, partner=row.partner, uri=row.uri, version=row.version, at=row.at,
        state=row.state, why=row.why,
    )  # fmt: skip
