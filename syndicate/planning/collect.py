"""What a collection holds and says; what has not changed is not said again."""

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


@dataclass(frozen=True)
class Holding:
    """One document of a collection: its edition, still without items, and what they will be."""

    edition: Edition
    held: tuple[Held, ...]


class Documents:
    """The documents of a collection, within one planning transaction."""

    def __init__(
        self, hosting: Hosting, channel: Collection, known: KnownChannel, publisher: Publisher
    ) -> None:
        self.hosting, self.known, self.publisher = hosting, known, publisher
        self.channel = channel
        self.form = hosting.form(channel)
        self.catalogue, self.collections = hosting.catalogue, hosting.catalogue.collections
        self._made: dict[tuple[str, str], bytes] = {}  # pieces, by uri and stamp

    def documents(
        self, now: datetime, touched: Sequence[str], *, closing: bool
    ) -> Iterator[Holding]:
        """What changes with these articles, in the order of putting it up.

        ``closing``: pages of the archive that are full are closed.
        """
        channel, number, publisher = self.channel, self.known.id, self.publisher
        kept = channel.keeps_notices
        since = now - kept if kept is not None else None
        last = 0
        if channel.archives:
            before = self.collections.last_page(number)
            last = before
            if closing:
                last = self.collections.close_pages(number, channel.items)
            changed = self.collections.pages_of(number, touched) | set(range(before + 1, last + 1))
            for page in sorted(changed):
                yield self.archived(page)
        for subject in channel.subjects:
            held = self.collections.newest(number, channel.items, subject=subject, since=since)
            yield self._holding(editions.about(subject, publisher), held)
        held = self.collections.newest(number, channel.items, since=since)
        yield self._holding(editions.collection(publisher, pages=last), held)

    def archived(self, page: int) -> Holding:
        """A closed page of the archive."""
        held = self.collections.page(self.known.id, page)
        return self._holding(editions.archived(page, self.publisher), held)

    def _holding(self, edition: Edition, held: Iterable[Held]) -> Holding:
        return Holding(replace(edition, origin=self.known.origin), tuple(held))

    def stamp(self, holding: Holding) -> str:
        """The name of all that a document is made from: of its form, and of what it holds."""
        said = repr((holding.edition.pages, holding.held, self._there(holding.held)))
        return f"{self.form} {sha256(said.encode()).hexdigest()}"

    def unsaid(self, holding: Holding) -> list[str]:
        """The articles of a document of which nothing is kept."""
        stamps = self._stamps(holding.held)
        kept = self.collections.fragments(self.known.id, stamps)
        return [uri for uri in stamps if uri not in kept]

    def said(self, holding: Holding) -> list[Rendition]:
        """The document; what was said of an article before and is still so is used again."""
        uris = [uri for uri, _ in holding.held]
        stamps = self._stamps(holding.held)
        pieces = self.collections.fragments(self.known.id, stamps)
        lacking = [uri for uri in uris if uri not in pieces]
        unmade = [uri for uri in lacking if (uri, stamps[uri]) not in self._made]
        made = self.channel.pieces(self._items(unmade), self.publisher) if unmade else ()
        for uri, piece in zip(unmade, made, strict=True):
            self._made[uri, stamps[uri]] = piece
        fresh = {uri: self._made[uri, stamps[uri]] for uri in lacking}
        if not holding.edition.page:  # a page of the archive seldom changes
            self.collections.keep_fragments(self.known.id, stamps, fresh)
        pieces |= fresh
        return list(self.channel.assemble(holding.edition, [pieces[uri] for uri in uris]))

    def forget(self, documents: Iterable[Holding]) -> None:
        """Forget what is kept of articles that no document shows any more."""
        now = [one for one in documents if not one.edition.page]
        self.collections.forget_fragments(
            self.known.id, but={u for one in now for u, _ in one.held}
        )

    def _items(self, uris: Sequence[str]) -> list[Item]:
        return self.hosting.worded(self.catalogue.articles.items(uris), self.channel)

    def _stamps(self, held: Sequence[Held]) -> Mapping[str, str]:
        there = self._there(held)
        return {uri: f"{self.form} {version} {there[uri]}" for uri, version in held}

    def _there(self, held: Sequence[Held]) -> dict[str, tuple[bool, bool]]:
        return self.hosting.there([uri for uri, _ in held])


def what_is_held(stamp: str) -> str:
    """The part of a stamp that names what a document holds."""
    return stamp.rpartition(" ")[2]
