"""Freeze, count and recompose the letters of digests while they are planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select, true

from syndicate.ledger.catalogue.channels import Channels, KnownChannel
from syndicate.ledger.catalogue.corrections import NeededCorrections, Needs
from syndicate.ledger.catalogue.editions import Editions
from syndicate.ledger.catalogue.windows import Window, items_of, window_of
from syndicate.ledger.database.batches import batches
from syndicate.ledger.schema import (
    articles,
    channels,
    edition_items,
    editions,
    letters,
    omissions,
    restated,
    runs,
    subscriptions,
    variants,
)
from syndicate.ledger.sending.restating import omit, restate
from syndicate.ledger.sending.runs import (
    freeze,
    got_any,
    long_list,
    open_run,
    readers_of,
    replace_stencil,
    settle_letters,
)
from syndicate.ledger.sending.runs import lacking as runs_lacking
from syndicate.model.delivery import Rendition


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettered:
    """An edition of a digest with its letter, for those who need certain corrections."""

    edition: int
    rendition: Rendition
    needs: Needs | None  # None: for readers of many small sets


class DigestLetters:
    """Address, count and recompose the letters of lists within a planning transaction."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    def address_subscribers(
        self, edition: int, channel: int, rendition: Rendition, *,
        among: ColumnElement[bool] | None = None, lacking: tuple[int, str] | None = None,
    ) -> int:  # fmt: skip
        """Freeze one letter for every subscriber of a list; returns how many.

        ``among``: only for these subscriptions; ``lacking``: only for those whose letter of an
        edition left out an article, as it was held.
        """
        if lacking:
            among = subscriptions.c.subscriber_id.in_(runs_lacking(*lacking))
        return freeze(self.db, edition, channel, rendition, among=among)

    def address_sets(
        self, channel: int, needed: NeededCorrections, lettered: Sequence[Lettered], *,
        everybody: bool,
    ) -> None:  # fmt: skip
        """Freeze a digest's editions: a letter for each reader, of the one with what they need.

        The first edition is the digest's own. Unless ``everybody`` gets one, who needs nothing gets
        none. Of a long list the own edition's letters are written down later.
        """
        own, *variants = lettered
        if everybody and not variants:
            self.address_subscribers(own.edition, channel, own.rendition)
            return
        count, upto = long_list(self.db, channel) if everybody else (0, None)
        editions: dict[Needs, int | None] = {
            each.needs: each.edition for each in lettered if each.needs is not None
        }
        if not everybody:
            editions[(0,) * len(needed.corrected)] = None
        elif upto is not None and own.needs is not None:
            editions[own.needs] = None
        joined = next((each.edition for each in lettered if each.needs is None), None)
        needed.address(editions, joined or (own.edition if upto is None else None))
        counts = self._counts([each.edition for each in lettered])
        if upto is not None:
            counts[own.edition] = count - sum(counts.values())
        for each in lettered:
            open_run(
                self.db, each.edition, each.rendition, letters=counts.get(each.edition, 0),
                upto=upto if each is own else None,
            )  # fmt: skip

    def _counts(self, numbers: Sequence[int]) -> dict[int, int]:
        """Count the letters of editions that are written down."""
        x = letters.c
        query = select(x.edition_id, func.count()).where(x.edition_id.in_(numbers))
        return {row[0]: row[1] for row in self.db.execute(query.group_by(x.edition_id))}

    def recompose(
        self, edition: int, rendition: Rendition | None, versions: Mapping[str, int] | None = None
    ) -> None:
        """Give every letter that has not left its newest words; None calls them off.

        ``versions`` are those of the articles in them: of the others it is kept who did
        not get them.
        """
        versions = versions or {}
        items = select(edition_items.c.uri, articles.c.held_at).join(
            articles, articles.c.uri == edition_items.c.uri
        )
        rows = self.db.execute(items.where(edition_items.c.edition_id == edition)).all()
        held = {row.uri for row in rows if row.held_at}
        replace_stencil(self.db, edition, rendition, why="held" if held else "withdrawn")
        omit(self.db, edition, (row.uri for row in rows if row.uri not in versions), held=held)
        restate(self.db, edition, versions)

    def settle(self, edition: int, state: str, *, of: str, subscriber: int | None = None) -> int:
        """Settle an edition's letters, as ``settle_letters`` does."""
        return settle_letters(self.db, edition, state, of=of, subscriber=subscriber)

    def outdated(self, edition: int) -> list[str]:
        """Return the uris of what an edition's newest words do not say as it now stands.

        A run that is over is not composed anew when its articles change.
        """
        i, newest = edition_items.c, restated.c
        restating = and_(
            newest.edition_id == i.edition_id, newest.stencil == runs.c.stencil,
            newest.uri == i.uri,
        )  # fmt: skip
        version = func.coalesce(newest.version, i.version)
        query = select(i.uri).join(runs, runs.c.edition_id == i.edition_id)
        query = query.join(articles, articles.c.uri == i.uri).outerjoin(restated, restating)
        changed = or_(articles.c.version != version, articles.c.held_at.is_not(None))
        return list(self.db.scalars(query.where(i.edition_id == edition, changed).distinct()))

    def got_in(self, edition: int, uri: str) -> bool:
        """Return True if anybody has got an article in this edition, or may have got it."""
        return got_any(self.db, edition, uri)

    def missed(self, channel: int) -> list[tuple[int, str, str]]:
        """Return (edition, uri, part) of what some letters left out while it was held."""
        o, i = omissions.c, edition_items.c
        same = and_(i.edition_id == o.edition_id, i.uri == o.uri)
        query = select(o.edition_id, o.uri, i.part).join(edition_items, same)
        query = query.join(editions, editions.c.id == o.edition_id)
        query = query.where(editions.c.channel_id == channel, o.held).distinct()
        rows = self.db.execute(query.order_by(o.edition_id, o.uri))
        return [(row.edition_id, row.uri, row.part) for row in rows]

    def issue(self, channel: int, key: str) -> int:
        """Return how many digests a list had had, with this one, when it was frozen."""
        this = Editions(self.db).number(channel, key)
        frozen = and_(editions.c.channel_id == channel, editions.c.status == "frozen")
        earlier = editions.c.id < this if this else true()
        query = select(func.count(editions.c.id)).where(frozen, earlier)
        return int(self.db.scalar(query) or 0) + 1

    def carrying(self, uri: str) -> list[tuple[str, str, int]]:
        """Return (channel, edition's key, version) of the digests that carried an article."""
        carried = (
            select(channels.c.name, editions.c.key, edition_items.c.version, editions.c.id)
            .join(editions, editions.c.channel_id == channels.c.id)
            .join(edition_items, edition_items.c.edition_id == editions.c.id)
            .where(edition_items.c.uri == uri)
        )
        rows = self.db.execute(carried.order_by(editions.c.id))
        return [(row.name, row.key, row.version) for row in rows]

    def got(self, channel: int, uri: str) -> bool:
        """Return True if anybody on a list has got an article, or may have got it."""
        counted = items_of(channel, runs.c.edition_id).join(
            runs, and_(runs.c.edition_id == editions.c.id, runs.c.counts.is_not(None))
        )
        counted = counted.where(edition_items.c.uri == uri).limit(1)
        return self.has_readers(channel, uri) or self.db.scalar(counted) is not None

    def has_readers(self, channel: int, uri: str) -> bool:
        """Return the same, as far as readers are still known by name."""
        return self.db.scalar(readers_of(channel, uri).limit(1)) is not None

    def readers(self, channel: int) -> int:
        """Return how many are on a list."""
        here = and_(subscriptions.c.channel_id == channel, subscriptions.c.ended_at.is_(None))
        return int(self.db.scalar(select(func.count(subscriptions.c.id)).where(here)) or 0)

    def recipients(self, edition: int) -> int:
        """Return how many letters a digest has."""
        return int(self.db.scalar(select(runs.c.letters).where(runs.c.edition_id == edition)) or 0)

    def unfinished(self, uri: str) -> list[tuple[int, KnownChannel, Window]]:
        """Return frozen digests that carry an article and have letters that may not have left."""
        return self.unfinished_among([uri]).get(uri, [])

    def unfinished_among(
        self, uris: Iterable[str]
    ) -> dict[str, list[tuple[int, KnownChannel, Window]]]:
        """Return the same of several articles, by uri."""
        query = (
            select(editions, edition_items.c.uri)
            .join(edition_items, edition_items.c.edition_id == editions.c.id)
            .join(runs, runs.c.edition_id == editions.c.id)
            .where(runs.c.ended_at.is_(None))
        )
        rows = [
            row
            for batch in batches(uris)
            for row in self.db.execute(query.where(edition_items.c.uri.in_(batch)))
        ]
        known = {channel.id: channel for channel in Channels(self.db).all()} if rows else {}
        found: dict[str, list[tuple[int, KnownChannel, Window]]] = {}
        for row in rows:
            digest = (row.id, known[row.channel_id], self._window(row))
            found.setdefault(row.uri, []).append(digest)
        return found

    def _window(self, row: Row[Any]) -> Window:
        """Return an edition's window; a variant has its digest's."""
        digest = select(editions).join(variants, variants.c.digest_id == editions.c.id)
        whole = self.db.execute(digest.where(variants.c.edition_id == row.id)).first()
        return replace(window_of(whole), key=row.key) if whole else window_of(row)

    def letters_waiting(self) -> list[tuple[str, str]]:
        """Return (channel, key) of the digests with letters that have not left."""
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
