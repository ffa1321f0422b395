"""Standing editions of channels: an article's post, a feed's file, a page."""

from __future__ import annotations

from sqlalchemy import Connection, and_, or_, select

from syndicate.ledger.database.engine import inserted
from syndicate.ledger.schema import deliveries, editions, runs


class Editions:
    """Read and open standing editions within a transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def keys(self, channel: int, prefix: str) -> list[str]:
        """Return the keys of a channel's standing editions that begin so."""
        here = and_(editions.c.channel_id == channel, editions.c.key.startswith(prefix))
        return list(self.db.scalars(select(editions.c.key).where(here).order_by(editions.c.id)))

    def number(self, channel: int, key: str) -> int | None:
        """Return a standing edition's number; None if there is no such edition yet."""
        here = and_(editions.c.channel_id == channel, editions.c.key == key)
        found: int | None = self.db.scalar(select(editions.c.id).where(here))
        return found

    def open(self, channel: int, key: str) -> int:
        """Return a standing edition's number; one that is missing is opened now."""
        found = self.number(channel, key)
        return found or inserted(self.db, editions, channel_id=channel, key=key)

    def waiting(self, channel: int) -> list[tuple[int, str]]:
        """Return (number, key) of editions with something due, under way or in doubt."""
        open_ = deliveries.c.state.not_in(("settled", "refused"))
        busy = select(deliveries.c.edition_id).where(open_)
        mailing = select(runs.c.edition_id).where(runs.c.ended_at.is_(None))
        query = (
            select(editions.c.id, editions.c.key)
            .where(editions.c.channel_id == channel)
            .where(or_(editions.c.id.in_(busy), editions.c.id.in_(mailing)))
            .order_by(editions.c.id)
        )
        return [(row.id, row.key) for row in self.db.execute(query)]
