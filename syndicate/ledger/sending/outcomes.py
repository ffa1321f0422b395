"""Outcomes of attempts: settled, due again, refused or in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    func,
    null,
    select,
    update,
)

from syndicate.errors import DeliveryError, InDoubt, Refused, Unavailable
from syndicate.ledger.processes.claims import FREE
from syndicate.ledger.schema import attempts, deliveries
from syndicate.ledger.sending.attempts import Attempt, Result, Verb, resting
from syndicate.ledger.sending.backoff import MOST_TRIES, back_off
from syndicate.ledger.sending.renditions import forget_unused
from syndicate.model.delivery import Receipt

AGAIN_AFTER = timedelta(minutes=1)  # a revise that ended in doubt
OUTCOMES: dict[type[object], str] = {
    Refused: "refused",
    Unavailable: "unavailable",
    InDoubt: "in_doubt",
}

d = deliveries.c


def end_attempts(db: Connection, moment: datetime, ended: Sequence[tuple[Attempt, Result]]) -> None:
    """Write down how attempts ended; whatever a newer attempt has begun since is left alone."""
    settle_batch(db, moment, [pair for pair in ended if _is_whole(pair[1])])
    for attempt, result in ended:
        if not _is_whole(result):
            _end_one(db, moment, attempt, result)


def _end_one(db: Connection, moment: datetime, attempt: Attempt, result: Result) -> None:
    detail = str(result) if isinstance(result, DeliveryError) else ""
    outcome = OUTCOMES.get(type(result), "receipt")
    ended = {"ended_at": moment, "outcome": outcome, "detail": detail}
    db.execute(update(attempts).where(attempts.c.id == attempt.id).values(**ended))
    newest = and_(d.id == attempt.delivery, d.attempt_id == attempt.id)
    if result is None or isinstance(result, Receipt):
        _settle(db, moment, attempt, result, newest)
    else:
        _not_settled(db, moment, attempt, result, newest)
    db.execute(resting(d.id == attempt.delivery))


def _settle(
    db: Connection,
    moment: datetime,
    attempt: Attempt,
    receipt: Receipt | None,
    newest: ColumnElement[bool],
) -> None:
    """Keep a receipt, better late than never, as long as no newer attempt has begun."""
    row = db.execute(
        select(d.present, attempts.c.rendition_id, attempts.c.version)
        .join(attempts, attempts.c.id == d.attempt_id)
        .where(newest)
    ).first()
    if row is None:
        return
    values: dict[str, Any] = {
        "present": row.rendition_id if receipt else null(),
        "present_version": row.version if receipt else 0,
        "reference": receipt and receipt.reference,
        "url": receipt and receipt.url,
        "destination": receipt and receipt.destination,
    }
    later = _again(db, moment, attempt, row.rendition_id) if receipt and receipt.lacks else None
    values |= {"lacking": bool(later), "why": receipt.lacks if receipt and later else ""}
    db.execute(update(deliveries).where(newest).values(**values))
    # whoever claimed it meanwhile keeps it, and will find nothing to do
    free = and_(newest, d.state != "claimed")
    due = {"state": "due", "not_before": later or null()}
    db.execute(update(deliveries).where(free).values(**FREE, **due))
    forget_unused(db, row.present)


def _again(db: Connection, moment: datetime, attempt: Attempt, rendition: int) -> datetime | None:
    """Return when to try what was left out once more; None where it was tried long enough."""
    a = attempts.c
    same = and_(a.delivery_id == attempt.delivery, a.rendition_id == rendition)
    tries = int(db.scalar(select(func.count()).select_from(attempts).where(same)) or 0)
    return moment + back_off(tries) if tries < MOST_TRIES else None


def _not_settled(
    db: Connection,
    moment: datetime,
    attempt: Attempt,
    error: DeliveryError,
    newest: ColumnElement[bool],
) -> None:
    going = and_(newest, d.state.in_(("sending", "in_doubt")))
    values: dict[str, Any] = {"why": str(error), "not_before": null()}
    if isinstance(error, Refused):
        _refuse(db, attempt, str(error), going)
        return
    if isinstance(error, InDoubt) and attempt.verb is Verb.PUBLISH:
        values["state"] = "in_doubt"
    else:
        wait = getattr(error, "retry_after", None)
        if isinstance(error, InDoubt):
            wait = AGAIN_AFTER.total_seconds()
        values["state"] = "due"
        values["not_before"] = moment + timedelta(seconds=wait) if wait else null()
    db.execute(update(deliveries).where(going).values(**FREE, **values))


def _refuse(db: Connection, attempt: Attempt, why: str, going: ColumnElement[bool]) -> None:
    fallback = attempt.verb is Verb.REMOVE and db.scalar(select(d.fallback).where(going))
    if fallback:  # it will not go away: a notice takes its place
        instead = {"wanted": fallback, "fallback": null(), "state": "due"}
        db.execute(update(deliveries).where(going).values(**FREE, **instead, why=why))
    else:
        db.execute(update(deliveries).where(going).values(**FREE, state="refused", why=why))


def settle_batch(db: Connection, moment: datetime, ended: Sequence[tuple[Attempt, Result]]) -> None:
    """Settle deliveries whose newest attempt has left all of a rendition at its address."""
    if not ended:
        return
    receipts = {attempt.id: result for attempt, result in ended if isinstance(result, Receipt)}
    over = {"ended_at": moment, "outcome": "receipt", "detail": ""}
    db.execute(update(attempts).where(attempts.c.id.in_(list(receipts))).values(**over))
    rows = db.execute(
        select(d.id, d.attempt_id, d.present, attempts.c.rendition_id, attempts.c.version)
        .join(attempts, attempts.c.id == d.attempt_id)
        .where(d.attempt_id.in_(list(receipts)))
    ).all()
    if not rows:
        return
    columns: dict[str, Any] = {
        name: bindparam(f"new_{name}")
        for name in ("present", "present_version", "reference", "url", "destination")
    }
    newest = and_(d.id == bindparam("delivery"), d.attempt_id == bindparam("attempt"))
    # as in _settle: whoever claimed it meanwhile keeps it
    kept = update(deliveries).where(newest).values(**columns, lacking=False, why="")
    db.execute(kept, [_settled(row, receipts[row.attempt_id]) for row in rows])
    which = d.id.in_([row.id for row in rows])
    free = update(deliveries).where(which, d.state != "claimed")
    db.execute(free.values(**FREE, state="due", not_before=null()))
    if replaced := [row.present for row in rows if row.present]:
        forget_unused(db, *replaced)
    db.execute(resting(which))


def _settled(row: Any, receipt: Receipt) -> dict[str, Any]:
    return {
        "delivery": row.id, "attempt": row.attempt_id, "new_present": row.rendition_id,
        "new_present_version": row.version, "new_reference": receipt.reference,
        "new_url": receipt.url, "new_destination": receipt.destination,
    }  # fmt: skip


def _is_whole(result: Result) -> bool:
    """Return whether an attempt left all of a rendition at its address."""
    return isinstance(result, Receipt) and not result.lacks
