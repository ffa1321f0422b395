"""Followers of one article, and the letters that tell them what became of it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, String, Table, Text, UniqueConstraint

from syndicate.ledger.schema.base import NEVER_AGAIN, Moment, id_column, metadata

FOLLOWER_STATES = ("due", "sending", "sent", "refused", "in_doubt", "off")

follows = Table(  # deleted when they end
    "follows",
    metadata,
    id_column(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),  # the list that writes
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("uri", String, nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("source", Text, nullable=False, server_default=""),  # how they consented
    UniqueConstraint("subscriber_id", "uri"),
    **NEVER_AGAIN,
)

follow_letters = Table(
    "follow_letters",
    metadata,
    id_column(),
    Column("follow_id", ForeignKey("follows.id"), nullable=False),
    Column("about", String, nullable=False),  # a version's number, or a reminder's name
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    UniqueConstraint("follow_id", "about"),
    CheckConstraint(f"state IN {FOLLOWER_STATES}", name="state"),
    **NEVER_AGAIN,
)
