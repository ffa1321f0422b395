"""The part of the step to version 2 that keeps what readers of lists were told."""

from __future__ import annotations

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table

from syndicate.ledger.steps.frozen import frozen_tables


def add_told(db: Connection) -> None:
    """Keep which editions stand beside a digest, and what its readers were told."""
    frozen = frozen_tables()
    for name in ("articles", "channels", "editions"):
        Table(name, frozen, autoload_with=db)
    tables = (
        Table(
            "variants", frozen,
            Column("edition_id", ForeignKey("editions.id"), primary_key=True),
            Column("digest_id", ForeignKey("editions.id"), nullable=False, index=True),
        ),
        Table(
            "restated", frozen,
            Column("edition_id", ForeignKey("editions.id"), primary_key=True),
            Column("stencil", Integer, primary_key=True, autoincrement=False),
            Column("uri", ForeignKey("articles.uri"), primary_key=True),
            Column("version", Integer, nullable=False),
        ),
        Table(
            "caught_up", frozen,
            Column("channel_id", ForeignKey("channels.id"), primary_key=True),
            Column("uri", ForeignKey("articles.uri"), primary_key=True),
            Column("version", Integer, nullable=False),
        ),
    )  # fmt: skip
    frozen.create_all(db, tables=tables)
