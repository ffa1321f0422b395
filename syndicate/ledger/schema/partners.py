"""Partners: which versions of articles they have, and the letters that tell them of changes."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from syndicate.ledger.schema.base import Moment, id_column, metadata

PARTNER_STATES = ("noted", "due", "sending", "sent", "refused", "in_doubt", "off")

partner_letters = Table(  # one row a partner, article and version
    "partner_letters",
    metadata,
    id_column(),
    Column("partner", String, nullable=False),  # as the configuration names it
    Column("uri", String, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),  # noted: they have it, and no letter tells of it
    Column("why", Text, nullable=False, server_default=""),  # the relay's words; what called it off
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    UniqueConstraint("partner", "uri", "version"),
    CheckConstraint(f"state IN {PARTNER_STATES}", name="state"),
)
