"""Acts of people: who did what with an article, when and why; never changed, never sent."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table, Text

from syndicate.ledger.schema.base import Moment, id_column, metadata

acts = Table(
    "acts",
    metadata,
    id_column(),
    Column("uri", String, index=True),  # of the article, published or not; null: of none
    Column("version", Integer),  # the revision that it made, or was about
    Column("what", String, nullable=False),  # published, corrected, held, approved …
    Column("at", Moment, nullable=False),
    Column("person", String, nullable=False, server_default=""),  # as they call themselves
    Column("account", String, nullable=False, server_default=""),  # of the system, and its host
    Column("note", Text, nullable=False, server_default=""),
)
