"""Notices: corrections and withdrawals that everybody is told of at once who got the article."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, text

from syndicate.ledger.schema.base import Moment, metadata

notices = Table(
    "notices",
    metadata,
    Column("uri", String, ForeignKey("articles.uri"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),  # that readers are told of
    Column("at", Moment, nullable=False),
    Column("gone", Integer, nullable=False, server_default=text("0")),  # got it, left every list
    Column("tallied", Integer, nullable=False, server_default=text("0")),  # letters, only counted
    Column("ended_at", Moment),  # null: some letters are still to be frozen, on another machine
)
