"""Plan what a channel says of each article alone, as a post does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from syndicate.channel import Channel
from syndicate.errors import ArticleError, each_of
from syndicate.ledger import Standing
from syndicate.model.delivery import Rendition
from syndicate.model.step import Action
from syndicate.planning import editions
from syndicate.planning.compare import edition_plan, render_checked
from syndicate.planning.facts import Facts
from syndicate.planning.hosting import Hosting
from syndicate.planning.plan import EditionPlan, Plan
from syndicate.planning.proofread import located
from syndicate.planning.steps import Purpose


def article_plans(
    facts: Facts, hosting: Hosting, channel: Channel, standings: Sequence[Standing]
) -> Iterator[Plan]:
    """Yield the plan for each article that belongs to a channel, or what is wrong in its file."""
    known, channels = facts.known(channel), facts.catalogue.channels
    kept = unchanged_renditions(facts, hosting, channel, standings)
    for standing in standings:
        if known.id not in channels.having(standing.uri):
            continue
        try:
            plan = _article_plan(facts, hosting, channel, standing, kept)
        except ArticleError as error:
            yield Plan(flaws=each_of(error))
        else:
            yield Plan(editions=(plan,))


def unchanged_renditions(
    facts: Facts, hosting: Hosting, channel: Channel, standings: Sequence[Standing], *,
    prefix: str = "",
) -> dict[str, list[Rendition]]:  # fmt: skip
    """Return by uri what need not be rendered again: all that it is made from is as it was."""
    catalogue, known = facts.catalogue, facts.known(channel)
    numbers = catalogue.editions.numbers(
        known.id, [f"{prefix}{standing.uri}" for standing in standings]
    )
    catalogue.deliveries.read(numbers.values())
    hosting.read_ahead(standing.uri for standing in standings)
    if facts.wish.refresh or facts.wish.everything:
        return {}
    same = {
        numbers[key]: standing.uri
        for standing in standings
        if (key := f"{prefix}{standing.uri}") in numbers
        and catalogue.editions.stamp(numbers[key]) == hosting.stamp(channel, standing)
    }
    wanted = catalogue.deliveries.wanted_in(same)
    return {same[number]: renditions for number, renditions in wanted.items()}


def purpose_of(facts: Facts, standing: Standing, *, kill: bool = False) -> Purpose:
    """Return why an article is planned for."""
    return Purpose(
        version=standing.version,
        major=standing.major_version,
        withdrawn=standing.item.withdrawal is not None,
        refresh=facts.wish.refresh or standing.uri in facts.annotated,
        kill=kill,
        reminds=frozenset(facts.reminders(standing.uri)),
        new_reminders=frozenset(facts.reminders(standing.uri, new=True)),
        called=Action.REINSTATE if facts.wish.called is Action.REINSTATE else None,
    )


def stamped(
    plan: EditionPlan, hosting: Hosting, standing: Standing, renditions: Sequence[Rendition]
) -> EditionPlan:
    """Return a plan with the cache key of its renditions, if all of them are wanted."""
    is_whole = len(plan.steps) == len(renditions) and all(
        step.rendition and not step.why and step.action is not Action.CANNOT for step in plan.steps
    )
    channel = plan.channel
    stamp = hosting.stamp(channel, standing) if is_whole else hosting.form(channel)
    return replace(plan, stamp=stamp)


def _article_plan(
    facts: Facts, hosting: Hosting, channel: Channel, standing: Standing,
    kept: Mapping[str, list[Rendition]],
) -> EditionPlan:  # fmt: skip
    withdrawal = standing.item.withdrawal
    purpose = purpose_of(facts, standing, kill=bool(withdrawal and withdrawal.kill))
    if unchanged := kept.get(standing.uri):
        return edition_plan(facts, channel, standing.uri, unchanged, purpose)
    [item] = hosting.worded([standing.item], channel)
    edition = editions.article(item, facts.office.publisher)
    renditions = render_checked(
        channel, partial(channel.render, edition), partial(_located, facts, channel, standing)
    )
    plan = edition_plan(facts, channel, edition.key, renditions, purpose)
    return stamped(plan, hosting, standing, renditions)


def _located(
    facts: Facts, channel: Channel, standing: Standing, error: ArticleError
) -> ArticleError:
    if draft := facts.drafts.get(standing.uri):
        return located(error, channel, draft, draft.article)
    return ArticleError(f"{standing.file}: channels.{channel.name}: {error}", "channel")
