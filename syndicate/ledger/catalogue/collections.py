"""Collections: the newest articles, those of a subject, the pages of an archive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    case,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    text,
    true,
    update,
)

from syndicate.ledger.schema import PARTIAL, article_subjects, articles, fragments, syndications
from syndicate.model.article import PubStatus
from syndicate.text import folded

# of two that were published at once, the later one of the command
NEWEST_FIRST = (articles.c.published_at.desc(), articles.c.number.desc(), articles.c.uri)
Held = tuple[str, int]  # an article's uri and its version


class Collections:
    """Read and close collections within a planning transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def newest(
        self, channel: int, most: int, *, subject: str | None = None, since: datetime | None = None
    ) -> list[Held]:
        """Return what a channel has that has not expired, or is marked as such, newest first.

        Notices stay if the article was withdrawn ``since`` then.
        """
        canceled = articles.c.pub_status == PubStatus.CANCELED
        lately = articles.c.updated_at >= since if since else true()
        current = case((canceled, lately), else_=or_(~articles.c.expired, articles.c.ended))
        s, under = syndications.c, article_subjects.c
        # not joined: the articles are to be walked from the newest on
        mine = select(s.uri).where(s.channel_id == channel, s.uri == articles.c.uri).exists()
        shown = self.shown(channel)
        hidden = sum(not version for version in shown.values())
        query = select(articles.c.uri, articles.c.version).where(mine, current)
        query = query.limit(most + hidden)
        if subject is None:
            query = query.order_by(*NEWEST_FIRST)
        else:
            query = query.join(article_subjects, under.uri == articles.c.uri)
            query = query.where(under.subject == folded(subject))
            query = query.order_by(under.published_at.desc(), *NEWEST_FIRST[1:])
        return _as_shown(self.db.execute(query), shown)[:most]

    def shown(self, channel: int) -> dict[str, int]:
        """Return by uri the version that a channel goes on showing of what is held; 0: none."""
        s = syndications.c
        here = and_(s.channel_id == channel, text(PARTIAL["ix_syndications_shown"]))
        return {row.uri: row.shown for row in self.db.execute(select(s.uri, s.shown).where(here))}

    def show_as(self, channel: int, uri: str, version: int) -> None:
        """Let a channel go on showing this version of an article, 0 for none, while it is held."""
        s = syndications.c
        here = and_(s.channel_id == channel, s.uri == uri)
        self.db.execute(update(syndications).where(here).values(shown=version))

    def show_newest(self, uri: str, *, hidden: bool = True) -> None:
        """Let every channel show an article as it is; not ``hidden``: only where it was shown."""
        s = syndications.c
        which = true() if hidden else s.shown > 0
        self.db.execute(update(syndications).where(s.uri == uri, which).values(shown=null()))

    def last_page(self, channel: int) -> int:
        """Return the number of the archive's newest closed page; 0 is none."""
        s = syndications.c
        return int(self.db.scalar(select(func.max(s.page)).where(s.channel_id == channel)) or 0)

    def full_pages(self, channel: int, size: int) -> list[list[str]]:
        """Return the articles of each page that is full and not closed, oldest page first."""
        s = syndications.c
        query = select(s.uri).join(articles, articles.c.uri == s.uri)
        query = query.where(s.channel_id == channel, s.page.is_(None))
        query = query.where(or_(s.shown.is_(None), s.shown > 0))
        uris = list(self.db.scalars(query.order_by(s.at, articles.c.number, s.uri)))
        return [uris[start : start + size] for start in range(0, len(uris) - size + 1, size)]

    def close_page(self, channel: int, number: int, uris: Sequence[str]) -> None:
        """Close a page of the archive with these articles."""
        s = syndications.c
        here = and_(s.channel_id == channel, s.uri.in_(uris))
        self.db.execute(update(syndications).where(here).values(page=number))

    def pages_of(self, channel: int, uris: Sequence[str]) -> set[int]:
        """Return the closed pages that hold these articles."""
        s = syndications.c
        here = and_(s.channel_id == channel, s.uri.in_(uris), s.page.is_not(None))
        return set(self.db.scalars(select(s.page).where(here)))

    def page(self, channel: int, number: int) -> list[Held]:
        """Return what is on a closed page, newest first."""
        s = syndications.c
        query = select(articles.c.uri, articles.c.version).join(
            syndications, articles.c.uri == s.uri
        )
        query = query.where(s.channel_id == channel, s.page == number).order_by(*NEWEST_FIRST)
        return _as_shown(self.db.execute(query), self.shown(channel))

    def newest_first(self, channel: int, uris: Sequence[str]) -> list[Held]:
        """Return these articles as a channel shows them, newest first."""
        query = select(articles.c.uri, articles.c.version).where(articles.c.uri.in_(uris))
        rows = self.db.execute(query.order_by(*NEWEST_FIRST))
        return _as_shown(rows, self.shown(channel))

    def fragments(self, channel: int, stamps: Mapping[str, str]) -> dict[str, bytes]:
        """Return the cached pieces of articles whose cache keys still match."""
        f = fragments.c
        query = select(fragments).where(f.channel_id == channel, f.uri.in_(list(stamps)))
        rows = self.db.execute(query)
        return {row.uri: row.content for row in rows if row.stamp == stamps[row.uri]}

    def keep_fragments(
        self, channel: int, stamps: Mapping[str, str], made: Mapping[str, bytes]
    ) -> None:
        """Cache the pieces that a collection renders of articles."""
        f = fragments.c
        self.db.execute(delete(fragments).where(f.channel_id == channel, f.uri.in_(list(made))))
        rows = [
            {"channel_id": channel, "uri": uri, "stamp": stamps[uri], "content": content}
            for uri, content in made.items()
        ]
        if rows:
            self.db.execute(insert(fragments), rows)

    def forget_fragments(self, channel: int, *, but: Iterable[str]) -> None:
        """Drop the cached pieces that no collection of a channel holds any more."""
        f = fragments.c
        kept = set(but)
        cached = self.db.scalars(select(f.uri).where(f.channel_id == channel))
        stale = [uri for uri in cached if uri not in kept]
        if stale:
            self.db.execute(delete(fragments).where(f.channel_id == channel, f.uri.in_(stale)))

    def forget_pieces(self, uri: str) -> None:
        """Drop every collection's cached piece of an article: it is rendered anew."""
        self.db.execute(delete(fragments).where(fragments.c.uri == uri))


def _as_shown(rows: Iterable[Any], shown: Mapping[str, int]) -> list[Held]:
    """Return articles with the versions that a channel shows, without what it shows nothing of."""
    held = ((row.uri, shown.get(row.uri, row.version)) for row in rows)
    return [(uri, version) for uri, version in held if version]
