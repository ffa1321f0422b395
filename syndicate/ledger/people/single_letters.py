"""Letters to single people: each is claimed by one process, and committed before it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, true, update

from syndicate.ledger.database.engine import execute_counting, now, transaction
from syndicate.ledger.processes import moves
from syndicate.ledger.processes.claims import FREE, claim_of, end_dead_claims
from syndicate.ledger.processes.liveness import Processes

UNSURE = "the process that sent it died: look into the relay's log"
OVERTAKEN = "a newer version came before it was sent"
SETTLED_BY_PERSON = ("in_doubt", "refused")  # states that a person can settle
IN_DOUBT = {"state": "in_doubt", "why": UNSURE}


class SingleLetters:
    """Letters of one table, with ``id``, ``state``, ``why`` and the columns of a claim.

    ``lost`` are the values of what a dead process was sending; ``held`` matches what waits
    because its article is withheld.
    """

    def __init__(
        self, engine: Engine, processes: Processes, table: Table,
        lost: Mapping[str, str] = IN_DOUBT, held: ColumnElement[bool] | None = None,
    ) -> None:  # fmt: skip
        self.engine = engine
        self.processes = processes
        self._table, self._lost = table, lost
        self._may_go = and_(table.c.state == "due", true() if held is None else ~held)

    def begin(self, letter: int, **values: str) -> bool:
        """Claim a letter and commit that it is being sent; False where it is due no more.

        ``values`` of other columns are committed with that.
        """
        me = self.processes.me()
        with transaction(self.engine) as db:
            if moves.under_way(db, self.processes):
                return False
            taken = update(self._table).where(self._table.c.id == letter, self._may_go)
            claimed = taken.values(state="sending", **values, **claim_of(me, now(db)))
            return execute_counting(db, claimed) == 1

    def end(self, letter: int, state: str, why: str = "") -> None:
        """End a letter that this process was sending; what another one has claimed is theirs."""
        row = self._table.c
        ours = and_(row.id == letter, row.state == "sending", row.holder_id == self.processes.me())
        with transaction(self.engine) as db:
            values = {"state": state, "why": why, **FREE}
            db.execute(update(self._table).where(ours).values(**values))

    def put_off(self, letter: int, why: str) -> None:
        """Keep why this machine cannot send a letter; it stays due for one that can."""
        row = self._table.c
        due = and_(row.id == letter, row.state == "due", row.why != why)
        with transaction(self.engine) as db:
            db.execute(update(self._table).where(due).values(why=why))

    def settle(self, letter: int, state: str) -> bool:
        """Settle a letter at a person's word; False where it is neither in doubt nor refused.

        What is due can be given up.
        """
        row = self._table.c
        states = (*SETTLED_BY_PERSON, "due") if state == "off" else SETTLED_BY_PERSON
        asked = and_(row.id == letter, row.state.in_(states))
        with transaction(self.engine) as db:
            answered = update(self._table).where(asked).values(state=state, why="")
            return execute_counting(db, answered) == 1

    def end_dead_claims(self) -> int:
        """End what dead processes were sending; returns how many letters."""
        sending = self._table.c.state == "sending"
        return end_dead_claims(self.engine, self.processes, self._table, sending, self._lose, now)

    def _lose(self, db: Connection, which: ColumnElement[bool]) -> int:
        values: dict[str, Any] = {**self._lost, **FREE}
        return execute_counting(db, update(self._table).where(which).values(**values))
