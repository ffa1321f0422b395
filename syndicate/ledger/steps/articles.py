"""The part of the step to version 2 about articles: acts, drafts, states, deadlines, approvals."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from syndicate.ledger.schema.base import Moment, id_column
from syndicate.ledger.steps.frozen import frozen_tables, rebuilt


def add_acts(db: Connection) -> None:
    frozen = frozen_tables()
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


def add_drafts(db: Connection) -> None:
    frozen = frozen_tables()
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
        Column("notify_readers", Boolean, nullable=False, server_default=false()),
        Column("due_at", Moment),
        Column("stored_at", Moment, nullable=False),
        Column("person", String, nullable=False, server_default=""),
        Column("account", String, nullable=False, server_default=""),
        sqlite_autoincrement=True,
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


def add_states(db: Connection) -> None:
    """Let articles be held and reinstated; keep which letters leave an article out."""
    frozen = frozen_tables()
    for table in ("articles", "editions"):
        Table(table, frozen, autoload_with=db)
    omissions = Table(
        "omissions",
        frozen,
        Column("edition_id", ForeignKey("editions.id"), primary_key=True),
        Column("stencil", Integer, primary_key=True),
        Column("uri", ForeignKey("articles.uri"), primary_key=True),
        Column("held", Boolean, nullable=False),
    )
    omissions.create(db)
    moment = "TIMESTAMP WITH TIME ZONE" if db.dialect.name == "postgresql" else "DATETIME"
    for statement in (
        f"ALTER TABLE articles ADD COLUMN held_at {moment}",
        "CREATE INDEX ix_articles_held ON articles (held_at) WHERE held_at IS NOT NULL",
        "ALTER TABLE syndications ADD COLUMN shown INTEGER",
        "CREATE INDEX ix_syndications_shown ON syndications (channel_id) WHERE shown IS NOT NULL",
        *(_KINDS_POSTGRESQL if db.dialect.name == "postgresql" else _KINDS_SQLITE),
        "UPDATE revisions SET minor = true WHERE kind = 'refile'",
    ):
        db.execute(text(statement))


_KINDS_POSTGRESQL = (
    "ALTER TABLE revisions ADD COLUMN minor BOOLEAN DEFAULT false NOT NULL",
    "ALTER TABLE revisions DROP CONSTRAINT ck_revisions_kind",
    "ALTER TABLE revisions ADD CONSTRAINT ck_revisions_kind CHECK (kind IN ('original',"
    " 'correction', 'refile', 'withdrawal', 'reinstatement'))",
)

_KINDS_SQLITE = rebuilt(
    "revisions",
    "uri, version, kind, note, kill, fingerprint, document, source, recorded_at",
    """
    CREATE TABLE revisions (
        uri VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        kind VARCHAR NOT NULL,
        note TEXT DEFAULT '' NOT NULL,
        minor BOOLEAN DEFAULT 0 NOT NULL,
        kill BOOLEAN DEFAULT 0 NOT NULL,
        fingerprint VARCHAR(64) NOT NULL,
        document TEXT NOT NULL,
        source TEXT NOT NULL,
        recorded_at DATETIME NOT NULL,
        CONSTRAINT pk_revisions PRIMARY KEY (uri, version),
        CONSTRAINT ck_revisions_kind CHECK (kind IN ('original', 'correction', 'refile',
            'withdrawal', 'reinstatement')),
        CONSTRAINT fk_revisions_uri FOREIGN KEY(uri) REFERENCES articles (uri)
    )
    """,
)


def add_deadlines(db: Connection) -> None:
    """Keep replies, reminders of deadlines, and which digests carry a reminder."""
    frozen = frozen_tables()
    Table("articles", frozen, autoload_with=db)
    tables = (
        Table(
            "replies",
            frozen,
            Column("uri", ForeignKey("articles.uri"), primary_key=True),
            Column("replies_to", String, nullable=False, index=True),
        ),
        Table(
            "replies_due",
            frozen,
            Column("uri", ForeignKey("articles.uri"), primary_key=True),
            Column("due_at", Moment, nullable=False),
        ),
        Table(
            "reminders",
            frozen,
            Column("uri", ForeignKey("articles.uri"), primary_key=True),
            Column("moment", Moment, primary_key=True),
            Column("at", Moment, nullable=False),
            Column("expires_at", Moment, nullable=False),
            Column("over", Boolean, nullable=False, server_default=false()),
        ),
    )
    frozen.create_all(db, tables=tables)
    db.execute(text("ALTER TABLE articles ADD COLUMN ended BOOLEAN DEFAULT false NOT NULL"))
    for statement in _PARTS_POSTGRESQL if db.dialect.name == "postgresql" else _PARTS_SQLITE:
        db.execute(text(statement))


_PARTS_POSTGRESQL = (
    "ALTER TABLE edition_items DROP CONSTRAINT ck_edition_items_part",
    "ALTER TABLE edition_items ADD CONSTRAINT ck_edition_items_part"
    " CHECK (part IN ('new', 'correction', 'reminder'))",
    "ALTER TABLE edition_items ADD COLUMN known INTEGER DEFAULT 0 NOT NULL",
)

_PARTS_SQLITE = rebuilt(
    "edition_items",
    "edition_id, uri, part, version",
    """
    CREATE TABLE edition_items (
        edition_id INTEGER NOT NULL,
        uri VARCHAR NOT NULL,
        part VARCHAR NOT NULL,
        version INTEGER NOT NULL,
        known INTEGER DEFAULT 0 NOT NULL,
        CONSTRAINT pk_edition_items PRIMARY KEY (edition_id, uri),
        CONSTRAINT ck_edition_items_part CHECK (part IN ('new', 'correction', 'reminder')),
        CONSTRAINT fk_edition_items_edition_id FOREIGN KEY(edition_id) REFERENCES editions (id),
        CONSTRAINT fk_edition_items_uri FOREIGN KEY(uri) REFERENCES articles (uri)
    )
    """,
)


def add_approvals(db: Connection) -> None:
    frozen = frozen_tables()
    for name in ("drafts", "holders"):
        Table(name, frozen, id_column())
    waiting = text("state = 'waiting'")
    requests = Table(
        "approvals",
        frozen,
        id_column(),
        Column("uri", String, nullable=False, index=True),
        Column("version", Integer, nullable=False),
        Column("draft_id", ForeignKey("drafts.id"), unique=True),
        Column("headline", Text, nullable=False, server_default=""),
        Column("path", Text, nullable=False, server_default=""),
        Column("binding", String(64), nullable=False),
        Column("pictures", Text, nullable=False, server_default="{}"),
        Column("findings", Text, nullable=False, server_default="[]"),
        Column("due_at", Moment),
        Column("at", Moment, nullable=False),
        Column("person", String, nullable=False, server_default=""),
        Column("account", String, nullable=False, server_default=""),
        Column("state", String, nullable=False),
        Column("decided_at", Moment),
        Column("decider", String, nullable=False, server_default=""),
        Column("decider_account", String, nullable=False, server_default=""),
        Column("note", Text, nullable=False, server_default=""),
        Column("reminded_at", Moment),
        Column("deputies_at", Moment),
        CheckConstraint(
            "state IN ('waiting', 'approved', 'rejected', 'published', 'ended', 'forced',"
            " 'reviewed')",
            name="state",
        ),
        Index(
            "uq_approvals_waiting", "uri", unique=True, sqlite_where=waiting,
            postgresql_where=waiting,
        ),
    )  # fmt: skip
    letters = Table(
        "approval_letters",
        frozen,
        id_column(),
        Column("approval_id", ForeignKey("approvals.id"), nullable=False),
        Column("approver", String, nullable=False),
        Column("about", String, nullable=False),
        Column("token_hash", String(64), nullable=False, server_default="", index=True),
        Column("at", Moment, nullable=False),
        Column("state", String, nullable=False),
        Column("why", Text, nullable=False, server_default=""),
        Column("holder_id", ForeignKey("holders.id")),
        Column("claimed_until", Moment),
        UniqueConstraint("approval_id", "approver", "about"),
        CheckConstraint(
            "state IN ('due', 'sending', 'sent', 'refused', 'in_doubt', 'off')", name="state"
        ),
    )
    for table in (requests, letters):
        table.create(db)
