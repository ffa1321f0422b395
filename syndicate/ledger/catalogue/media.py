"""Bytes of pictures and documents, kept once each by their sha256."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, insert, select

from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import media


def keep_media(db: Connection, files: Mapping[str, bytes]) -> None:
    """Keep the bytes of pictures and documents, by their sha256."""
    known: set[str] = set()
    for batch in batches(files):
        known |= set(db.scalars(select(media.c.sha256).where(media.c.sha256.in_(batch))))
    for sha256, content in files.items():
        if sha256 not in known:
            db.execute(insert(media).values(sha256=sha256, content=content))


def kept_media(db: Connection, hashes: Iterable[str]) -> dict[str, bytes]:
    """Return the bytes that are kept of these sha256."""
    found: dict[str, bytes] = {}
    for batch in batches(hashes):
        rows = db.execute(select(media.c.sha256, media.c.content).where(media.c.sha256.in_(batch)))
        found.update((row.sha256, row.content) for row in rows)
    return found
