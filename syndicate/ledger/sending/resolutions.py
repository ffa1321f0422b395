"""Deliveries settled by a person: what they saw at the destination, or what they give up."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Engine, and_, case, literal, null, select, update

from syndicate.errors import UsageError
from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.schema import attempts, deliveries
from syndicate.ledger.sending.attempts import NOTHING_THERE, Attempt, resting
from syndicate.ledger.sending.doubts import Doubts
from syndicate.ledger.sending.queue import Queue
from syndicate.ledger.sending.renditions import rendition_for
from syndicate.model.delivery import Receipt, Rendition

d = deliveries.c


class Resolutions:
    """Settle deliveries of one ledger by a person's word; every method is one transaction."""

    def __init__(self, engine: Engine, queue: Queue, doubts: Doubts) -> None:
        self.engine = engine
        self.queue = queue
        self.doubts = doubts

    def attempted(self, delivery: int) -> Rendition | None:
        """Return what the newest attempt at a delivery published or tried to publish."""
        query = (
            select(attempts.c.rendition_id, d.address)
            .join(attempts, attempts.c.id == d.attempt_id)
            .where(d.id == delivery, attempts.c.rendition_id.is_not(None))
        )
        with transaction(self.engine, reads=True) as db:
            found = db.execute(query).first()
            return rendition_for(db, found.rendition_id, found.address) if found else None

    def sent(self, delivery: int, receipt: Receipt) -> None:
        """Settle a doubtful publish that did happen; or say where what stands really is."""
        here = and_(d.id == delivery, d.state == "refused", d.wanted.is_not(None))
        seen = {"reference": receipt.reference, "url": receipt.url, "state": "due", "why": ""}
        first = d.present.is_(None)  # then it is what should be there
        present = {
            "present": case((first, d.wanted), else_=d.present),
            "present_version": case((first, d.wanted_version), else_=d.present_version),
            "destination": case((first, literal(receipt.destination)), else_=d.destination),
        }
        with transaction(self.engine) as db:
            if execute_counting(db, update(deliveries).where(here).values(**seen, **present)):
                db.execute(resting(d.id == delivery))
                return
        self.queue.end([(self._doubtful(delivery), receipt)])

    def not_sent(self, delivery: int) -> None:
        """Make a delivery due again that a person has not found, whatever was thought."""
        here = and_(d.id == delivery, d.state == "refused")
        with transaction(self.engine) as db:
            if execute_counting(db, update(deliveries).where(here).values(**NOTHING_THERE, why="")):
                db.execute(resting(d.id == delivery))
                return
        self.doubts.absent(self._doubtful(delivery))

    def give_up(self, delivery: int) -> None:
        """Let a delivery rest; not a doubtful post, which would be made again."""
        here = and_(d.id == delivery, d.state.in_(("due", "refused")))
        values = {"state": "settled", "why": "given up", "not_before": null()}
        with transaction(self.engine) as db:
            if not execute_counting(db, update(deliveries).where(here).values(**values)):
                raise UsageError(
                    f"delivery {delivery} cannot be given up: see `syndicate status`; of a post in"
                    " doubt say --sent REF or --not-sent"
                )
            followers = _followers_of(delivery)
            db.execute(update(deliveries).where(followers).values(wanted=null(), why=""))
            db.execute(resting(followers))

    def _doubtful(self, delivery: int) -> Attempt:
        with transaction(self.engine, reads=True) as db:
            row = db.execute(select(d.edition_id, d.state).where(d.id == delivery)).first()
        if row is None or row.state != "in_doubt":
            raise UsageError(f"delivery {delivery} is not in doubt: see `syndicate status`")
        doubts = self.doubts.of(row.edition_id)
        return next(attempt for attempt in doubts if attempt.delivery == delivery)


def _followers_of(delivery: int) -> ColumnElement[bool]:
    """Match what would have followed a delivery, and was not published yet."""
    other = deliveries.alias()
    this = other.c.id == delivery
    edition = select(other.c.edition_id).where(this).scalar_subquery()
    address = select(other.c.address).where(this).scalar_subquery()
    here = and_(d.edition_id == edition, d.follows == address)
    return and_(here, d.present.is_(None), d.state.in_(("due", "refused")))
