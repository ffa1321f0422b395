"""What is known of articles, channels and editions: read and planned under one lock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    delete,
    func,
    insert,
    null,
    or_,
    select,
    true,
    update,
)

from syndicate.ledger.catalogue.collections import Holdings
from syndicate.ledger.database.clock import office_time
from syndicate.ledger.database.engine import affected
from syndicate.ledger.people.goodbyes import forget_old
from syndicate.ledger.people.inboxes import let_lie
from syndicate.ledger.people.replies import let_go
from syndicate.ledger.people.strangers import forget_strangers
from syndicate.ledger.processes.claims import INBOXES, READERS, take_turn
from syndicate.ledger.schema import (
    article_subjects,
    articles,
    channels,
    deliveries,
    disowned,
    edition_items,
    editions,
    letters,
    media,
    minted,
    revisions,
    runs,
    subscriptions,
    syndications,
)
from syndicate.ledger.schema import renditions as words
from syndicate.ledger.sending.queue import resting
from syndicate.ledger.sending.renditions import forget_unused, keep
from syndicate.ledger.sending.runs import freeze, readers_of, recompose
from syndicate.model.article import Article, Correction, Item, PubStatus, Withdrawal
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.step import Known, Step
from syndicate.text import folded
from syndicate.text.likeness import headline_print, text_print

AHEAD = timedelta(days=1)  # of the database's clock: what is further off is a wrong clock's
SKEW = timedelta(minutes=5)  # between the clocks of machines that share a ledger
SECOND = timedelta(seconds=1)
LONG = timedelta(hours=1)  # by how much large commands may stamp ahead, one soon after another
UNKNOWN = "unknown"  # the media type of what other hands put somewhere
IDLE = ("due", "settled", "refused")


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel as the ledger remembers it."""

    id: int
    name: str
    key: str
    kind: str
    target: str
    identity: str | None
    first_seen: datetime
    older: int  # the articles up to this number were published before it was first seen
    origin: str = ""  # what a collection was called when it was first seen, and is for ever
    mark: str = ""  # of the folder that its files are in, where it has some


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an article stands: its newest revision and what became of it."""

    uri: str
    version: int
    major_version: int
    pub_status: PubStatus
    path: str
    fingerprint: str
    kind: str
    item: Item


@dataclass(frozen=True, slots=True)
class Window:
    """A digest's edition: closed once, by whoever came first."""

    id: int
    key: str
    opened: datetime
    closed: datetime | None  # None: one article's letter, sent at once when it opened
    status: str


class Catalogue:
    """The catalogue within one transaction that holds the planners' lock."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.holdings = Holdings(db)

    # articles

    def standing(self, uri: str) -> Standing | None:
        """What is known of an article; None if it was never heard of."""
        found = self._standings(articles.c.uri == uri)
        return found[0] if found else None

    def at_path(self, path: str) -> Standing | None:
        """The article that was last read from this file; the newest, if there were several."""
        found = self._standings(articles.c.path == path)
        return max(found, key=lambda one: one.item.updated, default=None)

    def at_url(self, url: str) -> Standing | None:
        """The article with this canonical page; the newest, if there are several."""
        same = self._standings(articles.c.url == url)
        return max(same, key=lambda one: one.item.updated, default=None)

    def with_text(self, article: Article) -> Standing | None:
        """Another article that stands and has the same text; the newest, if there are several."""
        return self._another(article, articles.c.text_print == text_print(article))

    def with_headline(self, article: Article, since: datetime) -> Standing | None:
        """Another one that stands and was published since then under the same headline."""
        first = and_(revisions.c.uri == articles.c.uri, revisions.c.version == 1)
        lately = select(revisions.c.uri).where(first, revisions.c.recorded_at >= since).exists()
        same = articles.c.headline_print == headline_print(article)
        return self._another(article, and_(same, lately))

    def _another(self, article: Article, which: ColumnElement[bool]) -> Standing | None:
        usable = articles.c.pub_status == PubStatus.USABLE
        query = select(articles.c.uri).where(which, usable, articles.c.uri != article.uri)
        newest = self.db.scalar(query.order_by(articles.c.published_at.desc()).limit(1))
        return self.standing(newest) if newest else None

    def lacking(self, uris: Iterable[str]) -> list[str]:
        """Which of these are no articles of this ledger, nor of a lost one that is known of."""
        asked = list(dict.fromkeys(uris))
        known: set[str] = set()
        for column in (articles.c.uri, disowned.c.uri):
            known |= set(self.db.scalars(select(column).where(column.in_(asked))))
        return [uri for uri in asked if uri not in known]

    def mint(self, uri: str) -> None:
        """Keep a uri that is about to be written into a file."""
        self.db.execute(insert(minted).values(uri=uri))

    def was_minted(self, uri: str) -> bool:
        """Whether this ledger gave an unpublished article its uri."""
        return self.db.scalar(select(minted.c.uri).where(minted.c.uri == uri)) is not None

    def record(
        self, article: Article, *, kind: str, note: str, source: str, path: str, at: datetime,
        kill: bool = False, published: datetime | None = None, after: int = 0, before: int = 0,
    ) -> int:  # fmt: skip
        """Write down a revision; returns its version. ``at`` is its time, in the office's eyes.

        ``after`` and ``before`` say how many articles of the same command come before it and
        after: readers must be able to tell their order by seconds (RFC 4287, 4.2.15), and that of
        commands as well.
        """
        newest = select(articles.c.version).where(articles.c.uri == article.uri)
        version = (self.db.scalar(newest) or 0) + 1
        status = PubStatus.CANCELED if kind == "withdrawal" else PubStatus.USABLE
        row: dict[str, Any] = {"version": version, "pub_status": status, "path": path}
        row |= _known_by(article) | self._expiring(article, at)
        stamp = max(at - before * SECOND, self._latest(at) + SECOND)
        if kind != "refile":
            row["major_version"] = version
        if version == 1:
            number = select(func.coalesce(func.max(articles.c.number), 0) + 1).scalar_subquery()
            row |= {"uri": article.uri, "number": number, "dated": published is not None}
            changed = self._unused(published + after * SECOND if published else stamp)
            row |= {"published_at": published or changed, "updated_at": changed}
            self.db.execute(insert(articles).values(**row))
            self.db.execute(delete(minted).where(minted.c.uri == article.uri))
        else:
            here = articles.c.uri == article.uri
            if kind != "refile":  # what is dated ahead is not changed before it was published
                times = select(articles.c.published_at, articles.c.updated_at).where(here)
                first, last = self.db.execute(times).one()
                row["updated_at"] = self._unused(max(stamp, first, last + SECOND))
                row["dated"] = first > stamp
            self.db.execute(update(articles).where(here).values(**row))
        document = json.dumps(article.to_json(), ensure_ascii=False)
        said = {"kind": kind, "note": note, "kill": kill, "source": source, "recorded_at": at}
        self.db.execute(
            insert(revisions).values(
                uri=article.uri, version=version, fingerprint=article.fingerprint,
                document=document, **said,
            )
        )  # fmt: skip
        self._file_under(article)
        return version

    def _latest(self, at: datetime) -> datetime:
        """The last stamp; a date ahead of its time is none, nor what a clock gave that ran fast."""
        changed = articles.c.updated_at
        ours = or_(changed <= at, and_(changed <= at + LONG, ~articles.c.dated))
        newest = self.db.scalar(select(func.max(changed)).where(ours))
        return newest or at - 2 * LONG

    def _unused(self, moment: datetime) -> datetime:
        """The first second from then on in which no article has changed."""
        changed = articles.c.updated_at
        while True:
            second = moment.replace(microsecond=0)
            within = and_(changed >= second, changed < second + SECOND)
            if self.db.scalar(select(articles.c.uri).where(within).limit(1)) is None:
                return moment
            moment += SECOND

    def take_on(self, item: Item, at: datetime) -> None:
        """Keep an article that a lost ledger has published, as readers still see it."""
        article = item.article
        self.record(article, kind="original", note="", source="", path="", at=at,
                    published=item.published)  # fmt: skip
        here = articles.c.uri == article.uri
        self.db.execute(update(articles).where(here).values(updated_at=item.updated))

    def was_taken_on(self, standing: Standing) -> bool:
        """Whether no more is known of an article than what its readers see."""
        if standing.kind != "original" or standing.path:  # without a text, but read from a file
            return False
        return not self.source(standing.uri, standing.version)

    def source(self, uri: str, version: int) -> str:
        """The text of the file that a revision was read from; "" where there was none."""
        here = and_(revisions.c.uri == uri, revisions.c.version == version)
        return self.db.scalar(select(revisions.c.source).where(here)) or ""

    def lies_at(self, article: Article, path: str, at: datetime) -> None:
        """Keep where an article's file lies now."""
        noted = {"path": path} | _known_by(article) | self._expiring(article, at)
        self.db.execute(update(articles).where(articles.c.uri == article.uri).values(**noted))

    def reread(self, article: Article, version: int, source: str, path: str, at: datetime) -> None:
        """Keep what no reader notices of a revision: where it lies, its channels, its Markdown."""
        here = and_(revisions.c.uri == article.uri, revisions.c.version == version)
        document = json.dumps(article.to_json(), ensure_ascii=False)
        kept = {"document": document, "fingerprint": article.fingerprint, "source": source}
        self.db.execute(update(revisions).where(here).values(**kept))
        self.lies_at(article, path, at)

    def refresh(self, article: Article, version: int, source: str, path: str, at: datetime) -> None:
        """Keep today's reading of a revision whose file has not changed."""
        self.reread(article, version, source, path, at)
        self._file_under(article)
        self.holdings.forget_pieces(article.uri)

    def _file_under(self, article: Article) -> None:
        under, here = article_subjects, articles.c.uri == article.uri
        at = self.db.scalar(select(articles.c.published_at).where(here))
        self.db.execute(delete(under).where(under.c.uri == article.uri))
        row = {"uri": article.uri, "published_at": at}
        for subject in dict.fromkeys(map(folded, article.subjects)):
            self.db.execute(insert(under).values(subject=subject, **row))

    def expire(self, at: datetime) -> list[str]:
        """Write down which articles have expired by now; returns those that just did."""
        at = self.not_far_ahead(at)
        return self._set_expired(and_(articles.c.expires_at <= at, ~articles.c.expired), True)

    def revive(self, at: datetime) -> list[str]:
        """Undo what a clock that ran fast made expire; returns those articles."""
        ahead = articles.c.expires_at > self.not_far_ahead(at) + SKEW
        return self._set_expired(and_(ahead, articles.c.expired), False)

    def _set_expired(self, which: ColumnElement[bool], expired: bool) -> list[str]:
        uris = list(self.db.scalars(select(articles.c.uri).where(which).order_by(articles.c.uri)))
        if uris:
            here = articles.c.uri.in_(uris)
            self.db.execute(update(articles).where(here).values(expired=expired))
        return uris

    def not_far_ahead(self, at: datetime) -> datetime:
        """A moment of the office's clock, at most a day ahead of the database's."""
        return min(at, office_time(self.db) + AHEAD)

    def _expiring(self, article: Article, at: datetime) -> dict[str, Any]:
        expires = article.expires
        past = expires is not None and expires <= self.not_far_ahead(at)
        return {"expires_at": expires, "expired": past}

    def keep_media(self, files: Mapping[str, bytes]) -> None:
        """Keep the bytes of pictures."""
        for sha256, content in files.items():
            if self.db.scalar(select(media.c.sha256).where(media.c.sha256 == sha256)) is None:
                self.db.execute(insert(media).values(sha256=sha256, content=content))

    def carrying(self, uri: str) -> list[tuple[str, str, int]]:
        """(channel, edition's key, version): the digests that carried an article."""
        carried = (
            select(channels.c.name, editions.c.key, edition_items.c.version, editions.c.id)
            .join(editions, editions.c.channel_id == channels.c.id)
            .join(edition_items, edition_items.c.edition_id == editions.c.id)
            .where(edition_items.c.uri == uri)
        )
        rows = self.db.execute(carried.order_by(editions.c.id))
        return [(row.name, row.key, row.version) for row in rows]

    def ever_shown(self, uri: str) -> list[str]:
        """The local pictures and documents of all revisions of an article, by their sha256."""
        documents = self.db.scalars(select(revisions.c.document).where(revisions.c.uri == uri))
        every = (media["sha256"] for one in documents for media in json.loads(one)["media"])
        return list(dict.fromkeys(filter(None, every)))

    def shows_elsewhere(self, sha256: str, uri: str) -> bool:
        """Whether another article that stands shows this picture."""
        newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
        query = (
            select(articles.c.uri)
            .join(revisions, newest)
            .where(articles.c.uri != uri, articles.c.pub_status == PubStatus.USABLE)
            .where(revisions.c.document.contains(sha256))
            .limit(1)
        )
        return self.db.scalar(query) is not None

    # channels

    def channels(self) -> list[KnownChannel]:
        """Every channel the ledger has seen, configured or not."""
        rows = self.db.execute(select(channels).order_by(channels.c.id))
        return [_known_channel(row) for row in rows]

    def channel(
        self, name: str, kind: str, target: str, at: datetime, origin: str = ""
    ) -> KnownChannel:
        """The channel of this name; whoever is new is first seen now, and keeps its ``origin``."""
        here = channels.c.name == name
        row = self.db.execute(select(channels).where(here)).first()
        if row is None:
            key = self._unused_key(name)
            older = select(func.count(articles.c.uri)).scalar_subquery()
            new = {"name": name, "key": key, "kind": kind, "target": target, "first_seen_at": at}
            self.db.execute(insert(channels).values(**new, older=older))
            row = self.db.execute(select(channels).where(here)).one()
        elif row.retired:  # it is in use again, and what came meanwhile is older
            older = select(func.count(articles.c.uri)).scalar_subquery()
            self.db.execute(update(channels).where(here).values(retired=False, older=older))
            row = self.db.execute(select(channels).where(here)).one()
        early = row.first_seen_at > at  # by a clock that ran fast
        if early or (origin and not row.origin):
            first = min(row.first_seen_at, at)
            kept = {"first_seen_at": first, "origin": row.origin or origin}
            self.db.execute(update(channels).where(here).values(**kept))
            row = self.db.execute(select(channels).where(here)).one()
        return _known_channel(row)

    def syndicate(self, channel: int, uri: str, at: datetime) -> None:
        """Say that an article belongs to a channel from now on."""
        here = and_(syndications.c.channel_id == channel, syndications.c.uri == uri)
        if self.db.scalar(select(syndications.c.uri).where(here)) is None:
            self.db.execute(insert(syndications).values(channel_id=channel, uri=uri, at=at))

    def channels_of(self, uri: str) -> set[int]:
        """The channels an article belongs to."""
        query = select(syndications.c.channel_id).where(syndications.c.uri == uri)
        return set(self.db.scalars(query))

    def is_older(self, uri: str, known: KnownChannel) -> bool:
        """Whether an article was published before a channel was first seen, and is not there."""
        if not known.older:
            return False
        s = syndications.c
        here = select(s.uri).where(s.channel_id == known.id, s.uri == articles.c.uri).exists()
        earlier = and_(articles.c.uri == uri, articles.c.number <= known.older, ~here)
        return self.db.scalar(select(articles.c.uri).where(earlier)) is not None

    # items

    def unsent(
        self, channel: int, closed: datetime, at: datetime, *, among: Sequence[str] | None = None
    ) -> list[Item]:
        """What came to a list before a window's end, and in no window yet, in that order.

        What seems to come more than a day after ``at``, which is now, came by a wrong clock.
        ``among``: of these articles alone.
        """
        alone = _carried(channel).where(edition_items.c.uri == syndications.c.uri).exists()
        query = select(syndications.c.uri).where(_before(channel, closed, at), ~alone)
        query = query.join(articles, articles.c.uri == syndications.c.uri)
        if among is not None:
            query = query.where(articles.c.uri.in_(among))
        query = query.order_by(syndications.c.at, articles.c.number, syndications.c.uri)
        return self.items(list(self.db.scalars(query)))

    def pass_by(self, channel: int, closed: datetime, at: datetime) -> None:
        """A window was closed: no later one has what came before its end."""
        came = _before(channel, closed, at)
        self.db.execute(update(syndications).where(came).values(passed=true()))

    def never_news(self, channel: int, uri: str, at: datetime) -> None:
        """Say that an article belongs to a list that never announces it."""
        self.syndicate(channel, uri, at)
        here = and_(syndications.c.channel_id == channel, syndications.c.uri == uri)
        self.db.execute(update(syndications).where(here).values(passed=true()))

    def carried_and_changed(
        self, channel: int, *, among: Sequence[str] | None = None
    ) -> list[Item]:
        """What a digest carried and what readers must be told of since, oldest change first."""
        carried = (
            select(edition_items.c.uri, func.max(edition_items.c.version).label("version"))
            .join(editions, editions.c.id == edition_items.c.edition_id)
            .where(editions.c.channel_id == channel)
            .group_by(edition_items.c.uri)
            .subquery()
        )
        query = (
            select(articles.c.uri, carried.c.version)
            .join(carried, carried.c.uri == articles.c.uri)
            .where(articles.c.major_version > carried.c.version)
            .order_by(articles.c.updated_at, articles.c.number, articles.c.uri)
        )
        if among is not None:
            query = query.where(articles.c.uri.in_(among))
        told = {row.uri: row.version for row in self.db.execute(query)}
        return [replace(one, told_version=told[one.article.uri]) for one in self.items(list(told))]

    def items(self, uris: Sequence[str]) -> list[Item]:
        """These articles as they now stand, in this order."""
        found = {
            standing.uri: standing.item for standing in self._standings(articles.c.uri.in_(uris))
        }
        return [found[uri] for uri in uris]

    # editions and deliveries

    def keys(self, channel: int, prefix: str) -> list[str]:
        """The keys of a channel's standing editions that begin so."""
        here = and_(editions.c.channel_id == channel, editions.c.key.startswith(prefix))
        return list(self.db.scalars(select(editions.c.key).where(here).order_by(editions.c.id)))

    def wanted(self, edition: int, *, waiting: bool = False) -> list[Rendition]:
        """What should be at the addresses of an edition, word for word; or only what waits."""
        which = deliveries.c.state != "settled" if waiting else true()
        query = (
            select(deliveries.c.address, words.c.media_type, words.c.content, words.c.media)
            .join(words, deliveries.c.wanted == words.c.id)
            .where(deliveries.c.edition_id == edition, which)
            .order_by(deliveries.c.id)
        )
        return [
            Rendition(row.address, row.media_type, row.content, tuple(row.media.split()))
            for row in self.db.execute(query)
        ]

    def edition(self, channel: int, key: str) -> int | None:
        """A standing edition, if there is one yet."""
        here = and_(editions.c.channel_id == channel, editions.c.key == key)
        found: int | None = self.db.scalar(select(editions.c.id).where(here))
        return found

    def open_edition(self, channel: int, key: str) -> int:
        """A standing edition, opened now if there was none."""
        found = self.edition(channel, key)
        return found or self._new_edition(channel_id=channel, key=key)

    def last_closed(self, channel: int, at: datetime) -> datetime | None:
        """When the channel's newest window ended that ended by then."""
        over = and_(editions.c.channel_id == channel, editions.c.closed_at <= at)
        found: datetime | None = self.db.scalar(select(func.max(editions.c.closed_at)).where(over))
        return found

    def closed_ahead(self, channel: int, at: datetime) -> list[datetime]:
        """The ends of windows that were closed although they end after this moment."""
        closed = editions.c.closed_at
        query = select(closed).where(editions.c.channel_id == channel, closed > at)
        return list(self.db.scalars(query.order_by(closed)))

    def close(self, channel: int, window: Window, carried: Mapping[str, Iterable[Item]]) -> int:
        """Freeze a digest's window with what it carries; ``carried`` maps parts to items."""
        edition = self._new_edition(
            channel_id=channel, key=window.key, opened_at=window.opened, closed_at=window.closed,
            status=window.status,
        )  # fmt: skip
        self._carry(edition, carried)
        return edition

    def open_urgent(
        self, channel: int, key: str, at: datetime, carried: Mapping[str, Iterable[Item]]
    ) -> int:
        """An edition of a list beside its windows, with what it carries."""
        edition = self._new_edition(channel_id=channel, key=key, opened_at=at)
        self._carry(edition, carried)
        return edition

    def _carry(self, edition: int, carried: Mapping[str, Iterable[Item]]) -> None:
        for part, items in carried.items():
            for item in items:
                row = {"uri": item.article.uri, "part": part, "version": item.version}
                self.db.execute(insert(edition_items).values(edition_id=edition, **row))

    def address_subscribers(
        self, edition: int, channel: int, rendition: Rendition, *, among: str | None = None
    ) -> int:
        """One letter for every subscriber of a list, or who got the article ``among``; how many."""
        return freeze(self.db, edition, channel, rendition, among=among)

    def issue(self, channel: int, key: str) -> int:
        """How many digests a list had had, with this one, when it was frozen."""
        this = self.edition(channel, key)
        frozen = and_(editions.c.channel_id == channel, editions.c.status == "frozen")
        earlier = editions.c.id < this if this else true()
        query = select(func.count(editions.c.id)).where(frozen, earlier)
        return int(self.db.scalar(query) or 0) + 1

    def carried_version(self, channel: int, uri: str) -> int:
        """The newest version of an article that a list has carried; 0 where it has not."""
        query = _carried(channel, func.max(edition_items.c.version))
        return int(self.db.scalar(query.where(edition_items.c.uri == uri)) or 0)

    def got(self, channel: int, uri: str) -> bool:
        """Whether anybody on a list has got an article, or may have got it."""
        counted = _carried(channel, runs.c.edition_id).join(
            runs, and_(runs.c.edition_id == editions.c.id, runs.c.counts.is_not(None))
        )
        counted = counted.where(edition_items.c.uri == uri).limit(1)
        return self.has_readers(channel, uri) or self.db.scalar(counted) is not None

    def has_readers(self, channel: int, uri: str) -> bool:
        """The same, as far as they are still known one by one."""
        return self.db.scalar(readers_of(channel, uri).limit(1)) is not None

    def carry_newest(self, channel: int, uri: str) -> None:
        """A list's editions count as having carried an article as it stands now."""
        here = edition_items.c.edition_id.in_(
            select(editions.c.id).where(editions.c.channel_id == channel)
        )
        newest = select(articles.c.version).where(articles.c.uri == uri).scalar_subquery()
        changed = update(edition_items).where(here, edition_items.c.uri == uri)
        self.db.execute(changed.values(version=newest))

    def tidy(self, at: datetime, keep: timedelta) -> None:
        """Keep no old answers."""
        for what in (READERS, INBOXES):
            take_turn(self.db, what)
        let_go(self.db, self.not_far_ahead(at), keep)
        let_lie(self.db, keep)
        forget_strangers(self.db, self.not_far_ahead(at))
        forget_old(self.db, self.not_far_ahead(at))

    def readers(self, channel: int) -> int:
        """How many are on a list."""
        here = and_(subscriptions.c.channel_id == channel, subscriptions.c.ended_at.is_(None))
        return int(self.db.scalar(select(func.count(subscriptions.c.id)).where(here)) or 0)

    def unfinished_digests(self, uri: str) -> list[tuple[int, KnownChannel, Window]]:
        """Frozen digests that carry an article and have letters which may not have left."""
        query = (
            select(editions, channels.c.name)
            .join(edition_items, edition_items.c.edition_id == editions.c.id)
            .join(channels, channels.c.id == editions.c.channel_id)
            .join(runs, runs.c.edition_id == editions.c.id)
            .where(edition_items.c.uri == uri, runs.c.ended_at.is_(None))
        )
        known = {channel.id: channel for channel in self.channels()}
        return [
            (row.id, known[row.channel_id],
             Window(row.id, row.key, row.opened_at, row.closed_at, row.status))
            for row in self.db.execute(query)
        ]  # fmt: skip

    def letters_waiting(self) -> list[tuple[str, str]]:
        """(channel, key) of the digests with letters that have not left."""
        query = (
            select(channels.c.name, editions.c.key)
            .join(editions, editions.c.channel_id == channels.c.id)
            .join(runs, runs.c.edition_id == editions.c.id)
            .where(runs.c.ended_at.is_(None))
            .where(letters.c.edition_id == editions.c.id, letters.c.state.in_(("due", "sending")))
            .distinct()
            .order_by(editions.c.key)
        )
        return [(row.name, row.key) for row in self.db.execute(query)]

    def carried(self, edition: int, part: str) -> list[Item]:
        """What a digest carries in one of its parts, as the articles now stand."""
        here = and_(edition_items.c.edition_id == edition, edition_items.c.part == part)
        query = select(edition_items.c.uri).join(articles, articles.c.uri == edition_items.c.uri)
        query = query.where(here).order_by(
            articles.c.published_at, articles.c.number, articles.c.uri
        )
        items = self.items(list(self.db.scalars(query)))
        return [replace(one, told_version=self._told_before(edition, one)) for one in items]

    def _told_before(self, edition: int, item: Item) -> int:
        """The newest version of an article that the same list carried before an edition."""
        channel = select(editions.c.channel_id).where(editions.c.id == edition).scalar_subquery()
        query = select(func.max(edition_items.c.version)).join(
            editions, editions.c.id == edition_items.c.edition_id
        )
        here = and_(editions.c.channel_id == channel, editions.c.id < edition)
        return int(self.db.scalar(query.where(here, edition_items.c.uri == item.article.uri)) or 0)

    def recompose(self, edition: int, rendition: Rendition | None) -> None:
        """Give every letter that has not left its newest words; None calls them off."""
        recompose(self.db, edition, rendition)

    def recipients(self, edition: int) -> int:
        """How many letters a digest has."""
        return int(self.db.scalar(select(runs.c.letters).where(runs.c.edition_id == edition)) or 0)

    def known(self, edition: int | None) -> dict[str, Known]:
        """What should be and what is at every address of an edition."""
        if edition is None:
            return {}
        wanted, present = words.alias("wanted_words"), words.alias("present_words")
        query = (
            select(deliveries, wanted.c.digest.label("should"), present.c.digest.label("does"))
            .outerjoin(wanted, wanted.c.id == deliveries.c.wanted)
            .outerjoin(present, present.c.id == deliveries.c.present)
            .where(deliveries.c.edition_id == edition)
        )
        return {row.address: _known(row) for row in self.db.execute(query)}

    def said(self, edition: int, address: str) -> Rendition | None:
        """What is at an address now, word for word; None where nothing is, or by other hands."""
        query = (
            select(words)
            .join(deliveries, deliveries.c.present == words.c.id)
            .where(deliveries.c.edition_id == edition, deliveries.c.address == address)
        )
        row = self.db.execute(query).first()
        if row is None or row.media_type == UNKNOWN:
            return None
        return Rendition(address, row.media_type, row.content, tuple(row.media.split()))

    def want(self, edition: int, step: Step, version: int) -> None:
        """Write down one step of a plan. Nothing happens yet."""
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address == step.address)
        follows = step.rendition.follows if step.rendition else ""
        values: dict[str, Any] = {
            "wanted": keep(self.db, step.rendition) if step.rendition else None,
            "wanted_version": version,
            "replaces": step.replaces,
            "fallback": keep(self.db, step.fallback) if step.fallback else None,
        }
        before = self.db.execute(select(deliveries).where(here)).first()
        if before is None:
            new = {
                "edition_id": edition,
                "address": step.address,
                "state": "due",
                "follows": follows or None,
                "why": f"comes after {follows}" if follows else "",
            }
            self.db.execute(insert(deliveries).values(**new, **values))
        else:
            if step.rendition is None and before.state == "due":
                values["why"] = ""  # it waits for nothing any more
            if before.lacking and before.wanted != values["wanted"]:
                values |= {"why": "", "not_before": null()}  # nor for what could not be fetched
            self.db.execute(update(deliveries).where(here).values(**values))
            self.db.execute(
                update(deliveries)
                .where(here, deliveries.c.state == "refused")
                .values(state="due", why="", not_before=null())  # asked for anew
            )
            forget_unused(self.db, before.wanted, before.fallback)
        self.db.execute(resting(here))

    def lose(self, edition: int, addresses: Iterable[str]) -> None:
        """Somebody else took away what was there: it is due again."""
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address.in_(list(addresses)))
        idle = deliveries.c.state.in_(IDLE)
        gone = {"present": null(), "reference": null(), "url": null(), "lacking": False,
                "state": "due"}  # fmt: skip
        self.db.execute(update(deliveries).where(here, idle).values(**gone))

    def adopt(self, edition: int, address: str, receipt: Receipt, *, revises: bool) -> bool:
        """Take on what stands already, put there by other hands; False if we put it there.

        What it says is not known: where it can be, it is made to say what it should.
        """
        unknown = keep(self.db, Rendition(address, UNKNOWN, b""))
        here = and_(deliveries.c.edition_id == edition, deliveries.c.address == address)
        there = {
            "present": unknown if revises else deliveries.c.wanted,
            "present_version": 0 if revises else deliveries.c.wanted_version,
            "reference": receipt.reference,
            "url": receipt.url,
            "destination": receipt.destination,
            "lacking": False,
            "why": "",
        }
        idle = deliveries.c.state.in_(("due", "refused", "in_doubt"))
        taken = affected(self.db, update(deliveries).where(here, idle).values(**there, state="due"))
        self.db.execute(resting(here))
        forget_unused(self.db, unknown)
        return bool(taken)

    def waiting(self, channel: int) -> list[tuple[int, str]]:
        """(number, key) of the channel's editions with something due, under way or in doubt."""
        open_ = deliveries.c.state.not_in(("settled", "refused"))
        busy = select(deliveries.c.edition_id).where(open_)
        mailing = select(runs.c.edition_id).where(runs.c.ended_at.is_(None))
        query = (
            select(editions.c.id, editions.c.key)
            .where(editions.c.channel_id == channel)
            .where(or_(editions.c.id.in_(busy), editions.c.id.in_(mailing)))
            .order_by(editions.c.id)
        )
        return [(row.id, row.key) for row in self.db.execute(query)]

    def wake(self, channel: int) -> None:
        """Ask anew for what was refused."""
        mine = select(editions.c.id).where(editions.c.channel_id == channel)
        refused = and_(deliveries.c.edition_id.in_(mine), deliveries.c.state == "refused")
        anew = {"state": "due", "why": "", "not_before": null()}
        self.db.execute(update(deliveries).where(refused).values(**anew))

    def _new_edition(self, **values: Any) -> int:
        made = self.db.execute(insert(editions).values(**values)).inserted_primary_key
        assert made is not None
        return int(made[0])

    def _unused_key(self, name: str) -> str:
        taken = set(self.db.scalars(select(channels.c.key)))
        return next(
            k for n in range(1, 99) if (k := name if n == 1 else f"{name}~{n}") not in taken
        )

    def _standings(self, which: ColumnElement[bool]) -> list[Standing]:
        newest = and_(revisions.c.uri == articles.c.uri, revisions.c.version == articles.c.version)
        query: Select[Any] = (
            select(articles, revisions.c.document, revisions.c.fingerprint, revisions.c.kind)
            .join(revisions, newest)
            .where(which)
        )
        rows = self.db.execute(query).all()
        told = self._told([row.uri for row in rows])
        return [_standing(row, told.get(row.uri, [])) for row in rows]

    def _told(self, uris: list[str]) -> dict[str, list[Any]]:
        """The corrections and withdrawals of these articles, oldest first."""
        query = (
            select(revisions.c.uri, revisions.c.version, revisions.c.kind, revisions.c.note,
                   revisions.c.kill, revisions.c.recorded_at)
            .where(revisions.c.uri.in_(uris), revisions.c.kind.in_(("correction", "withdrawal")))
            .order_by(revisions.c.version)
        )  # fmt: skip
        told: dict[str, list[Any]] = {}
        for row in self.db.execute(query):
            told.setdefault(row.uri, []).append(row)
        return told


def _standing(row: Row[Any], told: list[Any]) -> Standing:
    corrections = tuple(
        Correction(version=one.version, at=one.recorded_at, note=one.note)
        for one in told
        if one.kind == "correction"
    )
    withdrawal = None
    if row.pub_status == PubStatus.CANCELED:
        last = [one for one in told if one.kind == "withdrawal"][-1]
        withdrawal = Withdrawal(at=last.recorded_at, reason=last.note, kill=last.kill)
    item = Item(
        article=Article.from_json(json.loads(row.document)),
        version=row.version,
        published=row.published_at,
        updated=row.updated_at,
        corrections=corrections,
        withdrawal=withdrawal,
        expired=row.expired,
    )
    status = PubStatus(row.pub_status)
    return Standing(row.uri, row.version, row.major_version, status, row.path, row.fingerprint,
                    row.kind, item)  # fmt: skip


def _carried(channel: int, *what: Any) -> Select[Any]:
    """The items that a list's editions carried."""
    query = select(*(what or (edition_items.c.uri,)))
    query = query.join(editions, editions.c.id == edition_items.c.edition_id)
    return query.where(editions.c.channel_id == channel)


def _before(channel: int, closed: datetime, at: datetime) -> ColumnElement[bool]:
    """What came to a list before a window's end, and in no earlier window."""
    s = syndications.c
    came = or_(s.at < closed, s.at > at + AHEAD)
    return and_(s.channel_id == channel, ~s.passed, came)


def _known_by(article: Article) -> dict[str, Any]:
    """What an article is known again by."""
    prints = {"text_print": text_print(article), "headline_print": headline_print(article)}
    return {"url": article.url} | prints


def _known_channel(row: Row[Any]) -> KnownChannel:
    return KnownChannel(
        row.id, row.name, row.key, row.kind, row.target, row.identity, row.first_seen_at,
        row.older, row.origin, row.mark,
    )  # fmt: skip


def _known(row: Row[Any]) -> Known:
    return Known(
        state=row.state,
        wanted=row.should,
        version=row.wanted_version,
        present=row.does,
        reference=row.reference,
        url=row.url,
        destination=row.destination,
    )
