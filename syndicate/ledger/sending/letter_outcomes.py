"""Outcomes of letters: sent, bounced, deferred, refused or in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, null, select, update

from syndicate.errors import Bounced, Deferred, DeliveryError, InDoubt, Refused
from syndicate.ledger.database.engine import affected, say, stamp
from syndicate.ledger.people.lists import bounce
from syndicate.ledger.schema import letters, runs
from syndicate.ledger.sending.backoff import MOST_TRIES, back_off
from syndicate.ledger.sending.turn_sql import sent_statement
from syndicate.model.delivery import Receipt, Recipient

LONGEST_HOLD = timedelta(days=2)  # of a letter that is not tried, though others are

r, x = runs.c, letters.c
Result = Receipt | DeliveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """One letter, committed as being sent."""

    recipient: Recipient
    subscriber: int
    tries: int


@dataclass(frozen=True, slots=True)
class Moments:
    """The database's clock, asked or carried on without asking."""

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
        x.edition_id == edition, x.subscriber_id == letter.subscriber,
        x.tries == letter.tries, x.state.in_(("sending", "in_doubt")),
    )  # fmt: skip
    values: dict[str, Any] = {"why": str(error), "at": moments.carried(), "not_before": null()}
    if isinstance(error, Bounced | Deferred):
        values["code"] = error.code
    if isinstance(error, InDoubt):
        values["state"] = "in_doubt"
    elif isinstance(error, Refused) or (isinstance(error, Deferred) and letter.tries >= MOST_TRIES):
        values["state"] = "refused"
    else:
        values["state"] = "due"
        wait = getattr(error, "retry_after", None)
        if isinstance(error, Deferred):
            wait = back_off(letter.tries).total_seconds()
        else:
            values["tries"] = letter.tries - 1  # nobody was asked
            values["state"] = "refused" if wait and _is_old(db, moments, edition) else "due"
        if wait and values["state"] == "due":
            values["not_before"] = moments.database(db) + timedelta(seconds=wait)
    known = db.scalar(select(x.code).where(here)) if isinstance(error, Bounced) else None
    changed = affected(db, update(letters).where(here).values(**values))
    if changed and isinstance(error, Bounced) and error.code != known:
        bounce(db, letter.subscriber, error.code, values["at"])


def _is_old(db: Connection, moments: Moments, edition: int) -> bool:
    """Return whether a letter that is held back for its own sake is too old to send."""
    frozen = db.scalar(select(r.frozen_at).where(r.edition_id == edition))
    return frozen is not None and moments.database(db) - frozen >= LONGEST_HOLD
