"""Steps from one version of the ledger to the next, with tables of their own.

Those of schema/ go on changing; a step that was released is never changed.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, Text

from syndicate.ledger.schema.base import Moment, id_column, metadata


def editorial_desk(db: Connection) -> None:
    """Take the step from version 1 to 2: what the editorial desk keeps."""
    for part in (_acts,):
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


def _tables() -> MetaData:
    """Return an empty set of tables, whose constraints are named as everywhere in the ledger."""
    return MetaData(naming_convention=metadata.naming_convention)
