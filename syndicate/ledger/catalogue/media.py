"""Bytes of pictures and documents, kept once each by their sha256."""

from __future__ import annotations

from collections.abc import Mapping

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
