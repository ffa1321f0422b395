"""What the later words of a digest's letters say of its articles, or leave out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from sqlalchemy import Connection, delete, insert, select

from syndicate.ledger.schema import caught_up, edition_items, omissions, restated, runs


def omit(db: Connection, edition: int, uris: Iterable[str], *, held: Container[str]) -> None:
    """Keep which of its articles the newest stencil of an edition leaves out."""
    number = db.scalar(select(runs.c.stencil).where(runs.c.edition_id == edition))
    new = [
        {"edition_id": edition, "stencil": number, "uri": uri, "held": uri in held} for uri in uris
    ]
    if new and number is not None:
        db.execute(insert(omissions), new)
        forget_told(db, edition)


def restate(db: Connection, edition: int, versions: Mapping[str, int]) -> None:
    """Keep the versions of its articles that the newest stencil of an edition has."""
    number = db.scalar(select(runs.c.stencil).where(runs.c.edition_id == edition))
    items = select(edition_items.c.uri, edition_items.c.version)
    rows = db.execute(items.where(edition_items.c.edition_id == edition))
    carried = {row.uri: row.version for row in rows}
    new = [
        {"edition_id": edition, "stencil": number, "uri": uri, "version": version}
        for uri, version in versions.items()
        if carried.get(uri) != version
    ]
    if new and number is not None:
        db.execute(insert(restated), new)


def forget_told(db: Connection, edition: int) -> None:
    """Let every list look again at who knows an edition's articles: its letters have changed."""
    carried = select(edition_items.c.uri).where(edition_items.c.edition_id == edition)
    db.execute(delete(caught_up).where(caught_up.c.uri.in_(carried)))
