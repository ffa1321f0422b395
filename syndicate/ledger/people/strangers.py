"""Daily limits on what letters without a token can bring about."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, insert, select

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.people.tokens import Tokens
from syndicate.ledger.schema import strangers

A_DAY = timedelta(days=1)
LEFT_UNPROVEN = "left"  # without showing a token
MOST_TO_ONE = 2  # letters a day about one list and one wish to one mailbox, whatever its names
MOST_IN_ALL = 200  # letters a day of one wish, about all lists together
GMAIL = ("gmail.com", "googlemail.com")
c = strangers.c


def base(email: str) -> str:
    """Return the mailbox an address leads to: ``a+news@b`` is ``a@b``; Gmail knows no dots."""
    local, _, domain = email.casefold().rpartition("@")
    own = local.partition("+")[0] or local
    if domain in GMAIL:
        own, domain = own.replace(".", "") or own, GMAIL[0]
    return f"{own}@{domain}"


class Strangers:
    """Counters of what letters without a token have brought about; addresses are kept as hashes."""

    def __init__(self, engine: Engine, tokens: Tokens) -> None:
        self.engine = engine
        self.tokens = tokens

    def may_get(self, db: Connection, channel: int, wish: str, email: str, at: datetime) -> bool:
        """Return True if another letter may be written to an address today."""
        here = (c.channel_id == channel, c.what == wish, c.at > at - A_DAY)
        query = select(func.count()).where(*here, c.who == self._who(email))
        return int(db.scalar(query) or 0) < MOST_TO_ONE and _is_open(db, wish, at)

    def may_anybody(self, wish: str, at: datetime) -> bool:
        """Return True if another letter may be written to anybody today."""
        with transaction(self.engine, reads=True) as db:
            return _is_open(db, wish, at)

    def note(self, db: Connection, channel: int, what: str, email: str, at: datetime) -> None:
        """Count what was done."""
        row = {"channel_id": channel, "what": what, "who": self._who(email), "at": at}
        db.execute(insert(strangers).values(**row))

    def left(self, db: Connection, channel: int, at: datetime) -> int:
        """Count those who left a list today without showing a token."""
        query = select(func.count()).where(c.channel_id == channel, c.what == LEFT_UNPROVEN)
        return int(db.scalar(query.where(c.at > at - A_DAY)) or 0)

    def start_anew(self, db: Connection, channel: int) -> None:
        """Reset the count of those who left a list: a person has looked."""
        db.execute(delete(strangers).where(c.channel_id == channel, c.what == LEFT_UNPROVEN))

    def _who(self, email: str) -> str:
        return self.tokens.hide(base(email))


def _is_open(db: Connection, wish: str, at: datetime) -> bool:
    query = select(func.count()).where(c.what == wish, c.at > at - A_DAY)
    return int(db.scalar(query) or 0) < MOST_IN_ALL


def forget_strangers(db: Connection, at: datetime) -> None:
    """Delete what no limit counts any more."""
    db.execute(delete(strangers).where(c.at <= at - 2 * A_DAY))
