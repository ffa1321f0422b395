"""What a channel says now beside what it has said: the steps from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from syndicate.channel import Channel, Removes, Revises
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue, KnownChannel
from syndicate.ledger.catalogue.folders import folder
from syndicate.model.delivery import Receipt, Rendition
from syndicate.model.step import Action, Known, Step
from syndicate.planning.folders import is_here
from syndicate.planning.planner import Abilities, Purpose, plan

CHANGES = (Action.CORRECT, Action.REFILE, Action.WITHDRAW, Action.REFRESH)


@dataclass
class Prepared:
    """The plan for one edition of one channel."""

    channel: Channel
    known: KnownChannel
    key: str
    edition: int
    steps: list[Step]
    before: dict[str, Rendition] = field(default_factory=dict)  # what is there, for a diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command asks of the channels."""

    refresh: bool = False
    called: Action | None = None  # what a collection's change is called
    diff: bool = False
    everything: bool = False  # whether all that a collection ever put up is looked at
    by_itself: bool = False  # nobody asks: a collection is said where what it holds has changed
    trial: bool = False  # only whether the articles can be said: collections are left as they are


class Comparison:
    """The plans of one command, each wanted as soon as it is made."""

    def __init__(self, catalogue: Catalogue, wish: Wish) -> None:
        self.catalogue, self.wish = catalogue, wish
        self.lost: set[int] = set()  # the channels that lost something that stood
        self.here: dict[int, bool] = {}  # by channel, whether its folder is the one it was
        self.prepared: list[Prepared] = []
        self._planned: set[tuple[int, str]] = set()

    def is_planned(self, known: KnownChannel, key: str) -> bool:
        """Return whether an edition of a channel has a plan already."""
        return (known.id, key) in self._planned

    def rendered(
        self, channel: Channel, known: KnownChannel, key: str,
        render: Callable[[], Iterable[Rendition]], purpose: Purpose,
        located: Callable[[ArticleError], ArticleError] | None = None,
    ) -> list[Rendition]:  # fmt: skip
        """Plan for what is rendered now, and return it.

        ``located`` says of an error where it stands.
        """
        try:
            renditions = list(render())
        except ArticleError as error:
            if located:
                raise located(error) from error
            raise ArticleError(f"channels.{channel.name}: {error}") from error
        self.renditions(channel, known, key, renditions, purpose)
        return renditions

    def renditions(
        self, channel: Channel, known: KnownChannel, key: str, renditions: list[Rendition],
        purpose: Purpose | None = None,
    ) -> None:  # fmt: skip
        """Plan for what is to stand at the addresses of an edition."""
        edition = self.catalogue.editions.open(known.id, key)
        there = self.catalogue.deliveries.known(edition)
        there = self._compared(channel, known, edition, there, renditions)
        can = abilities(channel, known.identity)
        purpose = purpose or Purpose(called=self.wish.called)
        steps = [
            _possible(channel, one, there.get(one.address))
            for one in plan(renditions, there, purpose, can)
        ]
        before = self._before(edition, steps) if self.wish.diff else {}
        for step in steps:
            if _changes(step, there.get(step.address)):
                self.catalogue.deliveries.want(edition, step, purpose.version)
        self.prepared.append(Prepared(channel, known, key, edition, steps, before))
        self._planned.add((known.id, key))

    def _compared(
        self, channel: Channel, channel_known: KnownChannel, edition: int,
        there: dict[str, Known], new: list[Rendition],
    ) -> dict[str, Known]:  # fmt: skip
        """What is known, less what somebody took away from the destination meanwhile."""
        lost = []
        for rendition in new:
            known = there.get(rendition.address)
            is_said = known and known.present == known.wanted == rendition.fingerprint
            if known and is_said and not channel.holds(rendition, _receipt(known)):
                lost.append(rendition.address)
        if not lost or not self.is_here(channel, channel_known):
            return there
        self.lost.add(channel_known.id)
        self.catalogue.deliveries.lose(edition, lost)
        return self.catalogue.deliveries.known(edition)

    def is_here(self, channel: Channel, known: KnownChannel) -> bool:
        """Whether a channel's folder tells what stands: another one in its place does not."""
        if known.id not in self.here:
            self.here[known.id] = is_here(channel, folder(self.catalogue.db, known.id))
        return self.here[known.id]

    def receipts(self, known: KnownChannel, key: str) -> dict[str, Receipt]:
        """The receipts of what stands of an edition where the channel writes now, by address."""
        edition = self.catalogue.editions.number(known.id, key)
        there = self.catalogue.deliveries.known(edition) if edition else {}
        here = (None, known.identity)
        return {
            address: _receipt(one)
            for address, one in there.items()
            if one.present and (known.identity is None or one.destination in here)
        }

    def _before(self, edition: int, steps: Iterable[Step]) -> dict[str, Rendition]:
        said = (
            (step.address, self.catalogue.deliveries.present(edition, step.address))
            for step in steps
        )
        return {address: rendition for address, rendition in said if rendition}


def abilities(channel: Channel, identity: str | None = None) -> Abilities:
    """Return what a channel can do, as far as a plan depends on it."""
    return Abilities(
        revises=isinstance(channel, Revises),
        removes=isinstance(channel, Removes),
        repeats=bool(channel.repeatable_for),
        identity=identity,
    )


def _possible(channel: Channel, step: Step, there: Known | None) -> Step:
    """A change that cannot be made is told now, not when half of the channels have it."""
    if step.action not in CHANGES or not step.rendition:
        return step
    why = channel.obstacle(_receipt(there), step.rendition) if there and there.present else ""
    return replace(step, action=Action.CANNOT, why=why) if why else step


def _receipt(there: Known) -> Receipt:
    return Receipt(there.reference or "", there.url, there.destination or "")


def _changes(step: Step, there: Known | None) -> bool:
    """Whether a step has something to write down; asking again wakes what was refused."""
    if step.action is Action.NOTHING:
        return False
    if there is None or there.state == "refused":
        return True
    wanted = step.rendition.fingerprint if step.rendition else None
    return there.wanted != wanted or step.replaces
