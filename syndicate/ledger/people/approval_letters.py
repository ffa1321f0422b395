"""Letters to approvers: they ask for a decision, by a token that is kept as a hash alone."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Engine, and_, insert, select, update

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people.single_letters import SingleLetters
from syndicate.ledger.processes.liveness import Processes
from syndicate.ledger.schema import approval_letters

ASK, REMIND = "ask", "remind"  # what the letters with a token are about
TOKEN_BYTES = 16
OPEN = ("due", "sending", "in_doubt", "refused")  # states in which somebody has to do something
a = approval_letters.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLetter:
    """One letter to one approver."""

    id: int
    approval: int  # the request
    approver: str
    about: str  # ask, remind; else why an answer did not count
    at: datetime
    state: str
    why: str


class ApprovalLetters(SingleLetters):
    """Letters to approvers of one ledger: due, sent."""

    def __init__(self, engine: Engine, processes: Processes) -> None:
        super().__init__(engine, processes, approval_letters)

    def book(self, db: Connection, approval: int, approver: str, about: str, at: datetime) -> bool:
        """Make a letter due; False if there was one of this matter, which is never sent again."""
        here = and_(a.approval_id == approval, a.approver == approver, a.about == about)
        if db.scalar(select(a.id).where(here)) is not None:
            return False
        row = {"approval_id": approval, "approver": approver, "about": about, "at": at}
        db.execute(insert(approval_letters).values(**row, state="due"))
        return True

    def call_off(self, db: Connection, approval: int, why: str) -> None:
        """Call off what is due of a request that is over; answers to letters still go out."""
        asks = and_(a.approval_id == approval, a.about.in_((ASK, REMIND)), a.state == "due")
        db.execute(update(approval_letters).where(asks).values(state="off", why=why))

    def begin_with_token(self, letter: int) -> str:
        """Claim a letter and give it a new token; "" where it is due no more.

        A letter that is begun again has not left before: no other token of it is anywhere.
        """
        token = token_hex(TOKEN_BYTES)
        return token if self.begin(letter, token_hash=token_hash(token)) else ""

    def due(self) -> list[ApprovalLetter]:
        """Return the letters that are due, those last that were put off before."""
        with transaction(self.engine, reads=True) as db:
            query = select(approval_letters).where(a.state == "due")
            return [_letter(row) for row in db.execute(query.order_by(a.why != "", a.id))]


def token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def letter_of(db: Connection, token: str) -> ApprovalLetter | None:
    """Return the letter whose token this is; None for nobody's."""
    wanted = token_hash(token)
    for row in db.execute(select(approval_letters).where(a.token_hash == wanted)):
        if hmac.compare_digest(row.token_hash, wanted):
            return _letter(row)
    return None


def letters_about(
    db: Connection, *, approval: int | None = None, states: Collection[str] = ()
) -> list[ApprovalLetter]:
    """Return letters to approvers, oldest first: of one request, or in some states."""
    query = select(approval_letters).order_by(a.id)
    if approval is not None:
        query = query.where(a.approval_id == approval)
    if states:
        query = query.where(a.state.in_(states))
    return [_letter(row) for row in db.execute(query)]


def _letter(row: Any) -> ApprovalLetter:
    return ApprovalLetter(
        id=row.id, approval=row.approval_id, approver=row.approver, about=row.about, at=row.at,
        state=row.state, why=row.why,
    )  # fmt: skip
