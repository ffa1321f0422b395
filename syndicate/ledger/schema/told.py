"""What readers of lists were told: variants of digests, later words, corrections that are through.

Which corrections a reader needs follows from their letters, and from what is kept here.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, Table

from syndicate.ledger.schema.base import metadata

variants = Table(  # editions of a digest, for readers who need other corrections than most do
    "variants",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("digest_id", ForeignKey("editions.id"), nullable=False, index=True),
)

restated = Table(  # articles of which a later stencil of an edition has another version
    "restated",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("stencil", Integer, primary_key=True, autoincrement=False),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("version", Integer, nullable=False),
)

caught_up = Table(  # the version of an article that a list's digests have told its readers
    "caught_up",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("version", Integer, nullable=False),
)
