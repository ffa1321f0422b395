"""Recognise the folders of channels by a private mark in each, wherever it is mounted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, and_, select, update

from syndicate.ledger.database.engine import transaction
from syndicate.ledger.schema import channels, deliveries, editions

MOST_LOOKED_FOR = 200  # addresses, in a folder that has no mark yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A channel's folder, as the ledger knows it."""

    mark: str  # "" until something was written there
    identity: str | None  # what receipts of it name as their destination
    holds: Sequence[str]  # some of the addresses of files in it


class ChannelFolders:
    """Folders of all channels that put files into one."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def known(self, channel: int) -> Folder:
        """Return what is known of a channel's folder now."""
        with transaction(self.engine, reads=True) as db:
            return folder(db, channel)

    def keep(self, channel: int, mark: str) -> str:
        """Keep the first mark of a folder; returns that of whoever was quicker, if somebody was."""
        here = channels.c.id == channel
        with transaction(self.engine) as db:
            first = update(channels).where(here, channels.c.mark == "")
            db.execute(first.values(mark=mark))
            return str(db.scalar(select(channels.c.mark).where(here)))


def folder(db: Connection, channel: int) -> Folder:
    """Return a channel's folder; what it holds is only asked for without a mark."""
    here = channels.c.id == channel
    row = db.execute(select(channels.c.mark, channels.c.identity).where(here)).one()
    return Folder(
        mark=row.mark, identity=row.identity, holds=[] if row.mark else _holds(db, channel)
    )


def _holds(db: Connection, channel: int) -> list[str]:
    d, e = deliveries.c, editions.c
    stands = and_(e.channel_id == channel, d.present.is_not(None), d.wanted.is_not(None))
    query = select(d.address).join(editions, e.id == d.edition_id).where(stands)
    return list(db.scalars(query.order_by(d.id).limit(MOST_LOOKED_FOR)))
