"""Find which version of an article the documents of a collection show, as they stand now."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.channel.collection import Collection
from syndicate.ledger import KnownChannel, Standing
from syndicate.ledger.catalogue.leftovers import is_left
from syndicate.model.edition_keys import ARCHIVE, COLLECTION, SUBJECT
from syndicate.planning.hosting import Hosting


def shown_version(
    hosting: Hosting, known: KnownChannel, channel: Collection | None, standing: Standing
) -> int:
    """Return the version of an article that a collection's readers see; 0 where they see none.

    ``channel`` is None for a collection that this machine's configuration lacks.
    """
    catalogue, uri, newest = hosting.catalogue, standing.uri, standing.version
    texts = []
    is_settled = not is_left(catalogue.db, known.id, uri)
    for prefix in (COLLECTION, SUBJECT, ARCHIVE):
        for key in catalogue.editions.keys(known.id, prefix):
            number = catalogue.editions.number(known.id, key)
            states = catalogue.deliveries.known(number)
            is_settled &= all(state.present == state.wanted for state in states.values())
            texts += [
                rendition.content
                for address in states
                if number and (rendition := catalogue.deliveries.present(number, address))
            ]
    if is_settled:
        return newest
    for version, piece in _pieces(hosting, channel, standing) if channel and texts else ():
        if any(channel.shows(text, piece) for text in texts if channel):
            return version
    # it looks as no version does with today's settings; what waits is the newest
    return max(1, newest - 1) if any(uri.encode() in text for text in texts) else 0


def _pieces(
    hosting: Hosting, channel: Collection, standing: Standing
) -> Iterator[tuple[int, bytes]]:
    """Yield an article's versions as the collection renders them, the newest first."""
    articles, publisher = hosting.catalogue.articles, hosting.office.publisher
    for version in range(standing.version, 0, -1):
        item = articles.item_at(standing.uri, version)
        [piece] = channel.pieces(hosting.worded([item], channel), publisher)
        yield version, piece
