"""Content-addressed store of renditions, each kept while it is or should be somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, insert, or_, select

from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import attempts, deliveries, media, renditions
from syndicate.model.delivery import Rendition

EXISTING = (
    select(renditions.c.id)
    .where(renditions.c.digest == bindparam("fingerprint"))
    # PostgreSQL: whoever has nothing more to do with it must not forget it now
    .with_for_update(read=True, key_share=True)
)


def keep(db: Connection, rendition: Rendition) -> int:
    """Keep a rendition; returns its number."""
    found = db.scalar(EXISTING, {"fingerprint": rendition.fingerprint})
    if found is not None:
        return int(found)
    made = db.execute(insert(renditions), _row(rendition)).inserted_primary_key
    assert made is not None
    return int(made[0])


def keep_all(db: Connection, several: Iterable[Rendition]) -> dict[str, int]:
    """Keep renditions by few statements; returns their numbers by their fingerprints."""
    by_fingerprint = {rendition.fingerprint: rendition for rendition in several}
    numbers = _numbers(db, by_fingerprint)
    new = [_row(rendition) for name, rendition in by_fingerprint.items() if name not in numbers]
    if new:
        db.execute(insert(renditions), new)
        numbers |= _numbers(db, [row["digest"] for row in new])
    return numbers


def _numbers(db: Connection, fingerprints: Iterable[str]) -> dict[str, int]:
    """Return the numbers of those renditions that are kept, which nobody forgets meanwhile."""
    query = select(renditions.c.digest, renditions.c.id)
    query = query.with_for_update(read=True, key_share=True)
    numbers: dict[str, int] = {}
    for batch in batches(fingerprints):
        rows = db.execute(query.where(renditions.c.digest.in_(batch)))
        numbers.update((row.digest, row.id) for row in rows)
    return numbers


def _row(rendition: Rendition) -> dict[str, Any]:
    return {
        "digest": rendition.fingerprint,
        "media_type": rendition.media_type,
        "content": rendition.content,
        "media": " ".join(rendition.media),
    }


def forget_unused(db: Connection, *numbers: int | None) -> None:
    """Delete renditions that nothing shows, wants, or may have published."""
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


def rendition_for(db: Connection, number: int, address: str) -> Rendition:
    """Return a rendition by its number, for an address."""
    return replace(renditions_by_number(db, [number])[number], address=address)


def renditions_by_number(db: Connection, numbers: Iterable[int]) -> dict[int, Rendition]:
    """Return renditions by their numbers, with no address yet."""
    rows = db.execute(select(renditions).where(renditions.c.id.in_(list(numbers))))
    return {
        row.id: Rendition(
            address="",
            media_type=row.media_type,
            content=row.content,
            media=tuple(row.media.split()),
        )
        for row in rows
    }


def files(db: Connection, *shown: Rendition) -> dict[str, bytes]:
    """Return the pictures that renditions need beside their content, by sha256."""
    named = {sha256: None for rendition in shown for sha256 in rendition.media}
    if not named:
        return {}
    query = select(media).where(media.c.sha256.in_(list(named)))
    return {row.sha256: row.content for row in db.execute(query)}


def pictures_of(rendition: Rendition | None, media: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return those of several renditions' pictures that one of them needs."""
    names = rendition.media if rendition else ()
    return {sha256: media[sha256] for sha256 in names if sha256 in media}
