"""Channels, and what belongs to each: articles, leftovers, cached pieces, its rate."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from syndicate.ledger.schema.base import PARTIAL, Moment, id_column, metadata

channels = Table(
    "channels",
    metadata,
    id_column(),
    Column("name", String, nullable=False, unique=True),
    Column("key", String, nullable=False, unique=True),  # its first name: part of delivery keys
    Column("kind", String, nullable=False),
    Column("target", Text, nullable=False),  # the destination as the configuration names it
    Column("identity", Text),  # as it names itself; null until it was first reached
    Column("first_seen_at", Moment, nullable=False),
    Column("next_at", Moment),  # not before then is anything written there
    Column("why", Text, nullable=False, server_default=text("''")),  # that is so
    Column("older", Integer, nullable=False, server_default=text("0")),
    # (the articles up to this number were published before it was first seen)
    Column("origin", Text, nullable=False, server_default=text("''")),
    Column("mark", Text, nullable=False, server_default=text("''")),  # of the
    # folder that its files are in
    Column("retired", Boolean, nullable=False, server_default=false()),  # no
    # machine has it any more
)

leftovers = Table(  # what machines without a channel leave to one that has it
    "leftovers",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("at", Moment, nullable=False),  # when that article was published or changed
)

syndications = Table(  # an article belongs to a channel from this moment on
    "syndications",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("page", Integer),  # of the channel's archive
    Column("passed", Boolean, nullable=False, server_default=false()),
    # (of a list: a digest's window was closed over it)
    Column("shown", Integer),  # of a collection: the version that it goes on showing of an
    # article that is held; 0 where it showed nothing
    Index(None, "channel_id", "at"),
    Index(None, "channel_id", "page"),
    Index(
        "ix_syndications_shown",
        "channel_id",
        sqlite_where=text(PARTIAL["ix_syndications_shown"]),
    ),
)

fragments = Table(  # what a collection holds, as it says it; a cache
    "fragments",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("stamp", String, nullable=False),  # of what it was made from
    Column("content", LargeBinary, nullable=False),
)

used = Table(  # of a list's rate, by the minute
    "used",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("minute", Moment, primary_key=True),  # its end
    Column("count", Integer, nullable=False),
)
