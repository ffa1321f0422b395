"""From the catalogue to a plan: what each channel has to say, compared with what it has said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from syndicate import editions
from syndicate.article import Edition, Item
from syndicate.channel import (
    Channel,
    Collects,
    Compares,
    HostsMedia,
    Receipt,
    Removes,
    Rendition,
    Repeatable,
    Revises,
    Scope,
)
from syndicate.errors import ArticleError
from syndicate.ledger import Catalogue, KnownChannel, Standing
from syndicate.office import Office
from syndicate.plan import Abilities, Action, Known, Purpose, Step, plan

CHANGES = (Action.CORRECT, Action.REFILE, Action.WITHDRAW, Action.REFRESH)
MEDIA = "media/"  # the keys of hosted pictures' editions


@dataclass
class Prepared:
    """The plan for one edition of one channel."""

    channel: Channel
    known: KnownChannel
    key: str
    edition: int
    steps: list[Step]
    before: dict[str, Rendition] = field(default_factory=dict)  # what is there, for a diff


@dataclass
class Failed:
    """A channel that could not even say what it has to say."""

    channel: Channel
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a command asks of the channels."""

    refresh: bool = False
    called: Action | None = None  # what a collection's change is called
    diff: bool = False


class Preparation:
    """Plans for one command, within one planning transaction."""

    def __init__(self, office: Office, catalogue: Catalogue, wish: Wish) -> None:
        self.office, self.catalogue, self.wish = office, catalogue, wish
        self.host = _host(office.channels)
        self.prepared: list[Prepared] = []
        self.failed: list[Failed] = []

    def kept(self, channel: Channel, known: KnownChannel, standing: Standing) -> None:
        """An article that its file no longer means for a channel: it stays there, and is told."""
        if known.id in self.catalogue.channels_of(standing.uri):
            self.office.notes.append(
                f"{standing.path}: not meant for {channel.name} any more, where it was published:"
                " it stays there and is corrected there (only `withdraw` takes it back)"
            )

    def say(self, channel: Channel, standings: Sequence[Standing]) -> None:
        """Plan what a channel has to say of these articles."""
        known = self.office.remembered(self.catalogue, channel)
        self._tell_moved(channel, known)
        try:
            if channel.scope is Scope.ARTICLE:
                for standing in standings:
                    self._article(channel, known, standing)
            elif channel.scope is Scope.COLLECTION:
                self._collection(channel, known)
        except ArticleError:
            raise
        except Exception as error:  # a channel that fails never stops the others
            why = self.office.scrub(f"cannot say it: {error!r}")
            self.failed.append(Failed(channel, why))

    def _tell_moved(self, channel: Channel, known: KnownChannel) -> None:
        """A plan cannot ask a destination who it is; doing it can, and will."""
        if self.wish.diff and known.identity and known.target != channel.target():
            self.office.notes.append(
                f"{channel.name}: was {known.target}, and the configuration now names"
                f" {channel.target()}: if that is another place, nothing is sent there before"
                f" `syndicate channels move {channel.name}`"
            )

    def remove_media(self, standing: Standing) -> None:
        """Take away what a killed article ever showed, but for what others show too."""
        host = self.host
        if not isinstance(host, Removes):
            return
        known = self.office.remembered(self.catalogue, host)
        for sha256 in self.catalogue.ever_shown(standing.uri):
            key, elsewhere = f"{MEDIA}{sha256}", self.catalogue.shows_elsewhere
            if self.catalogue.edition(known.id, key) and not elsewhere(sha256, standing.uri):
                self._renditions(host, known, key, [])

    def item(self, item: Item, channel: Channel) -> Item:
        """An article in a channel's words, with its pictures where the host has them."""
        if self.host is None:
            return editions.for_channel(item, channel, None)
        host = self.office.remembered(self.catalogue, self.host)
        there = host.id in self.catalogue.channels_of(item.article.uri)
        return editions.for_channel(item, channel, self.host.media_url if there else None)

    def _article(self, channel: Channel, known: KnownChannel, standing: Standing) -> None:
        if known.id not in self.catalogue.channels_of(standing.uri):
            return
        edition = editions.article(self.item(standing.item, channel), self.office.publisher)
        withdrawal = standing.item.withdrawal
        purpose = Purpose(
            version=standing.version,
            major=standing.major_version,
            withdrawn=withdrawal is not None,
            refresh=self.wish.refresh,
            kill=bool(withdrawal and withdrawal.kill),
        )
        self._plan(channel, known, edition, purpose, standing)

    def _collection(self, channel: Channel, known: KnownChannel) -> None:
        assert isinstance(channel, Collects)
        items = self.catalogue.newest(known.id, channel.items)
        if isinstance(channel, HostsMedia):
            for sha256, media in editions.local_media(items).items():
                self._renditions(channel, known, f"{MEDIA}{sha256}", [channel.host(media)])
        worded = [self.item(item, channel) for item in items]
        edition = editions.collection(worded, self.office.publisher)
        self._plan(channel, known, edition, Purpose(called=self.wish.called), None)

    def _plan(
        self, channel: Channel, known: KnownChannel, edition: Edition, purpose: Purpose,
        standing: Standing | None,
    ) -> None:  # fmt: skip
        try:
            renditions = list(channel.render(edition))
        except ArticleError as error:
            where = f"{standing.path}: " if standing else ""
            raise ArticleError(f"{where}channels.{channel.name}: {error}") from error
        self._renditions(channel, known, edition.key, renditions, purpose)

    def _renditions(
        self, channel: Channel, known: KnownChannel, key: str, renditions: list[Rendition],
        purpose: Purpose | None = None,
    ) -> None:  # fmt: skip
        edition = self.catalogue.open_edition(known.id, key)
        there = self.catalogue.known(edition)
        if isinstance(channel, Compares):
            there = self._compared(channel, edition, there, renditions)
        can = Abilities(
            revises=isinstance(channel, Revises),
            removes=isinstance(channel, Removes),
            repeats=isinstance(channel, Repeatable),
            identity=known.identity,
        )
        purpose = purpose or Purpose(called=self.wish.called)
        steps = [
            _possible(channel, one, there.get(one.address))
            for one in plan(renditions, there, purpose, can)
        ]
        before = self._before(edition, steps) if self.wish.diff else {}
        for step in steps:
            if _changes(step, there.get(step.address)):
                self.catalogue.want(edition, step, purpose.version)
        self.prepared.append(Prepared(channel, known, key, edition, steps, before))

    def _compared(
        self, channel: Compares, edition: int, there: dict[str, Known], new: list[Rendition]
    ) -> dict[str, Known]:
        """What is known, less what somebody took away from the destination meanwhile."""
        lost = []
        for rendition in new:
            known = there.get(rendition.address)
            is_said = known and known.present == known.wanted == rendition.digest
            if known and is_said and not channel.holds(rendition, _receipt(known)):
                lost.append(rendition.address)
        if not lost:
            return there
        self.catalogue.lose(edition, lost)
        return self.catalogue.known(edition)

    def _before(self, edition: int, steps: Iterable[Step]) -> dict[str, Rendition]:
        said = ((step.address, self.catalogue.said(edition, step.address)) for step in steps)
        return {address: rendition for address, rendition in said if rendition}


class _Host(Channel, HostsMedia):
    """A channel that hosts pictures, for the type checker."""


def _host(channels: Iterable[Channel]) -> _Host | None:
    return next((cast(_Host, c) for c in channels if isinstance(c, HostsMedia)), None)


def _possible(channel: Channel, step: Step, there: Known | None) -> Step:
    """A change that cannot be made is told now, not when half of the channels have it."""
    if not isinstance(channel, Revises) or step.action not in CHANGES or not step.rendition:
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
    wanted = step.rendition.digest if step.rendition else None
    return there.wanted != wanted or step.replaces
