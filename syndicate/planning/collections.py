"""Plan a collection: what its newest, each subject's and the archive's documents become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from syndicate.channel.collection import Collection
from syndicate.errors import ArticleError
from syndicate.ledger import Standing
from syndicate.model.edition_keys import ANNOUNCEMENTS, ARCHIVE, COLLECTION, PAGE_PREFIX, SUBJECT
from syndicate.planning.collection_documents import Documents, Holding, held_part
from syndicate.planning.compare import edition_plan
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.pages import hosted_plans, page_plans
from syndicate.planning.plan import (
    EVERYTHING,
    ArchivePage,
    EditionPlan,
    Plan,
    ShownArticles,
    joined_plans,
)
from syndicate.planning.steps import Purpose


def collection_plans(
    facts: Facts, hosting: Hosting, channel: Collection, standings: Sequence[Standing], sofar: Plan
) -> Iterator[Plan]:
    """Yield the plans for what changes in a collection with these articles.

    ``sofar`` is what the command has planned already.
    """
    by_itself, touched = facts.wish.by_itself, [standing.uri for standing in standings]
    known = facts.known(channel)
    if by_itself and facts.number(known.id, COLLECTION) is None:
        return
    documents = Documents(hosting, channel, known, facts.office.publisher)
    closed = [] if by_itself else documents.full_pages()
    at = facts.catalogue.not_far_ahead(facts.office.clock())
    holdings = list(documents.documents(at, touched, closed))
    yield (plan := _opening(facts, documents, holdings, touched, closed))
    documents = documents.with_hosting(hosting.with_plan(plan))
    mine = joined_plans((sofar, plan, changed := _changed(facts, documents, holdings)))
    yield changed
    yield from _again(facts, documents, mine)


def _opening(
    facts: Facts, documents: Documents, holdings: Sequence[Holding], touched: Sequence[str],
    closed: Sequence[ArchivePage],
) -> Plan:  # fmt: skip
    """Plan what comes before the documents: closed pages, and what the host puts up."""
    if facts.wish.by_itself:
        return Plan()
    channel, number = documents.channel, documents.known.id
    woken = Plan(pages=tuple(closed), woken=(number,))
    if channel is not documents.hosting.host:
        return woken
    uncached = dict.fromkeys(uri for holding in holdings for uri in documents.uncached(holding))
    others = [uri for uri in uncached if uri not in set(touched)]
    return joined_plans((woken, hosted_plans(facts, documents.hosting, touched, others)))


def _changed(facts: Facts, documents: Documents, holdings: Sequence[Holding]) -> Plan:
    """Plan the documents that hold what has changed, and drop those of forgotten subjects."""
    recent = [holding for holding in holdings if not holding.edition.page]
    shown = ShownArticles(
        channel=documents.known.id,
        uris=frozenset(uri for holding in recent for uri, _ in holding.held),
    )
    forgotten = _forgotten_subjects(facts, documents, [holding.edition.key for holding in holdings])
    return joined_plans(
        (
            *(_document_plan(facts, documents, holding) for holding in holdings),
            Plan(shown=(shown,), editions=tuple(forgotten)),
        )
    )


def _document_plan(facts: Facts, documents: Documents, holding: Holding) -> Plan:
    key, stamp, channel = holding.edition.key, documents.stamp(holding), documents.channel
    number = facts.number(documents.known.id, key)
    before = facts.stamp(number)
    if facts.wish.by_itself and (before is None or held_part(before) == held_part(stamp)):
        return Plan()
    if number is not None and before == stamp and not facts.wish.everything:
        wanted = facts.catalogue.deliveries.wanted(number)
        return Plan(editions=(edition_plan(facts, channel, key, wanted),))
    try:
        renditions, pieces = documents.rendered(holding)
    except ArticleError as error:
        raise ArticleError(f"channels.{channel.name}: {error}", "channel") from error
    purpose = Purpose(called=facts.wish.called)
    plan = replace(edition_plan(facts, channel, key, renditions, purpose), stamp=stamp)
    return Plan(editions=(plan,), pieces=(pieces,) if pieces else ())


def _forgotten_subjects(
    facts: Facts, documents: Documents, keys: Sequence[str]
) -> Iterator[EditionPlan]:
    """Yield the plans for documents of subjects that the configuration no longer names."""
    for key in facts.catalogue.editions.keys(documents.known.id, SUBJECT):
        if key not in keys:
            yield replace(edition_plan(facts, documents.channel, key, []), stamp="")


def _again(facts: Facts, documents: Documents, sofar: Plan) -> Iterator[Plan]:
    """Yield the plans for editions of which nothing has changed but, perhaps, the form."""
    number, catalogue = documents.known.id, facts.catalogue
    keys: list[str] = []
    if facts.wish.everything or sofar.misses(number):
        keys += [key for prefix in EVERYTHING for key in catalogue.editions.keys(number, prefix)]
    if not facts.wish.by_itself:
        # what was refused is asked for anew
        keys += [key for _, key in catalogue.editions.waiting(number, refused=True)]
    planned = sofar.keys(number)
    for key in dict.fromkeys(keys):
        if key not in planned:
            yield _edition_again(facts, documents, key)


def _edition_again(facts: Facts, documents: Documents, key: str) -> Plan:
    channel, known = documents.channel, documents.known
    number = facts.number(known.id, key)
    assert number is not None
    is_old = not (facts.stamp(number) or "").startswith(documents.form)
    if is_old and key.startswith(ARCHIVE):
        holding = documents.archived(int(key.removeprefix(ARCHIVE)))
        return _document_plan(facts, documents, holding)
    if is_old and key.startswith(PAGE_PREFIX):
        return page_plans(facts, documents.hosting, [key.removeprefix(PAGE_PREFIX)])
    if key != ANNOUNCEMENTS and (wanted := facts.catalogue.deliveries.wanted(number)):
        return Plan(editions=(edition_plan(facts, channel, key, wanted),))
    # what is to be announced, or removed, still is
    return Plan(editions=(EditionPlan(channel=channel, known=known, key=key),))
