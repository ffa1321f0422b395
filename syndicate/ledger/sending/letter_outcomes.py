"""Outcomes of letters: sent, bounced, deferred, refused or in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, null, select, update

from syndicate.errors import Bounced, Deferred, DeliveryError
from syndicate.ledger.database.engine import execute_counting, say, stamp
from syndicate.ledger.people.lists import record_bounce
from syndicate.ledger.schema import letters, runs
from syndicate.ledger.sending.backoff import MOST_TRIES, back_off
from syndicate.ledger.sending.consequences import (
    DUE,
    REFUSED,
    Concerns,
    consequence_of,
    wait_of,
)
from syndicate.ledger.sending.turn_sql import sent_statement
from syndicate.model.delivery import Receipt, Recipient

GIVE_UP_AFTER = timedelta(days=2)  # letters that are not tried, though others are

r, x = runs.c, letters.c
Result = Receipt | DeliveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """One letter that is committed as ``sending``."""

    recipient: Recipient
    subscriber: int
    tries: int


@dataclass(frozen=True, slots=True)
class Moments:
    """The database's clock: queried, or extrapolated without a query."""

    database: Callable[[Connection], datetime]
    carried: Callable[[], datetime]


def end_letters(
    db: Connection, moments: Moments, edition: int, ended: Sequence[tuple[Started, Result]]
) -> None:
    sent: dict[int, list[int]] = {}
    failed: list[tuple[Started, DeliveryError]] = []
    for letter, result in ended:
        if isinstance(result, Receipt):
            sent.setdefault(letter.tries, []).append(letter.subscriber)
        else:
            failed.append((letter, result))
    # in one order: other lists' letters to the same readers bounce, too
    for letter, result in sorted(failed, key=lambda pair: pair[0].subscriber):
        _fail(db, moments, edition, letter, result)
    for tries, ids in sent.items():
        at = stamp(db, moments.carried())
        say(db, sent_statement(len(ids), db.dialect.name), (at, edition, *ids, tries))


def _fail(
    db: Connection, moments: Moments, edition: int, letter: Started, error: DeliveryError
) -> None:
    """Write down how a letter did not arrive; a newer attempt is left alone."""
    here = and_(
        x.edition_id == edition,
        x.subscriber_id == letter.subscriber,
        x.tries == letter.tries,
        x.state.in_(("sending", "in_doubt")),
    )
    follows = consequence_of(error)
    values: dict[str, Any] = {
        "state": follows.state,
        "why": str(error),
        "at": moments.carried(),
        "not_before": null(),
    }
    if isinstance(error, Bounced | Deferred):
        values["code"] = error.code
    if follows.state == DUE:
        values |= _due_again(db, moments, edition, letter, error)
    known = db.scalar(select(x.code).where(here)) if follows.counts else None
    changed = execute_counting(db, update(letters).where(here).values(**values))
    if changed and isinstance(error, Bounced) and error.code != known:
        record_bounce(db, letter.subscriber, error.code, values["at"])


def _due_again(
    db: Connection, moments: Moments, edition: int, letter: Started, error: DeliveryError
) -> dict[str, Any]:
    """Return when a letter is tried again, or that it is refused after too many tries or days."""
    if consequence_of(error).concerns is Concerns.READER:
        if letter.tries >= MOST_TRIES:
            return {"state": REFUSED}
        return {"not_before": moments.database(db) + back_off(letter.tries)}
    not_asked: dict[str, Any] = {"tries": letter.tries - 1}
    if wait := wait_of(error):
        if _is_old(db, moments, edition):
            return not_asked | {"state": REFUSED}
        not_asked["not_before"] = moments.database(db) + timedelta(seconds=wait)
    return not_asked


def _is_old(db: Connection, moments: Moments, edition: int) -> bool:
    """Return whether a letter that is held back for its own sake is too old to send."""
    frozen = db.scalar(select(r.frozen_at).where(r.edition_id == edition))
    return frozen is not None and moments.database(db) - frozen >= GIVE_UP_AFTER
