"""Canaries of digests: each is sent once, and looked out for in the list's inbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import Connection, Engine, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from syndicate.ledger.database.engine import execute_counting, transaction
from syndicate.ledger.schema import canaries, channels, editions, runs, stencils
from syndicate.model.delivery import Rendition, delivery_key

ARRIVES_WITHIN = timedelta(hours=1)
CANARY = "canary"  # the recipient's id
SENT_WITHIN = timedelta(days=1)  # after the end of the digest's window
KEPT_FOR = timedelta(days=30)
c = canaries.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """One digest's copy that is to be sent."""

    edition: int
    key: str  # of the digest
    nonce: str  # from which the letter's own key is made
    rendition: Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class LostCanary:
    """The newest copy of a list that should have arrived by now, and has not."""

    channel: str
    key: str  # of the digest
    sent: datetime
    refused: str = ""  # why it was not sent at all


class Canaries:
    """The canaries of one ledger."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def missing(self, channel: int, at: datetime) -> list[int]:
        """Return a list's digests of the last day that have no copy yet, oldest first."""
        e = editions.c
        query = (
            select(e.id)
            .join(runs, runs.c.edition_id == e.id)
            .outerjoin(canaries, c.edition_id == e.id)
            .where(e.channel_id == channel, e.closed_at > at - SENT_WITHIN, e.closed_at <= at)
            .where(runs.c.stencil.is_not(None), or_(c.edition_id.is_(None), c.refused != ""))
        )
        with transaction(self.engine, reads=True) as db:
            return list(db.scalars(query.order_by(e.id)))

    def begin(self, channel: str, number: int, at: datetime) -> Canary | None:
        """Commit that a digest's copy is being sent; None where it was, or is no digest.

        Who dies now has sent it, as far as anybody knows: it is never sent a second time.
        """
        with transaction(self.engine) as db:
            query = (
                select(editions.c.key, stencils.c.media_type, stencils.c.content)
                .join(runs, runs.c.edition_id == editions.c.id)
                .join(
                    stencils,
                    and_(
                        stencils.c.edition_id == editions.c.id,
                        stencils.c.number == runs.c.stencil,
                    ),
                )
                .where(editions.c.id == number, editions.c.closed_at.is_not(None))
            )
            row = db.execute(query).first()
            was_sent = and_(c.edition_id == number, c.refused == "")
            if row is None or db.scalar(select(c.key).where(was_sent)):
                return None
            db.execute(delete(canaries).where(c.edition_id == number))
            db.execute(delete(canaries).where(c.sent_at < at - KEPT_FOR))
            nonce = token_hex(16)  # who cannot guess it cannot forge an arrival
            letter = delivery_key(channel, nonce, CANARY)
            try:
                with db.begin_nested():
                    db.execute(insert(canaries).values(edition_id=number, key=letter, sent_at=at))
            except IntegrityError:  # another process was quicker
                return None
        rendition = Rendition(address="", media_type=row.media_type, content=row.content)
        return Canary(edition=number, key=row.key, nonce=nonce, rendition=rendition)

    def note_refusal(self, number: int, why: str) -> None:
        """Note why a copy was not sent after all: a later run tries it again."""
        here = and_(c.edition_id == number, c.arrived_at.is_(None))
        with transaction(self.engine) as db:
            db.execute(update(canaries).where(here).values(refused=why))


def note_arrival(db: Connection, message: str, at: datetime) -> bool:
    """Note that a copy arrived; False where no copy of ours is named so."""
    here = and_(c.key == message, c.arrived_at.is_(None))
    return bool(execute_counting(db, update(canaries).where(here).values(arrived_at=at)))


def lost_canaries(db: Connection, at: datetime) -> list[LostCanary]:
    """Return by list the newest copy, where it was refused or did not arrive in its time.

    A newer one that still has its hour does not count yet.
    """
    query = (
        select(channels.c.name, editions.c.key, c.sent_at, c.arrived_at, c.refused)
        .join(editions, editions.c.id == c.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .order_by(c.sent_at.desc(), c.edition_id.desc())
    )
    newest: dict[str, LostCanary | None] = {}
    for row in db.execute(query):
        is_on_its_way = not (row.arrived_at or row.refused) and at - row.sent_at <= ARRIVES_WITHIN
        if row.name not in newest and not is_on_its_way:
            lost = LostCanary(channel=row.name, key=row.key, sent=row.sent_at, refused=row.refused)
            newest[row.name] = None if row.arrived_at else lost
    return [lost for lost in newest.values() if lost]
