"""The ledger itself: its keys, its marks, its moves and copies, and the runs of `tick`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from syndicate.ledger.schema.base import Id, Moment, id_column, metadata

ledger = Table(  # one row: what this ledger is
    "ledger",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("restored_at", Moment),  # from a backup: what came between is not known here
    Column("secret", String(64), nullable=False),  # the first key of the tokens
    Column("rehearsal", Boolean, nullable=False, server_default=false()),
    Column("doubted", Text, nullable=False, server_default=text("''")),  # why it
    # must be older than what was sent
    CheckConstraint("id = 1", name="single"),
)

secrets = Table(  # later keys; what older ones made stays valid
    "secrets",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("secret", String(64), nullable=False),
    Column("since", Moment, nullable=False),
)

generations = Table(  # each time that something was sent; the newest stands
    "generations",  # beside the ledger, too
    metadata,
    Column("mark", String(32), primary_key=True),  # by chance
    Column("number", BigInteger, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("anew", Boolean, nullable=False, server_default=false()),  # a person knows what was lost
)

disowned = Table(  # what stands in a feed and is not here, as a person knows
    "disowned",
    metadata,
    Column("uri", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

moves = Table(  # ways of this ledger, hither or away; never copied with it
    "moves",
    metadata,
    Column("name", String(32), primary_key=True),  # by chance, the same at both ends
    Column("arrives", Boolean, nullable=False),  # else it leaves
    Column("place", Text, nullable=False),  # from where or whither, without secrets
    Column("holder_id", Id),  # who is at it
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),  # null: this is no ledger yet, or still is one
)

backups = Table(  # our own copies of this ledger, for what must be forgotten
    "backups",
    metadata,
    Column("path", String, primary_key=True),
    Column("at", Moment, nullable=False),
)

ticks = Table(  # the newest runs of `tick`, by the office's clock
    "ticks",
    metadata,
    id_column(),
    Column("host", String, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

reported = Table(  # what the newest tick had to say and could not mend
    "told",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("at", Moment, nullable=False),  # when it was said
)
