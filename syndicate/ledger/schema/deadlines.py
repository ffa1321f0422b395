"""Replies to articles (right of reply), by when they are due, and reminders of deadlines."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, false

from syndicate.ledger.schema.base import Moment, metadata

replies = Table(  # of each article's newest revision
    "replies",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("replies_to", String, nullable=False, index=True),  # the article that it answers
)

replies_due = Table(  # likewise: a reply was asked for
    "replies_due",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),  # the article to be answered
    Column("due_at", Moment, nullable=False),
)

reminders = Table(  # whose moment has come: each once, on however many machines it is looked for
    "reminders",
    metadata,
    Column("uri", ForeignKey("articles.uri"), primary_key=True),
    Column("moment", Moment, primary_key=True),  # counted back from the deadline
    Column("at", Moment, nullable=False),  # when it was decided on
    Column("expires_at", Moment, nullable=False),  # the deadline then
    Column("over", Boolean, nullable=False, server_default=false()),  # it is sent no more
)
