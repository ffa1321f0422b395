"""The words themselves, kept once each for as long as they are or should be somewhere."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select

from syndicate.ledger.schema import attempts, deliveries, media, renditions
from syndicate.model.delivery import Rendition


def keep(db: Connection, rendition: Rendition) -> int:
    """The number of a rendition, kept from now on."""
    there = select(renditions.c.id).where(renditions.c.digest == rendition.digest)
    # PostgreSQL: whoever has nothing more to do with it must not forget it now
    found = db.scalar(there.with_for_update(read=True, key_share=True))
    if found is not None:
        return int(found)
    made = db.execute(
        insert(renditions).values(
            digest=rendition.digest,
            media_type=rendition.media_type,
            content=rendition.content,
            media=" ".join(rendition.media),
        )
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def forget_unused(db: Connection, *numbers: int | None) -> None:
    """Forget words that nothing shows, wants, or may have said."""
    d, a = deliveries.c, attempts.c
    used = or_(
        d.wanted == renditions.c.id, d.present == renditions.c.id, d.fallback == renditions.c.id
    )
    unsure = and_(a.id == d.attempt_id, a.rendition_id == renditions.c.id, d.state != "settled")
    which = renditions.c.id.in_([number for number in numbers if number is not None])
    # what somebody is about to want again is left to them
    free = list(db.scalars(select(renditions.c.id).where(which).with_for_update(skip_locked=True)))
    idle = and_(~exists().where(used), ~exists().where(unsure))
    db.execute(delete(renditions).where(renditions.c.id.in_(free), idle))


def words(db: Connection, number: int, address: str) -> Rendition:
    """What to say at an address."""
    row = db.execute(select(renditions).where(renditions.c.id == number)).one()
    return Rendition(address, row.media_type, row.content, tuple(row.media.split()))


def files(db: Connection, rendition: Rendition) -> dict[str, bytes]:
    """The pictures a rendition needs beside its content."""
    query = select(media).where(media.c.sha256.in_(rendition.media))
    return {row.sha256: row.content for row in db.execute(query)}
