"""Plan what a host puts up for all channels: articles' pages, their pictures and documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from syndicate.channel.collection import Collection
from syndicate.ledger import Standing
from syndicate.model.delivery import Rendition
from syndicate.model.edition_keys import MEDIA, PAGE_PREFIX
from syndicate.planning import editions
from syndicate.planning.articles import purpose_of, stamped, unchanged_renditions
from syndicate.planning.compare import edition_plan
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import EditionPlan, Plan


def page_plans(facts: Facts, hosting: Hosting, uris: Sequence[str]) -> Plan:
    """Give articles without a page of their own one with the host; keep up those it has."""
    host = hosting.host
    if host is None:
        return Plan()
    paged = _paged(facts, hosting, host, uris)
    keys = [f"{PAGE_PREFIX}{standing.uri}" for standing in paged]
    known = facts.known(host)
    opened = Plan(editions=tuple(EditionPlan(channel=host, known=known, key=key) for key in keys))
    hosting = hosting.with_plan(opened)  # pages link to one another
    kept = unchanged_renditions(facts, hosting, host, paged, prefix=PAGE_PREFIX)
    return Plan(
        editions=tuple(
            _page_plan(facts, hosting, host, standing, kept.get(standing.uri)) for standing in paged
        )
    )


def hosted_plans(
    facts: Facts, hosting: Hosting, touched: Sequence[str], uncached: Sequence[str]
) -> Plan:
    """Put up what the documents of the host, a collection, are going to point to."""
    host = hosting.host
    assert host is not None
    pages = page_plans(facts, hosting, uncached)
    hosted = hosting.hosted([*touched, *uncached])
    belonging = [uri for uri, (belongs, _) in hosted.items() if belongs]
    files = editions.local_media(facts.catalogue.articles.items(belonging))
    keys = [f"{MEDIA}{sha256}" for sha256 in files]
    numbers = facts.catalogue.editions.numbers(facts.known(host).id, keys)
    facts.catalogue.deliveries.read(numbers.values())
    media = tuple(
        edition_plan(facts, host, key, [host.host(file)])
        for key, file in zip(keys, files.values(), strict=True)
    )
    return replace(pages, editions=(*pages.editions, *media))


def media_removal_plan(facts: Facts, standings: Iterable[Standing]) -> Plan:
    """Take away what killed articles ever showed, but for what others show too."""
    host, articles = facts.office.host, facts.catalogue.articles
    if host is None:
        return Plan()
    channel = facts.known(host).id
    keys = (
        f"{MEDIA}{sha256}"
        for standing in standings
        if standing.item.withdrawal and standing.item.withdrawal.kill
        for sha256 in articles.ever_shown(standing.uri)
        if facts.number(channel, f"{MEDIA}{sha256}") is not None
        and not articles.shows_elsewhere(sha256, standing.uri)
    )
    return Plan(editions=tuple(edition_plan(facts, host, key, []) for key in dict.fromkeys(keys)))


def _paged(facts: Facts, hosting: Hosting, host: Collection, uris: Sequence[str]) -> list[Standing]:
    """Return the articles that have a page with the host, or are to get one."""
    hosted, articles = hosting.hosted(uris), facts.catalogue.articles
    articles.read(uris)
    paged = []
    for standing in map(articles.standing, uris):
        assert standing is not None
        belongs, has_page = hosted[standing.uri]
        lacks_page = not (standing.item.article.url or standing.item.withdrawal)
        if has_page or (host.pages and belongs and lacks_page):
            paged.append(standing)
    return paged


def _page_plan(
    facts: Facts, hosting: Hosting, host: Collection, standing: Standing,
    kept: list[Rendition] | None,
) -> EditionPlan:  # fmt: skip
    key = f"{PAGE_PREFIX}{standing.uri}"
    purpose = replace(purpose_of(facts, standing), refresh=True)
    if kept:
        return edition_plan(facts, host, key, kept, purpose)
    [item] = hosting.worded([standing.item], host)
    page = host.page(editions.page(item, facts.office.publisher))
    return stamped(edition_plan(facts, host, key, [page], purpose), hosting, standing, [page])
