"""Documents of a collection: which articles each holds, and how it is rendered, in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from syndicate.channel.collection import Collection
from syndicate.ledger import Held, KnownChannel
from syndicate.model.article import Edition, Item, Publisher
from syndicate.model.delivery import Rendition
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import ArchivePage, Pieces


@dataclass(frozen=True)
class Holding:
    """One document of a collection: its edition, still without items, and what they will be."""

    edition: Edition
    held: tuple[Held, ...]


class Documents:
    """Reader of a collection's documents, within one planning transaction."""

    def __init__(
        self, hosting: Hosting, channel: Collection, known: KnownChannel, publisher: Publisher
    ) -> None:
        self.hosting, self.known, self.publisher = hosting, known, publisher
        self.channel = channel
        self.form = hosting.form(channel)
        self.catalogue, self.collections = hosting.catalogue, hosting.catalogue.collections
        self._rendered: dict[tuple[str, str], bytes] = {}  # cache of pieces, by uri and stamp

    def with_hosting(self, hosting: Hosting) -> Documents:
        """Return the same where the host has more of the articles."""
        documents = Documents(hosting, self.channel, self.known, self.publisher)
        documents._rendered = self._rendered
        return documents

    def full_pages(self) -> list[ArchivePage]:
        """Return the pages of the archive that are full now."""
        if not self.channel.archives:
            return []
        number = self.known.id
        full = self.collections.full_pages(number, self.channel.items)
        first = self.collections.last_page(number) + 1
        return [
            ArchivePage(channel=number, number=page, uris=uris)
            for page, uris in enumerate(full, first)
        ]

    def documents(
        self, now: datetime, touched: Sequence[str], closed: Sequence[ArchivePage] = ()
    ) -> Iterator[Holding]:
        """Yield the documents that change with these articles, in the order of putting them up.

        ``closed``: the pages of the archive that are closed with them.
        """
        channel, number, publisher = self.channel, self.known.id, self.publisher
        kept = channel.keeps_notices
        since = now - kept if kept is not None else None
        last = 0
        if channel.archives:
            last = closed[-1].number if closed else self.collections.last_page(number)
            full = {page.number: page.uris for page in closed}
            for page in sorted(self.collections.pages_of(number, touched) | set(full)):
                yield self.archived(page, full.get(page))
        for subject in channel.subjects:
            held = self.collections.newest(number, channel.items, subject=subject, since=since)
            yield self._holding(editions.about(subject, publisher), held)
        held = self.collections.newest(number, channel.items, since=since)
        yield self._holding(editions.collection(publisher, pages=last), held)

    def archived(self, page: int, uris: Sequence[str] | None = None) -> Holding:
        """Return a closed page of the archive; ``uris`` of one that the plan closes."""
        if uris is None:
            held = self.collections.page(self.known.id, page)
        else:
            held = self.collections.newest_first(self.known.id, uris)
        return self._holding(editions.archived(page, self.publisher), held)

    def _holding(self, edition: Edition, held: Iterable[Held]) -> Holding:
        return Holding(replace(edition, origin=self.known.origin), tuple(held))

    def stamp(self, holding: Holding) -> str:
        """Return the cache key of a document: of its form, and of what it holds."""
        parts = repr((holding.edition.pages, holding.held, self._hosted(holding.held)))
        return f"{self.form} {sha256(parts.encode()).hexdigest()}"

    def uncached(self, holding: Holding) -> list[str]:
        """Return the articles of a document of which no piece is cached."""
        stamps = self._stamps(holding.held)
        cached = self.collections.fragments(self.known.id, stamps)
        return [uri for uri in stamps if uri not in cached]

    def rendered(self, holding: Holding) -> tuple[list[Rendition], Pieces | None]:
        """Return a document, and the pieces of it to be cached; cached ones are used again."""
        uris = [uri for uri, _ in holding.held]
        stamps = self._stamps(holding.held)
        pieces = self.collections.fragments(self.known.id, stamps)
        lacking = [uri for uri in uris if uri not in pieces]
        unmade = [uri for uri in lacking if (uri, stamps[uri]) not in self._rendered]
        items = self._items(unmade, dict(holding.held))
        new = self.channel.pieces(items, self.publisher) if unmade else ()
        for uri, piece in zip(unmade, new, strict=True):
            self._rendered[uri, stamps[uri]] = piece
        fresh = {uri: self._rendered[uri, stamps[uri]] for uri in lacking}
        pieces |= fresh
        renditions = list(self.channel.assemble(holding.edition, [pieces[uri] for uri in uris]))
        if holding.edition.page or not fresh:  # a page of the archive seldom changes
            return renditions, None
        return renditions, Pieces(channel=self.known.id, stamps=stamps, rendered=fresh)

    def _items(self, uris: Sequence[str], versions: Mapping[str, int]) -> list[Item]:
        articles = self.catalogue.articles
        articles.read(uris)
        items = [articles.item_at(uri, versions[uri]) for uri in uris]
        return self.hosting.worded(items, self.channel)

    def _stamps(self, held: Sequence[Held]) -> Mapping[str, str]:
        hosted = self._hosted(held)
        return {uri: f"{self.form} {version} {hosted[uri]}" for uri, version in held}

    def _hosted(self, held: Sequence[Held]) -> dict[str, str]:
        """Return by uri an article's annotations, as a part of a cache key."""
        uris = [uri for uri, _ in held]
        hosted, annotations = self.hosting.hosted(uris), self.hosting.annotations(uris)
        stamps = {uri: facts.stamp(reminders=False) for uri, facts in annotations.items()}
        return {uri: f"{hosted[uri]} {stamps.get(uri, '')}".rstrip() for uri in uris}


def held_part(stamp: str) -> str:
    """Return the part of a document's cache key that names what it holds."""
    return stamp.rpartition(" ")[2]
