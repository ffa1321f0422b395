"""Plan the step at each address: what is rendered against what stands. Pure: no clock, no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from syndicate.model.delivery import Rendition
from syndicate.model.step import CALLED_OFF, Action, Known, Step

LAYOUT_IS_NEW = "only its layout is new (update it with --refresh)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """Reason that a channel is planned for: what happened to the article, and what was asked."""

    version: int = 0  # of the article; 0 for what is not about one
    major: int = 0  # the newest version that readers are told of
    withdrawn: bool = False
    refresh: bool = True  # whether the same revision may be said in other bytes
    kill: bool = False  # a withdrawal that also removes
    called: Action | None = None  # what a collection's change means to its readers
    reminds: frozenset[str] = frozenset()  # reminders that may still be sent
    new_reminders: frozenset[str] = frozenset()  # those that have just come

    def since(self, version: int) -> Action:
        """Return the kind of change for a reader who saw this version."""
        if version == self.version:
            return Action.REFRESH
        if self.withdrawn:
            return Action.WITHDRAW
        return Action.CORRECT if self.major > version else Action.REFILE


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """Abilities of a channel, as far as a plan depends on them."""

    revises: bool
    removes: bool
    repeats: bool
    identity: str | None  # where it writes now, as far as the ledger knows


def plan_steps(
    renditions: Iterable[Rendition],
    known: Mapping[str, Known],
    purpose: Purpose,
    can: Abilities,
) -> Iterator[Step]:
    """Compare what the channel renders now with what the ledger knows, address by address."""
    leftover = dict(known)
    for rendition in renditions:
        if rendition.reminds and _is_over(rendition, known, purpose):
            continue  # what of it waits is left over, and called off
        state, followed = leftover.pop(rendition.address, None), known.get(rendition.follows)
        is_new = rendition.follows and not (state and state.wanted)
        why = _untimely(rendition, followed, purpose, can) if is_new else ""
        if not why:
            yield plan_step(rendition, state, purpose, can)
        elif not rendition.tells:
            yield _nothing(rendition, why)
    for address, left in leftover.items():
        if left.wanted is not None:
            yield _remove(address, left, can)


def _is_over(rendition: Rendition, known: Mapping[str, Known], purpose: Purpose) -> bool:
    """Return whether a reminder that no reader has seen is not to be sent any more."""
    state, followed = known.get(rendition.address), known.get(rendition.follows)
    if state is None or (state.wanted is None and state.present is None):
        stands = followed is not None and followed.wanted is not None
        return not (stands and rendition.reminds in purpose.new_reminders)
    if state.present or state.state == "in_doubt":
        return False
    return purpose.withdrawn or rendition.reminds not in purpose.reminds


def _untimely(
    rendition: Rendition, followed: Known | None, purpose: Purpose, can: Abilities
) -> str:
    """Explain why nothing new is published beside what it follows; "" where it is."""
    if followed is None:
        return "no reader has seen the error" if rendition.tells else ""
    if followed.is_given_up and followed.version == purpose.version:
        return "given up"
    if followed.destination and can.identity not in (None, followed.destination):
        return f"stands in {followed.destination}"
    if rendition.tells:
        is_new = followed.version < rendition.tells == purpose.version
        return (
            ""
            if is_new and followed.present
            else "readers know already, or none has seen the error"
        )
    if rendition.reminds:
        return ""
    return LAYOUT_IS_NEW if followed.version == purpose.version and not purpose.refresh else ""


def plan_step(rendition: Rendition, state: Known | None, purpose: Purpose, can: Abilities) -> Step:
    """Return what has to happen at one address."""
    address, withdrawn = rendition.address, purpose.withdrawn
    if state and state.is_given_up and state.wanted == rendition.fingerprint:
        return _nothing(rendition, "given up")
    if state is None or (state.present is None and state.state != "in_doubt"):
        if withdrawn:
            return _call_off(rendition, state, purpose, can)
        # what is new corrects nothing, and what was deleted is put up again
        is_new = state is None or purpose.called is Action.REINSTATE
        called = None if is_new else purpose.called
        return Step(address=address, action=called or Action.CREATE, rendition=rendition)
    if state.destination and can.identity and state.destination != can.identity and not can.repeats:
        return _elsewhere(rendition, state, purpose)
    stands = state.version == purpose.version and state.present == rendition.fingerprint
    if withdrawn and purpose.kill and can.removes and not stands:
        return Step(
            address=address, action=Action.REMOVE, rendition=None, replaces=True, fallback=rendition
        )
    if state.wanted == rendition.fingerprint:
        return _again(rendition, state, withdrawn)
    if state.version == purpose.version and not purpose.refresh and purpose.version:
        return _nothing(rendition, LAYOUT_IS_NEW)
    if not can.revises and state.state != "in_doubt":
        why = "this channel cannot change what is published"
        return Step(
            address=address, action=Action.CANNOT, rendition=rendition, why=why, replaces=withdrawn
        )
    change = purpose.called or purpose.since(state.version)
    return Step(address=address, action=change, rendition=rendition, replaces=withdrawn)


def _call_off(rendition: Rendition, state: Known | None, purpose: Purpose, can: Abilities) -> Step:
    """Call off what waits where nothing stands; what is on its way is taken back after it."""
    if state is None or state.wanted is None:
        return Step(
            address=rendition.address, action=Action.NOTHING, rendition=None, why="nothing is here"
        )
    if purpose.kill and can.removes:
        return Step(
            address=rendition.address,
            action=Action.REMOVE,
            rendition=None,
            why=CALLED_OFF,
            replaces=True,
            fallback=rendition,
        )
    return Step(
        address=rendition.address,
        action=Action.WITHDRAW,
        rendition=rendition,
        why=CALLED_OFF,
        replaces=True,
    )


def _again(rendition: Rendition, state: Known, withdrawn: bool) -> Step:
    """Return the step for what is wanted as it was: the queue sees to it that it stands."""
    if state.state == "in_doubt":
        why = "in doubt: it is unknown whether it was published"
        return _nothing(rendition, why, replaces=withdrawn)
    if state.present == state.wanted:
        return _nothing(rendition, replaces=withdrawn)
    return Step(
        address=rendition.address, action=Action.CORRECT, rendition=rendition, replaces=withdrawn
    )


def _elsewhere(rendition: Rendition, state: Known, purpose: Purpose) -> Step:
    if state.version == purpose.version:
        return _nothing(rendition, f"stands in {state.destination}")
    why = (
        f"it stands in {state.destination}, where this channel no longer publishes: change it"
        " there by hand"
    )
    return Step(address=rendition.address, action=Action.CANNOT, rendition=rendition, why=why)


def _nothing(rendition: Rendition, why: str = "", *, replaces: bool = False) -> Step:
    """Return the step of what stays as it is, or is left as it is for a reason."""
    return Step(
        address=rendition.address, action=Action.NOTHING, rendition=rendition, why=why,
        replaces=replaces,
    )  # fmt: skip


def _remove(address: str, state: Known, can: Abilities) -> Step:
    if state.present is None or can.removes:
        return Step(address=address, action=Action.REMOVE, rendition=None)
    return Step(
        address=address,
        action=Action.CANNOT,
        rendition=None,
        why="this channel cannot delete what is published",
    )
