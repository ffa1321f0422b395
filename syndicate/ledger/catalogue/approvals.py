"""Requests for approval: what was submitted, who decided on it, and what was forced."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select, true, update

from syndicate.ledger.catalogue.drafts import Drafts, StoredDraft
from syndicate.ledger.database.engine import execute_counting, insert_row
from syndicate.ledger.schema import approvals
from syndicate.model.finding import Finding
from syndicate.model.person import Person
from syndicate.system.local import shown_path

WAITING, APPROVED, REJECTED, PUBLISHED = "waiting", "approved", "rejected", "published"
ENDED, FORCED, REVIEWED = "ended", "forced", "reviewed"
CLEARED = (APPROVED, FORCED)  # states in which it may go out
NOBODY = Person()
c = approvals.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One request, and what became of it; a forced publication is one, too."""

    id: int = 0
    uri: str
    version: int  # that the revision is to have
    headline: str
    path: str
    binding: str  # fingerprint of all that is approved
    pictures: Mapping[str, str] = field(default_factory=dict)  # sha256 of other sites' by address
    findings: tuple[Finding, ...] = ()  # of the checks, when it was submitted
    due: datetime | None = None  # when it is to go out; None: when somebody publishes it
    at: datetime
    person: Person  # who submitted or forced it
    state: str
    decided: datetime | None = None
    decider: Person = NOBODY
    note: str = ""  # of the decision; why it was forced
    reminded: datetime | None = None
    deputies: datetime | None = None  # since when deputies are asked, too
    draft: int | None = None  # None: its text is kept no more

    @property
    def file(self) -> str:
        """Return its file as a person here names it, for messages."""
        return shown_path(self.path)


class Approvals:
    """Write and read requests within a transaction."""

    def __init__(self, db: Connection, drafts: Drafts) -> None:
        self.db = db
        self._drafts = drafts

    def add(self, request: Approval) -> int:
        """Keep a request; returns its number."""
        return insert_row(self.db, approvals, **_row(request))

    def decide(self, number: int, state: str, person: Person, at: datetime, note: str = "") -> bool:
        """Decide on a request that waits; False where it does no more."""
        return self._move(number, (WAITING,), state, person, at, note)

    def review(self, number: int, person: Person, at: datetime) -> bool:
        """Note that somebody has looked at what was forced; False where somebody had."""
        return self._move(number, (FORCED,), REVIEWED, person, at, None)

    def use(self, number: int) -> None:
        """Use an approval up: what it is for goes out; what was forced waits for its review."""
        here = and_(c.id == number, c.state == APPROVED)
        self.db.execute(update(approvals).where(here).values(state=PUBLISHED))

    def end(self, number: int) -> None:
        """End a request that waits or was approved: nothing comes of it any more."""
        here = and_(c.id == number, c.state.in_((WAITING, APPROVED)))
        self.db.execute(update(approvals).where(here).values(state=ENDED))

    def forget_text(self, uri: str) -> None:
        """Delete the drafts and the headlines of an article; what is scheduled goes before."""
        for request in self.of(uri):
            if request.draft is not None:
                self._drafts.delete(request.draft)
        self.db.execute(
            update(approvals).where(c.uri == uri).values(headline="", note="", findings="[]")
        )

    def drop_draft(self, request: Approval) -> None:
        """Delete the draft of a request that needs it no more."""
        if request.draft is not None:
            self._drafts.delete(request.draft)

    def mark_reminded(self, number: int, at: datetime) -> bool:
        """Note that approvers are reminded; False where they were, or it waits no more."""
        return self._mark(number, {"reminded_at": at})

    def mark_deputies(self, number: int, at: datetime) -> bool:
        """Note that deputies are asked, too; likewise."""
        return self._mark(number, {"deputies_at": at})

    def _mark(self, number: int, moment: Mapping[str, datetime]) -> bool:
        unmarked = and_(*(c[name].is_(None) for name in moment))
        here = and_(c.id == number, c.state == WAITING, unmarked)
        return execute_counting(self.db, update(approvals).where(here).values(**moment)) == 1

    def draft_of(self, request: Approval) -> StoredDraft | None:
        """Return what was submitted; None where its text is kept no more."""
        return self._drafts.read(request.draft) if request.draft is not None else None

    def read(self, number: int) -> Approval | None:
        """Return a request; None where there is none of this number."""
        return next(iter(self._found(c.id == number)), None)

    def of(self, uri: str, states: Collection[str] = ()) -> list[Approval]:
        """Return an article's requests, oldest first."""
        here = c.uri == uri
        return self._found(and_(here, c.state.in_(states)) if states else here)

    def cleared(self, uri: str, binding: str, version: int) -> Approval | None:
        """Return the approval by which exactly this may go out; None for none."""
        same = and_(c.uri == uri, c.binding == binding, c.version == version)
        found = self._found(and_(same, c.state.in_(CLEARED)))
        return found[-1] if found else None

    def all(self, states: Collection[str] = ()) -> list[Approval]:
        """Return all requests in some states, oldest first."""
        return self._found(c.state.in_(states) if states else true())

    def newest(self) -> list[Approval]:
        """Return each article's newest request."""
        return list({request.uri: request for request in self.all()}.values())

    def _move(
        self, number: int, before: Collection[str], state: str, person: Person, at: datetime,
        note: str | None,
    ) -> bool:  # fmt: skip
        here = and_(c.id == number, c.state.in_(before))
        values: dict[str, Any] = {"state": state, "decided_at": at}
        values |= {"decider": person.name, "decider_account": person.account}
        values |= {} if note is None else {"note": note}
        return execute_counting(self.db, update(approvals).where(here).values(**values)) == 1

    def _found(self, which: ColumnElement[bool]) -> list[Approval]:
        rows = self.db.execute(select(approvals).where(which).order_by(c.id))
        return [_approval(row) for row in rows]


def _row(request: Approval) -> dict[str, Any]:
    return {
        "uri": request.uri,
        "version": request.version,
        "draft_id": request.draft,
        "headline": request.headline,
        "path": request.path,
        "binding": request.binding,
        "pictures": json.dumps(dict(request.pictures), sort_keys=True),
        "findings": json.dumps([asdict(replace(found, fix=None)) for found in request.findings]),
        "due_at": request.due,
        "at": request.at,
        "person": request.person.name,
        "account": request.person.account,
        "state": request.state,
        "note": request.note,
    }


def _approval(row: Any) -> Approval:
    return Approval(
        id=row.id,
        uri=row.uri,
        version=row.version,
        headline=row.headline,
        path=row.path,
        binding=row.binding,
        pictures=json.loads(row.pictures),
        findings=tuple(Finding(**found) for found in json.loads(row.findings)),
        due=row.due_at,
        at=row.at,
        person=Person(name=row.person, account=row.account),
        state=row.state,
        decided=row.decided_at,
        decider=Person(name=row.decider, account=row.decider_account),
        note=row.note,
        reminded=row.reminded_at,
        deputies=row.deputies_at,
        draft=row.draft_id,
    )
