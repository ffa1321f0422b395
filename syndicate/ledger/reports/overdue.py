"""Overdue work: posts that should have left, articles that should have expired, old backups."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from syndicate.ledger.processes.waits import HELD, is_over
from syndicate.ledger.schema import articles, attempts, backups, channels, deliveries, editions

d = deliveries.c


def waiting_posts(db: Connection, moment: datetime) -> list[tuple[str, str, datetime]]:
    """Return (channel, edition, since when) of what is due and waits for nothing but a run."""
    tried = select(func.max(attempts.c.ended_at)).where(attempts.c.delivery_id == d.id)
    since = func.coalesce(d.not_before, tried.scalar_subquery())
    query = (
        select(channels.c.name, editions.c.key, since.label("since"))
        .join(editions, editions.c.id == d.edition_id)
        .join(channels, channels.c.id == editions.c.channel_id)
        .where(d.state == "due", is_over(d.not_before, moment), ~d.why.startswith(HELD))
        .where(is_over(channels.c.next_at, moment))
        .order_by(d.id)
    )
    rows = [row for row in db.execute(query) if row.since is not None]
    found = {(row.name, row.key): row.since for row in reversed(rows)}
    return [(name, key, since) for (name, key), since in found.items()]


def expired_articles(db: Connection, until: datetime) -> dict[str, datetime]:
    """Return, by uri, when articles expired that nobody has taken back."""
    a = articles.c
    query = select(a.uri, a.expires_at).where(a.expires_at <= until, ~a.expired)
    return {row.uri: row.expires_at for row in db.execute(query.where(a.pub_status == "usable"))}


def newest_backup(db: Connection) -> datetime | None:
    """Return when the newest of our own copies was made."""
    found: datetime | None = db.scalar(select(func.max(backups.c.at)))
    return found
