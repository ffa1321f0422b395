"""Compare what a channel renders now with what stands: the plan for one edition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from syndicate.channel import Channel, Removes, Revises
from syndicate.errors import ArticleError
from syndicate.ledger import KnownChannel
from syndicate.ledger.catalogue.deliveries import as_lost
from syndicate.model.delivery import Rendition
from syndicate.model.step import Action, Known, Step
from syndicate.planning.facts import Facts, receipt_of
from syndicate.planning.plan import EditionPlan
from syndicate.planning.steps import Abilities, Purpose, plan_steps

CHANGES = (Action.CORRECT, Action.REFILE, Action.WITHDRAW, Action.REINSTATE, Action.REFRESH)
Located = Callable[[ArticleError], ArticleError]


def render_checked(
    channel: Channel, render: Callable[[], Iterable[Rendition]], located: Located | None = None
) -> list[Rendition]:
    """Return what a channel renders now; an error names the channel, or is ``located``."""
    try:
        return list(render())
    except ArticleError as error:
        if located:
            raise located(error) from error
        raise ArticleError(f"channels.{channel.name}: {error}", "channel") from error


def edition_plan(
    facts: Facts, channel: Channel, key: str, renditions: Sequence[Rendition],
    purpose: Purpose | None = None,
) -> EditionPlan:  # fmt: skip
    """Plan what is to stand at the addresses of an edition."""
    known = facts.known(channel)
    states = facts.addresses(known.id, key)
    lost = _lost(facts, channel, known, states, renditions)
    states = {
        address: as_lost(state) if address in lost else state for address, state in states.items()
    }
    purpose = purpose or Purpose(called=facts.wish.called)
    steps = tuple(
        _possible(channel, step, states.get(step.address))
        for step in plan_steps(renditions, states, purpose, abilities(channel, known.identity))
    )
    return EditionPlan(
        channel=channel,
        known=known,
        key=key,
        version=purpose.version,
        steps=steps,
        wants=tuple(step for step in steps if _changes(step, states.get(step.address))),
        lost=lost,
        before=_before(facts, known.id, key, steps, lost) if _shows_before(facts) else {},
    )


def abilities(channel: Channel, identity: str | None = None) -> Abilities:
    """Return what a channel can do, as far as a plan depends on it."""
    return Abilities(
        revises=isinstance(channel, Revises),
        removes=isinstance(channel, Removes),
        repeats=bool(channel.repeatable_for),
        identity=identity,
    )


def _lost(
    facts: Facts, channel: Channel, known: KnownChannel, states: Mapping[str, Known],
    renditions: Iterable[Rendition],
) -> tuple[str, ...]:  # fmt: skip
    """Return the addresses where somebody took away what stood, if the folder is the right one."""
    lost = []
    for rendition in renditions:
        state = states.get(rendition.address)
        stands = state and state.present == state.wanted == rendition.fingerprint
        if state and stands and not channel.holds(rendition, receipt_of(state)):
            lost.append(rendition.address)
    return tuple(lost) if lost and facts.is_here(channel, known) else ()


def _shows_before(facts: Facts) -> bool:
    return facts.wish.diff and facts.wish.shows_text


def _before(
    facts: Facts, channel: int, key: str, steps: Iterable[Step], lost: Sequence[str]
) -> dict[str, Rendition]:
    standing = (
        (step.address, facts.present(channel, key, step.address))
        for step in steps
        if step.address not in lost
    )
    return {address: rendition for address, rendition in standing if rendition}


def _possible(channel: Channel, step: Step, state: Known | None) -> Step:
    """Return a step, or that it cannot be taken: reported before half of the channels have it."""
    if step.action not in CHANGES or not step.rendition:
        return step
    why = channel.obstacle(receipt_of(state), step.rendition) if state and state.present else ""
    return replace(step, action=Action.CANNOT, why=why) if why else step


def _changes(step: Step, state: Known | None) -> bool:
    """Return whether a step has something to write down; asking again wakes what was refused."""
    if step.action is Action.NOTHING:
        return False
    if state is None or state.state == "refused":
        return True
    wanted = step.rendition.fingerprint if step.rendition else None
    return state.wanted != wanted or step.replaces
