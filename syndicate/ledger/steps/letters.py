"""The part of the step to version 2 about letters to single people, and about the desk."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from syndicate.ledger.schema.base import Moment, id_column
from syndicate.ledger.steps.frozen import frozen_tables, rebuilt


def add_matters(db: Connection) -> None:
    frozen = frozen_tables()
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


def add_canaries(db: Connection) -> None:
    frozen = frozen_tables()
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


def add_partners(db: Connection) -> None:
    frozen = frozen_tables()
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


def add_requests(db: Connection) -> None:
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

_ASKED_SQLITE = rebuilt(
    "requests",
    "id, channel_id, wants, email, name, subscriber_id, at, state, why, holder_id, claimed_until",
    f"""
    CREATE TABLE requests (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
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
        CONSTRAINT uq_requests_channel_id_wants_email_about
            UNIQUE (channel_id, wants, email, about),
        CONSTRAINT ck_requests_wants {_WANTS},
        CONSTRAINT ck_requests_state CHECK (state IN ('due', 'sending', 'answered', 'held')),
        CONSTRAINT fk_requests_channel_id FOREIGN KEY(channel_id) REFERENCES channels (id),
        CONSTRAINT fk_requests_holder_id FOREIGN KEY(holder_id) REFERENCES holders (id)
    )
    """,
)


def number_subscriptions_once(db: Connection) -> None:
    """Let SQLite give no subscription the number of one that was deleted: its tokens name it."""
    for statement in _NUMBERED_SQLITE if db.dialect.name == "sqlite" else ():
        db.execute(text(statement))


# what refers to it gives way meanwhile
_NUMBERED_SQLITE = (
    "CREATE TABLE goodbyes_of_1 AS SELECT * FROM goodbyes",
    "DROP TABLE goodbyes",
    *rebuilt(
        "subscriptions",
        "id, channel_id, subscriber_id, started_at, ended_at, ended_reason, source, wording,"
        " consented_at",
        """
        CREATE TABLE subscriptions (
            id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
            channel_id INTEGER NOT NULL,
            subscriber_id INTEGER NOT NULL,
            started_at DATETIME NOT NULL,
            ended_at DATETIME,
            ended_reason VARCHAR,
            source TEXT DEFAULT '' NOT NULL,
            wording TEXT DEFAULT '' NOT NULL,
            consented_at DATETIME,
            CONSTRAINT fk_subscriptions_channel_id
                FOREIGN KEY(channel_id) REFERENCES channels (id),
            CONSTRAINT fk_subscriptions_subscriber_id
                FOREIGN KEY(subscriber_id) REFERENCES subscribers (id)
        )
        """,
    ),
    "CREATE INDEX ix_subscriptions_subscriber ON subscriptions (subscriber_id)",
    "CREATE UNIQUE INDEX uq_subscriptions_active ON subscriptions (channel_id, subscriber_id)"
    " WHERE ended_at IS NULL",
    """
    CREATE TABLE goodbyes (
        subscription_id INTEGER NOT NULL,
        at DATETIME NOT NULL,
        state VARCHAR DEFAULT 'due' NOT NULL,
        why TEXT DEFAULT '' NOT NULL,
        holder_id INTEGER,
        claimed_until DATETIME,
        CONSTRAINT pk_goodbyes PRIMARY KEY (subscription_id),
        CONSTRAINT ck_goodbyes_state CHECK (state IN ('due', 'sending', 'over', 'closed')),
        CONSTRAINT fk_goodbyes_subscription_id
            FOREIGN KEY(subscription_id) REFERENCES subscriptions (id),
        CONSTRAINT fk_goodbyes_holder_id FOREIGN KEY(holder_id) REFERENCES holders (id)
    )
    """,
    "INSERT INTO goodbyes SELECT * FROM goodbyes_of_1",
    "DROP TABLE goodbyes_of_1",
    "CREATE INDEX ix_goodbyes_at ON goodbyes (at)",
)


def add_followers(db: Connection) -> None:
    frozen = frozen_tables()
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
        sqlite_autoincrement=True,
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
        sqlite_autoincrement=True,
    )
    for table in (follows, letters):
        table.create(db)


def add_notices(db: Connection) -> None:
    frozen = frozen_tables()
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
