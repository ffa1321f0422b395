"""Outcomes of attempts: settled, due again, refused or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Update,
    and_,
    bindparam,
    case,
    func,
    null,
    select,
    update,
)

from syndicate.errors import DeliveryError
from syndicate.ledger.processes.claims import FREE
from syndicate.ledger.schema import Moment, attempts, deliveries
from syndicate.ledger.sending.attempts import Attempt, Ended, Verb, resting
from syndicate.ledger.sending.backoff import MOST_TRIES, back_off
from syndicate.ledger.sending.consequences import (
    DUE,
    IN_DOUBT,
    REFUSED,
    consequence_of,
    wait_of,
)
from syndicate.ledger.sending.renditions import forget_unused
from syndicate.model.delivery import Receipt

DOUBTFUL_AGAIN_AFTER = timedelta(minutes=1)  # a revise or a removal that ended in doubt

d = deliveries.c


def end_attempts(db: Connection, moment: datetime, ended: Sequence[Ended]) -> None:
    """Write down how attempts ended; whatever a newer attempt has begun since is left alone."""
    arrived = {
        attempt.id: result for attempt, result in ended if not isinstance(result, DeliveryError)
    }
    if arrived:
        _settle(db, moment, arrived)
    for attempt, result in ended:
        if isinstance(result, DeliveryError):
            _fail(db, moment, attempt, result)


def _settle(db: Connection, moment: datetime, arrived: dict[int, Receipt | None]) -> None:
    """Keep receipts (None: removed), by attempt; late ones, too, where no newer one has begun."""
    over = {"ended_at": moment, "outcome": "receipt", "detail": ""}
    db.execute(update(attempts).where(attempts.c.id.in_(list(arrived))).values(**over))
    rows = db.execute(
        select(d.id, d.attempt_id, d.present, attempts.c.rendition_id, attempts.c.version)
        .join(attempts, attempts.c.id == d.attempt_id)
        .where(d.attempt_id.in_(list(arrived)))
    ).all()
    if not rows:
        return
    db.execute(_settling(), [_settled(db, moment, row, arrived[row.attempt_id]) for row in rows])
    if replaced := [row.present for row in rows if row.present]:
        forget_unused(db, *replaced)
    db.execute(resting(d.id.in_([row.id for row in rows])))


def _settling() -> Update:
    """Update a delivery by its newest attempt; a claim that is newer is left as it is."""
    columns: dict[str, Any] = {
        name: bindparam(f"new_{name}")
        for name in (
            "present",
            "present_version",
            "reference",
            "url",
            "destination",
            "lacking",
            "why",
        )
    }
    claimed = d.state == "claimed"  # and whoever claimed it will find nothing to do
    later = bindparam("new_not_before", type_=Moment)
    free = {"holder_id": null(), "claimed_until": null(), "state": DUE, "not_before": later}
    columns |= {name: case((claimed, d[name]), else_=value) for name, value in free.items()}
    newest = and_(d.id == bindparam("delivery"), d.attempt_id == bindparam("attempt"))
    return update(deliveries).where(newest).values(**columns)


def _settled(db: Connection, moment: datetime, row: Any, receipt: Receipt | None) -> dict[str, Any]:
    """Return the new values of a delivery; what is lacking at its address is tried again."""
    lacks = receipt.lacks if receipt else ""
    later = _again(db, moment, row.id, row.rendition_id) if lacks else None
    return {
        "delivery": row.id,
        "attempt": row.attempt_id,
        "new_present": row.rendition_id if receipt else None,
        "new_present_version": row.version if receipt else 0,
        "new_reference": receipt and receipt.reference,
        "new_url": receipt and receipt.url,
        "new_destination": receipt and receipt.destination,
        "new_lacking": bool(later),
        "new_why": lacks if later else "",
        "new_not_before": later,
    }


def _again(db: Connection, moment: datetime, delivery: int, rendition: int) -> datetime | None:
    """Return when to try what was left out once more; None where it was tried long enough."""
    a = attempts.c
    same = and_(a.delivery_id == delivery, a.rendition_id == rendition)
    tries = int(db.scalar(select(func.count()).select_from(attempts).where(same)) or 0)
    return moment + back_off(tries) if tries < MOST_TRIES else None


def _fail(db: Connection, moment: datetime, attempt: Attempt, error: DeliveryError) -> None:
    """Write down an error, and what follows for the delivery while this attempt is its newest."""
    follows = consequence_of(error)
    ended = {"ended_at": moment, "outcome": follows.outcome, "detail": str(error)}
    db.execute(update(attempts).where(attempts.c.id == attempt.id).values(**ended))
    newest = and_(d.id == attempt.delivery, d.attempt_id == attempt.id)
    going = and_(newest, d.state.in_(("sending", "in_doubt")))
    values: dict[str, Any] = {"state": follows.state, "why": str(error)}
    if follows.state == REFUSED:
        values |= _instead(db, attempt, going)
    else:
        values["not_before"] = null()
    if follows.state == IN_DOUBT and attempt.verb is not Verb.PUBLISH:
        values |= {"state": DUE, "not_before": moment + DOUBTFUL_AGAIN_AFTER}
    elif wait := wait_of(error):
        values["not_before"] = moment + timedelta(seconds=wait)
    db.execute(update(deliveries).where(going).values(**FREE, **values))
    db.execute(resting(d.id == attempt.delivery))


def _instead(db: Connection, attempt: Attempt, going: ColumnElement[bool]) -> dict[str, Any]:
    """Return what takes the place of something that will not go away: its notice, if any."""
    fallback = attempt.verb is Verb.REMOVE and db.scalar(select(d.fallback).where(going))
    return {"wanted": fallback, "fallback": null(), "state": DUE} if fallback else {}
