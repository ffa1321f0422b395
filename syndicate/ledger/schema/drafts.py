"""Drafts that are kept before they are published, and which of them goes out when."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, false

from syndicate.ledger.schema.base import NEVER_AGAIN, Moment, id_column, metadata

drafts = Table(  # a revision as it was read, with all that was decided on; no reader sees it
    "drafts",
    metadata,
    id_column(),
    Column("uri", String, nullable=False, index=True),  # its article may not be published yet
    Column("after_version", Integer, nullable=False),  # the newest revision then; 0: none
    Column("kind", String, nullable=False),  # original, correction or refile
    Column("note", Text, nullable=False, server_default=""),  # what was wrong
    Column("fingerprint", String(64), nullable=False),  # of all that an approval binds
    Column("document", Text, nullable=False),  # the canonical article as JSON; its files: media
    Column("source", Text, nullable=False),  # the file as it was read
    Column("path", Text, nullable=False),  # where it was read
    Column("channels", Text, nullable=False),  # a JSON list: those that the command named
    Column("backfill", Boolean, nullable=False, server_default=false()),
    Column("notify_readers", Boolean, nullable=False, server_default=false()),
    Column("due_at", Moment),  # when it is to go out; null: as soon as it may
    Column("stored_at", Moment, nullable=False),
    Column("person", String, nullable=False, server_default=""),
    Column("account", String, nullable=False, server_default=""),
    **NEVER_AGAIN,
)

scheduled = Table(  # deleted in the transaction that records its revision
    "scheduled",
    metadata,
    Column("uri", String, primary_key=True),  # one an article
    Column("draft_id", ForeignKey("drafts.id"), nullable=False, unique=True),
    Column("due_at", Moment, nullable=False, index=True),
    Column("held_at", Moment),  # since when it waits for a person; null: it does not
    Column("held_why", Text, nullable=False, server_default=""),
    Column("asks", Boolean, nullable=False, server_default=false()),  # nobody held it by will
)
