"""Subscribers, their subscriptions, and what they wrote."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from syndicate.ledger.schema.base import NEVER_AGAIN, PARTIAL, Id, Moment, id_column, metadata

subscribers = Table(
    "subscribers",
    metadata,
    id_column(),
    Column("email", String, nullable=False, unique=True),  # normalised, lower case
    Column("name", Text, nullable=False, server_default=""),
    Column("bounces", Integer, nullable=False, server_default=text("0")),
    # (those that count: syndicate/model/bounces.py)
    Column("bounce", String),  # the newest one's code
    Column("bounced_at", Moment),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    id_column(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_reason", String),
    Column("source", Text, nullable=False, server_default=""),  # how they came
    Column("wording", Text, nullable=False, server_default=""),  # of the consent
    Column("consented_at", Moment),  # null: nobody said when
    Index(
        "uq_subscriptions_active",
        "channel_id",
        "subscriber_id",
        unique=True,
        sqlite_where=text(PARTIAL["uq_subscriptions_active"]),
    ),
    Index("ix_subscriptions_subscriber", "subscriber_id"),
    **NEVER_AGAIN,
)

forgotten = Table(  # who is never written to again, by a keyed hash
    "forgotten",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

heard = Table(  # answers that were dealt with, each once
    "heard",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

inbox_letters = Table(  # letters that were read and lie where they lay
    "inbox_letters",
    metadata,
    Column("place", String(32), primary_key=True),  # a hash: of an inbox, and how it is read
    Column("key", String, primary_key=True),  # what the inbox calls it
    Column("for_a_person", Boolean, nullable=False),
    Column("put_off", Boolean, nullable=False),  # asking for it failed: others come first
    Column("reader", Id),  # the newest subscriber at that time: a later one may have written it
    Column("at", Moment, nullable=False, index=True),
)

goodbyes = Table(  # subscriptions that their owners ended, and may have back
    "goodbyes",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id"), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("state", String, nullable=False, server_default="due"),
    Column("why", Text, nullable=False, server_default=""),  # the relay's words; what closed it
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    CheckConstraint("state IN ('due', 'sending', 'over', 'closed')", name="state"),
)

strangers = Table(  # what was done at the word of letters without a token
    "strangers",
    metadata,
    id_column(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("what", String, nullable=False),  # what they wanted; "left" is what was done at once
    Column("who", String(64), nullable=False),  # a keyed hash of their address
    Column("at", Moment, nullable=False, index=True),
)

# move: asked at the old address, arrive: at the new one, moved: a note to the old one
REQUESTS = ("join", "lists", "leave", "leave all", "move", "arrive", "moved", "follow")
REQUEST_STATES = ("due", "sending", "answered", "held")  # held: for a person

requests = Table(  # people who wrote and are to be answered
    "requests",
    metadata,
    id_column(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("wants", String, nullable=False),
    Column("email", String, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("subscriber_id", Id),  # of who asks for their lists, to leave or to move
    Column("about", Text, nullable=False, server_default=""),  # another address; an article's uri
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False, server_default="due"),
    Column("why", Text, nullable=False, server_default=""),
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    UniqueConstraint("channel_id", "wants", "email", "about"),  # nobody is asked twice at once
    CheckConstraint(f"wants IN {REQUESTS}", name="wants"),
    CheckConstraint(f"state IN {REQUEST_STATES}", name="state"),
    **NEVER_AGAIN,
)
