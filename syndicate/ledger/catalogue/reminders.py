"""Reminders of deadlines: each written down once, under its article and its moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from syndicate.ledger.catalogue.articles import Articles, Standing
from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import articles, reminders, revisions
from syndicate.model.annotations import Reminder
from syndicate.model.article import PubStatus


class Reminders:
    """Read and write reminders within a transaction."""

    def __init__(self, db: Connection, known: Articles) -> None:
        self.db = db
        self._articles = known

    def of(self, uris: Iterable[str]) -> dict[str, tuple[Reminder, ...]]:
        """Return by uri the reminders of articles that have any, oldest first."""
        found: dict[str, tuple[Reminder, ...]] = {}
        for batch in batches(uris):
            query = select(reminders).where(reminders.c.uri.in_(batch))
            for row in self.db.execute(query.order_by(reminders.c.moment)):
                reminder = Reminder(
                    moment=row.moment, at=row.at, expires=row.expires_at, over=row.over
                )
                found[row.uri] = (*found.get(row.uri, ()), reminder)
        return found

    def ahead(self, at: datetime) -> list[Standing]:
        """Return the usable articles whose deadline is still to come, the nearest first."""
        query = select(articles.c.uri).where(articles.c.expires_at > at, ~articles.c.expired)
        query = query.where(articles.c.pub_status == PubStatus.USABLE)
        uris = list(self.db.scalars(query.order_by(articles.c.expires_at, articles.c.uri)))
        self._articles.read(uris)
        found = [standing for uri in uris if (standing := self._articles.standing(uri))]
        return [standing for standing in found if standing.pub_status is PubStatus.USABLE]

    def first_recorded(self, uri: str) -> datetime:
        """Return when an article was published here, whatever date stands in its file."""
        first = and_(revisions.c.uri == uri, revisions.c.version == 1)
        recorded: datetime = self.db.scalars(select(revisions.c.recorded_at).where(first)).one()
        return recorded

    def record(self, uri: str, reminder: Reminder) -> None:
        """Write down a reminder whose moment has come; what came before it is over."""
        self.end([uri])
        self.db.execute(
            insert(reminders).values(
                uri=uri, moment=reminder.moment, at=reminder.at, expires_at=reminder.expires,
                over=reminder.over,
            )
        )  # fmt: skip

    def open(self) -> dict[str, Reminder]:
        """Return by uri the reminders that may still be sent."""
        uris = self.db.scalars(select(reminders.c.uri).where(~reminders.c.over))
        return {uri: found[-1] for uri, found in self.of(list(uris)).items()}

    def end(self, uris: Iterable[str]) -> None:
        """Let the reminders of these articles be over: what has not left is called off."""
        for batch in batches(uris):
            here = and_(reminders.c.uri.in_(batch), ~reminders.c.over)
            self.db.execute(update(reminders).where(here).values(over=True))
