"""Editions, and what is to be delivered: renditions, deliveries and their attempts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from syndicate.ledger.schema.base import PARTIAL, Id, Moment, id_column, metadata

editions = Table(
    "editions",
    metadata,
    id_column(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("key", String, nullable=False),
    Column("opened_at", Moment),  # digests: the window
    Column("closed_at", Moment),
    Column("status", String, nullable=False, server_default="standing"),
    Column("stamp", String),  # of what a collection's words were made from
    UniqueConstraint("channel_id", "key"),  # a second cron run finds the first one's
    UniqueConstraint("channel_id", "closed_at"),  # a window is frozen once
    CheckConstraint("status IN ('standing', 'frozen', 'empty', 'skipped')", name="status"),
    CheckConstraint("(status = 'standing') = (closed_at IS NULL)", name="window"),
)

edition_items = Table(  # what a digest said; standing editions say what is live
    "edition_items",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("part", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("known", Integer, nullable=False, server_default=text("0")),  # of a correction: the
    # version that its readers had; 0 where nobody knows
    CheckConstraint("part IN ('new', 'correction', 'reminder')", name="part"),
)

renditions = Table(  # what is or should be somewhere, word for word; forgotten when neither
    "renditions",
    metadata,
    id_column(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("media", Text, nullable=False, server_default=""),  # sha256 names, by blanks
)

holders = Table(  # processes that hold claims
    "holders",
    metadata,
    id_column(),
    Column("host", String, nullable=False),
    Column("boot", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", String, nullable=False),  # the process's start, by its kernel's clock
    Column("since", Moment, nullable=False),
)

DELIVERY_STATES = ("due", "claimed", "sending", "settled", "refused", "in_doubt")

deliveries = Table(
    "deliveries",
    metadata,
    id_column(),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("address", String, nullable=False),
    Column("follows", String),  # the address of what must stand before it
    Column("state", String, nullable=False),
    Column("wanted", ForeignKey("renditions.id")),  # what should be there; null: nothing
    Column("wanted_version", Integer, nullable=False, server_default=text("0")),
    Column("replaces", Boolean, nullable=False, server_default=false()),  # only where something is
    Column("fallback", ForeignKey("renditions.id")),  # put there if a removal is refused
    Column("present", ForeignKey("renditions.id")),  # what is there; null: nothing
    Column("present_version", Integer, nullable=False, server_default=text("0")),
    Column("reference", Text),  # the receipt
    Column("url", Text),
    Column("destination", Text),
    Column("lacking", Boolean, nullable=False, server_default=false()),
    # something that is wanted was left out, and is tried again
    Column("not_before", Moment),
    Column("why", Text, nullable=False, server_default=""),
    Column("attempt_id", Id),  # the newest attempt
    Column("holder_id", ForeignKey("holders.id")),
    Column("claimed_until", Moment),
    UniqueConstraint("edition_id", "address"),
    CheckConstraint(f"state IN {DELIVERY_STATES}", name="state"),
    CheckConstraint("(state IN ('claimed', 'sending')) = (holder_id IS NOT NULL)", name="claim"),
    CheckConstraint("(present IS NULL) = (reference IS NULL)", name="receipt"),
    Index(
        "ix_deliveries_open",  # the few that are not at rest
        "edition_id",
        "state",
        "id",
        sqlite_where=text(PARTIAL["ix_deliveries_open"]),
    ),
)

attempts = Table(  # the journal: written before the effect, ended after it
    "attempts",
    metadata,
    id_column(),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("verb", String, nullable=False),
    Column("rendition_id", ForeignKey("renditions.id", ondelete="SET NULL")),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),  # null: still going, or killed
    Column("outcome", String),  # receipt, refused, unavailable, in_doubt
    Column("detail", Text, nullable=False, server_default=""),
    CheckConstraint("verb IN ('publish', 'revise', 'remove')", name="verb"),
)
