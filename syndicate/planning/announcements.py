"""Plan whom each collection notifies of what is to change there: hubs, a command of the office."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from syndicate.channel.collection import Collection
from syndicate.ledger import KnownChannel
from syndicate.model.delivery import Rendition
from syndicate.model.edition_keys import ANNOUNCEMENTS
from syndicate.model.step import Action, Step
from syndicate.planning.facts import Facts
from syndicate.planning.plan import Dropped, EditionPlan, Plan, joined_plans
from syndicate.system.logs import unexpected

log = logging.getLogger(__name__)


def announcement_plan(facts: Facts, plan: Plan) -> Plan:
    """Plan whom each collection notifies of the changes in a plan, which is complete otherwise."""
    return joined_plans(_of_channel(facts, channel, plan) for channel in facts.office.collections)


def _of_channel(facts: Facts, channel: Collection, plan: Plan) -> Plan:
    known = facts.known(channel)
    edition = facts.number(known.id, ANNOUNCEMENTS)
    waiting = [] if edition is None else facts.catalogue.deliveries.wanted(edition, waiting=True)
    named = _addresses(channel.announce({}, waiting)) if waiting else set()
    unnamed = [message.address for message in waiting if message.address not in named]
    dropped = Plan()
    if edition is not None and unnamed:
        dropped = Plan(
            dropped=(Dropped(edition=edition, addresses=unnamed),),
            notes=tuple(_no_longer_named(channel, address) for address in unnamed),
        )
    changed = _changed(plan, known)
    if not changed:
        return dropped
    waiting = [rendition for rendition in waiting if rendition.address in named]
    try:
        return joined_plans((dropped, _announcements(facts, channel, changed, waiting)))
    except Exception as error:  # it undoes no publication
        what = "cannot announce it"
        unexpected(log, f"{channel.name}: {what}", error)
        return joined_plans((dropped, Plan(failed=(facts.failure(channel, what, error),))))


def _changed(plan: Plan, known: KnownChannel) -> dict[str, str]:
    """Return by address the fingerprints of what is to stand there, "" for what is removed."""
    return {
        step.address: step.rendition.fingerprint if step.rendition else ""
        for edition in plan.editions
        if edition.known.id == known.id
        for step in edition.steps
        if step.action not in (Action.NOTHING, Action.CANNOT)
    }


def _announcements(
    facts: Facts, channel: Collection, changed: Mapping[str, str], waiting: list[Rendition]
) -> Plan:
    messages = list(channel.announce(changed, waiting))
    outside = [facts.office.outside(channel, message) for message in messages]
    within = [message for message, why in zip(messages, outside, strict=True) if not why]
    notes = tuple(filter(None, outside))
    if not (within or waiting):
        return Plan(notes=notes)
    superseded = sorted(_addresses(waiting) - _addresses(within))
    steps = (
        *(
            Step(address=message.address, action=Action.ANNOUNCE, rendition=message)
            for message in within
        ),
        *(Step(address=address, action=Action.REMOVE, rendition=None) for address in superseded),
    )
    edition = EditionPlan(
        channel=channel, known=facts.known(channel), key=ANNOUNCEMENTS, steps=steps, wants=steps
    )
    return Plan(editions=(edition,), notes=notes)


def _addresses(messages: Iterable[Rendition]) -> set[str]:
    return {message.address for message in messages}


def _no_longer_named(channel: Collection, address: str) -> str:
    return (
        f"{channel.name}: {address} is no longer named in the configuration: what waited"
        " for it was dropped"
    )
