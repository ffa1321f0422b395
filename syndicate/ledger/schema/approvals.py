"""Requests for approval, how each was decided, and the letters to those who decide."""

from __future__ import annotations

from sqlalchemy import (
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

from syndicate.ledger.schema.base import PARTIAL, Moment, id_column, metadata

APPROVAL_STATES = (
    "waiting", "approved", "rejected", "published",
    "ended",  # another request took its place, or its article was withdrawn
    "forced",  # published without approval: somebody has to look at it
    "reviewed",  # somebody has
)  # fmt: skip
APPROVAL_LETTER_STATES = ("due", "sending", "sent", "refused", "in_doubt", "off")

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    Column("uri", String, nullable=False, index=True),  # its article may not be published yet
    Column("version", Integer, nullable=False),  # that the revision is to have
    Column("draft_id", ForeignKey("drafts.id"), unique=True),  # null: its text is kept no more
    Column("headline", Text, nullable=False, server_default=""),
    Column("path", Text, nullable=False, server_default=""),
    Column("binding", String(64), nullable=False),  # fingerprint of all that is approved
    Column("pictures", Text, nullable=False, server_default="{}"),  # of other sites, by address
    Column("findings", Text, nullable=False, server_default="[]"),  # of the checks
    Column("due_at", Moment),  # when it is to go out; null: as soon as somebody publishes it
    Column("at", Moment, nullable=False),
    Column("person", String, nullable=False, server_default=""),  # who submitted or forced it
    Column("account", String, nullable=False, server_default=""),
    Column("state", String, nullable=False),
    Column("decided_at", Moment),
    Column("decider", String, nullable=False, server_default=""),  # or who reviewed it
    Column("decider_account", String, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),  # of the decision; why it was forced
    Column("reminded_at", Moment),
    Column("deputies_at", Moment),  # since when deputies are asked, too
    CheckConstraint(f"state IN {APPROVAL_STATES}", name="state"),
    Index(
        "uq_approvals_waiting", "uri", unique=True,
        sqlite_where=text(PARTIAL["uq_approvals_waiting"]),
    ),
)  # fmt: skip

approval_letters = Table(  # one row a request, approver and matter
    "approval_letters",
    metadata,
    id_column(),
    Column("approval_id", ForeignKey("approvals.id"), nullable=False),
    Column("approver", String, nullable=False),  # as the configuration names them
    Column("about", String, nullable=False),  # ask, remind; else why an answer did not count
    Column("token_hash", String(64), nullable=False, server_default="", index=True),
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    UniqueConstraint("approval_id", "approver", "about"),
    CheckConstraint(f"state IN {APPROVAL_LETTER_STATES}", name="state"),
)
