"""The ledger's tables, in their newest version."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)


class Moment(TypeDecorator[datetime]):
    """An aware moment; SQLite, which forgets zones, is given UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite numbers only INTEGER keys itself


def _id() -> Column[Any]:
    return Column("id", Id, primary_key=True)


# PostgreSQL's partial indexes; said apart, since saying it there imports all of that dialect
PARTIAL = {
    "ix_deliveries_open": "state <> 'settled'",
    "uq_subscriptions_active": "ended_at IS NULL",
    "ix_letters_trouble": "state IN ('in_doubt', 'refused', 'given_up')",
    "ix_letters_deferred": "not_before IS NOT NULL",
}

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

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
    _id(),
    Column("host", String, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

told = Table(  # what the newest tick had to say and could not mend
    "told",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("at", Moment, nullable=False),  # when it was said
)

articles = Table(
    "articles",
    metadata,
    Column("uri", String, primary_key=True),
    Column("version", Integer, nullable=False),  # the newest revision
    Column("major_version", Integer, nullable=False),  # the newest that readers were told of
    Column("pub_status", String, nullable=False),
    Column("path", Text, nullable=False),  # where it was last read from
    Column("published_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Column("expires_at", Moment, index=True),  # as expired
    Column("expired", Boolean, nullable=False, server_default=false()),
    Column("url", Text, index=True),  # of the newest revision
    Column("text_print", String(64), index=True),  # likewise, as the next
    Column("headline_print", String(64), index=True),  # (syndicate/text/similarity.py)
    Column("number", Integer, nullable=False, server_default=text("0")),
    # (1 for the first that the ledger recorded, whatever any clock said)
    Column("dated", Boolean, nullable=False, server_default=false()),  # whether
    # updated_at follows from the date in its file
    Index(None, "published_at"),
    Index(None, "updated_at"),
    CheckConstraint("pub_status IN ('usable', 'canceled')", name="pub_status"),
)

article_subjects = Table(  # of each article's newest revision, case folded
    "article_subjects",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("subject", String, primary_key=True),
    Column("published_at", Moment, nullable=False),  # the article's
    Index(None, "subject", "published_at"),
)

minted = Table(  # uris of files on their way to being published
    "minted",
    metadata,
    Column("uri", String, primary_key=True),
)

KINDS = ("original", "correction", "refile", "withdrawal")

revisions = Table(
    "revisions",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # what was wrong; why withdrawn
    Column("kill", Boolean, nullable=False, server_default=false()),
    Column("fingerprint", String(64), nullable=False),
    Column("document", Text, nullable=False),  # the canonical article as JSON, sanitised HTML in it
    Column("source", Text, nullable=False),  # the file as it was read
    Column("recorded_at", Moment, nullable=False),
    CheckConstraint(f"kind IN {KINDS}", name="kind"),
)

media = Table(  # the pictures' bytes: any machine can carry out what another one planned
    "media",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    _id(),
    Column("name", String, nullable=False, unique=True),
    Column("key", String, nullable=False, unique=True),  # its first name: part of delivery keys
    Column("kind", String, nullable=False),
    Column("target", Text, nullable=False),  # the destination as the configuration names it
    Column("identity", Text),  # as it names itself; null until it was first reached
    Column("first_seen_at", Moment, nullable=False),
    Column("next_at", Moment),  # not before then is anything written there
    Column("why", Text, nullable=False, server_default=text("''")),  # that is so
    Column("older", Integer, nullable=False, server_default=text("0")),
    # (the articles up to this number were published before it was first seen)
    Column("origin", Text, nullable=False, server_default=text("''")),
    Column("mark", Text, nullable=False, server_default=text("''")),  # of the
    # folder that its files are in
    Column("retired", Boolean, nullable=False, server_default=false()),  # no
    # machine has it any more
)

leftovers = Table(  # what machines without a channel leave to one that has it
    "leftovers",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("at", Moment, nullable=False),  # when that article was published or changed
)

syndications = Table(  # an article belongs to a channel from this moment on
    "syndications",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("page", Integer),  # of the channel's archive
    Column("passed", Boolean, nullable=False, server_default=false()),
    # (of a list: a digest's window was closed over it)
    Index(None, "channel_id", "at"),
    Index(None, "channel_id", "page"),
)

fragments = Table(  # what a collection holds, as it says it; a cache
    "fragments",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("stamp", String, nullable=False),  # of what it was made from
    Column("content", LargeBinary, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    _id(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("key", String, nullable=False),
    Column("opened_at", Moment),  # digests: the window
    Column("closed_at", Moment),
    Column("status", String, nullable=False, server_default="standing"),
    Column("stamp", String),  # of what a collection's words were made from
    UniqueConstraint("channel_id", "key"),  # a second cron run finds the first one's
    UniqueConstraint("channel_id", "closed_at"),  # a window is frozen once
    CheckConstraint("status IN ('standing', 'frozen', 'empty', 'skipped')", name="status"),
    CheckConstraint("(status = 'standing') = (closed_at IS NULL)", name="window"),
)

edition_items = Table(  # what a digest said; standing editions say what is live
    "edition_items",
    metadata,
    Column("edition_id", ForeignKey("editions.id"), primary_key=True),
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("part", String, nullable=False),
    Column("version", Integer, nullable=False),
    CheckConstraint("part IN ('new', 'correction')", name="part"),
)

renditions = Table(  # what is or should be somewhere, word for word; forgotten when neither
    "renditions",
    metadata,
    _id(),
    Column("digest", String(64), nullable=False, unique=True),
    Column("media_type", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("media", Text, nullable=False, server_default=""),  # sha256 names, by blanks
)

holders = Table(  # processes that hold claims
    "holders",
    metadata,
    _id(),
    Column("host", String, nullable=False),
    Column("boot", String, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("started", String, nullable=False),  # the process's start, by its kernel's clock
    Column("since", Moment, nullable=False),
)

STATES = ("due", "claimed", "sending", "settled", "refused", "in_doubt")

deliveries = Table(
    "deliveries",
    metadata,
    _id(),
    Column("edition_id", ForeignKey("editions.id"), nullable=False),
    Column("address", String, nullable=False),
    Column("follows", String),  # the address of what must stand before it
    Column("state", String, nullable=False),
    Column("wanted", ForeignKey("renditions.id")),  # what should be there; null: nothing
    Column("wanted_version", Integer, nullable=False, server_default=text("0")),
    Column("replaces", Boolean, nullable=False, server_default=false()),  # only where something is
    Column("fallback", ForeignKey("renditions.id")),  # put there if a removal is refused
    Column("present", ForeignKey("renditions.id")),  # what is there; null: nothing
    Column("present_version", Integer, nullable=False, server_default=text("0")),
    Column("reference", Text),  # the receipt
    Column("url", Text),
    Column("destination", Text),
    Column("lacking", Boolean, nullable=False, server_default=false()),
    # something that is wanted was left out, and is tried again
    Column("not_before", Moment),
    Column("why", Text, nullable=False, server_default=""),
    Column("attempt_id", Id),  # the newest attempt
    Column("holder_id", ForeignKey("holders.id")),
    Column("claimed_until", Moment),
    UniqueConstraint("edition_id", "address"),
    CheckConstraint(f"state IN {STATES}", name="state"),
    CheckConstraint("(state IN ('claimed', 'sending')) = (holder_id IS NOT NULL)", name="claim"),
    CheckConstraint("(present IS NULL) = (reference IS NULL)", name="receipt"),
    Index(
        "ix_deliveries_open",  # the few that are not at rest
        "edition_id",
        "state",
        "id",
        sqlite_where=text(PARTIAL["ix_deliveries_open"]),
    ),
)

attempts = Table(  # the journal: written before the effect, ended after it
    "attempts",
    metadata,
    _id(),
    Column("delivery_id", ForeignKey("deliveries.id"), nullable=False, index=True),
    Column("verb", String, nullable=False),
    Column("rendition_id", ForeignKey("renditions.id", ondelete="SET NULL")),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),  # null: still going, or killed
    Column("outcome", String),  # receipt, refused, unavailable, in_doubt
    Column("detail", Text, nullable=False, server_default=""),
    CheckConstraint("verb IN ('publish', 'revise', 'remove')", name="verb"),
)

subscribers = Table(
    "subscribers",
    metadata,
    _id(),
    Column("email", String, nullable=False, unique=True),  # normalised, lower case
    Column("name", Text, nullable=False, server_default=""),
    Column("bounces", Integer, nullable=False, server_default=text("0")),
    # (those that count: syndicate/model/bounces.py)
    Column("bounce", String),  # the newest one's code
    Column("bounced_at", Moment),
)

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

used = Table(  # of a list's rate, by the minute
    "used",
    metadata,
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("minute", Moment, primary_key=True),  # its end
    Column("count", Integer, nullable=False),
)

blocks = Table(  # recipients whom one process writes to
    "blocks",
    metadata,
    _id(),
    Column("edition_id", ForeignKey("editions.id"), nullable=False, index=True),
    Column("first", BigInteger, nullable=False),
    Column("last", BigInteger, nullable=False),
    Column("holder_id", ForeignKey("holders.id"), nullable=False),
    Column("claimed_until", Moment, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _id(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("subscriber_id", ForeignKey("subscribers.id"), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_reason", String),
    Column("source", Text, nullable=False, server_default=""),  # how they came
    Column("wording", Text, nullable=False, server_default=""),  # of the consent
    Column("consented_at", Moment),  # null: nobody said when
    Index(
        "uq_subscriptions_active",
        "channel_id",
        "subscriber_id",
        unique=True,
        sqlite_where=text(PARTIAL["uq_subscriptions_active"]),
    ),
    Index("ix_subscriptions_subscriber", "subscriber_id"),
)

forgotten = Table(  # who is never written to again, by a keyed hash
    "forgotten",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("at", Moment, nullable=False),
)

heard = Table(  # answers that were dealt with, each once
    "heard",
    metadata,
    Column("key", String, primary_key=True),
    Column("at", Moment, nullable=False, index=True),
)

inbox_letters = Table(  # letters that were read and lie where they lay
    "inbox_letters",
    metadata,
    Column("place", String(32), primary_key=True),  # a hash: of an inbox, and how it is read
    Column("key", String, primary_key=True),  # what the inbox calls it
    Column("for_a_person", Boolean, nullable=False),
    Column("put_off", Boolean, nullable=False),  # asking for it failed: others come first
    Column("reader", Id),  # the newest subscriber at that time: a later one may have written it
    Column("at", Moment, nullable=False, index=True),
)

goodbyes = Table(  # subscriptions that their owners ended, and may have back
    "goodbyes",
    metadata,
    Column("subscription_id", ForeignKey("subscriptions.id"), primary_key=True),
    Column("at", Moment, nullable=False, index=True),
    Column("state", String, nullable=False, server_default="due"),
    Column("why", Text, nullable=False, server_default=""),  # the relay's words; what closed it
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    CheckConstraint("state IN ('due', 'sending', 'over', 'closed')", name="state"),
)

strangers = Table(  # what was done at the word of letters without a token
    "strangers",
    metadata,
    _id(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("what", String, nullable=False),  # what they wanted; "left" is what was done at once
    Column("who", String(64), nullable=False),  # a keyed hash of their address
    Column("at", Moment, nullable=False, index=True),
)

REQUESTS = ("join", "lists", "leave", "leave all")
REQUEST_STATES = ("due", "sending", "answered", "held")  # held: for a person

requests = Table(  # people who wrote and are to be answered
    "requests",
    metadata,
    _id(),
    Column("channel_id", ForeignKey("channels.id"), nullable=False),
    Column("wants", String, nullable=False),
    Column("email", String, nullable=False),
    Column("name", Text, nullable=False, server_default=""),
    Column("subscriber_id", Id),  # of who asks for their lists, or to leave
    Column("at", Moment, nullable=False),
    Column("state", String, nullable=False, server_default="due"),
    Column("why", Text, nullable=False, server_default=""),
    Column("holder_id", ForeignKey("holders.id")),  # who is sending it
    Column("claimed_until", Moment),
    UniqueConstraint("channel_id", "wants", "email"),  # nobody is asked twice at once
    CheckConstraint(f"wants IN {REQUESTS}", name="wants"),
    CheckConstraint(f"state IN {REQUEST_STATES}", name="state"),
)


def postgresql_too() -> None:
    """Make the partial indexes partial on PostgreSQL as well."""
    for table in metadata.tables.values():
        for index in table.indexes:
            if index.name in PARTIAL:
                index.dialect_options["postgresql"]["where"] = text(PARTIAL[index.name])
