"""Write, with the next digest, to those whose last one left out an article while it was held."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.model import edition_keys
from syndicate.model.article import PubStatus
from syndicate.office import Office
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting


def freeze_missed(
    office: Office, catalogue: Catalogue, channel: MailingList, known: KnownChannel
) -> None:
    """Freeze a letter of its own about each released article that some letters had left out.

    Whom no letter had reached with it finds it in the digest itself, and so does who lacks its
    correction.
    """
    for edition, uri, part in _released(catalogue, known):
        key = f"{edition_keys.RELEASED_PREFIX}{uri}~{edition}"
        if catalogue.editions.number(known.id, key) is not None:
            continue
        at, hosting = office.clock(), Hosting(office, catalogue)
        parts = {part: hosting.worded(catalogue.articles.items([uri]), channel)}
        [rendition] = channel.render(editions.urgent(parts, office.publisher, at=at, key=key))
        number = catalogue.windows.open_urgent(known.id, key, at, parts)
        catalogue.digests.address_subscribers(number, known.id, rendition, lacking=(edition, uri))


def _released(catalogue: Catalogue, known: KnownChannel) -> Iterator[tuple[int, str, str]]:
    for edition, uri, part in catalogue.digests.missed(known.id):
        standing = catalogue.articles.standing(uri)
        is_corrected = part == "correction"  # the digest tells it to whoever got the article
        if standing and standing.pub_status is PubStatus.USABLE and not is_corrected:
            yield edition, uri, part
