"""Show or erase everything that the ledger knows of one person."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, or_, select, text, update

from syndicate.errors import LedgerError
from syndicate.ledger.database import backups
from syndicate.ledger.database.engine import execute_counting, now, stamp, transaction
from syndicate.ledger.people.followers import follows_of, forget_follows
from syndicate.ledger.people.lists import number_of, subscriptions_of
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.processes.claims import take_turn
from syndicate.ledger.schema import (
    channels,
    editions,
    goodbyes,
    letters,
    requests,
    subscribers,
    subscriptions,
)

FORGOTTEN = text(
    "INSERT INTO forgotten (hash, at) VALUES (:hash, :at) ON CONFLICT (hash) DO NOTHING"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Outcome of erasing one person."""

    known: bool  # the ledger knew them
    copies: tuple[Path, ...]  # of the ledger, where they were erased too
    missed: tuple[str, ...]  # copies that could not be reached: a line each


class Privacy:
    """Show and erase one person, in one ledger and its copies."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self.engine = engine
        self.tokens = tokens

    def person(self, email: str) -> dict[str, Any] | None:
        """Return all that is kept of an address, for whoever it belongs to; None for a stranger."""
        with transaction(self.engine, reads=True) as db:
            row = db.execute(select(subscribers).where(subscribers.c.email == email)).first()
            asked = self._requests(db, email)
            if row is None and not asked:
                return None
            return {
                "email": email,
                "name": row.name if row else "",
                "bounces": row.bounces if row else 0,
                "bounce": row.bounce if row else None,
                "bounced_at": row.bounced_at if row else None,
                "subscriptions": [
                    {
                        "list": subscription.list_name,
                        "since": subscription.since,
                        "ended": subscription.ended,
                        "reason": subscription.reason,
                        "source": subscription.source,
                        "wording": subscription.wording,
                        "consented": subscription.consented,
                    }
                    for subscription in subscriptions_of(db, email)
                ],
                "letters": self._letters(db, row.id) if row else [],
                "requests": asked,
                "follows": follows_of(db, row.id) if row else [],
                "goodbyes": self._goodbyes(db, row.id) if row else [],
            }

    def forget(self, email: str) -> Erasure:
        """Erase an address, here and in our copies; a keyed hash keeps it off every list."""
        hidden = self.tokens.hide(email)
        with transaction(self.engine) as db:
            take_turn(db)  # nobody puts them on a list meanwhile
            number = number_of(db, email)
            if number is not None:
                mine = subscriptions.c.subscriber_id == number
                left = goodbyes.c.subscription_id.in_(select(subscriptions.c.id).where(mine))
                db.execute(delete(goodbyes).where(left))
                db.execute(delete(subscriptions).where(mine))
                forget_follows(db, number)
                values = {"email": f"{backups.ERASED}{number}", "name": "", "bounce": None}
                db.execute(update(subscribers).where(subscribers.c.id == number).values(**values))
                mine = letters.c.subscriber_id == number
                db.execute(update(letters).where(mine).values(why=None))
            asked = execute_counting(db, delete(requests).where(_names(email)))
            db.execute(FORGOTTEN, {"hash": hidden, "at": stamp(db, now(db))})
        self._rewrite()
        copies, missed = [], []
        for path in backups.known(self.engine):
            backups.sweep(path)
            try:
                if not path.is_file():
                    raise OSError("it is not there any more, or somewhere else")
                if backups.erase(path, email, hidden):
                    copies.append(path)
            except (sqlite3.Error, OSError) as error:
                missed.append(f"{path}: {error}")
        return Erasure(
            known=number is not None or asked > 0, copies=tuple(copies), missed=tuple(missed)
        )

    def _rewrite(self) -> None:
        if self.engine.dialect.name == "sqlite":
            line = self.engine.raw_connection()
            try:
                backups.rewrite(line.cursor().execute)
            except sqlite3.Error as error:
                raise LedgerError(
                    f"ledger.url: the person is erased, but old pages of the file could not be"
                    f" cleaned ({error}): run the same command again when nothing else runs"
                ) from error
            finally:
                line.close()

    def _requests(self, db: Any, email: str) -> list[dict[str, Any]]:
        """Return the requests that somebody made by letter."""
        query = (
            select(requests, channels.c.name.label("list"))
            .join(channels, channels.c.id == requests.c.channel_id)
            .where(_names(email))
            .order_by(requests.c.id)
        )
        return [
            {
                "list": row.list,
                "wants": row.wants,
                "name": row.name,
                "about": row.about,
                "at": row.at,
            }
            for row in db.execute(query)
        ]

    def _goodbyes(self, db: Any, number: int) -> list[dict[str, Any]]:
        """Return the goodbyes to somebody, as long as they may come back."""
        query = select(goodbyes.c.at, goodbyes.c.state, channels.c.name.label("list"))
        query = query.join(subscriptions, subscriptions.c.id == goodbyes.c.subscription_id)
        query = query.join(channels, channels.c.id == subscriptions.c.channel_id)
        query = query.where(subscriptions.c.subscriber_id == number).order_by(goodbyes.c.at)
        rows = db.execute(query)
        return [{"list": row.list, "at": row.at, "state": row.state} for row in rows]

    def _letters(self, db: Any, number: int) -> list[dict[str, Any]]:
        query = (
            select(letters, editions.c.key, channels.c.name.label("list"))
            .join(editions, editions.c.id == letters.c.edition_id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .where(letters.c.subscriber_id == number)
            .order_by(letters.c.edition_id)
        )
        return [
            {
                "list": row.list,
                "digest": row.key,
                "state": row.state,
                "at": row.at,
                "code": row.code or "",
            }
            for row in db.execute(query)
        ]


def _names(email: str) -> Any:
    """Match requests of an address, or to move to it."""
    return or_(requests.c.email == email, requests.c.about == email)
