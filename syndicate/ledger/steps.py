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
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from syndicate.ledger.schema.base import Moment, id_column, metadata
from syndicate.ledger.told_step import told_step


def editorial_desk(db: Connection) -> None:
    """Take the step from version 1 to 2: what the editorial desk keeps."""
    first = (_acts, _drafts, _matters, _canaries, _partners, _requests, _followers, _notices)
    for part in (*first, _deadlines, _states, _approvals, told_step):
        part(db)


def _rebuilt(table: str, columns: str, create: str) -> tuple[str, ...]:
    """Return what makes a table anew with its rows: SQLite changes no CHECK in place.

    Only for one that no other table refers to. ``columns`` are those that it had before.
    """
    before = f"{table}_of_1"
    return (
        f"ALTER TABLE {table} RENAME TO {before}",
        create,
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {before}",  # noqa: S608 - names of ours
        f"DROP TABLE {before}",
    )


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
        Column("notify_readers", Boolean, nullable=False, server_default=false()),
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
        Column("refused", Text, nullable=False, server_default=""),
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


def _states(db: Connection) -> None:
    """Let articles be held and reinstated; keep which letters leave an article out."""
    frozen = _tables()
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
_KINDS_SQLITE = _rebuilt(
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


def _requests(db: Connection) -> None:
    """Let people ask to move and to follow an article; SQLite changes no CHECK in place."""
    for statement in _ASKED_POSTGRESQL if db.dialect.name == "postgresql" else _ASKED_SQLITE:
        db.execute(text(statement))


_WANTS = (
    "CHECK (wants IN ('join', 'lists', 'leave', 'leave all', 'move', 'arrive', 'moved', 'follow'))"
)
_ASKED_POSTGRESQL = (
    "ALTER TABLE requests ADD COLUMN about TEXT DEFAULT '' NOT NULL",
    "ALTER TABLE requests DROP CONSTRAINT ck_requests_wants",
    f"ALTER TABLE requests ADD CONSTRAINT ck_requests_wants {_WANTS}",
    "ALTER TABLE requests DROP CONSTRAINT uq_requests_channel_id_wants_email",
    "ALTER TABLE requests ADD CONSTRAINT uq_requests_channel_id_wants_email_about"
    " UNIQUE (channel_id, wants, email, about)",
)
_ASKED_SQLITE = _rebuilt(
    "requests",
    "id, channel_id, wants, email, name, subscriber_id, at, state, why, holder_id, claimed_until",
    f"""
    CREATE TABLE requests (
        id INTEGER NOT NULL,
        channel_id INTEGER NOT NULL,
        wants VARCHAR NOT NULL,
        email VARCHAR NOT NULL,
        name TEXT DEFAULT '' NOT NULL,
        subscriber_id INTEGER,
        about TEXT DEFAULT '' NOT NULL,
        at DATETIME NOT NULL,
        state VARCHAR DEFAULT 'due' NOT NULL,
        why TEXT DEFAULT '' NOT NULL,
        holder_id INTEGER,
        claimed_until DATETIME,
        CONSTRAINT pk_requests PRIMARY KEY (id),
        CONSTRAINT uq_requests_channel_id_wants_email_about
            UNIQUE (channel_id, wants, email, about),
        CONSTRAINT ck_requests_wants {_WANTS},
        CONSTRAINT ck_requests_state CHECK (state IN ('due', 'sending', 'answered', 'held')),
        CONSTRAINT fk_requests_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id),
        CONSTRAINT fk_requests_holder_id FOREIGN KEY(holder_id) REFERENCES holders (id)
    )
    """,
)


def _followers(db: Connection) -> None:
    frozen = _tables()
    for name in ("holders", "channels", "subscribers"):
        Table(name, frozen, id_column())
    follows = Table(
        "follows",
        frozen,
        id_column(),
        Column("channel_id", ForeignKey("channels.id"), nullable=False),
        Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
        Column("uri", String, nullable=False, index=True),
        Column("at", Moment, nullable=False, index=True),
        Column("source", Text, nullable=False, server_default=""),
        UniqueConstraint("subscriber_id", "uri"),
    )
    letters = Table(
        "follow_letters",
        frozen,
        id_column(),
        Column("follow_id", ForeignKey("follows.id"), nullable=False),
        Column("about", String, nullable=False),
        Column("at", Moment, nullable=False),
        Column("state", String, nullable=False),
        Column("why", Text, nullable=False, server_default=""),
        Column("holder_id", ForeignKey("holders.id")),
        Column("claimed_until", Moment),
        UniqueConstraint("follow_id", "about"),
        CheckConstraint(
            "state IN ('due', 'sending', 'sent', 'refused', 'in_doubt', 'off')", name="state"
        ),
    )
    for table in (follows, letters):
        table.create(db)


def _notices(db: Connection) -> None:
    frozen = _tables()
    Table("articles", frozen, Column("uri", String, primary_key=True))
    table = Table(
        "notices",
        frozen,
        Column("uri", String, ForeignKey("articles.uri"), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("at", Moment, nullable=False),
        Column("gone", Integer, nullable=False, server_default=text("0")),
        Column("tallied", Integer, nullable=False, server_default=text("0")),
        Column("ended_at", Moment),
    )
    table.create(db)


def _deadlines(db: Connection) -> None:
    """Keep replies, reminders of deadlines, and which digests carry a reminder."""
    frozen = _tables()
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
_PARTS_SQLITE = _rebuilt(
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


def _approvals(db: Connection) -> None:
    frozen = _tables()
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


def _tables() -> MetaData:
    """Return an empty set of tables, whose constraints are named as everywhere in the ledger."""
    return MetaData(naming_convention=metadata.naming_convention)
