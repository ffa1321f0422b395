"""Articles, their revisions, subjects and media."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
    text,
)

from syndicate.ledger.schema.base import PARTIAL, Moment, metadata

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
    Column("ended", Boolean, nullable=False, server_default=false()),  # and readers see it
    Column("url", Text, index=True),  # of the newest revision
    Column("text_print", String(64), index=True),  # likewise, as the next
    Column("headline_print", String(64), index=True),  # (syndicate/text/similarity.py)
    Column("number", Integer, nullable=False, server_default=text("0")),
    # (1 for the first that the ledger recorded, whatever any clock said)
    Column("dated", Boolean, nullable=False, server_default=false()),  # whether
    # updated_at follows from the date in its file
    Column("held_at", Moment),  # since when a usable article is withheld
    Index(None, "published_at"),
    Index(None, "updated_at"),
    Index("ix_articles_held", "held_at", sqlite_where=text(PARTIAL["ix_articles_held"])),
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

KINDS = ("original", "correction", "refile", "withdrawal", "reinstatement")

revisions = Table(
    "revisions",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("note", Text, nullable=False, server_default=""),  # what was wrong; why withdrawn
    Column("minor", Boolean, nullable=False, server_default=false()),  # no reader is told
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
