"""Close the windows of a list, and select the articles that fall into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)

from syndicate.ledger.catalogue.articles import Articles
from syndicate.ledger.database.clock import FARTHEST_AHEAD
from syndicate.ledger.database.engine import insert_row
from syndicate.ledger.schema import (
    articles,
    edition_items,
    editions,
    reminders,
    syndications,
    variants,
)
from syndicate.model.article import Item, PubStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A digest's edition: closed once, by whoever came first."""

    key: str
    opened: datetime
    closed: datetime | None  # None: one article's letter, sent at once when it opened
    status: str


def window_of(row: Row[Any]) -> Window:
    """Make a window from the row of its edition."""
    return Window(key=row.key, opened=row.opened_at, closed=row.closed_at, status=row.status)


class Windows:
    """Read and close the windows of lists within a planning transaction."""

    def __init__(self, db: Connection, articles: Articles) -> None:
        self.db = db
        self._articles = articles

    def last_closed(self, channel: int, at: datetime) -> datetime | None:
        """Return the end of the newest window that ended by then."""
        over = and_(editions.c.channel_id == channel, editions.c.closed_at <= at)
        found: datetime | None = self.db.scalar(select(func.max(editions.c.closed_at)).where(over))
        return found

    def closed_ahead(self, channel: int, at: datetime) -> list[datetime]:
        """Return the ends of windows that were closed although they end after this moment."""
        closed = editions.c.closed_at
        query = select(closed).where(editions.c.channel_id == channel, closed > at)
        return list(self.db.scalars(query.order_by(closed)))

    def close(self, channel: int, window: Window, carried: Mapping[str, Iterable[Item]]) -> int:
        """Freeze a digest's window with what it carries; ``carried`` maps parts to items."""
        edition = insert_row(
            self.db,
            editions,
            channel_id=channel,
            key=window.key,
            opened_at=window.opened,
            closed_at=window.closed,
            status=window.status,
        )
        self._carry(edition, carried)
        return edition

    def open_urgent(
        self, channel: int, key: str, at: datetime, carried: Mapping[str, Iterable[Item]]
    ) -> int:
        """Open an edition of a list beside its windows, with what it carries."""
        edition = insert_row(self.db, editions, channel_id=channel, key=key, opened_at=at)
        self._carry(edition, carried)
        return edition

    def open_variant(
        self, channel: int, key: str, digest: int, at: datetime,
        carried: Mapping[str, Iterable[Item]],
    ) -> int:  # fmt: skip
        """Open another edition of a digest, for readers who need other corrections."""
        edition = self.open_urgent(channel, key, at, carried)
        self.db.execute(insert(variants).values(edition_id=edition, digest_id=digest))
        return edition

    def _carry(self, edition: int, carried: Mapping[str, Iterable[Item]]) -> None:
        for part, items in carried.items():
            for item in items:
                row = {"uri": item.article.uri, "part": part, "version": item.version}
                row["known"] = item.told_version if part == "correction" else 0
                self.db.execute(insert(edition_items).values(edition_id=edition, **row))

    def unsent(
        self, channel: int, closed: datetime, at: datetime, *, among: Sequence[str] | None = None
    ) -> list[Item]:
        """Return what came to a list before a window's end, and in no window yet, in that order.

        What is held waits for a later window.

        What seems to come more than a day after ``at``, which is now, came by a wrong clock.
        ``among``: of these articles alone.
        """
        new = and_(edition_items.c.uri == syndications.c.uri, edition_items.c.part == "new")
        alone = items_of(channel).where(new).exists()  # a notice may have come before
        query = select(syndications.c.uri).where(_before(channel, closed, at), ~alone)
        query = query.join(articles, articles.c.uri == syndications.c.uri)
        query = query.where(articles.c.held_at.is_(None))
        if among is not None:
            query = query.where(articles.c.uri.in_(among))
        query = query.order_by(syndications.c.at, articles.c.number, syndications.c.uri)
        return self._articles.items(list(self.db.scalars(query)))

    def pass_by(self, channel: int, closed: datetime, at: datetime) -> None:
        """Leave what came before this one's end out of every later window.

        Not what is held or withdrawn: it may be released or reinstated.
        """
        usable = and_(articles.c.pub_status == PubStatus.USABLE, articles.c.held_at.is_(None))
        mine = articles.c.uri == syndications.c.uri
        goes = and_(
            _before(channel, closed, at), select(articles.c.uri).where(mine, usable).exists()
        )
        self.db.execute(update(syndications).where(goes).values(passed=true()))

    def come_again(self, edition: int, uri: str) -> None:
        """Let a later window carry what this edition of a list was to carry, and has not."""
        i, s = edition_items.c, syndications.c
        here = and_(i.edition_id == edition, i.uri == uri)
        self.db.execute(delete(edition_items).where(here))
        channel = select(editions.c.channel_id).where(editions.c.id == edition).scalar_subquery()
        mine = and_(s.channel_id == channel, s.uri == uri)
        self.db.execute(update(syndications).where(mine).values(passed=false()))

    def carrying(self, channel: int, uri: str) -> list[int]:
        """Return the editions of a list that carry an article, the oldest first."""
        query = items_of(channel, edition_items.c.edition_id).where(edition_items.c.uri == uri)
        return list(self.db.scalars(query.order_by(edition_items.c.edition_id)))

    def reminded(self, channel: int, closed: datetime) -> list[Item]:
        """Return carried articles whose reminder came since a list last carried them.

        The nearest deadline comes first. Withdrawn and expired ones are left out.
        """
        when = func.max(func.coalesce(editions.c.closed_at, editions.c.opened_at)).label("at")
        last = items_of(channel, edition_items.c.uri, when)
        last = last.group_by(edition_items.c.uri)
        carried = last.subquery()
        query = (
            select(articles.c.uri)
            .join(carried, carried.c.uri == articles.c.uri)
            .join(reminders, reminders.c.uri == articles.c.uri)
            .where(reminders.c.moment > carried.c.at, reminders.c.moment < closed)
            .where(reminders.c.expires_at == articles.c.expires_at)
            .where(articles.c.expires_at > closed, ~articles.c.expired)
            .where(articles.c.pub_status == PubStatus.USABLE)
            .group_by(articles.c.uri, articles.c.expires_at)
            .order_by(articles.c.expires_at, articles.c.uri)
        )
        items = self._articles.items(list(self.db.scalars(query)))
        return [item for item in items if self._is_usable(item)]

    def _is_usable(self, item: Item) -> bool:
        standing = self._articles.standing(item.article.uri)
        return standing is not None and standing.pub_status is PubStatus.USABLE

    def carried(self, edition: int, part: str) -> list[Item]:
        """Return what a digest carries in one of its parts, as the articles now stand.

        What is held it leaves out.
        """
        here = and_(edition_items.c.edition_id == edition, edition_items.c.part == part)
        query = select(edition_items.c.uri, edition_items.c.known)
        query = query.join(articles, articles.c.uri == edition_items.c.uri)
        query = query.where(here, articles.c.held_at.is_(None)).order_by(
            articles.c.published_at, articles.c.number, articles.c.uri
        )
        known = {row.uri: row.known for row in self.db.execute(query)}
        return [
            replace(
                item,
                told_version=known[item.article.uri] or self._carried_before(edition, item),
            )
            for item in self._articles.items(list(known))
        ]

    def _carried_before(self, edition: int, item: Item) -> int:
        """Return the newest version of an article that the same list carried before an edition."""
        channel = select(editions.c.channel_id).where(editions.c.id == edition).scalar_subquery()
        query = select(func.max(edition_items.c.version)).join(
            editions, editions.c.id == edition_items.c.edition_id
        )
        here = and_(editions.c.channel_id == channel, editions.c.id < edition)
        return int(self.db.scalar(query.where(here, edition_items.c.uri == item.article.uri)) or 0)

    def carried_version(self, channel: int, uri: str) -> int:
        """Return the newest version of an article that a list has carried; 0 where it has not."""
        query = items_of(channel, func.max(edition_items.c.version))
        mine = query.where(edition_items.c.uri == uri).having(_was_news())
        return int(self.db.scalar(mine) or 0)

    def carry_newest(self, channel: int, uri: str) -> None:
        """Count a list's editions as having carried an article as it stands now."""
        here = edition_items.c.edition_id.in_(
            select(editions.c.id).where(editions.c.channel_id == channel)
        )
        newest = select(articles.c.version).where(articles.c.uri == uri).scalar_subquery()
        changed = update(edition_items).where(here, edition_items.c.uri == uri)
        self.db.execute(changed.values(version=newest))


def _was_news() -> ColumnElement[bool]:
    """Match articles that a list brought as news: a notice alone does not make it carry one."""
    return func.min(case((edition_items.c.part == "new", 0), else_=1)) == 0


def items_of(channel: int, *columns: Any) -> Select[Any]:
    """Select the items that a list's editions carried: their uris, or these columns."""
    query = select(*(columns or (edition_items.c.uri,)))
    query = query.join(editions, editions.c.id == edition_items.c.edition_id)
    return query.where(editions.c.channel_id == channel)


def _before(channel: int, closed: datetime, at: datetime) -> ColumnElement[bool]:
    """Match what came to a list before a window's end, and is in no earlier window."""
    s = syndications.c
    came = or_(s.at < closed, s.at > at + FARTHEST_AHEAD)
    return and_(s.channel_id == channel, ~s.passed, came)
