"""Scheduled revisions: drafts that go out at their minute, at most one of each article."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, true, update

from syndicate.ledger.catalogue.drafts import Drafts, StoredDraft
from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.engine import execute_counting
from syndicate.ledger.schema import scheduled


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduled:
    """A draft with its time."""

    draft: StoredDraft
    due: datetime
    held: datetime | None = None  # since when it waits for a person
    why: str = ""  # why it waits
    asks: bool = False  # it waits although nobody wanted that

    @property
    def uri(self) -> str:
        return self.draft.uri


class Schedule:
    """Write and read what is coming within a transaction."""

    def __init__(self, db: Connection, drafts: Drafts) -> None:
        self.db = db
        self._drafts = drafts

    def put(self, number: int) -> None:
        """Let a stored draft go out at its time, in the place of what was scheduled before."""
        draft = self._drafts.read(number)
        assert draft is not None, "a draft is stored before it is scheduled"
        assert draft.due is not None, "what is scheduled has a time"
        self.take(draft.uri)
        row = {"uri": draft.uri, "draft_id": number, "due_at": draft.due}
        self.db.execute(insert(scheduled).values(**row))

    def take(self, uri: str) -> Scheduled | None:
        """Take an article's scheduled revision off, its draft too; returns what it was.

        None where there is none: it has gone out, or somebody else was quicker.
        """
        found = self.of(uri)
        here = scheduled.c.uri == uri
        if found is None or not execute_counting(self.db, delete(scheduled).where(here)):
            return None
        self._drafts.delete(found.draft.number)
        return found

    def of(self, uri: str) -> Scheduled | None:
        """Return what is scheduled of an article; None for nothing."""
        return next(iter(self._found(scheduled.c.uri == uri)), None)

    def among(self, uris: Iterable[str]) -> dict[str, Scheduled]:
        """Return by uri what is scheduled of these articles, where there is any."""
        which = (scheduled.c.uri.in_(batch) for batch in batches(uris))
        return {each.uri: each for here in which for each in self._found(here)}

    def all(self) -> list[Scheduled]:
        """Return everything that is coming, the next one first."""
        return self._found(true())

    def due(self, at: datetime) -> list[Scheduled]:
        """Return what is to go out by now and waits for nobody, in the order of its times."""
        return self._found(and_(scheduled.c.held_at.is_(None), scheduled.c.due_at <= at))

    def hold(self, uri: str, at: datetime, why: str = "", *, asks: bool = False) -> None:
        """Keep an article's scheduled revision back until a person says otherwise."""
        values = {"held_at": at, "held_why": why, "asks": asks}
        self.db.execute(update(scheduled).where(scheduled.c.uri == uri).values(**values))

    def release(self, uri: str, due: datetime) -> None:
        """Let it go out at its time, or at a later one where that has passed."""
        values = {"held_at": None, "held_why": "", "asks": False, "due_at": due}
        self.db.execute(update(scheduled).where(scheduled.c.uri == uri).values(**values))

    def _found(self, which: ColumnElement[bool]) -> list[Scheduled]:
        query = select(scheduled).where(which).order_by(scheduled.c.due_at, scheduled.c.draft_id)
        rows = self.db.execute(query).all()
        stored = self._drafts.of(row.draft_id for row in rows)
        return [
            Scheduled(
                draft=stored[row.draft_id], due=row.due_at, held=row.held_at, why=row.held_why,
                asks=row.asks,
            )
            for row in rows
        ]  # fmt: skip
