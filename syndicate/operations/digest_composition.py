"""Compose a digest: one edition for each set of corrections that its readers need.

The digest's own edition is that of the largest set; the others, its variants, differ from it in
their corrections alone. Of many small sets one edition has what any of them needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Catalogue, KnownChannel, Window
from syndicate.ledger.catalogue.corrections import NeededCorrections, Needs, ReaderSets
from syndicate.ledger.catalogue.digests import Lettered
from syndicate.model import edition_keys
from syndicate.model.article import Edition, Item
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting

MOST_EDITIONS = 8  # of one digest
Carried = Mapping[str, tuple[Item, ...]]  # by part


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """One edition of a digest, and for whom it is."""

    edition: Edition
    needs: Needs | None  # None: for readers of many small sets
    readers: int


def parts_of(edition: Edition) -> Carried:
    """Return what a digest carries, by part."""
    parts = {"new": edition.items, "correction": edition.corrections}
    return parts | {"reminder": edition.reminders}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposedDigest:
    """A digest with all of its editions, its own first, and what they were made from."""

    composed: Sequence[Composed]
    needed: NeededCorrections
    everybody: bool  # it has news: also who needs no correction gets it

    @property
    def own(self) -> Composed:
        return self.composed[0]


class DigestComposer:
    """Composes the digest of a list's window, as things stand now."""

    def __init__(
        self, office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel,
        window: Window,
    ) -> None:  # fmt: skip
        assert window.closed, "an urgent article has no window"
        self._channel, self._window, self._publisher = channel, window, office.publisher
        self._worded = Hosting(office, catalogue).worded
        self._number = catalogue.digests.issue(known.id, window.key)
        closed = window.closed
        self._new = self._words(catalogue.windows.unsent(known.id, closed, office.clock()))
        self._reminders = self._words(catalogue.windows.reminded(known.id, closed))
        brought = {item.article.uri for item in self._new if not item.withdrawal}
        self.needed = catalogue.corrections.needed(known.id, besides=brought)

    def whole(self) -> ComposedDigest:
        """Return the digest with an edition for each set of readers."""
        everybody = not self._edition(()).is_empty
        found = self.needed.sets().at_most(MOST_EDITIONS, everybody=everybody)
        composed = [
            self._composed(found, number, needs=each.needs, readers=each.readers)
            for number, each in enumerate(found.sets, start=1)
        ]
        if rest := found.rest:
            last = self._composed(found, len(composed) + 1, needs=rest.needs, readers=rest.readers)
            composed.append(replace(last, needs=None))
        if not composed:
            composed.append(Composed(edition=self._edition(()), needs=None, readers=0))
        return ComposedDigest(composed=composed, needed=self.needed, everybody=everybody)

    def everything(self) -> Edition:
        """Return one edition with all the corrections that any reader needs."""
        found = self.needed.sets()
        return self._edition(self._words(found.items(found.all_needs())))

    def _composed(self, found: ReaderSets, number: int, *, needs: Needs, readers: int) -> Composed:
        edition = self._edition(self._words(found.items(needs)))
        if number > 1:
            edition = replace(edition, key=edition_keys.variant(edition.key, number))
        return Composed(edition=edition, needs=needs, readers=readers)

    def _edition(self, changed: Sequence[Item]) -> Edition:
        assert self._window.closed
        return editions.digest(
            self._new, changed, self._publisher, opened=self._window.opened,
            closed=self._window.closed, key=self._window.key, number=self._number,
            reminders=self._reminders,
        )  # fmt: skip

    def _words(self, items: Sequence[Item]) -> tuple[Item, ...]:
        return tuple(self._worded(items, self._channel))


def freeze_digest(
    catalogue: Catalogue, channel: MailingList, known: KnownChannel, window: Window,
    digest: ComposedDigest,
) -> int:  # fmt: skip
    """Freeze a window that has something to say: its editions, letters and recipients."""
    number = catalogue.windows.close(known.id, window, parts_of(digest.own.edition))
    assert window.closed
    lettered: list[Lettered] = []
    for each in digest.composed:
        [rendition] = channel.render(each.edition)
        edition = number
        if lettered:
            edition = catalogue.windows.open_variant(
                known.id, each.edition.key, number, window.closed, parts_of(each.edition)
            )
        lettered.append(Lettered(edition=edition, rendition=rendition, needs=each.needs))
    catalogue.digests.address_sets(known.id, digest.needed, lettered, everybody=digest.everybody)
    return number
