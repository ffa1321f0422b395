"""Letters of digests: runs, stencils, one row for each recipient, claimed blocks."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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
    text,
)

from syndicate.ledger.schema.base import PARTIAL, Id, Moment, id_column, metadata

runs = Table(  # a digest's letters, as a whole
    "runs",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True, autoincrement=False),
    Column("stencil", Integer),  # the newest; null: there is nothing to say any more
    Column("letters", Integer, nullable=False),  # how many were frozen
    Column("upto", BigInteger),  # the newest subscription that gets a letter,
    Column("filled", BigInteger, nullable=False, server_default=text("0")),  # and up to which they
    # are written down; null: all of them are
    Column("cursor", BigInteger, nullable=False, server_default=text("0")),  # claimed up to here
    Column("halted", Text, nullable=False, server_default=""),  # why it waits for a person
    Column("why", Text, nullable=False, server_default=""),  # what kept it from beginning
    Column("not_before", Moment),
    Column("paused_at", Moment),  # since when the office itself is refused
    Column("frozen_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment, index=True),  # null: something is open
    Column("counts", Text),  # JSON, letters by state: what is left of their rows after a while
)

stencils = Table(  # what letters say, in the order of saying; kept as a record
    "stencils",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

omissions = Table(  # articles that a digest carries and a later stencil of it leaves out
    "omissions",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("stencil", Integer, primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("held", Boolean, nullable=False),  # it was held then; else it was withdrawn
)

LETTER_STATES = ("due", "sending", "sent", "refused", "in_doubt", "off", "given_up")

letters = Table(  # narrow, for there may be a million
    "letters",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("subscriber_id", Id, primary_key=True, autoincrement=False),  # who may be forgotten
    Column("state", String, nullable=False),
    Column("stencil", Integer),  # the newest attempt's
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("code", String),  # the relay's, where it said no
    Column("why", Text),
    Column("not_before", Moment),
    Column("at", Moment),  # when the newest attempt began, or ended
    CheckConstraint(f"state IN {LETTER_STATES}", name="state"),
    Index(
        "ix_letters_trouble",
        "edition_id",
        "state",
        sqlite_where=text(PARTIAL["ix_letters_trouble"]),
    ),
    Index(
        "ix_letters_deferred",
        "edition_id",
        "not_before",
        sqlite_where=text(PARTIAL["ix_letters_deferred"]),
    ),
    sqlite_with_rowid=False,
)

blocks = Table(  # recipients whom one process writes to
    "blocks",
    metadata,
    id_column(),
    Column("edition_id", ForeignKey("editions.id"), nullable=False, index=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("holder_id", ForeignKey("holders.id"), nullable=False),
    Column("claimed_until", Moment, nullable=False),
)
