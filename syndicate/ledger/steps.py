"""Steps from one version of the ledger to the next, with tables of their own.

Those of schema/ go on changing; a step that was released is never changed.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from syndicate.ledger.schema.base import Moment, id_column, metadata


def editorial_desk(db: Connection) -> None:
    """Take the step from version 1 to 2: what the editorial desk keeps."""
    for part in (_acts, _drafts, _matters, _canaries, _partners):
        part(db)


def _acts(db: Connection) -> None:
    frozen = _tables()
    Table(
        "acts",
        frozen,
        id_column(),
        Column("uri", String, index=True),
        Column("version", Integer),
        Column("what", String, nullable=False),
        Column("at", Moment, nullable=False),
        Column("person", String, nullable=False, server_default=""),
        Column("account", String, nullable=False, server_default=""),
        Column("note", Text, nullable=False, server_default=""),
    )
    frozen.create_all(db)


def _drafts(db: Connection) -> None:
    frozen = _tables()
    Table(
        "drafts",
        frozen,
        id_column(),
        Column("uri", String, nullable=False, index=True),
        Column("after_version", Integer, nullable=False),
        Column("kind", String, nullable=False),
        Column("note", Text, nullable=False, server_default=""),
        Column("fingerprint", String(64), nullable=False),
        Column("document", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("path", Text, nullable=False),
        Column("channels", Text, nullable=False),
        Column("backfill", Boolean, nullable=False, server_default=false()),
        Column("due_at", Moment),
        Column("stored_at", Moment, nullable=False),
        Column("person", String, nullable=False, server_default=""),
        Column("account", String, nullable=False, server_default=""),
    )
    Table(
        "scheduled",
        frozen,
        Column("uri", String, primary_key=True),
        Column("draft_id", ForeignKey("drafts.id"), nullable=False, unique=True),
        Column("due_at", Moment, nullable=False, index=True),
        Column("held_at", Moment),
        Column("held_why", Text, nullable=False, server_default=""),
        Column("asks", Boolean, nullable=False, server_default=false()),
    )
    frozen.create_all(db)


def _matters(db: Connection) -> None:
    frozen = _tables()
    Table("holders", frozen, id_column())  # as it is
    Table(
        "matters",
        frozen,
        Column("key", String, primary_key=True),
        Column("says", Text, nullable=False),
        Column("command", Text, nullable=False, server_default=""),
        Column("since", Moment, nullable=False),
        Column("told_at", Moment),
        Column("told_by", String, nullable=False, server_default=""),
        Column("over_at", Moment),
        Column("holder_id", ForeignKey("holders.id")),
        Column("claimed_until", Moment),
    )
    frozen.create_all(db)


def _canaries(db: Connection) -> None:
    frozen = _tables()
    Table("editions", frozen, id_column())  # as it is
    Table(
        "canaries",
        frozen,
        Column("edition_id", ForeignKey("editions.id"), primary_key=True, autoincrement=False),
        Column("key", String(32), nullable=False, unique=True),
        Column("sent_at", Moment, nullable=False),
        Column("arrived_at", Moment),
    )
    frozen.create_all(db)


def _partners(db: Connection) -> None:
    frozen = _tables()
    Table("holders", frozen, id_column())
    table = Table(
        "partner_letters",
        frozen,
        id_column(),
        Column("partner", String, nullable=False),
        Column("uri", String, nullable=False, index=True),
        Column("version", Integer, nullable=False),
        Column("at", Moment, nullable=False),
        Column("state", String, nullable=False),
        Column("why", Text, nullable=False, server_default=""),
        Column("holder_id", ForeignKey("holders.id")),
        Column("claimed_until", Moment),
        UniqueConstraint("partner", "uri", "version"),
        CheckConstraint(
            "state IN ('noted', 'due', 'sending', 'sent', 'refused', 'in_doubt', 'off')",
            name="state",
        ),
    )
    table.create(db)


def _tables() -> MetaData:
    """Return an empty set of tables, whose constraints are named as everywhere in the ledger."""
    return MetaData(naming_convention=metadata.naming_convention)
