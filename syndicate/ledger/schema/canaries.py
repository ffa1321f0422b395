"""Canaries: copies of digests to an address of the office, by which it sees that they arrive."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from syndicate.ledger.schema.base import Moment, metadata

canaries = Table(  # one a digest; no subscriber, so that no count and no export has it
    "canaries",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True, autoincrement=False),
    Column("key", String(32), nullable=False, unique=True),  # by chance; in its Message-ID
    Column("sent_at", Moment, nullable=False),  # committed before it leaves
    Column("arrived_at", Moment),
    Column("refused", Text, nullable=False, default="", server_default=""),  # why; sent again
)
