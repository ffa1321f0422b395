"""Plan what every channel has to say of articles: from the facts to a plan, without effects."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from syndicate.channel import Channel, Scope
from syndicate.channel.collection import Collection
from syndicate.channel.mailing_list import MailingList
from syndicate.errors import ArticleError, each_of
from syndicate.ledger import Standing
from syndicate.model.article import Edition
from syndicate.model.delivery import Rendition
from syndicate.planning import editions
from syndicate.planning.announcements import announcement_plan
from syndicate.planning.articles import article_plans
from syndicate.planning.collections import collection_plans
from syndicate.planning.facts import Facts
from syndicate.planning.folders import is_same_place, missing
from syndicate.planning.hosting import Hosting
from syndicate.planning.pages import media_removal_plan, page_plans
from syndicate.planning.plan import Failed, Plan, joined_plans
from syndicate.planning.proofread import proofread
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Review:
    """Findings on a letter: its size, and what could be better."""

    size: str  # to be appended to a line: ", 12 kB"
    remarks: tuple[str, ...]


def make_plan(
    facts: Facts, channels: Sequence[Channel], standings: Sequence[Standing], *,
    announces: bool = True,
) -> Plan:  # fmt: skip
    """Plan what channels have to say of articles, and, if it ``announces``, whom they notify."""
    plan = _renditions(facts, channels, standings)
    if facts.wish.trial or plan.flaws or not announces:
        return plan
    return joined_plans((plan, announcement_plan(facts, plan)))


def _renditions(facts: Facts, channels: Sequence[Channel], standings: Sequence[Standing]) -> Plan:
    hosting = Hosting(facts.office, facts.catalogue)
    plan = Plan()
    if hosting.host in channels:  # the others link to the pages
        plan = page_plans(facts, hosting, [standing.uri for standing in standings])
    for channel in channels:
        part = _channel_plan(facts, hosting.with_plan(plan), channel, standings, plan)
        plan = joined_plans((plan, part))
    if hosting.host in channels:
        plan = joined_plans((plan, media_removal_plan(facts, standings)))
    return plan


def letter_review(channel: MailingList, edition: Edition, rendition: Rendition) -> Review:
    """Review a letter as it would be sent."""
    findings = list(channel.review(edition, rendition))
    return Review(
        "".join(f", {finding.detail}" for finding in findings if finding.ok),
        tuple(f"{channel.name}: {finding.detail}" for finding in findings if not finding.ok),
    )


def _channel_plan(
    facts: Facts, hosting: Hosting, channel: Channel, standings: Sequence[Standing], sofar: Plan
) -> Plan:
    """Plan for one channel; one that fails never stops the others."""
    parts: list[Plan] = []
    try:
        for part in _parts(facts, hosting, channel, standings, sofar):
            parts.append(part)
    except ArticleError as error:
        parts.append(Plan(flaws=each_of(error)))
    except Exception as error:
        unexpected(log, f"{channel.name}: cannot compose it", error)
        parts.append(Plan(failed=(facts.failure(channel, "cannot compose it", error),)))
    plan = joined_plans(parts)
    if not facts.wish.by_itself:
        return plan
    failed = tuple(Failed(channel, why) for why in dict.fromkeys(map(str, plan.flaws)))
    return replace(plan, flaws=(), failed=(*plan.failed, *failed))


def _parts(
    facts: Facts, hosting: Hosting, channel: Channel, standings: Sequence[Standing], sofar: Plan
) -> Iterator[Plan]:
    yield Plan(notes=tuple(_moved(facts, channel)))
    if channel.scope is Scope.ARTICLE:
        yield from article_plans(facts, hosting, channel, standings)
    elif isinstance(channel, Collection):
        if not facts.wish.trial:
            yield from collection_plans(facts, hosting, channel, standings, sofar)
    elif facts.wish.diff and isinstance(channel, MailingList):
        yield Plan(notes=_digest_remarks(facts, hosting, channel, standings))
    yield from _proofread(facts, hosting, channel, standings)


def _moved(facts: Facts, channel: Channel) -> Iterator[str]:
    """Yield why nothing may be sent: a plan cannot ask a destination who it is."""
    known = facts.known(channel)
    if not facts.wish.diff or known.identity is None:
        return
    if known.target != channel.target() and not is_same_place(channel, known):
        yield (
            f"{channel.name}: was {known.target}, and the configuration now names"
            f" {channel.target()}: if this is another destination, nothing is sent there"
            f" before you run `syndicate channels move {channel.name}`"
        )
    elif not facts.is_here(channel, known):
        yield missing(known.name, channel)


def _digest_remarks(
    facts: Facts, hosting: Hosting, channel: MailingList, standings: Sequence[Standing]
) -> tuple[str, ...]:
    """Render the digest of these articles before it is frozen; return remarks on corrections."""
    number = facts.known(channel).id
    carried = {
        standing.uri: facts.catalogue.windows.carried_version(number, standing.uri)
        for standing in standings
    }
    changed = [s for s in standings if 0 < carried[s.uri] < s.major_version]
    corrected = [replace(s.item, told_version=carried[s.uri]) for s in changed]
    new = [s.item for s in standings if not carried[s.uri]]
    at = facts.office.clock()
    edition = editions.digest(
        hosting.worded(new, channel), hosting.worded(corrected, channel), facts.office.publisher,
        opened=at, closed=at,
    )  # fmt: skip
    renditions = list(channel.render(edition)) if edition.items or changed else []
    if not changed:
        return ()
    reviews = (letter_review(channel, edition, rendition) for rendition in renditions)
    return tuple(remark for review in reviews for remark in review.remarks)


def _proofread(
    facts: Facts, hosting: Hosting, channel: Channel, standings: Sequence[Standing]
) -> Iterator[Plan]:
    """Yield what a channel's readers will not get as it was typed; a flaw where words are lost."""
    publisher = facts.office.publisher
    changed = [standing for standing in standings if standing.uri in facts.changed]
    hosting.read_ahead(standing.uri for standing in changed)
    for standing in changed:
        [item] = hosting.worded([standing.item], channel)
        receipts = {}
        if channel.scope is Scope.ARTICLE:
            receipts = facts.receipts(channel, editions.article(item, publisher).key)
        draft = facts.drafts[standing.uri]
        try:
            remarks = tuple(proofread(channel, item, draft, publisher, receipts))
        except ArticleError as error:
            yield Plan(flaws=each_of(error))
        else:
            yield Plan(warnings=remarks)
