"""Matters: what failed unattended, and whether a person of the office was told of it."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, String, Table, Text

from syndicate.ledger.schema.base import Moment, metadata

matters = Table(  # deleted once it is over and that was told
    "matters",
    metadata,
    Column("key", String, primary_key=True),  # the same at each tick
    Column("says", Text, nullable=False),  # a sentence for a person, without secrets
    Column("command", Text, nullable=False, server_default=""),  # that settles it
    Column("since", Moment, nullable=False),
    Column("told_at", Moment),
    Column("told_by", String, nullable=False, server_default=""),  # the way: desk.webhook
    Column("over_at", Moment),
    Column("holder_id", ForeignKey("holders.id")),  # who is telling it
    Column("claimed_until", Moment),
)
