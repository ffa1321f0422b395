"""A digest's letters as a whole: frozen, composed anew, counted, over."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, literal, null, select, update

from syndicate.channel import Rendition
from syndicate.ledger.engine import affected, now
from syndicate.ledger.schema import (
    blocks,
    edition_items,
    editions,
    letters,
    runs,
    stencils,
    subscriptions,
)

OPEN = ("due", "sending", "in_doubt")
r, x = runs.c, letters.c


def freeze(
    db: Connection, edition: int, channel: int, rendition: Rendition, *, among: str | None = None
) -> int:
    """One letter for every subscriber of a list, by one statement; returns how many.

    ``among``: only for who got this article.
    """
    began = now(db)
    everyone = select(literal(edition), subscriptions.c.subscriber_id, literal("due")).where(
        subscriptions.c.channel_id == channel, subscriptions.c.ended_at.is_(None)
    )
    if among:
        everyone = everyone.where(subscriptions.c.subscriber_id.in_(readers_of(channel, among)))
    into = ["edition_id", "subscriber_id", "state"]
    ordered = everyone.order_by(subscriptions.c.subscriber_id)
    count = affected(db, insert(letters).from_select(into, ordered))
    run = {"edition_id": edition, "stencil": 1, "letters": count, "frozen_at": began}
    db.execute(insert(runs).values(**run))
    _keep(db, edition, 1, rendition)
    finish(db, edition)
    return count


def readers_of(channel: int, uri: str) -> Select[Any]:
    """Who got an article in a list's letters, or may have got it."""
    here = and_(editions.c.channel_id == channel, edition_items.c.uri == uri)
    query = select(x.subscriber_id).join(editions, editions.c.id == x.edition_id)
    query = query.join(edition_items, edition_items.c.edition_id == editions.c.id)
    return query.where(here, x.state.in_(("sending", "sent", "in_doubt")))


def recompose(db: Connection, edition: int, rendition: Rendition | None) -> None:
    """Give every letter that has not left its newest words; None calls them off."""
    last = select(func.max(stencils.c.number)).where(stencils.c.edition_id == edition)
    number = int(db.scalar(last) or 0) + 1 if rendition else None
    if rendition and number:
        _keep(db, edition, number, rendition)
    else:
        halt_turns(db, edition)
        waiting = and_(x.edition_id == edition, x.state == "due")
        db.execute(update(letters).where(waiting).values(state="off", why="withdrawn"))
    db.execute(update(runs).where(r.edition_id == edition).values(stencil=number))
    finish(db, edition)


def halt_turns(db: Connection, edition: int) -> None:
    """Let nobody claim or start letters of an edition before this transaction ends.

    Whoever changes many of them and those who start some would else wait for each other's rows.
    """
    if db.dialect.name == "sqlite":
        return
    run = select(r.edition_id).where(r.edition_id == edition)
    db.execute(run.with_for_update(key_share=True))
    b = blocks.c
    theirs = select(b.id).where(b.edition_id == edition).order_by(b.id)
    db.execute(theirs.with_for_update(key_share=True))


def finish(db: Connection, edition: int) -> None:
    """Note when nothing of a run is open any more."""
    still = select(x.subscriber_id).where(x.edition_id == edition, x.state.in_(OPEN)).limit(1)
    if db.scalar(still) is None:
        here = and_(r.edition_id == edition, r.ended_at.is_(None))
        over = {"ended_at": now(db), "halted": "", "why": "", "not_before": null()}
        db.execute(update(runs).where(here).values(**over))


def counted(db: Connection, edition: int) -> Mapping[str, int]:
    """A run's letters by state; ``deferred`` are those of ``due`` that were put off."""
    kept = db.scalar(select(r.counts).where(r.edition_id == edition))
    if kept is not None:
        counts: dict[str, int] = json.loads(kept)
        return counts
    rows = db.execute(
        select(x.state, func.count(), func.count(x.not_before))
        .where(x.edition_id == edition)
        .group_by(x.state)
    )
    found: dict[str, int] = {}
    for state, count, waiting in rows:
        put_off = waiting if state == "due" else 0
        if put_off:
            found["deferred"] = put_off
        if count - put_off:
            found[state] = count - put_off
    return found


def put_off(db: Connection, edition: int) -> str:
    """Why most of the letters wait that were put off; "" where none was."""
    waiting = and_(x.edition_id == edition, x.state == "due", x.not_before.is_not(None))
    reasons = select(x.why).where(waiting, x.why.is_not(None)).group_by(x.why)
    return db.scalar(reasons.order_by(func.count().desc(), x.why).limit(1)) or ""


def tally(db: Connection, before: datetime) -> int:
    """Of runs that ended before, keep only how many letters there were; returns how many runs."""
    old = and_(r.ended_at < before, r.counts.is_(None))
    numbers = list(db.scalars(select(r.edition_id).where(old)))
    for number in numbers:
        said = json.dumps(dict(counted(db, number)), sort_keys=True)
        db.execute(delete(letters).where(x.edition_id == number))
        db.execute(update(runs).where(r.edition_id == number).values(counts=said))
    return len(numbers)


def _keep(db: Connection, edition: int, number: int, rendition: Rendition) -> None:
    row = {"edition_id": edition, "number": number, "media_type": rendition.media_type}
    db.execute(insert(stencils).values(**row, content=rendition.content))
