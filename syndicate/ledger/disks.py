"""Which disk a channel's files lie on: an empty folder on another one is no place to go on at."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select, update

from syndicate.errors import Unavailable
from syndicate.ledger.engine import transaction
from syndicate.ledger.schema import channels, deliveries, editions


class Disks:
    """The disks as the ledger remembers them, by channel."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def recognise(self, channel: int, disk: str, *, is_bare: bool) -> None:
        """Remember a channel's disk; Unavailable where it seems not to be mounted."""
        with transaction(self.engine) as db:
            row = db.execute(select(channels).where(channels.c.id == channel)).one()
            if row.disk == disk:
                return
            if row.disk and is_bare and _count(db, channel):
                raise Unavailable(unmounted(row.name, row.target))
            db.execute(update(channels).where(channels.c.id == channel).values(disk=disk))

    def forget(self, channel: int) -> None:
        """Write a channel's files anew wherever its folder is now."""
        with transaction(self.engine) as db:
            db.execute(update(channels).where(channels.c.id == channel).values(disk=""))


def unmounted(name: str, folder: str) -> str:
    """What to say of an empty folder on another disk."""
    return (
        f"channels.{name}: {folder} is empty, and on another disk than the files that the ledger"
        " knows there: is that disk mounted? Mount it and run again (`publish --refresh` writes"
        " all of it anew)"
    )


def _count(db: Connection, channel: int) -> int:
    """How many things stand there."""
    d, e = deliveries.c, editions.c
    here = select(func.count()).where(e.id == d.edition_id, e.channel_id == channel)
    return int(db.scalar(here.where(d.present.is_not(None))) or 0)
