"""Freeze letters of new urgent articles, for lists that send them at once: they cannot wait."""

from __future__ import annotations

from collections.abc import Sequence

from syndicate.channel import Channel
from syndicate.channel.mailing_list import MailingList
from syndicate.ledger import Standing
from syndicate.model import edition_keys
from syndicate.model.article import URGENT
from syndicate.operations.article_letters import ArticleLetters
from syndicate.planning import editions
from syndicate.planning.hosting import Hosting


def freeze_urgent(
    hosting: Hosting, channels: Sequence[Channel], standings: Sequence[Standing]
) -> list[ArticleLetters]:
    """Freeze a letter for each urgent article that an immediate list has not carried."""
    return [
        _frozen(hosting, channel, standing)
        for channel in hosting.office.lists
        if channel.immediate and channel in channels
        for standing in standings
        if standing.item.article.urgency in URGENT and _is_new(hosting, channel, standing)
    ]


def _is_new(hosting: Hosting, channel: MailingList, standing: Standing) -> bool:
    """Return whether a list is to carry an article, and has not yet."""
    catalogue = hosting.catalogue
    known = hosting.office.remembered(catalogue, channel)
    if standing.item.withdrawal or catalogue.windows.carried_version(known.id, standing.uri):
        return False
    return known.id in catalogue.channels.having(standing.uri)


def _frozen(hosting: Hosting, channel: MailingList, standing: Standing) -> ArticleLetters:
    catalogue, office = hosting.catalogue, hosting.office
    known = office.remembered(catalogue, channel)
    parts = {"new": tuple(hosting.worded([standing.item], channel))}
    at, key = office.clock(), f"{edition_keys.URGENT_PREFIX}{standing.uri}"
    edition = editions.urgent(parts, office.publisher, at=at, key=key)
    [rendition] = channel.render(edition)
    number = catalogue.windows.open_urgent(known.id, key, at, parts)
    return ArticleLetters(
        channel=channel, known=known, uri=standing.uri, edition=number,
        letters=catalogue.digests.address_subscribers(number, known.id, rendition),
        content=(edition, rendition),
    )  # fmt: skip
