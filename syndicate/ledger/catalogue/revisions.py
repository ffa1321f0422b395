"""Record revisions of articles, those read anew from their files, and expiries."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from syndicate.ledger.catalogue.articles import WITHDRAWAL, Articles
from syndicate.ledger.catalogue.collections import Collections
from syndicate.ledger.catalogue.media import keep_media
from syndicate.ledger.catalogue.replies import note_replies
from syndicate.ledger.database.batches import batches
from syndicate.ledger.database.clock import not_far_ahead
from syndicate.ledger.schema import article_subjects, articles, minted, revisions
from syndicate.model.article import Article, Item, PubStatus
from syndicate.text import folded
from syndicate.text.similarity import headline_print, text_print

CLOCK_SKEW = timedelta(minutes=5)  # between the clocks of machines that share a ledger
SECOND = timedelta(seconds=1)
LONGEST_BATCH = timedelta(hours=1)  # by how much large commands may stamp ahead, one after another

# each is executed for every new article: put together once, and given its values then
_changed = articles.c.updated_at
_not_ahead = and_(_changed <= bindparam("ahead"), ~articles.c.dated)
LATEST_CHANGE = select(func.max(_changed)).where(or_(_changed <= bindparam("at"), _not_ahead))
CHANGED_WITHIN = (
    select(articles.c.uri)
    .where(_changed >= bindparam("second"), _changed < bindparam("following"))
    .limit(1)
)
FORGET_MINTED = delete(minted).where(minted.c.uri == bindparam("published"))


@dataclass(frozen=True, slots=True)
class _Stamps:
    """Dates of an article's publication and last change, in its readers' eyes."""

    published: datetime
    updated: datetime


class Revisions:
    """Write revisions within a planning transaction."""

    def __init__(self, db: Connection, known: Articles) -> None:
        self.db = db
        self._known = known  # as far as they were read in this transaction
        self._newest: int | None = None  # the number of the article that was added last

    def mint(self, uri: str) -> None:
        """Keep a uri that is about to be written into a file."""
        self.db.execute(insert(minted).values(uri=uri))

    def was_minted(self, uri: str) -> bool:
        """Return True if this ledger gave an unpublished article its uri."""
        return self.db.scalar(select(minted.c.uri).where(minted.c.uri == uri)) is not None

    def record(
        self,
        article: Article,
        *,
        kind: str,
        note: str,
        source: str,
        path: str,
        at: datetime,
        kill: bool = False,
        minor: bool = False,
        published: datetime | None = None,
        after: int = 0,
        before: int = 0,
    ) -> int:
        """Record a revision; returns its version. ``at`` is its time, in the office's eyes.

        Readers are not told of a ``minor`` one, nor of a refile.

        ``after`` and ``before`` say how many articles of the same command come before it and
        after: readers must be able to tell their order by seconds (RFC 4287, 4.2.15), and that of
        commands as well.
        """
        known = self._known.standing(article.uri)
        version = known.version + 1 if known else 1
        status = PubStatus.CANCELED if kind == WITHDRAWAL else PubStatus.USABLE
        row: dict[str, Any] = {"version": version, "pub_status": status, "path": path}
        row |= _prints(article) | self._expiry(article, at)
        stamp = max(at - before * SECOND, self._latest(at) + SECOND)
        minor = minor or kind == "refile"
        if not minor:
            row["major_version"] = version
        if kind == WITHDRAWAL:
            row["held_at"] = None
        if known is None:
            first = self._add(article.uri, row, stamp, published, after)
        else:
            stamps = _Stamps(known.item.published, known.item.updated)
            first = self._change(article.uri, row, stamp, stamps, is_refile=kind == "refile")
        new = {
            "uri": article.uri,
            "version": version,
            "fingerprint": article.fingerprint,
            "document": _document(article),
            "kind": kind,
            "note": note,
            "minor": minor,
            "kill": kill,
            "source": source,
            "recorded_at": at,
        }
        self.db.execute(insert(revisions), new)
        self._file_under(article, first, is_new=known is None)
        note_replies(self.db, article, is_new=known is None)
        self._known.forget(article.uri)
        return version

    def _add(
        self, uri: str, row: dict[str, Any], stamp: datetime, published: datetime | None, after: int
    ) -> datetime:
        """Add an article that is new; returns when it counts as published."""
        changed = self._unused(published + after * SECOND if published else stamp)
        first = published or changed
        row |= {"uri": uri, "number": self._next_number(), "dated": published is not None}
        row |= {"published_at": first, "updated_at": changed}
        self.db.execute(insert(articles), row)
        self.db.execute(FORGET_MINTED, {"published": uri})
        return first

    def _next_number(self) -> int:
        """Number articles in the order in which they come; planning, nobody else adds one."""
        if self._newest is None:
            self._newest = self.db.scalar(select(func.max(articles.c.number))) or 0
        self._newest += 1
        return self._newest

    def _change(
        self, uri: str, row: dict[str, Any], stamp: datetime, known: _Stamps, *, is_refile: bool
    ) -> datetime:
        """Change an article; what is dated ahead is not changed before it was published."""
        if not is_refile:
            earliest = max(stamp, known.published, known.updated + SECOND)
            row["updated_at"] = self._unused(earliest)
            row["dated"] = known.published > stamp
        self.db.execute(update(articles).where(articles.c.uri == uri).values(**row))
        return known.published

    def _latest(self, at: datetime) -> datetime:
        """Return the last stamp; dates ahead of their time are none, nor those of a fast clock."""
        newest = self.db.scalar(LATEST_CHANGE, {"at": at, "ahead": at + LONGEST_BATCH})
        return newest or at - 2 * LONGEST_BATCH

    def _unused(self, moment: datetime) -> datetime:
        """Return the first second from then on in which no article has changed."""
        while True:
            second = moment.replace(microsecond=0)
            within = {"second": second, "following": second + SECOND}
            if self.db.scalar(CHANGED_WITHIN, within) is None:
                return moment
            moment += SECOND

    def take_on(self, item: Item, at: datetime) -> None:
        """Keep an article that a lost ledger has published, as readers still see it."""
        article = item.article
        published = item.published
        self.record(
            article, kind="original", note="", source="", path="", at=at, published=published
        )
        here = articles.c.uri == article.uri
        self.db.execute(update(articles).where(here).values(updated_at=item.updated))
        self._known.forget(article.uri)

    def lies_at(self, article: Article, path: str, at: datetime) -> None:
        """Keep where an article's file lies now."""
        if self._lies_there(article, path, at):
            return
        values = {"path": path} | _prints(article) | self._expiry(article, at)
        self.db.execute(update(articles).where(articles.c.uri == article.uri).values(**values))
        self._known.forget(article.uri)

    def _lies_there(self, article: Article, path: str, at: datetime) -> bool:
        """Return True if an article as it was read from the ledger lies where it did."""
        known = self._known.standing(article.uri)
        if known is None or known.item.article is not article:
            return False
        return known.path == path and known.item.expired == self._expiry(article, at)["expired"]

    def reread(self, article: Article, version: int, source: str, path: str, at: datetime) -> None:
        """Keep what no reader notices of a revision: where it lies, its channels, its Markdown."""
        here = and_(revisions.c.uri == article.uri, revisions.c.version == version)
        values = {"document": _document(article), "fingerprint": article.fingerprint}
        self.db.execute(update(revisions).where(here).values(**values, source=source))
        note_replies(self.db, article, is_new=False)
        self._known.forget(article.uri)
        self.lies_at(article, path, at)

    def refresh(self, article: Article, version: int, source: str, path: str, at: datetime) -> None:
        """Keep today's reading of a revision whose file has not changed."""
        self.reread(article, version, source, path, at)
        here = articles.c.uri == article.uri
        published = self.db.scalar(select(articles.c.published_at).where(here))
        self._file_under(article, published, is_new=False)
        Collections(self.db).forget_pieces(article.uri)

    def _file_under(self, article: Article, published: datetime | None, *, is_new: bool) -> None:
        """Index an article by its subjects."""
        under = article_subjects
        if not is_new:
            self.db.execute(delete(under).where(under.c.uri == article.uri))
        row: dict[str, Any] = {"uri": article.uri, "published_at": published}
        subjects = dict.fromkeys(map(folded, article.subjects))
        if subjects:
            self.db.execute(insert(under), [{"subject": subject} | row for subject in subjects])

    def expire(self, at: datetime) -> list[str]:
        """Record which articles have expired by now; returns those that just did."""
        past = articles.c.expires_at <= not_far_ahead(self.db, at)
        return self._set_expired(and_(past, ~articles.c.expired), True)

    def revive(self, at: datetime) -> list[str]:
        """Undo what a clock that ran fast made expire; returns those articles."""
        ahead = articles.c.expires_at > not_far_ahead(self.db, at) + CLOCK_SKEW
        return self._set_expired(and_(ahead, articles.c.expired), False)

    def _set_expired(self, which: ColumnElement[bool], expired: bool) -> list[str]:
        uris = list(self.db.scalars(select(articles.c.uri).where(which).order_by(articles.c.uri)))
        if uris:
            here = articles.c.uri.in_(uris)
            self.db.execute(update(articles).where(here).values(expired=expired, ended=False))
            for uri in uris:
                self._known.forget(uri)
        return uris

    def mark_ended(self, uris: Sequence[str]) -> None:
        """Let readers see that these articles have expired."""
        for batch in batches(uris):
            here = and_(articles.c.uri.in_(batch), articles.c.expired)
            self.db.execute(update(articles).where(here).values(ended=True))
        for uri in uris:
            self._known.forget(uri)

    def _expiry(self, article: Article, at: datetime) -> dict[str, Any]:
        expires = article.expires
        past = expires is not None and expires <= not_far_ahead(self.db, at)
        values: dict[str, Any] = {"expires_at": expires, "expired": past}
        return values if past else values | {"ended": False}

    def keep_media(self, files: Mapping[str, bytes]) -> None:
        """Keep the bytes of pictures and documents, by their sha256."""
        keep_media(self.db, files)


def _document(article: Article) -> str:
    return json.dumps(article.to_json(), ensure_ascii=False)


def _prints(article: Article) -> dict[str, Any]:
    """Return the columns by which a copy of an article is recognised."""
    prints = {"text_print": text_print(article), "headline_print": headline_print(article)}
    return {"url": article.url} | prints
