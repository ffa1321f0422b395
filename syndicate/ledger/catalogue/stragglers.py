"""Readers of a list who have not got its last letters: they may not know what all others do."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, and_, or_, select, true

from syndicate.ledger.catalogue.had_versions import COMING, has_variant
from syndicate.ledger.schema import (
    edition_items,
    editions,
    letters,
    runs,
    subscriptions,
    variants,
)

s, r, v = subscriptions.c, runs.c, variants.c


def lacks_a_letter(db: Connection, channel: int) -> ColumnElement[bool]:
    """Match the subscriptions of a list whose owners lack one of its last letters.

    Of the last digest that went to everybody; or of one that only some were to get since then.
    """
    last = db.execute(
        select(editions.c.id, r.counts, r.upto)
        .join(runs, r.edition_id == editions.c.id)
        .where(editions.c.channel_id == channel, editions.c.closed_at.is_not(None))
        .where(_went_to_everybody())
        .order_by(editions.c.id.desc())
        .limit(1)
    ).first()
    if last is None or last.counts is not None:
        return true()
    beside = list(db.scalars(select(v.edition_id).where(v.digest_id == last.id)))
    has = _with_letter([last.id, *beside], is_coming=True)
    if last.upto is not None:
        has = or_(has, and_(s.id <= last.upto, ~has_variant(last.id)))
    since = _later(db, channel, last.id, beside)
    return or_(~has, _with_letter(since, is_coming=False)) if since else ~has


def _went_to_everybody() -> ColumnElement[bool]:
    """Match digests with news: one of corrections alone goes only to who needs them."""
    i = edition_items.c
    news = and_(i.edition_id == editions.c.id, i.part != "correction")
    return select(i.uri).where(news).correlate(editions).exists()


def _later(db: Connection, channel: int, last: int, beside: Sequence[int]) -> list[int]:
    """Return the editions of a list's later digests."""
    is_variant = select(v.edition_id).where(v.edition_id == editions.c.id).exists()
    query = (
        select(editions.c.id)
        .join(runs, r.edition_id == editions.c.id)
        .where(editions.c.channel_id == channel, editions.c.id > last)
        .where(or_(editions.c.closed_at.is_not(None), is_variant), editions.c.id.not_in(beside))
    )
    return list(db.scalars(query))


def _with_letter(numbers: Sequence[int], *, is_coming: bool) -> ColumnElement[bool]:
    x = letters.alias().c
    state = x.state.in_(COMING) if is_coming else x.state.not_in(COMING)
    mine = and_(x.edition_id.in_(numbers), x.subscriber_id == s.subscriber_id, state)
    return select(x.edition_id).where(mine).correlate(subscriptions).exists()
