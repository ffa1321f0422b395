"""Contract of a collection: a channel that shows the newest articles together, as a feed does.

Only ``items``, ``pieces`` and ``assemble`` have to be written, beside what every channel needs.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from syndicate.channel import Removes, Repeatable, Revises, Scope
from syndicate.model.article import Article, Edition, Item, Media, Publisher
from syndicate.model.delivery import Rendition


class Collection(Revises, Removes, Repeatable):
    """A channel that shows the newest articles together, in documents that are rewritten.

    It is rendered piece by piece, so that only what has changed is rendered again.
    """

    scope: ClassVar[Scope] = Scope.COLLECTION

    items: int  # the most articles in a document
    subjects: tuple[str, ...] = ()  # each also has documents of its own (Edition.subject)
    archives: bool = False  # older articles stay in pages of ``items`` (Edition.page)
    pages: bool = False  # articles without a ``url`` get a page here, where it ``hosts``

    def render(self, edition: Edition) -> Iterable[Rendition]:
        newest = edition.items[: self.items]
        return self.assemble(edition, list(self.pieces(newest, edition.publisher)))

    @abstractmethod
    def pieces(self, items: Sequence[Item], publisher: Publisher) -> Iterable[bytes]:
        """Render each item alone; a piece is kept until its item, a setting or the program changes.

        Whatever else is in the document must not change it.
        """

    @abstractmethod
    def assemble(self, edition: Edition, pieces: Sequence[bytes]) -> Iterable[Rendition]:
        """Join pieces to documents; the edition may come without its items."""

    def shows(self, document: bytes, piece: bytes) -> bool:
        """Return True if a document, as it was assembled, holds this piece of an item."""
        return piece in document

    @property
    def keeps_notices(self) -> timedelta | None:
        """Return how long a withdrawn article stays as a notice; None is forever."""
        return None

    def announce(
        self, changed: Mapping[str, str], waiting: Iterable[Rendition]
    ) -> Iterable[Rendition]:
        """Render a message for each third party that is to learn of a change: a hub, a command.

        They are sent last, when everything else stands. ``changed`` maps addresses to the
        fingerprints of what was put there, "" for what was removed. ``waiting`` are earlier
        messages that could not be sent: they are replaced by these.
        """
        return ()

    # Reading back: a ledger that does not know what is published here is an old copy.

    def recall(self) -> Iterable[str]:
        """Return the uris of the articles that the destination shows, as far as it can be read.

        Without a network.
        """
        return ()

    def recall_items(self, publisher: Publisher) -> Iterable[Item]:
        """Return the articles that it shows, for a ledger that was restored without them."""
        return ()

    # Hosting, where ``hosts`` is set: public addresses for what articles show.

    def media_url(self, media: Media) -> str:
        """Return the address that a picture or document will have, by a pure rule."""
        raise NotImplementedError

    def host(self, media: Media) -> Rendition:
        """Render a picture or document; the rendition's ``media`` names it."""
        raise NotImplementedError

    def page_url(self, article: Article) -> str:
        """Return the address that an article's page has forever, by a pure rule."""
        raise NotImplementedError

    def page(self, edition: Edition) -> Rendition:
        """Render the page of an article."""
        raise NotImplementedError

    # A private mark in the folder that it writes to, where ``marks`` is set. If the mark is missing
    # one day, a disk may not be mounted: nothing is written then. Several ledgers may each have
    # one there. Each of these raises Refused or Unavailable where it cannot look.

    marks: bool = False  # it can keep marks in the first of its ``folders``

    def has_mark(self, mark: str) -> bool:
        """Return True if the folder exists and holds this mark."""
        return True

    def put_mark(self, mark: str) -> None:
        """Put a mark into the folder, which is made if it is missing; it survives a crash."""

    def drop_mark(self, mark: str) -> None:
        """Remove a mark."""

    def shows_any(self, addresses: Sequence[str]) -> bool:
        """Return True if anything stands at one of these addresses."""
        return True
